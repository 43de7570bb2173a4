"""The front for notebooks, at `hoga exchange` in another process."""

import asyncio
import inspect
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import polars as pl
import pytest
from tests.conftest import Command

import hoga
from hoga.brokers.kis.account_questions import AccountQuestions
from hoga.brokers.kis.chart_questions import ChartQuestions
from hoga.brokers.kis.company_questions import CompanyQuestions
from hoga.brokers.kis.flow_questions import FlowQuestions
from hoga.brokers.kis.inquiry import Inquiry
from hoga.brokers.kis.market_questions import MarketQuestions
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.tokens import TOKEN_PAUSE
from hoga.domain.bar import Interval
from hoga.domain.errors import BadInput
from hoga.domain.flows import Investor
from hoga.domain.index import Index
from hoga.domain.market_day import MarketTime
from hoga.front import TIMEOUT
from hoga.questions import choice
from hoga.table import Table

PORTS = ("--rest-port", "0", "--paper-rest-port", "0", "--ws-port", "0", "--paper-ws-port", "0")
DAY = date(2026, 11, 20)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the quiet exchange of a made day, for all these tests, is found."""
    home = tmp_path_factory.mktemp("front") / "home"
    morning = ("--day", str(DAY), "--from", "09:01", "--quiet", "--no-limits")
    exchange = Command(home, ("exchange", "--json", *morning, *PORTS), None, {})
    try:
        exchange.wait_for(lambda line: '"ready"' in line)
        yield home
    finally:
        exchange.kill()


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOGA_HOME", str(home))
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)


@pytest.fixture
def account(opened: None, told: list[str]) -> Iterator[hoga.Front]:
    with hoga.connect("sim", tell=told.append) as front:
        yield front


def test_nothing_is_given_up_before_kis_may_have_given_another_token() -> None:
    assert timedelta(seconds=TIMEOUT) > TOKEN_PAUSE + 2 * timedelta(seconds=Patience().answer)


def test_prices_charts_and_companies_are_asked_without_await(account: hoga.Front) -> None:
    quotes = account.quotes(["005930", "A000660"])
    assert [quote.code for quote in quotes] == ["005930", "000660"]
    assert account.quote("005930").base_price == quotes[0].base_price
    assert account.book("005930").code == "005930"
    bars = account.bars("005930", "2025-11-20", date(2026, 11, 19))
    assert (bars[0].at.date(), bars[-1].at.date()) == (date(2025, 11, 20), date(2026, 11, 19))
    assert len(bars) > 240
    weeks = account.bars("005930", "2026-09-07", "2026-11-15", "week")
    assert len(weeks) == 10
    assert len(account.bars("005930")) > 15
    assert {bar.at.date() for bar in account.minute_bars("005930", "2026-11-19")} == {date(2026, 11, 19)}
    assert account.trades("005930").trades == ()
    flows = account.flows("005930", "2026-11-02", "2026-11-19")
    assert all(Investor.FOREIGN in each.flows for each in flows)
    assert account.short_sales("005930", "2026-11-02", "2026-11-19")[-1].day == date(2026, 11, 19)
    assert account.features("005930").company.code == "005930"
    assert account.incomes("005930", "quarter")[-1].end > account.incomes("005930")[0].end
    assert [each.code for each in account.find("삼성전자")][:1] == ["005930"]
    assert account.find("005930")[0].name == "삼성전자"
    assert isinstance(account.ask(lambda broker: broker.market.time()), MarketTime)
    frame = bars.frame(korean=True)
    assert list(frame.columns)[:3] == ["종목코드", "시각", "시가"]
    assert len(frame) == len(bars)


def test_words_of_a_choice_may_be_written_in_small_or_capital_letters() -> None:
    assert choice(Index, "kospi") is choice(Index, "KOSPI") is choice(Index, Index.KOSPI) is Index.KOSPI
    assert choice(Interval, " Week ") is Interval.WEEK
    with pytest.raises(BadInput, match="kosp: give one of KOSPI, KOSDAQ, KOSPI200"):
        choice(Index, "kosp")


def test_an_order_lives_from_the_notebook_to_its_cancel(account: hoga.Front, told: list[str]) -> None:
    price = account.quote("005930").lower_limit
    order = account.buy("A005930", 10, price)
    assert (order.status, order.remaining_quantity) == (hoga.OrderStatus.OPEN, 10)
    assert account.book("005930").bids[0].quantity == 10
    assert order in account.orders()
    (open_order,) = account.open_orders()
    assert (open_order.broker_order_id, open_order.revisable_quantity) == (order.broker_order_id, 10)
    higher = account.replace(order, price + 100)
    assert (higher.price, higher.order_id) == (price + 100, order.order_id)
    gone = account.cancel(higher.broker_order_id)
    assert gone.status is hoga.OrderStatus.CANCELED
    assert account.fills() == hoga.Table([])
    assert account.positions() == hoga.Table([])
    assert account.account().buying_power == account.account().deposit
    assert set(account.orders().frame()["status"]) <= {"canceled", "denied"}


def test_what_risk_denies_is_an_answer(account: hoga.Front) -> None:
    denied = account.buy("005930", 10, 7)
    assert denied.status is hoga.OrderStatus.DENIED
    assert denied.reason
    assert account.sell("005930", 1, order_type="market").status is hoga.OrderStatus.DENIED
    with pytest.raises(hoga.BadInput, match="no such order"):
        account.cancel("nothing")


def test_numbers_of_a_frame_are_taken_and_parts_of_shares_are_refused(opened: None) -> None:
    with hoga.connect("sim", tell=lambda line: None) as account:
        price = account.quote("005930").lower_limit
        order = account.buy("005930", numpy.int64(3), numpy.int64(price))  # type: ignore[arg-type]
        assert (order.request.quantity, type(order.request.quantity)) == (3, int)
        for wrong in (1.5, 2.0, "2", True):
            with pytest.raises(hoga.HogaError, match="whole numbers"):
                account.buy("005930", wrong, price)  # type: ignore[arg-type]
        with pytest.raises(hoga.BadInput, match="six characters"):
            account.buy(5930, 1, price)  # type: ignore[arg-type]
        assert [quote.code for quote in account.quotes("005930")] == ["005930"]
    with hoga.connect("sim", tell=lambda line: None) as account:  # its journal is readable
        assert account.cancel(order).status is hoga.OrderStatus.CANCELED


def test_a_second_desk_is_refused_while_the_first_is_open(opened: None) -> None:
    said: list[str] = []
    with hoga.connect("sim", tell=said.append) as first, hoga.connect("sim", tell=said.append) as second:
        price = first.quote("005930").lower_limit
        assert first.buy("005930", 1, price).status is hoga.OrderStatus.OPEN
        # KIS has one stream for an app key, and the journal one desk for an account: the clearer one speaks.
        with pytest.raises(hoga.AccountTaken, match="already traded by another Hoga"):
            second.buy("005930", 1, price)
        assert second.quote("005930").lower_limit == price
    with hoga.connect("sim", tell=said.append) as third:
        (order,) = [each for each in third.orders() if each.is_open]
        assert third.cancel(order).status is hoga.OrderStatus.CANCELED


def test_it_works_where_a_loop_runs_already(opened: None) -> None:
    async def cell() -> int:
        with hoga.connect("sim") as account:
            return account.quote("005930").base_price

    assert asyncio.run(cell()) > 0


def test_a_question_that_takes_too_long_is_given_up(account: hoga.Front) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def endless(broker: Inquiry) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    for seconds in (0.05, 1, 10, 60):  # on a busy machine it may be given up before it has begun
        account._timeout = seconds
        with pytest.raises(hoga.RateLimited, match=rf"\b{re.escape(str(seconds))} s"):
            account.ask(endless)
        if begun.is_set():
            break
    account._timeout = 60
    assert begun.is_set()
    assert ended.wait(5)


def test_a_question_of_many_calls_goes_on_as_long_as_they_are_answered(account: hoga.Front) -> None:
    answers, go = iter(range(1, 4)), threading.Event()
    real = account._heard

    def heard() -> int:
        """One more answer at each look, until there is the last."""
        found = next(answers, None)
        if found is None:
            go.set()
            return 99
        return found

    async def slow(broker: Inquiry) -> str:
        await asyncio.to_thread(go.wait, 5)
        return "all of it"

    account._timeout = 0.05
    account._heard = heard  # type: ignore[method-assign]
    try:
        assert account.ask(slow) == "all of it"
    finally:
        account._timeout, account._heard = 60, real  # type: ignore[method-assign]


def test_an_order_that_takes_too_long_is_not_given_up(
    account: hoga.Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = account.quote("005930").lower_limit
    first = account.buy("005930", 1, price)  # the desk is open
    go, gone = threading.Event(), threading.Event()
    real = account._desk[1].place if account._desk else None
    assert real is not None

    async def slow(*arguments: Any, **more: Any) -> hoga.Order:
        await asyncio.to_thread(go.wait, 5)
        order = await real(*arguments, **more)
        gone.set()
        return order

    assert account._desk is not None
    monkeypatch.setattr(account._desk[1], "place", slow)
    account._timeout = 0.05
    with pytest.raises(hoga.OutcomeUnknown, match="do not order again"):
        account.buy("005930", 2, price)
    account._timeout = 60
    go.set()
    assert gone.wait(5)
    monkeypatch.undo()
    second = next(order for order in account.orders() if order.request.quantity == 2)
    assert second.is_open
    for order in (first, second):
        assert account.cancel(order).status is hoga.OrderStatus.CANCELED


def test_what_is_closed_says_so_and_may_be_closed_again(opened: None) -> None:
    account = hoga.connect("sim")
    threads = threading.active_count()
    account.close()
    account.close()
    assert threading.active_count() < threads
    assert "closed" in repr(account)
    with pytest.raises(hoga.Unreachable, match="closed"):
        account.quote("005930")


NONSENSE: tuple[tuple[Callable[[hoga.Front], object], str], ...] = (
    (lambda account: account.quote("5930"), "5930"),
    (lambda account: account.bars("005930", "yesterday"), "YYYY-MM-DD"),
    (lambda account: account.bars("005930", interval="hour"), "day, week, month, year"),
    (lambda account: account.bars("005930", "2026-11-20", "2026-11-01"), "is after"),
    (lambda account: account.short_sale_ranking("nasdaq"), "kospi"),
    (lambda account: account.short_sale_ranking(span="9d"), "1d, 2d"),
    (lambda account: account.buy("005930", 1, order_type="best"), "market"),
)


def test_what_makes_no_sense_is_refused_in_words(account: hoga.Front) -> None:
    for question, words in NONSENSE:
        with pytest.raises(hoga.BadInput, match=words):
            question(account)


def test_without_an_exchange_it_says_what_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)
    threads = threading.active_count()
    with pytest.raises(hoga.BadInput, match="hoga exchange"):
        hoga.connect("sim")
    with pytest.raises(hoga.BadInput, match="real money"):
        hoga.connect("kis-live")
    assert threading.active_count() == threads


def test_a_frame_becomes_a_rebalancing_plan_and_nothing_is_traded(account: hoga.Front, home: Path) -> None:
    frame = pl.DataFrame({"종목코드": [5930, 660], "비중": [0.5, 0.25]})
    plan = account.plan(frame)
    assert [(line.code, line.target > 0) for line in plan.targets.lines] == [
        ("000660", True),
        ("005930", True),
    ]
    assert (home / "plans" / f"{plan.number:04d}.json").exists()
    file = home / "model.csv"
    file.write_text("종목코드\n005930\n", encoding="utf-8")
    assert account.plan(file).number == plan.number + 1
    assert account.plan(str(file)).model == str(file)
    (home / "hoga.toml").write_text('[rebalance]\nschedule = "vwap"\nvolume_days = 2\n', encoding="utf-8")
    by_volume = account.plan(frame)
    assert set(by_volume.course.curves) == {"000660", "005930"}
    assert "volume curve (11-18~11-19)" in by_volume.notes[0]
    with pytest.raises(hoga.BadInput, match="999999"):
        account.plan(pl.DataFrame({"종목코드": ["999999"]}))


def _asked() -> dict[str, str]:
    """Every question of the client, by where it is, with the method of the front that asks it."""
    return {
        "quotes": "quotes",
        "book": "book",
        "daily_bars": "bars",
        "account": "account",
        "buying_power": "buying_power",
        "orders": "past_orders",
        "charts.newest_trades": "newest_trades",
        "charts.trades": "trades",
        "charts.minute_bars": "minute_bars",
        "charts.bars": "bars",
        "charts.recent_bars": "recent_bars",
        "charts.index_bars": "index_bars",
        "charts.index_minutes": "index_minutes",
        "market.volume_ranking": "volume_ranking",
        "market.change_ranking": "change_ranking",
        "market.ranking": "ranking",
        "market.index_names": "index_names",
        "market.index": "index",
        "market.days": "calendar",
        "market.time": "market_time",
        "market.headlines": "headlines",
        "market.interruptions": "interruptions",
        "companies.company": "company",
        "companies.name": "name",
        "companies.product": "product",
        "companies.standing": "standing",
        "companies.valuation": "valuation",
        "companies.balance_sheets": "balance_sheets",
        "companies.incomes": "incomes",
        "companies.ratios": "ratios",
        "companies.dividends": "dividends",
        "companies.interest_coverage": "interest_coverage",
        "companies.features": "features",
        "companies.features_on_paper": "features",
        "flows.investors": "flows",
        "flows.programs": "programs",
        "flows.market_investors": "market_flows",
        "flows.market_programs": "market_programs",
        "flows.members": "members",
        "flows.short_sales": "short_sales",
        "flows.short_sale_ranking": "short_sale_ranking",
        "ledger.sellable": "sellable",
        "ledger.open_orders": "open_orders",
        "ledger.assets": "assets",
        "ledger.realized": "realized",
        "ledger.day_profits": "day_profits",
        "ledger.trade_profits": "trade_profits",
        "ledger.reserved": "reserved",
    }


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "quotes": (["005930"],),
    "change_ranking": ("kospi", "rise", 2),
    "ranking": ("market_value",),
    "index": ("KOSPI",),
    "index_bars": ("KOSDAQ", "2026-11-02", "2026-11-19"),
    "index_minutes": ("KOSPI200",),
    "interest_coverage": ("005930", "2025-12-31"),
    "market_flows": ("KOSPI", "2026-11-16", "2026-11-19"),
    "market_programs": ("KOSDAQ", "2026-11-16", "2026-11-19"),
    "dividends": ("005930", "2024-01-01"),
    "flows": ("005930", "2026-11-02", "2026-11-19"),
    "programs": ("005930", "2026-11-02", "2026-11-19"),
    "short_sales": ("005930", "2026-11-02", "2026-11-19"),
    "minute_bars": ("005930", "2026-11-19"),
    "past_orders": ("2026-11-19", "2026-11-20"),
    **dict.fromkeys(
        ["book", "bars", "trades", "newest_trades", "recent_bars", "company", "name", "product"], ("005930",)
    ),
    **dict.fromkeys(["standing", "valuation", "features"], ("005930",)),
    **dict.fromkeys(["balance_sheets", "incomes", "ratios", "members", "sellable"], ("005930",)),
}
"""What a question is asked with; the others need nothing."""


def test_every_question_of_the_client_has_a_method_of_its_own() -> None:
    subjects = {
        "": Inquiry,
        "charts.": ChartQuestions,
        "market.": MarketQuestions,
        "companies.": CompanyQuestions,
        "flows.": FlowQuestions,
        "ledger.": AccountQuestions,
    }
    known = {
        f"{prefix}{name}"
        for prefix, kind in subjects.items()
        for name, method in inspect.getmembers(kind, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    own = {"quotes", "book", "daily_bars", "account", "buying_power", "orders"}
    assert known | own == set(_asked())
    assert all(callable(getattr(hoga.Front, name)) for name in _asked().values())


@pytest.mark.parametrize("name", sorted(set(_asked().values())))
def test_an_answer_becomes_a_frame_with_korean_titles(account: hoga.Front, name: str) -> None:
    answer = getattr(account, name)(*ARGUMENTS.get(name, ()))
    if isinstance(answer, int | str | Decimal | None):
        return
    if not isinstance(answer, Table):
        assert not isinstance(answer, list | tuple | dict)
    frame = hoga.frame(answer, korean=True)
    strange = {title for title in frame.columns if not re.search("[가-힣]", title) and not title.isupper()}
    assert not strange


def test_a_ranking_has_bounds(account: hoga.Front) -> None:
    dear = account.volume_ranking(least_price=100_000)
    assert dear
    assert all(each.last_price >= 100_000 for each in dear)
    with pytest.raises(BadInput, match="least_price"):
        account.volume_ranking(least=100_000)
