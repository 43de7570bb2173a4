"""The usual question of each call of KIS's 시세분석 and 업종, as KIS's samples ask it."""

from hoga.brokers.kis.codes import Call

_KOSPI = {"FID_COND_MRKT_DIV_CODE": "U", "FID_INPUT_ISCD": "0001"}

ANALYSIS_QUERIES: dict[Call, dict[str, str]] = {
    Call.INDEX_MINUTE_BARS: _KOSPI
    | {"FID_ETC_CLS_CODE": "0", "FID_INPUT_HOUR_1": "60", "FID_PW_DATA_INCU_YN": "N"},
    Call.INDEX_TICKS: _KOSPI,
    Call.INDEX_CATEGORIES: _KOSPI
    | {"FID_COND_SCR_DIV_CODE": "20214", "FID_MRKT_CLS_CODE": "K", "FID_BLNG_CLS_CODE": "0"},
}
