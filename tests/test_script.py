from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.wake import Decision, View
from hoga.domain.zone import KST
from hoga.script import read_script

NOW = datetime(2026, 11, 27, 10, tzinfo=KST)
NOTHING = cast(View, SimpleNamespace())

CLASS = """
from hoga import Decision
class Mine:
    codes = ["005930", "000660"]
    history = 3
    def decide(self, view, at):
        return Decision(notes=(f"{at:%H:%M}",))
"""
FUNCTION = """
from hoga import Decision, strategy
@strategy("005930", history=5)
def mine(view, at):
    return Decision()
"""

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(text: str, name: str = "mine.py") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return put


def test_a_class_of_a_file_is_a_strategy(write: Write) -> None:
    strategy = read_script(write(CLASS) + ":Mine").make()
    assert (strategy.name, strategy.history) == ("Mine", 3)
    assert strategy.codes == {"005930", "000660"}
    assert strategy.decide(NOTHING, NOW) == Decision(notes=("10:00",))


def test_a_function_is_one_too_and_the_only_one_of_a_file_need_not_be_named(write: Write) -> None:
    strategy = read_script(write(FUNCTION)).make()
    assert (strategy.name, strategy.codes, strategy.history) == ("mine", frozenset({"005930"}), 5)
    assert strategy.decide(NOTHING, NOW) == Decision()


def test_each_making_is_a_new_beginning(write: Write) -> None:
    script = read_script(write(CLASS.replace("codes =", "seen = []\n    codes =")))
    first: Any = script.make()
    second: Any = script.make()
    assert first.decide.__self__ is not second.decide.__self__


def test_a_file_may_import_its_neighbours(write: Write, tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("CODE = '005930'\n")
    source = FUNCTION.replace('"005930"', "CODE")
    strategy = read_script(write(f"from neighbour_of_mine import CODE\n{source}")).make()
    assert strategy.codes == {"005930"}


def test_another_content_is_another_strategy(write: Write) -> None:
    first = read_script(write(CLASS)).digest
    assert read_script(write(CLASS)).digest == first
    assert read_script(write(CLASS + "\n")).digest != first
    assert read_script(write(CLASS) + ":Mine").digest != first


SETTABLE = """
from decimal import Decimal
from hoga import Decision, strategy
class Mine:
    codes = ["005930"]
    def __init__(self, size: int = 1, *, rate: "Decimal | None" = None, is_quick=False, word=None):
        self.given = (size, rate, is_quick, word)
    def decide(self, view, at):
        return Decision(notes=(repr(self.given),))
@strategy("005930")
def mine(view, at, *, limit: float = 0.5):
    return Decision(notes=(repr(limit),))
"""


def test_what_is_given_becomes_arguments_of_their_kinds(write: Write) -> None:
    path = write(SETTABLE)
    given = ["size=10", "rate=0.05", "is_quick=true", "word=a=b"]
    told = read_script(path + ":Mine", given).make().decide(NOTHING, NOW)
    assert told.notes == ("(10, Decimal('0.05'), True, 'a=b')",)
    assert read_script(path + ":mine", ["limit=2"]).make().decide(NOTHING, NOW).notes == ("2.0",)
    assert read_script(path + ":mine").make().decide(NOTHING, NOW).notes == ("0.5",)


def test_another_setting_is_another_strategy(write: Write) -> None:
    path = write(SETTABLE) + ":Mine"
    first = read_script(path, ["size=10", "rate=1"]).digest
    assert read_script(path, ["rate=1", "size=10"]).digest == first
    assert read_script(path, ["size=11", "rate=1"]).digest != first


@pytest.mark.parametrize(
    ("what", "given", "said"),
    [
        (":Mine", ["size=ten"], "--set size=ten"),
        (":Mine", ["is_quick=maybe"], "of the kind bool"),
        (":Mine", ["sise=10"], "has no setting sise. It has: size, rate, is_quick, word"),
        (":Mine", ["size"], "write name=value"),
        (":Mine", ["size=1", "size=2"], "each name once"),
        (":mine", ["view=1"], "has no setting view. It has: limit"),
    ],
)
def test_a_setting_that_does_not_fit_is_told(write: Write, what: str, given: list[str], said: str) -> None:
    with pytest.raises(BadInput) as wrong:
        read_script(write(SETTABLE) + what, given).make()
    assert said in wrong.value.english


def test_a_strategy_without_settings_takes_none(write: Write) -> None:
    for text in (CLASS, FUNCTION):
        with pytest.raises(BadInput, match="takes no settings"):
            read_script(write(text), ["size=1"]).make()


@pytest.mark.parametrize(
    ("text", "what", "said"),
    [
        ("x = (1,\n", "", "mine.py:1: x = (1, (SyntaxError"),
        ("import hoga\n\nhoga.nothing()\n", "", "mine.py:3: hoga.nothing() (AttributeError"),
        ("def f():\n    return 1 / 0\nf()\n", "", "mine.py:2: return 1 / 0 (ZeroDivisionError"),
        (CLASS, ":Other", "has no Other. The strategies in it: Mine"),
        (CLASS + "    def __init__(self, size): ...\n", "", "__init__() missing"),
        (CLASS + "    def __init__(self):\n        1 / 0\n", "", "mine.py:9: 1 / 0 (ZeroDivisionError"),
        ("CODE = 5\n", "", "has no strategy"),
        ("CODE = 5\n", ":CODE", "CODE is no strategy"),
        (CLASS + CLASS.replace("Mine", "Yours"), "", "several strategies: Mine, Yours"),
        (CLASS.replace('["005930", "000660"]', '"005930"'), "", "codes = '005930'"),
        (CLASS.replace('["005930", "000660"]', "[5930]"), "", "codes = [5930]"),
        (CLASS.replace("codes =", "kodes ="), "", "codes = None"),
        (CLASS.replace("history = 3", "history = 900"), "", "history = 900"),
        (CLASS.replace("history = 3", "name = 'outside'"), "", "name = 'outside'"),
        (CLASS.replace("history = 3", "name = 7"), "", "name = 7"),
    ],
)
def test_what_is_wrong_is_told_with_the_file_and_the_line(
    write: Write, text: str, what: str, said: str
) -> None:
    with pytest.raises(BadInput) as wrong:
        read_script(write(text) + what).make()
    assert said in wrong.value.english
    assert "mine.py" in wrong.value.korean


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.py cannot be read"):
        read_script(str(tmp_path / "nothing.py:Mine"))


def test_a_drive_letter_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"C:.mine\.py cannot be read"):
        read_script("C:\\mine.py")
