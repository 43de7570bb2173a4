"""Rankings by what issuers report, pay and are worth, on the KIS wire: profits, ratios, multiples, dividends.

Source: KIS's documents, samples and examples of 2024. The codes to sort by run on from one ranking to the
next, one for each column. As in the examples, `cptl_op_prfi` is the net margin again, and EPS and EBITDA to
interest are a hundred times and a hundredth of what they are. 매출채권 회전율 and EVA are not known here, and
nobody pays 주식배당. Unverified are the codes to sort by that KIS's documents do not name, that the cash flow
of PCR is net income and depreciation, and that the multiples of a part of a year are those of its months.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from hoga.brokers.kis import valuation_blocks as blocks
from hoga.brokers.kis.background import Listed, shares_of
from hoga.brokers.kis.blocks import Block, empty
from hoga.brokers.kis.codes import RANKS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, day_text
from hoga.brokers.kis.finance import DIVIDEND_KINDS, amount_text, percent, two_places
from hoga.brokers.kis.notation import priced
from hoga.brokers.kis.question import asked_choice, asked_number, done_reply
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.company import Dividend
from hoga.domain.statement import Statement, find_year_before, growth

_MONTHS = {"0": 3, "1": 6, "2": 9, "3": 12}
"""FID_INPUT_OPTION_2: 1/4분기, 반기, 3/4분기, 결산."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An issue, a statement of its issuer, and that of the same months a year before."""

    listed: Listed
    statement: Statement
    before: Statement | None


@dataclass(frozen=True, slots=True)
class _Column:
    """A figure of a ranking, and how KIS writes it."""

    value: Callable[[Reported], Decimal | int | None]
    write: Callable[[Any], str]


_Columns: TypeAlias = Mapping[str, _Column]


def _amount(value: Callable[[Statement], int | None]) -> _Column:
    return _Column(lambda each: value(each.statement), amount_text)


def _ratio(value: Callable[[Statement], Decimal | None]) -> _Column:
    return _Column(lambda each: value(each.statement), percent)


def _growth(value: Callable[[Statement], int | None]) -> _Column:
    return _Column(
        lambda each: growth(value(each.statement), value(each.before)) if each.before else None, percent
    )


def _multiple(value: Callable[[Statement], Decimal | None]) -> _Column:
    """The price to something a share; nothing where that is nothing or less."""

    def of(each: Reported) -> Decimal | None:
        share = value(each.statement)
        return each.listed.quote.last_price / share if share is not None and share > 0 else None

    return _Column(of, two_places)


def _ev_to_ebitda(each: Reported) -> Decimal | None:
    # As in 기타주요비율, only whole years have it.
    if each.statement.months != 12:
        return None
    return each.statement.ev_to_ebitda(each.listed.quote.last_price * shares_of(each.listed))


def _hundredth(value: Decimal | None) -> Decimal | None:
    return None if value is None else value / 100


_UNKNOWN = _Column(lambda _: None, two_places)

_PROFITS: _Columns = {
    "sale_totl_prfi": _amount(lambda each: each.gross_profit),
    "bsop_prti": _amount(lambda each: each.operating_profit),
    "op_prfi": _amount(lambda each: each.ordinary_profit),
    "thtr_ntin": _amount(lambda each: each.net_income),
    "total_aset": _amount(lambda each: each.total_assets),
    "total_lblt": _amount(lambda each: each.total_liabilities),
    "total_cptl": _amount(lambda each: each.equity),
}
_RATIOS: _Columns = {
    "cptl_op_prfi": _ratio(lambda each: each.net_margin),
    "cptl_ntin_rate": _ratio(lambda each: each.return_on_assets),
    "sale_totl_rate": _ratio(lambda each: each.gross_margin),
    "sale_ntin_rate": _ratio(lambda each: each.net_margin),
    "bis": _ratio(lambda each: each.equity_ratio),
    "lblt_rate": _ratio(lambda each: each.debt_ratio),
    "bram_depn": _ratio(lambda each: each.borrowing_ratio),
    "rsrv_rate": _ratio(lambda each: each.reserve_ratio),
    "grs": _growth(lambda each: each.sales),
    "op_prfi_inrt": _growth(lambda each: each.ordinary_profit),
    "bsop_prfi_inrt": _growth(lambda each: each.operating_profit),
    "ntin_inrt": _growth(lambda each: each.net_income),
    "equt_inrt": _growth(lambda each: each.equity),
    "cptl_tnrt": _Column(lambda each: each.statement.asset_turnover, two_places),
    "sale_bond_tnrt": _UNKNOWN,
    "totl_aset_inrt": _growth(lambda each: each.total_assets),
}
_MULTIPLES: _Columns = {
    "per": _multiple(lambda each: each.eps),
    "pbr": _multiple(lambda each: each.bps),
    "pcr": _multiple(lambda each: each.cash_flow_per_share),
    "psr": _multiple(lambda each: each.sps),
    "eps": _Column(lambda each: each.statement.eps, lambda eps: str(round(100 * (eps or 0)))),
    "eva": _UNKNOWN,
    "ebitda": _amount(lambda each: each.ebitda),
    "pv_div_ebitda": _Column(_ev_to_ebitda, two_places),
    "ebitda_div_fnnc_expn": _Column(lambda each: _hundredth(each.statement.ebitda_coverage), two_places),
}
_RANKINGS: Mapping[Call, tuple[int, _Columns, type[Block], type[Block]]] = {
    Call.PROFIT_RANKING: (0, _PROFITS, blocks.ProfitRank, blocks.ProfitRanksAnswer),
    Call.RATIO_RANKING: (7, _RATIOS, blocks.RatioRank, blocks.RatioRanksAnswer),
    Call.MULTIPLE_RANKING: (23, _MULTIPLES, blocks.MultipleRank, blocks.MultipleRanksAnswer),
}
"""The first code to sort by, the columns, and the messages of the three rankings."""


def asked_statement(request: Request, statements: Sequence[Statement]) -> Statement | None:
    """The statement of the year and part of a year that a client asks for; without a year the newest.

    None when there is none. Raises `Declined`.
    """
    year = asked_number(request, "FID_INPUT_OPTION_1")
    months = _MONTHS[asked_choice(request, "FID_INPUT_OPTION_2", _MONTHS, "3")]
    found = [each for each in statements if each.months == months and year in (0, each.end.year)]
    return max(found, key=lambda each: each.end, default=None)


def asked_column(request: Request) -> str:
    """What a client wants sorted by, highest first. Raises `Declined`."""
    first, columns, _, _ = _RANKINGS[request.call]
    codes = {str(code): name for code, name in enumerate(columns, first)}
    return codes[asked_choice(request, "FID_RANK_SORT_CLS_CODE", codes, str(first))]


def reported(listed: Listed, statement: Statement, statements: Sequence[Statement]) -> Reported:
    """An issue with one of its issuer's `statements`."""
    return Reported(listed, statement, find_year_before(statement, statements))


def valuation_ranking_reply(call: Call, found: Sequence[Reported], by: str) -> Reply:
    """수익자산지표, 재무비율 or 시장가치 순위 by a column, the highest first, unknown ones last."""
    _, columns, kind, answer = _RANKINGS[call]

    def key(each: Reported) -> tuple[bool, Decimal, str]:
        value = columns[by].value(each)
        return value is None, -Decimal(value or 0), each.listed.quote.code

    output = [
        empty(
            kind,
            data_rank=str(rank),
            hts_kor_isnm=each.listed.quote.name,
            mksc_shrn_iscd=each.listed.quote.code,
            stac_month=f"{_settlement_month(each):02}",
            stac_month_cls_code="0",
            iqry_csnu=str(len(found)),
            **priced(each.listed.quote),
            **{name: column.write(column.value(each)) for name, column in columns.items()},
        )
        for rank, each in enumerate(sorted(found, key=key)[:RANKS_PER_CALL], 1)
    ]
    return done_reply(answer, output=output)


def dividend_ranking_reply(found: Sequence[tuple[Listed, Dividend]], *, is_in_shares: bool) -> Reply:
    """배당률 상위: by the dividend to the face value, each dividend by itself.

    Of dividends in shares KIS tells the same ones with what was given in shares, which is nothing here.
    """
    rates = {dividend: Decimal(0) if is_in_shares else dividend.rate for _, dividend in found}
    ranked = sorted(found, key=lambda pair: (-(rates[pair[1]] or 0), pair[1].code, pair[1].record_day))
    output = [
        empty(
            blocks.DividendRank,
            rank=str(rank),
            sht_cd=dividend.code,
            isin_name=listed.quote.name,
            record_date=day_text(dividend.record_day),
            per_sto_divi_amt="0" if is_in_shares else str(dividend.per_share),
            divi_rate=percent(rates[dividend]),
            divi_kind=DIVIDEND_KINDS[dividend.kind],
        )
        for rank, (listed, dividend) in enumerate(ranked[:RANKS_PER_CALL], 1)
    ]
    return done_reply(blocks.DividendRanksAnswer, output=output)


def preferred_ranking_reply(pairs: Sequence[tuple[Listed, Listed]]) -> Reply:
    """우선주/괴리율 상위 of common and preferred shares, by how much cheaper the preferred one is."""

    def gap(pair: tuple[Listed, Listed]) -> tuple[int, int]:
        common, preferred = (listed.quote.last_price for listed in pair)
        return common - preferred, common

    def key(pair: tuple[Listed, Listed]) -> tuple[float, str]:
        difference, price = gap(pair)
        return -difference / price, pair[1].quote.code

    output = []
    for rank, pair in enumerate(sorted(pairs, key=key)[:RANKS_PER_CALL], 1):
        (common, preferred), (difference, price) = (listed.quote for listed in pair), gap(pair)
        other = priced(preferred)
        output.append(
            empty(
                blocks.PreferredRank,
                mksc_shrn_iscd=common.code,
                data_rank=str(rank),
                hts_kor_isnm=common.name,
                prst_iscd=f"A{preferred.code}",
                prst_kor_isnm=preferred.name,
                prst_prpr=other["stck_prpr"],
                prst_prdy_vrss=other["prdy_vrss"],
                prst_prdy_vrss_sign=other["prdy_vrss_sign"],
                prst_prdy_ctrt=other["prdy_ctrt"],
                prst_acml_vol=other["acml_vol"],
                diff_prpr=str(difference),
                dprt=ratio_text(100 * difference, price, 2),
                **priced(common),
            )
        )
    return done_reply(blocks.PreferredRanksAnswer, output=output)


def _settlement_month(each: Reported) -> int:
    company = each.listed.background.company
    return (company and company.settlement_month) or 12
