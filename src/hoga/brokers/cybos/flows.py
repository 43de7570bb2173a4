"""Who bought and sold an issue, and what was sold short of it, day by day: both ways.

Source: the help page of CpSvr7254; CpSvr7238 has none, and four projects read it alike. Groups of CpSvr7254
are in another order than its own selector (10 and 13 are swapped). Net quantities of a day add up to zero
over 개인, 외국인, 기관계, 기타법인 and 기타외인, so its 외국인 are the registered ones alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from hoga.brokers.cybos.codes import Program
from hoga.brokers.cybos.question import Page, Question, whole
from hoga.brokers.cybos.quotes import day_number, read_day
from hoga.domain.bar import Bar
from hoga.domain.flows import Flow, Investor, InvestorFlows, ShortSaleDay

GROUPS: Mapping[int, Investor] = {
    1: Investor.INDIVIDUAL,
    2: Investor.REGISTERED_FOREIGN,
    3: Investor.INSTITUTIONAL,
    4: Investor.SECURITIES_FIRM,
    5: Investor.INSURANCE,
    6: Investor.INVESTMENT_TRUST,
    7: Investor.BANK,
    8: Investor.OTHER_FINANCIAL,
    9: Investor.PENSION,
    10: Investor.OTHER_CORPORATE,
    11: Investor.OTHER_FOREIGN,
    12: Investor.PRIVATE_FUND,
    13: Investor.GOVERNMENT,
}
"""Fields of CpSvr7254 when all groups are asked for."""

WHOLE = (1, 2, 3, 10, 11)
"""The groups that are everybody."""
PARTS = (4, 5, 6, 7, 8, 9, 12, 13)
"""The groups that are all institutions (기관계)."""

_DAY, _EACH_DAY, _NET, _SHARES = 0, 6, ord("0"), ord("1")

SHORT_DAY, SHORT_CLOSE, SHORT_CHANGE, SHORT_VOLUME, SHORT_QUANTITY, SHORT_VALUE = 0, 1, 2, 4, 5, 7
SHORT_UNIT = 10_000
"""공매도거래대금 is told in 만원."""


def investors_question(code: str, first: date) -> Question:
    """투자주체별 매매동향 (CpSvr7254), the newest first, back to `first`. The first page counts too."""
    oldest = day_number(first)
    return Question(
        program=Program.INVESTORS,
        inputs={0: code, 1: _EACH_DAY, 4: _NET, 5: 0, 6: _SHARES},
        count=1,
        fields=(_DAY, *GROUPS),
        is_paged=True,
        is_enough=lambda page: whole(page.rows[-1][_DAY], "day") <= oldest,
    )


def read_investors(pages: Sequence[Page], code: str, first: date, last: date) -> list[InvestorFlows]:
    """Net shares, oldest first, each day once."""
    days: dict[date, InvestorFlows] = {}
    for row in (row for page in pages for row in page.rows):
        day = read_day(row[_DAY])
        if not first <= day <= last or day in days:
            continue
        nets = {group: whole(row[field], f"CpSvr7254 {field}") for field, group in GROUPS.items()}
        nets[Investor.FOREIGN] = nets[Investor.REGISTERED_FOREIGN] + nets[Investor.OTHER_FOREIGN]
        nets[Investor.OTHER] = nets[Investor.OTHER_CORPORATE]
        days[day] = InvestorFlows(code, day, {group: Flow(net) for group, net in nets.items()})
    return [days[day] for day in sorted(days)]


def short_sales_question(code: str, first: date) -> Question:
    """공매도 일별추이 (CpSvr7238), the newest first, back to `first`."""
    oldest = day_number(first)
    return Question(
        program=Program.SHORT_SALES,
        inputs={0: code},
        count=0,
        fields=(SHORT_DAY, SHORT_CLOSE, SHORT_CHANGE, SHORT_VOLUME, SHORT_QUANTITY, SHORT_VALUE),
        is_paged=True,
        is_enough=lambda page: whole(page.rows[-1][SHORT_DAY], "day") <= oldest,
    )


def read_short_sales(
    pages: Sequence[Page], code: str, bars: Sequence[Bar], first: date, last: date
) -> list[ShortSaleDay]:
    """Oldest first, each day once. The value of all trades comes from the `bars` of the days."""
    values = {bar.at.date(): bar.value for bar in bars}
    days: dict[date, ShortSaleDay] = {}
    for row in (row for page in pages for row in page.rows):
        day = read_day(row[SHORT_DAY])
        if not first <= day <= last or day in days or day not in values:
            continue
        numbers = {field: whole(value, f"CpSvr7238 {field}") for field, value in row.items()}
        days[day] = ShortSaleDay(
            code,
            day,
            close=numbers[SHORT_CLOSE],
            change=numbers[SHORT_CHANGE],
            volume=numbers[SHORT_VOLUME],
            value=values[day],
            short_quantity=numbers[SHORT_QUANTITY],
            short_value=numbers[SHORT_VALUE] * SHORT_UNIT,
        )
    return [days[day] for day in sorted(days)]
