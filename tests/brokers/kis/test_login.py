"""Tokens and keys of the KIS face, over HTTP as clients get them."""

from datetime import timedelta

import pytest
from tests.brokers.kis.door import KIM, LEE, Door, login_body, order_body, run

from hoga.brokers.kis.codes import Call
from hoga.brokers.kis.envelope import Keys


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


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (Keys("nobody", KIM.keys.appsecret), "EGW00103"),
        (Keys(KIM.keys.appkey, "wrong"), "EGW00105"),
        (Keys("", KIM.keys.appsecret), "EGW00103"),
        (Keys(KIM.keys.appkey, ""), "EGW00105"),
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


def test_a_hash_comes_with_the_body_that_it_is_of() -> None:
    async def test(door: Door) -> None:
        body = order_body(1, 70_000, "005930")
        answer = await door.post(
            "/uapi/hashkey", body, {"appkey": KIM.keys.appkey, "appsecret": KIM.keys.appsecret}
        )
        assert answer.body["BODY"] == body
        assert len(answer.body["HASH"]) == 64
        wrong = await door.post("/uapi/hashkey", body, {"appkey": "nobody"})
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
