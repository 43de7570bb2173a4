"""What opening the desk found to do, and what a restart leaves in doubt."""

from dataclasses import dataclass
from datetime import date, datetime

from hoga.domain.events import CancelUnconfirmed, OrderEvent, OrderUnconfirmed, ReplaceUnconfirmed
from hoga.domain.order import Order, OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What opening the desk found to do. All counts are of the day that was opened."""

    day: date
    is_restart: bool
    replayed: int
    """Orders that the journal knew."""
    doubtful: int
    """Orders, cancels and replaces whose answer the journal does not know."""
    unsettled: int
    """Those of them that are still in doubt."""
    fills: int
    """Executions that happened while nobody was listening."""
    adopted: int
    """Orders that somebody else placed."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in sentences for a person; empty when there was nothing to recover."""
        settled = self.doubtful - self.unsettled
        sentences = (
            (
                self.is_restart,
                f"{self.day}: 기록에서 주문 {self.replayed}건을 이어받았습니다"
                f" / continued with {self.replayed} orders from the journal",
            ),
            (
                self.doubtful,
                f"확인되지 않은 {self.doubtful}건 중 {settled}건을 확인했습니다"
                f" / settled {settled} of {self.doubtful} in doubt",
            ),
            (self.fills, f"그사이의 체결 {self.fills}건을 찾았습니다 / found {self.fills} fills"),
            (
                self.adopted,
                f"다른 곳에서 낸 주문 {self.adopted}건을 넘겨받았습니다"
                f" / adopted {self.adopted} orders placed elsewhere",
            ),
        )
        return tuple(sentence for is_told, sentence in sentences if is_told)


def doubt_after_restart(order: Order, at: datetime) -> OrderEvent | None:
    """What became of a request about `order` that was being sent when the program ended; None if known."""
    if order.is_unconfirmed:
        return None
    why = "the program ended before the answer came"
    match order.status:
        case OrderStatus.SUBMITTED:
            return OrderUnconfirmed(order_id=order.order_id, at=at, why=why)
        case OrderStatus.PENDING_CANCEL:
            return CancelUnconfirmed(order_id=order.order_id, at=at, why=why)
        case _:
            return ReplaceUnconfirmed(order_id=order.order_id, at=at, why=why)
