import inspect
import sys
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.company import Company, Industry, Product
from hoga.domain.errors import BadInput
from hoga.domain.features import Features
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.flows import (
    Flow,
    Investor,
    InvestorFlows,
    MemberRank,
    MemberTable,
    ProgramDay,
    ShortSaleDay,
)
from hoga.domain.index import Index, IndexBar, IndexQuote
from hoga.domain.instrument import Instrument, Market
from hoga.domain.market_day import CalendarDay
from hoga.domain.notices import OpenOrder
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Fill, Position
from hoga.domain.profit import Assets, DayProfit, RealizedProfit, TradeProfit
from hoga.domain.quote import DayTrades, Level, OrderBook, Quote, Trade, VolatilityInterruption
from hoga.domain.ranking import ChangeRank, ShortSaleRank, VolumeRank
from hoga.domain.request import OrderRequest, Side
from hoga.domain.reserved import ReservedOrder
from hoga.domain.standing import Standing, Valuation
from hoga.domain.zone import KST
from hoga.front import Front
from hoga.rows import features_row
from hoga.table import Table, columns_of, frame, rows_of
from hoga.titles import TITLES

DAY = date(2026, 5, 6)
AT = datetime(2026, 5, 6, 10, tzinfo=KST)
REQUEST = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)


def made(kind: Any, **known: Any) -> Any:
    """A value of `kind` with ones in all fields but `known`."""
    names = kind._fields if issubclass(kind, tuple) else [each.name for each in fields(kind)]
    return kind(**dict.fromkeys(names, 1) | known)


COMPANY = Company(code="005930", issuer="005930", industry=Industry("0013", "전기·전자"))
FEATURES = Features(
    company=COMPANY,
    standing=made(Standing),
    valuation=made(Valuation),
    year=Income(DAY, 1, 1, 1, 1),
    year_before=Income(DAY, 1, 1, 1, 1),
    year_ratios=Ratios(end=DAY),
    quarter=None,
    quarter_before=None,
    quarter_ratios=None,
)
ORDER = Order(order_id="a", request=REQUEST, source="x", status=OrderStatus.OPEN, price=71_000)
POSITION = Position("005930", "삼성전자", 10, 10, 700_000, 71_000)
BOOK = OrderBook("005930", AT, (Level(101, 1), Level(102, 2)), (Level(100, 3), Level(99, 4)), 3, 7)
FLOWS = InvestorFlows("005930", DAY, {Investor.FOREIGN: Flow(5, 10, 5, 500), Investor.PENSION: Flow(-2)})
BARS = [Bar("005930", AT, 1, 4, 1, 3, 100, 250), Bar("005930", AT, 3, 5, 2, 4, 2**60 + 1, 300)]
ANSWERS: tuple[Any, ...] = (
    made(Quote, at=AT),
    BOOK,
    BARS[0],
    DayTrades("005930", (Trade("005930", AT, 1, 1, None),), 0),
    Trade("005930", AT, 1, 1, None),
    made(IndexQuote, index=Index.KOSPI),
    made(IndexBar, index=Index.KOSPI, at=AT),
    FLOWS,
    ProgramDay("005930", DAY, 1, 1, Flow.of(3, 1, 30, 10)),
    MemberTable("005930", (made(MemberRank),), (made(MemberRank),), 0, 0, 0, 0),
    ShortSaleDay("005930", DAY, 1, 1, 3, 1, 1, 1),
    made(ShortSaleRank),
    made(VolumeRank),
    made(ChangeRank),
    COMPANY,
    made(Product),
    made(Standing),
    made(Valuation),
    made(BalanceSheet),
    made(Income),
    made(Ratios),
    made(CalendarDay),
    made(VolatilityInterruption),
    Instrument(code="005930", name="삼성전자", market=Market.KOSPI),
    made(Account, positions=(POSITION,)),
    POSITION,
    ORDER,
    made(Fill),
    made(OpenOrder, request=REQUEST),
    made(Assets),
    made(DayProfit),
    made(TradeProfit),
    made(RealizedProfit),
    made(ReservedOrder, request=REQUEST),
)

LISTED = tuple(answer for answer in ANSWERS if not isinstance(answer, OrderBook | DayTrades | MemberTable))
"""What lists consist of."""


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_every_answer_becomes_a_frame_with_korean_titles(answer: Any) -> None:
    (row, *_) = rows_of(answer)
    assert row
    assert set(row) <= set(TITLES), sorted(set(row) - set(TITLES))
    english, korean = frame(answer), frame(answer, korean=True)
    assert list(english.columns) == list(row)
    assert list(korean.columns) == [TITLES[key] for key in row]
    assert len(set(korean.columns)) == len(row)


@pytest.mark.parametrize("answer", LISTED, ids=lambda answer: type(answer).__name__)
def test_a_frame_without_rows_has_the_columns_of_one_with_some(answer: Any) -> None:
    empty, one = Table([], type(answer)), Table([answer], type(answer))
    assert (len(empty.frame()), list(empty.frame().columns)) == (0, list(one.frame().columns))
    assert list(empty.frame(korean=True).columns) == list(one.frame(korean=True).columns)
    assert list(one[1:].frame().columns) == list(one.frame().columns)


def test_every_list_that_a_notebook_is_given_has_columns_without_rows() -> None:
    told = [get_type_hints(method)["return"] for _, method in inspect.getmembers(Front, inspect.isfunction)]
    kinds = {get_args(each)[0] for each in told if get_origin(each) is Table}
    for kind in kinds:
        if isinstance(kind, type):
            columns = set(columns_of(kind))
            assert columns
            assert columns <= set(TITLES), (kind, sorted(columns - set(TITLES)))
    assert len(kinds) > 20


def test_columns_without_rows_have_their_types() -> None:
    empty, bars = Table([], Position).frame(), Table([], Bar).frame()
    assert dict(empty.dtypes) == dict(Table([POSITION], Position).frame().dtypes)
    assert str(bars["at"].dtype).startswith("datetime64")
    assert empty[empty.quantity > 5].empty
    assert Table([]).frame().shape == (0, 0)


def test_features_are_the_row_that_commands_and_workbooks_show() -> None:
    (row,) = rows_of(FEATURES)
    assert row == features_row(FEATURES, {})
    assert frame(FEATURES).shape == (1, len(row))
    assert {"종목코드", "PER"} <= set(frame(FEATURES, korean=True).columns)


def test_numbers_days_and_instants_have_their_types() -> None:
    found = Table(BARS).frame()
    assert found["volume"].tolist() == [100, 2**60 + 1]
    assert str(found["close"].dtype) == "Int64"
    assert found["at"].iloc[0] == pd.Timestamp(AT)
    profits = frame([made(DayProfit, day=DAY)])
    assert profits["day"].iloc[0] == pd.Timestamp("2026-05-06")
    ratios = frame([Ratios(end=DAY, debt_ratio=Decimal("0.6667"))])
    assert ratios["debt_ratio"].iloc[0] == pytest.approx(0.6667)
    assert pd.isna(ratios["eps"].iloc[0])


def test_what_is_not_known_does_not_make_whole_numbers_broken() -> None:
    known, unknown = made(Quote, at=AT, high=2**55 + 1), made(Quote, at=AT, high=None)
    high = frame([known, unknown])["high"]
    assert high.iloc[0] == 2**55 + 1
    assert pd.isna(high.iloc[1])


def test_a_book_is_a_row_a_level_from_the_top() -> None:
    assert rows_of(BOOK) == [
        {"side": "ask", "price": 102, "quantity": 2},
        {"side": "ask", "price": 101, "quantity": 1},
        {"side": "bid", "price": 100, "quantity": 3},
        {"side": "bid", "price": 99, "quantity": 4},
    ]


def test_flows_have_a_column_for_every_group() -> None:
    found = frame([FLOWS])
    assert found["foreign"].iloc[0] == 5
    assert found["foreign_value"].iloc[0] == 500
    assert found["pension"].iloc[0] == -2
    assert pd.isna(found["bank"].iloc[0])


def test_an_order_shows_what_was_asked_beside_what_it_is() -> None:
    (row,) = rows_of(ORDER)
    assert (row["code"], row["side"], row["quantity"]) == ("005930", Side.BUY, 10)
    assert (row["request_price"], row["price"]) == (70_000, 71_000)
    assert row["remaining_quantity"] == 10


def test_a_table_is_a_sequence() -> None:
    table = Table(BARS)
    assert (len(table), table[0], list(table), table[-1:]) == (2, BARS[0], BARS, Table(BARS[1:]))
    assert table == Table(BARS)
    assert hash(table) == hash(Table(BARS))
    assert repr(table) == "<Table: 2 x Bar>"
    assert Table([]).frame().empty


def test_without_pandas_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(BadInput, match=r"pip install \"hoga\[pandas\]\"") as refused:
        Table(BARS).frame()
    assert "설치" in refused.value.korean


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(BadInput, match="int"):
        frame(7)
