"""The swing trader of seed 004: buys candidates in a band above a reference, sells at a gain, loss or age.

The rule is the seed's. Where the seed was wrong, this is done instead:
- it sized a market buy by the last price, which the broker refuses: the broker reserves at the upper limit
  price and adds its commission, and so does this;
- it began at 08:59:59 and took the previous close for the price of today: only a price that was traded today
  counts here, and nothing is done before the day's own open;
- its hours were constants: here they follow the day's session (exam day, first day of the year);
- it counted held candidates as bought, so that fewer names were bought than the cash was divided by: cash is
  divided by the names that are not held;
- its "five days" were the first day with a purchase 7 to 14 calendar days back, and then it sold the whole
  holding: age is counted in trading days, lot by lot, and only the old lots are sold;
- it sold again on every round until the order had filled, and bought a refused name again and again: a code
  has one open sale at a time, one entry a day, and a bounded number of attempts;
- the return was a rounded percentage: here limits are exact, from cost and quantity.

It keeps no state beside the view (orders of today, what was held at the opening), so a restart continues.
Only which notes have been said is remembered, and that decides nothing.

A name that is halted is neither bought nor sold, and one that a volatility interruption holds in a call is
not bought: the price of its auction is not known before. Both are looked at again after `LOOK_AGAIN`, as no
trade tells of their end. A name at its upper limit is not bought before it trades below. Sales go into the
call of an interruption, where a market order is first in line.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.wake import Decision, View, WakeUp, WhenInside, WhenOrderChanges, WhenOutside, WhenTime
from hoga.krx.calendar import trading_days_between
from hoga.krx.fees import Commission
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import grid

LOOK_AGAIN = timedelta(seconds=30)
"""After what time a name that cannot trade is looked at again."""

ALLOWED = {
    "entry_band": ("0보다 크고 1 이하인 비율 (0.05 = 5%)", "a rate above 0, at most 1 (0.05 = 5%)"),
    "take_profit": ("0 이상 10 이하인 비율 (0.05 = 5%)", "a rate from 0 to 10 (0.05 = 5%)"),
    "stop_loss": ("0 이상 1 이하인 비율 (0.03 = 3%)", "a rate from 0 to 1 (0.03 = 3%)"),
    "holding_days": ("1 이상 250 이하인 거래일 수", "a number of trading days from 1 to 250"),
    "entry_after_open": ("개장 뒤 몇 분부터 살지, 0 이상 300 이하", "minutes after the open, from 0 to 300"),
    "exit_before_end": (
        "접속매매가 끝나기 몇 분 전부터 오래된 주식을 팔지, stop_before_end 보다 크고 300 이하",
        "minutes before continuous trading ends, above stop_before_end, at most 300",
    ),
    "stop_before_end": (
        "접속매매가 끝나기 몇 분 전에 멈출지, 0 이상 300 미만",
        "minutes before continuous trading ends, from 0, under 300",
    ),
    "entry_order": ('"market"(시장가), "limit"(지정가), "best"(최유리지정가)', '"market", "limit" or "best"'),
    "exit_order": ('"market"(시장가) 또는 "best"(최유리지정가)', '"market" or "best"'),
    "attempts": ("1 이상 10 이하인 횟수", "a number from 1 to 10"),
}
"""What each setting may be, in Korean and in English."""

_ENTRIES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "best": OrderType.IMMEDIATELY_EXECUTABLE_LIMIT,
}
_WORDS = {"market": "시장가", "best": "최유리지정가"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwingSettings:
    """The numbers of the rule; the defaults are the seed's.

    Rates are fractions of one. Times are minutes from the day's own hours: `entry_after_open` after the open,
    the others before the end of continuous trading (15:20 on an ordinary day, so 15:15 and 15:20). A name is
    bought while reference <= price < reference x (1 + `entry_band`). `entry_order` "limit" buys at the top
    of the band, which reserves less cash than a market order; "best" (최유리지정가) takes the best offer
    and waits there for more. `exit_order` "best" sells to the best bid at once and cancels the rest,
    `attempts` times, and then at the market: a loss is not left to wait. `attempts` is how often a sale, or
    an entry that our own risk gate denied, is tried on one day. Raises `BadInput` naming a value that is not
    allowed.
    """

    entry_band: Decimal = Decimal("0.05")
    take_profit: Decimal = Decimal("0.05")
    stop_loss: Decimal = Decimal("0.03")
    holding_days: int = 5
    entry_after_open: int = 0
    exit_before_end: int = 5
    stop_before_end: int = 0
    entry_order: Literal["market", "limit", "best"] = "market"
    exit_order: Literal["market", "best"] = "market"
    attempts: int = 3

    def __post_init__(self) -> None:
        fits = {
            "entry_band": self.entry_band.is_finite() and 0 < self.entry_band <= 1,
            "take_profit": self.take_profit.is_finite() and 0 <= self.take_profit <= 10,
            "stop_loss": self.stop_loss.is_finite() and 0 <= self.stop_loss <= 1,
            "holding_days": 1 <= self.holding_days <= 250,
            "entry_after_open": 0 <= self.entry_after_open <= 300,
            "stop_before_end": 0 <= self.stop_before_end < 300,
            "exit_before_end": self.stop_before_end < self.exit_before_end <= 300,
            "entry_order": self.entry_order in ("market", "limit", "best"),
            "exit_order": self.exit_order in ("market", "best"),
            "attempts": 1 <= self.attempts <= 10,
        }
        wrong = [name for name, is_right in fits.items() if not is_right]
        if wrong:
            raise BadInput(
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][0]}" for name in wrong),
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][1]}" for name in wrong),
            )


class Swing:
    """The swing trader as a strategy (`ports.Strategy`).

    `commission` is what the broker charges, reserved beside the price. `instruments` are needed for limit
    entries only, to know the tick grid. Raises `BadInput` when a candidate occurs twice, or when a limit
    entry is wanted for one that is not among `instruments`.
    """

    def __init__(
        self,
        candidates: Iterable[Candidate],
        settings: SwingSettings,
        commission: Commission,
        instruments: Iterable[Instrument] = (),
    ) -> None:
        self._candidates = tuple(candidates)
        self._settings = settings
        self._commission = commission
        self._instruments = {instrument.code: instrument for instrument in instruments}
        self._said: set[tuple[date, str]] = set()
        if len(self.codes) != len(self._candidates):
            raise BadInput(
                "같은 종목이 후보에 두 번 있습니다. 한 번만 남기십시오.",
                "a candidate occurs twice. Keep it once.",
            )
        unknown = [c.code for c in self._candidates if c.code not in self._instruments]
        if settings.entry_order == "limit" and unknown:
            raise BadInput(
                f"지정가로 사려면 종목의 호가단위를 알아야 합니다: {', '.join(unknown)}",
                f"a limit entry needs the instrument, for its tick size: {', '.join(unknown)}",
            )

    @property
    def name(self) -> str:
        return "swing"

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(candidate.code for candidate in self._candidates)

    @property
    def history(self) -> int:
        return 0

    def decide(self, view: View, at: datetime) -> Decision:
        """What to buy, sell and cancel now, and what to wait for. No wake-up it states is true already."""
        times = self._times(view.day)
        draft = _Draft()
        if at < times.open:
            self._say_plan(view, draft)
        elif at < times.stop:
            for code in sorted(view.positions):
                self._protect(view, view.positions[code], draft, is_exit_time=at >= times.exit)
            if times.entry <= at < times.exit:
                self._enter(view, draft)
            if draft.looks_again and at + LOOK_AGAIN < min(m for m in times.moments if m > at):
                draft.wake_ups.append(WhenTime(at + LOOK_AGAIN))
        else:
            self._stop(view, draft)
            return self._decision(view, draft)
        draft.wake_ups.append(WhenTime(min(moment for moment in times.moments if moment > at)))
        if draft.orders or draft.cancels or any(not order.is_done for order in view.orders):
            draft.wake_ups.append(WhenOrderChanges())
        return self._decision(view, draft)

    def _times(self, day: date) -> "_Times":
        _, continuous, _ = regular_session(day)
        settings = self._settings
        return _Times(
            open=continuous.start,
            entry=continuous.start + timedelta(minutes=settings.entry_after_open),
            exit=continuous.end - timedelta(minutes=settings.exit_before_end),
            stop=continuous.end - timedelta(minutes=settings.stop_before_end),
        )

    def _decision(self, view: View, draft: "_Draft") -> Decision:
        notes = [*draft.notes]
        for note in draft.notes_once:
            if (view.day, note) not in self._said:
                self._said.add((view.day, note))
                notes.append(note)
        return Decision(
            orders=tuple(draft.orders),
            cancels=tuple(draft.cancels),
            wake_ups=tuple(draft.wake_ups),
            notes=tuple(notes),
        )

    # Entries

    def _names(self, view: View) -> list[Candidate]:
        return [candidate for candidate in self._candidates if candidate.code not in view.opening_positions]

    def _say_plan(self, view: View, draft: "_Draft") -> None:
        names = self._names(view)
        if names:
            draft.notes_once.append(
                f"오늘 살 종목 {len(names)}개, 종목당 {view.opening_cash // len(names):,}원까지"
            )
        else:
            draft.notes_once.append("오늘 살 종목이 없습니다")

    def _enter(self, view: View, draft: "_Draft") -> None:
        names = self._names(view)
        cash = view.cash
        for candidate in names:
            entries = [order for order in _orders(view, candidate.code) if order.request.side is Side.BUY]
            if any(order.status is not OrderStatus.DENIED for order in entries):
                continue
            held = view.positions.get(candidate.code)
            if held is not None and held.quantity > 0:
                continue  # bought today by somebody else: what the account holds is not bought
            label = f"{candidate.name}({candidate.code})"
            if len(entries) >= self._settings.attempts:
                draft.notes_once.append(f"{label} 매수가 {len(entries)}번 막혀 오늘은 사지 않습니다")
                continue
            quote = view.quotes.get(candidate.code)
            if quote is None:
                draft.notes_once.append(f"{label} 시세를 받지 못해 사지 않습니다")
                continue
            top = ceil(candidate.reference * (1 + Fraction(self._settings.entry_band))) - 1
            highest = min(top, quote.upper_limit - 1)
            if highest < candidate.reference:
                continue  # everything in the band is at the upper limit or beyond it
            limit = self._limit(view.day, candidate.code, top, quote)
            price = quote.upper_limit if limit is None else limit
            money = min(view.opening_cash // len(names), cash)
            quantity = affordable(money, price, self._commission)
            if quantity == 0:
                draft.notes_once.append(f"{label} 남은 돈으로는 {price:,}원짜리 한 주도 살 수 없습니다")
                continue
            if quote.is_halted or quote.interruption is not None:
                draft.looks_again = True
                draft.notes_once.append(
                    f"{label} {'거래정지' if quote.is_halted else '변동성완화장치(VI)'} 중이라 기다립니다"
                )
                continue
            last = _traded_price(quote)
            if last is None or not candidate.reference <= last <= highest:
                draft.wake_ups.append(WhenInside(candidate.code, candidate.reference, highest))
                continue
            cash -= quantity * price + self._commission.of(quantity * price)
            draft.orders.append(
                OrderRequest(
                    code=candidate.code,
                    side=Side.BUY,
                    quantity=quantity,
                    price=limit,
                    order_type=_ENTRIES[self._settings.entry_order],
                )
            )
            draft.notes.append(
                f"{label} 현재가 {last:,}원, 기준가 {candidate.reference:,}원: {quantity:,}주 "
                + (
                    f"{_WORDS[self._settings.entry_order]} 매수"
                    if limit is None
                    else f"{limit:,}원 지정가 매수"
                )
            )

    def _limit(self, day: date, code: str, top: int, quote: Quote) -> int | None:
        if self._settings.entry_order != "limit":
            return None
        instrument = self._instruments[code]
        return min(grid(instrument.market, instrument.kind, day).floor(top), quote.upper_limit)

    # Exits

    def _protect(self, view: View, position: Position, draft: "_Draft", *, is_exit_time: bool) -> None:
        """Sell the position, or what is too old of it, or wait for the prices at which it is to be sold."""
        own = _orders(view, position.code)
        sales = [order for order in own if order.request.side is Side.SELL]
        if position.quantity <= 0 or any(not order.is_done for order in sales):
            return
        label = f"{position.name}({position.code})"
        quote = view.quotes.get(position.code)
        last = None if quote is None else _traded_price(quote)
        has_limits = quote is not None and position.cost > 0
        if quote is not None and quote.is_halted:
            draft.looks_again = True
            draft.notes_once.append(f"{label} 거래정지라 팔 수 없어 기다립니다")
            return
        if quote is None:
            draft.notes_once.append(f"{label} 시세를 받지 못해 가격으로는 팔지 않습니다")
        elif position.cost <= 0:
            draft.notes_once.append(f"{label} 매입금액을 몰라 가격으로는 팔지 않습니다")
        low, high = self._kept_prices(position)
        is_outside = has_limits and last is not None and not low <= last <= high
        reason, quantity = "", 0
        if is_outside and last is not None:
            reason = f"현재가 {last:,}원, {'익절' if last > high else '손절'}"
            quantity = position.sellable_quantity
        elif is_exit_time:
            old, unknown = self._aged(view, position)
            reason = f"{self._settings.holding_days}거래일 보유"
            quantity = min(old, position.sellable_quantity)
            if unknown:
                draft.notes_once.append(f"{label} {unknown:,}주는 산 날을 몰라 보유 기간으로는 팔지 않습니다")
        failed = sum(
            order.is_done
            and order.status is not OrderStatus.FILLED
            and order.request.order_type is OrderType.MARKET
            for order in sales
        )
        is_best = (
            self._settings.exit_order == "best"
            and len(sales) < self._settings.attempts
            and quote is not None
            and quote.bid is not None
            and quote.interruption is None  # a call takes no order that is for this very moment
        )
        if quantity > 0 and failed >= self._settings.attempts:
            draft.notes_once.append(
                f"{label} 매도가 {failed}번 안 되어 오늘은 다시 팔지 않습니다. 직접 확인하십시오"
            )
        elif quantity > 0:
            # What is still being bought would meet our own sale in the book.
            draft.cancels += [order.order_id for order in own if _is_cancelable_buy(order)]
            draft.orders.append(
                OrderRequest(
                    code=position.code,
                    side=Side.SELL,
                    quantity=quantity,
                    order_type=OrderType.IMMEDIATELY_EXECUTABLE_LIMIT if is_best else OrderType.MARKET,
                    time_in_force=TimeInForce.IOC if is_best else TimeInForce.DAY,
                )
            )
            word = _WORDS["best" if is_best else "market"]
            draft.notes.append(f"{label} {reason}: {quantity:,}주 {word} 매도")
        elif has_limits and not is_outside:
            draft.wake_ups.append(WhenOutside(position.code, low, high))
        elif has_limits and low <= high:
            # It should be sold and cannot (somebody else's order holds it): the price has to come back first.
            draft.wake_ups.append(WhenInside(position.code, low, high))

    def _kept_prices(self, position: Position) -> tuple[int, int]:
        """The lowest and the highest price at which the position is kept."""
        settings = self._settings
        low = ceil(position.cost * (1 - Fraction(settings.stop_loss)) / position.quantity)
        high = floor(position.cost * (1 + Fraction(settings.take_profit)) / position.quantity)
        return low, high

    def _aged(self, view: View, position: Position) -> tuple[int, int]:
        """Shares held long enough, and shares of unknown age."""
        lots = view.lots.get(position.code, ())
        old = sum(
            lot.quantity
            for lot in lots
            if trading_days_between(lot.bought_on, view.day) >= self._settings.holding_days
        )
        return old, max(0, position.quantity - sum(lot.quantity for lot in lots))

    # The end of the day

    def _stop(self, view: View, draft: "_Draft") -> None:
        draft.cancels += [order.order_id for order in view.orders if _is_cancelable_buy(order)]
        draft.notes_once += [
            f"{order.request.code} 매수 주문 {order.order_id}의 접수 여부를 아직 모릅니다. 직접 확인하십시오"
            for order in view.orders
            if order.request.side is Side.BUY and order.is_in_doubt
        ]
        draft.notes_once.append("오늘 매매를 마칩니다")


def affordable(money: int, price: int, commission: Commission) -> int:
    """The most shares at `price` won that `money` won pay for, commission included; 0 when not even one."""
    if money < price:
        return 0
    return bisect_right(
        range(1, money // price + 1), money, key=lambda q: q * price + commission.of(q * price)
    )


@dataclass(frozen=True, slots=True)
class _Times:
    open: datetime
    entry: datetime
    exit: datetime
    stop: datetime

    @property
    def moments(self) -> tuple[datetime, ...]:
        return (self.open, self.entry, self.exit, self.stop)


@dataclass(slots=True)
class _Draft:
    """A decision while it is being made."""

    orders: list[OrderRequest] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    wake_ups: list[WakeUp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    notes_once: list[str] = field(default_factory=list)
    looks_again: bool = False
    """Whether a name cannot trade now and nothing else will tell when it can."""


def _orders(view: View, code: str) -> list[Order]:
    return [order for order in view.orders if order.request.code == code]


def _is_cancelable_buy(order: Order) -> bool:
    # An order that waits for the answer to a cancel is not cancelled again.
    return order.request.side is Side.BUY and order.status is OrderStatus.OPEN


def _traded_price(quote: Quote) -> int | None:
    """The last price, if it was traded today: before the first trade a quote shows the base price."""
    return None if quote.open is None else quote.last_price
