"""python-kis, a KIS client of other people, trades on the exchange; what it tells is the exchange's state.

Nothing of it is changed but its base addresses. It blocks, so it lives in a thread; meanwhile the exchange
stands still but for what the client or the test does. On paper it takes prices from the real side, as its
authors meant it, and knows neither amendments nor the open orders at home.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from queue import Queue
from typing import Any, TypeVar

import pykis.client.websocket
import pykis.kis
import pytest
from pykis import KisAPIError, PyKis
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    FakeBars,
    at,
    both,
    ids,
    make_simulation,
)

from hoga.brokers.kis.codes import BRANCHES, Environment
from hoga.brokers.kis.login import Approvals, Customer
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock, WallClock
from hoga.domain.quote import OrderBook
from hoga.domain.request import OrderType
from hoga.exchange.commands import Command, Place
from hoga.exchange.events import Event, Traded
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day

T = TypeVar("T")

CODE = SAMSUNG.code
HTS_ID = KIM.hts_id
"""One person has one HTS id, whichever account she trades on."""
LEE_ON_PAPER = Customer(keys=LEE.keys, account=LEE.account, hts_id=HTS_ID)
ACCOUNTS = {REAL: KIM.account, PAPER: LEE.account}
DEPTH = 5
PATIENCE = 30
"""Seconds of real time within which anything must have happened."""

# Its sockets look up every ten seconds, so they say goodbye long after their test.
logging.getLogger("pykis").setLevel(logging.CRITICAL)

pytestmark = [
    # python-kis leaves closing to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Event ticket:UserWarning"),
]


class Street:
    """The exchange, and a way for the client's thread to use it."""

    def __init__(self, simulation: Simulation, clock: ManualClock) -> None:
        self.simulation = simulation
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.traded: list[Traded] = []
        simulation.on_events(self._hear)

    def _hear(self, happened: Sequence[Event]) -> None:
        self.traded += [event for event in happened if isinstance(event, Traded)]

    def see(self, look: Callable[[], T]) -> T:
        """What `look` sees in the exchange's own thread."""

        async def seen() -> T:
            return look()

        return asyncio.run_coroutine_threadsafe(seen(), self._loop).result(PATIENCE)

    def come(self, text: str) -> None:
        """Let the day go on until then."""

        def gone() -> None:
            self._clock.set(at(text))
            self.simulation.advance(at(text))

        self.see(gone)

    def trade(self, *commands: Command) -> None:
        """What somebody else does."""

        def submit() -> None:
            for command in commands:
                self.simulation.submit(command, self._clock.now())

        self.see(submit)

    def offer_both_sides(self) -> None:
        """A book of some levels, with a gap of one tick."""
        self.trade(
            *(Place(MAKER, CODE, SELL, 10 + n, 70_100 + 100 * n) for n in range(DEPTH)),
            *(Place(MAKER, CODE, BUY, 20 + n, 69_900 - 100 * n) for n in range(DEPTH)),
        )

    def orders(self, account: str) -> list[OrderRecord]:
        return self.see(lambda: self.simulation.exchange.orders(account, DAY, DAY))


@dataclass(frozen=True)
class Told:
    """What a subscription has told, in its order."""

    queue: Queue[Any]

    def next(self) -> Any:
        return self.queue.get(timeout=PATIENCE)


def drive(test: Callable[[Street, PyKis], None], environment: Environment = REAL) -> None:
    """Let `test` use python-kis in front of both faces at ten o'clock."""

    async def opened() -> None:
        simulation, clock, wall, new_id = make_simulation(), ManualClock(at("10:00")), WallClock(), ids()
        customers = {REAL: KIM, PAPER: LEE_ON_PAPER}
        approvals = Approvals(list(customers.values()), wall, new_id)
        real, paper = (
            KisFace(
                simulation,
                clock,
                FakeBars(),
                (who,),
                where,
                new_id,
                login_clock=wall,
                approvals=approvals,
            )
            for where, who in customers.items()
        )
        simulation.advance(at("10:00"))
        street = Street(simulation, clock)
        async with real, paper:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(pykis.kis, "REAL_DOMAIN", real.rest_url)
                patch.setattr(pykis.kis, "VIRTUAL_DOMAIN", paper.rest_url)
                patch.setattr(pykis.client.websocket, "WEBSOCKET_REAL_DOMAIN", real.ws_url)
                patch.setattr(pykis.client.websocket, "WEBSOCKET_VIRTUAL_DOMAIN", paper.ws_url)
                await asyncio.to_thread(live, test, street, environment)

    asyncio.run(opened())


def live(test: Callable[[Street, PyKis], None], street: Street, environment: Environment) -> None:
    client = log_in(environment)
    try:
        test(street, client)
    finally:
        client.websocket.disconnect()
        client.close()


def log_in(environment: Environment) -> PyKis:
    real = {"id": HTS_ID, "appkey": KIM.keys.appkey, "secretkey": KIM.keys.appsecret}
    paper = {
        "virtual_id": HTS_ID,
        "virtual_appkey": LEE.keys.appkey,
        "virtual_secretkey": LEE.keys.appsecret,
    }
    return PyKis(account=ACCOUNTS[environment], **(real if environment is REAL else real | paper))


@contextmanager
def listening(client: PyKis, streams: set[str], subscribe: Callable[[Any], Any]) -> Iterator[Told]:
    """Subscribe, and wait until the exchange has acknowledged all `streams`."""
    told, missing, done = Told(Queue()), set(streams), threading.Event()

    def acknowledged(_: object, heard: Any) -> None:
        missing.discard(heard.tr.id)
        if not missing:
            done.set()

    client.websocket.subscribed_event += acknowledged
    ticket = subscribe(lambda _, heard: told.queue.put(heard.response))
    assert done.wait(PATIENCE)
    yield told
    ticket.unsubscribe()


def level_pairs(levels: Any) -> list[tuple[int, int]]:
    """Prices and quantities that python-kis shows; it shows ten, whatever there is."""
    pairs = [(level.price, level.volume) for level in levels]
    assert len(pairs) == 10
    return [pair for pair in pairs if pair != (0, 0)]


def assert_same_book(shown: Any, book: OrderBook) -> None:
    assert level_pairs(shown.asks) == [(level.price, level.quantity) for level in book.asks]
    assert level_pairs(shown.bids) == [(level.price, level.quantity) for level in book.bids]


def assert_same_order(shown: Any, record: OrderRecord) -> None:
    """One line of the order list."""
    request = record.request
    assert shown.symbol == request.code
    assert int(shown.number) == record.number
    assert shown.type == request.side.value
    assert shown.unit_price == (request.price or 0)
    assert (shown.qty, shown.executed_qty) == (request.quantity, record.filled_quantity)
    assert shown.pending_qty == record.remaining_quantity
    # It multiplies the average, of which the list has four decimals.
    assert round(shown.executed_amount) == record.filled_amount
    assert shown.time_kst == record.placed_at
    assert not shown.rejected


@both
def test_a_price_is_the_exchange_s(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        street.trade(Place(LEE.account, CODE, BUY, 4, 70_100), Place(LEE.account, CODE, SELL, 3, 69_900))
        street.trade(Place(LEE.account, CODE, BUY, 2, 70_100))
        exchange, stock = street.simulation.exchange, client.stock(CODE)
        quote, grid = street.see(lambda: exchange.quote(CODE)), exchange.grid(CODE)
        shown = stock.quote()
        assert (stock.info.symbol, stock.info.name) == (CODE, SAMSUNG.name)
        assert (shown.symbol, shown.market) == (CODE, "KRX")
        assert (shown.price, shown.close) == (quote.last_price, quote.last_price)
        assert (shown.open, shown.high, shown.low) == (quote.open, quote.high, quote.low)
        assert (shown.volume, shown.amount) == (quote.volume, quote.value)
        assert (shown.base_price, shown.prev_price) == (quote.base_price, quote.base_price)
        assert (shown.change, shown.sign) == (quote.last_price - quote.base_price, "rise")
        assert (shown.high_limit, shown.low_limit) == (quote.upper_limit, quote.lower_limit)
        assert shown.tick == grid.tick(quote.last_price)
        assert (shown.risk, shown.halt, shown.overbought) == ("none", False, False)
        shares = SAMSUNG.listed_shares
        assert shares is not None
        assert shown.market_cap == shares * quote.last_price // 10**8
        year = FakeBars().daily_bars(CODE, DAY - timedelta(weeks=52), previous_trading_day(DAY))
        highest, lowest = max(year, key=lambda bar: bar.high), min(year, key=lambda bar: bar.low)
        assert (shown.indicator.week52_high, shown.indicator.week52_low) == (highest.high, lowest.low)
        assert shown.indicator.week52_high_date == highest.at.date()
        assert shown.indicator.week52_low_date == lowest.at.date()

    drive(test, environment)


@both
def test_a_book_is_the_exchange_s(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        assert_same_book(client.stock(CODE).orderbook(), street.see(lambda: book_of(street)))

    drive(test, environment)


def book_of(street: Street) -> OrderBook:
    return street.simulation.exchange.book(CODE)


def test_a_day_chart_is_that_of_the_past_and_of_today() -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        street.trade(Place(LEE.account, CODE, BUY, 4, 70_100), Place(LEE.account, CODE, SELL, 3, 69_900))
        first = date(2025, 6, 2)
        shown = client.stock(CODE).daily_chart(start=first, end=DAY).bars
        past = FakeBars().daily_bars(CODE, first, previous_trading_day(DAY))
        assert len(past) > 200  # more than two pages
        assert [
            (bar.time.date(), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.amount)
            for bar in shown[:-1]
        ] == [(bar.at.date(), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.value) for bar in past]
        quote, today = street.see(lambda: street.simulation.exchange.quote(CODE)), shown[-1]
        assert today.time.date() == DAY
        assert (today.open, today.high, today.low, today.close) == (
            quote.open,
            quote.high,
            quote.low,
            quote.last_price,
        )
        assert (today.volume, today.amount) == (quote.volume, quote.value)

    drive(test)


def test_a_minute_chart_is_made_of_the_prints() -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        for minute in (1, 2, 4, 33, 47):
            street.come(f"10:{minute:02}:20")
            street.trade(Place(LEE.account, CODE, BUY, 2, 70_100), Place(LEE.account, CODE, SELL, 1, 69_900))
        bars = {bar.time: bar for bar in client.stock(CODE).day_chart().bars}
        minutes: dict[datetime, list[Traded]] = {}
        for trade in street.traded:
            minutes.setdefault(trade.at.replace(second=0, microsecond=0), []).append(trade)
        assert len(minutes) == 5
        assert min(bars) == min(minutes)
        value = 0
        for minute, bar in sorted(bars.items()):
            trades = minutes.get(minute, [])
            prices = [trade.price for trade in trades]
            value += sum(trade.price * trade.quantity for trade in trades)
            assert bar.volume == sum(trade.quantity for trade in trades)
            # What python-kis takes for the won of the minute are those of the day so far.
            assert bar.amount == value
            if prices:
                assert (bar.open, bar.close) == (prices[0], prices[-1])
                assert (bar.high, bar.low) == (max(prices), min(prices))

    drive(test)


@both
def test_a_balance_is_the_account_s_at_home_and_abroad(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        number = ACCOUNTS[environment]
        street.offer_both_sides()
        street.trade(Place(number, CODE, BUY, 12, 70_200), Place(number, CODE, SELL, 5, 71_000))
        account = street.see(lambda: street.simulation.exchange.account(number))
        shown = client.account().balance()
        assert set(shown.deposits) == {"KRW"}
        assert shown.deposits["KRW"].amount == account.deposit
        (position,) = account.positions
        (stock,) = shown.stocks
        assert (stock.symbol, stock.name, stock.market) == (position.code, position.name, "KRX")
        assert (stock.qty, stock.orderable) == (position.quantity, position.sellable_quantity)
        assert position.sellable_quantity == position.quantity - 5
        assert (stock.purchase_amount, stock.current_price) == (position.cost, position.last_price)
        assert (stock.amount, stock.profit) == (position.market_value, position.unrealized_pnl)
        assert shown.purchase_amount == position.cost
        assert (shown.current_amount, shown.profit) == (position.market_value, account.unrealized_pnl)
        assert client.stock(CODE).orderable == position.sellable_quantity

    drive(test, environment)


@both
def test_what_can_be_bought_is_what_the_exchange_would_take(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        number, exchange = ACCOUNTS[environment], street.simulation.exchange
        street.offer_both_sides()
        cash = street.see(lambda: exchange.buying_power(number))
        for price, taken in ((70_000, 70_000), (None, exchange.limits(CODE).upper)):
            shown = client.stock(CODE).orderable_amount(price=price)
            assert (shown.amount, shown.unit_price) == (cash, taken)
            assert shown.qty == street.see(partial(exchange.max_buy_quantity, number, CODE, taken))

    drive(test, environment)


@both
def test_orders_are_placed_and_cancelled(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        number, stock = ACCOUNTS[environment], client.stock(CODE)
        street.offer_both_sides()
        limit, market = stock.buy(price=69_000, qty=3), stock.buy(qty=12)
        canceled = limit.cancel()
        sold = stock.sell(price=69_900, qty=2)
        records = street.orders(number)
        assert [(each.kind, each.request.side, each.request.order_type) for each in records] == [
            (RecordKind.ORDER, BUY, OrderType.LIMIT),
            (RecordKind.ORDER, BUY, OrderType.MARKET),
            (RecordKind.CANCEL, BUY, OrderType.LIMIT),
            (RecordKind.ORDER, SELL, OrderType.LIMIT),
        ]
        assert [(each.request.price, each.request.quantity) for each in records] == [
            (69_000, 3),
            (None, 12),
            (69_000, 3),
            (69_900, 2),
        ]
        assert [each.filled_quantity for each in records] == [0, 12, 0, 2]
        assert records[1].filled_amount == 10 * 70_100 + 2 * 70_200
        assert (records[0].canceled_quantity, records[2].replaces) == (3, records[0].number)
        for order, record in zip((limit, market, canceled, sold), records, strict=True):
            assert (order.branch, int(order.number)) == (BRANCHES[environment], record.number)
            assert order.account_number.number + order.account_number.code == number
            assert order.time_kst.time() == record.placed_at.time()
        shown = client.account().daily_orders(start=DAY, end=DAY)
        by_number = {int(each.number): each for each in shown.orders}
        assert set(by_number) == {record.number for record in records}
        for record in records:
            assert_same_order(by_number[record.number], record)

    drive(test, environment)


@pytest.mark.parametrize(("environment", "code"), [(REAL, "APBK0952"), (PAPER, "40250000")])
def test_an_order_that_nobody_could_pay_is_refused(environment: Environment, code: str) -> None:
    def test(street: Street, client: PyKis) -> None:
        with pytest.raises(KisAPIError) as refused:
            client.stock(CODE).buy(price=70_000, qty=1_000)
        assert refused.value.msg_cd == code
        assert street.orders(ACCOUNTS[environment]) == []

    drive(test, environment)


def test_an_amended_order_has_a_new_number_and_is_the_one_that_is_open() -> None:
    def test(street: Street, client: PyKis) -> None:
        stock, account = client.stock(CODE), client.account()
        street.offer_both_sides()
        first = stock.buy(price=69_000, qty=3)
        (pending,) = account.pending_orders().orders
        assert pending.order_number == first
        assert first.pending
        amended = first.modify(price=69_100)
        part = amended.modify(price=69_200, qty=1)
        records = street.orders(KIM.account)
        assert [each.kind for each in records] == [RecordKind.ORDER, RecordKind.REPLACE, RecordKind.REPLACE]
        assert [each.request.price for each in records] == [69_000, 69_100, 69_200]
        assert [each.remaining_quantity for each in records] == [0, 2, 1]
        assert [int(each.number) for each in (first, amended, part)] == [each.number for each in records]
        shown = {int(each.number): each for each in account.pending_orders().orders}
        assert set(shown) == {records[1].number, records[2].number}
        for record in records[1:]:
            order = shown[record.number]
            assert (order.symbol, order.type, order.branch) == (CODE, "buy", BRANCHES[REAL])
            assert order.unit_price == record.request.price
            assert order.orderable_qty == record.remaining_quantity
            assert order.executed_qty == record.filled_quantity
        assert not first.pending
        assert stock.pending_orders().order(part).unit_price == 69_200
        amended.cancel()
        (left,) = account.pending_orders().orders
        assert left.order_number == part

    drive(test)


@both
def test_prints_are_told_as_they_happen(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        with listening(client, {"H0STCNT0"}, lambda tell: client.stock(CODE).on("price", tell)) as told:
            street.come("10:00:07")
            street.trade(Place(LEE.account, CODE, BUY, 4, 70_100), Place(LEE.account, CODE, SELL, 3, 69_900))
            first, second = told.next(), told.next()
        quote = street.see(lambda: street.simulation.exchange.quote(CODE))
        book = street.see(lambda: book_of(street))
        assert [(tick.symbol, tick.time_kst) for tick in (first, second)] == [(CODE, at("10:00:07"))] * 2
        assert [(tick.price, tick.volume, tick.amount) for tick in (first, second)] == [
            (70_100, 4, 4 * 70_100),
            (69_900, 7, 4 * 70_100 + 3 * 69_900),
        ]
        assert (second.volume, second.amount) == (quote.volume, quote.value)
        assert (second.open, second.high, second.low) == (quote.open, quote.high, quote.low)
        assert (second.price, second.change) == (quote.last_price, quote.last_price - quote.base_price)
        assert second.prev_price == quote.base_price
        assert second.sign == "decline"
        assert (second.ask, second.bid) == (quote.ask, quote.bid)
        assert (second.ask_quantity, second.bid_quantity) == (
            book.total_ask_quantity,
            book.total_bid_quantity,
        )
        assert (second.buy_quantity, second.sell_quantity) == (4, 3)
        assert (second.buy_count, second.sell_count) == (1, 1)

    drive(test, environment)


@both
def test_a_changed_book_is_told(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        street.offer_both_sides()
        with listening(client, {"H0STASP0"}, lambda tell: client.stock(CODE).on("orderbook", tell)) as told:
            street.come("10:00:07")
            street.trade(Place(LEE.account, CODE, BUY, 4, 70_100), Place(MAKER, CODE, BUY, 9, 70_000))
            shown = told.next()
        assert (shown.symbol, shown.time_kst.time()) == (CODE, at("10:00:07").time())
        assert_same_book(shown, street.see(lambda: book_of(street)))
        assert (shown.asks[0].volume, shown.bids[0].price) == (6, 70_000)

    drive(test, environment)


@both
def test_fills_are_told_to_whoever_ordered(environment: Environment) -> None:
    def test(street: Street, client: PyKis) -> None:
        number, stock = ACCOUNTS[environment], client.stock(CODE)
        street.offer_both_sides()
        stream = "H0STCNI0" if environment is REAL else "H0STCNI9"
        with listening(client, {stream}, lambda tell: client.account().on("execution", tell)) as told:
            street.come("10:00:07")
            order = stock.buy(price=70_200, qty=23)
            accepted, *fills = told.next(), told.next(), told.next()
            street.trade(Place(MAKER, CODE, SELL, 2, 70_200))
            fills.append(told.next())
            canceled = stock.buy(price=69_000, qty=5).cancel()
            notices = told.next(), told.next()
        (record, *_) = street.orders(number)
        for notice in (accepted, *fills):
            assert (notice.symbol, notice.type) == (CODE, "buy")
            assert notice.account_number.number + notice.account_number.code == number
            assert notice.time_kst.time() == at("10:00:07").time()
            assert notice.order_number == order
            assert notice.qty == record.request.quantity
            assert not notice.rejected
        # A receipt has its order's price where a fill has that of the fill.
        assert (accepted.receipt, accepted.executed_qty) == (True, 0)
        assert (accepted.price, accepted.unit_price) == (record.request.price, None)
        assert {fill.unit_price for fill in fills} == {record.request.price}
        assert [(fill.price, fill.executed_qty) for fill in fills] == [
            (70_100, 10),
            (70_200, 11),
            (70_200, 2),
        ]
        assert sum(fill.executed_amount for fill in fills) == record.filled_amount
        assert [int(notice.order_number.number) for notice in notices] == [
            int(canceled.number) - 1,
            int(canceled.number),
        ]

    drive(test, environment)
