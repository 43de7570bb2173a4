"""Prints of the tape (체결가) and expected prices (예상체결) on the KIS WebSocket, both ways.

Every stream of prints has the same fields in the same order: those of KRX, of NXT and of both together all of
them, those of the evening's auctions the first 43, expected prices 43 to 46. In an expected price the fields
of the print hold what would trade now; how KIS counts its 체결 거래량 is read off two examples: the change of
what would trade (unverified).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

import msgspec
from msgspec.structs import replace

from hoga.brokers.kis.codes import TRADES_STREAM, Sign
from hoga.brokers.kis.envelope import day_text, time_text
from hoga.brokers.kis.notation import change_sign, codes_of, hour_of, market_class, rate, sign
from hoga.brokers.kis.records import data_frame, instant_on, named, split, width_of
from hoga.brokers.kis.streams import STREAMS, TRADE, Stream
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.quote import Level, OrderBook, Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

_OF_KRX = STREAMS[TRADES_STREAM]
_CLOCKLESS = "000000"
_first = itemgetter(0)


class Trades(msgspec.Struct, frozen=True, gc=False):
    """Prints of the tape, in their order. `records` are all their fields as they came.

    `volumes` are the day's volumes (누적 거래량) after each. A struct and not a dataclass, because it is made
    for every frame in a fifth of the time.
    """

    trades: tuple[Trade, ...]
    volumes: tuple[int, ...]
    has_drifted: bool
    payload: str
    tr_id: str = TRADES_STREAM

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.trades))


@dataclass(frozen=True, slots=True)
class Expected:
    """예상체결: what would trade, and at which price, if a call auction ended now."""

    code: str
    at: datetime
    price: int
    quantity: int
    ask: int
    bid: int


class RunningDay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The day of one issue so far, as a tick tells it. Prices are 0 where there is none yet.

    Shares and value of call auctions are in `volume` and `value` only, not on the buy or the sell side.
    `previous_volume`, `listed_shares` and `static_reference` (정적VI발동기준가) are 0 when unknown. Of the
    day before, `minutes_before` has the minutes and how much had been traded at the end of each.
    A struct as well: there is a new one for every print of the market.
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
    static_reference: int = 0
    minutes_before: tuple[tuple[int, int], ...] = ()

    def volume_before(self, at: datetime) -> int:
        """What had been traded at this time of the day before (전일 동시간), to the minute; 0 if unknown."""
        local = at.astimezone(KST)
        place = bisect_left(self.minutes_before, local.hour * 60 + local.minute, key=_first)
        return self.minutes_before[place - 1][1] if place else 0

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

    def beyond(self, trade: Trade) -> "RunningDay":
        """The day with one more print outside the regular session, whose prices are not of the day."""
        bought = trade.quantity if trade.taker is Side.BUY else 0
        sold = trade.quantity if trade.taker is Side.SELL else 0
        return replace(
            self,
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


def joined(first: RunningDay, second: RunningDay) -> RunningDay:
    """The day of an issue at two venues together; base price, limits and shares are those of the first.

    The book is the first's too: see `RunningDay.beside`.
    """
    begun = [day for day in (first, second) if day.open]
    opened = min(begun, key=lambda day: _order(day.open_at), default=first)
    highest = min(begun, key=lambda day: (-day.high, _order(day.high_at)), default=first)
    lowest = min(begun, key=lambda day: (day.low, _order(day.low_at)), default=first)
    return replace(
        first,
        open=opened.open,
        open_at=opened.open_at,
        high=highest.high,
        high_at=highest.high_at,
        low=lowest.low,
        low_at=lowest.low_at,
        volume=first.volume + second.volume,
        value=first.value + second.value,
        buy_count=first.buy_count + second.buy_count,
        sell_count=first.sell_count + second.sell_count,
        buy_volume=first.buy_volume + second.buy_volume,
        sell_volume=first.sell_volume + second.sell_volume,
    )


def _order(at: datetime | None) -> tuple[bool, datetime]:
    """Instants in their order; one that is not known was before the counting began."""
    return at is not None, at or datetime.min.replace(tzinfo=KST)


def read_trades(payload: str, count: int, stream: Stream = _OF_KRX) -> Trades:
    """Prints of any of the streams that tell them. Raises `ValueError` for what are none."""
    if count == 1:
        # Nearly every frame. Behind the date nothing is needed: it is counted and not split.
        fields = payload.split("^", 34)
        width = len(fields) + fields[-1].count("^")
        if width >= stream.least:
            has_drifted = width not in stream.widths
            return Trades((_trade(fields),), (int(fields[13]),), has_drifted, payload, stream.tr_id)
    fields = payload.split("^")
    width = width_of(len(fields), count, stream.least)
    trades, volumes = [], []
    for start in range(0, len(fields), width):
        record = fields[start : start + width]
        trades.append(_trade(record))
        volumes.append(int(record[13]))
    return Trades(tuple(trades), tuple(volumes), width not in stream.widths, payload, stream.tr_id)


def _trade(fields: Sequence[str]) -> Trade:
    """The print of one record."""
    code = fields[0][-6:]  # an ETN has a letter before its code
    at = instant_on(fields[33], fields[1])
    price, quantity = int(fields[2]), int(fields[12])
    return _made_trade((code, at, price, quantity, _taker(fields[21]), False))


_made_trade = Trade._make
"""A call of the class would take twice as long, and there is one for every print of the market."""


def read_expected(stream: Stream, payload: str, count: int) -> tuple[Expected, ...]:
    """Expected prices. Raises `ValueError` for what are none."""
    return tuple(
        Expected(
            code=fields["mksc_shrn_iscd"],
            at=instant_on(fields["bsop_date"], fields["stck_cntg_hour"]),
            price=int(fields["stck_prpr"]),
            quantity=int(fields["acml_vol"]),
            ask=int(fields["askp1"]),
            bid=int(fields["bidp1"]),
        )
        for fields in named(stream, payload, count)
    )


_taker = {"1": Side.BUY, "5": Side.SELL}.get


def trade_frame(
    ticks: Sequence[tuple[Trade, RunningDay]],
    phase: Phase,
    stream: Stream = _OF_KRX,
    *,
    is_long: bool = False,
) -> str:
    """Prints in their order, each with the day after it. Long ones end with 장 구분."""
    market, hour, width = codes_of(phase).market, hour_of(phase, in_call=False), len(stream.fields)
    records = [_tick(trade, day, market, hour) for trade, day in ticks]
    if width < len(TRADE):
        records = [record[:width] for record in records]
    elif is_long:
        records = [(*record, market_class(phase)) for record in records]
    return data_frame(stream.tr_id, records)


def expected_frame(
    stream: Stream, expected: Expected, day: RunningDay, phase: Phase, previous: Expected | None = None
) -> str:
    """An expected price beside the day so far. `previous` is the one sent before it."""
    change = expected.quantity - (previous.quantity if previous else 0)
    trade = Trade(expected.code, expected.at, expected.price, abs(change), None)
    record = list(_tick(trade, day, codes_of(phase).market, hour_of(phase, in_call=True)))
    for name, value in (
        ("acml_vol", str(expected.quantity)),
        ("acml_tr_pbmn", str(expected.price * expected.quantity)),
        ("ccld_dvsn", _TAKER_CODES[Side.BUY]),  # so in every example
    ):
        record[stream.fields.index(name)] = value
    return data_frame(stream.tr_id, [record[: len(stream.fields)]])


def _tick(trade: Trade, day: RunningDay, market: str, hour: str) -> tuple[str, ...]:
    """All fields of a print; `market` and `hour` are KIS's codes of the phase."""
    price, before = trade.price, day.volume_before(trade.at)
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
        market,
        "N",
        str(day.ask_quantity),
        str(day.bid_quantity),
        str(day.total_ask_quantity),
        str(day.total_bid_quantity),
        ratio_text(100 * day.volume, day.listed_shares, 2),
        str(before),
        ratio_text(100 * day.volume, before, 2),
        hour,
        "",
        str(day.static_reference),
    )


_TAKER_CODES = {Side.BUY: "1", Side.SELL: "5", None: "3"}
"""체결구분. 3 is documented for prints before the open; for the closing auction it is unverified."""


def _buy_rate(day: RunningDay) -> str:
    """매수비율: buys over all shares of the day, two decimals, rounded up (as in all 82 recorded ticks)."""
    if not day.volume:
        return "0.00"
    return f"{-(-100 * day.buy_volume // day.volume) / 100:.2f}"


def _against(price: int, mark: int, at: datetime | None) -> tuple[str, str, str]:
    """A mark of the day and the way from there to `price`; before the first print there is none."""
    if not mark:
        return _CLOCKLESS, Sign.SAME, "0"
    clock = time_text(at) if at else ""
    return clock, change_sign(price - mark), str(price - mark)
