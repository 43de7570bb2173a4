"""Rankings of what trades outside the regular session, on the KIS wire: at closing prices, in the evening.

Source: KIS's documents, samples and examples of 2024. The bounds of a price and a volume are those of the
evening, of expected prices that of the expected price and the volume of the day: unverified. So is that the
orders waiting in the evening (잔량) are all of a side. Since 2026-09-14 there are no auctions in the evening
(시간외단일가), so nothing is ranked by them any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hoga.brokers.kis import overtime_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import RANKS_PER_CALL
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.notation import priced
from hoga.brokers.kis.overtime import Evening, evening_fields, expected_fields
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.state import state_code
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.instrument import Market

CLOSING_SORTS = ("1", "2", "3", "4")
"""FID_RANK_SORT_CLS_CODE of 시간외잔량 순위: 장전 시간외, 장후 시간외, 매도잔량, 매수잔량."""
CHANGE_CLASSES = ("1", "2", "3", "4", "5")
"""FID_DIV_CLS_CODE of 시간외등락율순위: 상한가, 상승률, 보합, 하한가, 하락률."""
VOLUME_SORTS = ("0", "1", "2")
"""FID_RANK_SORT_CLS_CODE of 시간외거래량순위: 매수잔량, 매도잔량, 거래량."""
EXPECTED_SORTS = ("0", "1", "2", "3", "4")
"""That of 시간외예상체결등락률: 상승률, 상승폭, 보합, 하락률, 하락폭."""
_SAME = "2"


@dataclass(frozen=True, slots=True)
class AtClose:
    """An issue, what waits to be traded at closing prices, and what was before and after the session."""

    listed: Listed
    asks: int
    bids: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class InEvening:
    """An issue and its evening."""

    listed: Listed
    evening: Evening
    closing_bid: int | None = None
    closing_ask: int | None = None
    """With what the regular session ended."""

    @property
    def price(self) -> int:
        """The last price of the evening; the close when it has had none."""
        return self.evening.prints[-1].price if self.evening.prints else self.evening.close

    @property
    def volume(self) -> int:
        return self.evening.prints[-1].volume if self.evening.prints else 0

    @property
    def value(self) -> int:
        return sum(each.price * each.quantity for each in self.evening.prints)

    @property
    def rate(self) -> float:
        """The change from the close, as a fraction."""
        return (self.price - self.evening.close) / self.evening.close


def closing_ranking_reply(found: Sequence[AtClose], sort: str) -> Reply:
    """시간외잔량 순위, `sort` one of `CLOSING_SORTS`; who has nothing of it is not ranked."""
    scores: dict[str, Callable[[AtClose], int]] = {
        "1": lambda each: each.before,
        "2": lambda each: each.after,
        "3": lambda each: each.asks,
        "4": lambda each: each.bids,
    }
    score = scores[sort]
    ranked = sorted((each for each in found if score(each)), key=lambda each: (-score(each), _code(each)))
    output = []
    for rank, each in enumerate(ranked[:RANKS_PER_CALL], 1):
        price = dict(priced(each.listed.quote))
        del price["acml_vol"]
        output.append(
            empty(
                blocks.ClosingRank,
                stck_shrn_iscd=_code(each),
                data_rank=str(rank),
                hts_kor_isnm=each.listed.quote.name,
                ovtm_total_askp_rsqn=str(each.asks),
                ovtm_total_bidp_rsqn=str(each.bids),
                mkob_otcp_vol=str(each.before),
                mkfa_otcp_vol=str(each.after),
                **price,
            )
        )
    return done_reply(blocks.ClosingRanksAnswer, output=output)


def evening_change_ranking_reply(
    everything: Sequence[InEvening], wanted: Sequence[InEvening], kind: str
) -> Reply:
    """시간외등락율순위 of the `wanted` issues of a class (`CHANGE_CLASSES`), with counts of `everything`."""
    classes: dict[str, Callable[[InEvening], bool]] = {
        "1": lambda each: each.price == each.evening.upper_limit,
        "2": lambda each: each.rate > 0,
        "3": lambda each: each.price == each.evening.close,
        "4": lambda each: each.price == each.evening.lower_limit,
        "5": lambda each: each.rate < 0,
    }
    direction = 1 if kind in ("4", "5") else -1
    ranked = sorted(
        (each for each in wanted if each.evening.prints and classes[kind](each)),
        key=lambda each: (direction * each.rate, -each.volume, _code(each)),
    )
    traded = [each for each in everything if each.evening.prints]
    counts = {name: str(sum(map(classes[code], traded))) for name, code in _COUNTS.items()}
    output1 = empty(
        blocks.EveningSummary,
        ovtm_untp_acml_vol=str(sum(each.volume for each in traded)),
        ovtm_untp_acml_tr_pbmn=str(sum(each.value for each in traded)),
        **counts,
        **_markets(traded),
    )
    output2 = [
        empty(
            blocks.EveningChange,
            mksc_shrn_iscd=_code(each),
            ovtm_untp_askp1=str(each.evening.quote.ask or 0),
            ovtm_untp_bidp1=str(each.evening.quote.bid or 0),
            **_row(each),
        )
        for each in ranked[:RANKS_PER_CALL]
    ]
    return done_reply(blocks.EveningChangesAnswer, output1=output1, output2=output2)


_COUNTS = {
    "ovtm_untp_uplm_issu_cnt": "1",
    "ovtm_untp_ascn_issu_cnt": "2",
    "ovtm_untp_stnr_issu_cnt": "3",
    "ovtm_untp_lslm_issu_cnt": "4",
    "ovtm_untp_down_issu_cnt": "5",
}
"""Which class of issues is counted where. What is at a limit has risen or fallen too, as with the indices."""


def evening_volume_ranking_reply(
    everything: Sequence[InEvening], wanted: Sequence[InEvening], sort: str
) -> Reply:
    """시간외거래량순위, `sort` one of `VOLUME_SORTS`; who has nothing of it is not ranked."""
    scores: dict[str, Callable[[InEvening], int]] = {
        "0": lambda each: each.evening.book.total_bid_quantity,
        "1": lambda each: each.evening.book.total_ask_quantity,
        "2": lambda each: each.volume,
    }
    score = scores[sort]
    ranked = sorted((each for each in wanted if score(each)), key=lambda each: (-score(each), _code(each)))
    output1 = empty(blocks.EveningTotals, **_markets(everything))
    output2 = [
        empty(blocks.EveningVolume, stck_shrn_iscd=_code(each), **_row(each))
        for each in ranked[:RANKS_PER_CALL]
    ]
    return done_reply(blocks.EveningVolumesAnswer, output1=output1, output2=output2)


def evening_expected_ranking_reply(found: Sequence[InEvening], sort: str) -> Reply:
    """시간외예상체결등락률, `sort` one of `EXPECTED_SORTS`, of what would trade in the next auction."""

    def move(each: InEvening) -> int:
        return (each.evening.book.indicative_price or each.evening.close) - each.evening.close

    scores: dict[str, Callable[[InEvening], float]] = {
        "0": lambda each: move(each) / each.evening.close,
        "1": move,
        _SAME: lambda each: each.evening.book.indicative_quantity or 0,
        "3": lambda each: -move(each) / each.evening.close,
        "4": lambda each: -move(each),
    }
    score = scores[sort]
    expected = [each for each in found if each.evening.book.indicative_price is not None]
    if sort == _SAME:
        expected = [each for each in expected if not move(each)]
    expected.sort(key=lambda each: (-score(each), _code(each)))
    output = []
    for rank, each in enumerate(expected[:RANKS_PER_CALL], 1):
        quote, evening = each.listed.quote, each.evening
        output.append(
            empty(
                blocks.EveningExpected,
                data_rank=str(rank),
                iscd_stat_cls_code=state_code(each.listed),
                stck_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                ovtm_untp_askp_rsqn1=str(evening.quote.ask_quantity),
                ovtm_untp_bidp_rsqn1=str(evening.quote.bid_quantity),
                itmt_vol=str(quote.volume),
                stck_prpr=str(quote.last_price),
                **expected_fields(evening, "ovtm_untp_antc_cnqn"),
            )
        )
    return done_reply(blocks.EveningExpectedAnswer, output=output)


def _row(each: InEvening) -> dict[str, str]:
    """What the rankings of the evening show of an issue, beside its code."""
    quote, book = each.listed.quote, each.evening.book
    fields = evening_fields(each.evening)
    fields.pop("ovtm_untp_tr_pbmn", None)
    return fields | {
        "hts_kor_isnm": quote.name,
        "ovtm_untp_seln_rsqn": str(book.total_ask_quantity),
        "ovtm_untp_shnu_rsqn": str(book.total_bid_quantity),
        "ovtm_vrss_acml_vol_rlim": ratio_text(100 * each.volume, quote.volume, 2),
        "stck_prpr": str(quote.last_price),
        "acml_vol": str(quote.volume),
        "bidp": str(each.closing_bid or 0),
        "askp": str(each.closing_ask or 0),
    }


def _markets(found: Sequence[InEvening]) -> dict[str, str]:
    """What both markets have traded in the evening."""
    fields = {}
    for market, name in ((Market.KOSPI, "exch"), (Market.KOSDAQ, "kosdaq")):
        there = [each for each in found if each.listed.instrument.market is market]
        fields[f"ovtm_untp_{name}_vol"] = str(sum(each.volume for each in there))
        fields[f"ovtm_untp_{name}_tr_pbmn"] = str(sum(each.value for each in there))
    return fields


def _code(each: AtClose | InEvening) -> str:
    return each.listed.quote.code
