"""One book of one issue in one market of the day: what it gathers or matches now, and what rests beside it.

An issue has a board for KRX's regular session, one for each market before and after it that somebody uses,
and one at NXT. Orders never move between them. A board follows the phases of its market; an interruption (VI)
or a halt takes it out of them for a while.

It knows order numbers, prices and types. It does not know accounts, nor when anything ends: exchange.py does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.book import ANY_PRICE, Book, Match
from hoga.exchange.events import BoardKind, Refusal
from hoga.exchange.guard import Guard
from hoga.exchange.ladder import Ladder
from hoga.exchange.midpoints import Midpoints, midpoint_of
from hoga.exchange.stops import Stop, Stops
from hoga.krx import order_types, pegged
from hoga.krx.order_types import Circumstances, Objection
from hoga.krx.sessions import Phase

if TYPE_CHECKING:
    from hoga.exchange.issue import Issue

_LIMIT = OrderType.LIMIT
_CONDITIONAL = OrderType.LIMIT_TO_MARKET_ON_CLOSE
_WITHOUT_LIMIT = frozenset((OrderType.MARKET, OrderType.MID_PRICE, _CONDITIONAL))


class State(StrEnum):
    """What orders do on a board now."""

    CLOSED = "closed"
    """None are taken; those that rest may be cancelled in a break."""
    CALL = "call"
    """They gather for an auction."""
    CONTINUOUS = "continuous"
    """They match as they come."""
    HALTED = "halted"
    """Only cancels are taken."""


class Call(StrEnum):
    """Why a board gathers orders of its own, whatever its market does."""

    INTERRUPTION = "interruption"
    RESUMPTION = "resumption"


_STATES = {
    Phase.CLOSED: State.CLOSED,
    Phase.PRE_CLOSE_PRICE: State.CONTINUOUS,
    Phase.OPEN_CALL: State.CALL,
    Phase.CONTINUOUS: State.CONTINUOUS,
    Phase.CLOSE_CALL: State.CALL,
    Phase.POST_INTAKE: State.CALL,
    Phase.POST_CLOSE_PRICE: State.CONTINUOUS,
    Phase.POST_SINGLE: State.CALL,
    Phase.AFTER_MARKET: State.CONTINUOUS,
    Phase.PRE: State.CONTINUOUS,
    Phase.BREAK: State.CLOSED,
    Phase.MAIN: State.CONTINUOUS,
    Phase.AFTER_CALL: State.CALL,
    Phase.AFTER: State.CONTINUOUS,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands on a board. `price` is None for market and midpoint orders."""

    side: Side
    price: int | None
    order_type: OrderType
    quantity: int
    stop_price: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY


class Board:
    """The orders of one issue in one market. Statistics are of this board only."""

    __slots__ = (
        "answers",
        "book",
        "call",
        "conditional",
        "guard",
        "high",
        "interruption",
        "interruptions",
        "is_halted",
        "is_watched",
        "issue",
        "kind",
        "low",
        "midpoints",
        "of_pre_market",
        "open",
        "phase",
        "price",
        "quiet_bests",
        "state",
        "stops",
        "takes_limits",
        "token",
        "value",
        "venue",
        "volume",
    )

    def __init__(
        self,
        issue: "Issue",
        kind: BoardKind,
        ladder: Ladder,
        last_price: int,
        *,
        guard: Guard | None = None,
        price: int | None = None,
    ) -> None:
        self.issue = issue
        self.kind = kind
        self.venue = kind.venue
        self.book = Book(ladder, last_price)
        self.guard = guard
        self.price = price
        """The one price of a closing-price market."""
        self.phase = Phase.CLOSED
        self.state = State.CLOSED
        """What orders do here now; `refresh` finds it."""
        self.call: Call | None = None
        self.interruption: Interruption | None = None
        self.interruptions = 0
        self.is_halted = False
        self.token = 0
        """Counts the board's calls, so that the end of one that is over already ends nothing."""
        self.midpoints = Midpoints()
        self.stops = Stops()
        self.conditional: set[int] = set()
        """Resting limit orders that become market orders for the closing call."""
        self.of_pre_market: set[int] = set()
        """Resting limit orders that end with NXT's pre-market."""
        self.answers: dict[order_types.Entry, Refusal | None] = {}
        self.takes_limits = False
        self.is_watched = False
        self.quiet_bests: tuple[int | None, int | None] = (None, None)
        """Best bid and ask when the board closed: what a day without a trade gives the next one (기세)."""
        self.open: int | None = None
        self.high: int | None = None
        self.low: int | None = None
        self.volume = 0
        self.value = 0
        self.refresh()

    def _find_state(self) -> State:
        state = _STATES[self.phase]
        if state is State.CLOSED:
            return state
        if self.is_halted:
            return State.HALTED
        if self.call is not None or (self.issue.regime is not None and self.kind is BoardKind.REGULAR):
            return State.CALL
        return state

    def refresh(self) -> None:
        """Act on a new phase, call or halt."""
        self.state = state = self._find_state()
        self.book.gathers = state is not State.CONTINUOUS
        self.answers.clear()
        self.takes_limits = not self.issue.finds_base and self.objection(_LIMIT, TimeInForce.DAY) is None
        self.watch()

    def watch(self) -> None:
        """Let the book look out for an interruption from its last price on."""
        book = self.book
        if self.guard is not None and not book.gathers:
            if book.stopped_at is None:  # else it is still to be judged, by the price before the order
                book.lowest, book.highest = self.guard.band(book.last_price, self.phase)
        else:
            book.lowest, book.highest = 0, ANY_PRICE
        self.is_watched = bool(
            self.guard is not None or self.stops.orders or self.midpoints or self.issue.finds_base
        )

    def count(self, price: int, quantity: int) -> None:
        """Take a trade into the day's statistics."""
        if self.high is None or self.low is None:
            self.open = self.high = self.low = price
            self.answers.clear()  # a first price may let in what had to wait for it
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.volume += quantity
        self.value += price * quantity

    # What may be entered

    def objection(self, order_type: OrderType, time_in_force: TimeInForce) -> Refusal | None:
        """Why an order of this type may not be entered now, whatever its price."""
        entry = (order_type, time_in_force)
        if entry not in self.answers:
            self.answers[entry] = self._judge(entry)
        return self.answers[entry]

    def _judge(self, entry: order_types.Entry) -> Refusal | None:
        if self.state is State.CLOSED:
            return Refusal.WRONG_PHASE
        issue = self.issue
        circumstances = Circumstances(
            kind=issue.instrument.kind,
            regime=issue.regime,
            is_in_call=self.call is not None,
            is_halted=self.is_halted,
            awaits_first_price=(issue.listing.is_new or issue.finds_base) and issue.main.open is None,
            is_under_measures=issue.listing.is_under_measures,
            is_under_warning=issue.listing.is_under_warning,
            has_traded=issue.main.volume > 0,
            is_on_nxt=issue.listing.is_on_nxt,
        )
        found = order_types.find_objection(*entry, self.phase, self.venue, issue.day, circumstances)
        match found:
            case None:
                return None
            case Objection.HALTED:
                return Refusal.HALTED
            case Objection.NOT_LISTED_HERE:
                return Refusal.NOT_TRADED_HERE
            case Objection.WRONG_PHASE if entry[1] is TimeInForce.GTP:
                return Refusal.WRONG_PHASE  # the pre-market is over
            case _:
                return Refusal.ORDER_TYPE_NOT_ALLOWED

    def price_objection(
        self, order_type: OrderType, side: Side, price: int | None, stop_price: int | None = None
    ) -> Refusal | None:
        """Why these prices may not be entered with an order of this type."""
        if (price is None) is order_type.has_price:
            return Refusal.BAD_PRICE
        if (stop_price is None) is (order_type is OrderType.STOP_LIMIT):
            return Refusal.BAD_PRICE
        ladder = self.book.ladder
        limits = ladder.limits
        found = order_types.find_price_objection(order_type, side, price, stop_price, limits, ladder.grid)
        match found:
            case None:
                return None
            case Objection.OFF_TICK | Objection.STOP_OFF_TICK:
                return Refusal.OFF_TICK
            case Objection.OUTSIDE_LIMITS | Objection.STOP_OUTSIDE_LIMITS:
                outside = price if found is Objection.OUTSIDE_LIMITS else stop_price
                is_above = outside is not None and outside > limits.upper
                return Refusal.ABOVE_UPPER_LIMIT if is_above else Refusal.BELOW_LOWER_LIMIT
            case _:
                return Refusal.ORDER_TYPE_NOT_ALLOWED

    def priced(self, order_type: OrderType, side: Side, price: int | None) -> int | None:
        """The limit price at which an order of this type stands; None for market and midpoint orders."""
        book = self.book
        ladder = book.ladder
        match order_type:
            case OrderType.IMMEDIATELY_EXECUTABLE_LIMIT:
                bid, ask = self.bests
                return pegged.immediately_executable_limit(
                    side, bid, ask, book.last_price, ladder.limits, ladder.grid
                )
            case OrderType.BEST_LIMIT:
                bid, ask = self.bests
                return pegged.best_limit(side, bid, ask, book.last_price, ladder.grid)
            case OrderType.PRE_HOURS_CLOSING_PRICE | OrderType.AFTER_HOURS_CLOSING_PRICE:
                return self.price
            case _:
                return price

    def reserved_price(self, order_type: OrderType, price: int | None) -> int:
        """The price at which a buy is reserved.

        A conditional order may become a market order, a midpoint order floats: both reserve like market
        orders (for midpoint orders unverified).
        """
        if price is None or order_type in _WITHOUT_LIMIT:
            return self.book.ladder.limits.upper
        return price

    @property
    def bests(self) -> tuple[int | None, int | None]:
        """Best bid and ask; None for a side without limit orders."""
        return self.book.bests

    @property
    def has_midpoint(self) -> bool:
        return midpoint_of(self.book) is not None

    # What stands

    def find(self, number: int) -> Standing | None:
        """How order `number` stands here; None when nothing of it does."""
        found, left = self.book.find(number), self.book.left(number)
        if found is not None and left is not None:
            side, price = found
            order_type = OrderType.MARKET if price is None else _LIMIT
            if number in self.conditional:
                order_type = _CONDITIONAL
            time_in_force = TimeInForce.GTP if number in self.of_pre_market else TimeInForce.DAY
            return Standing(side, price, order_type, left[1], time_in_force=time_in_force)
        stop = self.stops.orders.get(number)
        if stop is not None:
            return Standing(stop.side, stop.price, OrderType.STOP_LIMIT, stop.quantity, stop.stop_price)
        floating = self.midpoints.find(number)
        if floating is not None:
            return Standing(floating, None, OrderType.MID_PRICE, self.midpoints.waiting(floating)[number])
        return None

    def left(self, number: int) -> tuple[Side, int] | None:
        """Side and shares of order `number`; None when nothing of it stands here."""
        found = self.book.left(number)
        if found is None and (self.stops.orders or self.midpoints):
            standing = self.find(number)
            found = (standing.side, standing.quantity) if standing else None
        return found

    def reduce(self, number: int, quantity: int) -> None:
        """Take `quantity` shares off order `number`. What is left of it keeps its place."""
        if self.book.reduce(number, quantity):
            return
        if number in self.stops.orders:
            self.stops.reduce(number, quantity)
        else:
            self.midpoints.reduce(number, quantity)

    def everything(self) -> list[tuple[int, Side, int]]:
        """(number, side, shares) of all that stands here, bids first and each side by number."""
        found = []
        for own in (self.book.bids, self.book.asks):
            orders = [(number, own.side, shares) for number, shares in own.queue()]
            orders += [
                (stop.number, stop.side, stop.quantity)
                for stop in self.stops.orders.values()
                if stop.side is own.side
            ]
            orders += [
                (number, own.side, shares) for number, shares in self.midpoints.waiting(own.side).items()
            ]
            found += sorted(orders)
        return found

    # What happens

    def enter(
        self,
        number: int,
        side: Side,
        price: int | None,
        quantity: int,
        order_type: OrderType = _LIMIT,
        time_in_force: TimeInForce = TimeInForce.DAY,
        stop_price: int | None = None,
    ) -> tuple[Sequence[Match], int]:
        """Match an order that was taken and rest what is left; its matches, and shares cancelled at once.

        `price` is what `priced` said. An IOC order cancels what it cannot trade at once, an FOK order all of
        it unless everything trades at once.
        """
        if order_type is OrderType.STOP_LIMIT:
            assert price is not None
            assert stop_price is not None
            self.stops.add(Stop(number, side, price, stop_price, quantity))
            return (), 0
        book = self.book
        if self.issue.finds_base:
            # The first price is the only one until the limits around it are known.
            bid, ask = book.bests
            book.lowest, book.highest = bid or 0, ask or ANY_PRICE
        is_midpoint = order_type is OrderType.MID_PRICE
        if is_midpoint:
            price = midpoint_of(book)
        at_once = 0
        rests = not time_in_force.is_immediate
        if not rests or is_midpoint:
            at_once = self._available(side, price, quantity, is_midpoint=is_midpoint)
            if time_in_force is TimeInForce.FOK and at_once < quantity:
                return (), quantity
        matches: Sequence[Match] = ()
        left = quantity
        if self.midpoints and not book.gathers:
            matches, left = self.midpoints.meet(book, number, side, price, quantity)
        if not left:
            return matches, 0
        if rests and not is_midpoint:
            if book.stopped_at is not None:
                book.gathers = True  # an interruption: what is left waits for its call
            if order_type is _CONDITIONAL:
                self.conditional.add(number)
            if time_in_force is TimeInForce.GTP:
                self.of_pre_market.add(number)
            return [*matches, *book.place(number, side, price, left)], 0
        # What would rest on the book is known beforehand, so that it never does.
        at_once -= quantity - left
        if at_once > 0 and book.stopped_at is None:
            matches = [*matches, *book.place(number, side, price, at_once)]
            left -= at_once
        if left and rests:
            self.midpoints.waiting(side)[number] = left
            return matches, 0
        if left and not is_midpoint and book.stopped_at is None:
            book.stopped_at = book.next_price(side, price)
        return matches, left

    def _available(self, side: Side, price: int | None, quantity: int, *, is_midpoint: bool) -> int:
        """How many of `quantity` shares would trade at once."""
        book = self.book
        found = min(self.midpoints.available(book, side, price), quantity)
        if is_midpoint and price != book.best_price(side.opposite):
            return found  # between the best prices only other midpoint orders wait
        return found + book.available(side, price, quantity - found)

    def relimit(self, ladder: Ladder) -> list[tuple[int, Side, int]]:
        """Let the limit orders go on within other limits; number, side and shares of those that cannot.

        Before the first price there are no others.
        """
        old, void = self.book, []
        self.book = Book(ladder, old.last_price)
        self.book.gathers = True
        for own in (old.bids, old.asks):
            for number, shares in own.queue():
                found = old.find(number)
                assert found is not None
                price = found[1]
                assert price is not None
                if ladder.limits.allows(price):
                    self.book.place(number, own.side, price, shares)
                else:
                    void.append((number, own.side, shares))
        self.refresh()
        return void

    def take_arrived(self) -> tuple[int, Side, int, int] | None:
        """Take off the order that stopped at the first price and would trade on; number, side, price, shares.

        None when the best prices do not overlap.
        """
        bid, ask = self.book.first(Side.BUY), self.book.first(Side.SELL)
        if self.book.gathers or bid is None or ask is None or bid[1] < ask[1]:
            return None
        side, (number, price, shares) = max((Side.BUY, bid), (Side.SELL, ask), key=lambda found: found[1][0])
        self.book.remove(number)
        return number, side, price, shares

    def end_pre_market(self) -> list[tuple[int, Side, int]]:
        """Take off what is left of the orders that end with NXT's pre-market: number, side, shares."""
        ended = [item for item in self.everything() if item[0] in self.of_pre_market]
        for number, _, quantity in ended:
            self.reduce(number, quantity)
        self.of_pre_market.clear()
        return ended

    def turn_conditional(self) -> list[tuple[int, Side, int]]:
        """Make market orders of the conditional orders, the better price first, then the earlier."""
        turned = []
        for own in (self.book.bids, self.book.asks):
            orders = [item for item in own.queue() if item[0] in self.conditional]
            for number, quantity in orders:
                self.book.remove(number)
                self.book.place(number, own.side, None, quantity)
                turned.append((number, own.side, quantity))
        self.conditional.clear()
        return turned
