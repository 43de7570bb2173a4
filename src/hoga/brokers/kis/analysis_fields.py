"""Which fields the calls of KIS's 시세분석 and 업종 must carry: about whole markets, and about who trades."""

from collections.abc import Mapping

from hoga.brokers.kis.codes import Call

_INDEX = ("FID_COND_MRKT_DIV_CODE", "FID_INPUT_ISCD")

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.INDEX_MINUTE_BARS: (*_INDEX, "FID_ETC_CLS_CODE", "FID_INPUT_HOUR_1", "FID_PW_DATA_INCU_YN"),
    Call.INDEX_TICKS: _INDEX,
    Call.INDEX_CATEGORIES: (
        *_INDEX,
        "FID_COND_SCR_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_BLNG_CLS_CODE",
    ),
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""
