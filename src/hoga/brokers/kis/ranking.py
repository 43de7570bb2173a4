"""Rankings of the whole market on the KIS wire: by volume, by change, by market value.

Source: KIS's documents, and recorded answers of 2024 to 2026 for how the figures are computed. A ranking has
thirty rows and no second page; which issues it is of, `selection` says. What several days' figures are when a
client asks for more days than one is unverified.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hoga.brokers.kis import ranking_blocks as blocks
from hoga.brokers.kis.background import Listed, market_value, shares_of
from hoga.brokers.kis.blocks import empty, get_decimal, get_whole, rows, text
from hoga.brokers.kis.codes import RANKS_PER_CALL, SECTIONS, Environment
from hoga.brokers.kis.envelope import Reply, Request, day_text, make_request, plain_code, read
from hoga.brokers.kis.notation import change, change_sign, rate
from hoga.brokers.kis.question import done_reply, optional
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.tape import Print
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.quote import OrderBook
from hoga.domain.ranking import ChangeOrder, ChangeRank, RankFilter, VolumeOrder, VolumeRank
from hoga.domain.request import Side

_FROM_CLOSE = "1"

_VOLUME_ORDERS = {
    VolumeOrder.VOLUME: "0",
    VolumeOrder.INCREASE: "1",
    VolumeOrder.TURNOVER: "2",
    VolumeOrder.VALUE: "3",
    VolumeOrder.VALUE_TURNOVER: "4",
}
_CHANGE_ORDERS = {
    ChangeOrder.RISE: "0",
    ChangeOrder.FALL: "1",
    ChangeOrder.RISE_FROM_OPEN: "2",
    ChangeOrder.FALL_FROM_OPEN: "3",
    ChangeOrder.MOVE: "4",
}

CHANGE_SORTS = ("0", "1", "2", "3", "4", "0000", "0001", "0002", "0003", "0004")
"""FID_RANK_SORT_CLS_CODE of 등락률 순위: rises, falls, both from the open, moves. Older samples pad it."""

REACHES = {"0": 0, "6": 8, "5": 10, "1": 15, "2": 20, "3": 25}
"""How many percent towards a limit 상하한가 포착 looks, by FID_DIV_CLS_CODE; 0 is the limit itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An issue that may be ranked, and what the ranking shows beside its quote.

    `hours` are those of today's high and low as HHMMSS. For `rises` days, today included, it has
    closed higher than the day before, or for `falls` days lower.
    """

    listed: Listed
    yesterday_volume: int = 0
    hours: tuple[str, str] = ("", "")
    rises: int = 0
    falls: int = 0
    last_print: Print | None = None
    reference: int | None = None
    """What it closed at on the day that a client measures from; None is the day before."""


def volume_ranking_request(chosen: RankFilter, order: VolumeOrder, environment: Environment) -> Request:
    """거래량순위. Raises `BadInput` on paper, which lacks it."""
    query = _ranking_query("20171", chosen) | {
        "FID_BLNG_CLS_CODE": _VOLUME_ORDERS[order],
        "FID_TRGT_CLS_CODE": "1" * 9,
        "FID_TRGT_EXLS_CLS_CODE": "0" * 10,
        "FID_INPUT_DATE_1": "",
    }
    return make_request(Call.VOLUME_RANKING, environment, query=query)


def change_ranking_request(
    chosen: RankFilter, order: ChangeOrder, days: int, environment: Environment
) -> Request:
    """등락률 순위 against the close of `days` trading days before. Raises `BadInput` on paper."""
    query = _ranking_query("20170", chosen) | {
        "FID_RANK_SORT_CLS_CODE": _CHANGE_ORDERS[order],
        "FID_INPUT_CNT_1": "0" if days == 1 else str(days),
        "FID_PRC_CLS_CODE": _FROM_CLOSE if order in (ChangeOrder.RISE, ChangeOrder.FALL) else "0",
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
        "FID_RSFL_RATE1": "",
        "FID_RSFL_RATE2": "",
    }
    return make_request(Call.CHANGE_RANKING, environment, query=query)


def read_volume_ranking(reply: Reply) -> list[VolumeRank]:
    """거래량순위, the first first. Raises like `envelope.read`."""
    return [
        VolumeRank(
            rank=get_whole(row, "data_rank"),
            code=plain_code(text(row.mksc_shrn_iscd)),
            name=text(row.hts_kor_isnm),
            last_price=get_whole(row, "stck_prpr"),
            change=get_whole(row, "prdy_vrss"),
            change_rate=get_decimal(row, "prdy_ctrt") / 100,
            volume=get_whole(row, "acml_vol"),
            previous_volume=get_whole(row, "prdy_vol"),
            value=get_whole(row, "acml_tr_pbmn"),
            listed_shares=get_whole(row, "lstn_stcn"),
            turnover=get_decimal(row, "vol_tnrt") / 100,
        )
        for row in rows(read(reply, blocks.VolumeRanksAnswer).output)
    ]


def read_change_ranking(reply: Reply) -> list[ChangeRank]:
    """등락률 순위, the first first. Raises like `envelope.read`."""
    return [
        ChangeRank(
            rank=get_whole(row, "data_rank"),
            code=plain_code(text(row.stck_shrn_iscd)),
            name=text(row.hts_kor_isnm),
            last_price=get_whole(row, "stck_prpr"),
            change=get_whole(row, "prdy_vrss"),
            change_rate=get_decimal(row, "prdy_ctrt") / 100,
            volume=get_whole(row, "acml_vol"),
            high=get_whole(row, "stck_hgpr"),
            low=get_whole(row, "stck_lwpr"),
            change_from_open=get_whole(row, "oprc_vrss_prpr"),
            rising_days=get_whole(row, "cnnt_ascn_dynu"),
            falling_days=get_whole(row, "cnnt_down_dynu"),
        )
        for row in rows(read(reply, blocks.ChangeRanksAnswer).output)
    ]


def _ranking_query(screen: str, chosen: RankFilter) -> dict[str, str]:
    return {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_COND_SCR_DIV_CODE": screen,
        "FID_INPUT_ISCD": SECTIONS[chosen.section],
        "FID_DIV_CLS_CODE": "0",
        "FID_INPUT_PRICE_1": optional(chosen.least_price),
        "FID_INPUT_PRICE_2": optional(chosen.most_price),
        "FID_VOL_CNT": optional(chosen.least_volume),
    }


def best_by_volume(candidates: Sequence[Candidate], by: str) -> list[Candidate]:
    """Who is in 거래량순위, `by` the code of FID_BLNG_CLS_CODE."""
    order: dict[str, Callable[[Candidate], tuple[int, int]]] = {
        "1": lambda each: (each.listed.quote.volume, each.yesterday_volume),
        "2": lambda each: (each.listed.quote.volume, shares_of(each.listed)),
        "3": lambda each: (each.listed.quote.value, 1),
        "4": lambda each: (each.listed.quote.value, _worth(each.listed)),
    }
    return _best(candidates, order.get(by, lambda each: (each.listed.quote.volume, 1)))


def volume_ranking_reply(chosen: Sequence[Candidate]) -> Reply:
    """거래량순위 in the order of `chosen`."""
    output = []
    for rank, each in enumerate(chosen, 1):
        listed, quote = each.listed, each.listed.quote
        shares = shares_of(listed)
        turnover = ratio_text(100 * quote.volume, shares, 2)
        value_turnover = ratio_text(100 * quote.value, _worth(listed), 2)
        output.append(
            empty(
                blocks.VolumeRank,
                hts_kor_isnm=quote.name,
                mksc_shrn_iscd=quote.code,
                data_rank=str(rank),
                stck_prpr=str(quote.last_price),
                acml_vol=str(quote.volume),
                prdy_vol=str(each.yesterday_volume),
                lstn_stcn=str(shares),
                avrg_vol=str(quote.volume),
                n_befr_clpr_vrss_prpr_rate=rate(quote.last_price, quote.base_price),
                vol_inrt=ratio_text(100 * quote.volume, each.yesterday_volume, 2),
                vol_tnrt=turnover,
                nday_vol_tnrt=turnover,
                avrg_tr_pbmn=str(quote.value),
                tr_pbmn_tnrt=value_turnover,
                nday_tr_pbmn_tnrt=value_turnover,
                acml_tr_pbmn=str(quote.value),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.VolumeRanksAnswer, output=output)


def change_score(candidate: Candidate, sort: str, price: str) -> tuple[int, int]:
    """What 등락률 순위 is sorted by, highest first, as a ratio.

    `sort` is FID_RANK_SORT_CLS_CODE; with `price` "0" rises are measured from the day's low and falls from
    its high, else from the previous close.
    """
    quote = candidate.listed.quote
    last, base = quote.last_price, quote.base_price
    match sort, price:
        case "0", "0":
            base = quote.low or base
        case "1", "0":
            base = quote.high or base
        case (("2" | "3"), _):
            base = quote.open or last
        case "4", _:
            return abs(last - base), base
        case _:
            base = candidate.reference or base
    return (base - last if sort in ("1", "3") else last - base), base


def best_by_change(candidates: Sequence[Candidate], sort: str, price: str) -> list[Candidate]:
    """Who is in 등락률 순위; only what has traded is ranked."""
    traded = [each for each in candidates if each.listed.quote.open is not None]
    return _best(traded, lambda each: change_score(each, sort, price))


def change_ranking_reply(chosen: Sequence[Candidate], day: date) -> Reply:
    """등락률 순위 in the order of `chosen`."""
    output = []
    for rank, each in enumerate(chosen, 1):
        quote = each.listed.quote
        last, opened = quote.last_price, quote.open or 0
        high, low = quote.high or 0, quote.low or 0
        reference = each.reference or quote.base_price
        output.append(
            empty(
                blocks.ChangeRank,
                stck_shrn_iscd=quote.code,
                data_rank=str(rank),
                hts_kor_isnm=quote.name,
                stck_prpr=str(last),
                acml_vol=str(quote.volume),
                stck_hgpr=str(high),
                hgpr_hour=each.hours[0],
                acml_hgpr_date=day_text(day),
                stck_lwpr=str(low),
                lwpr_hour=each.hours[1],
                acml_lwpr_date=day_text(day),
                lwpr_vrss_prpr_rate=rate(last, low),
                dsgt_date_clpr_vrss_prpr_rate=rate(last, reference),
                prd_rsfl=str(last - reference),
                prd_rsfl_rate=rate(last, reference),
                cnnt_ascn_dynu=str(each.rises),
                hgpr_vrss_prpr_rate=rate(last, high),
                cnnt_down_dynu=str(each.falls),
                oprc_vrss_prpr_sign=change_sign(last - opened),
                oprc_vrss_prpr=str(last - opened),
                oprc_vrss_prpr_rate=rate(last, opened),
                **change(last, quote),
            )
        )
    return done_reply(blocks.ChangeRanksAnswer, output=output)


def market_cap_ranking_reply(candidates: Sequence[Candidate], whole: int) -> Reply:
    """시가총액 상위; `whole` is the value of the whole market in won."""
    output = []
    for rank, each in enumerate(_best(candidates, lambda each: (_worth(each.listed), 1)), 1):
        quote = each.listed.quote
        output.append(
            empty(
                blocks.CapRank,
                mksc_shrn_iscd=quote.code,
                data_rank=str(rank),
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                acml_vol=str(quote.volume),
                lstn_stcn=str(shares_of(each.listed)),
                stck_avls=market_value(each.listed),
                mrkt_whol_avls_rlim=ratio_text(100 * _worth(each.listed), whole, 2),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.CapRanksAnswer, output=output)


def at_a_limit(candidates: Sequence[Candidate], is_up: bool, reach: int) -> list[Candidate]:
    """Who stands at the upper (`is_up`) or lower limit; with a `reach`, who has moved that many percent.

    The nearest first. That what stands at the limit itself is not listed as near it is unverified.
    """
    found = []
    for each in candidates:
        quote = each.listed.quote
        move = quote.last_price - quote.base_price if is_up else quote.base_price - quote.last_price
        is_there = quote.last_price == (quote.upper_limit if is_up else quote.lower_limit)
        if is_there if not reach else 100 * move >= reach * quote.base_price and not is_there:
            found.append(each)
    return _best(found, lambda each: change_score(each, "0" if is_up else "1", _FROM_CLOSE))


def limit_issues_reply(chosen: Sequence[Candidate]) -> Reply:
    """상하한가 포착 in the order of `chosen`."""
    output = []
    for each in chosen:
        quote, last = each.listed.quote, each.last_print
        taken = str(last.quantity) if last else "0"
        output.append(
            empty(
                blocks.LimitIssue,
                mksc_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                acml_vol=str(quote.volume),
                total_askp_rsqn=str(quote.total_ask_quantity),
                total_bidp_rsqn=str(quote.total_bid_quantity),
                askp_rsqn1=str(quote.ask_quantity),
                bidp_rsqn1=str(quote.bid_quantity),
                prdy_vol=str(each.yesterday_volume),
                seln_cnqn=taken if last and last.taker is Side.SELL else "0",
                shnu_cnqn=taken if last and last.taker is Side.BUY else "0",
                stck_llam=str(quote.lower_limit),
                stck_mxpr=str(quote.upper_limit),
                prdy_vrss_vol_rate=ratio_text(100 * quote.volume, each.yesterday_volume, 2),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.LimitIssuesAnswer, output=output)


def expected_closes_reply(candidates: Sequence[tuple[Listed, OrderBook]], sort: str) -> Reply:
    """장마감 예상체결가 of issues whose book has an expected price; `sort` is FID_RANK_SORT_CLS_CODE.

    The price is the expected one, beside the base price and beside the last price before the auction
    (직전대비). That 기준가 is the latter is unverified.
    """
    found = [
        (listed, book.indicative_price, book)
        for listed, book in candidates
        if book.indicative_price is not None
    ]
    match sort:
        case "1":
            found = [each for each in found if each[1] == each[0].quote.upper_limit]
        case "2":
            found = [each for each in found if each[1] == each[0].quote.lower_limit]
        case "3":
            found.sort(key=lambda each: -each[1] / each[0].quote.last_price)
        case "4":
            found.sort(key=lambda each: each[1] / each[0].quote.last_price)
        case _:
            pass
    output = [
        empty(
            blocks.ExpectedClose,
            stck_shrn_iscd=listed.quote.code,
            hts_kor_isnm=listed.quote.name,
            stck_prpr=str(price),
            sdpr_vrss_prpr=str(price - listed.quote.last_price),
            sdpr_vrss_prpr_rate=rate(price, listed.quote.last_price),
            cntg_vol=str(book.indicative_quantity or 0),
            **change(price, listed.quote),
        )
        for listed, price, book in found[:RANKS_PER_CALL]
    ]
    return done_reply(blocks.ExpectedClosesAnswer, output=output)


def _best(candidates: Sequence[Candidate], score: Callable[[Candidate], tuple[int, int]]) -> list[Candidate]:
    """The thirty with the highest ratio, of equal ones the one with the lower code first."""

    def key(each: Candidate) -> tuple[float, str]:
        part, whole = score(each)
        return (-part / whole if whole else 0.0, each.listed.quote.code)

    return sorted(candidates, key=key)[:RANKS_PER_CALL]


def _worth(listed: Listed) -> int:
    return listed.quote.last_price * shares_of(listed)
