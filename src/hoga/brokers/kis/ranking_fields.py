"""Which fields the rankings of the KIS face must carry, in the order of KIS's samples."""

from collections.abc import Mapping

from hoga.brokers.kis.codes import Call

_MARKET = ("FID_COND_MRKT_DIV_CODE", "FID_COND_SCR_DIV_CODE")

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.DISPARITY_RANKING: (
        "FID_INPUT_PRICE_2",
        *_MARKET,
        "FID_DIV_CLS_CODE",
        "FID_RANK_SORT_CLS_CODE",
        "FID_HOUR_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_TRGT_CLS_CODE",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_INPUT_PRICE_1",
        "FID_VOL_CNT",
    ),
    Call.PEAK_RANKING: (
        "FID_APLY_RANG_VOL",
        *_MARKET,
        "FID_DIV_CLS_CODE",
        "FID_INPUT_CNT_1",
        "FID_INPUT_CNT_2",
        "FID_PRC_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_TRGT_CLS_CODE",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_APLY_RANG_PRC_1",
        "FID_APLY_RANG_PRC_2",
    ),
    Call.LARGE_TRADE_RANKING: (
        "FID_APLY_RANG_PRC_2",
        *_MARKET,
        "FID_INPUT_ISCD",
        "FID_RANK_SORT_CLS_CODE",
        "FID_DIV_CLS_CODE",
        "FID_INPUT_PRICE_1",
        "FID_APLY_RANG_PRC_1",
        "FID_INPUT_ISCD_2",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_TRGT_CLS_CODE",
        "FID_VOL_CNT",
    ),
    Call.INTEREST_RANKING: (
        "FID_INPUT_ISCD_2",
        *_MARKET,
        "FID_INPUT_ISCD",
        "FID_TRGT_CLS_CODE",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_INPUT_PRICE_1",
        "FID_INPUT_PRICE_2",
        "FID_VOL_CNT",
        "FID_DIV_CLS_CODE",
        "FID_INPUT_CNT_1",
    ),
    Call.VIEW_RANKING: (),
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""
