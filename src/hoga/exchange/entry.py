"""Where orders come in (호가접수): new ones, changes and cancels are checked and put on a board.

Every refusal is decided here, in the order of `Refusal`, and changes nothing. It is what a broker sees by
itself. What only the market sees, that a midpoint order finds an empty side or that a request
`is_turned_down`, the broker hears later: then the request of an account has a number, and is `Rejected`.

An account's buys must be covered by its buying power and its sells by its shares; THE_MARKET is not asked,
and is not held to the quantity cap of one order, as it stands for many.
"""

from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.exchange.board import Board
from hoga.exchange.commands import THE_MARKET, Cancel, Place, Replace
from hoga.exchange.events import BoardKind, Canceled, Event, Placed, Refusal, Replaced
from hoga.exchange.floor import Floor
from hoga.exchange.register import Register
from hoga.krx import order_types
from hoga.krx.order_types import Objection
from hoga.krx.sessions import Phase

_DAY = TimeInForce.DAY
_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_CLOSED = Phase.CLOSED
_NXT = Venue.NXT


class Entry:
    """Takes orders onto a floor and into its register."""

    __slots__ = ("_floor", "_participants", "_register")

    def __init__(self, floor: Floor, register: Register) -> None:
        self._floor = floor
        self._register = register
        self._participants = {THE_MARKET, *register.ledger.accounts}

    def place(self, command: Place, events: list[Event]) -> Refusal | None:
        """Enter an order, or say why not."""
        floor, register = self._floor, self._register
        try:
            issue = floor.issues[command.code]
        except KeyError:
            return Refusal.UNKNOWN_INSTRUMENT
        account, side, quantity, price = command.account, command.side, command.quantity, command.price
        if account not in self._participants:
            return Refusal.UNKNOWN_ACCOUNT
        if quantity <= 0:
            return Refusal.BAD_QUANTITY

        board, venue = issue.main, command.venue
        if venue is _NXT:
            board = issue.boards.get(BoardKind.NXT, board)
        order_type, time_in_force = command.order_type, command.time_in_force
        is_turned_down = command.is_turned_down
        is_plain = (
            board.takes_limits and order_type is _LIMIT and time_in_force is _DAY and venue is board.venue
        )
        if not is_plain:
            routed = floor.route(issue, command)
            if isinstance(routed, Refusal):
                return routed
            board = routed
        book = board.book
        # A price that the ladder's table has was used today, so it is allowed.
        if not is_plain or command.stop_price is not None or price not in book.ladder.rungs:
            refusal = board.price_objection(order_type, side, price, command.stop_price)
            if refusal is not None:
                return refusal
        if not is_plain:
            price = board.priced(order_type, side, price)
            if order_type is OrderType.MID_PRICE and not board.has_midpoint:
                if account == THE_MARKET:
                    return Refusal.NO_MIDPOINT
                is_turned_down = True

        number = len(register.boards) + 1
        if account != THE_MARKET:
            if issue.cap is not None and quantity > issue.cap:
                return Refusal.OVER_QUANTITY_CAP
            order = register.admit(number, None, command, price, board, floor.now)
            if order is None:
                return Refusal.INSUFFICIENT_CASH if side is _BUY else Refusal.INSUFFICIENT_HOLDINGS
            if is_turned_down:
                events.append(register.rejected(order, board))
                return None
        events.append(
            Placed(floor.now, number, account, issue.code, side, quantity, price, order_type, board.kind)
        )
        register.boards.append(board)
        midpoints = board.midpoints
        if is_plain and not midpoints.buys and not midpoints.sells:
            matches = book.place(number, side, price, quantity)
            if matches:
                floor.tell(board, number, side, matches, events)
            elif book.stopped_at is None:
                return None  # it rests and sets nothing off
        else:
            matches, canceled = board.enter(
                number, side, price, quantity, order_type, time_in_force, command.stop_price
            )
            floor.tell(board, number, side, matches, events)
            if canceled:
                events.append(register.cut(board, number, side, canceled, floor.now))
            board.watch()
        if board.is_watched:
            floor.settle(board, events)
        return None

    def replace(self, command: Replace, events: list[Event]) -> Refusal | None:
        """Change an order, or say why not."""
        account, order_type = command.account, command.order_type
        if account not in self._participants:
            return Refusal.UNKNOWN_ACCOUNT
        if command.quantity is not None and command.quantity <= 0:
            return Refusal.BAD_QUANTITY
        board = self._register.board_of(account, command.number)
        if board is None:
            if not self._floor.is_open():
                return Refusal.WRONG_PHASE
            is_formless = (command.price is None) is order_type.has_price
            return Refusal.BAD_PRICE if is_formless else Refusal.UNKNOWN_ORDER
        time_in_force = command.time_in_force
        refusal = board.objection(order_type, time_in_force)
        if refusal is None:
            refusal = board.price_objection(
                order_type, _side_of(board, command.number), command.price, command.stop_price
            )
        if refusal is not None:
            return refusal
        old = board.find(command.number)
        if old is None:
            return Refusal.NOTHING_LEFT
        quantity = old.quantity if command.quantity is None else command.quantity
        if quantity > old.quantity:
            return Refusal.TOO_MUCH
        side = old.side
        price = board.priced(order_type, side, command.price)
        is_turned_down = command.is_turned_down
        if order_type is OrderType.MID_PRICE and not board.has_midpoint:
            if account == THE_MARKET:
                return Refusal.NO_MIDPOINT
            is_turned_down = True
        is_same = (price, command.stop_price) == (old.price, old.stop_price) and order_type is old.order_type
        objection = order_types.find_replace_objection(
            old.order_type,
            order_type,
            has_new_price=price != old.price,
            has_new_stop_price=command.stop_price != old.stop_price,
            is_dormant=old.stop_price is not None,
        )
        if is_same or objection is Objection.NOTHING_CHANGES:
            return Refusal.NO_CHANGE
        # That an order cannot get another life is unverified.
        if objection is not None or time_in_force is not old.time_in_force:
            return Refusal.ORDER_TYPE_NOT_ALLOWED

        number = len(self._register.boards) + 1
        if account != THE_MARKET:
            register = self._register
            changed = register.orders[command.number]
            asked = Place(
                account,
                board.issue.code,
                side,
                quantity,
                command.price,
                order_type,
                time_in_force,
                command.stop_price,
                changed.asked.venue,
            )
            order = register.admit(
                number,
                command.number,
                asked,
                price,
                board,
                self._floor.now,
                changed.tab.freed(quantity),
            )
            if order is None:  # a buy: the shares of a sell are those of the order it changes
                return Refusal.INSUFFICIENT_CASH
            if is_turned_down:
                events.append(register.rejected(order, board))
                return None
            register.replaced(command.number, quantity)
        board.reduce(command.number, quantity)
        events.append(
            Replaced(
                self._floor.now,
                number,
                command.number,
                account,
                board.issue.code,
                side,
                quantity,
                price,
                order_type,
                board.kind,
            )
        )
        self._register.boards.append(board)
        matches, _ = board.enter(number, side, price, quantity, order_type, time_in_force, command.stop_price)
        self._floor.tell(board, number, side, matches, events)
        board.watch()
        if board.is_watched:
            self._floor.settle(board, events)
        return None

    def cancel(self, command: Cancel, events: list[Event]) -> Refusal | None:
        """Withdraw an order, or say why not."""
        account, old_number = command.account, command.number
        if account not in self._participants:
            return Refusal.UNKNOWN_ACCOUNT
        if command.quantity is not None and command.quantity <= 0:
            return Refusal.BAD_QUANTITY
        board = self._register.board_of(account, old_number)
        if board is None or board.phase is _CLOSED:
            if not self._floor.is_open():
                return Refusal.WRONG_PHASE
            return Refusal.UNKNOWN_ORDER if board is None else Refusal.NOTHING_LEFT
        book = board.book
        found = book.left(old_number) or board.left(old_number)
        if found is None:
            return Refusal.NOTHING_LEFT
        side, left = found
        quantity = left if command.quantity is None else command.quantity
        if quantity > left:
            return Refusal.TOO_MUCH

        register, now = self._register, self._floor.now
        register.boards.append(board)
        number = len(register.boards)
        if account != THE_MARKET:
            if command.is_turned_down:
                events.append(register.kept(old_number, number, quantity, now))
                return None
            register.canceled(old_number, number, quantity, now)
        if quantity < left or not book.remove(old_number):
            board.reduce(old_number, quantity)
        events.append(Canceled(now, old_number, number, account, board.issue.code, side, quantity))
        midpoints = board.midpoints
        if midpoints.buys or midpoints.sells:
            self._floor.settle(board, events)
        return None


def _side_of(board: Board, number: int) -> Side:
    """The side of an order that may be gone; then it does not matter which."""
    found = board.find(number)
    return found.side if found is not None else _BUY
