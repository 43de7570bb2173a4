"""From a finished day at the exchange to the next one: base prices, settled cash, holdings, and the past.

Base prices follow krx.base_price: the close, raised to the grid; without a trade the last orders (기세); and
what the issuers do in between (adjustment.py). Distributions are not here: a listing of the caller's own
replaces the one made here. Cash that is due on the next day is settled, what is due later stays a settlement,
orders are all over and become past, and so do the results of the day.
"""

from collections.abc import Iterable
from datetime import date

from hoga.domain.corporate_action import CorporateAction
from hoga.exchange.adjustment import Turn
from hoga.exchange.exchange import Exchange
from hoga.exchange.opening import Holding, Listing, Opening
from hoga.krx import base_price
from hoga.krx.calendar import next_trading_day
from hoga.krx.sessions import Phase


def next_day(exchange: Exchange) -> date:
    """The trading day that follows; the calendar skips holidays."""
    return next_trading_day(exchange.day)


def next_listings(
    exchange: Exchange, day: date | None = None, actions: Iterable[CorporateAction] = ()
) -> tuple[Listing, ...]:
    """The issues of `day`, the next trading day unless another is given, with the prices that today leaves.

    What was new today, had an expiry or was suspended is not any more, unless `actions` say so; every other
    announcement is taken to hold on, and so is a halt that nobody has lifted by the evening. Raises
    `ValueError` while the day is not over.
    """
    _require_end(exchange)
    turn = Turn(exchange.day, day or next_day(exchange), actions)
    listings = []
    for code in exchange.codes:
        listing, quote = exchange.listing(code), exchange.quote(code)
        if quote.open is None:
            bid, ask = exchange.closing_bests(code)
            base = base_price.after_no_trade(quote.base_price, bid, ask)
            close = listing.closed_at
        else:
            base = base_price.after_close(quote.last_price, exchange.grid(code))
            close = quote.last_price
        following = Listing(
            listing.instrument,
            base,
            previous_close=close,
            group=listing.group,
            regime=listing.regime,
            is_on_nxt=listing.is_on_nxt,
            is_under_measures=listing.is_under_measures,
            is_under_warning=listing.is_under_warning,
            is_halted=exchange.is_halted(code) and (listing.is_halted or not listing.is_suspended),
        )
        listings.append(turn.listing(following))
    return tuple(listings)


def next_openings(
    exchange: Exchange, day: date | None = None, actions: Iterable[CorporateAction] = ()
) -> tuple[Opening, ...]:
    """The accounts as they enter `day`, the next trading day unless another is given.

    Raises `ValueError` while the day is not over.
    """
    _require_end(exchange)
    turn = Turn(exchange.day, day or next_day(exchange), actions)
    tomorrow = turn.tomorrow
    openings = []
    for number in exchange.accounts:
        account = exchange.account(number)
        due, due_shares = exchange.settlements(number), exchange.due_shares(number)
        held = [Holding(position.code, position.quantity, position.cost) for position in account.positions]
        openings.append(
            Opening(
                account=number,
                deposit=account.deposit + sum(one.amount for one in due if one.day <= tomorrow),
                holdings=turn.holdings(held, due_shares),
                settlements=tuple(one for one in due if one.day > tomorrow),
                past_orders=tuple(exchange.orders(number, date.min, exchange.day)),
                past_results=(*exchange.past_results(number), *exchange.results(number)),
                due_shares=turn.due(held, due_shares),
            )
        )
    return tuple(openings)


def _require_end(exchange: Exchange) -> None:
    if exchange.phase is not Phase.CLOSED or exchange.next_phase_at() is not None:
        raise ValueError(f"the day {exchange.day} is not over at {exchange.now}")
