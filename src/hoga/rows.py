"""What programs see of orders, fills, positions and accounts: flat rows, the same on every face.

Keys are English, amounts won, quantities shares, instants ISO 8601 with their zone. A value that is not known
is null, never a made number.
"""

from collections.abc import Mapping
from typing import Any

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order
from hoga.domain.position import Fill, Position
from hoga.domain.quote import OrderBook, Quote

Row = dict[str, Any]
Names = Mapping[str, Instrument]


def order_row(order: Order, names: Names) -> Row:
    """One order. `order_id` is ours, `broker_order_id` the broker's current number, null without one."""
    request = order.request
    return {
        "order_id": order.order_id,
        "broker_order_id": order.broker_order_id or None,
        "code": request.code,
        "name": _name(request.code, names),
        "side": request.side,
        "type": request.order_type,
        "time_in_force": request.time_in_force,
        "venue": request.venue,
        "quantity": request.quantity,
        "price": order.price,
        "stop_price": request.stop_price,
        "status": order.status,
        "filled_quantity": order.filled_quantity,
        "filled_amount": order.filled_amount,
        "canceled_quantity": order.canceled_quantity,
        "remaining_quantity": order.remaining_quantity,
        "is_unconfirmed": order.is_unconfirmed,
        "reason": order.reason or None,
        "source": order.source,
    }


def fill_row(fill: Fill, names: Names) -> Row:
    """One execution; of an order that was placed elsewhere, all that it traded."""
    return {
        "order_id": fill.order_id,
        "code": fill.code,
        "name": _name(fill.code, names),
        "side": fill.side,
        "quantity": fill.quantity,
        "price": fill.price,
        "amount": fill.amount,
        "at": fill.at,
    }


def position_row(position: Position) -> Row:
    """One holding. `average_cost` is rounded down; `cost` is the truth."""
    return {
        "code": position.code,
        "name": position.name,
        "quantity": position.quantity,
        "sellable_quantity": position.sellable_quantity,
        "cost": position.cost,
        "average_cost": position.cost // position.quantity if position.quantity else None,
        "last_price": position.last_price,
        "market_value": position.market_value,
        "unrealized_pnl": position.unrealized_pnl,
    }


def account_row(account: Account) -> Row:
    """The cash of an account; its positions are rows of their own."""
    return {
        "account": account.number,
        "deposit": account.deposit,
        "deposit_d1": account.deposit_d1,
        "deposit_d2": account.deposit_d2,
        "buying_power": account.buying_power,
        "costs_today": account.costs_today,
        "total_value": account.total_value,
        "unrealized_pnl": account.unrealized_pnl,
        "positions": len(account.positions),
    }


def quote_row(quote: Quote, names: Names) -> Row:
    """The price of the moment. What has not traded today has no open, high and low."""
    return {
        "code": quote.code,
        "name": quote.name or _name(quote.code, names),
        "at": quote.at,
        "last_price": quote.last_price,
        "base_price": quote.base_price,
        "change": quote.last_price - quote.base_price,
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "volume": quote.volume,
        "value": quote.value,
        "ask": quote.ask,
        "bid": quote.bid,
        "ask_quantity": quote.ask_quantity,
        "bid_quantity": quote.bid_quantity,
        "upper_limit": quote.upper_limit,
        "lower_limit": quote.lower_limit,
        "is_halted": quote.is_halted,
        "interruption": quote.interruption,
    }


def book_row(book: OrderBook) -> Row:
    """Ten levels a side, best first, each a price and a quantity."""
    return {
        "code": book.code,
        "at": book.at,
        "asks": [{"price": level.price, "quantity": level.quantity} for level in book.asks],
        "bids": [{"price": level.price, "quantity": level.quantity} for level in book.bids],
        "total_ask_quantity": book.total_ask_quantity,
        "total_bid_quantity": book.total_bid_quantity,
        "indicative_price": book.indicative_price,
        "indicative_quantity": book.indicative_quantity,
    }


def bar_row(bar: Bar) -> Row:
    """One daily bar."""
    return {
        "code": bar.code,
        "date": bar.at.date(),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "value": bar.value,
    }


def _name(code: str, names: Names) -> str | None:
    instrument = names.get(code)
    return None if instrument is None else instrument.name
