"""Which event loop programs run on."""

import asyncio
import gc
import sys

import pytest

from hoga.loop import run, undisturbed


async def which() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_it_is_uvloop_where_that_is_installed() -> None:
    pytest.importorskip("uvloop")
    assert run(which()) == "uvloop"


def test_it_is_that_of_python_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(which()) == "asyncio"


def test_what_is_raised_comes_through() -> None:
    async def broken() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        run(broken())


def test_the_collector_passes_over_what_there_is_and_later_takes_it_up_again() -> None:
    class Kept:
        pass

    kept, before = Kept(), gc.get_freeze_count()
    with undisturbed():
        assert gc.get_freeze_count() > before
        assert not any(each is kept for each in gc.get_objects())
    assert gc.get_freeze_count() == 0
    assert any(each is kept for each in gc.get_objects())
