"""Every row of the test vectors of the rules (krx.md §10), and that no file of them is missing or unknown.

They are read from the folder named by `HOGA_VECTORS`, else from the project's own copy.
"""

import csv
import os
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx import base_price, calendar, circuit_breaker, codes, deemed, fees, pegged, sessions, short_sale
from hoga.krx import volatility as vi
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.quantity_cap import max_order_quantity
from hoga.krx.sessions import Phase
from hoga.krx.settlement import settlement_day
from hoga.krx.ticks import TickGrid, grid

Row = dict[str, str]

FOLDER = Path(os.environ.get("HOGA_VECTORS") or Path(__file__).resolve().parents[1] / "vectors")

HERE: set[str] = set()
"""The files that a test of this module reads: `each_row_of` notes them."""
ELSEWHERE = {
    "auction.json",
    "buying_power_model.csv",
    "continuous_matching.json",
    "limit_price_allocation.json",
}
"""The vectors that only tests/exchange reads."""

PRODUCTS = {
    "kospi": (Market.KOSPI, Kind.STOCK),
    "kosdaq": (Market.KOSDAQ, Kind.STOCK),
    "konex": (Market.KONEX, Kind.STOCK),
    "etf": (Market.KOSPI, Kind.ETF),
    "etn": (Market.KOSPI, Kind.ETN),
    "elw": (Market.KOSPI, Kind.ELW),
}
UNDATED = date(2026, 5, 4)
"""The day of vectors that name none: they were made for the tables of 2026."""


def read(name: str) -> list[Row]:
    """The rows of a file; none when it is missing, which a test below reports."""
    path = FOLDER / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def each_row_of(name: str) -> Callable[[Callable[[Row], None]], Callable[[Row], None]]:
    HERE.add(name)
    rows = [pytest.param(row, id=row.get("id", "without-id")) for row in read(name)]
    return pytest.mark.parametrize("row", rows)


def grid_of(row: Row) -> TickGrid:
    market, kind = PRODUCTS[row["kind"]]
    return grid(market, kind, date.fromisoformat(row["date"]) if "date" in row else UNDATED)


def number(text: str) -> int | None:
    return int(text) if text else None


def limits_of(row: Row) -> PriceLimits:
    return PriceLimits(int(row["lower"]), int(row["upper"]))


@each_row_of("tick_size.csv")
def test_tick_size(row: Row) -> None:
    prices, price = grid_of(row), int(row["price"])
    assert {
        "tick": prices.tick(price),
        "on_grid": int(prices.is_on(price)),
        "floor": prices.floor(price),
        "ceil": prices.ceil(price),
        "next_up": prices.up(price),
        "next_down": prices.down(price),
    } == {name: int(row[name]) for name in ("tick", "on_grid", "floor", "ceil", "next_up", "next_down")}


@each_row_of("price_limits.csv")
def test_price_limits(row: Row) -> None:
    market, kind = PRODUCTS[row["kind"]]
    limits = price_limits(
        market,
        kind,
        int(row["base"]),
        date.fromisoformat(row["date"]),
        leverage=Decimal(row["leverage"]),
        is_listing_day=row["listing_day"] == "1",
    )
    assert limits == limits_of(row)


@each_row_of("base_price.csv")
def test_base_price(row: Row) -> None:
    prices, close = grid_of(row), int(row["prev_close"])
    a, b, c = (int(row[name] or 0) for name in "abc")
    match row["rule"]:
        case "prev_close":
            base = base_price.after_close(close, prices)
        case "split":
            base = base_price.after_split(close, a, b, prices)
        case "ex_rights":
            base = base_price.after_rights(close, a, b, c, prices)
        case "etf_distribution":
            base = base_price.after_distribution(close, a, prices)
        case unknown:
            pytest.fail(f"no rule is called {unknown}")
    assert base == int(row["expected"])


@each_row_of("best_limit_pricing.csv")
def test_best_limit_pricing(row: Row) -> None:
    side, prices, limits, last = Side(row["side"]), grid_of(row), limits_of(row), int(row["last"])
    bid, ask = number(row["best_bid"]), number(row["best_ask"])
    match row["order_type"]:
        case "best":
            price: int | None = pegged.immediately_executable_limit(side, bid, ask, last, limits, prices)
        case "top":
            price = pegged.best_limit(side, bid, ask, last, prices)
        case "mid":
            price = pegged.mid_price(bid, ask)
        case unknown:
            pytest.fail(f"no order type is called {unknown}")
    assert ("REJECT" if price is None else str(price)) == row["expected_price"]


@each_row_of("market_deemed_continuous.csv")
def test_market_deemed_continuous(row: Row) -> None:
    prices, limits, last = grid_of(row), limits_of(row), int(row["last"])
    bids = [int(price) for price in row["limit_bids"].split()]
    asks = [int(price) for price in row["limit_asks"].split()]
    if row["side"] == "buy":
        price = deemed.continuous_buy(max(bids, default=None), max(asks, default=None), last, limits, prices)
    else:
        price = deemed.continuous_sell(min(asks, default=None), min(bids, default=None), last, limits, prices)
    assert price == int(row["expected_deemed_price"])


@each_row_of("fees_taxes.csv")
def test_fees_and_taxes(row: Row) -> None:
    market, kind, trade_day = Market(row["market"]), Kind(row["kind"]), date.fromisoformat(row["trade_date"])
    commission = fees.Commission(Decimal(row["fee_rate_pct"]) / 100, int(row["fee_floor_unit"]))
    amount = int(row["price"]) * int(row["qty"])
    fee = commission.of(amount)
    if row["side"] == "sell":
        taxes = fees.taxes(market, kind, trade_day, amount)
        net = amount - fee - taxes.total
    else:
        taxes = fees.Taxes(0, 0)
        net = amount + fee
    assert settlement_day(trade_day) == date.fromisoformat(row["settle_date"])
    assert {
        "amount": amount,
        "fee": fee,
        "securities_tax": taxes.securities,
        "agri_tax": taxes.rural,
        "net_cash": net,
    } == {name: int(row[name]) for name in ("amount", "fee", "securities_tax", "agri_tax", "net_cash")}


@each_row_of("settlement.csv")
def test_settlement(row: Row) -> None:
    assert settlement_day(date.fromisoformat(row["trade_date"])) == date.fromisoformat(row["settle_date"])


@each_row_of("calendar_days.csv")
def test_calendar_days(row: Row) -> None:
    day = date.fromisoformat(row["date"])
    assert calendar.is_trading_day(day) == (row["is_session"] == "1")
    if row["is_session"] == "1":
        hours = calendar.get_hours(day)
        assert f"{hours.open:%Y-%m-%d %H:%M}" == f"{day} {row['open']}"
        assert f"{hours.close:%Y-%m-%d %H:%M}" == f"{day} {row['close']}"


@each_row_of("session_phase.csv")
def test_session_phase(row: Row) -> None:
    at = datetime.combine(date.fromisoformat(row["date"]), time.fromisoformat(row["time"]), KST)
    assert "+".join(sessions.phases_at(at, row["venue"])) == row["phase"]


@each_row_of("isin.csv")
def test_isin(row: Row) -> None:
    isin = codes.isin(row["short_code"])
    assert isin == row["isin"]
    assert codes.isin_check_digit(isin[:11]) == int(row["check_digit"])


@each_row_of("volatility_interruption.csv")
def test_volatility_interruption(row: Row) -> None:
    group, phase = vi.Group(row["group"]), Phase(row["phase"].upper())
    kind = Kind.ETF if group in (vi.Group.CALM_FUND, vi.Group.OTHER_FUND) else Kind.STOCK
    prices = grid(Market.KOSPI, kind, UNDATED)
    price, last, reference = int(row["provisional_price"]), int(row["last"]), int(row["static_ref"])
    assert vi.dynamic_vi(price, last, group, phase, UNDATED, prices) == (row["dynamic_vi"] == "1")
    assert vi.static_vi(price, reference, last, phase, UNDATED, prices) == (row["static_vi"] == "1")


@each_row_of("circuit_breaker.csv")
def test_circuit_breaker(row: Row) -> None:
    at = datetime.combine(UNDATED, time.fromisoformat(row["persisted_1min_at"]), KST)
    levels = tuple(Decimal(row[name]) for name in ("stage1_level", "stage2_level") if row[name])
    stage = circuit_breaker.due_stage(Decimal(row["prev_close"]), Decimal(row["index"]), at, levels)
    assert stage == number(row["expected_stage"])


@each_row_of("short_sale_uptick.csv")
def test_short_sale_uptick(row: Row) -> None:
    base, prices = int(row["base"]), [int(price) for price in row["prices_since_base"].split()]
    last = prices[-1] if prices else base
    lowest = short_sale.lowest_price(last, short_sale.last_different(base, prices), grid_of(row))
    assert lowest == int(row["min_short_price"])


@each_row_of("order_quantity_cap.csv")
def test_order_quantity_cap(row: Row) -> None:
    base, listed = int(row["base"]), int(row["listed_shares"])
    assert base * listed == int(row["market_cap"])
    assert max_order_quantity(base, listed) == int(row["max_order_qty"])


def find_gaps(folder: Path) -> tuple[set[str], set[str]]:
    """The files that a test wants and `folder` lacks, and the files there that no test reads."""
    found = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".json"}}
    return (HERE | ELSEWHERE) - found, found - HERE - ELSEWHERE


# From here on every file that this module reads is known.


def test_the_vectors_folder_holds_files_that_are_read_and_all_of_them() -> None:
    assert FOLDER.is_dir(), f"{FOLDER} is not a folder; set HOGA_VECTORS to the folder of the vectors"
    missing, unread = find_gaps(FOLDER)
    assert not missing, f"{FOLDER} lacks {sorted(missing)}"
    assert not unread, f"no test reads {sorted(unread)} of {FOLDER}"


def test_a_vectors_file_that_is_missing_or_that_nobody_reads_is_noticed(tmp_path: Path) -> None:
    for name in (HERE | ELSEWHERE) - {"isin.csv"} | {"new_rule.csv"}:
        (tmp_path / name).touch()
    assert find_gaps(tmp_path) == ({"isin.csv"}, {"new_rule.csv"})


@pytest.mark.parametrize("name", sorted(HERE))
def test_every_vectors_file_has_rows(name: str) -> None:
    assert read(name), f"{FOLDER / name} is missing or has no rows"


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_vectors_that_are_not_read_here_are_read_by_the_tests_of_the_exchange(name: str) -> None:
    module = Path(__file__).resolve().parents[1] / "exchange" / "test_vectors.py"
    assert f'"{name}"' in module.read_text(encoding="utf-8"), f"{module} does not read {name}"
