"""Financial statements, ratios, estimates and dividends on the KIS wire, both ways.

Source: KIS's documents and answers of 2024 to 2026. Amounts are in 억원 with two decimals, ratios in percent.
The income of a quarter is that of the year so far. KIS writes 99.99 in the fields that it does not serve, and
0 for a growth whose sign flips. Estimates (종목추정실적) are in tenths, except amounts in 억원; ours hold the
years that are over, for nobody here foresees others. What KIS shows as EVA is not known, so it is nothing.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hoga.brokers.kis import company_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import Block, Field, empty, find_decimal, get_decimal, rows, text
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_day,
    plain_code,
    read,
    unreadable,
)
from hoga.brokers.kis.question import done_reply, invalid
from hoga.brokers.kis.services import Call
from hoga.domain.company import Company, Dividend, DividendKind
from hoga.domain.errors import WireError
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.statement import Period, Statement, find_year_before, growth

_KRX = "J"
_HUNDRED_MILLION = 100_000_000
_NOT_SERVED = "99.99"
_YEARS, _QUARTERS = "0", "1"
_COLUMNS = 5
_COVERAGE_ROW = 8
DIVIDEND_KINDS = {
    DividendKind.YEAR_END: "결산",
    DividendKind.INTERIM: "중간",
    DividendKind.QUARTERLY: "분기",
}


# The client asks and understands --------------------------------------------------------------------------


def statements_request(call: Call, code: str, period: Period, environment: Environment) -> Request:
    """One of the seven calls about statements. Raises `BadInput` on paper, which lacks them."""
    query = {
        "FID_DIV_CLS_CODE": _YEARS if period is Period.YEAR else _QUARTERS,
        "FID_COND_MRKT_DIV_CODE": _KRX,
        "FID_INPUT_ISCD": code,
    }
    return make_request(call, environment, query=query)


def dividends_request(code: str, first: date, last: date, environment: Environment) -> Request:
    """배당일정 of one issue, by record day. Raises `BadInput` on paper, which lacks it."""
    query = {
        "CTS": "",
        "GB1": "0",
        "F_DT": day_text(first),
        "T_DT": day_text(last),
        "SHT_CD": code,
        "HIGH_GB": "",
    }
    return make_request(Call.DIVIDENDS, environment, query=query)


def read_dividends(reply: Reply, code: str) -> list[Dividend]:
    """The cash dividends of an issue by record day; rows of a kind that is not known are passed over.

    Raises like `envelope.read`, and `WireError` for what is no day or number.
    """
    kinds = {name: kind for kind, name in DIVIDEND_KINDS.items()}
    found = []
    for row in rows(read(reply, blocks.DividendsAnswer).output1):
        kind = kinds.get(text(row.divi_kind))
        if plain_code(text(row.sht_cd)) != code or kind is None:
            continue
        day = parse_day(text(row.record_date))
        if day is None:
            raise unreadable(reply, "a dividend without its record day")
        per_share = int(get_decimal(row, "per_sto_divi_amt"))
        found.append(
            Dividend(code, kind, day, None, per_share, int(find_decimal(row, "face_val") or 0) or None)
        )
    return sorted(found, key=lambda each: each.record_day)


def estimates_request(code: str, environment: Environment) -> Request:
    """종목추정실적. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.ESTIMATES, environment, query={"SHT_CD": code})


def read_interest_coverage(reply: Reply, end: date) -> Decimal | None:
    """이자보상배율 of the financial year that ended in the month of `end`; None when KIS covers it not.

    It stands in the eighth row of the second table, in tenths. Raises like `envelope.read`.
    """
    answer = read(reply, blocks.EstimatesAnswer)
    figures, periods = rows(answer.output3), rows(answer.output4)
    if len(figures) < _COVERAGE_ROW:
        return None
    for column, period in enumerate(periods[:_COLUMNS], 1):
        if text(period.dt).startswith(f"{end:%Y.%m}"):
            tenths = find_decimal(figures[_COVERAGE_ROW - 1], f"data{column}")
            return tenths / 10 if tenths else None
    return None


def read_balance_sheets(reply: Reply) -> list[BalanceSheet]:
    """대차대조표, oldest first. Raises like `envelope.read`, and `WireError` for what is no number."""
    found = [
        BalanceSheet(
            end=_end(row, row.stac_yymm),
            current_assets=_won(row, "cras"),
            fixed_assets=_won(row, "fxas"),
            total_assets=_won(row, "total_aset"),
            current_liabilities=_won(row, "flow_lblt"),
            fixed_liabilities=_won(row, "fix_lblt"),
            total_liabilities=_won(row, "total_lblt"),
            capital=_won(row, "cpfn"),
            equity=_won(row, "total_cptl"),
        )
        for row in rows(read(reply, blocks.BalanceSheetAnswer).output)
    ]
    return sorted(found, key=lambda sheet: sheet.end)


def read_incomes(reply: Reply) -> list[Income]:
    """손익계산서, oldest first. Raises like `envelope.read`, and `WireError` for what is no number."""
    found = [
        Income(
            _end(row, row.stac_yymm),
            _won(row, "sale_account"),
            _won(row, "bsop_prti"),
            _won(row, "op_prfi"),
            _won(row, "thtr_ntin"),
            _find_won(row, "sale_cost"),
            _find_won(row, "sale_totl_prfi"),
        )
        for row in rows(read(reply, blocks.IncomeStatementAnswer).output)
    ]
    return sorted(found, key=lambda income: income.end)


def read_ratios(replies: Mapping[Call, Reply]) -> list[Ratios]:
    """The answers to `RATIO_CALLS`, or to some of them, as one: oldest first, each period once.

    Raises like `envelope.read`, and `WireError` for what is no number.
    """
    found: dict[date, dict[str, Any]] = {}
    for call, reply in replies.items():
        kind, parts = _RATIOS[call]
        answer: Any = read(reply, kind)
        for row in rows(answer.output):
            known = found.setdefault(_end(row, row.stac_yymm), {})
            known |= {ours: read_part(row, theirs) for ours, (theirs, read_part) in parts.items()}
    return [Ratios(end=end, **found[end]) for end in sorted(found)]


def _end(block: Block, value: Field) -> date:
    month = text(value)
    try:
        if len(month) != 6:
            raise ValueError
        year, number = int(month[:4]), int(month[4:])
        return date(year, number, monthrange(year, number)[1])
    except ValueError:
        raise WireError(
            f"한국투자증권 응답의 {type(block).__name__} 값 {month!r}을(를) 읽을 수 없습니다. "
            "응답을 보관하고 개발자에게 알리세요.",
            f"{month!r} in {type(block).__name__} of KIS's answer cannot be read. "
            "Keep the answer and report it.",
            month,
        ) from None


def _won(block: Block, name: str) -> int:
    return int(get_decimal(block, name) * _HUNDRED_MILLION)


def _find_won(block: Block, name: str) -> int | None:
    """None also where KIS does not serve the field."""
    if text(getattr(block, name)) in ("", _NOT_SERVED):
        return None
    return _won(block, name)


def _fraction(block: Block, name: str) -> Decimal:
    return get_decimal(block, name) / 100


def _find_multiple(block: Block, name: str) -> Decimal | None:
    """None where it is nothing: KIS shows it for whole years only."""
    return find_decimal(block, name) or None


_Part = tuple[str, Callable[[Block, str], Decimal | int | None]]
_RATIOS: Mapping[Call, tuple[type[Block], Mapping[str, _Part]]] = {
    Call.FINANCIAL_RATIO: (
        blocks.FinancialRatioAnswer,
        {
            "sales_growth": ("grs", _fraction),
            "operating_profit_growth": ("bsop_prfi_inrt", _fraction),
            "net_income_growth": ("ntin_inrt", _fraction),
            "return_on_equity": ("roe_val", _fraction),
            "eps": ("eps", get_decimal),
            "sps": ("sps", get_decimal),
            "bps": ("bps", get_decimal),
            "reserve_ratio": ("rsrv_rate", _fraction),
            "debt_ratio": ("lblt_rate", _fraction),
        },
    ),
    Call.PROFIT_RATIO: (
        blocks.ProfitRatioAnswer,
        {
            "return_on_assets": ("cptl_ntin_rate", _fraction),
            "net_margin": ("sale_ntin_rate", _fraction),
            "gross_margin": ("sale_totl_rate", _fraction),
        },
    ),
    Call.STABILITY_RATIO: (
        blocks.StabilityRatioAnswer,
        {
            "borrowing_ratio": ("bram_depn", _fraction),
            "current_ratio": ("crnt_rate", _fraction),
            "quick_ratio": ("quck_rate", _fraction),
        },
    ),
    Call.GROWTH_RATIO: (
        blocks.GrowthRatioAnswer,
        {"equity_growth": ("equt_inrt", _fraction), "asset_growth": ("totl_aset_inrt", _fraction)},
    ),
    Call.OTHER_RATIO: (
        blocks.OtherRatioAnswer,
        {"ebitda": ("ebitda", _find_won), "ev_to_ebitda": ("ev_ebitda", _find_multiple)},
    ),
}

RATIO_CALLS = tuple(_RATIOS)
"""The five calls about ratios. 배당성향 and EVA are left out: KIS itself says not to rely on them."""


# The server understands -----------------------------------------------------------------------------------


def asked_period(request: Request) -> Period:
    """Years or quarters. Raises `Declined`."""
    match needed(request.query, "FID_DIV_CLS_CODE"):
        case "0":
            return Period.YEAR
        case "1":
            return Period.QUARTER
        case _:
            raise invalid("FID_DIV_CLS_CODE")


def asked_share(request: Request) -> str:
    """The code in the field that the services of other systems use. Raises `Declined`."""
    return plain_code(needed(request.query, "SHT_CD"))


# The server answers ---------------------------------------------------------------------------------------


def statements_reply(call: Call, statements: Sequence[Statement], market_cap: int) -> Reply:
    """The answer to one of the seven calls; `statements` are oldest first, `market_cap` is in won."""
    rows_newest_first = sorted(statements, key=lambda statement: statement.end, reverse=True)
    match call:
        case Call.BALANCE_SHEET:
            return done_reply(
                blocks.BalanceSheetAnswer, output=[_balance_sheet(each) for each in rows_newest_first]
            )
        case Call.INCOME_STATEMENT:
            return done_reply(
                blocks.IncomeStatementAnswer, output=[_income_statement(each) for each in rows_newest_first]
            )
        case Call.FINANCIAL_RATIO:
            return done_reply(
                blocks.FinancialRatioAnswer,
                output=[_financial_ratio(each, statements) for each in rows_newest_first],
            )
        case Call.PROFIT_RATIO:
            return done_reply(
                blocks.ProfitRatioAnswer, output=[_profit_ratio(each) for each in rows_newest_first]
            )
        case Call.STABILITY_RATIO:
            return done_reply(
                blocks.StabilityRatioAnswer, output=[_stability_ratio(each) for each in rows_newest_first]
            )
        case Call.GROWTH_RATIO:
            return done_reply(
                blocks.GrowthRatioAnswer,
                output=[_growth_ratio(each, statements) for each in rows_newest_first],
            )
        case _:
            return done_reply(
                blocks.OtherRatioAnswer, output=[_other_ratio(each, market_cap) for each in rows_newest_first]
            )


def _balance_sheet(each: Statement) -> blocks.BalanceSheet:
    return empty(
        blocks.BalanceSheet,
        stac_yymm=_month(each),
        cras=amount_text(each.current_assets),
        fxas=amount_text(each.fixed_assets),
        total_aset=amount_text(each.total_assets),
        flow_lblt=amount_text(each.current_liabilities),
        fix_lblt=amount_text(each.fixed_liabilities),
        total_lblt=amount_text(each.total_liabilities),
        cpfn=amount_text(each.capital),
        cfp_surp=_NOT_SERVED,
        prfi_surp=_NOT_SERVED,
        total_cptl=amount_text(each.equity),
    )


def _income_statement(each: Statement) -> blocks.IncomeStatement:
    return empty(
        blocks.IncomeStatement,
        stac_yymm=_month(each),
        sale_account=amount_text(each.sales),
        sale_cost=amount_text(each.cost_of_sales),
        sale_totl_prfi=amount_text(each.gross_profit),
        depr_cost=_NOT_SERVED,
        sell_mang=_NOT_SERVED,
        bsop_prti=amount_text(each.operating_profit),
        bsop_non_ernn=_NOT_SERVED,
        bsop_non_expn=_NOT_SERVED,
        op_prfi=amount_text(each.ordinary_profit),
        spec_prfi=_NOT_SERVED,
        spec_loss=_NOT_SERVED,
        thtr_ntin=amount_text(each.net_income),
    )


def _financial_ratio(each: Statement, all_of_them: Sequence[Statement]) -> blocks.FinancialRatio:
    before = find_year_before(each, all_of_them)
    return empty(
        blocks.FinancialRatio,
        stac_yymm=_month(each),
        grs=percent(growth(each.sales, before.sales) if before else None),
        bsop_prfi_inrt=percent(growth(each.operating_profit, before.operating_profit) if before else None),
        ntin_inrt=percent(growth(each.net_income, before.net_income) if before else None),
        roe_val=percent(each.return_on_equity),
        eps=two_places(each.eps),
        sps=two_places(each.sps),
        bps=two_places(each.bps),
        rsrv_rate=percent(each.reserve_ratio),
        lblt_rate=percent(each.debt_ratio),
    )


def _profit_ratio(each: Statement) -> blocks.ProfitRatio:
    return empty(
        blocks.ProfitRatio,
        stac_yymm=_month(each),
        cptl_ntin_rate=percent(each.return_on_assets),
        self_cptl_ntin_inrt=percent(each.return_on_equity),
        sale_ntin_rate=percent(each.net_margin),
        sale_totl_rate=percent(each.gross_margin),
    )


def _other_ratio(each: Statement, market_cap: int) -> blocks.OtherRatio:
    is_year = each.months == 12
    return empty(
        blocks.OtherRatio,
        stac_yymm=_month(each),
        payout_rate=percent(each.payout_ratio),
        ebitda=amount_text(each.ebitda),
        # Only whole years have it.
        ev_ebitda=two_places(each.ev_to_ebitda(market_cap) if is_year else None),
    )


def _stability_ratio(each: Statement) -> blocks.StabilityRatio:
    return empty(
        blocks.StabilityRatio,
        stac_yymm=_month(each),
        lblt_rate=percent(each.debt_ratio),
        bram_depn=percent(each.borrowing_ratio),
        crnt_rate=percent(each.current_ratio),
        quck_rate=percent(each.quick_ratio),
    )


def _growth_ratio(each: Statement, all_of_them: Sequence[Statement]) -> blocks.GrowthRatio:
    before = find_year_before(each, all_of_them)
    return empty(
        blocks.GrowthRatio,
        stac_yymm=_month(each),
        grs=percent(growth(each.sales, before.sales) if before else None),
        bsop_prfi_inrt=percent(growth(each.operating_profit, before.operating_profit) if before else None),
        equt_inrt=percent(growth(each.equity, before.equity) if before else None),
        totl_aset_inrt=percent(growth(each.total_assets, before.total_assets) if before else None),
    )


def estimates_reply(listed: Listed | None, years: Sequence[Statement], day: date) -> Reply:
    """종목추정실적: the last five years that are over, oldest first; nothing without statements."""
    shown = sorted(years, key=lambda statement: statement.end)[-_COLUMNS:]
    if listed is None or not shown:
        return done_reply(
            blocks.EstimatesAnswer, output1=empty(blocks.EstimateHead), output2=[], output3=[], output4=[]
        )
    company = listed.background.company
    before = [find_year_before(each, years) for each in shown]
    pairs = list(zip(shown, before, strict=True))
    price = listed.quote.last_price
    head = empty(
        blocks.EstimateHead,
        sht_cd=f"A{listed.quote.code}",
        item_kor_nm=listed.quote.name,
        estdate=day_text(day),
        capital=_tenth(shown[-1].capital, _HUNDRED_MILLION),
        forn_item_lmtrt=_foreign_limit(company),
    )
    output2 = [
        _estimate(_tenth(each.sales, _HUNDRED_MILLION) for each in shown),
        _estimate(_tenths(growth(each.sales, last.sales) if last else None, 100) for each, last in pairs),
        _estimate(_tenth(each.operating_profit, _HUNDRED_MILLION) for each in shown),
        _estimate(
            _tenths(growth(each.operating_profit, last.operating_profit) if last else None, 100)
            for each, last in pairs
        ),
        _estimate(_tenth(each.net_income, _HUNDRED_MILLION) for each in shown),
        _estimate(
            _tenths(growth(each.net_income, last.net_income) if last else None, 100) for each, last in pairs
        ),
    ]
    output3 = [
        _estimate(_tenth(each.ebitda, _HUNDRED_MILLION) for each in shown),
        _estimate(_tenths(each.eps) for each in shown),
        _estimate(_tenths(_eps_growth(each, last), 100) for each, last in pairs),
        _estimate(_tenths(price / each.eps if each.eps and each.eps > 0 else None) for each in shown),
        _estimate(_tenths(each.ev_to_ebitda(price * (each.shares or 0))) for each in shown),
        _estimate(_tenths(each.return_on_equity, 100) for each in shown),
        _estimate(_tenths(each.debt_ratio, 100) for each in shown),
        _estimate(_tenths(each.interest_coverage) for each in shown),
    ]
    output4 = [empty(blocks.EstimatePeriod, dt=f"{each.end:%Y.%m}A") for each in shown]
    return done_reply(blocks.EstimatesAnswer, output1=head, output2=output2, output3=output3, output4=output4)


def dividends_reply(dividends: Sequence[tuple[Listed, Dividend]]) -> Reply:
    """배당일정, by record day."""
    output1 = [
        empty(
            blocks.DividendRow,
            record_date=day_text(each.record_day),
            sht_cd=each.code,
            isin_name=listed.quote.name,
            divi_kind=DIVIDEND_KINDS[each.kind],
            face_val=f"{each.face_value or 0:09}",
            per_sto_divi_amt=f"{each.per_share:012}",
            divi_rate=f"{100 * (each.rate or Decimal(0)):9.2f}",
            stk_divi_rate=f"{0:9.2f}",
            divi_pay_dt=f"{each.pay_day:%Y/%m/%d}" if each.pay_day else "",
            stk_kind="우선" if _is_preferred(listed) else "보통",
        )
        for listed, each in sorted(dividends, key=lambda pair: (pair[1].record_day, pair[1].code))
    ]
    return done_reply(blocks.DividendsAnswer, output1=output1)


def _is_preferred(listed: Listed) -> bool:
    company = listed.background.company
    return company is not None and company.is_preferred


def _month(each: Statement) -> str:
    return f"{each.end.year:04}{each.end.month:02}"


def amount_text(won: int | None) -> str:
    """억원 with two decimals; KIS shows whole ones."""
    return "0.00" if won is None else f"{round(Decimal(won) / _HUNDRED_MILLION)}.00"


def two_places(value: Decimal | None) -> str:
    """Two decimals, halves away from zero; zeros for what is not known."""
    return "0.00" if value is None else f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP) + 0:f}"


def percent(fraction: Decimal | None) -> str:
    """A fraction in percent."""
    return two_places(None if fraction is None else 100 * fraction)


def _eps_growth(each: Statement, before: Statement | None) -> Decimal | None:
    if before is None or each.eps is None or not before.eps or (each.eps < 0) != (before.eps < 0):
        return None
    return (each.eps - before.eps) / abs(before.eps)


def _tenth(won: int | None, unit: int) -> str:
    """An amount in `unit` with the one decimal that all estimates have."""
    return "0.0" if won is None else f"{round(Decimal(won) / unit)}.0"


def _tenths(value: Decimal | None, scale: int = 1) -> str:
    """A figure in tenths: 18.1 is written 181.0."""
    return "0.0" if value is None else f"{round(10 * scale * value)}.0"


def _foreign_limit(company: Company | None) -> str:
    if company is None or not company.foreign_limit or not company.listed_shares:
        return "0.00"
    return percent(Decimal(company.foreign_limit) / company.listed_shares)


def _estimate(values: Iterable[str]) -> blocks.EstimateRow:
    """One figure in all columns; the years still to come are empty."""
    return empty(blocks.EstimateRow, **{f"data{column}": value for column, value in enumerate(values, 1)})
