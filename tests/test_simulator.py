"""The exchange as a program of its own: both faces, the configuration for samples, recordings."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import aiohttp
import msgspec
import pytest

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.frames import subscribe_request
from hoga.brokers.kis.streams import STREAMS
from hoga.clock import PacedClock, WallClock
from hoga.day import ACCOUNT, DayPlan, plan_day
from hoga.domain.errors import BadInput
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.events import BoardKind
from hoga.krx.calendar import get_hours
from hoga.settings import Settings
from hoga.simulator import (
    KEY_LENGTHS,
    Doors,
    Face,
    MadeOf,
    OpenExchange,
    Terms,
    begin_at,
    open_customers,
    replay,
    run_exchange,
    sample_config,
    simulate,
)

DAY = date(2026, 5, 6)
ANY_PORTS = Doors(rest=0, paper_rest=0, ws=0, paper_ws=0)


def plan(seed: int = 5) -> DayPlan:
    planned = plan_day(Settings(), day=DAY, seed=seed, wanted=None)
    return replace(planned, start=get_hours(DAY).open)


SOLD = {"H0STMBC0": "total_seln_qty1", "H0STPGM0": "seln_cnqn"}
"""Where the streams of firms and of programs tell what was sold."""


class Enough(Exception):
    """The test has seen what it wanted."""


def run_until_seen(look: Face, **options: object) -> None:
    async def run() -> None:
        await run_exchange(plan(), look, ANY_PORTS, Terms(**options))  # type: ignore[arg-type]

    with pytest.raises(Enough):
        asyncio.run(run())


async def price_of(exchange: OpenExchange, environment: Environment) -> dict[str, str]:
    keys, face = exchange.customers[environment][0].keys, exchange.faces[environment]
    login = {"grant_type": "client_credentials", "appkey": keys.appkey, "appsecret": keys.appsecret}
    async with aiohttp.ClientSession(face.rest_url) as session:
        async with session.post("/oauth2/tokenP", json=login) as answer:
            token = (await answer.json())["access_token"]
        headers = {
            "authorization": f"Bearer {token}",
            "appkey": keys.appkey,
            "appsecret": keys.appsecret,
            "tr_id": "FHKST01010100",
        }
        query = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": "005930"}
        path = "/uapi/domestic-stock/v1/quotations/inquire-price"
        async with session.get(path, params=query, headers=headers) as answer:
            found: dict[str, str] = (await answer.json())["output"]
            return found


def test_both_environments_serve_one_market() -> None:
    seen: list[str] = []

    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        last = exchange.simulation.exchange.quote("005930").last_price
        for environment in Environment:
            answer = await price_of(exchange, environment)
            assert answer["stck_prpr"] == str(last)
            seen.append(answer["stck_sdpr"])
        raise Enough
        yield

    run_until_seen(look)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_who_listens_to_firms_and_programs_from_before_the_open_hears_them_grow() -> None:
    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        face, (customer, *_) = exchange.faces[Environment.REAL], exchange.customers[Environment.REAL]
        keys = customer.keys
        wanted = {"grant_type": "client_credentials", "appkey": keys.appkey, "secretkey": keys.appsecret}
        async with aiohttp.ClientSession() as session:
            async with session.post(face.rest_url + "/oauth2/Approval", json=wanted) as answer:
                key = (await answer.json())["approval_key"]
            async with session.ws_connect(face.ws_url, autoping=False) as socket:
                for stream in ("H0STMBC0", "H0STPGM0"):
                    await socket.send_str(subscribe_request(key, stream, "005930"))
                    assert (await socket.receive_json(timeout=30))["body"]["rt_cd"] == "0"
                told: dict[str, list[int]] = {"H0STMBC0": [], "H0STPGM0": []}
                for minute in (3, 6):
                    exchange.simulation.advance(get_hours(DAY).open + timedelta(minutes=minute))
                    for _ in told:
                        _, stream, _, record = (await socket.receive_str(timeout=30)).split("|")
                        values = dict(zip(STREAMS[stream].fields, record.split("^"), strict=True))
                        told[stream].append(int(values[SOLD[stream]]))
        assert all(0 < before < after for before, after in told.values())
        raise Enough
        yield

    run_until_seen(look)


def test_the_clock_stands_until_everything_is_open_and_runs_then() -> None:
    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        clock = exchange.clock
        assert isinstance(clock, PacedClock)
        assert not clock.is_running
        assert clock.now() == get_hours(DAY).open

        def stop(events: object) -> None:
            assert clock.is_running
            raise Enough

        exchange.simulation.on_events(stop)
        yield

    run_until_seen(look, pace=Decimal(600))


def test_a_token_lasts_by_the_client_s_watch_whatever_day_is_simulated() -> None:
    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        keys, face = exchange.customers[Environment.REAL][0].keys, exchange.faces[Environment.REAL]
        login = {"grant_type": "client_credentials", "appkey": keys.appkey, "appsecret": keys.appsecret}
        async with (
            aiohttp.ClientSession(face.rest_url) as session,
            session.post("/oauth2/tokenP", json=login) as answer,
        ):
            ends = datetime.fromisoformat((await answer.json())["access_token_token_expired"])
        left = ends.replace(tzinfo=KST) - WallClock().now()
        assert timedelta(hours=23) < left <= timedelta(hours=24)
        raise Enough
        yield

    run_until_seen(look)


def test_the_samples_configuration_names_this_exchange_and_no_other() -> None:
    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        written = dict(
            line.split(": ", 1) for line in sample_config(exchange).splitlines() if not line.startswith("#")
        )
        assert written["prod"] == f'"{exchange.faces[Environment.REAL].rest_url}"'
        assert written["vops"] == f'"{exchange.faces[Environment.PAPER].ws_url}"'
        assert written["my_acct_stock"] == '"50012345"'
        assert written["my_prod"] == '"01"'
        assert all("127.0.0.1" in written[key] for key in ("prod", "ops", "vps", "vops"))
        raise Enough
        yield

    run_until_seen(look)


def test_a_recording_is_lived_again_to_the_same_events(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"

    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        simulation = exchange.simulation
        simulation.submit(Place(ACCOUNT, "005930", Side.BUY, 3, 100), get_hours(DAY).open)
        ask = simulation.exchange.quote("000660").base_price
        simulation.submit(
            Place(ACCOUNT, "000660", Side.BUY, 3, ask), get_hours(DAY).open + timedelta(minutes=2)
        )
        raise Enough
        yield

    run_until_seen(look, record=path)

    def plan_of(made_of: MadeOf) -> DayPlan:
        assert (made_of.day, made_of.seed, made_of.source) == (str(DAY), 5, "made")
        return plan(made_of.seed)

    assert replay(path, plan_of).is_same
    assert not replay(path, lambda made_of: plan(6)).is_same

    # An exchange may end between two things that happen at one instant.
    whole = path.read_bytes().splitlines(keepends=True)
    events = [place for place, line in enumerate(whole) if line.startswith(b"[")]
    path.write_bytes(b"".join(whole[: events[-1]]))
    ended = replay(path, plan_of)
    assert ended.is_same
    assert ended.events == len(events) - 1
    path.write_bytes(b"".join(whole[: events[-2]] + whole[events[-1] :]))
    assert not replay(path, plan_of).is_same


def test_the_exchange_may_begin_in_the_hours_of_any_of_its_markets() -> None:
    day = date(2026, 10, 6)
    assert begin_at(day, time(7, 58)) == datetime(2026, 10, 6, 7, 58, tzinfo=KST)
    assert begin_at(day, time(19, 59)) == datetime(2026, 10, 6, 19, 59, tzinfo=KST)
    for clock in (time(7, 29), time(20)):
        with pytest.raises(BadInput, match=f"{clock:%H:%M}"):
            begin_at(day, clock)
    with pytest.raises(BadInput, match="18:00"):
        begin_at(date(2024, 10, 7), time(18))


def test_days_that_were_recorded_before_nxt_was_open_are_lived_again_without_it() -> None:
    assert not msgspec.json.decode(
        b'{"day":"2026-05-06","source":"made","seed":5,"cash":1,"start":"2026-05-06T09:00:00+09:00",'
        b'"is_quiet":false,"bars":null}',
        type=MadeOf,
    ).has_nxt
    with_nxt, without = (
        {code for code in simulation.exchange.codes if simulation.exchange.listing(code).is_on_nxt}
        for simulation in (simulate(plan()), simulate(plan(), has_nxt=False))
    )
    assert "005930" in with_nxt
    assert "069500" not in with_nxt
    assert not without


def test_days_that_were_recorded_before_others_traded_off_hours_are_lived_again_without_them() -> None:
    old = b'{"day":"2026-05-06","source":"made","seed":5,"cash":1,"start":"2026-05-06T09:00:00+09:00",'
    assert not msgspec.json.decode(old + b'"is_quiet":false,"bars":null}', type=MadeOf).has_off_hours
    traded = []
    for options in ({}, {"has_off_hours": False}, {"is_whole": False}, {"is_quiet": True}):
        simulation = simulate(plan(), **options)  # type: ignore[arg-type]
        simulation.advance(datetime(2026, 5, 6, 8, 45, tzinfo=KST))
        traded.append(simulation.exchange.traded("069500", (BoardKind.PRE_CLOSE_PRICE,))[0] > 0)
    assert traded == [True, False, False, False]


def test_the_same_seed_has_the_same_keys_and_they_are_as_long_as_those_of_kis() -> None:
    first, second, other = open_customers(1), open_customers(1), open_customers(2)
    assert first == second
    assert first[Environment.REAL] != other[Environment.REAL]
    assert first[Environment.REAL] != first[Environment.PAPER]
    keys = first[Environment.REAL][0].keys
    assert (len(keys.appkey), len(keys.appsecret)) == KEY_LENGTHS


def test_real_accounts_may_be_of_another_product() -> None:
    usual, pension = open_customers(1, 2), open_customers(1, 2, "29")
    assert [each.account[8:] for each in pension[Environment.REAL]] == ["29", "29"]
    assert [each.account[:8] for each in pension[Environment.REAL]] == [
        each.account[:8] for each in usual[Environment.REAL]
    ]
    assert pension[Environment.PAPER] == usual[Environment.PAPER]


def test_real_time_of_another_day_is_refused() -> None:
    @contextlib.asynccontextmanager
    async def never(exchange: OpenExchange) -> AsyncIterator[None]:
        raise AssertionError
        yield

    past = replace(plan(), day=date(2025, 11, 14))
    with pytest.raises(BadInput, match="latest trading day only"):
        asyncio.run(run_exchange(past, never, ANY_PORTS, Terms(pace=None)))


def test_facts_of_the_user_s_own_are_told_and_the_rest_is_made(tmp_path: Path) -> None:
    (tmp_path / "companies.csv").write_text("code,face_value,capital\n005930,777,1000000\n")
    seen: dict[str, str] = {}

    @contextlib.asynccontextmanager
    async def look(exchange: OpenExchange) -> AsyncIterator[None]:
        seen.update(await price_of(exchange, Environment.REAL))
        raise Enough
        yield

    run_until_seen(look, facts=(tmp_path,))
    assert seen["stck_fcam"] == "777"
    assert float(seen["eps"]) != 0
