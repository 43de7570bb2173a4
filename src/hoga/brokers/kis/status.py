"""장운영정보 of one issue on the KIS WebSocket, both ways: halts, interruptions, circuit breakers, phases.

Source: KIS's documents and the one example in them. A code is blank when it has nothing to do with what
happened, a reason that is not known is the text "(null)".
"""

from dataclasses import dataclass

from hoga.brokers.kis.records import named
from hoga.brokers.kis.streams import EXCHANGES, Stream
from hoga.domain.request import Venue

_NO_REASON = "(null)"
_VENUES = {code: venue for venue, code in EXCHANGES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an issue stands. `operation` and `expected_operation` are KIS's codes of what happened, or "".

    `state` is KIS's 종목상태구분 (58 is a halted issue), "" when it is not told. `venue` is None where the
    record does not tell it; `code` is "" in the one form that names none.
    """

    code: str
    is_halted: bool = False
    reason: str = ""
    operation: str = ""
    expected_operation: str = ""
    is_interrupted: bool = False
    is_interrupted_in_evening: bool = False
    state: str = ""
    venue: Venue | None = None


def read_statuses(stream: Stream, payload: str, count: int) -> tuple[Status, ...]:
    """The records of a frame. Raises `ValueError` for what are none."""
    statuses = []
    for fields in named(stream, payload, count):
        if fields["mksc_shrn_iscd"] in ("Y", "N"):  # KIS's samples name no code for both venues together
            fields = dict(zip(stream.fields[1:], fields.values(), strict=False)) | {"mksc_shrn_iscd": ""}
        reason = fields["tr_susp_reas_cntt"]
        statuses.append(
            Status(
                code=fields["mksc_shrn_iscd"],
                is_halted=fields["trht_yn"] == "Y",
                reason="" if reason == _NO_REASON else reason,
                operation=fields["mkop_cls_code"],
                expected_operation=fields["antc_mkop_cls_code"],
                is_interrupted=fields["vi_cls_code"] == "Y",
                is_interrupted_in_evening=fields["ovtm_vi_cls_code"] == "Y",
                state=fields["iscd_stat_cls_code"],
                venue=_VENUES.get(fields.get("exch_cls_code", "")),
            )
        )
    return tuple(statuses)


def status_record(status: Status) -> dict[str, str]:
    """One record of 장운영정보. 임의연장 and 배분처리 are never told here."""
    return {
        "mksc_shrn_iscd": status.code,
        "trht_yn": "Y" if status.is_halted else "N",
        "tr_susp_reas_cntt": status.reason or _NO_REASON,
        "mkop_cls_code": status.operation,
        "antc_mkop_cls_code": status.expected_operation,
        "mrkt_trtm_cls_code": "",
        "divi_app_cls_code": "",
        "iscd_stat_cls_code": status.state,
        "vi_cls_code": "Y" if status.is_interrupted else "N",
        "ovtm_vi_cls_code": "Y" if status.is_interrupted_in_evening else "N",
        "exch_cls_code": EXCHANGES[status.venue] if status.venue else "",
    }
