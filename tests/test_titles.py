import re
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hoga.domain.bar import Bar
from hoga.domain.company import Company
from hoga.domain.features import Features
from hoga.domain.financials import Income, Ratios
from hoga.domain.flows import InvestorFlows, ShortSaleDay
from hoga.domain.quote import Quote
from hoga.domain.ranking import ShortSaleRank
from hoga.domain.standing import Standing, Valuation
from hoga.domain.zone import KST
from hoga.rows import (
    Row,
    bar_row,
    features_row,
    flow_row,
    quote_row,
    short_rank_row,
    short_sale_row,
)
from hoga.titles import TITLES, titled

DAY = date(2026, 5, 6)


def made(kind: Any, **known: Any) -> Any:
    """A value of `kind` with ones in all fields but `known`."""
    names = kind._fields if issubclass(kind, tuple) else [each.name for each in fields(kind)]
    return kind(**dict.fromkeys(names, 1) | known)


FEATURES = Features(
    company=Company(code="005930", issuer="005930"),
    standing=made(Standing),
    valuation=made(Valuation),
    year=Income(DAY, 100, 13, 22, 9),
    year_before=Income(DAY, 80, 10, 11, 8),
    year_ratios=Ratios(end=DAY, interest_coverage=Decimal("12.5")),
    quarter=None,
    quarter_before=None,
    quarter_ratios=Ratios(end=DAY, ordinary_profit_growth=Decimal("0.1")),
)
ROWS: dict[str, Row] = {
    "quote": quote_row(made(Quote, name=""), {}),
    "bar": bar_row(Bar("005930", datetime(2026, 5, 6, tzinfo=KST), 1, 1, 1, 1, 1, 1)),
    "flow": flow_row(InvestorFlows("005930", DAY, {})),
    "short sale": short_sale_row(ShortSaleDay("005930", DAY, 1, 1, 3, 1, 1, 1)),
    "short rank": short_rank_row(made(ShortSaleRank)),
    "features": features_row(FEATURES, {}),
}


@pytest.mark.parametrize("name", ROWS)
def test_every_column_has_a_title_in_korean_and_no_two_share_one(name: str) -> None:
    titles = titled(ROWS[name])
    assert list(titles) == list(ROWS[name])
    assert all(key in TITLES for key in titles), set(titles) - set(TITLES)
    assert len(set(titles.values())) == len(titles), sorted(titles.values())


def test_titles_are_korean_or_an_abbreviation() -> None:
    for title in TITLES.values():
        assert re.search("[가-힣]", title) or title.replace("/", "").isupper() or title == "KOSPI200", title


def test_features_derive_what_the_broker_does_not_tell() -> None:
    row = ROWS["features"]
    assert [str(row[key]) for key in ("year_operating_margin", "year_ordinary_margin")] == [
        "0.130000",
        "0.220000",
    ]
    assert row["year_ordinary_profit_growth"] == 1
    assert row["quarter_operating_margin"] is None
    assert row["name"] is None


def test_features_tell_dividends_coverage_and_growth_as_the_broker_does() -> None:
    row = ROWS["features"]
    assert (row["dividend_rate"], row["dividend_yield"]) == (1, 1)
    assert (row["year_interest_coverage"], row["quarter_interest_coverage"]) == (Decimal("12.5"), None)
    assert row["quarter_ordinary_profit_growth"] == Decimal("0.1")
