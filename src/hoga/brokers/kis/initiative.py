"""Who took the other side's orders (매수·매도체결) on the KIS wire: by the size of the prints, and by day.

Source: KIS's documents and its samples. What trades in a call auction is taken by nobody and is in none of
these figures. Of the days before today no exchange keeps who took: a minute's volume counts as bought by as
much as the minute closed above the low of its range (made, from the prices). Unverified: the bounds of the
sizes and how they are named, of what a rate is a part, and that the average price is that of both sides.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hoga.brokers.kis import flow_blocks as blocks
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import BARS_PER_CALL
from hoga.brokers.kis.envelope import Reply, day_text
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.quote import Trade
from hoga.domain.request import Side

_BOUNDS = (10_000_000, 30_000_000, 50_000_000, 100_000_000)
_NAMES = ("1천만원 미만", "1천만원 이상", "3천만원 이상", "5천만원 이상", "1억원 이상")


@dataclass(frozen=True, slots=True)
class TakenDay:
    """What buyers and what sellers took on a day, in shares."""

    day: date
    bought: int
    sold: int


def taken_of_minutes(day: date, minutes: Sequence[Bar]) -> TakenDay:
    """What was taken on an earlier day, from its minutes."""
    bought = sum(_bought(bar) for bar in minutes)
    return TakenDay(day, bought, sum(bar.volume for bar in minutes) - bought)


def trade_sizes_reply(trades: Iterable[Trade]) -> Reply:
    """체결금액별 매매비중: what buyers and sellers took today, the smallest prints first."""
    sizes = [_Size() for _ in _NAMES]
    for trade in trades:
        if trade.taker is not None:
            sizes[bisect_right(_BOUNDS, trade.price * trade.quantity)].add(trade)
    whole = sum(size.bought + size.sold for size in sizes)
    output = [
        empty(
            blocks.TradeSize,
            prpr_name=name,
            smtn_avrg_prpr=ratio_text(size.value, size.bought + size.sold, 0),
            acml_vol=str(size.bought + size.sold),
            whol_ntby_qty_rate=ratio_text(100 * (size.bought - size.sold), whole, 2),
            ntby_cntg_csnu=str(size.buys - size.sells),
            seln_cnqn_smtn=str(size.sold),
            whol_seln_vol_rate=ratio_text(100 * size.sold, whole, 2),
            seln_cntg_csnu=str(size.sells),
            shnu_cnqn_smtn=str(size.bought),
            whol_shun_vol_rate=ratio_text(100 * size.bought, whole, 2),
            shnu_cntg_csnu=str(size.buys),
        )
        for name, size in zip(_NAMES, sizes, strict=True)
        if whole
    ]
    return done_reply(blocks.TradeSizesAnswer, output=output)


def taken_days_reply(days: Sequence[TakenDay]) -> Reply:
    """종목별 일별 매수매도체결량 of `days`, oldest first, and their sums."""
    shown = days[-BARS_PER_CALL:]
    totals = empty(
        blocks.TakenTotals,
        shnu_cnqn_smtn=str(sum(each.bought for each in shown)),
        seln_cnqn_smtn=str(sum(each.sold for each in shown)),
    )
    output2 = [
        empty(
            blocks.TakenDay,
            stck_bsop_date=day_text(each.day),
            total_seln_qty=str(each.sold),
            total_shnu_qty=str(each.bought),
        )
        for each in reversed(shown)
    ]
    return done_reply(blocks.TakenDaysAnswer, output1=totals, output2=output2)


class _Size:
    """The prints of one size so far."""

    __slots__ = ("bought", "buys", "sells", "sold", "value")

    def __init__(self) -> None:
        self.bought = self.sold = self.buys = self.sells = self.value = 0

    def add(self, trade: Trade) -> None:
        self.value += trade.price * trade.quantity
        if trade.taker is Side.BUY:
            self.bought, self.buys = self.bought + trade.quantity, self.buys + 1
        else:
            self.sold, self.sells = self.sold + trade.quantity, self.sells + 1


def _bought(bar: Bar) -> int:
    if bar.high == bar.low:
        return bar.volume // 2
    return bar.volume * (bar.close - bar.low) // (bar.high - bar.low)
