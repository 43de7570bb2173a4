"""Answers as tables: a sequence of values that becomes a pandas DataFrame on request.

pandas is an extra (`hoga[pandas]`) and is imported here only. Columns are named as the fields of the values,
or in Korean. In a frame, and nowhere else, ratios are floats; whole numbers stay whole where some are not
known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints, overload

from hoga.domain.account import Account
from hoga.domain.errors import BadInput
from hoga.domain.features import Features
from hoga.domain.flows import Investor, InvestorFlows, MarketFlows, MemberTable, ShortSaleDay
from hoga.domain.order import Order
from hoga.domain.position import Position
from hoga.domain.quote import DayTrades, OrderBook, Quote, Trade
from hoga.rows import Row, features_row, flow_row, market_flow_row
from hoga.titles import titled

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

_PLAIN = ("flow", "request")
"""Fields whose own fields need no name before theirs."""
_DERIVED: Mapping[type, tuple[str, ...]] = {
    Account: ("total_value", "unrealized_pnl"),
    Order: ("remaining_quantity",),
    Position: ("market_value", "unrealized_pnl"),
    ShortSaleDay: ("short_ratio",),
}
"""What is computed and belongs into a table."""
_PARTS = (tuple, Mapping, dict, Sequence)
"""Types of fields that would be rows of their own."""

_TYPES = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}


class Table(Sequence[T], Generic[T]):
    """Values of one kind in a row, such as bars. It cannot be changed."""

    __slots__ = ("_kind", "_values")

    def __init__(self, values: Iterable[T], kind: type[T] | None = None) -> None:
        """`kind` gives a frame its columns when there are no values."""
        self._values = tuple(values)
        self._kind = kind

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> "Table[T]": ...

    def __getitem__(self, place: "int | slice") -> "T | Table[T]":
        return Table(self._values[place], self._kind) if isinstance(place, slice) else self._values[place]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        kind = type(self._values[0]) if self._values else self._kind
        return f"<Table: {len(self)} x {'nothing' if kind is None else kind.__name__}>"

    @property
    def kind(self) -> type[T] | None:
        """Of what kind the values are; None when it is not known."""
        return self._kind

    def frame(self, *, korean: bool = False) -> "pd.DataFrame":
        """A DataFrame with one row a value; without any it still has its columns.

        Raises `BadInput` when pandas is not installed.
        """
        return frame(self, korean=korean)


def frame(answer: Any, *, korean: bool = False) -> "pd.DataFrame":
    """A DataFrame of any answer: one value or many. Raises `BadInput` when pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        raise BadInput(
            '표(DataFrame)에는 pandas 가 필요합니다. pip install "hoga[pandas]" 로 설치하십시오.',
            'A DataFrame needs pandas. Install it with pip install "hoga[pandas]".',
        ) from None
    if isinstance(answer, Table) and not answer and answer.kind is not None:
        found = pd.DataFrame({key: _empty(pd, hint) for key, hint in columns_of(answer.kind).items()})
        return found.rename(columns=titled(found.columns)) if korean else found
    rows = rows_of(answer)
    columns = dict.fromkeys(key for row in rows for key in row)
    found = pd.DataFrame(
        {key: _column(pd, [_plain(row.get(key)) for row in rows]) for key in columns}, columns=list(columns)
    )
    return found.rename(columns=titled(found.columns)) if korean else found


def rows_of(answer: Any) -> list[Row]:
    """An answer as flat rows: what it consists of, or each of its values."""
    match answer:
        case OrderBook():
            sides = (("ask", answer.asks[::-1]), ("bid", answer.bids))
            return [
                {"side": side, "price": level.price, "quantity": level.quantity}
                for side, levels in sides
                for level in levels
            ]
        case DayTrades():
            return rows_of(answer.trades)
        case Quote() | Trade():
            return [row_of(answer)]
        case MemberTable():
            sides_of = (("sell", answer.sellers), ("buy", answer.buyers))
            return [{"side": side, **row_of(rank)} for side, ranks in sides_of for rank in ranks]
        case Mapping():
            return [row_of(value) for value in answer.values()]
        case Iterable():
            return [row_of(value) for value in answer]
        case _:
            return [row_of(answer)]


def row_of(value: Any) -> Row:
    """One value as a flat row.

    What would be rows of their own, like the positions of an account, is left out.
    """
    if isinstance(value, InvestorFlows):
        return flow_row(value)
    if isinstance(value, MarketFlows):
        return market_flow_row(value)
    if isinstance(value, Features):
        return features_row(value, {})
    if isinstance(value, Quote | Trade):
        return value._asdict()
    if not is_dataclass(value) or isinstance(value, type):
        raise BadInput(
            f"{type(value).__name__} 은(는) 표로 만들 수 없습니다.",
            f"A {type(value).__name__} cannot become a table.",
        )
    row: Row = {}
    own = {field.name for field in fields(value)}
    for field in fields(value):
        part = getattr(value, field.name)
        if is_dataclass(part):
            for name, inner in row_of(part).items():
                is_plain = field.name in _PLAIN and name not in own
                row[name if is_plain else f"{field.name}_{name}"] = inner
        elif not isinstance(part, tuple | Mapping):
            row[field.name] = part
    return row | {name: getattr(value, name) for name in _DERIVED.get(type(value), ())}


def columns_of(kind: type) -> dict[str, Any]:
    """The keys of a row of `kind`, as `row_of` makes them, each with the type of what stands there."""
    hints = get_type_hints(kind)
    if kind in (InvestorFlows, MarketFlows):
        head = {"code": str} if kind is InvestorFlows else {"market": str}
        level = {} if kind is InvestorFlows else {"level": Decimal}
        figures = [f"{investor}{end}" for investor in Investor for end in ("", "_value")]
        return head | {"date": date} | level | dict.fromkeys(figures, int)
    if not is_dataclass(kind):
        return hints
    columns: dict[str, Any] = {}
    own = {field.name for field in fields(kind)}
    for field in fields(kind):
        hint = hints[field.name]
        part = next((each for each in (hint, *get_args(hint)) if is_dataclass(each)), None)
        if part is not None and get_origin(hint) not in _PARTS:
            for name, inner in columns_of(cast(type, part)).items():
                is_plain = field.name in _PLAIN and name not in own
                columns[name if is_plain else f"{field.name}_{name}"] = inner
        elif get_origin(hint) not in _PARTS:
            columns[field.name] = hint
    derived = {name: get_type_hints(getattr(kind, name).fget) for name in _DERIVED.get(kind, ())}
    return columns | {name: told["return"] for name, told in derived.items()}


def _empty(pd: Any, hint: Any) -> Any:
    """A column without values in the type that values of `hint` have."""
    kinds = {each for each in (get_args(hint) or (hint,)) if each is not NoneType}
    if kinds & {date, datetime}:
        return pd.Series(pd.to_datetime([]))
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is Decimal:
        return pd.array([], dtype="Float64")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return pd.array([], dtype="string")
    dtype = _TYPES.get(kind) if isinstance(kind, type) else None
    return pd.Series([], dtype=object) if dtype is None else pd.array([], dtype=dtype)


def _column(pd: Any, values: Sequence[Any]) -> Any:
    """The values in the type that they have.

    By itself pandas makes floats of whole numbers beside nothing.
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds & {date, datetime}:
        return pd.Series(pd.to_datetime(values))
    if len(kinds) == 1 and (dtype := _TYPES.get(kinds.pop())):
        return pd.array(values, dtype=dtype)
    return pd.Series(values, dtype=object)


def _plain(value: Any) -> Any:
    """A value as pandas knows it."""
    match value:
        case Decimal():
            return float(value)
        case Enum():
            return str(value)
        case _:
            return value
