"""What a line of KIS's master files tells of an issue beside its name: its company, its figures, its sectors.

Little, but without a question, and at paper accounts too, which are offered nothing else. 매출액 and profits
are in 억원 of the year so far until 기준년월: whole files of 2025 and 2026 show it of a first quarter and of
a year, in between it is unverified. 당기순이익 has five places, and what is longer is cut: it is not known
where the ordinary profit is as long. ROE is a percentage, of KOSDAQ issues without decimals.

Groups and KOSPI200 sectors are numbered as Daishin's terminal does: groups and sectors up to 8 have the same
names there, and 10 is a sample of the original bridge; 9 and 11 follow from the order (unverified).
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hoga.brokers.kis.envelope import parse_day
from hoga.domain.company import Company
from hoga.domain.features import Numbered, Registered
from hoga.domain.financials import Income

_HUNDRED_MILLION = 10**8
_PLACES = 5
"""Of 당기순이익."""

_SECTIONS = {
    "ST": 1,
    "MF": 2,
    "RT": 3,
    "SC": 4,
    "IF": 5,
    "DR": 6,
    "EW": 9,
    "EF": 10,
    "FE": 12,
    "FS": 13,
    "EN": 17,
}
"""증권그룹 as 부구분 of Daishin's."""

_SECTOR_NAMES = {
    "건설": "1",
    "중공업": "2",
    "철강소재": "3",
    "에너지화학": "4",
    "정보기술": "5",
    "금융": "6",
    "필수소비재": "7",
    "경기소비재": "8",
    "산업재": "9",
    "헬스케어": "A",
    "커뮤니케이션서비스": "B",
}
"""As KRX names its sectors now; KIS calls 5, 8 and A 정보통신, 자유소비재 and 건강관리."""


def registered_of(record: Mapping[str, str], code: str) -> Registered:
    """What a line tells. Raises `ValueError` for a figure that is none."""
    sector = record.get("KOSPI200섹터업종") or "0"
    month = record["결산월"]
    income = _income(record)
    return Registered(
        company=Company(
            code=code,
            issuer=f"{code[:5]}0" if record["우선주"].strip() not in ("", "0") else code,
            listed_shares=int(record["상장주수"] or "0") * 1000 or None,
            face_value=int(record["액면가"] or "0") or None,
            capital=int(record["자본금"] or "0") or None,
            listing_day=parse_day(record["상장일자"]),
            settlement_month=int(month) if month.isdigit() and int(month) else None,
            is_kospi200=sector != "0",
            margin_rate=Decimal(int(record["증거금비율"] or "0")) / 100 or None,
        ),
        numbered=Numbered(section=_SECTIONS[record["그룹코드"]], sector=int(sector, 16)),
        income=income,
        return_on_equity=None if income is None else Decimal(record["ROE"] or "0") / 100 or None,
    )


def sector_cell(name: str | None) -> str:
    """KOSPI200섹터업종 of a sector by the name that KRX has for it; "0" outside."""
    return _SECTOR_NAMES.get(name or "", "0")


def _income(record: Mapping[str, str]) -> Income | None:
    """None where no period is named."""
    at = record["기준년월"]
    if not (at.isdigit() and len(at) >= 6 and 1 <= int(at[4:6]) <= 12):
        return None
    year, month = int(at[:4]), int(at[4:6])
    ordinary, net = int(record["경상이익"] or "0"), record["당기순이익"]
    longest = 10 ** (_PLACES - net.startswith("-"))
    may_be_cut = net.lstrip("-")[:1] not in ("0", "") and abs(ordinary) >= longest
    return Income(
        end=date(year, month, monthrange(year, month)[1]),
        sales=int(record["매출액"] or "0") * _HUNDRED_MILLION,
        operating_profit=int(record["영업이익"] or "0") * _HUNDRED_MILLION,
        ordinary_profit=ordinary * _HUNDRED_MILLION,
        net_income=None if may_be_cut else int(net or "0") * _HUNDRED_MILLION,
    )
