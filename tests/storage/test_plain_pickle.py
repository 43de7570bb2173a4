import builtins
import collections
import contextlib
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.storage.plain_pickle import NotPlain, Pairs, read_plain_pickle

SEED = {"002680": ["한타", 3155], "177350": ["베셀", 7630]}


def plain(value: object) -> object:
    """What the reader makes of `value`: dicts as pairs."""
    if isinstance(value, dict):
        return Pairs([(plain(key), plain(item)) for key, item in value.items()])
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_seeds_pickle_is_read_in_every_protocol(protocol: int) -> None:
    assert read_plain_pickle(pickle.dumps(SEED, protocol), 3) == plain(SEED)


SCALARS = st.text(max_size=20) | st.integers(-(1 << 62), 1 << 62) | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(SCALARS, inner, max_size=5)
    ),
    max_leaves=20,
)


@given(VALUES, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_every_plain_value_comes_back(value: object, protocol: int) -> None:
    assert read_plain_pickle(pickle.dumps(value, protocol), 100) == plain(value)


class Call:
    """Pickles as a call of `function`."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


class Thing:
    pass


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"002680": ["한타", x]}, lambda x: [[(x,)]]])
def test_a_call_in_a_pickle_is_refused_and_not_made(
    tmp_path: Path, protocol: int, wrap: Callable[[object], object]
) -> None:
    trap = tmp_path / "sprung"
    for call in (
        Call(os.system, f"touch {trap}"),
        Call(builtins.eval, f"open({str(trap)!r}, 'w')"),
        Call(builtins.exec, f"open({str(trap)!r}, 'w')"),
        Call(open, str(trap), "w"),
    ):
        with pytest.raises(NotPlain):
            read_plain_pickle(pickle.dumps(wrap(call), protocol), 10)
        assert not trap.exists()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (Thing(), "Thing"),
        (collections.OrderedDict(SEED), "OrderedDict"),
        ({"002680", "177350"}, "EMPTY_SET"),
        (frozenset({"002680"}), "FROZENSET"),
        (b"002680", "SHORT_BINBYTES"),
        (bytearray(b"002680"), "BYTEARRAY8"),
        (None, "NONE"),
        (True, "NEWTRUE"),
        (len, "builtins.len"),
        (1 << 80, "huge number"),
        ("x" * 1_001, "long text"),
    ],
)
def test_anything_that_is_not_plain_is_refused_by_name(value: object, what: str) -> None:
    with pytest.raises(NotPlain, match=what):
        read_plain_pickle(pickle.dumps(value, 5), 3)


def test_numbers_of_numpy_are_refused_by_name() -> None:
    # The start of what pickle.dumps({"002680": ["H", numpy.int64(3155)]}, 4) gives, and of protocol 0.
    for content in (
        b"\x80\x04}\x94\x8c\x06002680\x94]\x94(\x8c\x01H\x94\x8c\x16numpy._core.multiarray\x94\x8c\x06scalar\x94\x93",
        b"cnumpy._core.multiarray\nscalar\np0\n",
    ):
        with pytest.raises(NotPlain, match=r"numpy\._core\.multiarray"):
            read_plain_pickle(content, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",  # GLOBAL, REDUCE
        b"(S'true'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        b"\x80\x02cbuiltins\nobject\n)\x81.",  # NEWOBJ
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",  # STACK_GLOBAL
        b"\x80\x02\x82\x01.",  # EXT1
        b"Pdatabase\n.",  # PERSID
        b"\x80\x02K\x01Q.",  # BINPERSID
        b"\x80\x02}K\x01b.",  # BUILD
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"I01\n.",  # a bool in protocol 0
    ],
)
def test_every_opcode_that_reaches_outside_is_refused(content: bytes) -> None:
    with pytest.raises(NotPlain):
        read_plain_pickle(content, 3)


def test_a_cut_off_pickle_is_damaged_wherever_it_is_cut() -> None:
    whole = pickle.dumps(SEED, 4)
    for end in range(len(whole)):
        with pytest.raises(ValueError):
            read_plain_pickle(whole[:end], 3)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(SEED) + pickle.dumps(SEED),
        b"\x80\x04.",
        b"\x80\x04K\x01K\x02.",
        b"\x80\x04(K\x01.",
        b"\x80\x04h\x07.",  # a memo that was never stored
        b"\x80\x04K\x01K\x02a.",  # append to a number
        b"\x80\x04a.",
        b"\x80\x04K\x01\x87.",  # a tuple of three from one
        b"\x80\x04}(K\x01u.",  # a key without a value
        b"\xff\xff",
        b"",
    ],
)
def test_a_pickle_that_builds_no_value_is_damaged(content: bytes) -> None:
    with pytest.raises(ValueError):
        read_plain_pickle(content, 3)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"\x80\x04" + tail + b"."))
def test_random_bytes_are_refused_in_one_of_two_ways(content: bytes) -> None:
    with contextlib.suppress(NotPlain, ValueError):
        read_plain_pickle(content, 3)


def test_a_deep_pickle_is_refused() -> None:
    with pytest.raises(NotPlain, match="deep"):
        read_plain_pickle(pickle.dumps([[[[1]]]]), 3)
    with pytest.raises(NotPlain, match="deep"):
        read_plain_pickle(b"\x80\x04" + b")" + b"\x85" * 150_000 + b".", 3)
    with pytest.raises(NotPlain, match="deep"):
        read_plain_pickle(b"\x80\x04" + b"]" * 90_000 + b"a" * 89_999 + b".", 3)


def test_a_pickle_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="deep"):
        read_plain_pickle(pickle.dumps(endless), 3)


def test_a_small_pickle_that_grows_when_it_is_read_is_refused() -> None:
    inner = [0] * 1_000
    with pytest.raises(NotPlain, match="too many"):
        read_plain_pickle(pickle.dumps([inner] * 1_000), 3)


def test_a_long_pickle_is_refused() -> None:
    with pytest.raises(NotPlain, match="too many"):
        read_plain_pickle(pickle.dumps(list(range(300_000))), 3)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04K\x01r" + struct.pack("<I", 0xFFFFFFFF) + b".",  # LONG_BINPUT to a far place of the memo
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 60) + b".",  # a frame of an exabyte
        b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b".",  # a text of an exabyte
        b"\x80\x02\x8b" + struct.pack("<i", (1 << 31) - 1) + b".",  # a number of two gigabytes
    ],
)
def test_a_size_that_a_pickle_claims_costs_nothing(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert read_plain_pickle(content, 3) == 1
