"""A strategy of somebody's own: a class or a function in a Python file, `my.py:Strategy`.

The file is run like any program, with its own folder to import from. Everything that is wrong with it is told
in one message with the file and the line. What it must have is little: `decide(view, at)` and `codes`; a
class may also say `name` and `history`. What a person gives it (`--set size=10`) becomes keyword arguments of
the class, or of the function behind `view` and `at`.
"""

import hashlib
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Union, get_args, get_origin

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
    """A file of strategies that can be run, which of its strategies is meant, and what it is given."""

    file: Path
    what: str
    source: bytes
    given: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Tells different contents apart. What the file imports is not looked at."""
        given = "".join(f"{name}={text}\0" for name, text in self.given)
        return hashlib.sha256(f"{given}{self.what}\0".encode() + self.source).hexdigest()

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
            given = self._arguments(what, found.decide, skipped=2)
            settled = partial(found.decide, **given) if given else found.decide
            return _checked(self.file, what, found.name, found.codes, found.history, settled)
        if inspect.isclass(found):
            given = self._arguments(what, found, skipped=0)
            try:
                found = found(**given)
            except Exception as error:
                raise _wrong(self.file, failure_of(error)) from error
        elif self.given:
            raise self._takes_none(what)
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

    def _arguments(self, what: str, taker: Callable[..., object], *, skipped: int) -> dict[str, object]:
        """What was given, as `taker` wants it by its annotations or defaults. Raises `BadInput`."""
        try:
            parameters = list(inspect.signature(taker, eval_str=True).parameters.values())[skipped:]
        except Exception as error:
            raise _wrong(self.file, failure_of(error)) from error
        known = {each.name: each for each in parameters if each.kind in _NAMED}
        if self.given and not known:
            raise self._takes_none(what)
        for name, _ in self.given:
            if name not in known:
                raise BadInput(
                    f"{self.file}:{what} 에 {name} 설정이 없습니다. 있는 것: {', '.join(known)}",
                    f"{self.file}:{what} has no setting {name}. It has: {', '.join(known)}.",
                )
        return {name: self._value(what, known[name], text) for name, text in self.given}

    def _value(self, what: str, parameter: inspect.Parameter, text: str) -> object:
        kind = _kind(parameter)
        try:
            return _READERS[kind](text)
        except KeyError:
            why = ("글, 수, 참거짓만 줄 수 있습니다", "only text, numbers and truth values can be given")
        except (ValueError, InvalidOperation):
            named = getattr(kind, "__name__", str(kind))
            why = (f"{named} 이어야 합니다", f"it must be of the kind {named}")
        raise BadInput(
            f"--set {parameter.name}={text}: {self.file}:{what}, {why[0]}.",
            f"--set {parameter.name}={text}: {self.file}:{what}, {why[1]}.",
        )

    def _takes_none(self, what: str) -> BadInput:
        return BadInput(
            f"{self.file}:{what} 은(는) 설정을 받지 않습니다. --set 을 빼거나 __init__ 에 인자를 두십시오.",
            f"{self.file}:{what} takes no settings. Leave out --set, or give it arguments.",
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


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _truth(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError from None


_READERS: Mapping[Any, Callable[[str], object]] = {
    str: str,
    int: int,
    float: float,
    Decimal: Decimal,
    bool: _truth,
}


def _kind(parameter: inspect.Parameter) -> Any:
    """What a parameter takes: by its annotation, else by its default, else text."""
    kind = parameter.annotation
    if kind is parameter.empty:
        return str if parameter.default in (parameter.empty, None) else type(parameter.default)
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [each for each in get_args(kind) if each is not type(None)]
        return kinds[0] if len(kinds) == 1 else kind
    return kind


def read_script(reference: str, settings: Iterable[str] = ()) -> Script:
    """The script that `my.py:Strategy` or `my.py` means, given `settings` as "name=value".

    Nothing of it is run. Raises `BadInput`.
    """
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
    return Script(file.absolute(), what, source, read_given(settings))


def read_given(settings: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Each "name=value" as a pair, by name. Raises `BadInput` for what is not one, or given twice."""
    given: dict[str, str] = {}
    for each in settings:
        name, equals, text = each.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier() or name in given:
            raise BadInput(
                f"--set {each}: 이름=값 으로, 이름마다 한 번 쓰십시오. 예: --set size=10",
                f"--set {each}: write name=value, each name once, for example --set size=10.",
            )
        given[name] = text.strip()
    return tuple(sorted(given.items()))


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
