"""What a person who is away wants to hear of a trading day, in sentences.

A fill is told when it has filled, by the event of the fill, and never when its order was asked for.
"""

from collections.abc import Callable, Collection, Mapping

from hoga.domain.events import (
    CancelUnconfirmed,
    OrderDenied,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
    OrderUnconfirmed,
    ReplaceUnconfirmed,
)
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order
from hoga.domain.outcome import Outcome
from hoga.domain.request import Side
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.trading.desk import Desk
from hoga.trading.news import News
from hoga.trading.records import Event
from hoga.trading.shift import ShiftReport

_SIDES = {Side.BUY: "매수 buy", Side.SELL: "매도 sell"}
_STATES = {
    TradingState.ACTIVE: "매매 재개 trading goes on",
    TradingState.REDUCING: "줄이기만 reducing",
    TradingState.HALTED: "매매 정지 HALTED",
}


class Announcer:
    """Tells the news of one desk, of the `kinds` that the person wants to hear."""

    def __init__(
        self,
        tell: Callable[[str], object],
        kinds: Collection[str],
        instruments: Mapping[str, Instrument],
    ) -> None:
        self._tell = tell
        self._kinds = frozenset(kinds)
        self._instruments = instruments

    def attach(self, desk: Desk) -> None:
        """Tell what happens at `desk` from now on."""
        desk.listen(self.on_event)
        desk.on_switch(self.on_switch)

    def on_event(self, event: Event, order: Order | None) -> None:
        """Keep the promise of a `Listener`."""
        if order is None:
            return
        match event:
            case OrderFilled(quantity=quantity, amount=amount):
                rest = order.remaining_quantity
                left = f", 남음 left {rest:,}" if rest else ""
                self._say(
                    News.FILLED,
                    f"체결 filled: {self._label(order)} {quantity:,}주 × {amount // quantity:,}원{left}",
                )
            case OrderRejected() | OrderNotReceived():
                self._say(News.REJECTED, f"거부 rejected: {self._whole(order)} {order.reason}")
            case OrderDenied():
                self._say(News.DENIED, f"호가가 거부 denied: {self._whole(order)} {order.reason}")
            case OrderUnconfirmed() | CancelUnconfirmed() | ReplaceUnconfirmed():
                self._say(News.UNCONFIRMED, f"미확인 unconfirmed: {self._whole(order)} {order.reason}")
            case _:  # everything else can wait until the person looks
                pass

    def on_switch(self, change: TradingChanged) -> None:
        why = f": {change.why}" if change.why else ""
        self._say(News.HALTED, f"{_STATES[change.state]} ({change.by}{why})")

    def on_start(self, strategy: str, day: str, state: TradingState) -> None:
        stands = "" if state is TradingState.ACTIVE else f" [{_STATES[state]}]"
        self._say(News.STARTED, f"시작 started: {strategy}, {day}{stands}")

    def on_end(self, report: ShiftReport) -> None:
        if report.failure:
            self._say(News.STOPPED, f"전략 중단 strategy stopped: {report.strategy}, {report.failure}")
        self._say(
            News.REPORT,
            f"하루 보고 report: {report.strategy}, {report.day}. 주문 orders {report.orders:,}, 체결 fills "
            f"{report.fills:,}, 매수 bought {report.bought:,}원, 매도 sold {report.sold:,}원, "
            f"미체결 open {report.open_orders:,}, 미확인 unconfirmed {report.unconfirmed:,}, "
            f"거부 refused {report.refused:,}",
        )

    def on_plan_end(self, outcome: Outcome) -> None:
        """Tell what a rebalancing came to."""
        missing = ", ".join(f"{each.name} {each.difference:+,}" for each in outcome.missing)
        self._say(
            News.REPORT,
            f"리밸런싱 끝 rebalanced: 계획 plan {outcome.plan.number}. 차이 differences: {missing or '0'}",
        )

    def _say(self, kind: News, sentence: str) -> None:
        if kind in self._kinds:
            self._tell(sentence.strip())

    def _label(self, order: Order) -> str:
        code = order.request.code
        name = self._instruments[code].name if code in self._instruments else ""
        return f"{_SIDES[order.request.side]} {name}({code})"

    def _whole(self, order: Order) -> str:
        return f"{self._label(order)} {order.request.quantity:,}주"
