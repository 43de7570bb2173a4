"""The services of the KIS Open API: which calls there are, where each goes, and by which ids.

Source: the public documents and recorded calls of the KIS Open API as of 2026-08.
"""

from dataclasses import dataclass
from enum import StrEnum

from hoga.brokers.kis.codes import Environment


class Call(StrEnum):
    """The calls that Hoga makes and serves."""

    TOKEN = "token"  # noqa: S105 - the name of a call
    REVOKE = "revoke"
    APPROVAL = "approval"
    HASHKEY = "hashkey"
    PRICE = "price"
    BOOK = "book"
    DAILY_BARS = "daily_bars"
    QUOTES = "quotes"
    BUY = "buy"
    SELL = "sell"
    REVISE = "revise"
    """정정 or 취소; the body says which."""
    BALANCE = "balance"
    BUYING_POWER = "buying_power"
    ORDERS = "orders"
    """The orders of the last three months."""
    OLD_ORDERS = "old_orders"
    """The orders before them."""

    CREDIT_BUY = "credit_buy"
    CREDIT_SELL = "credit_sell"
    RESERVE = "reserve"
    RESERVE_CANCEL = "reserve_cancel"
    RESERVE_REPLACE = "reserve_replace"
    RESERVED = "reserved"
    SELLABLE = "sellable"
    REVISABLE = "revisable"
    """What is open and may be amended or cancelled."""
    ASSETS = "assets"
    MARGIN = "margin"
    """What of an account's cash, shares and currencies may be ordered with."""
    CREDIT_POWER = "credit_power"
    REALIZED = "realized"
    """The balance with the profits of the day."""
    DAY_PROFITS = "day_profits"
    TRADE_PROFITS = "trade_profits"
    """Of each day and issue."""

    RIGHTS = "rights"
    """권리: what corporate actions gave an account."""
    PENSION_BALANCE = "pension_balance"
    PENSION_POSITIONS = "pension_positions"
    """체결기준잔고."""
    PENSION_ORDERS = "pension_orders"
    PENSION_DEPOSIT = "pension_deposit"
    PENSION_POWER = "pension_power"

    OVERSEAS_BALANCE = "overseas_balance"
    OVERSEAS_ASSETS = "overseas_assets"
    OVERSEAS_OPEN = "overseas_open"
    OVERSEAS_ORDERS = "overseas_orders"
    OVERSEAS_PROFITS = "overseas_profits"

    PRICE_DETAIL = "price_detail"
    TICKS = "ticks"
    """The newest prints."""
    TICKS_UNTIL = "ticks_until"
    """The prints up to an hour."""
    DAILY_PRICES = "daily_prices"
    """The last thirty days, weeks or months."""
    MINUTE_BARS = "minute_bars"
    """Those of the running day."""
    PAST_MINUTE_BARS = "past_minute_bars"
    STOCK_INFO = "stock_info"
    PRODUCT_INFO = "product_info"
    BALANCE_SHEET = "balance_sheet"
    INCOME_STATEMENT = "income_statement"
    FINANCIAL_RATIO = "financial_ratio"
    PROFIT_RATIO = "profit_ratio"
    OTHER_RATIO = "other_ratio"
    STABILITY_RATIO = "stability_ratio"
    GROWTH_RATIO = "growth_ratio"
    ESTIMATES = "estimates"
    DIVIDENDS = "dividends"
    PAID_IN = "paid_in"
    BONUS_ISSUES = "bonus_issues"
    PURCHASE_REQUESTS = "purchase_requests"
    MERGERS = "mergers"
    FACE_CHANGES = "face_changes"
    REDUCTIONS = "reductions"
    LISTINGS = "listings"
    PUBLIC_OFFERS = "public_offers"
    FORFEITED = "forfeited"
    DEPOSITS = "deposits"
    MEETINGS = "meetings"
    CREDIT_ISSUES = "credit_issues"
    CREDIT_BALANCES = "credit_balances"
    LENDING_DAYS = "lending_days"
    """대차: what institutions lend one another."""
    LENDABLES = "lendables"
    """대주: what KIS lends its customers."""
    ISSUE_OPINIONS = "issue_opinions"
    FIRM_OPINIONS = "firm_opinions"
    WATCH_GROUPS = "watch_groups"
    WATCH_GROUP = "watch_group"
    SEARCHES = "searches"
    """조건검색 that a customer has saved."""
    SEARCH = "search"
    ELW_PRICE = "elw_price"
    INVESTORS = "investors"
    """The last thirty days in three groups."""
    INVESTOR_TRADES = "investor_trades"
    """Up to a day, in all groups."""
    INVESTOR_ESTIMATES = "investor_estimates"
    MEMBERS = "members"
    SHORT_SALES = "short_sales"
    SHORT_SALE_RANKING = "short_sale_ranking"
    VOLUME_RANKING = "volume_ranking"
    CHANGE_RANKING = "change_ranking"
    MARKET_CAP_RANKING = "market_cap_ranking"
    HOLIDAYS = "holidays"
    MARKET_TIME = "market_time"
    INTERRUPTIONS = "interruptions"
    INDEX_PRICE = "index_price"
    INDEX_BARS = "index_bars"
    INDEX_DAYS = "index_days"
    OVERTIME_TICKS = "overtime_ticks"
    OVERTIME_DAYS = "overtime_days"
    OVERTIME_PRICE = "overtime_price"
    OVERTIME_BOOK = "overtime_book"
    PROGRAM_DAYS = "program_days"
    MEMBER_TRADES = "member_trades"
    """What foreign firms bought and sold, as the day goes."""
    LIMIT_ISSUES = "limit_issues"
    """상하한가 포착: what stands at a price limit, or near it."""
    EXPECTED_CLOSES = "expected_closes"
    STRENGTH_RANKING = "strength_ranking"
    WAITING_RANKING = "waiting_ranking"
    EXPECTED_RANKING = "expected_ranking"
    DISPARITY_RANKING = "disparity_ranking"
    """이격도: the price to its averages."""
    PEAK_RANKING = "peak_ranking"
    """신고/신저 근접."""
    LARGE_TRADE_RANKING = "large_trade_ranking"
    INTEREST_RANKING = "interest_ranking"
    VIEW_RANKING = "view_ranking"
    CLOSING_RANKING = "closing_ranking"
    """시간외잔량: what waits to be traded at closing prices."""
    EVENING_CHANGE_RANKING = "evening_change_ranking"
    EVENING_VOLUME_RANKING = "evening_volume_ranking"
    EVENING_EXPECTED_RANKING = "evening_expected_ranking"
    FIRM_RANKING = "firm_ranking"
    """당사매매: what KIS's own customers traded."""
    CREDIT_RANKING = "credit_ranking"
    PROFIT_RANKING = "profit_ranking"
    RATIO_RANKING = "ratio_ranking"
    MULTIPLE_RANKING = "multiple_ranking"
    """시장가치: PER, PBR and their like."""
    DIVIDEND_RANKING = "dividend_ranking"
    PREFERRED_RANKING = "preferred_ranking"
    """우선주 괴리율."""
    PROGRAM_MINUTES = "program_minutes"
    FOREIGN_FIRMS = "foreign_firms"
    INDEX_MINUTES = "index_minutes"
    PRICE_BANDS = "price_bands"
    """매물대: how much was traded at each price."""
    INDEX_MINUTE_BARS = "index_minute_bars"
    INDEX_TICKS = "index_ticks"
    """An index every ten seconds."""
    INDEX_CATEGORIES = "index_categories"
    """The sizes and industries of a market."""
    TRADE_SIZES = "trade_sizes"
    """What buyers and sellers took today, by the size of the prints."""
    TAKEN_DAYS = "taken_days"
    MEMBER_DAYS = "member_days"
    FOREIGN_FIRM_RANKING = "foreign_firm_ranking"
    INVESTOR_RANKING = "investor_ranking"
    """What foreigners and institutions are estimated to buy or sell most today."""
    MARKET_INVESTORS = "market_investors"
    MARKET_INVESTOR_DAYS = "market_investor_days"
    MARKET_PROGRAMS = "market_programs"
    """The minutes of today."""
    MARKET_PROGRAM_DAYS = "market_program_days"
    PROGRAM_INVESTORS = "program_investors"
    EXPECTED_PRICES = "expected_prices"
    """What the calls of today expected of an issue, as they went."""
    EXPECTED_INDEX = "expected_index"
    EXPECTED_INDICES = "expected_indices"
    MARKET_FUNDS = "market_funds"
    INTEREST_RATES = "interest_rates"
    HEADLINES = "headlines"
    """Titles of news and of what was disclosed."""
    FUND_PRICE = "fund_price"
    """ETF/ETN."""
    FUND_BOOK = "fund_book"
    FUND_NAV = "fund_nav"
    FUND_NAV_DAYS = "fund_nav_days"
    FUND_NAV_MINUTES = "fund_nav_minutes"
    FUND_MEMBERS = "fund_members"


@dataclass(frozen=True, slots=True)
class Service:
    """Where a call goes. Ids are (current, legacy) and empty where there is none."""

    call: Call
    method: str
    path: str
    real: tuple[str, ...] = ()
    paper: tuple[str, ...] = ()

    def ids(self, environment: Environment) -> tuple[str, ...]:
        """The ids that the call has had, the current one first; empty when it is not offered."""
        return self.real if environment is Environment.REAL else self.paper


_QUOTATIONS = "/uapi/domestic-stock/v1/quotations/"
_TRADING = "/uapi/domestic-stock/v1/trading/"

_DOMESTIC = "/uapi/domestic-stock/v1/"
_FUNDS = "/uapi/etfetn/v1/quotations/"

_READINGS: tuple[tuple[Call, str, str, bool], ...] = (
    (Call.PRICE_DETAIL, "quotations/inquire-price-2", "FHPST01010000", False),
    (Call.TICKS, "quotations/inquire-ccnl", "FHKST01010300", True),
    (Call.TICKS_UNTIL, "quotations/inquire-time-itemconclusion", "FHPST01060000", True),
    (Call.DAILY_PRICES, "quotations/inquire-daily-price", "FHKST01010400", True),
    (Call.MINUTE_BARS, "quotations/inquire-time-itemchartprice", "FHKST03010200", True),
    (Call.PAST_MINUTE_BARS, "quotations/inquire-time-dailychartprice", "FHKST03010230", False),
    (Call.STOCK_INFO, "quotations/search-stock-info", "CTPF1002R", False),
    (Call.PRODUCT_INFO, "quotations/search-info", "CTPF1604R", False),
    (Call.BALANCE_SHEET, "finance/balance-sheet", "FHKST66430100", False),
    (Call.INCOME_STATEMENT, "finance/income-statement", "FHKST66430200", False),
    (Call.FINANCIAL_RATIO, "finance/financial-ratio", "FHKST66430300", False),
    (Call.PROFIT_RATIO, "finance/profit-ratio", "FHKST66430400", False),
    (Call.OTHER_RATIO, "finance/other-major-ratios", "FHKST66430500", False),
    (Call.STABILITY_RATIO, "finance/stability-ratio", "FHKST66430600", False),
    (Call.GROWTH_RATIO, "finance/growth-ratio", "FHKST66430800", False),
    (Call.ESTIMATES, "quotations/estimate-perform", "HHKST668300C0", False),
    (Call.DIVIDENDS, "ksdinfo/dividend", "HHKDB669102C0", False),
    (Call.PAID_IN, "ksdinfo/paidin-capin", "HHKDB669100C0", False),
    (Call.BONUS_ISSUES, "ksdinfo/bonus-issue", "HHKDB669101C0", False),
    (Call.PURCHASE_REQUESTS, "ksdinfo/purreq", "HHKDB669103C0", False),
    (Call.MERGERS, "ksdinfo/merger-split", "HHKDB669104C0", False),
    (Call.FACE_CHANGES, "ksdinfo/rev-split", "HHKDB669105C0", False),
    (Call.REDUCTIONS, "ksdinfo/cap-dcrs", "HHKDB669106C0", False),
    (Call.LISTINGS, "ksdinfo/list-info", "HHKDB669107C0", False),
    (Call.PUBLIC_OFFERS, "ksdinfo/pub-offer", "HHKDB669108C0", False),
    (Call.FORFEITED, "ksdinfo/forfeit", "HHKDB669109C0", False),
    (Call.DEPOSITS, "ksdinfo/mand-deposit", "HHKDB669110C0", False),
    (Call.MEETINGS, "ksdinfo/sharehld-meet", "HHKDB669111C0", False),
    (Call.CREDIT_ISSUES, "quotations/credit-by-company", "FHPST04770000", False),
    (Call.CREDIT_BALANCES, "quotations/daily-credit-balance", "FHPST04760000", False),
    (Call.LENDING_DAYS, "quotations/daily-loan-trans", "HHPST074500C0", False),
    (Call.LENDABLES, "quotations/lendable-by-company", "CTSC2702R", False),
    (Call.ISSUE_OPINIONS, "quotations/invest-opinion", "FHKST663300C0", False),
    (Call.FIRM_OPINIONS, "quotations/invest-opbysec", "FHKST663400C0", False),
    (Call.WATCH_GROUPS, "quotations/intstock-grouplist", "HHKCM113004C7", False),
    (Call.WATCH_GROUP, "quotations/intstock-stocklist-by-group", "HHKCM113004C6", False),
    (Call.SEARCHES, "quotations/psearch-title", "HHKST03900300", False),
    (Call.SEARCH, "quotations/psearch-result", "HHKST03900400", False),
    (Call.ELW_PRICE, "quotations/inquire-elw-price", "FHKEW15010000", True),
    (Call.INVESTORS, "quotations/inquire-investor", "FHKST01010900", True),
    (Call.INVESTOR_TRADES, "quotations/investor-trade-by-stock-daily", "FHPTJ04160001", False),
    (Call.INVESTOR_ESTIMATES, "quotations/investor-trend-estimate", "HHPTJ04160200", False),
    (Call.MEMBERS, "quotations/inquire-member", "FHKST01010600", True),
    (Call.SHORT_SALES, "quotations/daily-short-sale", "FHPST04830000", False),
    (Call.SHORT_SALE_RANKING, "ranking/short-sale", "FHPST04820000", False),
    (Call.VOLUME_RANKING, "quotations/volume-rank", "FHPST01710000", False),
    (Call.CHANGE_RANKING, "ranking/fluctuation", "FHPST01700000", False),
    (Call.MARKET_CAP_RANKING, "ranking/market-cap", "FHPST01740000", False),
    (Call.HOLIDAYS, "quotations/chk-holiday", "CTCA0903R", False),
    (Call.MARKET_TIME, "quotations/market-time", "HHMCM000002C0", False),
    (Call.INTERRUPTIONS, "quotations/inquire-vi-status", "FHPST01390000", False),
    (Call.INDEX_PRICE, "quotations/inquire-index-price", "FHPUP02100000", False),
    (Call.INDEX_BARS, "quotations/inquire-daily-indexchartprice", "FHKUP03500100", True),
    (Call.INDEX_DAYS, "quotations/inquire-index-daily-price", "FHPUP02120000", False),
    (Call.OVERTIME_TICKS, "quotations/inquire-time-overtimeconclusion", "FHPST02310000", True),
    (Call.OVERTIME_DAYS, "quotations/inquire-daily-overtimeprice", "FHPST02320000", True),
    (Call.OVERTIME_PRICE, "quotations/inquire-overtime-price", "FHPST02300000", False),
    (Call.OVERTIME_BOOK, "quotations/inquire-overtime-asking-price", "FHPST02300400", False),
    (Call.PROGRAM_DAYS, "quotations/program-trade-by-stock-daily", "FHPPG04650201", False),
    (Call.MEMBER_TRADES, "quotations/frgnmem-trade-trend", "FHPST04320000", False),
    (Call.LIMIT_ISSUES, "quotations/capture-uplowprice", "FHKST130000C0", False),
    (Call.EXPECTED_CLOSES, "quotations/exp-closing-price", "FHKST117300C0", False),
    (Call.STRENGTH_RANKING, "ranking/volume-power", "FHPST01680000", False),
    (Call.WAITING_RANKING, "ranking/quote-balance", "FHPST01720000", False),
    (Call.EXPECTED_RANKING, "ranking/exp-trans-updown", "FHPST01820000", False),
    (Call.DISPARITY_RANKING, "ranking/disparity", "FHPST01780000", False),
    (Call.PEAK_RANKING, "ranking/near-new-highlow", "FHPST01870000", False),
    (Call.LARGE_TRADE_RANKING, "ranking/bulk-trans-num", "FHKST190900C0", False),
    (Call.INTEREST_RANKING, "ranking/top-interest-stock", "FHPST01800000", False),
    (Call.VIEW_RANKING, "ranking/hts-top-view", "HHMCM000100C0", False),
    (Call.CLOSING_RANKING, "ranking/after-hour-balance", "FHPST01760000", False),
    (Call.EVENING_CHANGE_RANKING, "ranking/overtime-fluctuation", "FHPST02340000", False),
    (Call.EVENING_VOLUME_RANKING, "ranking/overtime-volume", "FHPST02350000", False),
    (Call.EVENING_EXPECTED_RANKING, "ranking/overtime-exp-trans-fluct", "FHKST11860000", False),
    (Call.FIRM_RANKING, "ranking/traded-by-company", "FHPST01860000", False),
    (Call.CREDIT_RANKING, "ranking/credit-balance", "FHKST17010000", False),
    (Call.PROFIT_RANKING, "ranking/profit-asset-index", "FHPST01730000", False),
    (Call.RATIO_RANKING, "ranking/finance-ratio", "FHPST01750000", False),
    (Call.MULTIPLE_RANKING, "ranking/market-value", "FHPST01790000", False),
    (Call.DIVIDEND_RANKING, "ranking/dividend-rate", "HHKDB13470100", False),
    (Call.PREFERRED_RANKING, "ranking/prefer-disparate-ratio", "FHPST01770000", False),
    (Call.PROGRAM_MINUTES, "quotations/program-trade-by-stock", "FHPPG04650101", False),
    (Call.FOREIGN_FIRMS, "quotations/frgnmem-pchs-trend", "FHKST644400C0", False),
    (Call.INDEX_MINUTES, "quotations/inquire-index-timeprice", "FHPUP02110200", False),
    (Call.PRICE_BANDS, "quotations/pbar-tratio", "FHPST01130000", False),
    (Call.INDEX_MINUTE_BARS, "quotations/inquire-time-indexchartprice", "FHKUP03500200", False),
    (Call.INDEX_TICKS, "quotations/inquire-index-tickprice", "FHPUP02110100", False),
    (Call.INDEX_CATEGORIES, "quotations/inquire-index-category-price", "FHPUP02140000", False),
    (Call.TRADE_SIZES, "quotations/tradprt-byamt", "FHKST111900C0", False),
    (Call.TAKEN_DAYS, "quotations/inquire-daily-trade-volume", "FHKST03010800", False),
    (Call.MEMBER_DAYS, "quotations/inquire-member-daily", "FHPST04540000", False),
    (Call.FOREIGN_FIRM_RANKING, "quotations/frgnmem-trade-estimate", "FHKST644100C0", False),
    (Call.INVESTOR_RANKING, "quotations/foreign-institution-total", "FHPTJ04400000", False),
    (Call.MARKET_INVESTORS, "quotations/inquire-investor-time-by-market", "FHPTJ04030000", False),
    (Call.MARKET_INVESTOR_DAYS, "quotations/inquire-investor-daily-by-market", "FHPTJ04040000", False),
    (Call.MARKET_PROGRAMS, "quotations/comp-program-trade-today", "FHPPG04600101", False),
    (Call.MARKET_PROGRAM_DAYS, "quotations/comp-program-trade-daily", "FHPPG04600001", False),
    (Call.PROGRAM_INVESTORS, "quotations/investor-program-trade-today", "HHPPG046600C1", False),
    (Call.EXPECTED_PRICES, "quotations/exp-price-trend", "FHPST01810000", False),
    (Call.EXPECTED_INDEX, "quotations/exp-index-trend", "FHPST01840000", False),
    (Call.EXPECTED_INDICES, "quotations/exp-total-index", "FHKUP11750000", False),
    (Call.MARKET_FUNDS, "quotations/mktfunds", "FHKST649100C0", False),
    (Call.INTEREST_RATES, "quotations/comp-interest", "FHPST07020000", False),
    (Call.HEADLINES, "quotations/news-title", "FHKST01011800", False),
)
"""Calls that only read: path, id, and whether the paper host has it too, with the same id."""

_FUND_READINGS: tuple[tuple[Call, str, str], ...] = (
    (Call.FUND_PRICE, "inquire-price", "FHPST02400000"),
    (Call.FUND_BOOK, "inquire-asking-price", "FHPST02400200"),
    (Call.FUND_NAV, "nav-comparison-trend", "FHPST02440000"),
    (Call.FUND_NAV_DAYS, "nav-comparison-daily-trend", "FHPST02440200"),
    (Call.FUND_NAV_MINUTES, "nav-comparison-time-trend", "FHPST02440100"),
    (Call.FUND_MEMBERS, "inquire-component-stock-price", "FHKST121600C0"),
)
"""Calls about ETFs and ETNs, which the paper host lacks: path and id."""

_LEDGER_READINGS: tuple[tuple[Call, str, tuple[str, ...]], ...] = (
    (Call.SELLABLE, "inquire-psbl-sell", ("TTTC8408R",)),
    (Call.REVISABLE, "inquire-psbl-rvsecncl", ("TTTC0084R", "TTTC8036R")),
    (Call.ASSETS, "inquire-account-balance", ("CTRP6548R",)),
    (Call.MARGIN, "intgr-margin", ("TTTC0869R",)),
    (Call.CREDIT_POWER, "inquire-credit-psamount", ("TTTC8909R",)),
    (Call.REALIZED, "inquire-balance-rlz-pl", ("TTTC8494R",)),
    (Call.DAY_PROFITS, "inquire-period-profit", ("TTTC8708R",)),
    (Call.TRADE_PROFITS, "inquire-period-trade-profit", ("TTTC8715R",)),
    (Call.RIGHTS, "period-rights", ("CTRGA011R",)),
    (Call.PENSION_BALANCE, "pension/inquire-balance", ("TTTC2208R",)),
    (Call.PENSION_POSITIONS, "pension/inquire-present-balance", ("TTTC2202R",)),
    (Call.PENSION_ORDERS, "pension/inquire-daily-ccld", ("TTTC2210R", "TTTC2201R")),
    (Call.PENSION_DEPOSIT, "pension/inquire-deposit", ("TTTC0506R",)),
    (Call.PENSION_POWER, "pension/inquire-psbl-order", ("TTTC0503R",)),
)
"""Calls that read an account and that the paper host lacks: path and ids."""

_OVERSEAS = "/uapi/overseas-stock/v1/trading/"

_OVERSEAS_READINGS: tuple[tuple[Call, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (Call.OVERSEAS_BALANCE, "inquire-balance", ("TTTS3012R",), ("VTTS3012R",)),
    (Call.OVERSEAS_ASSETS, "inquire-present-balance", ("CTRP6504R",), ("VTRP6504R",)),
    (Call.OVERSEAS_OPEN, "inquire-nccs", ("TTTS3018R",), ("VTTS3018R",)),
    (Call.OVERSEAS_ORDERS, "inquire-ccnl", ("TTTS3035R",), ("VTTS3035R",)),
    (Call.OVERSEAS_PROFITS, "inquire-period-profit", ("TTTS3039R",), ()),
)
"""Calls that read an account's overseas shares: path, ids, ids on paper. Nothing is traded abroad here."""

SERVICES = {
    service.call: service
    for service in (
        Service(Call.TOKEN, "POST", "/oauth2/tokenP"),
        Service(Call.REVOKE, "POST", "/oauth2/revokeP"),
        Service(Call.APPROVAL, "POST", "/oauth2/Approval"),
        Service(Call.HASHKEY, "POST", "/uapi/hashkey"),
        Service(Call.PRICE, "GET", _QUOTATIONS + "inquire-price", ("FHKST01010100",), ("FHKST01010100",)),
        Service(
            Call.BOOK,
            "GET",
            _QUOTATIONS + "inquire-asking-price-exp-ccn",
            ("FHKST01010200",),
            ("FHKST01010200",),
        ),
        Service(
            Call.DAILY_BARS,
            "GET",
            _QUOTATIONS + "inquire-daily-itemchartprice",
            ("FHKST03010100",),
            ("FHKST03010100",),
        ),
        Service(Call.QUOTES, "GET", _QUOTATIONS + "intstock-multprice", ("FHKST11300006",)),
        Service(
            Call.BUY, "POST", _TRADING + "order-cash", ("TTTC0012U", "TTTC0802U"), ("VTTC0012U", "VTTC0802U")
        ),
        Service(
            Call.SELL, "POST", _TRADING + "order-cash", ("TTTC0011U", "TTTC0801U"), ("VTTC0011U", "VTTC0801U")
        ),
        Service(
            Call.REVISE,
            "POST",
            _TRADING + "order-rvsecncl",
            ("TTTC0013U", "TTTC0803U"),
            ("VTTC0013U", "VTTC0803U"),
        ),
        Service(Call.CREDIT_BUY, "POST", _TRADING + "order-credit", ("TTTC0052U", "TTTC0852U")),
        Service(Call.CREDIT_SELL, "POST", _TRADING + "order-credit", ("TTTC0051U", "TTTC0851U")),
        Service(Call.RESERVE, "POST", _TRADING + "order-resv", ("CTSC0008U",)),
        Service(Call.RESERVE_CANCEL, "POST", _TRADING + "order-resv-rvsecncl", ("CTSC0009U",)),
        Service(Call.RESERVE_REPLACE, "POST", _TRADING + "order-resv-rvsecncl", ("CTSC0013U",)),
        Service(Call.RESERVED, "GET", _TRADING + "order-resv-ccnl", ("CTSC0004R",)),
        Service(Call.BALANCE, "GET", _TRADING + "inquire-balance", ("TTTC8434R",), ("VTTC8434R",)),
        Service(Call.BUYING_POWER, "GET", _TRADING + "inquire-psbl-order", ("TTTC8908R",), ("VTTC8908R",)),
        Service(
            Call.ORDERS,
            "GET",
            _TRADING + "inquire-daily-ccld",
            ("TTTC0081R", "TTTC8001R"),
            ("VTTC0081R", "VTTC8001R"),
        ),
        Service(
            Call.OLD_ORDERS,
            "GET",
            _TRADING + "inquire-daily-ccld",
            ("CTSC9215R", "CTSC9115R"),
            ("VTSC9215R", "VTSC9115R"),
        ),
        *(Service(call, "GET", _TRADING + path, ids) for call, path, ids in _LEDGER_READINGS),
        *(Service(call, "GET", _FUNDS + path, (tr_id,)) for call, path, tr_id in _FUND_READINGS),
        *(
            Service(call, "GET", _OVERSEAS + path, real, paper)
            for call, path, real, paper in _OVERSEAS_READINGS
        ),
        *(
            Service(call, "GET", _DOMESTIC + path, (tr_id,), (tr_id,) if is_on_paper else ())
            for call, path, tr_id, is_on_paper in _READINGS
        ),
    )
}
