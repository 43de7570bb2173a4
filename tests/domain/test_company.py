"""Companies and their dividends."""

from datetime import date
from decimal import Decimal

from hoga.domain.company import Company, Dividend, DividendKind


def test_a_preferred_share_is_of_an_issuer_with_another_code() -> None:
    assert Company(code="005935", issuer="005930").is_preferred
    assert not Company(code="005930", issuer="005930").is_preferred


def test_a_dividend_s_rate_is_told_of_the_face_value() -> None:
    day = date(2025, 12, 31)

    assert Dividend("000660", DividendKind.YEAR_END, day, None, 600, 5_000).rate == Decimal("0.12")
    assert Dividend("069500", DividendKind.QUARTERLY, day, None, 600).rate is None
