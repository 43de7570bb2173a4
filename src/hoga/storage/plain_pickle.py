"""Pickles that hold plain values only: dict, list, tuple, str, int and float.

A pickle is a program for a small machine of its own. The machine here knows only the steps that build plain
values: nothing in it could import, call or fetch anything, so there is nothing to fool. Python's unpickler
is not used; of the standard library only `pickletools`, which takes a pickle apart without running it. The
opcodes are those of Python's `pickletools` documentation, protocols 0 to 5.
"""

import pickletools
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

_MOST_STEPS = 200_000
_MOST_VALUES = 100_000
_LONGEST_TEXT = 1_000
_LARGEST_NUMBER = 1 << 63


class NotPlain(Exception):
    """A pickle holds something that is not admitted; the text says what."""


@dataclass(slots=True)
class Pairs:
    """A dict as the pairs it was written in: a key that occurs twice is still there twice."""

    pairs: list[tuple[object, object]]


def read_plain_pickle(content: bytes, deepest: int) -> object:
    """The value that a pickle builds, with every dict as `Pairs` and nested at most `deepest` levels.

    Raises:
        NotPlain: it holds something else, or too much. Nothing of it was carried out.
        ValueError: it is cut off or damaged.
    """
    try:
        value = _build(content)
    except (IndexError, KeyError) as error:
        raise ValueError(f"it asks for something that is not there: {error}") from error
    _check_size(value, deepest, [_MOST_VALUES])
    return value


def _build(content: bytes) -> object:
    # Dicts stay pairs: no key is hashed (a deep tuple as a key would overflow the C stack) and none is lost.
    stack: list[object] = []
    marks: list[int] = []
    memo: dict[int, object] = {}

    def since_mark() -> list[object]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    argument: Any
    for step, (opcode, argument, position) in enumerate(pickletools.genops(content)):
        if step > _MOST_STEPS:
            raise NotPlain("too many values")
        match opcode.name:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                marks.append(len(stack))
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "EMPTY_DICT":
                stack.append(Pairs([]))
            case "DICT":
                stack.append(Pairs(_pairs(since_mark())))
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                _top(stack, Pairs).pairs.append((key, value))
            case "SETITEMS":
                pairs = _pairs(since_mark())
                _top(stack, Pairs).pairs.extend(pairs)
            case "EMPTY_LIST":
                stack.append([])
            case "LIST":
                stack.append(since_mark())
            case "APPEND":
                item = stack.pop()
                _top(stack, list).append(item)
            case "APPENDS":
                items = since_mark()
                _top(stack, list).extend(items)
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE":
                stack.append(tuple(since_mark()))
            case "TUPLE1" | "TUPLE2" | "TUPLE3" as name:
                size = int(name[-1])
                if len(stack) < size:
                    raise ValueError("a tuple lacks items")
                stack[-size:] = [tuple(stack[-size:])]
            case "UNICODE" | "SHORT_BINUNICODE" | "BINUNICODE" | "BINUNICODE8":
                if len(argument) > _LONGEST_TEXT:
                    raise NotPlain("a very long text")
                stack.append(argument)
            case "INT" | "BININT" | "BININT1" | "BININT2" | "LONG" | "LONG1" | "LONG4":
                if isinstance(argument, bool):
                    raise NotPlain("bool")
                if abs(argument) > _LARGEST_NUMBER:
                    raise NotPlain("a huge number")
                stack.append(argument)
            case "FLOAT" | "BINFLOAT":
                stack.append(argument)
            case "STOP":
                if position is None or position + 1 != len(content):
                    raise ValueError("something follows its end")
            case "STACK_GLOBAL":
                raise NotPlain(".".join(part[:40] for part in stack[-2:] if isinstance(part, str)))
            case name:
                raise NotPlain(f"{name} {argument}"[:80] if isinstance(argument, str) else name)
    if len(stack) != 1 or marks:
        raise ValueError("it does not build one value")
    return stack[0]


_Container = TypeVar("_Container", Pairs, list[object])


def _top(stack: list[object], kind: type[_Container]) -> _Container:
    if not isinstance(stack[-1], kind):
        raise ValueError("an item is put into something that holds none")
    return stack[-1]


def _pairs(items: list[object]) -> list[tuple[object, object]]:
    return list(zip(items[::2], items[1::2], strict=True))


def _check_size(value: object, depth: int, left: list[int]) -> None:
    """Refuse what is deep or endless: a small pickle can hold the same list in itself again and again."""
    left[0] -= 1
    if left[0] < 0:
        raise NotPlain("too many values")
    if not isinstance(value, Pairs | list | tuple):
        return
    if depth == 0:
        raise NotPlain("values nested too deeply")
    items = chain.from_iterable(value.pairs) if isinstance(value, Pairs) else value
    for item in items:
        _check_size(item, depth - 1, left)
