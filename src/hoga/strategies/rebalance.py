"""The rebalancer of seed 001 (§17.6-17.7): trades a plan in time slices of 최유리지정가 orders.

The rule is the seed's. Where the seed was wrong, this is done instead:
- it sent one share at a time and forgot it: here what a slice did not fill is cancelled at the name's next
  turn and carried forward, and everything is counted from the orders of the journal, so that a program that
  was killed continues and buys nothing twice;
- it bought what the sales had not paid for yet, and was refused: here sales end earlier, and a purchase is
  made of what may really be ordered with, at the upper limit price that the broker reserves, and leaves the
  cash of the plan alone (`funding` says which shares are left when prices rise);
- it sent at halts, in interruptions and beside an empty book: here a name waits until it can trade;
- what was missing at three stayed missing: here it is bought until continuous trading ends, and then in the
  closing call;
- it knew nothing of the desk's limits: here what is more than one order may be goes in several.

It keeps no state beside the view but which turns it has taken, so that after a restart every name has a turn
at once. It does not know brokers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from math import ceil
from typing import Literal

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order, OrderStatus
from hoga.domain.plan import Course, Line, Plan, Schedule
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.trading_state import TradingState
from hoga.domain.wake import Decision, View, WakeUp, WhenOrderChanges, WhenTime
from hoga.krx.fees import Commission, taxes
from hoga.krx.sessions import RANDOM_END_SECONDS, Phase, prolonged_end, regular_session
from hoga.krx.ticks import grid
from hoga.strategies import targets
from hoga.strategies.allowance import NO_ALLOWANCE, Allowance
from hoga.strategies.funding import Need, cost, find_left
from hoga.strategies.slicing import Slices
from hoga.strategies.swing import affordable
from hoga.strategies.targets import TargetSettings

ATTEMPTS = 10
"""After so many orders of a name in a row that were refused, no more are sent today."""

CLOSING_REACH = Fraction(3, 100)
"""How far over the last price a purchase in the closing call is limited when a market order is too dear."""

CLOSING_ORDERS = 10
"""So many orders of a name one turn of the closing call sends at most."""

_SOON = timedelta(minutes=2)
"""A plan starts no earlier than this after it was made."""

AFTER_CLOSE = timedelta(seconds=RANDOM_END_SECONDS + 2)
"""When the closing price is surely known."""

ALLOWED = {
    **targets.ALLOWED,
    "untouched": ('종목코드의 목록, 예: ["005930"]', 'a list of codes, like ["005930"]'),
    "schedule": ('"twap", "vwap", "pov" 가운데 하나', 'one of "twap", "vwap", "pov"'),
    "start_after_open": ("개장 뒤 몇 분부터, 0 이상 300 이하", "minutes after the open, from 0 to 300"),
    "end_before_end": (
        "접속매매가 끝나기 몇 분 전까지 살지, 0 이상 300 이하",
        "minutes before continuous trading ends, from 0 to 300",
    ),
    "sells_before_end": (
        "접속매매가 끝나기 몇 분 전까지 팔지, end_before_end 이상 360 미만",
        "minutes before continuous trading ends, from end_before_end, under 360",
    ),
    "slice_minutes": ("1 이상 60 이하인 분", "minutes from 1 to 60"),
    "participation": (
        "0보다 크고 0.5 이하인 비율 (0.1 = 거래량의 10%)",
        "a rate above 0, at most 0.5 (0.1 = 10% of the volume)",
    ),
    "volume_days": ("1 이상 60 이하인 거래일", "trading days from 1 to 60"),
    "closing_auction": ("true 또는 false", "true or false"),
    "price_moved": ("0보다 크고 1 이하인 비율 (0.03 = 3%)", "a rate above 0, at most 1 (0.03 = 3%)"),
    "seed": ("0 이상인 정수", "a whole number from 0"),
}
"""What each setting may be, in Korean and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceSettings:
    """The numbers of a rebalancing; the defaults are the seed's where it has any.

    The first five are those of `TargetSettings`. Times are minutes from the day's own hours: on an ordinary
    day purchases run from 09:10 to 15:00 and sales to 14:30. A plan whose prices have moved by more than
    `price_moved` since it was made is not traded. Raises `BadInput` naming a value that is not allowed.
    """

    cash_buffer: Decimal = Decimal("0.02")
    cash_floor: Decimal | None = None
    drift_band: Decimal = Decimal(0)
    smallest_order: int = 0
    untouched: tuple[str, ...] = ()
    schedule: Literal["twap", "vwap", "pov"] = "twap"
    start_after_open: int = 10
    end_before_end: int = 20
    sells_before_end: int = 50
    slice_minutes: int = 3
    participation: Decimal = Decimal("0.1")
    volume_days: int = 10
    closing_auction: bool = True
    price_moved: Decimal = Decimal("0.03")
    seed: int = 0

    def __post_init__(self) -> None:
        fits = {
            "schedule": self.schedule in tuple(Schedule),
            "start_after_open": 0 <= self.start_after_open <= 300,
            "end_before_end": 0 <= self.end_before_end <= 300,
            "sells_before_end": self.end_before_end <= self.sells_before_end < 360,
            "slice_minutes": 1 <= self.slice_minutes <= 60,
            "participation": self.participation.is_finite() and 0 < self.participation <= Decimal("0.5"),
            "volume_days": 1 <= self.volume_days <= 60,
            "price_moved": self.price_moved.is_finite() and 0 < self.price_moved <= 1,
            "seed": self.seed >= 0,
        }
        wrong = [name for name, is_right in fits.items() if not is_right]
        if wrong:
            raise BadInput(
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][0]}" for name in wrong),
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][1]}" for name in wrong),
            )
        _ = self.targets

    @property
    def targets(self) -> TargetSettings:
        """What decides the shares. Raises `BadInput` naming a value that is not allowed."""
        return TargetSettings(
            cash_buffer=self.cash_buffer,
            cash_floor=self.cash_floor,
            drift_band=self.drift_band,
            smallest_order=self.smallest_order,
            untouched=frozenset(self.untouched),
        )

    def course(self, day: date, at: datetime) -> Course:
        """The hours of a day, as far as they lie a minute after `at`.

        Raises `BadInput` when the settings leave no time at all.
        """
        _, continuous, _ = regular_session(day)
        start = continuous.start + timedelta(minutes=self.start_after_open)
        sells_end = continuous.end - timedelta(minutes=self.sells_before_end)
        if sells_end < start + timedelta(minutes=self.slice_minutes):
            raise BadInput(
                f"매도 시간이 남지 않습니다({start:%H:%M}-{sells_end:%H:%M}). [rebalance]를 고치십시오.",
                f"no time is left to sell ({start:%H:%M} to {sells_end:%H:%M}). Correct [rebalance].",
            )
        end = continuous.end - timedelta(minutes=self.end_before_end)
        if (soon := at.replace(second=0, microsecond=0) + _SOON) > start:
            # Whoever starts late sells in the first half of what is left at least.
            start = min(end, soon)
            sells_end = max(sells_end, start + (end - start) / 2)
        return Course(
            schedule=Schedule(self.schedule),
            start=start,
            sells_end=sells_end,
            end=end,
            slice_minutes=self.slice_minutes,
            participation=self.participation,
            closing_auction=self.closing_auction,
            seed=self.seed,
        )


class Rebalance:
    """A plan as a strategy (`ports.Strategy`).

    `commission` is what the broker reserves beside the price, so rather too much than too little. `allowance`
    is what the desk will let through.
    """

    def __init__(
        self,
        plan: Plan,
        commission: Commission,
        instruments: Mapping[str, Instrument],
        allowance: Allowance = NO_ALLOWANCE,
    ) -> None:
        self._plan = plan
        self._commission = commission
        self._instruments = instruments
        self._allowance = allowance
        self._lines: dict[str, Line] = {}
        self._slices: dict[str, Slices] = {}
        for line in plan.targets.lines:
            if line.side is not None:
                self._lines[line.code] = line
                self._slices[line.code] = Slices(plan.course, line.code, line.side, abs(line.quantity))
        self._taken: dict[str, int] = {}
        self._again: set[str] = set()
        """Names whose order is being cancelled: they have another turn when that is done."""
        self._volumes: dict[str, int] = {}
        """The market's volume at which a name began to follow it (POV)."""
        self._said: set[tuple[str, str]] = set()
        _, continuous, closing = regular_session(plan.day)
        self._continuous_end = continuous.end
        self._closing_end = closing.end
        self.is_paused = False
        """Whether the person wants nothing to be sent for now."""
        self.is_stopped = False
        """Whether the person has ended the plan: then what is open is cancelled, and nothing is sent."""
        self.reasons: dict[str, tuple[str, str]] = {}
        """Why a name could not send all it should have when it last had its turn, in Korean and English."""

    @property
    def name(self) -> str:
        return self._plan.source

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._lines)

    @property
    def history(self) -> int:
        return 0

    def decide(self, view: View, at: datetime) -> Decision:
        """What to send and to cancel now, and when the next name has its turn."""
        draft = _Draft(
            cash=max(0, view.cash - self._plan.targets.kept_cash),
            room=self._allowance.room(view),
            free=self._allowance.free(view),
        )
        orders: dict[str, list[Order]] = {code: [] for code in self._lines}
        for order in view.orders:
            orders[order.request.code].append(order)
        over = self._over(orders, view)
        finish = over if self._plan.course.closing_auction else self._continuous_end
        if self.is_stopped or at >= finish:
            self._end(orders, at, over, draft)
        elif not any(_missing(line, orders[code]) for code, line in self._lines.items()):
            draft.notes.append(_DONE)
        else:
            draft.left = self._left(orders, view)
            draft.is_tight = self._is_tight(orders, view, draft)
            # Sales first: they need no cash.
            for code in sorted(self._lines, key=lambda code: (self._lines[code].quantity > 0, code)):
                self._take_turn(code, orders[code], view, at, draft)
            turns = [turn for code in self._lines if (turn := self._slices[code].next_turn(at)) is not None]
            turns += [edge for edge in (self._plan.course.start, self._plan.course.end) if edge > at]
            draft.wake_ups.append(WhenTime(min([*turns, finish])))
            if self._again:
                draft.wake_ups.append(WhenOrderChanges())
        return Decision(
            orders=tuple(draft.orders),
            cancels=tuple(draft.cancels),
            wake_ups=tuple(draft.wake_ups),
            notes=tuple(draft.notes),
        )

    def _over(self, orders: Mapping[str, list[Order]], view: View) -> datetime:
        """When nothing can trade any more.

        Later while an interruption holds a name with an open order: it makes the closing call longer.
        """
        for code, own in orders.items():
            quote = view.quotes.get(code)
            is_held = quote is not None and quote.interruption is not None
            if is_held and any(not order.is_done for order in own):
                return prolonged_end(Phase.CLOSE_CALL, self._closing_end) + AFTER_CLOSE
        return self._closing_end + AFTER_CLOSE

    def _end(self, orders: Mapping[str, list[Order]], at: datetime, over: datetime, draft: "_Draft") -> None:
        """Cancel what is open, and wait until nothing is, or until nothing can trade any more."""
        live = [order for own in orders.values() for order in own if not order.is_done]
        if live and at < over:
            draft.cancels += [order.order_id for order in live if order.status is OrderStatus.OPEN]
            draft.wake_ups += [WhenOrderChanges(), WhenTime(min(over, at + AFTER_CLOSE))]
            return
        left = {code: _missing(line, orders[code]) for code, line in self._lines.items()}
        if self.is_stopped:
            for code in (code for code, shares in left.items() if shares):
                self.reasons.setdefault(code, _STOPPED)
        names = ", ".join(f"{self._lines[code].name} {shares:,}" for code, shares in left.items() if shares)
        draft.notes.append(
            f"계획을 마칩니다. 남은 주식 / the plan ends, left are: {names}" if names else _DONE
        )

    # A turn of one name -------------------------------------------------------------------------------------

    def _take_turn(self, code: str, own: list[Order], view: View, at: datetime, draft: "_Draft") -> None:
        """Cancel what the last turn has left open, else send what is due. Never both for one name at once.

        Only in the closing call, where nothing trades before its end, do open orders stay beside new ones.
        """
        slices = self._slices[code]
        passed, taken = slices.passed(at), self._taken.get(code, 0)
        if passed <= taken and code not in self._again:
            return
        self._taken[code] = passed
        self._again.discard(code)
        if not _missing(self._lines[code], own):
            self.reasons.pop(code, None)
            return
        is_closing = at >= self._continuous_end
        obstacle = self._obstacle(self._lines[code], own, view, is_closing=is_closing)
        if obstacle is not None:
            self._say(code, obstacle, draft)
            return
        live = [order for order in own if not order.is_done]
        first_closing = len(slices.turns) + len(slices.later_turns)
        if live and (not is_closing or taken <= first_closing < passed):
            draft.cancels += [order.order_id for order in live if order.status is OrderStatus.OPEN]
            self._again.add(code)
            return
        quote = view.quotes[code]
        left = draft.left.get(code, 0)
        due = min(slices.due(at, self._volume_since(code, own, quote)), slices.quantity - left)
        missing = due - _filled(own) - sum(order.remaining_quantity for order in live)
        if at < slices.window_end:
            missing = min(missing, slices.most_at_once)
        self.reasons.pop(code, None)
        if left:
            self.reasons[code] = self._left_for(self._need(code, own, quote), left)
        if missing > 0:
            self._send(
                code, missing, view, quote, draft, is_late=at >= slices.window_end, is_closing=is_closing
            )

    def _obstacle(
        self, line: Line, own: list[Order], view: View, *, is_closing: bool
    ) -> tuple[str, str] | None:
        """Why nothing can be sent for a name now; None when something can."""
        quote = view.quotes.get(line.code)
        refused = list(takewhile(lambda order: order.status in _REFUSED, reversed(own)))
        if self.is_paused:
            return "계획을 멈춰 두었습니다", "the plan is paused"
        if view.trading is TradingState.HALTED:
            return "매매가 멈춰 있습니다", "trading is halted by the switch"
        if view.trading is TradingState.REDUCING and line.side is Side.BUY:
            return "줄이기만 하는 상태라 사지 않습니다", "the switch lets only sales through"
        if len(refused) >= ATTEMPTS:
            why = refused[0].reason
            return (
                f"주문이 연달아 {len(refused)}번 거부되었습니다: {why}",
                f"{len(refused)} orders in a row were refused: {why}",
            )
        if quote is None:
            return "시세를 받지 못했습니다", "there is no price"
        if quote.is_halted:
            return "거래정지", "trading in it is halted"
        if is_closing:
            return None
        if quote.interruption is not None:
            return "변동성완화장치(VI) 발동", "a volatility interruption holds it"
        if line.side is Side.BUY and quote.ask is None:
            return "매도호가가 없습니다 (상한가)", "nobody offers it (upper limit)"
        if line.side is Side.SELL and quote.bid is None:
            return "매수호가가 없습니다 (하한가)", "nobody bids for it (lower limit)"
        return None

    def _need(self, code: str, own: Iterable[Order], quote: Quote) -> Need:
        own = tuple(own)
        line, paid = self._lines[code], sum(order.filled_amount for order in own)
        return Need(line, paid, _missing(line, own), quote.ask or quote.last_price)

    def _left(self, orders: Mapping[str, list[Order]], view: View) -> dict[str, int]:
        """Shares of each purchase that the money does not reach for, as prices are now."""
        money, needs = view.cash - self._plan.targets.kept_cash, []
        for code, line in self._lines.items():
            quote = view.quotes.get(code)
            if quote is None:
                continue
            if line.side is Side.BUY:
                needs.append(self._need(code, orders[code], quote))
                for order in orders[code]:
                    if not order.is_done:  # what is open has its money already
                        reserved = order.price or quote.upper_limit
                        money += cost(order.remaining_quantity, reserved, self._commission)
            elif not quote.is_halted:
                amount = _missing(line, orders[code]) * (quote.bid or quote.last_price)
                instrument = self._instruments[code]
                money += amount - self._commission.of(amount)
                money -= taxes(instrument.market, instrument.kind, view.day, amount).total
        return find_left(needs, money, self._commission)

    def _is_tight(self, orders: Mapping[str, list[Order]], view: View, draft: "_Draft") -> bool:
        """Whether not all that is still to be bought could be reserved at upper limit prices at once."""
        needed = 0
        for code, line in self._lines.items():
            quote = view.quotes.get(code)
            if quote is not None and line.side is Side.BUY:
                live = sum(order.remaining_quantity for order in orders[code] if not order.is_done)
                shares = _missing(line, orders[code]) - live - draft.left.get(code, 0)
                needed += cost(max(0, shares), quote.upper_limit, self._commission)
        return needed > draft.cash

    def _left_for(self, need: Need, left: int) -> tuple[str, str]:
        """Why `left` shares of a name are left."""
        if need.rise <= 1:
            return self._short
        planned, kept = need.line.price, self._plan.targets.kept_cash
        return (
            f"계획 때 {planned:,}원이던 값이 올라(평균 {need.average:,}원) {left:,}주를 살 돈이 모자랍니다"
            f"(현금 버퍼 {kept:,}원은 남깁니다)",
            f"its price rose from the planned {planned:,} won ({need.average:,} on average), and there is "
            f"no money for {left:,} of its shares (the cash buffer of {kept:,} won is kept)",
        )

    @property
    def _short(self) -> tuple[str, str]:
        kept = self._plan.targets.kept_cash
        return (
            f"매도가 밀렸거나 값이 움직여 주문가능금액이 모자랍니다(현금 버퍼 {kept:,}원은 남깁니다)",
            f"sales lag or prices moved: cash is short (the cash buffer of {kept:,} won is kept)",
        )

    def _volume_since(self, code: str, own: list[Order], quote: Quote) -> int:
        """The market's volume since the name began to follow it, told by its own share after a restart."""
        share = self._plan.course.participation
        began = self._volumes.setdefault(code, quote.volume - ceil(_filled(own) / share))
        return quote.volume - began

    def _send(
        self,
        code: str,
        missing: int,
        view: View,
        quote: Quote,
        draft: "_Draft",
        *,
        is_late: bool,
        is_closing: bool,
    ) -> None:
        line = self._lines[code]
        order_type = OrderType.MARKET if is_closing else OrderType.IMMEDIATELY_EXECUTABLE_LIMIT
        price: int | None = None
        if line.side is Side.SELL:
            position = view.positions.get(code)
            quantity = min(missing, 0 if position is None else position.sellable_quantity)
            short = "매도가능수량이 모자랍니다", "there are not enough shares that may be sold"
        else:
            reserved = quote.upper_limit
            quantity = min(missing, affordable(draft.cash, reserved, self._commission))
            if is_late and (quantity < missing or (is_closing and draft.is_tight)):
                # A limit order reserves no more than its price.
                price = reserved = self._limit(code, quote, view.day, is_closing=is_closing)
                order_type = OrderType.LIMIT
                quantity = min(missing, affordable(draft.cash, price, self._commission))
            short = self._short
        if quantity < missing:
            self.reasons[code] = short
        worth = price or quote.last_price
        if line.side is Side.BUY and (room := draft.room) is not None and quantity * worth > room:
            quantity = room // worth
            self._say(code, self._allowance.no_room, draft)
        most = (
            1 if not is_closing else CLOSING_ORDERS if draft.free is None else min(CLOSING_ORDERS, draft.free)
        )
        pieces = self._allowance.pieces(quantity, worth, most)
        if sum(pieces) < quantity:
            self.reasons[code] = self._allowance.too_large(worth)
        for piece in pieces:
            side = Side.SELL if line.quantity < 0 else Side.BUY
            draft.orders.append(
                OrderRequest(code=code, side=side, quantity=piece, price=price, order_type=order_type)
            )
            draft.count()
            if side is Side.BUY:
                draft.spend(piece * reserved + self._commission.of(piece * reserved), piece * worth)

    def _limit(self, code: str, quote: Quote, day: date, *, is_closing: bool) -> int:
        """What a purchase after the window is limited to, when a price is all that cash can reserve."""
        instrument, last = self._instruments[code], quote.last_price
        steps = grid(instrument.market, instrument.kind, day)
        highest = quote.upper_limit
        if self._allowance.price_away is not None:
            highest = min(highest, steps.floor(int(last * (1 + self._allowance.price_away))))
        wanted = steps.ceil(ceil(last * (1 + CLOSING_REACH))) if is_closing else quote.ask
        return min(wanted or highest, highest)

    def _say(self, code: str, reason: tuple[str, str], draft: "_Draft") -> None:
        """Note why a name waits, and tell it once."""
        self.reasons[code] = reason
        if (code, reason[1]) not in self._said:
            self._said.add((code, reason[1]))
            name = self._lines[code].name
            draft.notes.append(f"{name}({code}) 기다립니다: {reason[0]} / waits: {reason[1]}")


_DONE = "계획대로 모두 체결되었습니다 / everything is filled as planned"
_STOPPED = "사람이 계획을 끝냈습니다", "the plan was stopped by a person"
_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED)


@dataclass(slots=True)
class _Draft:
    """A decision while it is being made, and the cash above what is kept that it has left."""

    cash: int
    room: int | None
    """Won that may still be bought today; None without a limit."""
    free: int | None
    """Orders that may still be open beside those that are; None without a limit."""
    left: Mapping[str, int] = field(default_factory=dict)
    """Shares of each purchase that are left because prices rose."""
    is_tight: bool = False
    """Whether market orders of one name would take the cash that another needs."""
    orders: list[OrderRequest] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    wake_ups: list[WakeUp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self) -> None:
        """Take an order off what may still be open."""
        if self.free is not None:
            self.free -= 1

    def spend(self, cash: int, worth: int) -> None:
        """Take a purchase off what is left."""
        self.cash -= cash
        if self.room is not None:
            self.room -= worth


def _filled(orders: Iterable[Order]) -> int:
    return sum(order.filled_quantity for order in orders)


def _missing(line: Line, orders: Iterable[Order]) -> int:
    """Shares that are still to be traded."""
    return abs(line.quantity) - _filled(orders)
