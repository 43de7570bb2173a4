"""종목상태 of an issue as KIS writes it: whether it is halted, watched, or may be bought on credit.

Source: KIS's documents; of a large stock 55 (신용가능) is recorded. Of all that holds the gravest is told;
which one KIS takes for graver is unverified. 투자위험 and 투자주의 (52, 54) are known of no issue here.
"""

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.lending import credit_rate
from hoga.brokers.kis.streams import HALTED_STATE
from hoga.krx.single_price import Regime

_ADMINISTRATIVE, _WARNED, _LENDABLE, _CASH_ONLY, _OVERHEATED, _NONE = "51", "53", "55", "57", "59", "00"


def state_code(listed: Listed) -> str:
    """종목 상태 구분 코드."""
    company = listed.background.company
    if listed.quote.is_halted:
        return HALTED_STATE
    if listed.is_administrative:
        return _ADMINISTRATIVE
    if listed.regime is Regime.OVERHEATED:
        return _OVERHEATED
    if listed.is_warned:
        return _WARNED
    if company is None or company.margin_rate is None:
        return _NONE
    return _CASH_ONLY if credit_rate(company) is None else _LENDABLE


def state_fields(listed: Listed) -> dict[str, str]:
    """종목 상태, and what KIS says of it elsewhere in a price."""
    quote, regime = listed.quote, listed.regime
    fields = {
        "iscd_stat_cls_code": state_code(listed),
        "vi_cls_code": "N" if quote.interruption is None else "Y",
    }
    if listed.is_warned:
        fields["mrkt_warn_cls_code"] = "02"
    if listed.is_administrative:
        fields["mang_issu_cls_code"] = "Y"
    if regime is Regime.OVERHEATED:
        fields["short_over_yn"] = "Y"
    if regime is Regime.DELISTING:
        fields["sltr_yn"] = "Y"
    if regime is Regime.WATCHED:
        fields["invt_caful_yn"] = "Y"
    if quote.is_halted:
        fields["temp_stop_yn"] = "Y"
    return fields
