import pytest

from hoga.domain.instrument import Instrument, Market, find_instruments

LISTED = [
    Instrument(code="005930", name="삼성전자", name_english="Samsung Electronics", market=Market.KOSPI),
    Instrument(code="005935", name="삼성전자우", name_english="Samsung Electronics(1P)", market=Market.KOSPI),
    Instrument(code="207940", name="삼성바이오로직스", market=Market.KOSPI),
    Instrument(code="0126Z0", name="삼성에피스홀딩스", market=Market.KOSPI),
    Instrument(code="122630", name="KODEX 레버리지", market=Market.KOSPI),
]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("삼성전자", ["005930", "005935"]),
        ("삼성 전자", ["005930", "005935"]),
        ("samsung", ["005930", "005935"]),
        ("00593", ["005930", "005935"]),
        ("0126z0", ["0126Z0"]),
        ("kodex레버", ["122630"]),
        ("전자우", ["005935"]),
        ("삼성", ["005930", "005935", "0126Z0", "207940"]),
        ("없음", []),
        (" ", []),
    ],
)
def test_what_is_nearer_to_the_text_comes_first(text: str, codes: list[str]) -> None:
    assert [each.code for each in find_instruments(reversed(LISTED), text)] == codes
