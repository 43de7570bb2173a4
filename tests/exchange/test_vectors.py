"""Every test vector of the exchange (krx.md §10), read from the folder named by `HOGA_VECTORS` if it is set.

The volatility interruption is off in them.
"""

import csv
import json
import os
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.domain.zone import KST
from hoga.exchange.auction import allocate
from hoga.exchange.book import Book
from hoga.exchange.commands import THE_MARKET, Advance, Cancel, Command, Place, Replace
from hoga.exchange.events import Canceled, Refused, Traded
from hoga.exchange.exchange import Exchange, Listing
from hoga.exchange.ladder import Ladder
from hoga.exchange.ledger import max_buy_quantity
from hoga.krx.fees import KIS_STOCK
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.ticks import grid

Case = dict[str, Any]

FOLDER = Path(os.environ.get("HOGA_VECTORS") or Path(__file__).resolve().parents[1] / "vectors")
FILES = (
    "auction.json",
    "buying_power_model.csv",
    "continuous_matching.json",
    "limit_price_allocation.json",
    "market_deemed_continuous.csv",
)
PRODUCTS = {
    "kospi": (Market.KOSPI, Kind.STOCK),
    "kosdaq": (Market.KOSDAQ, Kind.STOCK),
    "konex": (Market.KONEX, Kind.STOCK),
    "etf": (Market.KOSPI, Kind.ETF),
    "etn": (Market.KOSPI, Kind.ETN),
}
UNDATED = date(2026, 5, 4)
"""The day of vectors that name none: they were made for the tables of 2026."""
ORDER_TYPES = {
    "limit": OrderType.LIMIT,
    "market": OrderType.MARKET,
    "conditional": OrderType.LIMIT_TO_MARKET_ON_CLOSE,
    "best": OrderType.IMMEDIATELY_EXECUTABLE_LIMIT,
    "top": OrderType.BEST_LIMIT,
    "mid": OrderType.MID_PRICE,
    "stop_limit": OrderType.STOP_LIMIT,
}


def read(name: str) -> list[Case]:
    """The cases of a file; none when it is missing, which the first test reports."""
    path = FOLDER / name
    if not path.is_file():
        return []
    if path.suffix == ".json":
        cases: list[Case] = json.loads(path.read_text(encoding="utf-8"))
        return cases
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def each(cases: list[Case]) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in cases])


def ladder_of(case: Case) -> Ladder:
    market, kind = PRODUCTS[case["kind"]]
    day = date.fromisoformat(case["date"]) if "date" in case else UNDATED
    return Ladder(grid(market, kind, day), PriceLimits(int(case["lower"]), int(case["upper"])))


@pytest.mark.parametrize("name", FILES)
def test_the_vectors_are_there(name: str) -> None:
    assert read(name), f"{FOLDER / name} is missing or empty"


@each(read("auction.json"))
def test_a_call_clears_as_in_the_vectors(case: Case) -> None:
    book = Book(ladder_of(case), case["last"])
    book.gathers = True
    names: dict[int, str] = {}
    for side, orders in ((Side.BUY, case["bids"]), (Side.SELL, case["asks"])):
        for order in orders:
            names[len(names) + 1] = order["id"]
            assert order["type"] in ORDER_TYPES
            assert not book.place(len(names), side, order["price"], order["qty"])

    clearing = book.clearing()
    expected = case["expected"]
    if expected is None:
        assert clearing is None
        return
    assert clearing is not None
    assert clearing.price == expected["price"]
    assert clearing.quantity == expected["volume"]
    assert [clearing.lowest, clearing.highest] == expected["candidate_range"]
    assert clearing.market_buy_price == expected["deemed_market_buy"]
    assert clearing.market_sell_price == expected["deemed_market_sell"]

    buys: dict[str, int] = {}
    sells: dict[str, int] = {}
    for buy, sell, quantity in book.uncross(clearing, UNDATED if case["phase"] == "open" else None):
        buys[names[buy]] = buys.get(names[buy], 0) + quantity
        sells[names[sell]] = sells.get(names[sell], 0) + quantity
    assert buys == expected["buy_fills"]
    assert sells == expected["sell_fills"]


@each(read("limit_price_allocation.json"))
def test_orders_at_a_limit_price_share_as_in_the_vectors(case: Case) -> None:
    got = allocate(case["orders_in_record_order"], case["available"], UNDATED, case["lot"])

    assert got == case["expected"]


@each(read("continuous_matching.json"))
def test_orders_match_as_in_the_vectors(case: Case) -> None:
    market, kind = PRODUCTS[case["kind"]]
    day = date.fromisoformat(case["date"])
    instrument = Instrument(code="000000", name="시험", market=market, kind=kind)
    exchange = Exchange(day, [Listing(instrument, case["base"])], [], KIS_STOCK)
    limits = exchange.limits("000000")
    assert (limits.lower, limits.upper) == (case["lower"], case["upper"])
    at = datetime.combine(day, time(10), KST)
    exchange.process(Advance(), at)
    exchange._issues["000000"].main.book.last_price = case["last"]

    numbers: dict[str, int] = {}
    trades = []
    canceled: dict[str, int] = {}
    for event in case["events"]:
        command: Command
        match event["action"]:
            case "new":
                order_type = ORDER_TYPES[event["type"]]
                side = Side(event["side"])
                command = Place(
                    THE_MARKET,
                    "000000",
                    side,
                    event["qty"],
                    event.get("price"),
                    order_type,
                    TimeInForce((event.get("cond") or "day").lower()),
                    event.get("stop"),
                )
                name = event["id"]
            case "amend":
                command = Replace(
                    THE_MARKET,
                    numbers[event["id"]],
                    event["price"],
                    event.get("qty"),
                    ORDER_TYPES[event.get("type", "limit")],
                    event.get("stop"),
                )
                name = event["new_id"]
            case "cancel":
                command = Cancel(THE_MARKET, numbers[event["id"]], event.get("qty"))
                name = f"cancel of {event['id']}"
            case unknown:
                pytest.fail(f"{case['id']} has an unknown action {unknown!r}")
        happened = exchange.process(command, at)
        assert not [one for one in happened if isinstance(one, Refused)]
        numbers[name] = exchange.last_number
        names = {number: name for name, number in numbers.items()}
        trades += [
            {
                "buy": names[one.buy_number],
                "sell": names[one.sell_number],
                "price": one.price,
                "qty": one.quantity,
            }
            for one in happened
            if isinstance(one, Traded)
        ]
        for one in happened:
            if isinstance(one, Canceled):
                of = names[one.number]
                canceled[of] = canceled.get(of, 0) + one.quantity
    expected = case["expected"]
    assert trades == expected["trades"]
    assert canceled == expected["cancelled"]
    assert exchange.quote("000000").last_price == expected["last"]
    stops = exchange._issues["000000"].main.stops.orders
    assert sorted(names[number] for number in stops) == sorted(expected["untriggered_stops"])
    assert _resting(exchange, names) == sorted(expected["resting"], key=lambda order: str(order["id"]))


def _resting(exchange: Exchange, names: dict[int, str]) -> list[Case]:
    book = exchange._issues["000000"].main.book
    resting = []
    for own in (book.bids, book.asks):
        for number, quantity in own.queue():
            found = book.find(number)
            assert found is not None
            side, price = found
            resting.append(
                {
                    "id": names[number],
                    "side": side.value,
                    "price": book.deemed_price(side) if price is None else price,
                    "market": price is None,
                    "qty": quantity,
                }
            )
    return sorted(resting, key=lambda order: str(order["id"]))


@each(read("market_deemed_continuous.csv"))
def test_a_waiting_market_order_stands_as_in_the_vectors(case: Case) -> None:
    side = Side(case["side"])
    book = Book(ladder_of(case), int(case["last"]))
    book.gathers = True  # lets a market order wait although the other side has orders
    for number, price in enumerate(case["limit_bids"].split()):
        book.place(number, Side.BUY, int(price), 1)
    for number, price in enumerate(case["limit_asks"].split()):
        book.place(100 + number, Side.SELL, int(price), 1)
    book.place(200, side, None, 1)

    assert book.deemed_price(side) == int(case["expected_deemed_price"])


@each(read("buying_power_model.csv"))
def test_the_largest_buy_is_as_in_the_vectors(case: Case) -> None:
    market, kind = PRODUCTS[case["kind"]]
    if case["order_type"] == "market":
        price = price_limits(market, kind, int(case["base"]), UNDATED).upper
    else:
        price = int(case["price"])
    assert price == int(case["pricing_price"])
    commission_rate, margin_rate = Decimal(case["fee_rate_pct"]) / 100, Decimal(case["margin_rate_pct"]) / 100

    quantity = max_buy_quantity(int(case["cash"]), price, commission_rate, margin_rate)

    assert quantity == int(case["max_qty"])
