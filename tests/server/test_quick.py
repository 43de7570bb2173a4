"""Answers ahead of the routes: the same as theirs, for nobody whom they would refuse, and never old ones."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoga.domain.errors import BrokerError
from hoga.server.access import Access
from hoga.server.asked import ACCOUNT_HEADER
from hoga.server.feed import Feed
from hoga.server.routes import create
from hoga.server.shelf import FRESH, Shelf
from hoga.storage.audit import FILE as AUDIT_FILE
from hoga.storage.audit import AuditLog
from hoga.storage.bridge_tokens import BridgeTokens, Scope

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

CODE = "005930"
BOOK, QUOTES, SEED_BOOK = f"/v1/books/{CODE}", "/v1/quotes", "/hogainfo"
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    (BOOK, {}),
    (f"/v1/books/A{CODE}", {}),
    (QUOTES, {"code": CODE}),
    (QUOTES, {"code": f"A{CODE}"}),
    (SEED_BOOK, {"code": f"A{CODE}"}),
    (SEED_BOOK, {"code": CODE, "k": 1}),
    (SEED_BOOK, {"k": 10, "code": f"A{CODE}"}),
]
T = TypeVar("T")


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


class Kept:
    """A bridge that keeps book and quote of one issue; its shelf has a clock of the test's own."""

    def __init__(self, day: "BridgeDay") -> None:
        self.day = day
        self.now = 1_000.0
        feed: Feed = day.app.state.feed
        self.shelf: Shelf = feed.shelf
        self.shelf._now = lambda: self.now

    async def keep(self) -> None:
        self.shelf.follow([CODE])
        await self.shelf.book(CODE)
        await self.shelf.quote(CODE)

    async def ask(
        self, path: str, headers: dict[str, str], method: str = "GET", **params: Any
    ) -> tuple[httpx.Response, httpx.Response]:
        """What the route answers when nothing is kept, and what is answered when it is."""
        self.shelf.follow(())
        slow = await self.day.asking(path, method, headers, **params)
        await self.keep()
        return slow, await self.day.asking(path, method, headers, **params)

    def run(self, test: Callable[[], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with asyncio.timeout(60):
                return await test()

        return asyncio.run(whole())


@pytest.fixture
def kept(day: "BridgeDay") -> Kept:
    return Kept(day)


def shown(response: httpx.Response) -> tuple[object, ...]:
    return response.status_code, response.content, sorted(response.headers.multi_items())


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
def test_the_answer_is_that_of_the_route_in_every_byte(kept: Kept, path: str, params: dict[str, Any]) -> None:
    slow, quick = kept.run(lambda: kept.ask(path, bearer(kept.day.token), **params))
    assert slow.status_code == 200
    assert shown(slow) == shown(quick)


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
def test_what_is_kept_is_given_for_a_second_without_the_broker_and_no_longer(
    kept: Kept, path: str, params: dict[str, Any]
) -> None:
    async def test() -> list[int]:
        await kept.keep()
        kept.day.broker.deafness = BrokerError("조회 실패", "cannot be read")
        statuses = []
        for _ in range(2):
            answer = await kept.day.asking(path, headers=bearer(kept.day.token), **params)
            statuses.append(answer.status_code)
            kept.now += FRESH + 0.01
        return statuses

    assert kept.run(test) == [200, 502]


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
def test_a_change_that_the_stream_tells_is_in_the_next_answer(
    kept: Kept, path: str, params: dict[str, Any]
) -> None:
    async def test() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        headers = bearer(kept.day.token)
        market = kept.day.hoga.market
        await market.follow([CODE], kept.shelf.on_trade)
        await market.follow_books([CODE], kept.shelf.on_book)
        await kept.keep()
        before = await kept.day.asking(path, headers=headers, **params)
        bid = kept.day.exchange.quote(CODE).bid
        await kept.day.asking(
            "/buy",
            "POST",
            headers,
            acc=kept.day.hoga.account_number,
            front="A",
            code=CODE,
            amount=3,
            price=bid,
        )
        after = await kept.day.asking(path, headers=headers, **params)
        kept.shelf.follow(())
        return before, after, await kept.day.asking(path, headers=headers, **params)

    before, after, told = kept.run(test)
    assert before.content != after.content
    assert shown(after) == shown(told)


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer guess"},
        {"Authorization": ""},
        {"Authorization": "Basic dTpw"},
        {"Host": "evil.example"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Length": "65537"},
    ],
)
def test_whoever_is_not_let_in_is_told_nothing_that_is_kept(
    kept: Kept, headers: dict[str, str], path: str, params: dict[str, Any]
) -> None:
    given = bearer(kept.day.token) | headers
    slow, quick = kept.run(lambda: kept.ask(path, given, **params))
    assert quick.status_code in (401, 403, 413)
    assert shown(slow) == shown(quick)


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
@pytest.mark.parametrize("is_private", [True, False])
def test_without_a_token_only_the_original_routes_of_a_private_bridge_are_open(
    day: "BridgeDay", is_private: bool, path: str, params: dict[str, Any]
) -> None:
    day.app = create(day.hoga, Access(day.token, day.clock.now, is_private=is_private), day.answers)
    kept = Kept(day)
    slow, quick = kept.run(lambda: kept.ask(path, {}, **params))
    assert quick.status_code == (200 if is_private and path == SEED_BOOK else 401)
    assert shown(slow) == shown(quick)


@pytest.mark.parametrize("path", [BOOK, f"{QUOTES}?code={CODE}"])
def test_who_means_another_account_is_told_nothing_that_is_kept(kept: Kept, path: str) -> None:
    given = bearer(kept.day.token) | {ACCOUNT_HEADER: "another/one"}
    slow, quick = kept.run(lambda: kept.ask(path, given))
    assert quick.status_code == 409
    assert shown(slow) == shown(quick)


def test_a_token_that_was_revoked_opens_nothing_that_is_kept(day: "BridgeDay", tmp_path: Path) -> None:
    tokens = BridgeTokens(tmp_path)
    secret = tokens.create("excel", Scope.READ, day.clock.now())
    day.app = create(day.hoga, Access(day.token, day.clock.now, tokens=tokens), day.answers)
    kept = Kept(day)

    async def test() -> list[int]:
        await kept.keep()
        statuses = [(await day.asking(BOOK, headers=bearer(secret))).status_code]
        tokens.revoke("excel")
        return [*statuses, (await day.asking(BOOK, headers=bearer(secret))).status_code]

    assert kept.run(test) == [200, 401]


def test_a_caller_who_asks_too_often_is_slowed_here_too(day: "BridgeDay") -> None:
    day.app = create(day.hoga, Access(day.token, day.clock.now, calls_per_second=10), day.answers)
    kept = Kept(day)

    async def test() -> list[int]:
        await kept.keep()
        answers = [await day.asking(BOOK, headers=bearer(day.token)) for _ in range(25)]
        day.clock.set(day.clock.now() + timedelta(seconds=0.1))
        answers.append(await day.asking(BOOK, headers=bearer(day.token)))
        return [answer.status_code for answer in answers]

    assert kept.run(test) == [200] * 20 + [429] * 5 + [200]


def test_wrong_tokens_are_written_down_and_slowed_here_too(day: "BridgeDay", tmp_path: Path) -> None:
    audit = AuditLog(tmp_path)
    day.app = create(day.hoga, Access(day.token, day.clock.now, audit=audit), day.answers)
    kept = Kept(day)

    async def test() -> list[int]:
        await kept.keep()
        return [(await day.asking(BOOK, headers=bearer("guess"))).status_code for _ in range(7)]

    assert kept.run(test) == [401] * 5 + [429] * 2
    assert (tmp_path / AUDIT_FILE).read_text().count("wrong token") == 7


def test_an_issue_that_is_not_listed_is_unknown_here_too(kept: Kept) -> None:
    async def test() -> tuple[int, int]:
        book = await kept.day.hoga.market.book(CODE)
        kept.shelf.follow(["999999"])
        kept.shelf.on_book(replace(book, code="999999"))
        assert kept.shelf.find_book("999999") is not None
        answer = await kept.day.asking("/v1/books/999999", headers=bearer(kept.day.token))
        return answer.status_code, len(answer.json()["english"])

    status, words = kept.run(test)
    assert (status, words > 0) == (400, True)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_left_to_the_routes(kept: Kept, method: str) -> None:
    slow, quick = kept.run(lambda: kept.ask(BOOK, bearer(kept.day.token), method))
    assert slow.status_code == 405
    assert shown(slow) == shown(quick)


NAMES = st.sampled_from(["code", "k", "K", "n", ""])
VALUES = st.one_of(
    st.sampled_from(
        [CODE, f"A{CODE}", f"a{CODE}", f"{CODE} ", "000000", "5", "05", "+5", " 5", "0", "11", "５", ""]
    ),
    st.text(max_size=8),
)
PATHS = st.sampled_from(
    [BOOK, f"{BOOK}/", f"/v1/books/a{CODE}", "/v1/books/", QUOTES, f"{SEED_BOOK}", "//hogainfo"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS, query=st.lists(st.tuples(NAMES, VALUES), max_size=3))
def test_any_other_way_to_ask_is_answered_as_by_the_routes(
    still_day: "BridgeDay", path: str, query: list[tuple[str, str]]
) -> None:
    kept = Kept(still_day)
    url = httpx.URL(path) if path != "//hogainfo" else httpx.URL("http://127.0.0.1:5000//hogainfo")
    asked = str(url.copy_with(params=httpx.QueryParams(tuple(query)))) if query else str(url)
    slow, quick = kept.run(lambda: kept.ask(asked, bearer(still_day.token)))
    assert shown(slow) == shown(quick)


def test_what_is_answered_from_here_is_counted_by_its_route_and_not_logged(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def test() -> str:
        await kept.keep()
        caplog.clear()
        for _ in range(3):
            await kept.day.asking(BOOK, headers=bearer(kept.day.token))
        assert not [record for record in caplog.records if record.name.startswith("hoga")]
        return (await kept.day.asking("/v1/metrics", headers=bearer(kept.day.token))).text

    told = kept.run(test)
    assert 'hoga_requests_total{method="GET",route="/v1/books/{code}",status="200"} 3.0' in told
    assert 'hoga_request_seconds_count{route="/v1/books/{code}"} 3.0' in told


def test_an_issue_that_is_asked_for_again_is_followed_and_then_kept(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoga.server.feed.LOOK_EVERY", 0.001)
    kept = Kept(day)

    async def test() -> None:
        headers = bearer(day.token)
        asked = [await day.asking(SEED_BOOK, headers=headers, code="A500001") for _ in range(2)]
        assert [answer.status_code for answer in asked] == [200, 200]
        while kept.shelf.find_book("500001") is None:
            await asyncio.sleep(0)
            await day.asking(SEED_BOOK, headers=headers, code="A500001")
        day.broker.deafness = BrokerError("조회 실패", "cannot be read")
        assert (await day.asking(SEED_BOOK, headers=headers, code="A500001")).status_code == 200

    kept.run(test)
