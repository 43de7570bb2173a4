"""Program trading (프로그램매매) on the KIS WebSocket, both ways: of one issue, and of an index's members.

Of an issue it is told in shares and won, of an index in thousands of shares and 백만원 (the unit is read off
KIS's example). The orders that wait are not known to anybody but the programs: the same part of each side of
the book is taken to be theirs as of what was traded. Of an index, 위탁 and 자기 are not told apart: all of it
is written as 위탁.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hoga.brokers.kis.envelope import time_text
from hoga.brokers.kis.indices import millions, thousands
from hoga.brokers.kis.records import instant, named
from hoga.brokers.kis.streams import Stream
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.flows import Flow

_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class ProgramTrading:
    """What programs traded of an issue so far, and what they still ask and bid for, in shares."""

    code: str
    at: datetime
    flow: Flow
    asking: int
    bidding: int


@dataclass(frozen=True, slots=True)
class IndexProgramTrading:
    """What programs traded of an index's members so far, beside all that was traded of them."""

    code: str
    at: datetime
    arbitrage: Flow
    non_arbitrage: Flow
    volume: int
    value: int


def read_programs(stream: Stream, payload: str, count: int, day: date) -> tuple[ProgramTrading, ...]:
    """Program trading of issues. Raises `ValueError` for what is none."""
    return tuple(
        ProgramTrading(
            code=fields["mksc_shrn_iscd"],
            at=instant(day, fields["stck_cntg_hour"]),
            flow=Flow.of(
                int(fields["shnu_cnqn"]),
                int(fields["seln_cnqn"]),
                int(fields["shnu_tr_pbmn"]),
                int(fields["seln_tr_pbmn"]),
            ),
            asking=int(fields["seln_rsqn"]),
            bidding=int(fields["shnu_rsqn"]),
        )
        for fields in named(stream, payload, count)
    )


def program_record(told: ProgramTrading) -> dict[str, str]:
    """One record of 프로그램매매."""
    flow = told.flow
    return {
        "mksc_shrn_iscd": told.code,
        "stck_cntg_hour": time_text(told.at),
        "seln_cnqn": str(flow.sold),
        "seln_tr_pbmn": str(flow.sold_value),
        "shnu_cnqn": str(flow.bought),
        "shnu_tr_pbmn": str(flow.bought_value),
        "ntby_cnqn": str(flow.net),
        "ntby_tr_pbmn": str(flow.net_value),
        "seln_rsqn": str(told.asking),
        "shnu_rsqn": str(told.bidding),
        "whol_ntby_qty": str(told.bidding - told.asking),
    }


def read_index_programs(
    stream: Stream, payload: str, count: int, day: date
) -> tuple[IndexProgramTrading, ...]:
    """Program trading of indices. Raises `ValueError` for what is none."""
    return tuple(
        IndexProgramTrading(
            code=fields["bstp_cls_code"],
            at=instant(day, fields["bsop_hour"]),
            arbitrage=_flow(fields, "arbt"),
            non_arbitrage=_flow(fields, "nabt"),
            volume=int(fields["acml_vol"]) * _THOUSAND,
            value=int(fields["acml_tr_pbmn"]) * _MILLION,
        )
        for fields in named(stream, payload, count)
    )


def index_program_record(told: IndexProgramTrading) -> dict[str, str]:
    """One record of 지수 프로그램매매."""
    record = {
        "bstp_cls_code": told.code,
        "bsop_hour": time_text(told.at),
        "acml_vol": thousands(told.volume),
        "acml_tr_pbmn": millions(told.value),
    }
    both = told.arbitrage + told.non_arbitrage
    for prefix, flow in (("arbt", told.arbitrage), ("nabt", told.non_arbitrage)):
        for side, quantity, value in _sides(flow):
            record |= {
                f"{prefix}_{side}_entm_cnqn": thousands(quantity),
                f"{prefix}_{side}_onsl_cnqn": "0",
                f"{prefix}_{side}_entm_cntg_amt": millions(value),
                f"{prefix}_{side}_onsl_cntg_amt": "0",
            }
        record |= _block(told, flow, _Names.of_kind(prefix))
        record |= {
            f"{prefix}_entm_ntby_qty": _net(flow.bought, flow.sold, _THOUSAND),
            f"{prefix}_entm_ntby_tr_pbmn": _net(flow.bought_value, flow.sold_value, _MILLION),
            f"{prefix}_onsl_ntby_qty": "0",
            f"{prefix}_onsl_ntby_tr_pbmn": "0",
        }
    record |= _block(told, both, _CUSTOMERS)
    record |= _block(told, Flow.of(0, 0, 0, 0), _OWN)
    return record | _block(told, both, _WHOLE)


@dataclass(frozen=True, slots=True)
class _Names:
    """How KIS names the twelve fields of a total: each followed by its part in percent."""

    sold: tuple[str, str]
    sold_value: tuple[str, str]
    bought: tuple[str, str]
    bought_value: tuple[str, str]
    net: tuple[str, str]
    net_value: tuple[str, str]

    @classmethod
    def of_kind(cls, prefix: str) -> "_Names":
        names = ("seln_vol", "seln_tr_pbmn", "shnu_vol", "shnu_tr_pbmn", "ntby_qty", "ntby_tr_pbmn")
        return cls(*((f"{prefix}_smtn_{name}", f"{prefix}_smtm_{name}_rate") for name in names))


_CUSTOMERS = _Names(
    sold=("whol_entm_seln_vol", "entm_seln_vol_rate"),
    sold_value=("whol_entm_seln_tr_pbmn", "entm_seln_tr_pbmn_rate"),
    bought=("whol_entm_shnu_vol", "entm_shnu_vol_rate"),
    bought_value=("whol_entm_shnu_tr_pbmn", "entm_shnu_tr_pbmn_rate"),
    net=("whol_entm_ntby_qt", "entm_ntby_qty_rat"),
    net_value=("whol_entm_ntby_tr_pbmn", "entm_ntby_tr_pbmn_rate"),
)
_OWN = _Names(
    sold=("whol_onsl_seln_vol", "onsl_seln_vol_rate"),
    sold_value=("whol_onsl_seln_tr_pbmn", "onsl_seln_tr_pbmn_rate"),
    bought=("whol_onsl_shnu_vol", "onsl_shnu_vol_rate"),
    bought_value=("whol_onsl_shnu_tr_pbmn", "onsl_shnu_tr_pbmn_rate"),
    net=("whol_onsl_ntby_qty", "onsl_ntby_qty_rate"),
    net_value=("whol_onsl_ntby_tr_pbmn", "onsl_ntby_tr_pbmn_rate"),
)
_WHOLE = _Names(
    sold=("total_seln_qty", "whol_seln_vol_rate"),
    sold_value=("total_seln_tr_pbmn", "whol_seln_tr_pbmn_rate"),
    bought=("shnu_cntg_smtn", "whol_shun_vol_rate"),
    bought_value=("total_shnu_tr_pbmn", "whol_shun_tr_pbmn_rate"),
    net=("whol_ntby_qty", "whol_smtm_ntby_qty_rate"),
    net_value=("whol_ntby_tr_pbmn", "whol_ntby_tr_pbmn_rate"),
)


def _block(told: IndexProgramTrading, flow: Flow, names: _Names) -> dict[str, str]:
    sold, bought, sold_value, bought_value = (
        part or 0 for part in (flow.sold, flow.bought, flow.sold_value, flow.bought_value)
    )
    record: dict[str, str] = {}
    for (name, part), first, second in (
        (names.sold, sold, 0),
        (names.bought, bought, 0),
        (names.net, bought, sold),
    ):
        record |= {name: _net(first, second, _THOUSAND), part: _percent(first - second, told.volume)}
    for (name, part), first, second in (
        (names.sold_value, sold_value, 0),
        (names.bought_value, bought_value, 0),
        (names.net_value, bought_value, sold_value),
    ):
        record |= {name: _net(first, second, _MILLION), part: _percent(first - second, told.value)}
    return record


def _sides(flow: Flow) -> tuple[tuple[str, int, int], ...]:
    return (
        ("seln", flow.sold or 0, flow.sold_value or 0),
        ("shnu", flow.bought or 0, flow.bought_value or 0),
    )


def _net(first: int | None, second: int | None, unit: int) -> str:
    """The difference of two amounts as they are written, so that the record adds up."""
    return str((first or 0) // unit - (second or 0) // unit)


def _percent(part: int, whole: int) -> str:
    return ratio_text(100 * part, whole, 2)


def _flow(fields: Mapping[str, str], prefix: str) -> Flow:
    def both(side: str, what: str) -> int:
        return int(fields[f"{prefix}_{side}_entm_{what}"]) + int(fields[f"{prefix}_{side}_onsl_{what}"])

    return Flow.of(
        both("shnu", "cnqn") * _THOUSAND,
        both("seln", "cnqn") * _THOUSAND,
        both("shnu", "cntg_amt") * _MILLION,
        both("seln", "cntg_amt") * _MILLION,
    )
