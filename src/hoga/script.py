"""A strategy of somebody's own: a class or a function in a Python file, `my.py:Strategy`.

The file is run like any program, with its own folder to import from. Everything that is wrong with it is told
in one message with the file and the line. What it must have is little: `decide(view, at)` and `codes`; a
class may also say `name` and `history`.
"""

import hashlib
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from hoga.domain.errors import BadInput
from hoga.domain.order import OUTSIDE
from hoga.ports import Strategy
from hoga.strategies.function import Decide, FunctionStrategy
from hoga.trading.failure import Failure, failure_of

MOST_CODES = 500
MOST_HISTORY = 250
TAKEN = (OUTSIDE, "bridge", "command", "swing")
"""Names of others that place orders."""


@dataclass(frozen=True, slots=True)
class Script:
    """A file of strategies that can be run, and which of its strategies is meant."""

    file: Path
    what: str
    source: bytes

    @property
    def digest(self) -> str:
        """Tells different contents apart. What the file imports is not looked at."""
        return hashlib.sha256(self.what.encode() + b"\0" + self.source).hexdigest()

    def make(self) -> Strategy:
        """The strategy, as it is at its beginning. Raises `BadInput`: it cannot be run, or is none."""
        module = self._run()
        what = self.what or _only_strategy(self.file, module)
        found = getattr(module, what, None)
        if found is None:
            known = ", ".join(_strategies(module)) or "-"
            raise BadInput(
                f"{self.file} 에 {what} 이(가) 없습니다. 그 파일의 전략: {known}",
                f"{self.file} has no {what}. The strategies in it: {known}.",
            )
        if isinstance(found, FunctionStrategy):
            return _checked(self.file, what, found.name, found.codes, found.history, found.decide)
        if inspect.isclass(found):
            try:
                found = found()
            except Exception as error:
                raise _wrong(self.file, failure_of(error)) from error
        decide = getattr(found, "decide", None)
        if not callable(decide):
            raise BadInput(
                f"{self.file}:{what} 은(는) 전략이 아닙니다. decide(self, view, at) 가 있는 클래스나 "
                "@hoga.strategy 를 붙인 함수여야 합니다.",
                f"{self.file}:{what} is no strategy. It must be a class with decide(self, view, at), or a "
                "function below @hoga.strategy.",
            )
        name = getattr(found, "name", what)
        return _checked(
            self.file, what, name, getattr(found, "codes", None), getattr(found, "history", 0), decide
        )

    def _run(self) -> ModuleType:
        """The file as a module."""
        module = ModuleType(f"_script_{self.file.stem}")
        module.__file__ = str(self.file)
        sys.modules[module.__name__] = module  # a dataclass looks itself up there
        folder = str(self.file.parent)
        if folder not in sys.path:
            sys.path.append(folder)  # last, so that no file of it takes the place of a library
        try:
            exec(compile(self.source, str(self.file), "exec"), module.__dict__)  # noqa: S102  (the person's own)
        except Exception as error:
            raise _wrong(self.file, failure_of(error)) from error
        return module


def read_script(reference: str) -> Script:
    """The script that `my.py:Strategy` or `my.py` means; nothing of it is run. Raises `BadInput`."""
    path, _, what = reference.rpartition(":")
    if not path or not what.isidentifier():  # a drive letter is no file
        path, what = reference, ""
    file = Path(path).expanduser()
    try:
        source = file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"전략 파일 {file} 을(를) 읽을 수 없습니다({error.strerror}). "
            "swing 이나 my.py:Strategy 처럼 쓰십시오.",
            f"the strategy file {file} cannot be read ({error.strerror}). Write swing, or my.py:Strategy.",
        ) from error
    try:
        compile(source, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise _wrong(file, failure_of(error)) from error
    return Script(file.absolute(), what, source)


def _strategies(module: ModuleType) -> list[str]:
    """The names of what looks like a strategy in a module, in the order of the file."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, FunctionStrategy)
        or (inspect.isclass(value) and value.__module__ == module.__name__ and hasattr(value, "decide"))
    ]


def _only_strategy(file: Path, module: ModuleType) -> str:
    names = _strategies(module)
    if len(names) == 1:
        return names[0]
    if names:
        raise BadInput(
            f"{file} 에 전략이 여럿입니다: {', '.join(names)}. {file}:{names[0]} 처럼 하나를 고르십시오.",
            f"{file} has several strategies: {', '.join(names)}. Choose one, as {file}:{names[0]}.",
        )
    raise BadInput(
        f"{file} 에 전략이 없습니다. decide(self, view, at) 가 있는 클래스나 @hoga.strategy 를 붙인 "
        "함수를 쓰십시오.",
        f"{file} has no strategy. Write a class with decide(self, view, at), or a function below "
        "@hoga.strategy.",
    )


def _checked(
    file: Path, what: str, name: object, codes: object, history: object, decide: Decide
) -> FunctionStrategy:
    """What a person wrote as a strategy, if it is one."""
    is_list = isinstance(codes, Iterable) and not isinstance(codes, str)
    listed = list(codes) if isinstance(codes, Iterable) and is_list else []
    if not is_list or not all(isinstance(code, str) for code in listed) or len(listed) > MOST_CODES:
        raise BadInput(
            f'{file}:{what}: codes = {codes!r}. 볼 종목코드를 codes = {{"005930"}} 처럼 쓰십시오.',
            f'{file}:{what}: codes = {codes!r}. Write the codes to see, as codes = {{"005930"}}.',
        )
    if not isinstance(history, int) or not 0 <= history <= MOST_HISTORY:
        raise BadInput(
            f"{file}:{what}: history = {history!r}. 0 이상 {MOST_HISTORY} 이하인 거래일 수를 쓰십시오.",
            f"{file}:{what}: history = {history!r}. Give a number of trading days from 0 to {MOST_HISTORY}.",
        )
    if not isinstance(name, str) or not name.isprintable() or not name or name in TAKEN:
        raise BadInput(
            f"{file}:{what}: name = {name!r}. 주문에 남을 다른 이름을 쓰십시오.",
            f"{file}:{what}: name = {name!r}. Write another name: it tells its orders from others.",
        )
    return FunctionStrategy(name, frozenset(listed), history, decide)


def _wrong(file: Path, failure: Failure) -> BadInput:
    said = failure.sentence
    return BadInput(
        f"전략 파일 {file} 에 오류가 있습니다. {said}", f"the strategy file {file} has a mistake. {said}"
    )
