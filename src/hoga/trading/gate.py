"""Gathers what risk needs to know about an order, and asks it.

Prices and buying power are read from outside; shares, orders in doubt and the time are known; the switch is
looked at last. Between the last reading and the answer nothing is awaited, so the answer still holds when the
desk acts on it at once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hoga.domain.errors import InvalidOrder
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side, Venue
from hoga.domain.trading_state import TradingChanged
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase, phases_at
from hoga.krx.ticks import grid
from hoga.ports import Broker, Clock, MarketData
from hoga.trading.guards import Exposure
from hoga.trading.limits import RiskLimits
from hoga.trading.reconcile import fingerprint
from hoga.trading.records import Records
from hoga.trading.risk import (
    Approved,
    Denied,
    Facts,
    Reason,
    Terms,
    check,
    find_bar,
    is_regular_session,
    reservation,
)

PRICE_AGE = timedelta(seconds=10)
"""How old a last price may be when an order is held against it; an older one is read again."""
REPRICEABLE = frozenset((OrderType.LIMIT, OrderType.LIMIT_TO_MARKET_ON_CLOSE, OrderType.AFTER_HOURS_AUCTION))
"""Orders whose price the desk changes. KRX lets more be changed (order_types.find_replace_objection): into
another type, which would be another order with other risks; and a stop-limit order, of which nobody tells
whether it has been set off. Those are cancelled and ordered anew."""
_MINUTE = timedelta(minutes=1)


class Gate:
    """Judges the orders of one trading day. It opens with `is_open`. `look` looks at the switch."""

    def __init__(
        self,
        records: Records,
        broker: Broker,
        market: MarketData,
        clock: Clock,
        instruments: dict[str, Instrument],
        commission: Commission,
        limits: RiskLimits,
        look: Callable[[], TradingChanged | None],
    ) -> None:
        self._records = records
        self._broker = broker
        self._market = market
        self._clock = clock
        self._instruments = instruments
        self._commission = commission
        self._risk_limits = limits
        self._look = look
        self._limits: dict[str, PriceLimits] = {}
        self._prices: dict[str, tuple[int, datetime]] = {}
        self._early_limits: set[str] = set()
        self.is_open = False

    async def judge(self, request: OrderRequest, intent: str = "") -> Approved | Denied:
        """Whether a new order may be sent. Raises `BrokerError` when what it needs cannot be read.

        An order with an `intent` repeats only one of the same intent; one without any that looks the same.
        """
        self._records.require_journal()
        await self._know_limits(request.code)
        # First without any money: what is denied for another reason costs the broker no question.
        verdict = check(request, self._new_facts(request, intent, 0))
        if _is_short(verdict):
            power = await self._buying_power(request.code, request.price)
            verdict = check(request, self._new_facts(request, intent, power))
        return verdict

    async def judge_replace(self, order_id: str, price: int) -> Approved | Denied:
        """Whether all that remains of an order may be given a new price.

        Raises:
            InvalidOrder: it is not an open order that is `REPRICEABLE`, or the price is the one it has.
            BrokerError: prices or buying power cannot be read.
        """
        code = self.require_changeable(order_id).request.code
        await self._know_limits(code)
        verdict = self._check_replace(order_id, price, 0)
        if _is_short(verdict):
            verdict = self._check_replace(order_id, price, await self._buying_power(code, price))
        return verdict

    def require_changeable(self, order_id: str) -> Order:
        """An order that may be replaced or cancelled. Raises `InvalidOrder` for any other."""
        self._records.require_journal()
        order = self._records.get_order(order_id)
        if order.status is not OrderStatus.OPEN:
            raise InvalidOrder(
                f"주문 {order_id}의 상태가 {order.status}입니다. 열려 있는 주문만 정정·취소할 수 있습니다.",
                f"order {order_id} is {order.status}. Only an open order can be replaced or canceled.",
            )
        return order

    def find_bar(self, side: Side) -> Denied | None:
        """What the switch has against sending an order of that side now. Raises `JournalError`."""
        self._records.require_journal()
        return find_bar(side, self._look())

    async def cash(self) -> int:
        """Won that may be ordered with now. Raises `BrokerError` when the account cannot be read."""
        await self._know_limits()
        before = self._held_back()
        power = await self._broker.buying_power("", None)
        return max(0, power - max(before, self._held_back()))

    def _check_replace(self, order_id: str, price: int, buying_power: int) -> Approved | Denied:
        """Judge a replace as a new order for all that remains, with what the old one holds given back."""
        order = self.require_changeable(order_id)
        request, left = order.request, order.remaining_quantity
        if request.order_type not in REPRICEABLE or order.price is None:
            raise InvalidOrder(
                f"주문 {order_id}: {request.order_type} 주문은 정정하지 않습니다. "
                "지정가, 조건부지정가, 시간외단일가 주문의 가격만 정정합니다. 취소하고 새로 내십시오.",
                f"order {order_id} is a {request.order_type} order, which is not replaced: only prices of "
                "limit, limit-to-market-on-close and after-hours-auction orders are. Cancel it and order "
                "anew.",
            )
        if price == order.price:
            raise InvalidOrder(
                f"주문 {order_id}의 가격이 이미 {price}원입니다. 다른 가격으로 정정하십시오.",
                f"order {order_id} has the price of {price} won already. Give it another price.",
            )
        old_value = left * order.price if request.side is Side.BUY else 0
        facts = self._facts(request, buying_power)
        exposure = replace(
            facts.exposure,
            bought_today=facts.exposure.bought_today - old_value,
            held_value=facts.exposure.held_value - old_value,
            open_orders=facts.exposure.open_orders - 1,
        )
        facts = replace(
            facts,
            exposure=exposure,
            buying_power=buying_power + reservation(left, order.price, self._commission),
            sellable_quantity=facts.sellable_quantity + left,
        )
        return check(replace(request, quantity=left, price=price), facts)

    def note_price(self, code: str, price: int) -> None:
        """Take over a last price that has just been heard."""
        self._prices[code] = price, self._clock.steady()

    def exposure(self) -> Exposure:
        """What the whole account has at stake."""
        records, now = self._records, self._clock.steady()
        opening, live = records.require_opening().account, records.orders.live()
        buys = (order for order in live if order.request.side is Side.BUY)
        sent = 0
        for at, _ in reversed(records.sent):
            if at <= now - _MINUTE:
                break
            sent += 1
        return Exposure(
            bought_today=records.bought + sum(self._may_cost(order) for order in buys),
            value=opening.deposit_d2 + records.portfolio.cash_flow + records.portfolio.market_value(),
            opening_value=opening.total_value,
            open_orders=len(live),
            sent_last_minute=sent,
        )

    def _may_cost(self, order: Order) -> int:
        """Won that a buy may still trade, at its price or else the last one."""
        price = order.price or self._prices.get(order.request.code, (0, None))[0]
        return order.remaining_quantity * max(price, order.requested_price or 0)

    def _exposure(self, code: str) -> Exposure:
        records = self._records
        last = self._prices.get(code, (0, None))[0]
        buys = (order for order in records.orders.live(code) if order.request.side is Side.BUY)
        held = records.portfolio.quantities().get(code, 0) * last + sum(self._may_cost(o) for o in buys)
        return replace(self.exposure(), last_price=last, held_value=held)

    def _double(self, request: OrderRequest, intent: str) -> Order | None:
        """The order that this one would repeat."""
        records, window = self._records, self._risk_limits.duplicate_seconds
        if intent:
            known = records.intents.get(intent)
            order = None if known is None else records.get_order(known)
            is_void = order is not None and order.status in (OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED)
            return None if is_void else order
        if window is None:
            return None
        since = self._clock.steady() - timedelta(seconds=window)
        for at, order_id in reversed(records.sent):
            if at <= since:
                return None
            order = records.get_order(order_id)
            is_alive = not order.is_done or order.filled_quantity > 0
            if is_alive and fingerprint(order.request) == fingerprint(request):
                return order
        return None

    def _new_facts(self, request: OrderRequest, intent: str, buying_power: int) -> Facts:
        facts = self._facts(request, buying_power)
        return replace(facts, exposure=replace(facts.exposure, double=self._double(request, intent)))

    def _facts(self, request: OrderRequest, buying_power: int) -> Facts:
        records, now, code = self._records, self._clock.now(), request.code
        trading = self._look()
        return Facts(
            is_remembered=records.failure is None,
            trading=trading,
            is_open=self.is_open and now.date() == records.day,
            day=records.day,
            phases=_phases(now, request.venue),
            terms=self._terms(code, records.day),
            in_doubt=tuple(order for order in records.orders.live(code) if order.is_unconfirmed),
            exposure=self._exposure(code) if records.opening is not None else Exposure(),
            limits=self._risk_limits,
            sellable_quantity=records.portfolio.sellable(code, records.orders.selling().get(code, 0)),
            buying_power=buying_power,
            commission=self._commission,
            apart=records.apart.get(code, ""),
        )

    def _terms(self, code: str, day: date) -> Terms | None:
        instrument, limits = self._instruments.get(code), self._limits.get(code)
        if instrument is None or limits is None:
            return None
        return Terms(instrument, grid(instrument.market, instrument.kind, day), limits)

    async def _know_limits(self, *codes: str) -> None:
        """Read the prices that a decision needs: of `codes`, and of what is ordered without a price."""
        now = self._clock.steady()
        priceless = (order for order in self._records.orders.live() if order.price is None)
        wanted = {o.request.code for o in priceless if o.is_in_doubt or o.request.code in self._instruments}
        judged = {*codes}.intersection(self._instruments)
        wanted |= judged
        wanted = {code for code in wanted if code not in self._limits or code in self._early_limits}
        wanted |= {c for c in judged if c not in self._prices or self._prices[c][1] <= now - PRICE_AGE}
        if not wanted:
            return
        quotes = await self._market.quotes(sorted(wanted), for_order=True)
        # Before the session a broker may still show yesterday's limits (unverified): read again in it.
        is_final = is_regular_session(phases_at(self._clock.now()))
        for code, quote in quotes.items():
            self.note_price(code, quote.last_price)
            if quote.upper_limit > 0:
                self._limits[code] = PriceLimits(quote.lower_limit, quote.upper_limit)
                (self._early_limits.discard if is_final else self._early_limits.add)(code)

    async def _buying_power(self, code: str, price: int | None) -> int:
        """Won that may be ordered with, less what orders without an answer may still reserve."""
        while True:
            before = self._held_back()
            power = await self._broker.buying_power(code, price, for_order=True)
            after = self._held_back()
            # When an order was answered meanwhile, nobody knows whether `power` takes it in: ask again.
            if after >= before:
                return power - after

    def _held_back(self) -> int:
        """Won that buys may reserve although the broker's buying power may not show it yet."""
        held = 0
        for order in self._records.orders.live():
            request, left = order.request, order.remaining_quantity
            if request.side is Side.SELL:
                continue
            if order.is_in_doubt:
                price = self._limits[request.code].upper if order.price is None else order.price
                held += reservation(left, price, self._commission)
            elif order.requested_price is not None and order.price is not None:
                more = reservation(left, order.requested_price, self._commission)
                held += max(0, more - reservation(left, order.price, self._commission))
        return held


def _is_short(verdict: Approved | Denied) -> bool:
    return isinstance(verdict, Denied) and verdict.reason is Reason.INSUFFICIENT_BUYING_POWER


def _phases(at: datetime, venue: Venue) -> tuple[Phase, ...]:
    """The phases in which an order to `venue` may arrive: with SOR those of both."""
    venues = ("KRX", "NXT") if venue is Venue.SOR else (venue.value,)
    return tuple(phase for each in venues for phase in phases_at(at, each))
