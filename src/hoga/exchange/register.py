"""Every order number of the day, and what becomes of the orders of accounts.

Numbers count up over all participants. The market's orders have nothing but a number here: they are only on
the books. An account's order is a record for its broker and a tab in the ledger, and what happens to it on a
board is booked in both.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from hoga.domain.instrument import Kind
from hoga.domain.request import OrderType, Side
from hoga.exchange.board import Board
from hoga.exchange.commands import THE_MARKET, Place
from hoga.exchange.events import Canceled, Expired, Rejected, Traded, Turned
from hoga.exchange.ledger import Ledger
from hoga.exchange.opening import Opening
from hoga.exchange.records import CancelRequest, LiveOrder, OrderRecord
from hoga.exchange.tab import Tab
from hoga.krx.fees import Commission


class Register:
    """The orders of one day by number, over the ledger of their accounts."""

    __slots__ = ("_day", "_past", "_records", "boards", "commissions", "ledger", "orders")

    def __init__(
        self, day: date, openings: Iterable[Opening], commissions: Mapping[Kind, Commission]
    ) -> None:
        openings = tuple(openings)
        self._day = day
        self.commissions = commissions
        self.ledger = Ledger(day, openings)
        self._past = {opening.account: opening.past_orders for opening in openings}
        self._records: dict[str, list[LiveOrder | CancelRequest]] = {
            opening.account: [] for opening in openings
        }
        self.orders: dict[int, LiveOrder] = {}
        """Orders of accounts by number. The market's are only on the books."""
        self.boards: list[Board] = []
        """The board of every number given so far; number n is at n - 1."""

    def history(self, account: str, first: date, last: date) -> list[OrderRecord]:
        """Every request of the account from day `first` to day `last`, oldest first."""
        past = [record for record in self._past[account] if first <= record.placed_at.date() <= last]
        if not first <= self._day <= last:
            return past
        return past + [request.record() for request in self._records[account]]

    def board_of(self, account: str, number: int) -> Board | None:
        """The board of order `number` of `account`, alive or not; None when the account has no such order."""
        if not 0 < number <= len(self.boards):
            return None
        order = self.orders.get(number)
        owner = order.tab.account if order else THE_MARKET
        return self.boards[number - 1] if owner == account else None

    def admit(
        self,
        number: int,
        replaces: int | None,
        asked: Place,
        price: int | None,
        board: Board,
        at: datetime,
        freed: int = 0,
    ) -> LiveOrder | None:
        """Open an account's order under a new number: its record and its reservation.

        None when what it would hold is not there; see `Ledger.open`, also for `freed`.
        """
        account, instrument = asked.account, board.issue.instrument
        reserved_price = board.reserved_price(asked.order_type, price)
        commission = self.commissions[instrument.kind]
        tab = Tab(account, instrument, asked.side, reserved_price, asked.quantity, commission)
        if not self.ledger.open(tab, freed):
            return None
        order = LiveOrder(number, replaces, asked, at, tab, price, asked.order_type, board.venue)
        self.orders[number] = order
        self._records[account].append(order)
        return order

    def rejected(self, order: LiveOrder, board: Board) -> Rejected:
        """Turn down an order that was just admitted: it holds nothing, and nothing changes."""
        self.boards.append(board)
        order.rejected = order.tab.remaining
        self.ledger.release(order.tab, order.rejected)
        return _rejection(order.record())

    def kept(self, number: int, request_number: int, quantity: int, at: datetime) -> Rejected:
        """The request `request_number` to cancel shares of an account's order `number` was turned down."""
        order = self.orders[number]
        request = CancelRequest(
            request_number, order, quantity, at, order.limit_price, order.order_type, is_rejected=True
        )
        self._records[order.tab.account].append(request)
        return _rejection(request.record())

    def replaced(self, number: int, quantity: int) -> None:
        """`quantity` shares of an account's order go on under another number."""
        order = self.orders[number]
        self.ledger.release(order.tab, quantity)
        order.replaced += quantity

    def canceled(self, number: int, request_number: int, quantity: int, at: datetime) -> None:
        """The request `request_number` of an account took `quantity` shares off its order `number`."""
        order = self.orders[number]
        self.ledger.release(order.tab, quantity)
        order.canceled += quantity
        self._records[order.tab.account].append(
            CancelRequest(request_number, order, quantity, at, order.limit_price, order.order_type)
        )

    def traded(
        self,
        board: Board,
        price: int,
        quantity: int,
        buy_number: int,
        sell_number: int,
        taker: Side | None,
        at: datetime,
    ) -> Traded:
        """Book one match."""
        board.count(price, quantity)
        code = board.issue.code
        buy, sell = self.orders.get(buy_number), self.orders.get(sell_number)
        buyer = seller = THE_MARKET
        if buy is not None or sell is not None:
            self.ledger.trade(code, price, quantity, buy.tab if buy else None, sell.tab if sell else None)
            if buy is not None:
                buy.filled += quantity
                buyer = buy.tab.account
            if sell is not None:
                sell.filled += quantity
                seller = sell.tab.account
        return Traded(at, code, price, quantity, buy_number, sell_number, buyer, seller, taker, board.kind)

    def cut(self, board: Board, number: int, side: Side, quantity: int, at: datetime) -> Canceled:
        """Cancel what is left of an order although nobody asks, see `Canceled`."""
        order = self.orders.get(number)
        if order is not None:
            self.ledger.release(order.tab, quantity)
            order.canceled += quantity
        account = order.tab.account if order else THE_MARKET
        return Canceled(at, number, number, account, board.issue.code, side, quantity)

    def expired(self, board: Board, number: int, side: Side, quantity: int, at: datetime) -> Expired:
        """The market of an order has ended."""
        order = self.orders.get(number)
        if order is not None:
            self.ledger.release(order.tab, quantity)
            order.expired += quantity
        account = order.tab.account if order else THE_MARKET
        return Expired(at, number, account, board.issue.code, side, quantity)

    def turned(
        self,
        board: Board,
        number: int,
        side: Side,
        quantity: int,
        price: int | None,
        order_type: OrderType,
        at: datetime,
    ) -> Turned:
        """An order goes on as one of another type."""
        order = self.orders.get(number)
        if order is not None:
            if order.order_type is OrderType.STOP_LIMIT:
                order.set_off_at = at
            order.order_type, order.limit_price = order_type, price
        account = order.tab.account if order else THE_MARKET
        return Turned(at, number, account, board.issue.code, side, quantity, price, order_type)


def _rejection(record: OrderRecord) -> Rejected:
    request = record.request
    return Rejected(
        record.placed_at,
        record.number,
        record.kind,
        record.replaces,
        record.account,
        request.code,
        request.side,
        request.quantity,
    )
