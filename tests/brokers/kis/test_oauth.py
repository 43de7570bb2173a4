"""Logins: what one side writes, the other reads as the same thing, and nothing of it is shown."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.brokers.kis.test_wire import AT, KEYS, answer, through

from hoga.brokers.kis import oauth
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Declined, Reply, make_request
from hoga.brokers.kis.services import Call
from hoga.domain.errors import RateLimited, Rejected, WireError


def test_a_token_arrives_with_its_end() -> None:
    expires_at = AT + timedelta(days=1)
    token = oauth.read_token(oauth.token_reply("eyJ0eXAi.x.y", AT, expires_at))
    assert token == oauth.Token("eyJ0eXAi.x.y", expires_at)
    assert "eyJ" not in repr(token)
    assert answer(oauth.token_reply("t", AT, expires_at)) == {
        "access_token": "t",
        "access_token_token_expired": "2026-06-09 09:44:14",
        "token_type": "Bearer",
        "expires_in": 86400,
    }


@pytest.mark.parametrize("make", [oauth.token_request, oauth.approval_request])
def test_the_server_reads_the_keys_of_a_login(make: Any) -> None:
    assert oauth.asked_keys(through(make(KEYS, Environment.REAL))) == KEYS


def test_the_approval_calls_its_secret_secretkey() -> None:
    body = json.loads(oauth.approval_request(KEYS, Environment.PAPER).body)
    assert body == {
        "grant_type": "client_credentials",
        "appkey": KEYS.appkey,
        "secretkey": KEYS.appsecret,
    }


def test_an_approval_key_arrives() -> None:
    key = "a2585daf-8c09-4587-9fce-8ab893e5f1d6"
    assert oauth.read_approval(oauth.approval_reply(key)) == key


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"grant_type": "client_credentials", "appsecret": "s"}, "EGW00102"),
        ({"grant_type": "client_credentials", "appkey": "k"}, "EGW00104"),
        ({"appkey": "k", "appsecret": "s"}, "EGW00115"),
        ({"grant_type": "password", "appkey": "k", "appsecret": "s"}, "EGW00116"),
    ],
)
def test_a_login_without_a_part_is_refused_in_the_login_form(body: dict[str, str], code: str) -> None:
    request = make_request(Call.TOKEN, Environment.REAL, body=json.dumps(body).encode())
    with pytest.raises(Declined) as caught:
        oauth.asked_keys(request)
    assert caught.value.reply.status == 403
    assert set(answer(caught.value.reply)) == {"error_description", "error_code"}
    with pytest.raises(Rejected) as refused:
        oauth.read_token(caught.value.reply)
    assert refused.value.code == code


def test_the_second_token_within_a_minute_is_a_matter_of_waiting() -> None:
    with pytest.raises(RateLimited):
        oauth.read_token(oauth.login_refusal_reply("EGW00133"))


def test_an_overloaded_gateway_refuses_a_login_in_the_other_form_too() -> None:
    body = b'{"rt_cd":"1","msg_cd":"EGW00201","msg1":"x"}'
    with pytest.raises(RateLimited):
        oauth.read_approval(Reply(500, body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"access_token": "eyJ-secret"}',
        b'{"access_token": "eyJ-secret", "access_token_token_expired": "soon"}',
        b'{"access_token": "", "access_token_token_expired": "2026-06-09 09:44:14"}',
        b'{"access_token": {"eyJ-secret": 1}}',
    ],
)
def test_an_unreadable_login_keeps_no_token(body: bytes) -> None:
    with pytest.raises(WireError) as caught:
        oauth.read_token(Reply(200, body))
    assert "eyJ-secret" not in f"{caught.value} {caught.value.raw}"
