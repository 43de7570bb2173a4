"""The calls of the face about the market: what they answer on a made day, and that it looks like KIS's."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from tests.brokers.kis.analysis_queries import ANALYSIS_QUERIES
from tests.brokers.kis.door import (
    BUY,
    CODES,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    Door,
    Heard,
    at,
    ids,
    issue,
    make_simulation,
    run,
    whole_day,
)

from hoga.brokers.kis import register
from hoga.brokers.kis.background import Background, Listed
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.market_fields import DECLARED
from hoga.brokers.kis.quotes import price_reply
from hoga.brokers.kis.register import NoFacts
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import SERVICES, Call
from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.company import Size
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Market
from hoga.domain.request import OrderType
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, HaltIssue, InterruptIssue, Place
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day, trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.krx.single_price import Regime
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
YESTERDAY = previous_trading_day(DAY)
CODE = "005930"
FUND = "069500"

_CHOICE = {
    "FID_TRGT_CLS_CODE": "111111111",
    "FID_TRGT_EXLS_CLS_CODE": "0000000000",
    "FID_INPUT_PRICE_1": "",
    "FID_INPUT_PRICE_2": "",
    "FID_VOL_CNT": "",
}
_RANKING = {
    "FID_COND_MRKT_DIV_CODE": "J",
    "FID_COND_SCR_DIV_CODE": "20171",
    "FID_INPUT_ISCD": "0000",
    "FID_DIV_CLS_CODE": "0",
}
_REPORTED = (
    _RANKING
    | _CHOICE
    | {
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
        "FID_BLNG_CLS_CODE": "0",
        "FID_INPUT_OPTION_1": "2025",
        "FID_INPUT_OPTION_2": "3",
    }
)
_STATEMENTS = issue(CODE) | {"FID_DIV_CLS_CODE": "0"}
_KOSPI = {"FID_COND_MRKT_DIV_CODE": "U", "FID_INPUT_ISCD": "0001"}

_OPINIONS = issue(CODE) | {"FID_INPUT_DATE_1": "20250101", "FID_INPUT_DATE_2": "20260506"}
_CALENDAR = {"CTS": "", "F_DT": "20150101", "T_DT": "20261231", "SHT_CD": ""}

QUERIES: dict[Call, dict[str, str]] = {
    Call.PRICE: issue(CODE),
    Call.PRICE_DETAIL: issue(CODE),
    Call.BOOK: issue(CODE),
    Call.QUOTES: {"FID_COND_MRKT_DIV_CODE_1": "J", "FID_INPUT_ISCD_1": CODE},
    Call.TICKS: issue(CODE),
    Call.TICKS_UNTIL: issue(CODE) | {"FID_INPUT_HOUR_1": "093000"},
    Call.DAILY_PRICES: issue(CODE) | {"FID_PERIOD_DIV_CODE": "D", "FID_ORG_ADJ_PRC": "1"},
    Call.DAILY_BARS: issue(CODE)
    | {
        "FID_INPUT_DATE_1": "20260401",
        "FID_INPUT_DATE_2": "20260506",
        "FID_PERIOD_DIV_CODE": "D",
        "FID_ORG_ADJ_PRC": "0",
    },
    Call.MINUTE_BARS: issue(CODE)
    | {"FID_ETC_CLS_CODE": "", "FID_INPUT_HOUR_1": "100000", "FID_PW_DATA_INCU_YN": "N"},
    Call.PAST_MINUTE_BARS: issue(CODE)
    | {
        "FID_INPUT_HOUR_1": "153000",
        "FID_INPUT_DATE_1": "20260430",
        "FID_PW_DATA_INCU_YN": "N",
        "FID_FAKE_TICK_INCU_YN": "",
    },
    Call.STOCK_INFO: {"PRDT_TYPE_CD": "300", "PDNO": "000660"},
    Call.PRODUCT_INFO: {"PRDT_TYPE_CD": "300", "PDNO": "000660"},
    Call.BALANCE_SHEET: _STATEMENTS,
    Call.INCOME_STATEMENT: _STATEMENTS,
    Call.FINANCIAL_RATIO: _STATEMENTS,
    Call.PROFIT_RATIO: _STATEMENTS,
    Call.OTHER_RATIO: _STATEMENTS,
    Call.STABILITY_RATIO: _STATEMENTS,
    Call.GROWTH_RATIO: _STATEMENTS,
    Call.ESTIMATES: {"SHT_CD": CODE},
    Call.DIVIDENDS: {
        "CTS": "",
        "GB1": "0",
        "F_DT": "20250101",
        "T_DT": "20261231",
        "SHT_CD": "",
        "HIGH_GB": "",
    },
    Call.PAID_IN: _CALENDAR | {"GB1": "2"},
    Call.BONUS_ISSUES: _CALENDAR,
    Call.PURCHASE_REQUESTS: _CALENDAR,
    Call.MERGERS: _CALENDAR,
    Call.FACE_CHANGES: _CALENDAR | {"MARKET_GB": "0"},
    Call.REDUCTIONS: _CALENDAR,
    Call.LISTINGS: _CALENDAR,
    Call.PUBLIC_OFFERS: _CALENDAR,
    Call.FORFEITED: _CALENDAR,
    Call.DEPOSITS: _CALENDAR,
    Call.MEETINGS: _CALENDAR,
    Call.CREDIT_ISSUES: {
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_SLCT_YN": "0",
        "FID_INPUT_ISCD": "0000",
        "FID_COND_SCR_DIV_CODE": "20477",
        "FID_COND_MRKT_DIV_CODE": "J",
    },
    Call.CREDIT_BALANCES: issue(CODE) | {"FID_COND_SCR_DIV_CODE": "20476", "FID_INPUT_DATE_1": "20260506"},
    Call.LENDING_DAYS: {
        "MRKT_DIV_CLS_CODE": "3",
        "MKSC_SHRN_ISCD": CODE,
        "START_DATE": "20260401",
        "END_DATE": "20260506",
        "CTS": "",
    },
    Call.LENDABLES: {
        "EXCG_DVSN_CD": "00",
        "PDNO": "",
        "THCO_STLN_PSBL_YN": "Y",
        "INQR_DVSN_1": "0",
        "CTX_AREA_FK200": "",
        "CTX_AREA_NK100": "",
    },
    Call.ISSUE_OPINIONS: _OPINIONS | {"FID_COND_SCR_DIV_CODE": "16633"},
    Call.FIRM_OPINIONS: _OPINIONS
    | {"FID_COND_SCR_DIV_CODE": "16634", "FID_INPUT_ISCD": "00002", "FID_DIV_CLS_CODE": "0"},
    Call.FUND_PRICE: issue(FUND),
    Call.FUND_BOOK: issue(FUND),
    Call.FUND_NAV: issue(FUND),
    Call.FUND_NAV_DAYS: issue(FUND) | {"FID_INPUT_DATE_1": "20260401", "FID_INPUT_DATE_2": "20260506"},
    Call.FUND_NAV_MINUTES: issue(FUND) | {"FID_COND_MRKT_DIV_CODE": "E", "FID_HOUR_CLS_CODE": "60"},
    Call.FUND_MEMBERS: issue(FUND) | {"FID_COND_SCR_DIV_CODE": "11216"},
    Call.WATCH_GROUPS: {"TYPE": "1", "FID_ETC_CLS_CODE": "00", "USER_ID": KIM.hts_id},
    Call.WATCH_GROUP: {
        "TYPE": "1",
        "USER_ID": KIM.hts_id,
        "INTER_GRP_CODE": "001",
        "FID_ETC_CLS_CODE": "4",
        "DATA_RANK": "",
        "INTER_GRP_NAME": "",
        "HTS_KOR_ISNM": "",
        "CNTG_CLS_CODE": "",
    },
    Call.SEARCHES: {"USER_ID": KIM.hts_id},
    Call.SEARCH: {"USER_ID": KIM.hts_id, "SEQ": "0"},
    Call.ELW_PRICE: {"FID_COND_MRKT_DIV_CODE": "W", "FID_INPUT_ISCD": "58J297"},
    Call.INVESTORS: issue(CODE),
    Call.INVESTOR_TRADES: issue(CODE)
    | {"FID_INPUT_DATE_1": "20260506", "FID_ORG_ADJ_PRC": "", "FID_ETC_CLS_CODE": "1"},
    Call.INVESTOR_ESTIMATES: {"MKSC_SHRN_ISCD": CODE},
    Call.MEMBERS: issue(CODE),
    Call.SHORT_SALES: issue(CODE) | {"FID_INPUT_DATE_1": "20260401", "FID_INPUT_DATE_2": "20260506"},
    Call.SHORT_SALE_RANKING: {
        "FID_APLY_RANG_VOL": "",
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_COND_SCR_DIV_CODE": "20482",
        "FID_INPUT_ISCD": "0000",
        "FID_PERIOD_DIV_CODE": "",
        "FID_INPUT_CNT_1": "0",
        "FID_TRGT_EXLS_CLS_CODE": "",
        "FID_TRGT_CLS_CODE": "",
        "FID_APLY_RANG_PRC_1": "",
        "FID_APLY_RANG_PRC_2": "",
    },
    Call.VOLUME_RANKING: _RANKING | _CHOICE | {"FID_BLNG_CLS_CODE": "0"},
    Call.CHANGE_RANKING: _RANKING
    | _CHOICE
    | {
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_INPUT_CNT_1": "0",
        "FID_PRC_CLS_CODE": "1",
        "FID_RSFL_RATE1": "",
        "FID_RSFL_RATE2": "",
    },
    Call.MARKET_CAP_RANKING: _RANKING | _CHOICE,
    Call.HOLIDAYS: {"BASS_DT": "20260506", "CTX_AREA_NK": "", "CTX_AREA_FK": ""},
    Call.MARKET_TIME: {},
    Call.INTERRUPTIONS: {
        "FID_DIV_CLS_CODE": "0",
        "FID_COND_SCR_DIV_CODE": "20139",
        "FID_MRKT_CLS_CODE": "0",
        "FID_INPUT_ISCD": "",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_INPUT_DATE_1": "20260506",
        "FID_TRGT_CLS_CODE": "",
        "FID_TRGT_EXLS_CLS_CODE": "",
    },
    Call.INDEX_PRICE: _KOSPI,
    Call.INDEX_BARS: _KOSPI
    | {"FID_INPUT_DATE_1": "20260504", "FID_INPUT_DATE_2": "20260506", "FID_PERIOD_DIV_CODE": "D"},
    Call.INDEX_DAYS: _KOSPI | {"FID_PERIOD_DIV_CODE": "D", "FID_INPUT_DATE_1": "20100115"},
    Call.OVERTIME_TICKS: issue(CODE) | {"FID_HOUR_CLS_CODE": "1"},
    Call.OVERTIME_DAYS: issue(CODE),
    Call.OVERTIME_PRICE: issue(CODE),
    Call.OVERTIME_BOOK: issue(CODE),
    Call.PROGRAM_DAYS: issue(CODE) | {"FID_INPUT_DATE_1": ""},
    Call.MEMBER_TRADES: issue(CODE)
    | {
        "FID_COND_SCR_DIV_CODE": "20432",
        "FID_INPUT_ISCD_2": "99999",
        "FID_MRKT_CLS_CODE": "A",
        "FID_VOL_CNT": "",
    },
    Call.LIMIT_ISSUES: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "11300", "FID_PRC_CLS_CODE": "0", "FID_DIV_CLS_CODE": "0"},
    Call.STRENGTH_RANKING: _RANKING | _CHOICE | {"FID_COND_SCR_DIV_CODE": "20168"},
    Call.WAITING_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20172", "FID_RANK_SORT_CLS_CODE": "0"},
    Call.EXPECTED_RANKING: _RANKING
    | {
        "FID_COND_SCR_DIV_CODE": "20182",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_APLY_RANG_PRC_1": "",
        "FID_VOL_CNT": "",
        "FID_PBMN": "",
        "FID_BLNG_CLS_CODE": "0",
        "FID_MKOP_CLS_CODE": "1",
    },
    Call.DISPARITY_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20178", "FID_RANK_SORT_CLS_CODE": "0", "FID_HOUR_CLS_CODE": "5"},
    Call.PEAK_RANKING: _RANKING
    | {
        "FID_COND_SCR_DIV_CODE": "20187",
        "FID_APLY_RANG_VOL": "0",
        "FID_INPUT_CNT_1": "",
        "FID_INPUT_CNT_2": "",
        "FID_PRC_CLS_CODE": "0",
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
        "FID_APLY_RANG_PRC_1": "",
        "FID_APLY_RANG_PRC_2": "",
    },
    Call.LARGE_TRADE_RANKING: _RANKING
    | _CHOICE
    | {
        "FID_COND_SCR_DIV_CODE": "11909",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_APLY_RANG_PRC_1": "",
        "FID_APLY_RANG_PRC_2": "",
        "FID_INPUT_ISCD_2": "",
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
    },
    Call.INTEREST_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20180", "FID_INPUT_ISCD_2": "000000", "FID_INPUT_CNT_1": "1"},
    Call.VIEW_RANKING: {},
    Call.CLOSING_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20176", "FID_RANK_SORT_CLS_CODE": "1"},
    Call.EVENING_CHANGE_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20234", "FID_MRKT_CLS_CODE": "", "FID_DIV_CLS_CODE": "2"},
    Call.EVENING_VOLUME_RANKING: _RANKING
    | _CHOICE
    | {"FID_COND_SCR_DIV_CODE": "20235", "FID_RANK_SORT_CLS_CODE": "2"},
    Call.EVENING_EXPECTED_RANKING: _RANKING
    | {
        "FID_COND_SCR_DIV_CODE": "11186",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_INPUT_PRICE_1": "",
        "FID_INPUT_PRICE_2": "",
        "FID_INPUT_VOL_1": "",
    },
    Call.FIRM_RANKING: _RANKING
    | {
        "FID_COND_SCR_DIV_CODE": "20186",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_INPUT_DATE_1": "20260504",
        "FID_INPUT_DATE_2": "20260506",
        "FID_TRGT_CLS_CODE": "0",
        "FID_TRGT_EXLS_CLS_CODE": "0",
        "FID_APLY_RANG_VOL": "0",
        "FID_APLY_RANG_PRC_1": "",
        "FID_APLY_RANG_PRC_2": "",
    },
    Call.CREDIT_RANKING: {
        "FID_COND_SCR_DIV_CODE": "11701",
        "FID_INPUT_ISCD": "0000",
        "FID_OPTION": "2",
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_RANK_SORT_CLS_CODE": "0",
    },
    Call.PROFIT_RANKING: _REPORTED | {"FID_COND_SCR_DIV_CODE": "20173", "FID_RANK_SORT_CLS_CODE": "0"},
    Call.RATIO_RANKING: _REPORTED | {"FID_COND_SCR_DIV_CODE": "20175", "FID_RANK_SORT_CLS_CODE": "7"},
    Call.MULTIPLE_RANKING: _REPORTED | {"FID_COND_SCR_DIV_CODE": "20179", "FID_RANK_SORT_CLS_CODE": "23"},
    Call.DIVIDEND_RANKING: {
        "CTS_AREA": " ",
        "GB1": "0",
        "UPJONG": "0001",
        "GB2": "0",
        "GB3": "2",
        "F_DT": "20250101",
        "T_DT": "20251231",
        "GB4": "0",
    },
    Call.PREFERRED_RANKING: _RANKING | _CHOICE | {"FID_COND_SCR_DIV_CODE": "20177"},
    Call.PROGRAM_MINUTES: issue(CODE),
    Call.FOREIGN_FIRMS: issue(CODE) | {"FID_INPUT_ISCD_2": "99999"},
    Call.INDEX_MINUTES: _KOSPI | {"FID_INPUT_HOUR_1": "60"},
    Call.PRICE_BANDS: issue(CODE) | {"FID_COND_SCR_DIV_CODE": "20113", "FID_INPUT_HOUR_1": ""},
    Call.EXPECTED_CLOSES: {
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_INPUT_ISCD": "0000",
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_COND_SCR_DIV_CODE": "11173",
        "FID_BLNG_CLS_CODE": "0",
    },
    **ANALYSIS_QUERIES,
}

ON_PAPER = {
    Call.ELW_PRICE,
    Call.PRICE,
    Call.BOOK,
    Call.TICKS,
    Call.TICKS_UNTIL,
    Call.DAILY_PRICES,
    Call.DAILY_BARS,
    Call.MINUTE_BARS,
    Call.INVESTORS,
    Call.MEMBERS,
    Call.INDEX_BARS,
    Call.OVERTIME_TICKS,
    Call.OVERTIME_DAYS,
}


@asynccontextmanager
async def made_day(
    now: str, store: MadeBars | None = None, facts: MadeFacts | None = None
) -> AsyncIterator[Door]:
    """The real face in front of a made market that has come to `now`."""
    store = store or MadeBars(7)
    instruments = store.instruments(DAY)
    listings = [Listing(each, store.base_price(each.code, DAY)) for each in instruments]
    bars = {each.code: store.minute_bars(each.code, DAY) for each in instruments}
    exchange = Exchange(DAY, listings, [Opening(account=KIM.account, deposit=10**9)], KIS_STOCK)
    flow = Flow(DAY, listings, bars, lambda name: random.Random(f"market calls {name}"), random_end=0)
    simulation = Simulation(exchange, flow)
    clock = ManualClock(datetime.combine(DAY, time.fromisoformat(now), KST))
    face = KisFace(simulation, clock, store, (KIM,), REAL, ids(), facts=facts or MadeFacts(7, store))
    simulation.advance(clock.now())
    async with face:
        door = Door(face, simulation, clock, REAL)
        async with door.http:
            await door.log_in()
            yield door


class MadeDays:
    """Made days that stay open, one for each hour that is asked for."""

    def __init__(self, make_store: Callable[[int], MadeBars] = MadeBars) -> None:
        self._make_store = make_store
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._doors: dict[str, Door] = {}
        self._known: dict[tuple[Call, str], Heard] = {}

    def ask(self, call: Call, now: str = "10:05", **changed: str) -> Heard:
        """What `call` is answered at `now`, with some fields changed."""

        async def asked() -> Heard:
            if now not in self._doors:
                self._doors[now] = await self._open.enter_async_context(made_day(now, self._make_store(7)))
            return await self._doors[now].call(call, QUERIES[call] | changed)

        return self._runner.run(asked())

    def answer(self, call: Call, now: str = "10:05") -> Any:
        """What the usual question is answered."""
        if (call, now) not in self._known:
            self._known[call, now] = self.ask(call, now)
        return self._known[call, now].body

    def close(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


# What every call has in common ----------------------------------------------------------------------------


def test_every_call_of_the_face_about_the_market_is_asked_here() -> None:
    assert set(QUERIES) == set(DECLARED)


@pytest.mark.parametrize("call", DECLARED)
def test_a_missing_field_is_named(call: Call) -> None:
    async def test(door: Door) -> None:
        for name in DECLARED[call]:
            fields = {key: value for key, value in QUERIES[call].items() if key != name}
            refused = await door.call(call, fields)
            assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
            assert refused.body["msg1"] == f"ERROR : INPUT FIELD NOT FOUND [{name}]"

    run(test, REAL)


def test_the_paper_host_lacks_what_it_lacks() -> None:
    async def test(door: Door) -> None:
        for call in QUERIES:
            heard = await door.call(call, QUERIES[call], {"tr_id": SERVICES[call].real[0]})
            if call in ON_PAPER:
                assert (heard.status, heard.body["rt_cd"]) == (200, "0"), call
            else:
                assert (heard.status, heard.code) == (500, "EGW02006"), call

    run(test, PAPER)


def test_without_facts_every_call_says_so_in_the_form_of_kis() -> None:
    async def test(door: Door) -> None:
        for call, query in QUERIES.items():
            heard = await door.call(call, query)
            if call is Call.INVESTOR_TRADES:
                assert heard.body["rt_cd"] == "2"
            else:
                assert (heard.status, heard.body["rt_cd"]) == (200, "0"), call

    run(test, REAL)


ABOUT_MANY = (
    Call.INTERRUPTIONS,
    Call.LIMIT_ISSUES,
    Call.EXPECTED_CLOSES,
    Call.CREDIT_ISSUES,
    Call.MARKET_INVESTORS,
)
CODE_FIELDS = ("FID_INPUT_ISCD", "FID_INPUT_ISCD_1", "PDNO", "SHT_CD", "MKSC_SHRN_ISCD")


def test_an_unknown_issue_has_zeros_or_no_rows() -> None:
    async def test(door: Door) -> None:
        for call, query in QUERIES.items():
            name = next((name for name in CODE_FIELDS if name in query), None)
            if name is None or "RANKING" in call.name or call in ABOUT_MANY:
                continue
            heard = await door.call(call, query | {name: "999999"})
            if call in (Call.STOCK_INFO, Call.PRODUCT_INFO):
                assert (heard.body["rt_cd"], heard.code) == ("7", "KIER2620")
                continue
            if query.get("FID_COND_MRKT_DIV_CODE") == "U":
                continue  # an index, which is refused
            assert heard.body["rt_cd"] == "0" or call is Call.INVESTOR_TRADES, call
            for block in heard.body.values():
                if isinstance(block, list):
                    assert (
                        block in ([], [{"total_seln_qty": "0", "total_shnu_qty": "0"}]) or call is Call.QUOTES
                    )
                elif isinstance(block, dict):
                    assert block.get("stck_prpr", "0") == "0"

    run(test, REAL)


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.TICKS, {"FID_COND_MRKT_DIV_CODE": "?"}),
        (Call.TICKS_UNTIL, {"FID_INPUT_HOUR_1": "noon"}),
        (Call.DAILY_PRICES, {"FID_PERIOD_DIV_CODE": "Y"}),
        (Call.DAILY_BARS, {"FID_PERIOD_DIV_CODE": "X"}),
        (Call.MINUTE_BARS, {"FID_INPUT_HOUR_1": "999999"}),
        (Call.PAST_MINUTE_BARS, {"FID_INPUT_DATE_1": "20261399"}),
        (Call.BALANCE_SHEET, {"FID_DIV_CLS_CODE": "2"}),
        (Call.SHORT_SALES, {"FID_INPUT_DATE_2": ""}),
        (Call.SHORT_SALE_RANKING, {"FID_PERIOD_DIV_CODE": "Q"}),
        (Call.PROGRAM_DAYS, {"FID_INPUT_DATE_1": "2026-05-06"}),
        (Call.MEMBER_TRADES, {"FID_MRKT_CLS_CODE": "Z"}),
        (Call.MEMBER_TRADES, {"FID_VOL_CNT": "many"}),
        (Call.LIMIT_ISSUES, {"FID_PRC_CLS_CODE": "2"}),
        (Call.LIMIT_ISSUES, {"FID_DIV_CLS_CODE": "4"}),
        (Call.EXPECTED_CLOSES, {"FID_RANK_SORT_CLS_CODE": "5"}),
        (Call.WAITING_RANKING, {"FID_RANK_SORT_CLS_CODE": "4"}),
        (Call.EXPECTED_RANKING, {"FID_RANK_SORT_CLS_CODE": "7"}),
        (Call.EXPECTED_RANKING, {"FID_MKOP_CLS_CODE": "2"}),
        (Call.EXPECTED_RANKING, {"FID_PBMN": "-1"}),
        (Call.DISPARITY_RANKING, {"FID_HOUR_CLS_CODE": "30"}),
        (Call.DISPARITY_RANKING, {"FID_RANK_SORT_CLS_CODE": "2"}),
        (Call.DISPARITY_RANKING, {"FID_DIV_CLS_CODE": "8"}),
        (Call.PEAK_RANKING, {"FID_PRC_CLS_CODE": "2"}),
        (Call.PEAK_RANKING, {"FID_INPUT_CNT_2": "near"}),
        (Call.LARGE_TRADE_RANKING, {"FID_INPUT_PRICE_1": "large"}),
        (Call.LARGE_TRADE_RANKING, {"FID_RANK_SORT_CLS_CODE": "2"}),
        (Call.INTEREST_RANKING, {"FID_INPUT_CNT_1": "first"}),
        (Call.CLOSING_RANKING, {"FID_RANK_SORT_CLS_CODE": "5"}),
        (Call.EVENING_CHANGE_RANKING, {"FID_DIV_CLS_CODE": "6"}),
        (Call.EVENING_VOLUME_RANKING, {"FID_RANK_SORT_CLS_CODE": "3"}),
        (Call.EVENING_EXPECTED_RANKING, {"FID_RANK_SORT_CLS_CODE": "5"}),
        (Call.EVENING_EXPECTED_RANKING, {"FID_INPUT_VOL_1": "much"}),
        (Call.FIRM_RANKING, {"FID_INPUT_DATE_1": ""}),
        (Call.FIRM_RANKING, {"FID_INPUT_DATE_1": "20240101"}),
        (Call.FIRM_RANKING, {"FID_RANK_SORT_CLS_CODE": "2"}),
        (Call.CREDIT_RANKING, {"FID_OPTION": "1"}),
        (Call.CREDIT_RANKING, {"FID_OPTION": "1000"}),
        (Call.CREDIT_RANKING, {"FID_RANK_SORT_CLS_CODE": "10"}),
        (Call.PROFIT_RANKING, {"FID_RANK_SORT_CLS_CODE": "7"}),
        (Call.RATIO_RANKING, {"FID_RANK_SORT_CLS_CODE": "23"}),
        (Call.MULTIPLE_RANKING, {"FID_INPUT_OPTION_2": "4"}),
        (Call.MULTIPLE_RANKING, {"FID_INPUT_OPTION_1": "last"}),
        (Call.DIVIDEND_RANKING, {"GB3": "3"}),
        (Call.DIVIDEND_RANKING, {"GB2": "5"}),
        (Call.PREFERRED_RANKING, {"FID_INPUT_ISCD": "all"}),
        (Call.INDEX_MINUTES, {"FID_INPUT_HOUR_1": "61"}),
        (Call.PRICE_BANDS, {"FID_INPUT_HOUR_1": "12:00"}),
        (Call.EXPECTED_CLOSES, {"FID_BLNG_CLS_CODE": "x"}),
        (Call.DAILY_BARS, {"FID_ORG_ADJ_PRC": "2"}),
        (Call.DAILY_BARS, {"FID_INPUT_DATE_1": "20260230"}),
        (Call.MINUTE_BARS, {"FID_PW_DATA_INCU_YN": "?"}),
        (Call.PAST_MINUTE_BARS, {"FID_PW_DATA_INCU_YN": "1"}),
        (Call.SHORT_SALES, {"FID_INPUT_DATE_1": "May"}),
        (Call.SHORT_SALES, {"FID_COND_MRKT_DIV_CODE": "NX"}),
        (Call.BALANCE_SHEET, {"FID_COND_MRKT_DIV_CODE": "UN"}),
        (Call.MEMBERS, {"FID_COND_MRKT_DIV_CODE": "U"}),
        (Call.DIVIDENDS, {"GB1": "9"}),
        (Call.DIVIDENDS, {"T_DT": "31122026"}),
        (Call.PAID_IN, {"GB1": "3"}),
        (Call.CREDIT_ISSUES, {"FID_SLCT_YN": "2"}),
        (Call.CREDIT_ISSUES, {"FID_RANK_SORT_CLS_CODE": "2"}),
        (Call.CREDIT_BALANCES, {"FID_INPUT_DATE_1": ""}),
        (Call.LENDING_DAYS, {"MRKT_DIV_CLS_CODE": "4"}),
        (Call.LENDABLES, {"EXCG_DVSN_CD": "01"}),
        (Call.ISSUE_OPINIONS, {"FID_INPUT_DATE_2": "tomorrow"}),
        (Call.FIRM_OPINIONS, {"FID_DIV_CLS_CODE": "4"}),
        (Call.ELW_PRICE, {"FID_COND_MRKT_DIV_CODE": "U"}),
        (Call.FACE_CHANGES, {"MARKET_GB": "3"}),
        (Call.LISTINGS, {"F_DT": "2026-01-01"}),
        (Call.VOLUME_RANKING, {"FID_BLNG_CLS_CODE": "5"}),
        (Call.VOLUME_RANKING, {"FID_INPUT_ISCD": "KOSPI"}),
        (Call.VOLUME_RANKING, {"FID_DIV_CLS_CODE": "3"}),
        (Call.VOLUME_RANKING, {"FID_INPUT_PRICE_1": "cheap"}),
        (Call.VOLUME_RANKING, {"FID_COND_MRKT_DIV_CODE": "Z"}),
        (Call.CHANGE_RANKING, {"FID_RANK_SORT_CLS_CODE": "9"}),
        (Call.CHANGE_RANKING, {"FID_RSFL_RATE1": "5%"}),
        (Call.CHANGE_RANKING, {"FID_INPUT_CNT_1": "1000"}),
        (Call.INTERRUPTIONS, {"FID_DIV_CLS_CODE": "3"}),
        (Call.INTERRUPTIONS, {"FID_RANK_SORT_CLS_CODE": "4"}),
        (Call.INTERRUPTIONS, {"FID_MRKT_CLS_CODE": "N"}),
        (Call.INTERRUPTIONS, {"FID_INPUT_DATE_1": "yesterday"}),
        (Call.INDEX_BARS, {"FID_INPUT_DATE_1": "20261301"}),
        (Call.HOLIDAYS, {"BASS_DT": "today"}),
        (Call.HOLIDAYS, {"CTX_AREA_NK": "next"}),
        (Call.INDEX_PRICE, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.INDEX_DAYS, {"FID_INPUT_DATE_1": ""}),
    ],
)
def test_nonsense_in_a_field_is_refused(call: Call, change: dict[str, str]) -> None:
    async def test(door: Door) -> None:
        refused = await door.call(call, QUERIES[call] | change)
        assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
        assert "INVALID_CHECK" in refused.body["msg1"]

    run(test, REAL)


# It looks like KIS's answers ------------------------------------------------------------------------------

EXAMPLES = {
    "FHKST01010200_주식현재가호가_예상체결": Call.BOOK,
    "FHKST01010400_주식현재가일자별": Call.DAILY_PRICES,
    "FHKST01010600_주식현재가회원사": Call.MEMBERS,
    "FHKST01010900_주식현재가투자자": Call.INVESTORS,
    "FHKST03010200_주식당일분봉조회": Call.MINUTE_BARS,
    "FHKST03010230_주식일별분봉조회": Call.PAST_MINUTE_BARS,
    "FHPST01060000_주식현재가당일시간대별체결": Call.TICKS_UNTIL,
    "FHPST02310000_주식현재가시간외시간별체결": Call.OVERTIME_TICKS,
    "CTPF1002R_주식기본조회": Call.STOCK_INFO,
    "CTPF1604R_상품기본조회": Call.PRODUCT_INFO,
    "HHPTJ04160200_종목별외인기관추정가집계": Call.INVESTOR_ESTIMATES,
    "FHPST02300000_국내주식시간외현재가": Call.OVERTIME_PRICE,
    "FHPST02300400_국내주식시간외호가": Call.OVERTIME_BOOK,
    "FHPPG04650201_종목별프로그램매매추이(일별)": Call.PROGRAM_DAYS,
    "FHPST04320000_회원사실시간매매동향(틱)": Call.MEMBER_TRADES,
}

NOT_SAMPLES_OF_OURS = {
    # Shown for an American share, or registered somewhere that our exchange knows nothing of.
    Call.PRODUCT_INFO: {"pdno", "prdt_type_cd", "std_pdno", "shtn_pdno", "prdt_clsf_cd"}
    | {"prdt_clsf_name", "wrap_asst_type_cd", "ivst_prdt_type_cd", "ivst_prdt_type_cd_name"},
    Call.STOCK_INFO: {"thco_sbst_pric_chng_dt", "std_idst_clsf_cd", "std_idst_clsf_cd_name", "ocr_no"},
}


def shape(value: str) -> str:
    """How a value is written: "-12.34" and "5.60" are alike, "" and " " are."""
    for pattern, name in (
        (r"\s*", "blank"),
        (r"-?0\d{8,}", f"{len(value)} digits, padded"),
        (r"-?\d+", "whole"),
        (r"[YN]", "flag"),
        (r"-?\d+\.\d\d", "two decimals"),
        (r"-?\d+\.\d+", "decimals"),
    ):
        if re.fullmatch(pattern, value):
            return name
    return "text"


def first_of(block: Any) -> dict[str, str]:
    row: dict[str, str] = block[1 if len(block) > 1 else 0] if isinstance(block, list) else block
    return row


@pytest.mark.parametrize("name", EXAMPLES)
def test_blocks_keys_and_formats_are_those_of_the_official_example(
    made: MadeDays, recorded: Callable[[str], Any], name: str
) -> None:
    call = EXAMPLES[name]
    theirs, ours = recorded(f"official_examples/{name}.json")["response"], made.answer(call)
    assert set(theirs) - {"msg_cd", "msg1"} <= set(ours)
    unlike: dict[str, tuple[str, str]] = {}
    for key, block in theirs.items():
        if isinstance(block, str):
            continue
        if isinstance(block, list) and not ours[key] and call is Call.OVERTIME_TICKS:
            continue  # no evening auction has been held at ten
        assert isinstance(ours[key], list) == isinstance(block, list), key
        example, row = first_of(block), first_of(ours[key])
        assert set(example) <= set(row), key
        unlike |= {
            field: (value, row[field])
            for field, value in example.items()
            if shape(value) != shape(row[field]) and field not in NOT_SAMPLES_OF_OURS.get(call, ())
        }
    assert unlike == {}


def test_the_price_is_written_like_a_recorded_one(recorded: Callable[[str], Any]) -> None:
    theirs = recorded("rest/inquire_price_005930_20250916.json")["response"]["output"]

    async def price() -> Any:
        async with made_day("10:05") as door:
            return (await door.price(CODE)).body["output"]

    ours = asyncio.run(price())
    assert list(ours) == list(theirs)
    unlike = {key for key, value in theirs.items() if shape(value) != shape(ours[key])}
    # Which price is a peak depends on the day; the rate of what may be pledged is not known to us.
    assert unlike <= {"new_hgpr_lwpr_cls_code", "grmn_rate_cls_code"}


class IndexFacts(NoFacts):
    """An index of all issues here that has risen by a point on each day since 2025."""

    def basket(self, index: Index, day: date) -> Basket | None:
        return Basket(index, dict.fromkeys(CODES, 1_000_000), Decimal(10**9), Decimal(500))

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]:
        return [
            IndexBar(
                index,
                datetime.combine(day, time(9), KST),
                Decimal(place),
                Decimal(place + 2),
                Decimal(place - 1),
                Decimal(place + 1),
                10**9,
                10**13,
            )
            for place, day in enumerate(trading_days(date(2025, 1, 1), DAY), 200)
            if first <= day <= last
        ]

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        return ()


def test_an_index_is_written_like_a_recorded_one(recorded: Callable[[str], Any]) -> None:
    theirs = recorded("rest/inquire_index_daily_price_0001_20250929.json")["response"]

    async def test(door: Door) -> None:
        door.offer(1, 70_100)
        await door.buy(1, 70_100)
        query = QUERIES[Call.INDEX_DAYS] | {"FID_INPUT_DATE_1": "20260506"}
        ours = (await door.call(Call.INDEX_DAYS, query)).body
        assert list(ours) == list(theirs)
        assert len(ours["output2"]) == len(theirs["output2"]) == 100
        for key in ("output1", "output2"):
            example, row = first_of(theirs[key]), first_of(ours[key])
            assert list(row) == list(example)
            assert {name for name, value in example.items() if shape(value) != shape(row[name])} == set()
        newest = ours["output2"][1]
        close = float(newest["bstp_nmix_prpr"])
        assert float(newest["d20_dsrt"]) == pytest.approx(100 * close / (close - 9.5), abs=0.006)

    run(test, REAL, facts=IndexFacts())


def test_the_ranking_by_value_is_written_like_a_recorded_one(
    made: MadeDays, recorded: Callable[[str], Any]
) -> None:
    theirs = recorded("rest/ranking_real.json")["response"]["output"][0]
    (ours, *_) = made.answer(Call.MARKET_CAP_RANKING)["output"]
    assert list(ours) == list(theirs)
    assert {name for name, value in theirs.items() if shape(value) != shape(ours[name])} == set()


# Prices and charts ----------------------------------------------------------------------------------------


def test_a_price_has_what_its_statements_and_its_bars_say(made: MadeDays) -> None:
    price = made.answer(Call.PRICE)["output"]
    ratios = made.answer(Call.FINANCIAL_RATIO)["output"][0]
    (yesterday,) = MadeBars(7).daily_bars(CODE, YESTERDAY, YESTERDAY)
    assert (price["eps"], price["bps"]) == (ratios["eps"], ratios["bps"])
    assert price["per"] == f"{int(price['stck_prpr']) / float(price['eps']):.2f}"
    assert int(price["pvt_pont_val"]) == (yesterday.high + yesterday.low + yesterday.close) // 3
    assert price["hts_avls"] == str(int(price["stck_prpr"]) * int(price["lstn_stcn"]) // 10**8)


def test_the_pivots_of_a_day_are_those_that_kis_showed() -> None:
    # The 15th of September 2025 of Samsung Electronics, and what KIS answered on the 16th.
    found = ask_pivots(77_200, 77_600, 75_900, 76_500)
    assert found == ("78366", "77432", "76666", "75732", "74966", "77050", "75350")
    # The 24th of April 2024, which closed above its open.
    found = ask_pivots(77_500, 78_800, 77_200, 78_600)
    assert found == ("79800", "79200", "78200", "77600", "76600", "79500", "77900")


def ask_pivots(opened: int, high: int, low: int, close: int) -> tuple[str, ...]:
    bar = Bar(CODE, datetime.combine(YESTERDAY, time(9), KST), opened, high, low, close, 1, close)
    listed = Listed(make_simulation().exchange.quote(CODE), SAMSUNG, Background(yesterday=bar))
    output = json.loads(price_reply(listed).body)["output"]
    names = ("pvt_scnd_dmrs_prc", "pvt_frst_dmrs_prc", "pvt_pont_val", "pvt_frst_dmsp_prc")
    return tuple(output[name] for name in (*names, "pvt_scnd_dmsp_prc", "dmrs_val", "dmsp_val"))


def test_a_price_does_not_wait_for_ever_for_its_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "_PATIENCE", 0.0)

    async def test(door: Door) -> None:
        output = (await door.price("005930")).body["output"]
        assert (output["stck_prpr"], output["w52_hgpr"], output["w52_hgpr_date"]) == ("70000", "0", "")

    run(test)


def test_a_price_waits_for_its_year_while_others_are_served() -> None:
    async def test(door: Door) -> None:
        door.offer(1, 70_000)
        first = asyncio.create_task(door.price("005930"))
        others = [asyncio.create_task(door.price(code)) for code in CODES[1:4]]
        book = asyncio.create_task(door.call(Call.BOOK, issue("005930")))
        assert (await book).body["output1"]["askp1"] == "70000"
        for answer in await asyncio.gather(first, *others):
            assert len(answer.body["output"]["w52_hgpr_date"]) == 8

    run(test)


def test_the_highs_and_lows_of_a_year_are_those_of_its_bars() -> None:
    store = MadeBars(7)

    async def peaks() -> Any:
        async with made_day("10:05", store) as door:
            return (await door.price(CODE)).body["output"]

    output = asyncio.run(peaks())
    bars = store.daily_bars(CODE, DAY - timedelta(weeks=52), YESTERDAY)
    assert int(output["w52_hgpr"]) == max(int(output["stck_hgpr"]), *(bar.high for bar in bars))
    assert int(output["w52_lwpr"]) == min(int(output["stck_lwpr"]), *(bar.low for bar in bars))
    this_year = [bar for bar in bars if bar.at.year == DAY.year]
    assert int(output["stck_dryy_lwpr"]) == min(int(output["stck_lwpr"]), *(bar.low for bar in this_year))
    day = date.fromisoformat(output["stck_dryy_lwpr"] and output["dryy_lwpr_date"])
    assert any(bar.at.date() == day and bar.low == int(output["stck_dryy_lwpr"]) for bar in this_year)


def test_ticks_are_the_prints_of_the_exchange_newest_first() -> None:
    async def test(door: Door) -> None:
        door.offer(3, 70_100)
        await door.buy(1, 70_100)
        await door.buy(2, 70_100)
        output = (await door.call(Call.TICKS, issue(CODE))).body["output"]
        assert [(row["cntg_vol"], row["stck_prpr"]) for row in output] == [("2", "70100"), ("1", "70100")]
        assert output[0]["stck_cntg_hour"] == "100000"
        until = QUERIES[Call.TICKS_UNTIL] | {"FID_INPUT_HOUR_1": "100000"}
        rows = (await door.call(Call.TICKS_UNTIL, until)).body["output2"]
        assert [(row["cnqn"], row["acml_vol"]) for row in rows] == [("2", "3"), ("1", "1")]
        until["FID_INPUT_HOUR_1"] = "095959"
        assert (await door.call(Call.TICKS_UNTIL, until)).body["output2"] == []

    run(test, REAL)


def test_minutes_add_up_to_the_day() -> None:
    async def test() -> None:
        async with made_day("09:20") as door:
            query = QUERIES[Call.MINUTE_BARS] | {"FID_INPUT_HOUR_1": ""}
            answer = (await door.call(Call.MINUTE_BARS, query)).body
            rows = answer["output2"]
            summary = answer["output1"]
            assert [row["stck_cntg_hour"] for row in rows[-2:]] == ["090100", "090000"]
            # The running minute shows the volume of the one before until something trades in it.
            traded = rows if rows[0]["acml_tr_pbmn"] != rows[1]["acml_tr_pbmn"] else rows[1:]
            assert sum(int(row["cntg_vol"]) for row in traded) == int(summary["acml_vol"])
            assert rows[0]["acml_tr_pbmn"] == summary["acml_tr_pbmn"]

    asyncio.run(test())


def test_a_client_can_page_back_through_the_minutes_of_the_day() -> None:
    async def test() -> None:
        async with made_day("10:05") as door:
            hour, seen = "100500", []
            while True:
                query = QUERIES[Call.MINUTE_BARS] | {"FID_INPUT_HOUR_1": hour}
                rows = (await door.call(Call.MINUTE_BARS, query)).body["output2"]
                if not rows:
                    break
                seen += [row["stck_cntg_hour"] for row in rows]
                oldest = datetime.strptime(rows[-1]["stck_cntg_hour"], "%H%M%S").replace(tzinfo=KST)
                hour = f"{oldest - timedelta(minutes=1):%H%M%S}"
            assert len(seen) == len(set(seen)) == 66
            assert (seen[0], seen[-1]) == ("100500", "090000")

    asyncio.run(test())


def test_past_minutes_are_those_of_the_store_and_cross_days_if_asked(made: MadeDays) -> None:
    rows = made.answer(Call.PAST_MINUTE_BARS)["output2"]
    bars = MadeBars(7).minute_bars(CODE, date(2026, 4, 30))
    assert len(rows) == 120
    assert [row["stck_cntg_hour"] for row in rows[:2]] == ["153000", "151900"]
    assert [int(row["stck_prpr"]) for row in rows] == [bar.close for bar in reversed(bars[-120:])]
    assert int(rows[0]["acml_tr_pbmn"]) == sum(bar.value for bar in bars)
    crossed = made.ask(Call.PAST_MINUTE_BARS, FID_INPUT_HOUR_1="093000", FID_PW_DATA_INCU_YN="Y").body[
        "output2"
    ]
    assert len(crossed) == 120
    assert {row["stck_bsop_date"] for row in crossed} == {"20260430", "20260429"}


def test_what_is_still_to_come_today_is_not_told(made: MadeDays) -> None:
    rows = made.ask(Call.PAST_MINUTE_BARS, FID_INPUT_DATE_1="20260506").body["output2"]
    assert rows[0]["stck_cntg_hour"] == "100500"
    assert made.ask(Call.PAST_MINUTE_BARS, FID_INPUT_DATE_1="20260507").body["output2"] == []


@pytest.mark.parametrize("letter", ["W", "M", "Y"])
def test_longer_bars_are_made_of_the_daily_ones(made: MadeDays, letter: str) -> None:
    rows = made.ask(Call.DAILY_BARS, FID_PERIOD_DIV_CODE=letter, FID_INPUT_DATE_1="20260301").body["output2"]
    assert len(rows) == {"W": 10, "M": 3, "Y": 0}[letter]
    if rows:
        bars = MadeBars(7).daily_bars(CODE, date(2026, 4, 1), date(2026, 4, 30))
        one = next(
            row for row in rows if row["stck_bsop_date"] == ("20260427" if letter == "W" else "20260401")
        )
        part = [bar for bar in bars if letter == "M" or bar.at.date() >= date(2026, 4, 27)]
        assert int(one["stck_oprc"]) == part[0].open
        assert int(one["stck_clpr"]) == part[-1].close
        assert int(one["stck_hgpr"]) == max(bar.high for bar in part)
        assert int(one["acml_vol"]) == sum(bar.volume for bar in part)
        # The running week is there, with its change against the one before.
        assert int(rows[0]["prdy_vrss"]) == int(rows[0]["stck_clpr"]) - int(rows[1]["stck_clpr"])


def test_the_last_days_begin_with_the_running_one(made: MadeDays) -> None:
    rows = made.answer(Call.DAILY_PRICES)["output"]
    assert len(rows) == 30
    assert [row["stck_bsop_date"] for row in rows[:2]] == ["20260506", "20260504"]
    assert rows[0]["frgn_ntby_qty"] == "0"
    assert rows[0]["hts_frgn_ehrt"] == rows[1]["hts_frgn_ehrt"] != "0.00"
    assert int(rows[1]["frgn_ntby_qty"]) == int(made.answer(Call.INVESTORS)["output"][1]["frgn_ntby_qty"])


# Companies ------------------------------------------------------------------------------------------------


def test_facts_differ_from_issue_to_issue() -> None:
    async def test() -> None:
        async with made_day("10:05") as door:
            for call, name, fields in (
                (Call.PRICE, "FID_INPUT_ISCD", ("eps", "bps", "per", "frgn_hldn_qty", "cpfn")),
                (Call.STOCK_INFO, "PDNO", ("prdt_eng_name", "cpta", "lstg_stqt", "std_pdno")),
                (Call.MEMBERS, "FID_INPUT_ISCD", ("total_seln_qty1", "seln_mbcr_rlim1")),
            ):
                found = [
                    (await door.call(call, QUERIES[call] | {name: code})).body["output"]
                    for code in ("005930", "000660", "035420")
                ]
                for field in fields:
                    assert len({row[field] for row in found}) == 3, field

    asyncio.run(test())


def test_quarters_are_cumulative_and_the_year_is_their_end(made: MadeDays) -> None:
    years = made.answer(Call.INCOME_STATEMENT)["output"]
    quarters = made.ask(Call.INCOME_STATEMENT, FID_DIV_CLS_CODE="1").body["output"]
    assert years[0]["stac_yymm"] == "202512"
    of_2025 = [row for row in quarters if row["stac_yymm"].startswith("2025")]
    assert [row["stac_yymm"] for row in of_2025] == ["202512", "202509", "202506", "202503"]
    assert of_2025[0]["sale_account"] == years[0]["sale_account"]
    sales = [float(row["sale_account"]) for row in of_2025]
    assert sales == sorted(sales, reverse=True)
    assert years[0]["depr_cost"] == "99.99"


def test_the_register_knows_the_close_of_the_last_day_that_is_over(made: MadeDays) -> None:
    (before, yesterday) = MadeBars(7).daily_bars("000660", date(2026, 4, 30), YESTERDAY)
    output = made.answer(Call.STOCK_INFO)["output"]
    assert output["thdt_clpr"] == str(yesterday.close)
    assert output["bfdy_clpr"] == str(before.close)
    assert output["clpr_chng_dt"] == "20260504"
    assert output["pdno"] == "00000A000660"
    after = made.answer(Call.STOCK_INFO, "16:00")["output"]
    assert after["bfdy_clpr"] == str(yesterday.close)
    assert after["clpr_chng_dt"] == "20260506"


def test_dividends_can_be_asked_by_issue_and_by_kind(made: MadeDays) -> None:
    rows = made.ask(Call.DIVIDENDS, SHT_CD=CODE).body["output1"]
    assert rows
    assert {row["sht_cd"] for row in rows} == {CODE}
    assert all(len(row["per_sto_divi_amt"]) == 12 and len(row["divi_rate"]) == 9 for row in rows)
    only = made.ask(Call.DIVIDENDS, GB1="1").body["output1"]
    assert {row["divi_kind"] for row in only} == {"결산"}


# Investors ------------------------------------------------------------------------------------------------


def test_the_row_of_today_is_blank_until_the_figures_are_known(made: MadeDays) -> None:
    rows = made.answer(Call.INVESTORS)["output"]
    assert len(rows) == 30
    assert rows[0]["stck_bsop_date"] == "20260506"
    assert {value for name, value in rows[0].items() if name.startswith(("prsn", "frgn", "orgn"))} == {""}
    assert rows[1]["prsn_ntby_qty"] != ""
    assert made.answer(Call.INVESTORS, "15:40")["output"][0]["prsn_ntby_qty"] != ""


def test_the_daily_figures_are_closed_before_twenty_to_four(made: MadeDays) -> None:
    refused = made.answer(Call.INVESTOR_TRADES)
    assert (refused["rt_cd"], refused["msg_cd"]) == ("2", "OPSQ2001")
    assert "TIME LIMIT 00:00 ~ 15:40" in refused["msg1"]


def test_what_all_investors_bought_is_what_they_sold(made: MadeDays) -> None:
    answered = made.answer(Call.INVESTOR_TRADES, "16:00")
    rows = answered["output2"]
    assert len(rows) == 30
    assert rows[0]["stck_bsop_date"] == "20260506"
    for row in rows:
        net = {name: int(value) for name, value in row.items() if "ntby_qty" in name or "ntby_vol" in name}
        assert net["prsn_ntby_qty"] + net["frgn_ntby_qty"] + net["orgn_ntby_qty"] + net["etc_ntby_qty"] == 0
        assert net["frgn_ntby_qty"] == net["frgn_reg_ntby_qty"] + net["frgn_nreg_ntby_qty"]
        assert net["etc_ntby_qty"] == net["etc_corp_ntby_vol"] + net["etc_orgt_ntby_vol"]
        institutions = ("scrt", "ivtr", "bank", "insu", "mrbn", "fund")
        assert net["orgn_ntby_qty"] == net["pe_fund_ntby_vol"] + sum(
            net[f"{each}_ntby_qty"] for each in institutions
        )
    older = made.ask(Call.INVESTOR_TRADES, "16:00", FID_INPUT_DATE_1="20260324").body["output2"]
    assert older[0]["stck_bsop_date"] == "20260324"


def test_estimates_are_told_at_their_hours(made: MadeDays) -> None:
    assert [row["bsop_hour_gb"] for row in made.answer(Call.INVESTOR_ESTIMATES)["output2"]] == ["2", "1"]
    rows = made.answer(Call.INVESTOR_ESTIMATES, "16:00")["output2"]
    assert [row["bsop_hour_gb"] for row in rows] == ["5", "4", "3", "2", "1"]
    for row in rows:
        assert int(row["frgn_fake_ntby_qty"]) + int(row["orgn_fake_ntby_qty"]) == int(
            row["sum_fake_ntby_qty"]
        )


def test_short_sales_add_up_from_the_first_day_that_is_asked_for(made: MadeDays) -> None:
    rows = made.answer(Call.SHORT_SALES)["output2"]
    assert rows[0]["stck_bsop_date"] == "20260504"
    assert int(rows[0]["acml_ssts_cntg_qty"]) == sum(int(row["ssts_cntg_qty"]) for row in rows)
    assert int(rows[-1]["acml_ssts_cntg_qty"]) == int(rows[-1]["ssts_cntg_qty"])
    for row in rows:
        assert 0 <= int(row["ssts_cntg_qty"]) <= int(row["acml_vol"])
        ratio = 100 * int(row["ssts_cntg_qty"]) / int(row["acml_vol"])
        assert float(row["ssts_vol_rlim"]) == pytest.approx(ratio, abs=0.006)
    assert len(made.ask(Call.SHORT_SALES, FID_INPUT_DATE_1="").body["output2"]) == 100


def test_the_short_ranking_is_about_the_last_day_that_is_over(made: MadeDays) -> None:
    rows = made.answer(Call.SHORT_SALE_RANKING)["output"]
    assert (rows[0]["stnd_date1"], rows[0]["stnd_date2"]) == ("20260504", "20260504")
    assert {row["stnd_date1"] for row in rows[1:]} == {"0"}
    values = [int(row["ssts_tr_pbmn"]) for row in rows]
    assert values == sorted(values, reverse=True)
    week = made.ask(Call.SHORT_SALE_RANKING, FID_INPUT_CNT_1="4").body["output"]
    assert week[0]["stnd_date1"] == "20260427"


# Rankings -------------------------------------------------------------------------------------------------


def test_rankings_are_in_order_and_have_thirty_rows(made: MadeDays) -> None:
    by_volume = made.answer(Call.VOLUME_RANKING)["output"]
    assert len(by_volume) == 30
    volumes = [int(row["acml_vol"]) for row in by_volume]
    assert volumes == sorted(volumes, reverse=True)
    assert [row["data_rank"] for row in by_volume[:3]] == ["1", "2", "3"]
    by_change = [float(row["prdy_ctrt"]) for row in made.answer(Call.CHANGE_RANKING)["output"]]
    assert by_change == sorted(by_change, reverse=True)
    falls = made.ask(Call.CHANGE_RANKING, FID_RANK_SORT_CLS_CODE="1").body["output"]
    assert [float(row["prdy_ctrt"]) for row in falls] == sorted(float(row["prdy_ctrt"]) for row in falls)
    assert int(falls[0]["cnnt_down_dynu"]) >= 1
    assert falls[0]["cnnt_ascn_dynu"] == "0"


def test_a_ranking_leaves_out_what_the_client_leaves_out(made: MadeDays) -> None:
    without_funds = made.ask(Call.VOLUME_RANKING, FID_TRGT_EXLS_CLS_CODE="0000001100").body["output"]
    names = {row["hts_kor_isnm"] for row in without_funds}
    assert not any(name.startswith("KODEX") for name in names)
    kosdaq = made.ask(Call.VOLUME_RANKING, FID_INPUT_ISCD="1001").body["output"]
    assert 0 < len(kosdaq) < 30
    dear = made.ask(Call.VOLUME_RANKING, FID_INPUT_PRICE_1="200000").body["output"]
    assert all(int(row["stck_prpr"]) >= 200_000 for row in dear)
    preferred = made.ask(Call.MARKET_CAP_RANKING, FID_DIV_CLS_CODE="2").body["output"]
    assert [row["mksc_shrn_iscd"] for row in preferred] == ["005935"]


# Days, interruptions, indices, the evening ----------------------------------------------------------------


def test_a_ranking_of_changes_can_be_between_two_rates_and_over_several_days(made: MadeDays) -> None:
    rows = made.ask(Call.CHANGE_RANKING, FID_RSFL_RATE1="0.5", FID_RSFL_RATE2="2").body["output"]
    assert rows
    assert all(0.5 <= float(row["prdy_ctrt"]) <= 2 for row in rows)
    days = trading_days(DAY - timedelta(days=30), YESTERDAY)
    rows = made.ask(Call.CHANGE_RANKING, FID_INPUT_CNT_1="5").body["output"]
    for row in rows[:3]:
        (before,) = MadeBars(7).daily_bars(row["stck_shrn_iscd"], days[-5], days[-5])
        assert int(row["prd_rsfl"]) == int(row["stck_prpr"]) - before.close
    rates = [float(row["prd_rsfl_rate"]) for row in rows]
    assert rates == sorted(rates, reverse=True)
    (today, *_) = made.answer(Call.CHANGE_RANKING)["output"]
    assert (today["prd_rsfl"], today["prd_rsfl_rate"]) == (today["prdy_vrss"], today["prdy_ctrt"])


def test_a_ranking_can_be_of_the_issues_of_one_size(made: MadeDays) -> None:
    facts = MadeFacts(7, MadeBars(7))

    def ranked(index: str) -> set[str]:
        return {
            row["mksc_shrn_iscd"]
            for row in made.ask(Call.VOLUME_RANKING, FID_INPUT_ISCD=index).body["output"]
        }

    def of_size(codes: set[str], size: Size) -> set[str]:
        companies = {code: facts.company(code, DAY) for code in codes}
        return {code for code, each in companies.items() if each and each.size is size}

    for market, sizes in (("0001", ("0002", "0003", "0004")), ("1001", ("1002", "1003", "1004"))):
        listed = ranked(market)
        found = {index: ranked(index) for index in sizes}
        assert found == {index: of_size(listed, size) for index, size in zip(sizes, Size, strict=True)}
        assert any(found.values())


def test_a_ranking_can_be_of_an_industry_or_of_issues_with_some_margin_rate(made: MadeDays) -> None:
    facts = MadeFacts(7, MadeBars(7))
    codes = [each.code for each in MadeBars(7).instruments(DAY)]
    companies = {code: facts.company(code, DAY) for code in codes}
    industry = next(each.industry for each in companies.values() if each and each.industry)
    rows = made.ask(Call.VOLUME_RANKING, FID_INPUT_ISCD=industry.code).body["output"]
    assert {row["mksc_shrn_iscd"] for row in rows} == {
        code for code, each in companies.items() if each and each.industry == industry
    }
    assert made.ask(Call.VOLUME_RANKING, FID_INPUT_ISCD="4001").body["output"] == []
    without = made.ask(Call.VOLUME_RANKING, FID_TRGT_CLS_CODE="011111111").body["output"]
    dear = {
        code
        for code, each in companies.items()
        if each and each.margin_rate and each.margin_rate > Decimal("0.3")
    }
    unknown = {code for code, each in companies.items() if each is None or each.margin_rate is None}
    assert {row["mksc_shrn_iscd"] for row in without} == dear | unknown


def test_other_products_than_stocks_are_not_registered(made: MadeDays) -> None:
    for call in (Call.STOCK_INFO, Call.PRODUCT_INFO):
        heard = made.ask(call, PRDT_TYPE_CD="512")
        assert (heard.body["rt_cd"], heard.code) == ("7", "KIER2620")


def test_what_krx_announced_of_an_issue_stands_beside_its_price() -> None:
    def announced() -> Simulation:
        listings = [
            Listing(SAMSUNG, 70_000, regime=Regime.OVERHEATED),
            Listing(replace(SAMSUNG, code="000660"), 200_000, is_under_warning=True),
            Listing(replace(SAMSUNG, code="000100"), 10_000, regime=Regime.DELISTING),
            Listing(replace(SAMSUNG, code="000150", is_administrative=True), 10_000),
        ]
        openings = [Opening(account=each.account, deposit=0) for each in (KIM, LEE)]
        exchange = Exchange(DAY, listings, openings, KIS_STOCK)
        return Simulation(exchange, Flow(DAY, (), {}, lambda name: random.Random(name)))

    async def test(door: Door) -> None:
        async def price(call: Call, code: str) -> Any:
            return (await door.call(call, issue(code))).body["output"]

        hot = await price(Call.PRICE, CODE)
        assert (hot["iscd_stat_cls_code"], hot["short_over_yn"], hot["sltr_yn"]) == ("59", "Y", "N")
        warned = await price(Call.PRICE, "000660")
        assert (warned["iscd_stat_cls_code"], warned["mrkt_warn_cls_code"]) == ("53", "02")
        assert warned["ssts_yn"] == "Y"
        last = await price(Call.PRICE_DETAIL, "000100")
        assert (last["sltr_yn"], last["short_over_yn"], last["low_current_yn"]) == ("Y", "N", "N")
        assert (await price(Call.PRICE, "000100"))["iscd_stat_cls_code"] == "00"
        managed = await price(Call.PRICE, "000150")
        assert (managed["iscd_stat_cls_code"], managed["mang_issu_cls_code"]) == ("51", "Y")
        assert (await price(Call.PRICE_DETAIL, "000150"))["mang_issu_yn"] == "Y"
        assert (await price(Call.OVERTIME_PRICE, "000150"))["mang_issu_yn"] == "Y"
        door.trade(HaltIssue("000150"))
        assert (await price(Call.PRICE, "000150"))["iscd_stat_cls_code"] == "58"

    run(test, REAL, make=announced)


def test_holidays_go_on_with_the_context(made: MadeDays) -> None:
    heard = made.ask(Call.HOLIDAYS, BASS_DT="20261225")
    rows = {row["bass_dt"]: row for row in heard.body["output"]}
    assert heard.headers["tr_cont"] == "M"
    assert (len(rows), min(rows)) == (24, "20261225")
    assert (rows["20261225"]["bzdy_yn"], rows["20261225"]["opnd_yn"]) == ("N", "N")
    assert (rows["20261231"]["bzdy_yn"], rows["20261231"]["opnd_yn"]) == ("Y", "N")
    assert (rows["20261228"]["opnd_yn"], rows["20261228"]["wday_dvsn_cd"]) == ("Y", "02")
    assert {row["tr_day_yn"] for row in rows.values()} == {"Y"}
    context = heard.body["ctx_area_nk"]
    assert len(context) == len(heard.body["ctx_area_fk"]) == 20
    following = made.ask(Call.HOLIDAYS, BASS_DT="20261225", CTX_AREA_NK=context).body["output"]
    assert following[0]["bass_dt"] == context.strip() == "20270118"


def test_the_calendar_ends_with_the_next_year(made: MadeDays) -> None:
    days: list[str] = []
    heard = made.ask(Call.HOLIDAYS, BASS_DT="20270901")
    while heard.headers["tr_cont"] == "M" and len(days) < 1000:
        days += [row["bass_dt"] for row in heard.body["output"]]
        heard = made.ask(Call.HOLIDAYS, BASS_DT="20270901", CTX_AREA_NK=heard.body["ctx_area_nk"])
    days += [row["bass_dt"] for row in heard.body["output"]]
    assert (len(days), days[0], days[-1]) == (122, "20270901", "20271231")
    assert (heard.headers["tr_cont"], heard.code, heard.body["ctx_area_nk"].strip()) == ("D", "KIOK0510", "")
    after = made.ask(Call.HOLIDAYS, BASS_DT="20280101")
    assert (after.headers["tr_cont"], after.body["output"]) == ("D", [])


def test_an_interruption_is_listed_until_it_is_over_and_after() -> None:
    async def test() -> None:
        async with made_day("10:05") as door:
            door.trade(InterruptIssue(CODE))
            (row,) = (await door.call(Call.INTERRUPTIONS, QUERIES[Call.INTERRUPTIONS])).body["output"]
            assert (row["mksc_shrn_iscd"], row["vi_cls_code"], row["vi_cncl_hour"]) == (CODE, "Y", "")
            assert row["cntg_vi_hour"] == "100500"
            assert (await door.price(CODE)).body["output"]["vi_cls_code"] == "Y"
            later = datetime.combine(DAY, time(10, 8), KST)
            door.simulation.advance(later)
            (row,) = (await door.call(Call.INTERRUPTIONS, QUERIES[Call.INTERRUPTIONS])).body["output"]
            assert row["vi_cls_code"] == "N"
            assert "100700" <= row["vi_cncl_hour"] <= "100730"
            only = QUERIES[Call.INTERRUPTIONS]
            for change in ({"FID_INPUT_ISCD": "000660"}, {"FID_MRKT_CLS_CODE": "Q"}):
                assert (await door.call(Call.INTERRUPTIONS, only | change)).body["output"] == []

    asyncio.run(test())


def test_an_index_follows_the_prices_of_this_exchange() -> None:
    async def test() -> None:
        async with made_day("10:05") as door:
            before = (await door.call(Call.INDEX_PRICE, _KOSPI)).body["output"]
            quote = door.simulation.exchange.quote(CODE)
            asks = door.simulation.exchange.book(CODE).asks
            door.trade(Place(THE_MARKET, CODE, BUY, sum(level.quantity for level in asks), asks[-1].price))
            after = (await door.call(Call.INDEX_PRICE, _KOSPI)).body["output"]
            assert door.simulation.exchange.quote(CODE).last_price > quote.last_price
            assert float(after["bstp_nmix_prpr"]) > float(before["bstp_nmix_prpr"])
            assert (
                float(after["bstp_nmix_lwpr"])
                <= float(after["bstp_nmix_prpr"])
                <= float(after["bstp_nmix_hgpr"])
            )

    asyncio.run(test())


def test_index_bars_can_be_weeks(made: MadeDays) -> None:
    days = made.answer(Call.INDEX_BARS)["output2"]
    assert [row["stck_bsop_date"] for row in days] == ["20260506", "20260504"]
    weeks = made.ask(Call.INDEX_BARS, FID_PERIOD_DIV_CODE="W").body["output2"]
    assert [row["stck_bsop_date"] for row in weeks] == ["20260504"]
    assert weeks[0]["bstp_nmix_oprc"] == days[1]["bstp_nmix_oprc"]
    assert weeks[0]["bstp_nmix_prpr"] == days[0]["bstp_nmix_prpr"]


def test_the_evening_is_empty_before_it_begins(made: MadeDays) -> None:
    answered = made.answer(Call.OVERTIME_TICKS)
    assert answered["output2"] == []
    assert answered["output1"]["ovtm_untp_prpr"] == "0"
    price = int(made.answer(Call.PRICE)["output"]["stck_prpr"])
    assert price < int(answered["output1"]["ovtm_untp_mxpr"]) <= price * 1.1
    days = made.answer(Call.OVERTIME_DAYS)
    assert "uplm_sign" not in days["output1"]
    assert len(days["output2"]) == 30


def test_the_evening_has_a_price_a_book_and_an_expected_price_of_its_own() -> None:
    hynix = issue("000660")

    async def test(door: Door) -> None:
        door.offer(5, 201_000, "000660")
        door.bid(5, 201_000, "000660")
        for hour, side, quantity, limit in (
            ("16:01", SELL, 30, 202_000),
            ("16:02", BUY, 20, 202_000),
            ("16:12", BUY, 4, 202_000),
            ("16:12", SELL, 7, 203_000),
        ):
            door.clock.set(at(hour))
            door.trade(Place(MAKER, "000660", side, quantity, limit, OrderType.AFTER_HOURS_AUCTION))
        price = (await door.call(Call.OVERTIME_PRICE, hynix)).body["output"]
        assert (price["ovtm_untp_prpr"], price["ovtm_untp_vol"]) == ("202000", "20")
        assert price["ovtm_untp_tr_pbmn"] == "4040000"
        assert (price["ovtm_untp_sdpr"], price["ovtm_untp_prdy_vrss"]) == ("201000", "1000")
        assert (price["ovtm_untp_mxpr"], price["ovtm_untp_llam"]) == ("221000", "181000")
        assert (price["ovtm_untp_antc_cnpr"], price["ovtm_untp_antc_cnqn"]) == ("202000", "4")
        assert (price["askp"], price["bidp"]) == ("202000", "0")  # the four that would trade are not shown
        book = (await door.call(Call.OVERTIME_BOOK, hynix)).body["output"]
        assert book["ovtm_untp_last_hour"] == "161200"
        assert (book["ovtm_untp_askp1"], book["ovtm_untp_askp_rsqn1"]) == ("202000", "6")
        assert (book["ovtm_untp_askp2"], book["ovtm_untp_askp_rsqn2"]) == ("203000", "7")
        assert (book["ovtm_untp_bidp1"], book["ovtm_untp_bidp_rsqn1"]) == ("0", "0")
        assert (book["ovtm_untp_total_askp_rsqn"], book["ovtm_untp_ntby_bidp_rsqn"]) == ("13", "-13")
        ticks = (await door.call(Call.OVERTIME_TICKS, hynix | {"FID_HOUR_CLS_CODE": "1"})).body
        assert ticks["output1"]["ovtm_untp_antc_cnpr"] == "202000"
        assert [tick["cntg_vol"] for tick in ticks["output2"]] == ["20"]
        assert (await door.call(Call.PRICE, hynix)).body["output"]["stck_prpr"] == "201000"

    run(test, REAL, make=whole_day)


def test_program_trading_is_what_the_facts_say_with_its_change_from_day_to_day(made: MadeDays) -> None:
    rows = made.answer(Call.PROGRAM_DAYS)["output"]
    assert (len(rows), rows[0]["stck_bsop_date"]) == (30, f"{YESTERDAY:%Y%m%d}")
    for row, before in pairwise(rows):
        assert int(row["whol_ntby_vol_icdc"]) == int(row["whol_smtn_ntby_qty"]) - int(
            before["whol_smtn_ntby_qty"]
        )
        assert int(row["whol_smtn_ntby_qty"]) == int(row["whol_smtn_shnu_vol"]) - int(
            row["whol_smtn_seln_vol"]
        )
        assert int(row["prdy_vrss"]) == int(row["stck_clpr"]) - int(before["stck_clpr"])
    (fact,) = MadeFacts(7, MadeBars(7)).program_flows(CODE, YESTERDAY, YESTERDAY)
    assert int(rows[0]["whol_smtn_ntby_qty"]) == fact.total.net
    (older, *_) = made.ask(Call.PROGRAM_DAYS, FID_INPUT_DATE_1=rows[3]["stck_bsop_date"]).body["output"]
    assert older == rows[3]
    assert made.answer(Call.PROGRAM_DAYS, "15:45")["output"][0]["stck_bsop_date"] == "20260506"


def test_what_foreign_firms_did_minute_by_minute_adds_up_to_the_members_of_the_day(made: MadeDays) -> None:
    answer, totals = made.answer(Call.MEMBER_TRADES), made.answer(Call.MEMBERS)["output"]
    assert answer["output1"] == [
        {"total_seln_qty": totals["glob_total_seln_qty"], "total_shnu_qty": totals["glob_total_shnu_qty"]}
    ]
    rows = answer["output2"]
    assert len(rows) == 30
    assert rows[0]["glob_ntby_qty"] == totals["glob_ntby_qty"]
    assert sorted((row["bsop_hour"] for row in rows), reverse=True) == [row["bsop_hour"] for row in rows]
    for row, before in pairwise(rows):
        assert int(row["glob_ntby_qty"]) == int(before["glob_ntby_qty"]) + int(row["cntg_vol"])
    assert {row["mbcr_name"] for row in rows} <= {"JP모간", "모간스탠리", "골드만삭스", "UBS", "메릴린치"}


def test_member_trades_can_be_of_one_firm_of_a_market_and_of_a_size(made: MadeDays) -> None:
    one = made.ask(Call.MEMBER_TRADES, FID_INPUT_ISCD_2="00003").body["output2"]
    assert {row["mbcr_name"] for row in one} == {"키움증권"}
    sizes = [abs(int(row["cntg_vol"])) for row in made.answer(Call.MEMBER_TRADES)["output2"]]
    large = made.ask(Call.MEMBER_TRADES, FID_VOL_CNT=str(max(sizes))).body["output2"]
    assert all(abs(int(row["cntg_vol"])) >= max(sizes) for row in large)
    kosdaq = made.ask(Call.MEMBER_TRADES, FID_INPUT_ISCD="", FID_MRKT_CLS_CODE="Q").body["output2"]
    names = {row["hts_kor_isnm"] for row in kosdaq}
    known = {each.name: each.market for each in MadeBars(7).instruments(DAY)}
    assert len(kosdaq) == 30
    assert {known[name] for name in names} == {Market.KOSDAQ}
    assert made.ask(Call.MEMBER_TRADES, FID_INPUT_ISCD="", FID_MRKT_CLS_CODE="W").body["output2"] == []


def test_an_issue_at_its_limit_is_captured_and_one_near_it_elsewhere() -> None:
    async def test(door: Door) -> None:
        door.offer(10, 91_000)
        await door.buy(3, 91_000)
        door.offer(10, 230_000, "000660")
        await door.buy(2, 230_000, "000660")
        query = QUERIES[Call.LIMIT_ISSUES]
        (row,) = (await door.call(Call.LIMIT_ISSUES, query)).body["output"]
        assert (row["mksc_shrn_iscd"], row["prdy_vrss_sign"], row["prdy_ctrt"]) == (CODE, "1", "30.00")
        assert (row["askp_rsqn1"], row["shnu_cnqn"], row["seln_cnqn"]) == ("7", "3", "0")
        assert (row["prdy_vol"], row["prdy_vrss_vol_rate"]) == ("1000", "0.30")
        near = (await door.call(Call.LIMIT_ISSUES, query | {"FID_DIV_CLS_CODE": "1"})).body["output"]
        assert [each["mksc_shrn_iscd"] for each in near] == ["000660"]
        assert (await door.call(Call.LIMIT_ISSUES, query | {"FID_DIV_CLS_CODE": "2"})).body["output"] == []
        assert (await door.call(Call.LIMIT_ISSUES, query | {"FID_PRC_CLS_CODE": "1"})).body["output"] == []

    run(test, REAL)


def test_the_closing_call_shows_what_everybody_is_expected_to_close_at() -> None:
    async def test(door: Door) -> None:
        assert (await door.call(Call.EXPECTED_CLOSES, QUERIES[Call.EXPECTED_CLOSES])).body["output"] == []
        door.clock.set(at("15:25"))
        door.simulation.advance(at("15:25"))
        door.offer(9, 70_300)
        door.bid(6, 70_300)
        door.offer(9, 199_000, "000660")
        door.bid(9, 199_000, "000660")
        query = QUERIES[Call.EXPECTED_CLOSES]
        rows = (await door.call(Call.EXPECTED_CLOSES, query | {"FID_RANK_SORT_CLS_CODE": "3"})).body["output"]
        assert [row["stck_shrn_iscd"] for row in rows] == [CODE, "000660"]
        assert (rows[0]["stck_prpr"], rows[0]["cntg_vol"]) == ("70300", "6")
        assert (rows[0]["prdy_vrss"], rows[0]["sdpr_vrss_prpr"]) == ("300", "300")
        rows = (await door.call(Call.EXPECTED_CLOSES, query | {"FID_RANK_SORT_CLS_CODE": "4"})).body["output"]
        assert [row["stck_shrn_iscd"] for row in rows] == ["000660", CODE]
        for change in ({"FID_RANK_SORT_CLS_CODE": "1"}, {"FID_BLNG_CLS_CODE": "1"}):
            assert (await door.call(Call.EXPECTED_CLOSES, query | change)).body["output"] == []

    run(test, REAL)


def test_the_environment_of_a_call_is_the_one_of_the_table() -> None:
    assert {call for call in QUERIES if SERVICES[call].ids(Environment.PAPER)} == ON_PAPER
