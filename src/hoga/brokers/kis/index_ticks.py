"""Indices (지수) and the value of funds (NAV) on the KIS WebSocket, both ways.

Shares are in thousands and money in 백만원. `tick_vrss` is taken for the change since the record before, in
hundredths of a point (unverified); 기세 is not counted. An expected index has been seen with fifteen fields,
level and counts only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hoga.brokers.kis.envelope import time_text
from hoga.brokers.kis.indices import IndexNow, millions, point_rate, point_sign, points, thousands
from hoga.brokers.kis.records import decimal, instant, named
from hoga.brokers.kis.streams import Stream

_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTick:
    """An index as it is now, or would be after the call that is running. Levels of the day may be missing."""

    code: str
    at: datetime
    level: Decimal
    change: Decimal
    volume: int
    value: int
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    upper: int
    risen: int
    same: int
    fallen: int
    lower: int


@dataclass(frozen=True, slots=True)
class NavTick:
    """NAV: what one share of a fund is worth, today's change, and today's first, highest and lowest value."""

    code: str
    value: Decimal
    change: Decimal
    open: Decimal
    high: Decimal
    low: Decimal


def read_index_ticks(stream: Stream, payload: str, count: int, day: date) -> tuple[IndexTick, ...]:
    """The records of a frame. Raises `ValueError` for what are none."""
    return tuple(
        IndexTick(
            code=fields["bstp_cls_code"],
            at=instant(day, fields["bsop_hour"]),
            level=decimal(fields["prpr_nmix"]),
            change=decimal(fields["bstp_nmix_prdy_vrss"]),
            volume=int(fields["acml_vol"]) * _THOUSAND,
            value=int(fields["acml_tr_pbmn"]) * _MILLION,
            open=_level(fields, "oprc_nmix"),
            high=_level(fields, "nmix_hgpr"),
            low=_level(fields, "nmix_lwpr"),
            upper=int(fields["uplm_issu_cnt"]),
            risen=int(fields["ascn_issu_cnt"]),
            same=int(fields["stnr_issu_cnt"]),
            fallen=int(fields["down_issu_cnt"]),
            lower=int(fields["lslm_issu_cnt"]),
        )
        for fields in named(stream, payload, count)
    )


def index_record(code: str, now: IndexNow, at: datetime, before: IndexNow | None) -> dict[str, str]:
    """An index at an instant; `before` is what the record before was made of."""
    bar, base = now.bar, now.base
    last = before.bar if before else bar
    record = {
        "bstp_cls_code": code,
        "bsop_hour": time_text(at),
        "prpr_nmix": points(bar.close),
        "prdy_vrss_sign": point_sign(bar.close - base),
        "bstp_nmix_prdy_vrss": points(bar.close - base),
        "acml_vol": thousands(bar.volume),
        "acml_tr_pbmn": millions(bar.value),
        "pcas_vol": thousands(bar.volume - last.volume),
        "pcas_tr_pbmn": millions(bar.value - last.value),
        "prdy_ctrt": point_rate(bar.close, base),
        "oprc_nmix": points(bar.open),
        "nmix_hgpr": points(bar.high),
        "nmix_lwpr": points(bar.low),
        "uplm_issu_cnt": str(now.upper),
        "ascn_issu_cnt": str(now.risen),
        "stnr_issu_cnt": str(now.same),
        "down_issu_cnt": str(now.fallen),
        "lslm_issu_cnt": str(now.lower),
        "qtqt_ascn_issu_cnt": "0",
        "qtqt_down_issu_cnt": "0",
        "tick_vrss": str(int((bar.close - last.close) * 100)),
    }
    for name, level in (("oprc", bar.open), ("hgpr", bar.high), ("lwpr", bar.low)):
        record |= {
            f"{name}_vrss_nmix_prpr": points(level - base),
            f"{name}_vrss_nmix_sign": point_sign(level - base),
            f"prdy_clpr_vrss_{name}_rate": point_rate(level, base),
        }
    return record


def read_navs(stream: Stream, payload: str, count: int) -> tuple[NavTick, ...]:
    """The records of a frame. Raises `ValueError` for what are none."""
    return tuple(
        NavTick(
            code=fields["mksc_shrn_iscd"],
            value=decimal(fields["nav"]),
            change=decimal(fields["nav_prdy_vrss"]),
            open=decimal(fields["oprc_nav"]),
            high=decimal(fields["hprc_nav"]),
            low=decimal(fields["lprc_nav"]),
        )
        for fields in named(stream, payload, count)
    )


def nav_record(nav: NavTick) -> dict[str, str]:
    """One record of NAV추이."""
    return {
        "mksc_shrn_iscd": nav.code,
        "nav": points(nav.value),
        "nav_prdy_vrss_sign": point_sign(nav.change),
        "nav_prdy_vrss": points(nav.change),
        "nav_prdy_ctrt": point_rate(nav.value, nav.value - nav.change),
        "oprc_nav": points(nav.open),
        "hprc_nav": points(nav.high),
        "lprc_nav": points(nav.low),
    }


def _level(fields: Mapping[str, str], name: str) -> Decimal | None:
    return decimal(fields[name]) if name in fields else None
