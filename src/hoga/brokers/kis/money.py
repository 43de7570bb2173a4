"""Money beside the market on the KIS wire: deposits, loans and funds by day (증시자금), and interest rates.

Source: KIS's documents, its samples, and answers that others describe. Funds are in 억원, the market's
value in 백만원; a day is told on the next one. KIS writes the index of a day in percent of the day before
where its document says 전일대비율, so it is written here. Blank is not known. KIS speaks of a hundred days in
an answer, here it is thirty, as to make the days of an index takes a while.

Of the codes of rates (자료코드) only those are known that stand here. Class 1 is overseas rates in the first
block and domestic ones in the second, class 2 all of them in the first; that class 0 is the other way round,
and how KIS names each, is unverified. What the second class chooses is not known.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hoga.brokers.kis import money_blocks as blocks
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import DAYS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, day_text, needed
from hoga.brokers.kis.indices import point_rate, point_sign, points
from hoga.brokers.kis.question import asked_choice, asked_day, bad_division, done_reply
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.index import IndexBar
from hoga.domain.market_money import InterestRate, MarketFunds, Rate

_DIVISION = "I"
_HUNDRED_MILLION, _MILLION = 100_000_000, 1_000_000
_DOMESTIC_FIRST, _OVERSEAS_FIRST, _TOGETHER = "0", "1", "2"
_DOMESTIC = {
    Rate.TREASURY_3_YEARS: ("Y0104", "국고채 3년"),
    Rate.TREASURY_10_YEARS: ("Y0106", "국고채 10년"),
    Rate.CD_91_DAYS: ("Y0112", "CD 91일"),
    Rate.CP_91_DAYS: ("Y0113", "CP 91일"),
    Rate.CALL: ("Y0114", "콜 1일"),
    Rate.TREASURY_30_YEARS: ("Y0117", "국고채 30년"),
}
_OVERSEAS = {
    Rate.US_TREASURY_30_YEARS: ("Y0201", "미국 30년T-BOND 수익률"),
    Rate.US_TREASURY_10_YEARS: ("Y0202", "미국 10년T-NOTE 수익률"),
    Rate.US_FEDERAL_FUNDS: ("Y0204", "미국 연방기금금리"),
    Rate.JAPAN_10_YEARS: ("Y0207", "일본 10년 국채수익률"),
}
_BLOCKS = {
    _DOMESTIC_FIRST: (_DOMESTIC, _OVERSEAS),
    _OVERSEAS_FIRST: (_OVERSEAS, _DOMESTIC),
    _TOGETHER: ({**_DOMESTIC, **_OVERSEAS}, {}),
}


def asked_funds_day(request: Request) -> date | None:
    """The newest day that a client wants; None is the newest one there is. Raises `Declined`."""
    return asked_day(request, "FID_INPUT_DATE_1") if needed(request.query, "FID_INPUT_DATE_1") else None


def asked_rates(request: Request) -> str:
    """Which rates a client wants in which block. Raises `Declined`."""
    if needed(request.query, "FID_COND_MRKT_DIV_CODE").upper() != _DIVISION:
        raise bad_division()
    return asked_choice(request, "FID_DIV_CLS_CODE", _BLOCKS)


def market_funds_reply(
    funds: Sequence[MarketFunds], levels: Mapping[date, IndexBar], divisor: Decimal | None
) -> Reply:
    """국내 증시자금 종합, newest first, without the first of `funds`, which serves the next one only.

    `divisor` is how many won the market is worth for every point of its index.
    """
    output = []
    for before, each in pairwise(funds):
        fields = {
            "cust_dpmn_amt": _text(each.deposits),
            "cust_dpmn_amt_prdy_vrss": _difference(each.deposits, before.deposits),
            "uncl_amt": _text(each.receivables),
            "crdt_loan_rmnd": _text(each.margin_loans),
            "futs_tfam_amt": _text(each.futures_deposits),
            "sttp_amt": _text(each.stock_funds),
            "mxtp_amt": _text(each.mixed_funds),
            "bntp_amt": _text(each.bond_funds),
            "mmf_amt": _text(each.money_market_funds),
            "secu_lend_amt": _text(each.securities_loans),
        }
        fields |= _index_fields(levels.get(each.day), levels.get(before.day), divisor)
        output.append(empty(blocks.MarketFunds, bsop_date=day_text(each.day), **fields))
    return done_reply(blocks.MarketFundsAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def interest_rates_reply(found: Sequence[InterestRate], choice: str) -> Reply:
    """금리 종합: the newest of each rate that is known, with its change from the day before."""
    by_rate: dict[Rate, list[InterestRate]] = {}
    for each in sorted(found, key=lambda each: each.day):
        by_rate.setdefault(each.rate, []).append(each)
    first, second = (
        [_told(named, by_rate[rate]) for rate, named in block.items() if rate in by_rate]
        for block in _BLOCKS[choice]
    )
    return done_reply(
        blocks.InterestRatesAnswer,
        output1=[empty(blocks.InterestRate, prdy_ctrt=moved, **fields) for fields, moved in first],
        output2=[empty(blocks.SecondRate, bstp_nmix_prdy_ctrt=moved, **fields) for fields, moved in second],
    )


def _told(named: tuple[str, str], days: Sequence[InterestRate]) -> tuple[dict[str, str], str]:
    """The fields that both blocks have, and the rate of the change, which each names in its own way."""
    code, name = named
    percent = days[-1].percent
    before = days[-2].percent if len(days) > 1 else percent
    fields = {
        "bcdt_code": code,
        "hts_kor_isnm": name,
        "bond_mnrt_prpr": f"{percent:.4f}",
        "prdy_vrss_sign": point_sign(percent - before),
        "bond_mnrt_prdy_vrss": f"{percent - before:.4f}",
        "stck_bsop_date": day_text(days[-1].day),
    }
    return fields, point_rate(percent, before)


def _index_fields(bar: IndexBar | None, before: IndexBar | None, divisor: Decimal | None) -> dict[str, str]:
    if bar is None:
        return {}
    fields = {"bstp_nmix_prpr": points(bar.close)}
    if before is not None:
        change = bar.close - before.close
        fields |= {
            "bstp_nmix_prdy_vrss": points(change),
            "prdy_vrss_sign": point_sign(change),
            "prdy_ctrt": points(100 * bar.close / before.close),
        }
    if divisor is not None:
        worth = int(bar.close * divisor)
        fields["hts_avls"] = str(worth // _MILLION)
        fields["amt_tnrt"] = ratio_text(100 * bar.value, worth, 2)
    return fields


def _text(amount: int | None) -> str:
    return "" if amount is None else str(amount // _HUNDRED_MILLION)


def _difference(amount: int | None, before: int | None) -> str:
    """The difference of two amounts as they are written."""
    if amount is None or before is None:
        return ""
    return str(amount // _HUNDRED_MILLION - before // _HUNDRED_MILLION)
