"""Which event loop programs run on."""

import asyncio
import sys

import pytest

from hoga.loop import run


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
