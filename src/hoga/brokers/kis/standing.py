"""How the market looks at an issue, read from the two price calls (주식현재가 시세, 시세2) of KIS.

Source: KIS's documents and recorded answers as of 2026-08. The second call is not offered on paper; it leaves
out, or writes a blank in, what does not hold of an issue. 시가총액 and 자본금 are in 억원.
"""

from collections.abc import Mapping
from decimal import Decimal

from hoga.brokers.kis import quote_blocks
from hoga.brokers.kis.blocks import Block, Field, find_decimal, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply, Request, make_request, parse_day, read
from hoga.brokers.kis.price_blocks import PriceDetailAnswer
from hoga.brokers.kis.question import one_issue
from hoga.brokers.kis.quotes import check_exists, only
from hoga.brokers.kis.services import Call
from hoga.domain.standing import Standing, Valuation, Warned

_HUNDRED_MILLION = 100_000_000
_WARNED: Mapping[str, Warned] = {
    "00": Warned.NO,
    "01": Warned.CAUTION,
    "02": Warned.WARNING,
    "03": Warned.RISK,
}


def standing_request(code: str, environment: Environment) -> Request:
    """주식현재가 시세2. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.PRICE_DETAIL, environment, query=one_issue(code))


def read_standing(reply: Reply, code: str) -> Standing:
    """What the second price call says. Raises `BadInput` for an unknown code, and like `envelope.read`."""
    row = only(reply, rows(read(reply, PriceDetailAnswer).output))
    check_exists(row, "stck_prpr", "stck_sdpr", code)
    return Standing(
        code=code,
        last_price=get_whole(row, "stck_prpr"),
        base_price=get_whole(row, "stck_sdpr"),
        upper_limit=get_whole(row, "stck_mxpr"),
        lower_limit=get_whole(row, "stck_llam"),
        previous_close=get_whole(row, "stck_prdy_clpr"),
        previous_volume=find_whole(row, "prdy_vol"),
        volume=get_whole(row, "acml_vol"),
        value=get_whole(row, "acml_tr_pbmn"),
        margin_rate=_margin_rate(row),
        warned=_WARNED.get(text(row.mrkt_warn_cls_code)),
        is_halted=_is_yes(row.trht_yn),
        is_administrative=_is_yes(row.mang_issu_yn),
        is_being_delisted=_is_yes(row.sltr_yn),
        is_overheated=_is_yes(row.short_over_yn),
        is_short_sale_overheated=_is_yes(row.ssts_hot_yn),
        is_surging=_is_yes(row.stange_runup_yn),
        is_illiquid=_is_yes(row.low_current_yn),
        is_unfaithful=_is_yes(row.insn_pbnt_yn),
        is_credit_allowed=_is_yes(row.crdt_able_yn),
        is_interrupted=text(row.vi_cls_code) not in ("", "N", "0"),
    )


def read_price_standing(reply: Reply, code: str) -> Standing:
    """What the first price call says, which is less. Raises like `read_standing`."""
    row = only(reply, rows(read(reply, quote_blocks.PriceAnswer).output))
    check_exists(row, "stck_prpr", "stck_sdpr", code)
    last_price = get_whole(row, "stck_prpr")
    return Standing(
        code=code,
        last_price=last_price,
        base_price=get_whole(row, "stck_sdpr"),
        upper_limit=get_whole(row, "stck_mxpr"),
        lower_limit=get_whole(row, "stck_llam"),
        previous_close=last_price - get_whole(row, "prdy_vrss"),
        previous_volume=None,
        volume=get_whole(row, "acml_vol"),
        value=get_whole(row, "acml_tr_pbmn"),
        margin_rate=_margin_rate(row),
        warned=_WARNED.get(text(row.mrkt_warn_cls_code)),
        is_halted=_is_yes(row.temp_stop_yn),
        is_administrative=_is_yes(row.mang_issu_cls_code),
        is_being_delisted=_is_yes(row.sltr_yn),
        is_overheated=_is_yes(row.short_over_yn),
        is_short_sale_overheated=None,
        is_surging=None,
        is_illiquid=None,
        is_unfaithful=None,
        is_credit_allowed=_is_yes(row.crdt_able_yn),
        is_interrupted=text(row.vi_cls_code) not in ("", "N", "0"),
    )


def read_valuation(reply: Reply, code: str) -> Valuation:
    """What the first price call says. Raises `BadInput` for an unknown code, and like `envelope.read`.

    Figures of 0 are what KIS writes for nothing.
    """
    row = only(reply, rows(read(reply, quote_blocks.PriceAnswer).output))
    check_exists(row, "stck_prpr", "stck_sdpr", code)
    market_cap = find_whole(row, "hts_avls")
    month = text(row.stac_month)
    foreign_rate = find_decimal(row, "hts_frgn_ehrt")
    return Valuation(
        code=code,
        last_price=get_whole(row, "stck_prpr"),
        per=_figure(row, "per"),
        pbr=_figure(row, "pbr"),
        eps=_figure(row, "eps"),
        bps=_figure(row, "bps"),
        market_cap=market_cap * _HUNDRED_MILLION if market_cap else None,
        listed_shares=find_whole(row, "lstn_stcn") or None,
        face_value=find_whole(row, "stck_fcam") or None,
        settlement_month=int(month) if month.isascii() and month.isdigit() and int(month) else None,
        margin_rate=_margin_rate(row),
        warned=_WARNED.get(text(row.mrkt_warn_cls_code)),
        is_credit_allowed=_is_yes(row.crdt_able_yn),
        is_administrative=_is_yes(row.mang_issu_cls_code),
        is_halted=_is_yes(row.temp_stop_yn),
        industry=text(row.bstp_kor_isnm) or None,
        foreign_rate=None if foreign_rate is None else foreign_rate / 100,
        foreign_holding=find_whole(row, "frgn_hldn_qty"),
        high_52_weeks=find_whole(row, "w52_hgpr") or None,
        high_52_weeks_day=parse_day(text(row.w52_hgpr_date)),
        low_52_weeks=find_whole(row, "w52_lwpr") or None,
        low_52_weeks_day=parse_day(text(row.w52_lwpr_date)),
    )


def _margin_rate(row: Block) -> Decimal | None:
    rate = _figure(row, "marg_rate")
    return None if rate is None else rate / 100


def _figure(row: Block, name: str) -> Decimal | None:
    return find_decimal(row, name) or None


def _is_yes(value: Field) -> bool:
    return text(value) == "Y"
