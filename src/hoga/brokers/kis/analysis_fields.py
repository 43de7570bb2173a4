"""Which fields the calls of KIS's 시세분석 and 업종 must carry: about whole markets, and about who trades."""

from collections.abc import Mapping

from hoga.brokers.kis.services import Call

_ISSUE = ("FID_COND_MRKT_DIV_CODE", "FID_INPUT_ISCD")

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.INDEX_MINUTE_BARS: (*_ISSUE, "FID_ETC_CLS_CODE", "FID_INPUT_HOUR_1", "FID_PW_DATA_INCU_YN"),
    Call.INDEX_TICKS: _ISSUE,
    Call.INDEX_CATEGORIES: (
        *_ISSUE,
        "FID_COND_SCR_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_BLNG_CLS_CODE",
    ),
    Call.TRADE_SIZES: (*_ISSUE, "FID_COND_SCR_DIV_CODE"),
    Call.TAKEN_DAYS: (*_ISSUE, "FID_PERIOD_DIV_CODE"),
    # Clients of KIS leave the division out here and are answered.
    Call.MEMBER_DAYS: (
        "FID_INPUT_ISCD",
        "FID_INPUT_ISCD_2",
        "FID_INPUT_DATE_1",
        "FID_INPUT_DATE_2",
        "FID_SCTN_CLS_CODE",
    ),
    Call.FOREIGN_FIRM_RANKING: (
        *_ISSUE,
        "FID_COND_SCR_DIV_CODE",
        "FID_RANK_SORT_CLS_CODE",
        "FID_RANK_SORT_CLS_CODE_2",
    ),
    Call.INVESTOR_RANKING: (
        *_ISSUE,
        "FID_COND_SCR_DIV_CODE",
        "FID_DIV_CLS_CODE",
        "FID_RANK_SORT_CLS_CODE",
        "FID_ETC_CLS_CODE",
    ),
    Call.MARKET_INVESTORS: ("FID_INPUT_ISCD", "FID_INPUT_ISCD_2"),
    Call.MARKET_INVESTOR_DAYS: (
        *_ISSUE,
        "FID_INPUT_DATE_1",
        "FID_INPUT_ISCD_1",
        "FID_INPUT_DATE_2",
        "FID_INPUT_ISCD_2",
    ),
    Call.MARKET_PROGRAMS: (
        "FID_COND_MRKT_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_SCTN_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_COND_MRKT_DIV_CODE1",
        "FID_INPUT_HOUR_1",
    ),
    Call.MARKET_PROGRAM_DAYS: (
        "FID_COND_MRKT_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_INPUT_DATE_1",
        "FID_INPUT_DATE_2",
    ),
    # KIS's document wants EXCH_DIV_CLS_CODE, too; its sample does not send it.
    Call.PROGRAM_INVESTORS: ("MRKT_DIV_CLS_CODE",),
    Call.EXPECTED_PRICES: (*_ISSUE, "FID_MKOP_CLS_CODE"),
    Call.EXPECTED_INDEX: ("FID_MKOP_CLS_CODE", "FID_INPUT_HOUR_1", *_ISSUE),
    Call.EXPECTED_INDICES: (
        "FID_MRKT_CLS_CODE",
        *_ISSUE,
        "FID_COND_SCR_DIV_CODE",
        "FID_MKOP_CLS_CODE",
    ),
    Call.MARKET_FUNDS: ("FID_INPUT_DATE_1",),
    Call.INTEREST_RATES: (
        "FID_COND_MRKT_DIV_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_DIV_CLS_CODE",
        "FID_DIV_CLS_CODE1",
    ),
    Call.HEADLINES: (
        "FID_NEWS_OFER_ENTP_CODE",
        "FID_COND_MRKT_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_TITL_CNTT",
        "FID_INPUT_DATE_1",
        "FID_INPUT_HOUR_1",
        "FID_RANK_SORT_CLS_CODE",
        "FID_INPUT_SRNO",
    ),
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""
