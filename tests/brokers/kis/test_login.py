"""Tokens and keys of the KIS face, over HTTP as clients get them."""

import asyncio
from datetime import timedelta

import pytest
from tests.brokers.kis.door import (
    DAY,
    KIM,
    LEE,
    PAPER,
    REAL,
    Door,
    FakeBars,
    at,
    ids,
    login_body,
    make_simulation,
    order_body,
    run,
)

from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.faults import Effect, Fault, Faults, Nth
from hoga.brokers.kis.frames import subscribe_request
from hoga.brokers.kis.login import Approvals
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.clock import ManualClock


def test_a_token_is_the_same_for_six_hours_and_ends_after_a_day() -> None:
    async def test(door: Door) -> None:
        first = door.token
        start = door.clock.now()

        door.clock.set(start + timedelta(hours=6, seconds=-1))
        again = await door.post("/oauth2/tokenP", login_body(KIM.keys))
        assert again.body["access_token"] == first
        assert again.body["access_token_token_expired"] == "2026-05-07 10:00:00"
        assert again.body["token_type"] == "Bearer"
        assert again.body["expires_in"] == 18 * 3600 + 1

        door.clock.set(start + timedelta(hours=6, minutes=2))
        later = await door.post("/oauth2/tokenP", login_body(KIM.keys))
        assert later.body["access_token"] != first
        assert later.body["expires_in"] == 86_400
        assert (await door.price()).body["rt_cd"] == "0"  # the old one is still good

        door.clock.set(start + timedelta(hours=24))
        expired = await door.price()
        assert (expired.status, expired.body["rt_cd"], expired.code) == (500, "1", "EGW00123")

    run(test)


def test_both_ends_of_a_token_are_told_by_the_watch_of_logins() -> None:
    async def test(door: Door) -> None:
        later = at("10:00") + timedelta(days=200)
        login_clock.set(later)
        answer = await door.post("/oauth2/tokenP", login_body(KIM.keys))
        assert answer.body["expires_in"] == 86_400
        assert answer.body["access_token_token_expired"] == f"{later + timedelta(days=1):%Y-%m-%d %H:%M:%S}"

    login_clock = ManualClock(at("10:00"))
    run(test, login_clock=login_clock)


def test_a_second_token_within_a_minute_is_refused() -> None:
    async def test(door: Door) -> None:
        refused = await door.post("/oauth2/tokenP", login_body(KIM.keys))
        assert refused.status == 403
        assert refused.body == {
            "error_description": "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)",
            "error_code": "EGW00133",
        }
        door.clock.set(door.clock.now() + timedelta(minutes=1))
        assert (await door.post("/oauth2/tokenP", login_body(KIM.keys))).status == 200

    run(test)


def test_a_token_looks_like_one_of_kis() -> None:
    async def test(door: Door) -> None:
        assert door.token.startswith("eyJ")
        assert door.token.count(".") == 2
        assert len(door.token) <= 350

    run(test)


def test_a_revoked_token_is_not_found() -> None:
    async def test(door: Door) -> None:
        body = {"appkey": KIM.keys.appkey, "appsecret": KIM.keys.appsecret, "token": door.token}
        assert (await door.post("/oauth2/revokeP", body)).body["code"] == 200
        assert (await door.price()).code == "EGW00122"
        door.clock.set(door.clock.now() + timedelta(minutes=1))
        await door.log_in()
        assert (await door.price()).body["rt_cd"] == "0"

    run(test)


def test_nobody_revokes_the_token_of_somebody_else() -> None:
    async def test(door: Door) -> None:
        body = {"appkey": LEE.keys.appkey, "appsecret": LEE.keys.appsecret, "token": door.token}
        assert (await door.post("/oauth2/revokeP", body)).status == 403
        assert (await door.price()).body["rt_cd"] == "0"

    run(test)


def test_a_token_is_good_at_a_face_that_was_started_later_until_it_ends() -> None:
    kept = ""

    async def first(door: Door) -> None:
        nonlocal kept
        kept = door.token

    async def second(door: Door) -> None:
        door.token, own = kept, door.token
        assert kept != own
        assert (await door.price()).body["rt_cd"] == "0"
        assert (await door.price(headers={"authorization": f"Bearer {kept[:-1]}"})).code == "EGW00121"
        signed, _, signature = kept.rpartition(".")
        longer = f"{signed}A.{signature}"
        assert (await door.price(headers={"authorization": f"Bearer {longer}"})).code == "EGW00121"
        lees = {"appkey": LEE.keys.appkey, "appsecret": LEE.keys.appsecret}
        assert (await door.price(headers=lees)).code == "EGW00121"
        door.clock.set(at("10:00") + timedelta(hours=24))
        assert (await door.price()).code == "EGW00123"

    run(first)
    run(second, now="10:01")


def test_a_token_of_an_earlier_face_can_be_revoked() -> None:
    kept = ""

    async def first(door: Door) -> None:
        nonlocal kept
        kept = door.token

    async def alone(door: Door) -> None:
        body = {"appkey": KIM.keys.appkey, "appsecret": KIM.keys.appsecret, "token": kept}
        assert (await door.post("/oauth2/revokeP", body)).body["code"] == 200
        assert (await door.price()).body["rt_cd"] == "0"
        door.token = kept
        assert (await door.price()).code == "EGW00122"

    async def with_all(door: Door) -> None:
        faults.arm(Fault(effect=Effect.REVOKE_TOKEN, when=Nth()))
        door.token = kept
        assert (await door.price()).code == "EGW00122"
        assert (await door.price()).code == "EGW00122"

    faults = Faults()
    run(first)
    run(alone, now="10:01")
    run(with_all, now="10:01", faults=faults)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (Keys("nobody", KIM.keys.appsecret), "EGW00103"),
        (Keys(KIM.keys.appkey, "wrong"), "EGW00105"),
        (Keys("", KIM.keys.appsecret), "EGW00102"),
        (Keys(KIM.keys.appkey, ""), "EGW00104"),
    ],
)
def test_wrong_keys_get_no_token(keys: Keys, code: str) -> None:
    async def test(door: Door) -> None:
        refused = await door.post("/oauth2/tokenP", login_body(keys))
        assert (refused.status, refused.body["error_code"]) == (403, code)
        approval = {"grant_type": "client_credentials", "appkey": keys.appkey, "secretkey": keys.appsecret}
        refused = await door.post("/oauth2/Approval", approval)
        assert (refused.status, refused.body["error_code"]) == (403, code)

    run(test)


def test_the_approval_key_is_the_same_until_it_ends() -> None:
    async def test(door: Door) -> None:
        first = await door.approve()
        assert len(first) == 36
        assert await door.approve() == first
        assert await door.approve(LEE) != first
        door.clock.set(door.clock.now() + timedelta(hours=24))
        assert await door.approve() != first

    run(test)


def test_either_host_gives_the_key_for_the_websocket_of_an_app_key() -> None:
    """python-kis asks the paper host for that of its real app key."""

    async def test() -> None:
        simulation, clock, new_id = make_simulation(), ManualClock(at("10:00")), ids()
        approvals = Approvals((KIM, LEE), clock, new_id)
        real, paper = (
            KisFace(simulation, clock, FakeBars(), (who,), environment, new_id, approvals=approvals)
            for environment, who in ((REAL, KIM), (PAPER, LEE))
        )
        simulation.advance(at("10:00"))
        async with real, paper:
            beside_real = Door(real, simulation, clock, REAL)
            beside_paper = Door(paper, simulation, clock, PAPER)
            async with beside_real.http, beside_paper.http:
                key = await beside_paper.approve(KIM)
                assert await beside_real.approve(KIM) == key
                for door, stream, code in (
                    (beside_real, "H0STCNT0", "OPSP0000"),
                    (beside_real, "H0STCNI0", "OPSP0000"),
                    (beside_paper, "H0STCNT0", "OPSP0011"),
                ):
                    name = KIM.hts_id if stream == "H0STCNI0" else "005930"
                    async with door.http.ws_connect(door.face.ws_url) as socket:
                        await socket.send_str(subscribe_request(key, stream, name))
                        assert (await socket.receive_json(timeout=5))["body"]["msg_cd"] == code

    asyncio.run(test())


def test_a_hash_comes_with_the_body_that_it_is_of() -> None:
    async def test(door: Door) -> None:
        body = order_body(1, 70_000, "005930")
        answer = await door.post(
            "/uapi/hashkey", body, {"appkey": KIM.keys.appkey, "appsecret": KIM.keys.appsecret}
        )
        assert answer.body["BODY"] == body
        assert len(answer.body["HASH"]) == 64
        order = {"hashkey": answer.body["HASH"]}
        assert (await door.call(Call.BUY, dict(reversed(body.items())), order)).body["rt_cd"] == "0"
        for other in (body | {"ORD_QTY": "2"}, body | {"ORD_UNPR": "70100"}):
            refused = await door.call(Call.BUY, other, order)
            assert (refused.status, refused.code) == (500, "EGW00131")
        assert len(door.simulation.exchange.orders(KIM.account, DAY, DAY)) == 1
        wrong = await door.post("/uapi/hashkey", body, {"appkey": "nobody", "appsecret": "x"})
        assert (wrong.status, wrong.code) == (500, "EGW00103")

    run(test)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"authorization": ""}, "EGW00205"),
        ({"authorization": "Basic abc"}, "EGW00205"),
        ({"authorization": "Bearer nonsense"}, "EGW00121"),
        ({"appkey": "nobody"}, "EGW00103"),
        ({"appsecret": "wrong"}, "EGW00105"),
        ({"appkey": LEE.keys.appkey, "appsecret": LEE.keys.appsecret}, "EGW00121"),
    ],
)
def test_a_call_without_the_right_keys_and_token_is_refused(headers: dict[str, str], code: str) -> None:
    async def test(door: Door) -> None:
        refused = await door.price(headers=headers)
        assert (refused.status, refused.body["rt_cd"], refused.code) == (500, "1", code)
        placed = await door.call(Call.BUY, order_body(1, 70_000, "005930"), headers)
        assert placed.code == code
        assert door.simulation.exchange.last_number == 0

    run(test)
