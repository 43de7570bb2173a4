"""The desk: places orders, follows each to its end, and never loses or doubles one.

Down: an order gets our id, passes `risk.check`, is durable in the journal, and only then is sent, once. Up:
whatever is heard, from an answer, a notice, the broker's order list or the journal at start-up, becomes an
event, and every event passes `on_event`: journal first, then the order table, the portfolio, the listeners.

Brokers such as KIS know no order id of ours, so an answer that does not come is ambiguous. Such an order is
UNCONFIRMED and is never sent again: `evidence` finds it in the list of the day's orders, by its looks and a
number above the highest one known before sending. That it never arrived must be proved, too; until then it
stays in doubt, and nothing new is bought beside it. A broker that keeps receipts is asked by the order's key.

A request that never left this machine (`Unreachable`) is booked as rejected and not repeated by itself: the
price may have moved, and who wanted the order can want it again. A failed reading changes nothing. When the
journal fails the desk halts: what cannot be remembered is not sent.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from hoga.domain.account import Account
from hoga.domain.errors import BrokerError, InvalidOrder, NotKept, WireError
from hoga.domain.events import DayClosed, DayOpened, OrderExpired
from hoga.domain.instrument import Instrument
from hoga.domain.notices import Notice
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.position import Fill, Lot, Position
from hoga.domain.request import OrderRequest
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.krx.calendar import add_trading_days, get_hours, previous_trading_day
from hoga.krx.fees import KIS_FUND, Commission
from hoga.krx.sessions import RANDOM_END_SECONDS
from hoga.ports import Broker, Clock, Control, Journal, MarketData, Notifier, Receipts
from hoga.trading.agenda import Agenda
from hoga.trading.courier import NEVER_LEFT, Courier
from hoga.trading.doubt import Doubt, Verdict
from hoga.trading.evidence import Evidence
from hoga.trading.gate import Gate
from hoga.trading.limits import RiskLimits
from hoga.trading.obedience import Obedience
from hoga.trading.opening import read_quiet_account
from hoga.trading.parts import Apart, Finding, IsOutside, IsPart
from hoga.trading.patience import Patience
from hoga.trading.petitions import Petitions
from hoga.trading.reconcile import DayList, Difference, compare, fills_of, overcounted
from hoga.trading.records import KINDS, WAITING, Event, Listener, Records
from hoga.trading.recovery import Recovery, doubt_after_restart
from hoga.trading.switch import Switch

__all__ = ["KINDS", "NEVER_LEFT", "Desk", "Patience", "Recovery"]

_USUAL_PATIENCE = Patience()
_USUAL_LIMITS = RiskLimits()


class Desk:
    """The orders of one account at one broker, day by day. One event loop, one desk per account.

    `commission` is used for what a buy reserves; the default is the dearest of KIS's, so that no order is
    refused for a few won. `history_days` is how many trading days back purchases are dated. `receipts` are
    those of a broker that knows orders by our keys.

    Everything but `open` raises `InvalidOrder` until it has been opened once.
    """

    def __init__(
        self,
        broker: Broker,
        market: MarketData,
        journal: Journal,
        clock: Clock,
        notifier: Notifier,
        instruments: Iterable[Instrument],
        *,
        control: Control,
        limits: RiskLimits = _USUAL_LIMITS,
        commission: Commission = KIS_FUND,
        patience: Patience = _USUAL_PATIENCE,
        history_days: int = 20,
        receipts: Receipts | None = None,
    ) -> None:
        self.notifier = notifier
        self._broker = broker
        self._market = market
        self._journal = journal
        self._clock = clock
        self._petitions = Petitions(
            control, lambda order_id, verdict, by: self.decide(order_id, verdict, by=by)
        )
        self._switch = Switch(control, limits, clock, notifier)
        self._limits = limits
        self._instruments = {instrument.code: instrument for instrument in instruments}
        self._commission = commission
        self._patience = patience
        self._history_days = history_days
        self._receipts = receipts
        self._listeners: list[Listener] = []
        self._today: tuple[Records, Evidence, Gate, Courier, Obedience] | None = None
        self._working = 0
        self._is_listening = False
        self._is_blind = False
        self._agenda = Agenda(clock, patience)
        self._reconciled_at: datetime | None = None
        self._differences: frozenset[Difference] = frozenset()

    # What is known -----------------------------------------------------------------------------------------

    @property
    def _records(self) -> Records:
        return self._parts()[0]

    @property
    def _evidence(self) -> Evidence:
        return self._parts()[1]

    @property
    def _gate(self) -> Gate:
        return self._parts()[2]

    @property
    def _courier(self) -> Courier:
        return self._parts()[3]

    @property
    def _obedience(self) -> Obedience:
        return self._parts()[4]

    def _parts(self) -> tuple[Records, Evidence, Gate, Courier, Obedience]:
        if self._today is None:
            raise InvalidOrder(
                "데스크를 아직 열지 않았습니다. open(거래일)을 먼저 부르십시오.",
                "the desk has not been opened. Call open(day) first.",
            )
        return self._today

    @property
    def day(self) -> date:
        """The trading day that was opened."""
        return self._records.day

    @property
    def is_open(self) -> bool:
        """Whether orders may be placed, risk permitting."""
        return self._today is not None and self._gate.is_open and self._records.failure is None

    @property
    def trading(self) -> TradingChanged | None:
        """Where the switch was seen last; None while nobody has ever thrown it, and trading is active."""
        return self._switch.seen

    @property
    def trading_state(self) -> TradingState:
        """What may be sent. A journal that fails halts, until Hoga is started with a working one."""
        if self._today is not None and self._records.failure is not None:
            return TradingState.HALTED
        return self._switch.state

    @property
    def opening(self) -> Account:
        """The account when the desk opened for the day: the same after a restart."""
        return self._records.require_opening().account

    @property
    def orders(self) -> tuple[Order, ...]:
        """All orders of the day, oldest first, also denied ones and those placed elsewhere."""
        return tuple(self._records.orders)

    def get_order(self, order_id: str) -> Order:
        """The order with our id. Raises `UnknownOrder` when there is none today."""
        return self._records.get_order(order_id)

    def find_intended(self, intent: str) -> Order | None:
        """The last order of the day that was sent for this intent; None when none was."""
        order_id = self._records.intents.get(intent)
        return None if order_id is None else self._records.get_order(order_id)

    @property
    def fills(self) -> tuple[Fill, ...]:
        """All executions of the day, oldest first."""
        return self._records.portfolio.fills

    @property
    def positions(self) -> dict[str, Position]:
        """What the account holds by our own count, by code."""
        return self._records.portfolio.positions(self._records.orders.selling())

    @property
    def lots(self) -> dict[str, tuple[Lot, ...]]:
        """Lots whose day of purchase is known, oldest first, by code."""
        return self._records.portfolio.lots()

    @property
    def unconfirmed(self) -> tuple[Order, ...]:
        """Orders of which an answer of the broker is missing."""
        return tuple(order for order in self._records.orders.live() if order.is_unconfirmed)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Everything without an answer, with the evidence; what is overdue waits for a person's decision."""
        return tuple(self._evidence.doubts())

    @property
    def apart(self) -> tuple[Apart, ...]:
        """What the broker lists that may be a part of an order of ours by SOR."""
        return tuple(self._evidence.parts)

    @property
    def differences(self) -> frozenset[Difference]:
        """What the last reconciliation found that we and the broker count differently."""
        return self._differences

    @property
    def reconciled_at(self) -> datetime | None:
        """When the account was last held against our own count, or opened with; None before that."""
        return self._reconciled_at

    @property
    def is_blind(self) -> bool:
        """Whether the last try to read orders or account failed."""
        return self._is_blind

    @property
    def look_at(self) -> datetime | None:
        """When the order list should be read again (`settle`), by the steady reading of the clock.

        None while nothing is in question.
        """
        return self._evidence.look_at

    @property
    def is_look_due(self) -> bool:
        """Whether something is in question that reading the order list may answer now."""
        return self._agenda.is_past(self.look_at)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` every event after it has happened, with the order as it is then."""
        self._listeners.append(listener)

    def on_switch(self, listener: Callable[[TradingChanged], None]) -> None:
        """Tell `listener` every change of the switch, whoever throws it."""
        self._switch.listen(listener)

    def mark(self, code: str, price: int) -> None:
        """Note the last price of something."""
        self._records.portfolio.mark(code, price)
        self._gate.note_price(code, price)

    async def cash(self) -> int:
        """Won that may be ordered with now, less all that orders without an answer may still reserve."""
        return await self._gate.cash()

    def on_event(self, event: Event) -> bool:
        """Make `event` happen: journal, order table, portfolio, listeners. False when it cannot happen.

        Raises:
            JournalError: it cannot be remembered. Nothing has changed, and the desk has halted.
        """
        return self._records.on_event(event)

    def on_notice(self, notice: Notice) -> None:
        """Take in what the broker pushes.

        Raises:
            JournalError: the desk has halted.
        """
        self._evidence.hearing.on_notice(notice)

    def check_departure(self, order: Order) -> None:
        """For a broker that lets orders wait for their turn: raise `Unreachable` for one that must stay."""
        self._courier.check_departure(order)

    def on_gap(self) -> None:
        """Notices may have been missed: orders and account are read soon."""
        if self._today is not None:
            self._records.miss()
        self._evidence.look()
        self._agenda.hurry()

    # The switch ---------------------------------------------------------------------------------------------

    async def halt(self, *, cancel_all: bool = False, by: str = "person", why: str = "") -> None:
        """Send nothing but cancels from now on, also after a restart; `cancel_all` cancels what we have open.

        Orders that were placed elsewhere are left alone.

        Raises:
            JournalError: it cannot be remembered; this desk has halted all the same.
        """
        self._obedience.throw(TradingState.HALTED, by, why, cancels_all=cancel_all)
        with self._work():
            await self._obedience.cancel_all(self._courier.cancel)

    def reduce(self, *, by: str = "person", why: str = "") -> None:
        """Send only sells of held shares and cancels from now on. Raises `JournalError`."""
        self._obedience.throw(TradingState.REDUCING, by, why)

    def resume(self, *, by: str = "person", why: str = "") -> None:
        """Trade again. Raises `JournalError`."""
        self._obedience.throw(TradingState.ACTIVE, by, why)

    # Orders -------------------------------------------------------------------------------------------------

    async def place(self, request: OrderRequest, source: str, *, intent: str = "") -> Order:
        """Send an order once, if risk allows. `source` names who wants it.

        The answer is an order: denied, rejected, open (perhaps filled already), or unconfirmed. An `intent`
        names the wish: it is carried out once a day, however often it is said, also after a restart, and
        another intent is another wish, however alike the orders look.

        Raises:
            JournalError: the desk has halted; the order was not sent, or its answer could not be written.
            BrokerError: prices or buying power could not be read; nothing was sent.
        """
        with self._work():
            order = await self._courier.place(request, source, intent)
        if order.status is OrderStatus.DENIED:
            self._obedience.mind_loss(self._gate.exposure)
        return order

    async def cancel(self, order_id: str, quantity: int | None = None) -> Order:
        """Ask for cancelling all that remains of an order, or `quantity` shares of it.

        The order stays PENDING_CANCEL until the broker confirms: a taken request is not yet a cancel.

        Raises:
            InvalidOrder: the order is not open or has fewer shares left, or a request about it is on its way.
            JournalError: the desk has halted.
        """
        with self._work():
            return await self._courier.cancel(order_id, quantity)

    async def replace(self, order_id: str, price: int) -> Order:
        """Ask for a new price for all that remains of an order. The broker gives it a new number.

        Its type stays: limit, limit-to-market-on-close and after-hours-auction orders can have a new price.

        Raises:
            InvalidOrder: the order cannot be replaced, or risk denies the new price; nothing was sent.
            BrokerError: prices or buying power could not be read; nothing was sent.
            JournalError: the desk has halted.
        """
        with self._work():
            return await self._courier.replace(order_id, price)

    @contextmanager
    def _work(self) -> Iterator[None]:
        # Whoever waits for the broker writes into the records of a day: no new day may begin meanwhile.
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    async def decide(self, order_id: str, verdict: Verdict | Finding, *, by: str = "person") -> Order:
        """Let a person say what became of an order, cancel or replace in doubt, or whose is a row kept apart.

        The list is read once more before: when it tells by itself, what the person says does not count.
        Should an order that "never arrived" be found later, it is found after all.

        Raises:
            InvalidOrder: it is not in doubt, its answer may still come, the number cannot be its, or is not
                kept apart beside it.
            BrokerError: the order list cannot be read; nothing has been decided.
            JournalError: the desk has halted.
        """
        records = self._records
        if order_id in records.in_flight:
            raise InvalidOrder(
                f"주문 {order_id}의 응답을 아직 기다리고 있습니다. 잠시 뒤에 결정하십시오.",
                f"the answer to order {order_id} is still being waited for. Decide a moment later.",
            )
        before = records.get_order(order_id)
        with self._work():
            listed = await self._evidence.read()
        if isinstance(verdict, IsPart | IsOutside):
            self._evidence.settle_apart(order_id, verdict, by, listed)
        elif records.get_order(order_id) == before:
            self._evidence.decide(order_id, verdict, by)
            self._evidence.look()
        return records.get_order(order_id)

    # Truth --------------------------------------------------------------------------------------------------

    async def settle(self) -> bool:
        """Read the day's orders and take over what they tell; False when they cannot be read.

        A failed reading changes nothing; another one becomes due.
        """
        with self._work():
            try:
                await self._evidence.read()
            except (BrokerError, WireError) as error:
                self._go_blind(error)
                return False
        self._see()
        return True

    async def reconcile(self) -> tuple[Difference, ...]:
        """Take over what the day's orders tell, and hold the account against our own count.

        What differs is told to the person with both sides, once, and is never overwritten. Of a day that is
        past by the calendar only shares are held against each other: the costs that the account then tells
        are those of another day.

        Raises:
            BrokerError: account or orders could not be read; nothing has changed.
        """
        records = self._records
        asked, steadily = self._clock.now(), self._clock.steady()
        self._agenda.put_off_reconciling()
        with self._work():
            account = await self._broker.account()
            listed = await self._read_orders()
        self._evidence.take_stand(account, asked, steadily)
        self._see()
        for position in account.positions:
            records.portfolio.mark(position.code, position.last_price)
        self._obedience.mind_loss(self._gate.exposure)
        moving = frozenset(
            fill.code for fill in records.portfolio.fills if fill.at > asked - self._patience.account_lag
        )
        self._evidence.weigh(account, steadily, moving, listed)
        still = (order for order in records.orders if order.request.code not in moving)
        found = (
            *compare(account, records.portfolio.quantities(), self._expected_cash(account), moving),
            *overcounted(still, listed),
        )
        for difference in found:
            if difference not in self._differences:
                records.tell(
                    f"증권사와 다릅니다: {difference.korean}",
                    f"differs from the broker: {difference.english}",
                )
        self._differences = frozenset(found)
        self._reconciled_at = asked
        return found

    @property
    def _is_past(self) -> bool:
        """Whether the day is past by the calendar."""
        return self._clock.now().date() > self.day

    def _expected_cash(self, account: Account) -> int | None:
        """What the D+2 deposit should be; None when the costs in `account` are not those of the day."""
        if self._is_past:
            return None
        costs = account.costs_today - self.opening.costs_today
        return self.opening.deposit_d2 + self._records.portfolio.cash_flow - costs

    async def _read_orders(self) -> DayList:
        """The orders of the day; none where a broker does not keep them any more. Raises `BrokerError`."""
        try:
            return await self._evidence.read()
        except NotKept:
            if not self._is_past:
                raise
            return DayList(())

    async def watch(self) -> None:
        """Obey the switch, look into doubts and reconcile, whenever it is time, until cancelled.

        For a desk that trades live.

        Raises:
            JournalError: the desk has halted.
        """
        agenda = self._agenda
        while True:
            await agenda.until_due(lambda: self._today and self._evidence.look_at)
            if agenda.is_time_to_obey:
                agenda.put_off_obeying()
                with self._work():
                    await self._obedience.obey(self._gate.exposure, self._courier.cancel)
            if not agenda.is_time_to_reconcile:
                if self.is_look_due:
                    await self.settle()
                continue
            try:
                await self.reconcile()
            except (BrokerError, WireError) as error:
                self._go_blind(error)

    def _go_blind(self, error: BrokerError | WireError) -> None:
        if not self._is_blind:
            self._records.tell(
                f"증권사를 읽을 수 없습니다: {error.korean}", f"the broker cannot be read: {error.english}"
            )
        self._is_blind = True

    def _see(self) -> None:
        if self._is_blind:
            self._records.tell("증권사를 다시 읽을 수 있습니다", "the broker can be read again")
        self._is_blind = False

    # The day ------------------------------------------------------------------------------------------------

    async def open(self, day: date) -> Recovery:
        """Open for a trading day: replay the journal, ask the broker what is true, date the lots.

        It may be called again after an error, after a restart in the middle of the day, and for the next day.

        Raises:
            BadInput: `day` is not a trading day.
            JournalError: the journal cannot be read, or contradicts itself.
            BrokerError: orders or account could not be read; the desk is not open.
            InvalidOrder: something is being sent or read at this moment.
        """
        get_hours(day)
        if self._working:
            raise InvalidOrder(
                "주문이나 조회가 진행 중이어서 데스크를 열 수 없습니다. 잠시 뒤에 다시 여십시오.",
                "the desk cannot be opened while it sends or reads. Open it a moment later.",
            )
        with self._work():
            return await self._open(day)

    async def _open(self, day: date) -> Recovery:
        records = Records(
            day, self._journal, self.notifier, self._instruments, self._listeners, self._clock.steady
        )
        records.replay()
        evidence = Evidence(
            records,
            self._broker,
            self._market,
            self._clock,
            self._patience,
            self._commission,
            self._agenda.nudge,
            self._receipts,
        )
        obedience = Obedience(records, self._switch, self._petitions, self._clock)
        gate = Gate(
            records,
            self._broker,
            self._market,
            self._clock,
            self._instruments,
            self._commission,
            self._limits,
            obedience.look,
        )
        courier = Courier(records, evidence, gate, self._broker, self._clock, self._patience, self._receipts)
        self._today = records, evidence, gate, courier, obedience
        self._petitions.begin()
        self._agenda.clear()
        self._differences, self._reconciled_at = frozenset(), None
        obedience.look()
        is_restart, replayed = records.opening is not None, len(records.orders)
        doubtful = [o for o in records.orders.live() if o.status in (OrderStatus.SUBMITTED, *WAITING)]
        fills, strangers = len(self.fills), self._adopted_count()
        if not self._is_listening:
            self._broker.on_notice(self.on_notice)
            self._is_listening = True
        for order in doubtful:
            if (doubt := doubt_after_restart(order, self._clock.now())) is not None:
                records.on_event(doubt)
        first = add_trading_days(day, -self._history_days)
        try:
            history = await self._broker.orders(first, previous_trading_day(day))
        except NotKept:
            history = ()  # then what was bought on earlier days has no known age
        past = fills_of(history)
        records.portfolio.remember(past)
        if not is_restart:
            account = await read_quiet_account(records, self._broker, self._read_orders, past)
            records.on_event(DayOpened(day=day, at=self._clock.now(), account=account))
            self._reconciled_at = self._clock.now()
            self._agenda.put_off_reconciling()
        elif records.closing is None or not self._is_past:
            # Of a closed day nothing can change in the night, and the account is that of the next one.
            await self.reconcile()
        gate.is_open = records.closing is None
        if gate.is_open:
            self._agenda.begin()
        else:
            # The account goes on to the next day at night, and would differ from a day that is closed.
            self._agenda.clear()
        self._agenda.nudge()
        return Recovery(
            day=day,
            is_restart=is_restart,
            replayed=replayed,
            doubtful=len(doubtful),
            unsettled=sum(records.get_order(order.order_id).status in WAITING for order in doubtful),
            fills=len(self.fills) - fills,
            adopted=self._adopted_count() - strangers,
        )

    async def close_day(self) -> DayClosed:
        """Close the day when nothing can trade any more: settle what is in doubt, let the rest expire.

        That is after the closing auction, or in the evening when an order lives at NXT or after hours. It
        waits on the market's clock while something is in doubt. Called again, it returns the same.

        Raises:
            InvalidOrder: the market is not closed yet, or an order may still trade.
            BrokerError: orders or account could not be read, or doubts could not be settled.
            JournalError: the desk has halted.
        """
        records = self._records
        if records.closing is not None:
            return records.closing
        over = get_hours(self.day).close + timedelta(seconds=RANDOM_END_SECONDS)
        if self._clock.now() < over:
            raise InvalidOrder(
                f"{self.day} 장은 {over:%H:%M:%S}에 끝납니다. 그 뒤에 마감하십시오.",
                f"the market of {self.day} is over at {over:%H:%M:%S}. Close the day after that.",
            )
        with self._work():
            alive = await self._evidence.read_living()
        if alive:
            order_id, until = alive[0]
            raise InvalidOrder(
                f"주문 {order_id}은(는) {until:%H:%M:%S}까지 체결될 수 있습니다. 그 뒤에 마감하십시오.",
                f"order {order_id} may trade until {until:%H:%M:%S}. Close the day after that.",
            )
        self._gate.is_open = False
        self._evidence.is_day_over = True
        await self._settle_everything()
        account = await self._broker.account()
        for order in records.orders.live():
            records.on_event(
                OrderExpired(order_id=order.order_id, at=self._clock.now(), quantity=order.remaining_quantity)
            )
        closing = DayClosed(day=self.day, at=self._clock.now(), account=account)
        records.on_event(closing)
        self._evidence.look_at = None
        self._agenda.clear()
        return closing

    async def _settle_everything(self) -> None:
        """Reconcile until nothing is in doubt."""
        records, patience = self._records, self._patience
        await self.reconcile()
        # As often as patience asks for, and some more in case of incomplete readings.
        for _ in range(2 * patience.reads + patience.wait // patience.interval):
            if not records.in_flight and not records.waiting():
                return
            await self._clock.sleep(patience.interval)
            await self.reconcile()
        if doubtful := [order.order_id for order in records.waiting()]:
            raise BrokerError(
                f"확인되지 않은 주문이 있어 마감할 수 없습니다: {doubtful}. 증권사 화면에서 확인하십시오.",
                f"the day cannot be closed with orders in doubt: {doubtful}. Look at the broker's screens.",
            )

    def _adopted_count(self) -> int:
        return sum(order.source == OUTSIDE for order in self._records.orders)
