"""The usual question of each call of KIS's 시세분석 and 업종, as KIS's samples ask it."""

from tests.brokers.kis.door import issue

from hoga.brokers.kis.services import Call

_KOSPI = {"FID_COND_MRKT_DIV_CODE": "U", "FID_INPUT_ISCD": "0001"}

ANALYSIS_QUERIES: dict[Call, dict[str, str]] = {
    Call.INDEX_MINUTE_BARS: _KOSPI
    | {"FID_ETC_CLS_CODE": "0", "FID_INPUT_HOUR_1": "60", "FID_PW_DATA_INCU_YN": "N"},
    Call.INDEX_TICKS: _KOSPI,
    Call.INDEX_CATEGORIES: _KOSPI
    | {"FID_COND_SCR_DIV_CODE": "20214", "FID_MRKT_CLS_CODE": "K", "FID_BLNG_CLS_CODE": "0"},
    Call.TRADE_SIZES: issue("005930") | {"FID_COND_SCR_DIV_CODE": "11119"},
    Call.TAKEN_DAYS: issue("005930")
    | {"FID_PERIOD_DIV_CODE": "D", "FID_INPUT_DATE_1": "20260420", "FID_INPUT_DATE_2": ""},
    Call.MEMBER_DAYS: issue("005930")
    | {
        "FID_INPUT_ISCD_2": "00003",
        "FID_INPUT_DATE_1": "20260420",
        "FID_INPUT_DATE_2": "20260506",
        "FID_SCTN_CLS_CODE": "",
    },
    Call.FOREIGN_FIRM_RANKING: issue("0000")
    | {
        "FID_COND_SCR_DIV_CODE": "16441",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_RANK_SORT_CLS_CODE_2": "0",
    },
    Call.INVESTOR_RANKING: {
        "FID_COND_MRKT_DIV_CODE": "V",
        "FID_COND_SCR_DIV_CODE": "16449",
        "FID_INPUT_ISCD": "0000",
        "FID_DIV_CLS_CODE": "0",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_ETC_CLS_CODE": "0",
    },
    Call.MARKET_INVESTORS: {"FID_INPUT_ISCD": "KSP", "FID_INPUT_ISCD_2": "0001"},
    Call.MARKET_INVESTOR_DAYS: _KOSPI
    | {
        "FID_INPUT_DATE_1": "20260506",
        "FID_INPUT_ISCD_1": "KSP",
        "FID_INPUT_DATE_2": "20260506",
        "FID_INPUT_ISCD_2": "0001",
    },
    Call.MARKET_PROGRAMS: {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_MRKT_CLS_CODE": "K",
        "FID_SCTN_CLS_CODE": "",
        "FID_INPUT_ISCD": "",
        "FID_COND_MRKT_DIV_CODE1": "",
        "FID_INPUT_HOUR_1": "",
    },
    Call.MARKET_PROGRAM_DAYS: {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_MRKT_CLS_CODE": "K",
        "FID_INPUT_DATE_1": "20260401",
        "FID_INPUT_DATE_2": "20260506",
    },
    Call.PROGRAM_INVESTORS: {"MRKT_DIV_CLS_CODE": "1"},
    Call.EXPECTED_PRICES: issue("005930") | {"FID_MKOP_CLS_CODE": "0"},
    Call.EXPECTED_INDEX: _KOSPI | {"FID_MKOP_CLS_CODE": "1", "FID_INPUT_HOUR_1": "10"},
    Call.EXPECTED_INDICES: _KOSPI
    | {"FID_MRKT_CLS_CODE": "0", "FID_COND_SCR_DIV_CODE": "11175", "FID_MKOP_CLS_CODE": "1"},
    Call.MARKET_FUNDS: {"FID_INPUT_DATE_1": ""},
    Call.INTEREST_RATES: {
        "FID_COND_MRKT_DIV_CODE": "I",
        "FID_COND_SCR_DIV_CODE": "20702",
        "FID_DIV_CLS_CODE": "1",
        "FID_DIV_CLS_CODE1": "",
    },
    Call.HEADLINES: {
        "FID_NEWS_OFER_ENTP_CODE": "",
        "FID_COND_MRKT_CLS_CODE": "",
        "FID_INPUT_ISCD": "",
        "FID_TITL_CNTT": "",
        "FID_INPUT_DATE_1": "",
        "FID_INPUT_HOUR_1": "",
        "FID_RANK_SORT_CLS_CODE": "",
        "FID_INPUT_SRNO": "",
    },
}
