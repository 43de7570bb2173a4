"""Facts from files of the user's own, as a `Facts`: what a file does not tell is not known.

Each file is one table, Parquet or CSV; its columns say of what.
- Flows: `code`, `date` and whatever `flow_table` lists.
- Companies: `code` and any of `issuer`, `name_english`, `listed_shares`, `face_value`, `capital`,
  `listing_day`, `settlement_month`, `size` (large, mid, small), `industry_code` with `industry`,
  `is_kospi200` (Y, N), `kospi200_sector`, `margin_rate` (0.2 for 20 %), `foreign_limit`.
- Statements: `issuer`, `end`, `months` (3, 6, 9, 12), `published`, and any amount of `Statement`, in won;
  the income is that since the financial year began.
- Dividends: `code`, `kind` (year_end, interim, quarterly), `record_day`, `per_share`, and `pay_day`,
  `face_value` if known.
- Corporate actions: `code`, `action` (one of `ActionKind`), `record_day`, and any other field of
  `CorporateAction`; ratios are fractions, 1 for one new share for one old.
- Opinions: `code`, `date`, `firm` (its number), `stance` (buy, hold, sell), and `firm_name`, `before`,
  `target` if known.
- Holdings of a fund: `fund`, `unit_shares` (the fund's own shares in a unit), `code`, `shares` (in that
  unit), and `index`, `manager` if known.
- Values of funds: `code`, `date`, `nav`.
- Market funds: `date` and any amount of `MarketFunds`, in won.
- Rates: `rate` (a name of `Rate`), `date`, `percent`.
- Indices: `index` (KOSPI, KOSDAQ, KOSPI200), `date`, `open`, `high`, `low`, `close`, and `volume` (shares),
  `value` (won) if known.

Everything is checked at once: what is wrong is a `BadInput` that names file, row and column. When two files
tell of the same thing, the first one is believed. Behind the files other facts may stand (made ones): they
are asked about a code that the files do not know, and for days of flows that the files lack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hoga.domain.company import Company, Dividend, DividendKind, Industry, Size
from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.domain.credit import CreditDay, Lent
from hoga.domain.errors import BadInput
from hoga.domain.flows import Holdings, InvestorFlows, MemberFlow, ProgramFlows, ShortSale
from hoga.domain.fund import Fund, FundValue
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.market_money import InterestRate, MarketFunds, Rate
from hoga.domain.opinion import Opinion, Stance
from hoga.domain.statement import Period, Statement
from hoga.krx.calendar import get_hours
from hoga.ports import Facts
from hoga.storage.action_table import read_action
from hoga.storage.flow_table import FlowTable, is_flow_table
from hoga.storage.tables import Row, is_table, read_table, rows

if TYPE_CHECKING:
    import polars as pl

_COMPANY_COLUMNS = frozenset(
    {
        "issuer",
        "name_english",
        "listed_shares",
        "face_value",
        "capital",
        "listing_day",
        "settlement_month",
        "size",
        "industry",
        "is_kospi200",
        "kospi200_sector",
        "margin_rate",
        "foreign_limit",
    }
)
_FUND_COLUMNS = frozenset(field.name for field in fields(MarketFunds)) - {"day"}
_STATEMENT_KEYS = frozenset({"issuer", "end", "months", "published"})
_AMOUNTS = tuple(field.name for field in fields(Statement) if field.name not in _STATEMENT_KEYS)
_MONTHS = (3, 6, 9, 12)

_Dated = TypeVar("_Dated", InvestorFlows, ProgramFlows, ShortSale, Holdings)


class FileFacts:
    """What the user's files tell. `paths` are files, or folders of which every table is read."""

    def __init__(self, paths: Iterable[str | Path], behind: Facts | None = None) -> None:
        self._behind = behind
        self._companies: dict[str, Company] = {}
        self._statements: dict[str, dict[date, Statement]] = {}
        self._dividends: dict[str, dict[tuple[date, DividendKind], Dividend]] = {}
        self._actions: dict[str, list[CorporateAction]] = {}
        self._opinions: dict[str, list[Opinion]] = {}
        self._fund_holdings: dict[str, Fund] = {}
        self._fund_values: dict[str, dict[date, FundValue]] = {}
        self._indices: dict[Index, dict[date, IndexBar]] = {}
        self._flows: list[FlowTable] = []
        self._funds: dict[date, MarketFunds] = {}
        self._rates: dict[tuple[date, Rate], InterestRate] = {}
        for path in _tables(paths):
            self._read(path, read_table(path))

    def stand_before(self, behind: Facts) -> None:
        """From now on `behind` tells what the files do not."""
        self._behind = behind

    @property
    def own_actions(self) -> tuple[CorporateAction, ...]:
        """The corporate actions of the files, of all issues."""
        return tuple(action for actions in self._actions.values() for action in actions)

    @property
    def source(self) -> str:
        """ "files", and what stands behind them."""
        return f"files and {self._behind.source}" if self._behind else "files"

    def company(self, code: str, day: date) -> Company | None:
        """The row of `code`, whatever the day."""
        found = self._companies.get(code)
        if found is None and self._behind:
            return self._behind.company(code, day)
        return found

    def statements(self, code: str, day: date, period: Period) -> Sequence[Statement]:
        """Those of the issuer, whom a row of a company names; without one the code is the issuer."""
        company = self._companies.get(code)
        found = self._statements.get(company.issuer if company else code)
        if found is None:
            return self._behind.statements(code, day, period) if self._behind else ()
        return tuple(
            statement
            for _, statement in sorted(found.items())
            if statement.published <= day and (period is Period.QUARTER or statement.months == 12)
        )

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        """The rows of `code` by record day."""
        found = self._dividends.get(code)
        if found is None:
            return self._behind.dividends(code, first, last) if self._behind else ()
        return tuple(each for key, each in sorted(found.items()) if first <= key[0] <= last)

    def actions(self, code: str, first: date, last: date) -> Sequence[CorporateAction]:
        """The rows of `code` by record day."""
        found = self._actions.get(code)
        if found is None:
            return self._behind.actions(code, first, last) if self._behind else ()
        return tuple(each for each in found if first <= each.record_day <= last)

    def investor_flows(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        """Whatever investors the files tell of."""
        told = self._told(code, first, last, FlowTable.find_investor_flows)
        return self._filled(told, self._behind.investor_flows(code, first, last) if self._behind else ())

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]:
        """Days with both kinds of program trading."""
        told = self._told(code, first, last, FlowTable.find_program_flows)
        return self._filled(told, self._behind.program_flows(code, first, last) if self._behind else ())

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        """Files do not tell of member firms."""
        return self._behind.member_flows(code, day) if self._behind else ()

    def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSale]:
        """Days with a short volume."""
        told = self._told(code, first, last, FlowTable.find_short_sale)
        return self._filled(told, self._behind.short_sales(code, first, last) if self._behind else ())

    def holdings(self, code: str, first: date, last: date) -> Sequence[Holdings]:
        """Never mixed: what is held on one day must follow from the day before."""
        if self._behind and not self._told(code, date.min, date.max, FlowTable.find_holdings):
            return self._behind.holdings(code, first, last)
        return self._filled(self._told(code, first, last, FlowTable.find_holdings), ())

    def credit(self, code: str, first: date, last: date) -> Sequence[CreditDay]:
        """Files tell what is bought on credit after a day, and nothing of how it came."""
        if self._behind and not self._told(code, date.min, date.max, FlowTable.find_holdings):
            return self._behind.credit(code, first, last)
        return tuple(
            CreditDay(code=code, day=each.day, loan=Lent(each.margin_loan))
            for each in self._filled(self._told(code, first, last, FlowTable.find_holdings), ())
            if each.margin_loan is not None
        )

    def opinions(self, code: str, first: date, last: date) -> Sequence[Opinion]:
        """The rows of `code` by day."""
        found = self._opinions.get(code)
        if found is None:
            return self._behind.opinions(code, first, last) if self._behind else ()
        return tuple(each for each in found if first <= each.day <= last)

    def fund(self, code: str, day: date) -> Fund | None:
        """The rows of the fund, whatever the day."""
        found = self._fund_holdings.get(code)
        if found is None and self._behind:
            return self._behind.fund(code, day)
        return found

    def fund_values(self, code: str, first: date, last: date) -> Sequence[FundValue]:
        """The rows of `code` by day."""
        found = self._fund_values.get(code)
        if found is None:
            return self._behind.fund_values(code, first, last) if self._behind else ()
        return tuple(each for day, each in sorted(found.items()) if first <= day <= last)

    def basket(self, index: Index, day: date) -> Basket | None:
        """Files do not tell the members of an index; nobody is asked about one whose levels they tell."""
        return self._behind.basket(index, day) if self._behind and index not in self._indices else None

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]:
        """The rows of the index."""
        found = self._indices.get(index)
        if found is None:
            return self._behind.index_bars(index, first, last) if self._behind else ()
        return tuple(bar for day, bar in sorted(found.items()) if first <= day <= last)

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        """Files tell only days."""
        if self._behind and index not in self._indices:
            return self._behind.index_minute_bars(index, day)
        return ()

    def market_funds(self, first: date, last: date) -> Sequence[MarketFunds]:
        """The rows by day; of days that no row tells, what stands behind."""
        others = self._behind.market_funds(first, last) if self._behind else ()
        known = {each.day: each for each in others}
        known |= {day: each for day, each in self._funds.items() if first <= day <= last}
        return tuple(known[day] for day in sorted(known))

    def interest_rates(self, first: date, last: date) -> Sequence[InterestRate]:
        """The rows by day; of days and rates that no row tells, what stands behind."""
        others = self._behind.interest_rates(first, last) if self._behind else ()
        known = {(each.day, each.rate): each for each in others}
        known |= {key: each for key, each in self._rates.items() if first <= key[0] <= last}
        return tuple(known[key] for key in sorted(known))

    def _told(
        self, code: str, first: date, last: date, find: Callable[[FlowTable, str, date], _Dated | None]
    ) -> dict[date, _Dated]:
        told: dict[date, _Dated] = {}
        for table in self._flows:
            for day in table.days(code, first, last):
                found = None if day in told else find(table, code, day)
                if found is not None:
                    told[day] = found
        return told

    def _filled(self, told: dict[date, _Dated], others: Sequence[_Dated]) -> Sequence[_Dated]:
        known = {other.day: other for other in others} | told
        return tuple(known[day] for day in sorted(known))

    def _read(self, path: Path, frame: pl.DataFrame) -> None:
        columns = set(frame.columns)
        if {"code", "record_day", "per_share"} <= columns:
            self._read_dividends(rows(path, frame))
        elif {"code", "action", "record_day"} <= columns:
            self._read_actions(rows(path, frame))
        elif {"code", "date", "firm", "stance"} <= columns:
            self._read_opinions(rows(path, frame))
        elif {"fund", "unit_shares", "code", "shares"} <= columns:
            self._read_fund_holdings(rows(path, frame))
        elif {"code", "date", "nav"} <= columns:
            self._read_fund_values(rows(path, frame))
        elif columns >= _STATEMENT_KEYS:
            self._read_statements(rows(path, frame))
        elif {"index", "date", "open", "high", "low", "close"} <= columns:
            self._read_indices(rows(path, frame))
        elif {"rate", "date", "percent"} <= columns:
            self._read_rates(rows(path, frame))
        elif "date" in columns and "code" not in columns and columns & _FUND_COLUMNS:
            self._read_funds(rows(path, frame))
        elif is_flow_table(frame.columns):
            self._flows.append(FlowTable(path, frame))
        elif "code" in columns and columns & _COMPANY_COLUMNS:
            self._read_companies(rows(path, frame))
        else:
            shown = ", ".join(frame.columns[:20])
            raise BadInput(
                f"{path}: 열 이름으로 어떤 자료인지 알 수 없습니다 ({shown}). 열 이름을 설명서에 맞추거나 "
                "파일을 빼십시오.",
                f"{path}: its columns do not say what it tells of ({shown}); name them as documented or "
                "leave the file out",
            )

    def _read_companies(self, table: Iterable[Row]) -> None:
        seen: dict[str, Company] = {}
        for row in table:
            company = _company(row)
            if company.code in seen:
                raise row.bad("code", "앞에 같은 종목의 행이 있습니다.", "is a second row of this code")
            seen[company.code] = company
        self._companies = seen | self._companies

    def _read_statements(self, table: Iterable[Row]) -> None:
        seen: dict[str, dict[date, Statement]] = {}
        for row in table:
            statement = _statement(row)
            of_issuer = seen.setdefault(statement.issuer, {})
            if statement.end in of_issuer:
                raise row.bad("end", "앞에 같은 결산기의 행이 있습니다.", "is a second row of this period")
            of_issuer[statement.end] = statement
        self._statements = seen | self._statements

    def _read_dividends(self, table: Iterable[Row]) -> None:
        seen: dict[str, dict[tuple[date, DividendKind], Dividend]] = {}
        for row in table:
            dividend = _dividend(row)
            key = (dividend.record_day, dividend.kind)
            of_code = seen.setdefault(dividend.code, {})
            if key in of_code:
                raise row.bad(
                    "record_day", "앞에 같은 배당의 행이 있습니다.", "is a second row of this dividend"
                )
            of_code[key] = dividend
        self._dividends = seen | self._dividends

    def _read_actions(self, table: Iterable[Row]) -> None:
        seen: dict[str, dict[tuple[date, ActionKind], CorporateAction]] = {}
        for row in table:
            action = read_action(row, _choice(row, "action", ActionKind))
            key = (action.record_day, action.kind)
            of_code = seen.setdefault(action.code, {})
            if key in of_code:
                raise row.bad(
                    "record_day", "앞에 같은 날 같은 사건의 행이 있습니다.", "is a second row of this action"
                )
            of_code[key] = action
        told = {code: [each for _, each in sorted(of_code.items())] for code, of_code in seen.items()}
        self._actions = told | self._actions

    def _read_opinions(self, table: Iterable[Row]) -> None:
        seen: dict[str, dict[tuple[date, str], Opinion]] = {}
        for row in table:
            opinion = _opinion(row)
            key = (opinion.day, opinion.firm)
            of_code = seen.setdefault(opinion.code, {})
            if key in of_code:
                raise row.bad(
                    "date", "앞에 같은 날 같은 회원사의 행이 있습니다.", "is a second row of this firm"
                )
            of_code[key] = opinion
        told = {code: [each for _, each in sorted(of_code.items())] for code, of_code in seen.items()}
        self._opinions = told | self._opinions

    def _read_fund_holdings(self, table: Iterable[Row]) -> None:
        seen: dict[str, Fund] = {}
        for row in table:
            fund, member = row.code("fund"), row.code()
            unit_shares, shares = _positive(row, "unit_shares"), _positive(row, "shares")
            known = seen.get(fund)
            if known is None:
                known = Fund(
                    code=fund,
                    unit_shares=unit_shares,
                    holdings={},
                    index=row.find_text("index") or "",
                    manager=row.find_text("manager") or "",
                )
            if known.unit_shares != unit_shares:
                raise row.bad(
                    "unit_shares",
                    f"{unit_shares}: 앞의 행에서는 {known.unit_shares}입니다.",
                    f"is {unit_shares}, and {known.unit_shares} in the rows above",
                )
            if member in known.holdings:
                raise row.bad("code", "앞에 같은 구성종목의 행이 있습니다.", "is a second row of this member")
            seen[fund] = replace(known, holdings={**known.holdings, member: shares})
        self._fund_holdings = seen | self._fund_holdings

    def _read_fund_values(self, table: Iterable[Row]) -> None:
        seen: dict[str, dict[date, FundValue]] = {}
        for row in table:
            told = FundValue(row.code(), row.day("date"), row.decimal("nav"))
            if told.nav <= 0:
                raise row.bad("nav", f"{told.nav}: 0보다 커야 합니다.", f"{told.nav} is not above 0")
            of_code = seen.setdefault(told.code, {})
            if told.day in of_code:
                raise row.bad("date", "앞에 같은 날의 행이 있습니다.", "is a second row of this day")
            of_code[told.day] = told
        self._fund_values = seen | self._fund_values

    def _read_indices(self, table: Iterable[Row]) -> None:
        seen: dict[Index, dict[date, IndexBar]] = {}
        for row in table:
            bar = _index_bar(row)
            of_index = seen.setdefault(bar.index, {})
            if bar.at.date() in of_index:
                raise row.bad("date", "앞에 같은 지수와 날짜의 행이 있습니다.", "is a second row of this day")
            of_index[bar.at.date()] = bar
        self._indices = seen | self._indices

    def _read_funds(self, table: Iterable[Row]) -> None:
        seen: dict[date, MarketFunds] = {}
        for row in table:
            funds = _funds(row)
            if funds.day in seen:
                raise row.bad("date", "앞에 같은 날의 행이 있습니다.", "is a second row of this day")
            seen[funds.day] = funds
        self._funds = seen | self._funds

    def _read_rates(self, table: Iterable[Row]) -> None:
        seen: dict[tuple[date, Rate], InterestRate] = {}
        for row in table:
            told = InterestRate(_choice(row, "rate", Rate), row.day("date"), row.decimal("percent"))
            if (told.day, told.rate) in seen:
                raise row.bad("date", "앞에 같은 금리와 날짜의 행이 있습니다.", "is a second row of this day")
            seen[told.day, told.rate] = told
        self._rates = seen | self._rates


def _funds(row: Row) -> MarketFunds:
    amounts = {name: row.find_count(name) for name in _FUND_COLUMNS}
    return MarketFunds(day=row.day("date"), **amounts)


def _tables(paths: Iterable[str | Path]) -> list[Path]:
    found: list[Path] = []
    for each in paths:
        path = Path(each)
        if path.is_dir():
            found += sorted(inside for inside in path.iterdir() if inside.is_file() and is_table(inside))
        else:
            found.append(path)
    return found


_Choice = TypeVar("_Choice", Size, DividendKind, ActionKind, Stance, Index, Rate)


def _choice(row: Row, column: str, kind: type[_Choice]) -> _Choice:
    text = row.text(column)
    for each in kind:
        if each.value == text:
            return each
    allowed = ", ".join(each.value for each in kind)
    raise row.bad(column, f"{text!r}: {allowed} 가운데 하나여야 합니다.", f"{text!r} is not one of {allowed}")


def _positive(row: Row, column: str) -> int:
    count = row.find_count(column)
    if not count:
        raise row.bad(column, "1 이상이어야 합니다.", "must be at least 1")
    return count


def _company(row: Row) -> Company:
    code = row.code()
    margin_rate = row.find_decimal("margin_rate")
    if margin_rate is not None and not 0 <= margin_rate <= 1:
        raise row.bad(
            "margin_rate",
            f"{margin_rate}: 20%는 0.2로 씁니다.",
            f"{margin_rate} is not a ratio; write 0.2 for 20 %",
        )
    month = row.find_count("settlement_month")
    if month is not None and not 1 <= month <= 12:
        raise row.bad("settlement_month", f"{month}: 달이 아닙니다.", f"{month} is not a month")
    return Company(
        code=code,
        issuer=row.code("issuer") if row.find_text("issuer") else code,
        name_english=row.find_text("name_english"),
        listed_shares=row.find_count("listed_shares"),
        face_value=row.find_count("face_value"),
        capital=row.find_count("capital"),
        listing_day=row.find_day("listing_day"),
        settlement_month=month,
        size=_choice(row, "size", Size) if row.find_text("size") else None,
        industry=Industry(row.text("industry_code"), row.text("industry"))
        if row.find_text("industry")
        else None,
        is_kospi200=row.find_truth("is_kospi200"),
        kospi200_sector=row.find_text("kospi200_sector"),
        margin_rate=margin_rate,
        foreign_limit=row.find_count("foreign_limit"),
    )


def _statement(row: Row) -> Statement:
    months = row.find_whole("months")
    if months not in _MONTHS:
        raise row.bad("months", "3, 6, 9, 12 가운데 하나여야 합니다.", "is not one of 3, 6, 9, 12")
    end, published = row.day("end"), row.day("published")
    if published < end:
        raise row.bad("published", "결산일보다 빠릅니다.", "is before the end of the period")
    amounts = {name: row.find_whole(name) for name in _AMOUNTS}
    return Statement(issuer=row.code("issuer"), end=end, months=months, published=published, **amounts)


def _dividend(row: Row) -> Dividend:
    per_share = row.find_count("per_share")
    if per_share is None:
        raise row.bad("per_share", "비어 있습니다.", "is empty")
    kind = _choice(row, "kind", DividendKind)
    record_day, pay_day = row.day("record_day"), row.find_day("pay_day")
    return Dividend(row.code(), kind, record_day, pay_day, per_share, row.find_count("face_value"))


def _opinion(row: Row) -> Opinion:
    firm = row.text("firm")
    return Opinion(
        row.code(),
        row.day("date"),
        firm,
        row.find_text("firm_name") or firm,
        _choice(row, "stance", Stance),
        _choice(row, "before", Stance) if row.find_text("before") else None,
        row.find_count("target"),
    )


def _index_bar(row: Row) -> IndexBar:
    index, day = _choice(row, "index", Index), row.day("date")
    opened, high, low, close = (row.decimal(name) for name in ("open", "high", "low", "close"))
    if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
        raise row.bad(
            "low", "저가, 시가, 종가, 고가의 순서가 맞지 않습니다.", "and the other levels disagree"
        )
    try:
        at = get_hours(day).open
    except BadInput:
        raise row.bad("date", f"{day}: 거래일이 아닙니다.", f"{day} is not a trading day") from None
    volume, value = row.find_count("volume") or 0, row.find_count("value") or 0
    return IndexBar(index, at, opened, high, low, close, volume, value)
