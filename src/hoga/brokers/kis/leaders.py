"""The first issues by some figure, as the client asks KIS for them: one table for rankings read alike.

Those by volume and by change have more to tell (`ranking`), and so has that of short sales (`short_sales`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from hoga.brokers.kis import ranking_blocks as blocks
from hoga.brokers.kis.blocks import Block, get_decimal, get_whole, rows, text
from hoga.brokers.kis.codes import SECTIONS, Environment
from hoga.brokers.kis.envelope import Reply, Request, make_request, plain_code, read
from hoga.brokers.kis.market_fields import DECLARED
from hoga.brokers.kis.question import optional
from hoga.brokers.kis.services import Call
from hoga.domain.ranking import LARGE_TRADE, Rank, RankedBy, RankFilter

_PERCENT, _HUNDRED_MILLIONS = Decimal("0.01"), Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class _Source:
    """The call that ranks by a figure, what it wants to hear, and the column of the figure in what unit."""

    call: Call
    screen: str
    answer: type[Block]
    column: str
    unit: Decimal = Decimal(1)
    query: Mapping[str, str] = field(default_factory=dict)


def _sorted_by(code: str, **others: str) -> Mapping[str, str]:
    return {"FID_RANK_SORT_CLS_CODE": code, **others}


def _peaks(code: str, column: str, unit: Decimal) -> _Source:
    query = {"FID_PRC_CLS_CODE": code, "FID_INPUT_CNT_1": "", "FID_INPUT_CNT_2": ""}
    return _Source(Call.PEAK_RANKING, "20187", blocks.PeakRanksAnswer, column, unit, query)


def _large_trades(code: str, column: str) -> _Source:
    query = _sorted_by(code, FID_INPUT_PRICE_1=str(LARGE_TRADE), FID_INPUT_ISCD_2="")
    return _Source(Call.LARGE_TRADE_RANKING, "11909", blocks.LargeTradeRanksAnswer, column, Decimal(1), query)


def _waiting(code: str, unit: int) -> _Source:
    query = _sorted_by(code)
    column = "total_ntsl_bidp_rsqn"
    return _Source(Call.WAITING_RANKING, "20172", blocks.WaitingRanksAnswer, column, Decimal(unit), query)


def _disparity(code: str) -> _Source:
    query = _sorted_by(code, FID_HOUR_CLS_CODE="20")
    return _Source(Call.DISPARITY_RANKING, "20178", blocks.DisparityRanksAnswer, "d20_dsrt", _PERCENT, query)


_SOURCES: Mapping[RankedBy, _Source] = {
    RankedBy.STRENGTH: _Source(
        Call.STRENGTH_RANKING, "20168", blocks.StrengthRanksAnswer, "tday_rltv", _PERCENT
    ),
    RankedBy.NET_BIDS: _waiting("0", 1),
    RankedBy.NET_ASKS: _waiting("1", -1),
    RankedBy.ABOVE_AVERAGE: _disparity("0"),
    RankedBy.BELOW_AVERAGE: _disparity("1"),
    RankedBy.NEAR_HIGH: _peaks("0", "hprc_near_rate", _PERCENT),
    RankedBy.NEAR_LOW: _peaks("1", "lwpr_near_rate", -_PERCENT),
    RankedBy.LARGE_BUYS: _large_trades("0", "shnu_cntg_csnu"),
    RankedBy.LARGE_SELLS: _large_trades("1", "seln_cntg_csnu"),
    RankedBy.MARKET_VALUE: _Source(
        Call.MARKET_CAP_RANKING, "20174", blocks.CapRanksAnswer, "stck_avls", _HUNDRED_MILLIONS
    ),
    RankedBy.REGISTRATIONS: _Source(
        Call.INTEREST_RANKING,
        "20180",
        blocks.InterestRanksAnswer,
        "inter_issu_reg_csnu",
        query={"FID_INPUT_ISCD_2": "000000", "FID_INPUT_CNT_1": "1"},
    ),
}


def ranking_request(by: RankedBy, chosen: RankFilter, environment: Environment) -> Request:
    """The first issues by a figure. Raises `BadInput` on paper, which lacks them all."""
    source = _SOURCES[by]
    known = {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_COND_SCR_DIV_CODE": source.screen,
        "FID_INPUT_ISCD": SECTIONS[chosen.section],
        "FID_DIV_CLS_CODE": "0",
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
        "FID_INPUT_PRICE_1": optional(chosen.least_price),
        "FID_INPUT_PRICE_2": optional(chosen.most_price),
        "FID_APLY_RANG_PRC_1": optional(chosen.least_price),
        "FID_APLY_RANG_PRC_2": optional(chosen.most_price),
        "FID_VOL_CNT": optional(chosen.least_volume),
        "FID_APLY_RANG_VOL": str(chosen.least_volume or 0),
        **source.query,
    }
    query = {name: known[name] for name in DECLARED[source.call]}
    return make_request(source.call, environment, query=query)


def read_ranking(reply: Reply, by: RankedBy) -> list[Rank]:
    """The first first. Raises like `envelope.read`, and `WireError` for what is no number."""
    source = _SOURCES[by]
    answer: Any = read(reply, source.answer)
    return [
        Rank(
            rank=rank,
            code=plain_code(text(getattr(row, "mksc_shrn_iscd", UNSET)) or text(row.stck_shrn_iscd)),
            name=text(row.hts_kor_isnm),
            last_price=get_whole(row, "stck_prpr"),
            change=get_whole(row, "prdy_vrss"),
            change_rate=get_decimal(row, "prdy_ctrt") / 100,
            volume=get_whole(row, "acml_vol"),
            figure=get_decimal(row, source.column) * source.unit,
        )
        for rank, row in enumerate(rows(answer.output), 1)
    ]
