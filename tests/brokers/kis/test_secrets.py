"""Nothing that is logged, raised or shown tells a secret, whatever fails and whatever KIS repeats.

Every script echoes all secrets, as a server may. The root logger listens at DEBUG, so what libraries say is
looked through too.
"""

import asyncio
import logging
import socket
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.brokers.kis.test_client import (
    ACCOUNT,
    APPKEY,
    APPROVAL,
    APPSECRET,
    HTS_ID,
    REAL,
    START,
    TOKEN,
    FakeKis,
    Script,
    an_order,
    babble,
    break_off,
    fall_silent,
    fixed,
    hang_up,
    living,
    make_client,
    paced,
    reset,
    run,
)

from hoga.brokers.kis import frames, notices, wire
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import PROFILES, Action, Message
from hoga.brokers.kis.envelope import Keys, Reply, message_reply
from hoga.brokers.kis.mask import Mask
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.tokens import Tokens
from hoga.domain.account import Account
from hoga.domain.errors import HogaError, Rejected
from hoga.domain.notices import Notice
from hoga.domain.request import Side

HOLDER = "홍길동"
SECRETS = (APPKEY, APPSECRET, TOKEN, APPROVAL, ACCOUNT, ACCOUNT[:8], "50012345-01", HTS_ID, HOLDER)
ECHO = f"<{APPKEY} {APPSECRET} Bearer {TOKEN}-1 {APPROVAL} {ACCOUNT} 50012345-01 {HTS_ID}>"


class Shown:
    """Everything that anybody could have read."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def error(self, error: BaseException) -> None:
        self.parts += [repr(error), str(error), *traceback.format_exception(error)]
        self.parts += [repr(getattr(error, "said", "")), repr(getattr(error, "code", ""))]

    def thing(self, thing: object) -> None:
        self.parts += [repr(thing), str(thing)]


@pytest.fixture
def shown(caplog: pytest.LogCaptureFixture) -> Iterator[Shown]:
    """What a test shows; at its end it is looked through, together with everything that was logged."""
    found = Shown()
    with caplog.at_level(logging.DEBUG):
        yield found
    formatter = logging.Formatter("%(name)s %(message)s %(args)s")
    logged = [formatter.format(record) for record in caplog.records]
    told = [part for part in (*found.parts, *logged) if any(secret in part for secret in SECRETS)]
    assert found.parts
    assert told == []


def failures(words: str) -> dict[str, Script]:
    """All that can go wrong, each way repeating `words` wherever it can."""

    def refusal(code: str, status: int = 200) -> Script:
        return fixed(message_reply(Message(code, words, "1"), status))

    def page(status: int) -> Script:
        return fixed(Reply(status, f"<html>{words}</html>".encode()))

    blocks = "".join(f',"{name}":["{words}"]' for name in ("output", "output1", "output2"))
    return {
        "refused": refusal("APBK0952"),
        "too fast": refusal("EGW00201", 500),
        "too fast for the ledger": refusal("EGW00215", 500),
        "token refused": refusal("EGW00123", 500),
        "key refused": refusal("EGW00103", 403),
        "in doubt": refusal("EGW00301", 500),
        "fault": refusal("EGW00002", 500),
        "unknown fault": refusal("XYZ00001", 500),
        "page": page(502),
        "page of another server": page(200),
        "wrong blocks": fixed(Reply(200, f'{{"rt_cd":"0","msg_cd":"","msg1":"{words}"{blocks}}}'.encode())),
        "hung up": hang_up,
        "reset": reset,
        "no HTTP": babble,
        "broken off": break_off,
        "silent": fall_silent,
    }


FAILURES = failures(ECHO)
LOGIN_FAILURES = failures(f"<{APPKEY} {APPSECRET} {ACCOUNT} {HTS_ID}>")
"""Before it has logged in, a client does not know what its token will be."""

CALLS: dict[str, Callable[[KisClient], Awaitable[Any]]] = {
    "place": lambda client: client.place(an_order()),
    "replace": lambda client: client.replace(an_order(numbers=("0000008637",)), 70_100),
    "cancel": lambda client: client.cancel(an_order(numbers=("0000008637",)), 3),
    "account": lambda client: client.account(),
    "buying power": lambda client: client.buying_power("005930", None),
    "orders": lambda client: client.orders(client._clock.now().date(), client._clock.now().date()),
    "quotes": lambda client: client.quotes(["005930"]),
    "book": lambda client: client.book("005930"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_no_failing_call_tells_a_secret(failure: str, shown: Shown, tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis(REAL)
        for end in (
            "order-cash",
            "order-rvsecncl",
            "inquire-balance",
            "inquire-psbl-order",
            "inquire-daily-ccld",
            "intstock-multprice",
            "inquire-asking-price-exp-ccn",
        ):
            kis.script(end, FAILURES[failure])
        await kis.start()
        tokens = Tokens.open(tmp_path, Keys(APPKEY, APPSECRET), kis.rest_url, kis.clock)
        governor = paced(kis, tmp_path)
        patience = Patience(answer=0.05, repeats=1)
        async with make_client(kis, patience=patience, tokens=tokens, governor=governor) as client:
            for thing in (client, client._rest, client._rest.mask, client._stream, tokens, governor):
                shown.thing(thing)
            failed = 0
            for call in CALLS.values():
                try:
                    shown.thing(await living(kis, call(client)))
                except HogaError as error:
                    failed += 1
                    shown.error(error)
            assert failed >= len(CALLS) - 3  # orders answer
        await kis.stop()

    run(story())


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("end", ["tokenP", "Approval"])
def test_no_failing_login_tells_a_secret(failure: str, end: str, shown: Shown) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script(end, LOGIN_FAILURES[failure])
        await kis.start()
        try:
            await make_client(kis, patience=Patience(answer=0.05)).__aenter__()
        except HogaError as error:
            shown.error(error)
        await kis.stop()

    run(story())


def test_no_address_that_fails_tells_a_secret(shown: Shown) -> None:
    async def story() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for url in (closed, "http://", "gopher://127.0.0.1", "no address"):
            with pytest.raises(HogaError) as raised:
                await make_client(FakeKis(), rest_url=url).__aenter__()
            shown.error(raised.value)

    run(story())


@pytest.mark.parametrize("code", ["OPSP8996", "OPSP0011", "OPSP8992"])
def test_no_refused_registration_tells_a_secret(
    code: str, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = frames.ack_frame

    def echoing(tr_id: str, tr_key: str, code: str, cipher: Any = None) -> str:
        text = real(tr_id, tr_key, code, cipher)
        before, found, after = text.partition('"msg1":"')
        assert found
        return before + found + ECHO + after

    monkeypatch.setattr("hoga.brokers.kis.frames.ack_frame", echoing)

    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: [code]})
        await kis.start()
        with pytest.raises(Rejected) as raised:
            await make_client(kis).__aenter__()
        shown.error(raised.value)
        assert "***" in str(raised.value)
        await kis.stop()

    run(story())


def test_no_notice_tells_a_secret_even_when_its_listener_fails(
    shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    record = notices.NoticeRecord(
        account=ACCOUNT,
        number="0000008637",
        action=Action.PLACE,
        outcome=notices.Outcome.FILLED,
        side=Side.BUY,
        code="005930",
        quantity=4,
        price=70_000,
        at=START,
        order_quantity=10,
        hts_id=HTS_ID,
        holder=HOLDER,
        name="삼성전자",
    )
    shown.thing(record)

    async def story() -> None:
        kis = FakeKis()
        heard = asyncio.Event()
        gaps: asyncio.Queue[None] = asyncio.Queue()

        def fail(notice: Notice) -> None:
            heard.set()
            raise ValueError(notice)

        await kis.start()
        async with make_client(kis) as client:
            client.on_notice(fail)
            client.on_gap(lambda: gaps.put_nowait(None))
            socket = await kis.sockets.get()
            stream = PROFILES[REAL].notice_stream
            await socket.send_str(notices.notice_frame(stream, [record], kis.cipher))
            await heard.wait()
            await gaps.get()
            for text in (
                f"1|{stream}|001|{ECHO}{HOLDER}",
                f"what? {ECHO}{HOLDER}",
                f'{{"header": "{ECHO}"}}',
            ):
                await socket.send_str(text)
            await gaps.get()
            await client.follow([], lambda trade: None)
        await kis.stop()

    run(story())
    assert "has failed" in caplog.text
    assert "dropped a frame" in caplog.text


def test_an_account_does_not_show_its_number(shown: Shown) -> None:
    shown.thing(
        Account(
            number=ACCOUNT,
            deposit=1,
            deposit_d1=1,
            deposit_d2=1,
            buying_power=1,
            costs_today=0,
            positions=(),
        )
    )
    shown.thing(wire.order_request(an_order(), ACCOUNT, REAL))
    shown.thing(Keys(APPKEY, APPSECRET))


def test_short_words_are_not_taken_for_secrets() -> None:
    mask = Mask(["", "01", "longer-one", "longer"])
    assert mask.text("01 of a longer-one") == "01 of a ***"
