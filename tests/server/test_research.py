"""The routes of the original about an issue itself: answered by the real client from the exchange's facts."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from tests.brokers.kis import made_day
from tests.brokers.kis.door import KIM, PAPER, REAL
from tests.brokers.kis.made_day import CODE, DAY, YESTERDAY, Made
from tests.server.described import hold

from hoga.application import Hoga
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.download import download_archive
from hoga.brokers.kis.master import file_name, read_issues
from hoga.brokers.kis.research import KisResearch
from hoga.domain.company import DividendKind
from hoga.domain.financials import Income
from hoga.domain.flows import Investor
from hoga.domain.instrument import Market
from hoga.domain.ranking import RankFilter, Section
from hoga.domain.statement import Period
from hoga.krx.calendar import previous_trading_day, trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.server.access import Access
from hoga.server.routes import create, half_a_year_before
from hoga.storage.answers import Answers
from hoga.storage.kept_flows import KeptFlows
from hoga.titles import TITLES
from hoga.trading.desk import Desk

FEATURES = [
    "이름", "증거금률(%)", "시장구분코드 ", "부구분코드", "감리", "관리", "현재상태", "결산기", "K200여부",
    "업종코드", "상장일", "신용가능여부", "PER", "EPS", "자본금(백만)", "액면가", "배당률", "배당수익률",
    "부채비율", "유보율", "자기자본이익률(ROE)", "매출액증가율", "경상이익증가율", "순이익증가율", "투자심리",
    "매출액", "경상이익", "당기순이익", "BPS", "영업이익증가율", "영업이익", "매출액영업이익률",
    "매출액경상이익률", "이자보상비율", "분기BPS", "분기매출액증가율", "분기영업이익증가율",
    "분기경상이익증가율", "분기순이익증가율", "분기매출액", "분기영업이익", "분기경상이익", "분기당기순이익",
    "분개매출액영업이익률", "분기매출액경상이익률", "분기ROE", "분기이자보상비율", "분기유보율",
    "분기부채비율", "최근분기년월",
]  # fmt: skip
SHORT = ["index", "거래일", "종가", "전일대비", "거래량", "공매도량", "공매도비중", "공매도거래대금"]
MATRIX = [
    "날짜", "종가", "개인", "외국인", "기관계", "금융투자", "보험", "투신", "은행", "기타금융", "연기금등",
    "기타법인", "기타외인", "사모펀드", "국가지자체",
]  # fmt: skip
UNKNOWN = {"업종코드", "분기이자보상비율"}

INCOME = Income(date(2026, 3, 31), 79_140_500_000_000, 6_685_300_000_000, 9_151_600_000_000, None)
"""As the register of a real exchange would tell it; ours tells no figures."""

Ask = Callable[..., Awaitable[Any]]


def asking(
    test: Callable[[Made, Ask], Awaitable[None]], now: str, environment: Environment = REAL, **options: Any
) -> None:
    """Let `test` ask a bridge at the client of the made day; `options` are the client's."""
    bridging(lambda made, app: test(made, asker(app)), now, environment, **options)


def bridging(
    test: Callable[[Made, FastAPI], Awaitable[None]],
    now: str,
    environment: Environment = REAL,
    **options: Any,
) -> None:
    """Give `test` a bridge without a desk at the client of the made day. Its token is "token"."""

    async def with_bridge(made: Made) -> None:
        instruments = {each.code: each for each in made.store.instruments(DAY)}
        registered = {}
        for market in Market:
            archive = await download_archive(made.rest_url, file_name(market))
            registered.update(
                {each.instrument.code: each.registered for each in read_issues(market, archive)}
            )
        registered[CODE] = replace(registered[CODE], income=INCOME, return_on_equity=Decimal("0.0816"))
        hoga = Hoga(
            day=DAY,
            prices="made",
            broker=made.client,
            market=made.client,
            desk=cast(Desk, None),
            clock=made.clock,
            instruments=instruments,
            account_number=KIM.account,
            commission=KIS_STOCK,
            notes=[],
            research=KisResearch(made.client, registered),
        )
        with closing(Answers(":memory:")) as answers:
            await test(made, create(hoga, Access("token", made.clock.now), answers))

    made_day.run(with_bridge, now, environment, **options)


def asker(app: FastAPI) -> Ask:
    """What asks `app`, as the owner of the token."""

    async def ask(path: str, status: int = 200, **params: Any) -> Any:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": "Bearer token"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            response = await client.get(path, params=params, headers=headers)
            hold(response, app.openapi)
            assert response.status_code == status, response.text
            is_json = "json" in response.headers["Content-Type"]
            return response.json() if is_json else response.content

    return ask


def percent(fraction: Decimal | None) -> float | None:
    return None if fraction is None else round(float(fraction * 100), 2)


def test_stockfeatures_are_those_of_register_price_and_statements() -> None:
    async def test(made: Made, ask: Ask) -> None:
        row: Mapping[str, Any] = await ask("/stockfeatures", code=f"A{CODE}")
        assert list(row) == FEATURES
        company = made.facts.company(CODE, DAY)
        year = made.facts.statements(CODE, DAY, Period.YEAR)[-1]
        quarter = made.facts.statements(CODE, DAY, Period.QUARTER)[-1]
        assert company is not None
        assert company.capital is not None
        assert company.listing_day is not None
        assert year.sales is not None
        assert year.operating_profit is not None
        assert {name for name, value in row.items() if value is None} == UNKNOWN
        assert row["K200여부"] == 5
        assert row["이름"] == made.exchange.instrument(CODE).name
        assert (row["시장구분코드 "], row["부구분코드"], row["감리"], row["관리"], row["현재상태"]) == (
            1,
            1,
            0,
            0,
            0,
        )
        assert row["상장일"] == int(f"{company.listing_day:%Y%m%d}")
        assert row["자본금(백만)"] == company.capital // 10**6
        assert row["액면가"] == company.face_value
        assert row["매출액"] == pytest.approx(year.sales / 10**6, rel=1e-3)
        assert row["영업이익"] == pytest.approx(year.operating_profit, rel=1e-3)
        margin = year.operating_profit * 100 / year.sales
        assert row["매출액영업이익률"] == pytest.approx(margin, abs=0.02)
        assert row["부채비율"] == percent(year.debt_ratio)
        assert row["분기부채비율"] == percent(quarter.debt_ratio)
        assert row["최근분기년월"] == int(f"{quarter.end:%Y%m}")
        paid = [
            each
            for each in made.facts.dividends(CODE, DAY - timedelta(days=400), DAY)
            if each.kind is DividendKind.YEAR_END
        ][-1]
        assert row["배당률"] == percent(paid.rate)
        price = made.exchange.quote(CODE).last_price
        assert row["배당수익률"] == percent(Decimal(paid.per_share) / price)
        assert year.interest_coverage is not None
        assert row["이자보상비율"] == pytest.approx(float(year.interest_coverage), abs=0.05)
        days = [made.day(CODE, day).close for day in trading_days(date(2026, 4, 1), YESTERDAY)]
        closes = [*days, made.exchange.quote(CODE).last_price][-11:]
        assert row["투자심리"] == sum(b > a for a, b in pairwise(closes)) * 10

    asking(test, "10:05")


def test_an_etf_has_features_without_a_company_behind_it() -> None:
    async def test(made: Made, ask: Ask) -> None:
        row = await ask("/stockfeatures", code="A122630")
        assert list(row) == FEATURES
        assert row["부구분코드"] == 10
        assert row["매출액"] is None

    asking(test, "10:05")


def test_on_paper_features_are_what_price_and_register_tell() -> None:
    async def test(made: Made, ask: Ask) -> None:
        row = await ask("/stockfeatures", code=CODE)
        assert list(row) == FEATURES
        company = made.facts.company(CODE, DAY)
        assert company is not None
        assert company.capital is not None
        assert company.listing_day is not None
        assert (row["K200여부"], row["부구분코드"], row["결산기"]) == (5, 1, 12)
        assert row["상장일"] == int(f"{company.listing_day:%Y%m%d}")
        assert row["자본금(백만)"] == company.capital // 10**6
        # The register's year so far is a quarter's, since the financial year ends in December.
        assert (row["분기매출액"], row["분기영업이익"]) == (79_140_500, 6_685_300_000_000)
        assert (row["분기당기순이익"], row["분기ROE"], row["최근분기년월"]) == (None, 8.16, 202603)
        assert row["분개매출액영업이익률"] == 8.45
        assert {row[name] for name in ("매출액", "부채비율", "자기자본이익률(ROE)", "배당률")} == {None}
        value = await made.client.companies.valuation(CODE)
        assert value.per is not None
        assert row["PER"] == float(value.per)
        features = (await ask(f"/v1/features/{CODE}"))["features"]
        quote = made.exchange.quote(CODE)
        assert (features["last_price"], features["base_price"]) == (quote.last_price, quote.base_price)
        assert features["previous_close"] == made.day(CODE, YESTERDAY).close
        assert (features["quarter_sales"], features["year_sales"]) == (79_140_500_000_000, None)
        assert features["is_unfaithful"] is None

    asking(test, "10:05", PAPER)


def test_on_paper_a_fund_has_no_figures() -> None:
    async def test(made: Made, ask: Ask) -> None:
        row = await ask("/stockfeatures", code="122630")
        assert (row["부구분코드"], row["K200여부"], row["매출액"], row["분기매출액"]) == (10, 0, None, None)

    asking(test, "10:05", PAPER)


def test_short_tells_sixty_days_newest_first_in_units_of_ten_thousand_won() -> None:
    async def test(made: Made, ask: Ask) -> None:
        rows = await ask("/short", code=f"A{CODE}")
        assert [list(row) for row in rows] == [SHORT] * len(rows)
        known = made.facts.short_sales(CODE, date(2026, 1, 1), DAY)[-len(rows) :]
        assert len(rows) >= 58
        assert [row["index"] for row in rows] == list(range(len(rows)))
        assert [(row["거래일"], row["공매도량"]) for row in rows] == [
            (int(f"{each.day:%Y%m%d}"), each.quantity) for each in reversed(known)
        ]
        for row, fact in zip(rows, reversed(known), strict=True):
            bar = made.day(CODE, fact.day)
            assert (row["종가"], row["거래량"]) == (bar.close, bar.volume)
            assert row["공매도비중"] == pytest.approx(fact.quantity * 100 / bar.volume, abs=1e-4)
            assert fact.value is not None
            assert row["공매도거래대금"] == fact.value // 10_000

    asking(test, "16:00")


def test_tradematrix_tells_six_months_oldest_first_and_its_rows_add_up_to_zero() -> None:
    async def test(made: Made, ask: Ask) -> None:
        rows = await ask("/tradematrix", code=f"A{CODE}")
        assert [list(row) for row in rows] == [MATRIX] * len(rows)
        first = half_a_year_before(DAY)
        assert [row["날짜"] for row in rows] == [int(f"{day:%Y%m%d}") for day in trading_days(first, DAY)]
        for row, fact in zip(rows, made.facts.investor_flows(CODE, first, DAY), strict=True):
            assert row["개인"] == fact.flows[Investor.INDIVIDUAL].net
            assert row["외국인"] == fact.flows[Investor.REGISTERED_FOREIGN].net
            assert row["국가지자체"] is None
            others = sum(row[name] for name in ("개인", "외국인", "기관계", "기타법인", "기타외인"))
            unnamed = fact.find(Investor.OTHER_ORGANIZATION)
            assert others == -(0 if unnamed is None else unnamed.net)
        assert rows[-2]["종가"] == made.day(CODE, YESTERDAY).close

    asking(test, "16:00")


@pytest.mark.parametrize("environment", [REAL, PAPER])
def test_the_matrix_that_was_never_whole_has_six_months_with_a_month_of_three_groups(
    environment: Environment,
) -> None:
    async def test(made: Made, ask: Ask) -> None:
        rows = await ask("/tradematrix", code=CODE)
        first = half_a_year_before(DAY)
        assert [row["날짜"] for row in rows] == [int(f"{d:%Y%m%d}") for d in trading_days(first, YESTERDAY)]
        for row in rows[:-28]:
            assert {row[name] for name in MATRIX[2:]} == {None}
        for row in rows[-28:]:
            told = {name for name in MATRIX[2:] if row[name] is not None}
            assert told == {"개인", "외국인", "기관계"}
        assert all(row["종가"] is not None for row in rows)

    asking(test, "10:05", environment)


def test_the_matrix_that_was_whole_once_is_whole_at_any_hour(tmp_path: Path) -> None:
    first, kept = half_a_year_before(DAY), KeptFlows(tmp_path, "kis", "live")

    async def on_some_evening(made: Made, ask: Ask) -> None:
        await made.client.flows.investors(CODE, first, YESTERDAY)

    async def in_the_morning(made: Made, ask: Ask) -> None:
        rows = await ask("/tradematrix", code=CODE)
        assert [row["날짜"] for row in rows] == [int(f"{d:%Y%m%d}") for d in trading_days(first, YESTERDAY)]
        for row, fact in zip(rows, made.facts.investor_flows(CODE, first, YESTERDAY), strict=True):
            assert row["외국인"] == fact.flows[Investor.REGISTERED_FOREIGN].net
            assert [name for name in MATRIX if row[name] is None] == ["국가지자체"]
        flows = (await ask(f"/v1/flows/{CODE}", **{"from": first.isoformat()}))["flows"]
        assert len(flows) == len(rows)

    asking(on_some_evening, "16:00", flow_store=kept)
    asking(in_the_morning, "10:05", flow_store=kept)
    file = next(tmp_path.rglob(f"{CODE}.json"))
    file.write_bytes(file.read_bytes()[:-9])

    async def without_it(made: Made, ask: Ask) -> None:
        rows = await ask("/tradematrix", code=CODE)
        assert {row["보험"] for row in rows} == {None}

    asking(without_it, "10:05", flow_store=kept)


def test_on_paper_short_sales_are_not_known_and_the_days_are() -> None:
    async def test(made: Made, ask: Ask) -> None:
        rows = await ask("/short", code=CODE)
        assert [list(row) for row in rows] == [SHORT] * 60
        assert {row[name] for row in rows for name in SHORT[5:]} == {None}
        bar, before = made.day(CODE, YESTERDAY), made.day(CODE, previous_trading_day(YESTERDAY))
        assert (rows[1]["종가"], rows[1]["거래량"]) == (bar.close, bar.volume)
        assert rows[1]["전일대비"] == bar.close - before.close
        assert rows[0]["종가"] == made.exchange.quote(CODE).last_price
        assert "paper" in (await ask(f"/v1/short-sale/{CODE}", 400))["english"]

    asking(test, "10:05", PAPER)


@pytest.mark.parametrize("path", ["/short", "/stockfeatures", "/tradematrix"])
def test_an_unknown_code_is_named(path: str) -> None:
    async def test(made: Made, ask: Ask) -> None:
        assert "no such instrument" in (await ask(path, 400, code="A999999"))["english"]
        assert "missing" in (await ask(path, 400))["english"]

    asking(test, "10:05")


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 5, 6), date(2025, 11, 6)),
        (date(2026, 12, 31), date(2026, 6, 30)),
        (date(2026, 8, 31), date(2026, 2, 28)),
        (date(2028, 8, 31), date(2028, 2, 29)),
        (date(2026, 1, 15), date(2025, 7, 15)),
        (date(2026, 7, 1), date(2026, 1, 1)),
        (date(2026, 6, 30), date(2025, 12, 30)),
    ],
)
def test_half_a_year_is_counted_in_months(day: date, before: date) -> None:
    assert half_a_year_before(day) == before


# /v1


def test_v1_tells_flows_short_sales_features_and_minutes_as_the_client_does() -> None:
    async def test(made: Made, ask: Ask) -> None:
        days: dict[str, Any] = {"from": "2026-04-01"}
        flows = (await ask(f"/v1/flows/{CODE}", **days))["flows"]
        known = await made.client.flows.investors(CODE, date(2026, 4, 1), DAY)
        assert [row["individual"] for row in flows] == [each.flows[Investor.INDIVIDUAL].net for each in known]
        short = (await ask(f"/v1/short-sale/{CODE}", **days))["short_sales"]
        sold = made.facts.short_sales(CODE, date(2026, 4, 1), DAY)
        assert [row["short_quantity"] for row in short] == [each.quantity for each in sold]
        features = (await ask(f"/v1/features/A{CODE}"))["features"]
        company = made.facts.company(CODE, DAY)
        assert company is not None
        assert (features["code"], features["face_value"]) == (CODE, company.face_value)
        bars = (await ask(f"/v1/bars/{CODE}", interval="minute"))["bars"]
        assert sum(bar["volume"] for bar in bars) == made.exchange.quote(CODE).volume
        assert bars[0]["at"] == "2026-05-06T09:00:00+09:00"

    asking(test, "16:00")


def test_v1_ranks_short_sales_as_the_client_does_in_a_workbook_too() -> None:
    async def test(made: Made, ask: Ask) -> None:
        ranking = (await ask("/v1/short-sale/ranking", market="kospi", span="1w", min_price=1))["ranking"]
        known = await made.client.flows.short_sale_ranking(
            RankFilter(section=Section.KOSPI, least_price=1), "1w"
        )
        assert known
        assert [(row["code"], row["short_value"]) for row in ranking] == [
            (each.code, each.short_value) for each in known
        ]
        content = await ask("/v1/short-sale/ranking.xlsx", market="kospi", span="1w", min_price=1)
        workbook = load_workbook(BytesIO(content))
        found, asked = workbook.worksheets
        table = list(found.values)
        # The same titles as of the command, which has them from the words of the ranking.
        assert table[0] == tuple(TITLES[key] for key in ranking[0])
        assert table[0][-5:] == ("평균가격", "거래량", "거래대금", "시작일", "종료일")
        assert [row[1] for row in table[1:]] == [each.code for each in known]
        assert {("조회", "공매도 상위종목"), ("기간", "1w")} <= set(asked.values)
        for path in ("/v1/short-sale/ranking", "/v1/short-sale/ranking.xlsx"):
            assert "span" in (await ask(path, 400, span="5d"))["english"]
            await ask(path, 400, min_price=2, max_price=1)

    asking(test, "16:00")
