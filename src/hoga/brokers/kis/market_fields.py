"""Which fields the calls of the KIS face about the market must carry."""

from collections.abc import Mapping

from hoga.brokers.kis.codes import Call

_ISSUE = ("FID_COND_MRKT_DIV_CODE", "FID_INPUT_ISCD")
_STATEMENTS = ("FID_DIV_CLS_CODE", *_ISSUE)
_RANKING = ("FID_COND_MRKT_DIV_CODE", "FID_COND_SCR_DIV_CODE", "FID_INPUT_ISCD", "FID_DIV_CLS_CODE")
_CHOICE = (
    "FID_TRGT_CLS_CODE",
    "FID_TRGT_EXLS_CLS_CODE",
    "FID_INPUT_PRICE_1",
    "FID_INPUT_PRICE_2",
    "FID_VOL_CNT",
)

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.PRICE: _ISSUE,
    Call.PRICE_DETAIL: _ISSUE,
    Call.BOOK: _ISSUE,
    Call.QUOTES: ("FID_COND_MRKT_DIV_CODE_1", "FID_INPUT_ISCD_1"),
    Call.TICKS: _ISSUE,
    Call.TICKS_UNTIL: (*_ISSUE, "FID_INPUT_HOUR_1"),
    Call.DAILY_PRICES: (*_ISSUE, "FID_PERIOD_DIV_CODE", "FID_ORG_ADJ_PRC"),
    Call.DAILY_BARS: (
        *_ISSUE,
        "FID_INPUT_DATE_1",
        "FID_INPUT_DATE_2",
        "FID_PERIOD_DIV_CODE",
        "FID_ORG_ADJ_PRC",
    ),
    Call.MINUTE_BARS: ("FID_ETC_CLS_CODE", *_ISSUE, "FID_INPUT_HOUR_1", "FID_PW_DATA_INCU_YN"),
    Call.PAST_MINUTE_BARS: (
        *_ISSUE,
        "FID_INPUT_HOUR_1",
        "FID_INPUT_DATE_1",
        "FID_PW_DATA_INCU_YN",
        "FID_FAKE_TICK_INCU_YN",
    ),
    Call.STOCK_INFO: ("PRDT_TYPE_CD", "PDNO"),
    Call.PRODUCT_INFO: ("PRDT_TYPE_CD", "PDNO"),
    Call.BALANCE_SHEET: _STATEMENTS,
    Call.INCOME_STATEMENT: _STATEMENTS,
    Call.FINANCIAL_RATIO: _STATEMENTS,
    Call.PROFIT_RATIO: _STATEMENTS,
    Call.OTHER_RATIO: _STATEMENTS,
    Call.STABILITY_RATIO: _STATEMENTS,
    Call.GROWTH_RATIO: _STATEMENTS,
    Call.ESTIMATES: ("SHT_CD",),
    Call.DIVIDENDS: ("CTS", "GB1", "F_DT", "T_DT", "SHT_CD", "HIGH_GB"),
    Call.INVESTORS: _ISSUE,
    Call.INVESTOR_TRADES: (*_ISSUE, "FID_INPUT_DATE_1", "FID_ORG_ADJ_PRC", "FID_ETC_CLS_CODE"),
    Call.INVESTOR_ESTIMATES: ("MKSC_SHRN_ISCD",),
    Call.MEMBERS: _ISSUE,
    Call.SHORT_SALES: (*_ISSUE, "FID_INPUT_DATE_1", "FID_INPUT_DATE_2"),
    Call.SHORT_SALE_RANKING: (
        "FID_APLY_RANG_VOL",
        "FID_COND_MRKT_DIV_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_INPUT_ISCD",
        "FID_PERIOD_DIV_CODE",
        "FID_INPUT_CNT_1",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_TRGT_CLS_CODE",
        "FID_APLY_RANG_PRC_1",
        "FID_APLY_RANG_PRC_2",
    ),
    Call.VOLUME_RANKING: (*_RANKING, "FID_BLNG_CLS_CODE", *_CHOICE),
    Call.CHANGE_RANKING: (
        *_RANKING,
        "FID_RANK_SORT_CLS_CODE",
        "FID_INPUT_CNT_1",
        "FID_PRC_CLS_CODE",
        *_CHOICE,
        "FID_RSFL_RATE1",
        "FID_RSFL_RATE2",
    ),
    Call.MARKET_CAP_RANKING: (*_RANKING, *_CHOICE),
    Call.HOLIDAYS: ("BASS_DT", "CTX_AREA_NK", "CTX_AREA_FK"),
    Call.MARKET_TIME: (),
    Call.INTERRUPTIONS: (
        "FID_DIV_CLS_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_RANK_SORT_CLS_CODE",
        "FID_INPUT_DATE_1",
        "FID_TRGT_CLS_CODE",
        "FID_TRGT_EXLS_CLS_CODE",
    ),
    Call.INDEX_PRICE: _ISSUE,
    Call.INDEX_BARS: (*_ISSUE, "FID_INPUT_DATE_1", "FID_INPUT_DATE_2", "FID_PERIOD_DIV_CODE"),
    Call.INDEX_DAYS: ("FID_PERIOD_DIV_CODE", *_ISSUE, "FID_INPUT_DATE_1"),
    Call.OVERTIME_TICKS: (*_ISSUE, "FID_HOUR_CLS_CODE"),
    Call.OVERTIME_DAYS: _ISSUE,
    Call.OVERTIME_PRICE: _ISSUE,
    Call.OVERTIME_BOOK: _ISSUE,
    Call.PROGRAM_DAYS: (*_ISSUE, "FID_INPUT_DATE_1"),
    Call.MEMBER_TRADES: (
        "FID_COND_SCR_DIV_CODE",
        *_ISSUE,
        "FID_INPUT_ISCD_2",
        "FID_MRKT_CLS_CODE",
        "FID_VOL_CNT",
    ),
    Call.LIMIT_ISSUES: (
        "FID_COND_MRKT_DIV_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_PRC_CLS_CODE",
        "FID_DIV_CLS_CODE",
        "FID_INPUT_ISCD",
        *_CHOICE,
    ),
    Call.EXPECTED_CLOSES: (
        *_ISSUE,
        "FID_RANK_SORT_CLS_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_BLNG_CLS_CODE",
    ),
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""
