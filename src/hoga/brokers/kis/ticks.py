"""Prints of the tape (체결가) on the KIS WebSocket, both ways."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from hoga.brokers.kis.codes import TRADES_STREAM
from hoga.brokers.kis.envelope import day_text, time_text
from hoga.brokers.kis.notation import change_sign, codes_of, rate, sign
from hoga.brokers.kis.records import data_frame, instant_on, split, width_of
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.quote import Level, OrderBook, Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

TRADE_FIELDS = frozenset({46, 47})
"""Record lengths that have been seen; 47 came in 2026. What is behind the documented 46 is not read."""


class Trades(msgspec.Struct, frozen=True, gc=False):
    """Prints of the tape, in their order. `records` are all their fields as they came.

    A struct and not a dataclass, because it is made for every frame in a fifth of the time.
    """

    trades: tuple[Trade, ...]
    has_drifted: bool
    payload: str

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.trades))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDay:
    """The day of one issue so far, as a tick tells it. Prices are 0 where there is none yet.

    Shares and value of call auctions are in `volume` and `value` only, not on the buy or the sell side.
    `previous_volume` and `listed_shares` are 0 when unknown.
    """

    base_price: int
    upper_limit: int
    lower_limit: int
    open: int = 0
    high: int = 0
    low: int = 0
    open_at: datetime | None = None
    high_at: datetime | None = None
    low_at: datetime | None = None
    volume: int = 0
    value: int = 0
    buy_count: int = 0
    sell_count: int = 0
    buy_volume: int = 0
    sell_volume: int = 0
    ask: int = 0
    bid: int = 0
    ask_quantity: int = 0
    bid_quantity: int = 0
    total_ask_quantity: int = 0
    total_bid_quantity: int = 0
    previous_volume: int = 0
    listed_shares: int = 0

    def after(self, trade: Trade) -> "RunningDay":
        """The day with one more print. The book is as it was: see `beside`."""
        bought = trade.quantity if trade.taker is Side.BUY else 0
        sold = trade.quantity if trade.taker is Side.SELL else 0
        is_high, is_low = trade.price > self.high, not self.low or trade.price < self.low
        return replace(
            self,
            open=self.open or trade.price,
            open_at=self.open_at or trade.at,
            high=trade.price if is_high else self.high,
            high_at=trade.at if is_high else self.high_at,
            low=trade.price if is_low else self.low,
            low_at=trade.at if is_low else self.low_at,
            volume=self.volume + trade.quantity,
            value=self.value + trade.price * trade.quantity,
            buy_count=self.buy_count + (bought > 0),
            sell_count=self.sell_count + (sold > 0),
            buy_volume=self.buy_volume + bought,
            sell_volume=self.sell_volume + sold,
        )

    def beside(self, book: OrderBook) -> "RunningDay":
        """The day with the best levels and the totals of `book`."""
        ask = book.asks[0] if book.asks else Level(0, 0)
        bid = book.bids[0] if book.bids else Level(0, 0)
        return replace(
            self,
            ask=ask.price,
            ask_quantity=ask.quantity,
            bid=bid.price,
            bid_quantity=bid.quantity,
            total_ask_quantity=book.total_ask_quantity,
            total_bid_quantity=book.total_bid_quantity,
        )


def read_trades(payload: str, count: int) -> Trades:
    width = width_of(payload, count, min(TRADE_FIELDS))
    if count == 1:
        trades: tuple[Trade, ...] = (_trade(payload.split("^", 34)),)
    else:
        fields = payload.split("^")
        trades = tuple(_trade(fields[start : start + 34]) for start in range(0, len(fields), width))
    return Trades(trades, width not in TRADE_FIELDS, payload)


def _trade(fields: Sequence[str]) -> Trade:
    return Trade(
        fields[0],
        instant_on(fields[33], fields[1]),
        int(fields[2]),
        int(fields[12]),
        _TAKERS.get(fields[21]),
    )


_TAKERS = {"1": Side.BUY, "5": Side.SELL}


def trade_frame(ticks: Sequence[tuple[Trade, RunningDay]], phase: Phase) -> str:
    """H0STCNT0: prints in their order, each with the day after it."""
    return data_frame(TRADES_STREAM, [_tick(trade, day, phase) for trade, day in ticks])


def _tick(trade: Trade, day: RunningDay, phase: Phase) -> tuple[str, ...]:
    codes = codes_of(phase)
    price = trade.price
    return (
        trade.code,
        time_text(trade.at),
        str(price),
        sign(price, day),
        str(price - day.base_price),
        rate(price, day.base_price),
        ratio_text(day.value, day.volume, 2),
        str(day.open),
        str(day.high),
        str(day.low),
        str(day.ask),
        str(day.bid),
        str(trade.quantity),
        str(day.volume),
        str(day.value),
        str(day.sell_count),
        str(day.buy_count),
        str(day.buy_count - day.sell_count),
        ratio_text(100 * day.buy_volume, day.sell_volume, 2),
        str(day.sell_volume),
        str(day.buy_volume),
        _TAKER_CODES[trade.taker],
        _buy_rate(day),
        ratio_text(100 * day.volume, day.previous_volume, 2),
        *_against(price, day.open, day.open_at),
        *_against(price, day.high, day.high_at),
        *_against(price, day.low, day.low_at),
        day_text(trade.at.astimezone(KST).date()),
        codes.market,
        "N",
        str(day.ask_quantity),
        str(day.bid_quantity),
        str(day.total_ask_quantity),
        str(day.total_bid_quantity),
        ratio_text(100 * day.volume, day.listed_shares, 2),
        "0",
        "0.00",
        codes.hour,
        "",
        "0",
    )


_TAKER_CODES = {Side.BUY: "1", Side.SELL: "5", None: "3"}
"""체결구분. 3 is documented for prints before the open; for the closing auction it is unverified."""


def _buy_rate(day: RunningDay) -> str:
    """매수비율: buys over all shares of the day, two decimals, rounded up (as in all 82 recorded ticks)."""
    if not day.volume:
        return "0.00"
    return f"{-(-100 * day.buy_volume // day.volume) / 100:.2f}"


def _against(price: int, mark: int, at: datetime | None) -> tuple[str, str, str]:
    clock = time_text(at) if at else ""
    return clock, change_sign(price - mark), str(price - mark)
