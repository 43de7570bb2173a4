"""Logins on the KIS wire (/oauth2/...), both ways: access tokens and the key of the WebSocket.

Source: KIS's documents and recorded answers as of 2026-08. Nothing here is shown, not even in an error: there
may be a token in it. A client of ours gives no token back: all programs of the machine share it.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from hoga.brokers.kis import blocks, login_blocks
from hoga.brokers.kis.blocks import B, text
from hoga.brokers.kis.catalogue import GATEWAY
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import (
    Declined,
    Keys,
    Reply,
    Request,
    block_reply,
    body_fields,
    make_request,
    refusal_error,
)
from hoga.brokers.kis.services import Call
from hoga.domain.errors import WireError
from hoga.domain.zone import KST

_GRANT = "client_credentials"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token (접근토큰) and when it ends. Never shown."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Token(***, {self.expires_at.isoformat()})"


def token_request(keys: Keys, environment: Environment) -> Request:
    """Ask for an access token. KIS allows one a minute and tells the customer about each."""
    return _login_request(
        Call.TOKEN, environment, grant_type=_GRANT, appkey=keys.appkey, appsecret=keys.appsecret
    )


def approval_request(keys: Keys, environment: Environment) -> Request:
    """Ask for the key of the WebSocket (접속키)."""
    return _login_request(
        Call.APPROVAL,
        environment,
        grant_type=_GRANT,
        appkey=keys.appkey,
        secretkey=keys.appsecret,
    )


def asked_keys(request: Request) -> Keys:
    """The keys in a login request of any kind. Raises `Declined` when something is missing.

    What KIS says of a body that cannot be read is unverified.
    """
    try:
        fields = body_fields(request)
    except Declined:
        raise Declined(login_refusal_reply("EGW00101")) from None
    secret = fields.get("secretkey" if request.call is Call.APPROVAL else "appsecret", "")
    if not fields.get("appkey"):
        raise Declined(login_refusal_reply("EGW00102"))
    if not secret:
        raise Declined(login_refusal_reply("EGW00104"))
    if request.call is not Call.REVOKE and not fields.get("grant_type"):
        raise Declined(login_refusal_reply("EGW00115"))
    if request.call is not Call.REVOKE and fields["grant_type"] != _GRANT:
        raise Declined(login_refusal_reply("EGW00116"))
    return Keys(fields["appkey"], secret)


def asked_token(request: Request) -> str:
    """The token that is to be revoked."""
    return body_fields(request).get("token", "")


def token_reply(token: str, at: datetime, expires_at: datetime) -> Reply:
    """Answer of tokenP at the instant `at`."""
    return block_reply(
        login_blocks.TokenAnswer(
            access_token=token,
            access_token_token_expired=f"{expires_at.astimezone(KST):%Y-%m-%d %H:%M:%S}",
            token_type="Bearer",  # noqa: S106 - the name of a kind of token
            expires_in=int((expires_at - at).total_seconds()),
        )
    )


def approval_reply(approval_key: str) -> Reply:
    return block_reply(login_blocks.ApprovalAnswer(approval_key=approval_key))


def revoke_reply() -> Reply:
    return block_reply(login_blocks.RevokeAnswer(code=200, message="접근토큰 폐기에 성공하였습니다"))


def login_refusal_reply(code: str) -> Reply:
    """How the login services refuse: HTTP 403 and other keys than everywhere else."""
    return Reply(
        403,
        msgspec.json.encode(login_blocks.LoginRefusal(error_description=GATEWAY[code].text, error_code=code)),
    )


def read_token(reply: Reply) -> Token:
    """The token of an answer of tokenP.

    It ends when `access_token_token_expired` says: `expires_in` has been seen off by an hour. Raises
    `RateLimited` for the second request within a minute, `Rejected`, or `WireError`, which keeps no text
    because there may be a token in it.
    """
    answer = _read_login(reply, login_blocks.TokenAnswer)
    token, ends = text(answer.access_token), text(answer.access_token_token_expired)
    try:
        expires_at = datetime.strptime(ends, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)
    except ValueError:
        raise _unreadable_login(reply) from None
    if not token:
        raise _unreadable_login(reply)
    return Token(token, expires_at)


def read_approval(reply: Reply) -> str:
    """The key of an answer of Approval. Raises like `read_token`."""
    approval_key = text(_read_login(reply, login_blocks.ApprovalAnswer).approval_key)
    if not approval_key:
        raise _unreadable_login(reply)
    return approval_key


def _login_request(call: Call, environment: Environment, **fields: str) -> Request:
    return make_request(call, environment, body=msgspec.json.encode(fields))


def _read_login(reply: Reply, kind: type[B]) -> B:
    try:
        refusal = msgspec.json.decode(reply.body, type=login_blocks.LoginRefusal)
        envelope = msgspec.json.decode(reply.body, type=blocks.Envelope)
        answer = msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _unreadable_login(reply) from None
    if code := text(refusal.error_code):
        raise refusal_error(code, text(refusal.error_description))
    if code := text(envelope.msg_cd):
        raise refusal_error(code, text(envelope.msg1))
    return answer


def _unreadable_login(reply: Reply) -> WireError:
    return WireError(
        f"한국투자증권의 로그인 응답(HTTP {reply.status})을 읽을 수 없습니다. 주소와 앱키를 확인하세요.",
        f"KIS's answer to the login (HTTP {reply.status}) cannot be read. Check the address and the keys.",
    )
