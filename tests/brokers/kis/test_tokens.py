"""Tokens and approval keys: asked for once, kept for all processes, renewed in time."""

import asyncio
import logging
import stat
import subprocess
import sys
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from tests.trading.conftest import SetClock

from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.oauth import Token, login_refusal_reply, read_token
from hoga.brokers.kis.tokens import LOGIN_PAUSE, Tokens
from hoga.clock import ManualClock
from hoga.domain.errors import RateLimited, Rejected, Unreachable
from hoga.domain.zone import KST

T = TypeVar("T")
START = datetime(2026, 11, 20, 10, 0, tzinfo=KST)
DAY, MINUTE, SECOND = timedelta(hours=24), timedelta(minutes=1), timedelta(seconds=1)
KEYS = Keys("the-app-key", "the-secret")
URL = "https://kis.invalid:9443"


class Kis:
    """Gives tokens by the clock, at most one a minute."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.count = 0
        self.asked: list[datetime] = []
        self.given: datetime | None = None
        self.error: Exception | None = None

    async def token(self) -> Token:
        await asyncio.sleep(0)
        self.asked.append(self.clock.now())
        if self.error is not None:
            raise self.error
        if self.given is not None and self.clock.now() < self.given + MINUTE:
            read_token(login_refusal_reply("EGW00133"))
        self.given = self.clock.now()
        self.count += 1
        return Token(f"token-{self.count}", self.clock.now() + DAY)

    async def approval(self) -> str:
        await asyncio.sleep(0)
        self.asked.append(self.clock.now())
        if self.error is not None:
            raise self.error
        self.count += 1
        return f"approval-{self.count}"


def live(clock: ManualClock, story: Coroutine[Any, Any, T]) -> T:
    """The result of a story; whenever nothing happens, the clock moves to what is waited for."""

    async def drive() -> T:
        task = asyncio.ensure_future(story)
        while not task.done():
            for _ in range(5):
                await asyncio.sleep(0)
            if clock.next_at is not None:
                clock.set(clock.next_at)
        return await task

    return asyncio.run(asyncio.wait_for(drive(), 20))


def files(home: Path) -> list[Path]:
    return sorted((home / "kis").iterdir())


def test_a_token_is_found_by_the_next_program(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)

    async def story() -> None:
        assert await Tokens.open(tmp_path, KEYS, URL, clock).token(kis.token) == "token-1"
        clock.set(START + timedelta(hours=20))
        assert await Tokens.open(tmp_path, KEYS, URL + "/", clock).token(kis.token) == "token-1"

    live(clock, story())
    assert kis.count == 1
    assert [each.suffix for each in files(tmp_path)] == [".json", ".lock"]
    for file in files(tmp_path):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "the-app-key" not in file.name + file.read_text()


def test_another_key_and_another_host_have_another_token(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)

    async def story() -> list[str]:
        found = []
        for keys, url in ((KEYS, URL), (KEYS, "https://paper.invalid"), (Keys("other", "s"), URL)):
            found.append(await Tokens.open(tmp_path, keys, url, clock).token(kis.token))
            clock.set(clock.now() + MINUTE)
        return found

    assert live(clock, story()) == ["token-1", "token-2", "token-3"]


def test_a_token_is_renewed_ahead_of_its_end_and_used_while_that_fails(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)

    async def story() -> None:
        await tokens.token(kis.token)
        clock.set(START + timedelta(hours=23, minutes=51))
        kis.error = Rejected("", "", "EGW00002")
        assert await tokens.token(kis.token) == "token-1"
        assert await tokens.token(kis.token) == "token-1"
        assert len(kis.asked) == 2
        clock.set(clock.now() + MINUTE)
        kis.error = None
        assert await tokens.token(kis.token) == "token-2"
        assert len(kis.asked) == 3

    live(clock, story())


def test_a_token_that_ended_is_used_no_more_even_when_kis_has_just_refused_another(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)

    async def story() -> None:
        await tokens.token(kis.token)
        clock.set(START + DAY - 10 * SECOND)
        kis.error = Rejected("", "", "EGW00002")
        assert await tokens.token(kis.token) == "token-1"
        clock.set(START + DAY)
        with pytest.raises(RateLimited):
            await tokens.token(kis.token, is_patient=False)
        kis.error = None
        assert await tokens.token(kis.token) == "token-2"
        assert clock.now() == START + DAY + 50 * SECOND

    live(clock, story())


def test_a_refused_token_is_replaced_for_everybody(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    one, other = (Tokens.open(tmp_path, KEYS, URL, clock) for _ in range(2))

    async def story() -> None:
        assert await one.token(kis.token) == await other.token(kis.token) == "token-1"
        clock.set(START + timedelta(hours=1))
        one.refuse("token-1")
        assert await one.token(kis.token) == "token-2"
        other.refuse("token-1")
        assert await other.token(kis.token) == "token-2"

    live(clock, story())


def test_a_token_that_is_refused_within_the_minute_is_waited_for(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)

    async def story() -> None:
        tokens.refuse(await tokens.token(kis.token))
        # An order is not held up for a minute: what it was decided on would be gone.
        with pytest.raises(RateLimited) as raised:
            await tokens.token(kis.token, is_patient=False)
        assert raised.value.code == "EGW00133"
        assert await tokens.token(kis.token) == "token-2"

    live(clock, story())
    assert kis.asked == [START, START + MINUTE]


def test_a_simulated_exchange_that_forgot_its_tokens_is_asked_at_once(tmp_path: Path) -> None:
    clock = ManualClock(START)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock, pause=LOGIN_PAUSE)

    async def story() -> None:
        await tokens.token(Kis(clock).token)
        tokens.refuse("token-1")
        afresh = Kis(clock)
        afresh.count = 7
        assert await tokens.token(afresh.token, is_patient=False) == "token-8"
        assert clock.now() == START + LOGIN_PAUSE

    live(clock, story())


def test_when_kis_has_just_given_a_token_to_somebody_the_file_is_read_again(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    kis.given = START - 10 * SECOND
    ours, others = (Tokens.open(tmp_path, KEYS, URL, clock) for _ in range(2))

    async def other() -> None:
        """Another program writes what it was given, without our asking."""
        await clock.sleep_until(START + 5 * SECOND)
        others._kept.token, others._kept.token_ends = "token-theirs", START + DAY
        others._kept.token_asked = START - 10 * SECOND
        others._save()

    async def story() -> str:
        writer = asyncio.create_task(other())
        token = await ours.token(kis.token)
        await writer
        return token

    assert live(clock, story()) == "token-theirs"
    assert clock.now() <= START + 6 * SECOND
    assert kis.asked == [START]


def test_when_nobody_has_it_kis_is_asked_once_more_after_a_minute(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    kis.given = START - 10 * SECOND
    told: list[str] = []
    tokens = Tokens.open(tmp_path, KEYS, URL, clock, tell=told.append)
    assert live(clock, tokens.token(kis.token)) == "token-1"
    assert kis.asked == [START, START + MINUTE]
    assert [each.partition(" / ")[2] for each in told] == [
        "KIS gives one access token a minute: waiting about 60 s."
    ]


def test_when_kis_still_gives_none_it_is_told(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    kis.error = RateLimited("", "", "EGW00133")
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)
    with pytest.raises(RateLimited):
        live(clock, tokens.token(kis.token))
    assert kis.asked == [START, START + MINUTE]


def test_a_failed_login_counts_and_one_that_never_left_does_not(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)

    async def story() -> None:
        for error in (Unreachable("", ""), Unreachable("", ""), Rejected("", "", "EGW00103")):
            kis.error = error
            with pytest.raises(type(error)):
                await tokens.token(kis.token)
        with pytest.raises(RateLimited):
            await Tokens.open(tmp_path, KEYS, URL, clock).token(kis.token, is_patient=False)
        assert len(kis.asked) == 3

    live(clock, story())


DAMAGED = [
    b"",
    b"what?",
    b"\xff\xfe",
    b"[]",
    b'{"token": 7}',
    b'{"token":"old","token_ends":"2026-11-21T10:00:00"}',
    b'{"token":"old","token_ends":"never"}',
]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_written_anew(tmp_path: Path, content: bytes) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    live(clock, Tokens.open(tmp_path, KEYS, URL, clock).token(kis.token))
    files(tmp_path)[0].write_bytes(content)
    clock.set(START + MINUTE)
    assert live(clock, Tokens.open(tmp_path, KEYS, URL, clock).token(kis.token)) == "token-2"
    assert live(clock, Tokens.open(tmp_path, KEYS, URL, clock).token(kis.token)) == "token-2"


def test_a_folder_that_cannot_be_used_does_not_stop_a_login(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)
    (tmp_path / "kis").rmdir()
    (tmp_path / "kis").write_text("no folder")
    assert live(clock, tokens.token(kis.token)) == "token-1"
    assert live(clock, tokens.token(kis.token)) == "token-1"
    assert "not shared" in caplog.text


@pytest.mark.parametrize("back", [timedelta(days=30), timedelta(seconds=5)])
def test_a_clock_that_is_set_back_does_not_forbid_logins(tmp_path: Path, back: timedelta) -> None:
    clock = ManualClock(START)
    live(clock, Tokens.open(tmp_path, KEYS, URL, clock).token(Kis(clock).token))
    earlier = ManualClock(START - back)
    tokens = Tokens.open(tmp_path, KEYS, URL, earlier)
    tokens.refuse("token-1")
    assert live(earlier, tokens.token(Kis(earlier).token)) == "token-1"
    assert earlier.now() <= START - back + 2 * MINUTE


def test_a_clock_that_is_set_back_while_a_token_is_waited_for_makes_nobody_wait_for_an_hour(
    tmp_path: Path,
) -> None:
    market = ManualClock(START)
    kis, clock = Kis(market), SetClock(market)
    kis.given = START - 10 * SECOND
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)

    async def story() -> str:
        waiting = asyncio.create_task(tokens.token(kis.token))
        while market.next_at is None:  # noqa: ASYNC110 - it waits for the minute by then
            await asyncio.sleep(0)
        clock.ahead = -timedelta(hours=1)
        return await waiting

    assert live(market, story()) == "token-1"
    assert kis.asked == [START, START + MINUTE]


def test_an_approval_key_is_kept_for_a_day_and_renewed_when_refused(tmp_path: Path) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)

    async def ask() -> str:
        return await Tokens.open(tmp_path, KEYS, URL, clock).approval_key(kis.approval)

    async def story() -> None:
        assert [await ask(), await ask()] == ["approval-1"] * 2
        clock.set(START + timedelta(hours=22, minutes=59))
        assert await ask() == "approval-1"
        clock.set(START + timedelta(hours=23))
        assert await ask() == "approval-2"
        tokens = Tokens.open(tmp_path, KEYS, URL, clock)
        tokens.refuse(await tokens.approval_key(kis.approval))
        assert await tokens.approval_key(kis.approval) == "approval-3"

    live(clock, story())
    # One a second is the most.
    assert kis.asked == [START, START + timedelta(hours=23), START + timedelta(hours=23, seconds=1.1)]


def test_secrets_are_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock(START)
    kis = Kis(clock)
    tokens = Tokens.open(tmp_path, KEYS, URL, clock)
    with caplog.at_level(logging.DEBUG):
        live(clock, tokens.token(kis.token))
        live(clock, tokens.approval_key(kis.approval))
    assert not any(
        secret in repr(tokens) + repr(tokens._kept) + caplog.text
        for secret in ("token-1", "approval-2", "the-app-key")
    )


LOGIN = """
import asyncio, pathlib, sys
import aiohttp
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.rest import Patience, Rest
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.tokens import LOGIN_PAUSE, Tokens
from hoga.clock import WallClock

async def login():
    keys, url = Keys("the-app-key", "the-secret"), sys.argv[2]
    tokens = Tokens.open(pathlib.Path(sys.argv[1]), keys, url, WallClock())
    rest = Rest(keys, Environment.REAL, url, Patience(), tokens, None)
    await rest.open()
    await rest.close()

asyncio.run(login())
"""


def test_four_processes_at_once_log_in_once(tmp_path: Path) -> None:
    asked = 0

    async def answer(http: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response(
            {
                "access_token": f"token-{asked}",
                "access_token_token_expired": "2999-01-01 00:00:00",
                "token_type": "Bearer",
                "expires_in": 86400,
            }
        )

    async def story() -> None:
        app = web.Application()
        app.router.add_post("/oauth2/tokenP", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", LOGIN, str(tmp_path), url, stderr=subprocess.PIPE
            )
            for _ in range(4)
        ]
        done = [await process.communicate() for process in processes]
        await runner.cleanup()
        assert [process.returncode for process in processes] == [0] * 4, done

    asyncio.run(asyncio.wait_for(story(), 60))
    assert asked == 1
