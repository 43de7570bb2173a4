"""What a stranger, a page of another site, or a program gone wild tries at the bridge.

Every test here stands in the list of docs/bridge.md.
"""

import asyncio
import json
import logging
import ssl
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.server.test_stream import Reader

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.server import guard, stream
from hoga.server.access import LONGEST_WAIT, MOST_NOTED, MOST_REMEMBERED, Access
from hoga.server.bridge import bridge
from hoga.server.door import open_door
from hoga.server.listener import Tls
from hoga.server.routes import create
from hoga.settings import BridgeSettings
from hoga.storage.audit import FILE as AUDIT_FILE
from hoga.storage.audit import AuditLog
from hoga.storage.bridge_tokens import START, BridgeTokens, Scope

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

LOOPBACK = ip_address("127.0.0.1")
START_OF_TIME = datetime(2020, 1, 1, tzinfo=KST)
END_OF_TIME = datetime(2120, 1, 1, tzinfo=KST)
READING = ["/connection", "/accountinfo", "/stockaccountinfo", "/marketeye", "/chart", "/hogainfo"]
ARGUMENTS: dict[str, Any] = {"code": "A005930", "n": 1}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


class Guarded:
    """The usual bridge behind a door of the test's own."""

    def __init__(self, day: "BridgeDay", home: Path, **terms: Any) -> None:
        self.day = day
        self.tokens = BridgeTokens(home)
        self.audit = home / AUDIT_FILE
        self.access = Access(
            "the-secret-of-this-start", day.clock.now, tokens=self.tokens, audit=AuditLog(home), **terms
        )
        day.app = create(day.hoga, self.access, day.answers)

    def token(self, scope: Scope) -> str:
        return self.tokens.create(scope, scope, self.day.clock.now())

    def buy(self, headers: dict[str, str], method: str = "POST") -> httpx.Response:
        return self.day.ask("/buy", method, headers, **self.day.wanted("/buy"))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture
def guarded(day: "BridgeDay", tmp_path: Path) -> Guarded:
    return Guarded(day, tmp_path)


# Without a token, or with a wrong one


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dTpw",
        "the-secret-of-this-start",
        "Bearer the-secret-of-this",
    ],
)
def test_nobody_orders_without_the_right_token(guarded: Guarded, method: str, given: str) -> None:
    assert guarded.buy({}, method).status_code == 401
    assert guarded.buy({"Authorization": given}, method).status_code == 401
    assert guarded.day.broker.sent == []


def test_a_token_that_was_revoked_opens_nothing_from_the_next_request_on(guarded: Guarded) -> None:
    secret = guarded.token(Scope.TRADE)
    assert guarded.buy(bearer(secret)).status_code == 200
    guarded.tokens.revoke(Scope.TRADE)
    assert guarded.buy(bearer(secret)).status_code == 401
    assert len(guarded.day.broker.sent) == 1


def test_a_token_for_reading_does_not_trade(guarded: Guarded) -> None:
    response = guarded.buy(bearer(guarded.token(Scope.READ)))
    assert (response.status_code, response.json()["reason"]) == (403, "Forbidden")
    assert guarded.day.broker.sent == []


def test_the_hash_of_a_token_is_no_token(guarded: Guarded) -> None:
    guarded.token(Scope.ADMIN)
    (kept,) = guarded.tokens.all()
    assert guarded.buy(bearer(kept.sha256)).status_code == 401


def test_no_token_passes_for_that_of_the_start(guarded: Guarded) -> None:
    with pytest.raises(BadInput, match="made at each start"):
        guarded.tokens.create(START, Scope.READ, guarded.day.clock.now())
    assert guarded.tokens.all() == ()


def test_a_broken_token_file_lets_nobody_in(guarded: Guarded, tmp_path: Path) -> None:
    secret = guarded.token(Scope.TRADE)
    (tmp_path / "bridge-tokens.json").write_text("{")
    assert guarded.buy(bearer(secret)).status_code == 400
    assert guarded.day.broker.sent == []


def test_wrong_tokens_are_answered_ever_more_slowly_and_right_ones_never(guarded: Guarded) -> None:
    secret = guarded.token(Scope.READ)
    statuses, waits = [], []
    for _ in range(20):
        response = guarded.day.ask("/connection", headers=bearer("guess"))
        statuses.append(response.status_code)
        waits.append(int(response.headers.get("Retry-After", 0)))
        assert guarded.day.ask("/connection", headers=bearer(secret)).status_code == 200
    assert statuses == [401] * 5 + [429] * 15
    assert waits == sorted(waits)
    assert waits[-1] == int(LONGEST_WAIT.total_seconds()) + 1
    guarded.day.clock.set(guarded.day.clock.now() + 3 * LONGEST_WAIT)
    assert guarded.day.ask("/connection", headers=bearer("guess")).status_code == 429


def test_what_is_remembered_of_strangers_does_not_grow_without_end(guarded: Guarded) -> None:
    for number in range(MOST_REMEMBERED + 100):
        guarded.access.find_caller("guess", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(guarded.access._failures) == MOST_REMEMBERED


# A bridge that others can reach


def test_where_others_can_reach_it_nothing_is_told_without_a_token(day: "BridgeDay", tmp_path: Path) -> None:
    guarded = Guarded(day, tmp_path, is_private=False)
    secret = guarded.token(Scope.READ)
    for path in READING:
        assert day.ask(path, **ARGUMENTS).status_code == 401
        assert day.ask(path, headers=bearer(secret), **ARGUMENTS).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "trader.local"])
def test_an_address_of_others_is_refused_without_tls_and_tokens(tmp_path: Path, host: str) -> None:
    certificate, key = certificate_files(tmp_path)
    bare = BridgeSettings(host=host, port=0)
    encrypted = BridgeSettings(host=host, port=0, certificate=str(certificate), key=str(key))
    for settings, has_token in ((bare, False), (encrypted, False), (bare, True)):
        home = tmp_path / f"{has_token}"
        home.mkdir(exist_ok=True)
        if has_token:
            BridgeTokens(home).create("excel", Scope.READ, START_OF_TIME)
        with pytest.raises(BadInput, match="needs certificate and key"), open_door(settings, home):
            pass


def test_with_tls_nothing_is_spoken_in_clear(day: "BridgeDay", tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path)
    settings = BridgeSettings(port=0, certificate=str(certificate), key=str(key))
    trusted = ssl.create_default_context(cafile=str(certificate))

    async def talk() -> None:
        with open_door(settings, tmp_path) as door:
            async with bridge(day.hoga, door.listener, door.access, door.answers, door.tls) as url:
                assert url.startswith("https://127.0.0.1:")
                async with httpx.AsyncClient(verify=trusted) as client:
                    assert (await client.get(f"{url}/connection")).status_code == 200
                    with pytest.raises(httpx.TransportError):
                        await client.get(f"{url.replace('https', 'http')}/connection")

    asyncio.run(talk())


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00"], ids=["nothing", "a beginning"])
def test_a_handshake_that_stalls_is_not_waited_for(
    day: "BridgeDay", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr("hoga.server.listener.HANDSHAKE_TIMEOUT", 0.2)
    certificate, key = certificate_files(tmp_path)
    settings = BridgeSettings(port=0, certificate=str(certificate), key=str(key))

    async def stall() -> bytes:
        with open_door(settings, tmp_path) as door:
            async with bridge(day.hoga, door.listener, door.access, door.answers, door.tls):
                reader, writer = await asyncio.open_connection(*door.listener.getsockname())
                writer.write(sent)
                async with asyncio.timeout(20):
                    told = await reader.read()
                writer.close()
                return told

    assert asyncio.run(stall()) == b""


def test_a_certificate_that_does_not_fit_its_key_is_refused(tmp_path: Path) -> None:
    certificate, _ = certificate_files(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, key = certificate_files(other)
    settings = BridgeSettings(port=0, certificate=str(certificate), key=str(key))
    with pytest.raises(BadInput, match="cannot be read as a certificate"), open_door(settings, tmp_path):
        pass


def test_certificate_and_key_in_each_others_place_are_refused(tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path)
    settings = BridgeSettings(port=0, certificate=str(key), key=str(certificate))
    with pytest.raises(BadInput, match="cannot be read as a certificate"), open_door(settings, tmp_path):
        pass


def test_a_certificate_that_is_spoiled_while_the_bridge_runs_does_not_end_it(tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path)
    tls = Tls(certificate, key)
    first = tls.context()
    certificate.write_text("spoiled")
    assert tls.context() is first
    certificate_files(tmp_path)
    assert tls.context() is not first


# Pages of other sites in a browser of this computer


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:5000",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1/evil.example",
        "127.0.0.1:5000:evil.example",
        "127.0.0.1,evil.example",
        "localhost.",
        "[::ffff:127.0.0.1]",
        "127.1",
        "",
        "[::1",
        "::1",
    ],
)
def test_a_name_that_was_bent_to_this_computer_opens_nothing(guarded: Guarded, host: str) -> None:
    secret = guarded.token(Scope.TRADE)
    assert guarded.buy({**bearer(secret), "Host": host}).status_code == 403
    assert guarded.day.ask("/accountinfo", headers={"Host": host}).status_code == 403
    assert guarded.day.broker.sent == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "localhost:5000", "LOCALHOST", "[::1]:5000"])
def test_the_names_of_this_computer_are_its_own(guarded: Guarded, host: str) -> None:
    assert guarded.day.ask("/accountinfo", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:5001"},
        {"Origin": "http://localhost:5000"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_gets_nothing_and_orders_nothing(
    guarded: Guarded, headers: dict[str, str]
) -> None:
    secret = guarded.token(Scope.TRADE)
    for method in ("GET", "POST"):
        assert guarded.buy({**bearer(secret), **headers}, method).status_code == 403
    assert guarded.day.ask("/accountinfo", headers=headers).status_code == 403
    assert guarded.day.broker.sent == []


def test_no_answer_lets_a_page_of_another_site_read_it(guarded: Guarded) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for response in (
        guarded.day.ask("/accountinfo", "OPTIONS", asked),
        guarded.day.ask("/accountinfo", headers={"Origin": "http://127.0.0.1:5000"}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("name", ["Host", "Authorization", "Origin"])
@pytest.mark.parametrize("first", [True, False])
def test_what_stands_twice_is_not_chosen_from(guarded: Guarded, name: str, first: bool) -> None:
    right = {"Host": "127.0.0.1:5000", "Authorization": "Bearer the-secret-of-this-start"}
    right["Origin"] = "http://127.0.0.1:5000"
    wrong = {"Host": "evil.example", "Authorization": "Bearer guess", "Origin": "https://evil.example"}
    twice = [(name, right[name]), (name, wrong[name])]
    headers = [*right.items(), twice[1]] if first else [twice[1], *right.items()]

    async def buy(given: list[tuple[str, str]]) -> int:
        transport = httpx.ASGITransport(app=guarded.day.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            response = await client.post("/buy", params=guarded.day.wanted("/buy"), headers=given)
            return response.status_code

    assert asyncio.run(buy(headers)) == 400
    assert guarded.day.broker.sent == []
    assert asyncio.run(buy(list(right.items()))) == 200


def test_an_order_that_says_something_twice_is_not_sent(guarded: Guarded) -> None:
    right = bearer("the-secret-of-this-start")
    wanted = guarded.day.wanted("/buy")
    for method, path in (("GET", "/buy"), ("POST", "/buy"), ("POST", "/sell")):
        response = guarded.day.ask(path, method, right, **wanted | {"amount": [1, 100]})
        assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
        assert "amount" in response.json()["english"]
    body = '{"code": "005930", "side": "buy", "quantity": 1, "quantity": 100, "price": 69000}'

    async def place() -> httpx.Response:
        transport = httpx.ASGITransport(app=guarded.day.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            return await client.post("/v1/orders", content=body, headers={**right, "Idempotency-Key": "a"})

    response = asyncio.run(place())
    assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
    assert "quantity" in response.json()["english"]
    assert guarded.day.broker.sent == []


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"])
def test_nobody_is_another_address_or_another_host_by_saying_so(guarded: Guarded, name: str) -> None:
    statuses = [
        guarded.day.ask("/connection", headers={**bearer("guess"), name: f"for=192.0.2.{each}"}).status_code
        for each in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2
    assert {line["address"] for line in guarded.lines()} == {"127.0.0.1"}
    rebound = {**bearer("the-secret-of-this-start"), "Host": "evil.example", name: "127.0.0.1:5000"}
    assert guarded.buy(rebound).status_code == 403


def test_a_token_in_the_address_opens_nothing(guarded: Guarded) -> None:
    secret = guarded.token(Scope.ADMIN)
    for name in ("token", "access_token", "Authorization", "authorization"):
        for given in (secret, f"Bearer {secret}"):
            wanted = {**guarded.day.wanted("/buy"), name: given}
            assert guarded.day.ask("/buy", "POST", **wanted).status_code == 401
    assert guarded.day.broker.sent == []


# Programs gone wild


def test_a_caller_who_asks_too_often_is_slowed_and_no_other(day: "BridgeDay", tmp_path: Path) -> None:
    guarded = Guarded(day, tmp_path, calls_per_second=10)
    wild, calm = guarded.token(Scope.READ), guarded.token(Scope.TRADE)
    statuses = [day.ask("/connection", headers=bearer(wild)).status_code for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    assert day.ask("/connection", headers=bearer(calm)).status_code == 200
    day.clock.set(day.clock.now() + timedelta(seconds=1))
    statuses = [day.ask("/connection", headers=bearer(wild)).status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert day.ask("/connection", headers=bearer(wild)).headers["Retry-After"] == "1"


@pytest.mark.parametrize("is_made_again", [False, True])
def test_a_stream_ends_with_the_token_that_opened_it(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, is_made_again: bool
) -> None:
    monkeypatch.setattr(stream, "LOOK_EVERY", 0.001)
    secret = guarded.token(Scope.READ)

    async def test() -> tuple[int, str] | None:
        reader = Reader(guarded.day, bearer(secret))
        await reader.until(1)
        guarded.tokens.revoke(Scope.READ)
        if is_made_again:
            guarded.token(Scope.READ)
        async with asyncio.timeout(20):
            await reader.task
        await guarded.day.app.state.feed.close()
        return reader.closed

    assert asyncio.run(test()) == (1008, "the token was revoked")


def test_what_is_said_on_the_stream_counts_like_a_request(day: "BridgeDay", tmp_path: Path) -> None:
    guarded = Guarded(day, tmp_path, calls_per_second=10)

    async def test() -> list[str]:
        reader = Reader(day, bearer(guarded.token(Scope.READ)))
        for _ in range(25):
            reader.say({"watch": ["005930"]})
        async with asyncio.timeout(20):
            told = await reader.until(26)
        await reader.leave()
        await day.app.state.feed.close()
        return [each.get("reason", each["kind"]) for each in told]

    told = asyncio.run(test())
    assert (told.count("watching"), told.count("TooOften")) == (19, 6)


def test_no_more_read_the_stream_than_there_is_room_for(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_READERS", 1)

    async def test() -> None:
        first = Reader(guarded.day, bearer("the-secret-of-this-start"))
        await first.until(1)
        second = Reader(guarded.day, bearer("the-secret-of-this-start"))
        await second.task
        assert second.closed is not None
        assert second.sent == []
        await first.leave()
        await guarded.day.app.state.feed.close()

    asyncio.run(test())


def test_a_body_that_is_too_long_is_refused_whatever_it_says_of_its_length(guarded: Guarded) -> None:
    secret = guarded.token(Scope.TRADE)

    async def send(content: Any) -> int:
        transport = httpx.ASGITransport(app=guarded.day.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            response = await client.post("/connection", headers=bearer(secret), content=content)
            return response.status_code

    assert asyncio.run(send(b"x" * (guard.LONGEST_BODY + 1))) == 413
    assert asyncio.run(send(b"x")) == 405


# What is written down


def test_who_changes_something_is_written_down_before_and_after(guarded: Guarded) -> None:
    secret = guarded.token(Scope.TRADE)
    order_id = guarded.buy(bearer(secret)).json()["order_id"]
    asked, answered = guarded.lines()
    who = {"who": "trade", "address": "127.0.0.1", "method": "POST", "path": "/buy"}
    at = guarded.day.clock.now().isoformat()
    assert asked == {"at": at, "what": "asked", **who}
    assert answered == {"at": at, "what": "answered", **who, "status": 200, "order_id": order_id}
    assert guarded.day.desk.get_order(order_id).source == "bridge:trade"


def test_wrong_tokens_are_written_down_without_what_was_tried(guarded: Guarded) -> None:
    guarded.day.ask("/connection", headers=bearer("hoga_guess"))
    (line,) = guarded.lines()
    assert (line["what"], line["address"], line["path"]) == ("wrong token", "127.0.0.1", "/connection")
    assert "guess" not in guarded.audit.read_text()


def test_no_route_changes_anything_without_a_token(guarded: Guarded) -> None:
    tried = []
    for path, methods in guarded.day.app.openapi()["paths"].items():
        for method in methods:
            if method != "get" or path in ("/buy", "/sell"):
                tried.append((path, method))
                asked = path.format(order_id="1", number=1, code="005930")
                assert guarded.day.ask(asked, method.upper()).status_code == 401, (path, method)
    assert len(tried) > 15
    assert {line["what"] for line in guarded.lines()} == {"no token"}


def test_strangers_cannot_fill_the_disk_with_what_is_written_down_of_them(guarded: Guarded) -> None:
    for number in range(2 * MOST_NOTED):
        headers = bearer("guess") if number % 2 else {}
        guarded.day.ask(f"/buy/{'x' * 1_000}", "POST", headers)
    assert len(guarded.lines()) == MOST_NOTED
    assert guarded.audit.stat().st_size < MOST_NOTED * 400
    guarded.day.clock.set(guarded.day.clock.now() + timedelta(minutes=1))
    guarded.day.ask("/connection", headers=bearer("guess"))
    assert guarded.lines()[-1]["left_out_before"] == MOST_NOTED
    assert guarded.buy(bearer("the-secret-of-this-start")).status_code == 200


def test_nobody_writes_lines_of_their_own_into_the_audit(guarded: Guarded) -> None:
    forged = '/x%0a{"what":"answered","who":"trade"}%0d%0a%e2%80%a8'
    guarded.day.ask(forged, "POST", bearer("guess"))
    guarded.day.ask(forged, "POST", bearer("the-secret-of-this-start"))
    assert [line["what"] for line in guarded.lines()] == ["wrong token", "asked", "answered"]
    assert {line.get("who") for line in guarded.lines()} == {None, "bridge"}


def test_methods_that_somebody_thinks_of_do_not_grow_the_numbers(guarded: Guarded) -> None:
    for number in range(30):
        guarded.day.ask("/connection", f"X{number}")
    told = guarded.day.ask("/v1/metrics", headers=bearer("the-secret-of-this-start")).text
    assert 'method="other"' in told
    assert 'method="X' not in told


def test_nothing_is_changed_that_cannot_be_written_down(guarded: Guarded) -> None:
    guarded.audit.mkdir()
    response = guarded.buy(bearer("the-secret-of-this-start"))
    assert (response.status_code, response.json()["reason"]) == (503, "JournalError")
    assert guarded.day.broker.sent == []
    assert guarded.day.ask("/connection").status_code == 200


def test_no_log_and_no_answer_holds_a_secret(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = guarded.token(Scope.TRADE)
    answers = [guarded.buy(bearer(secret)), guarded.buy(bearer(f"{secret}x"))]
    answers += [guarded.day.ask(path, headers=bearer(secret), **ARGUMENTS) for path in READING]
    told = caplog.text + "".join(answer.text + str(answer.headers) for answer in answers)
    told += "".join(file.read_text() for file in tmp_path.glob("*.json*"))
    assert secret not in told
    assert secret.removeprefix("hoga_") not in told
    assert guarded.day.hoga.account_number not in guarded.audit.read_text()


def certificate_files(folder: Path) -> tuple[Path, Path]:
    """A certificate of this computer that signs itself, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hoga")])
    names = x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START_OF_TIME)
        .not_valid_after(END_OF_TIME)
        .add_extension(names, critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key
