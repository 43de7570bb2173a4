"""Who may use the exchange's KIS face, and the logins it has given out.

Source: KIS's documents and notices as of 2026-08. An access token lives 24 hours; whoever asks again within
six hours gets the same one, and one a minute is the most. That an older token stays valid beside a newer one
is unverified; so is how long the key of the WebSocket lives and that a revoked token is called not found.

One host of KIS serves the WebSockets of both environments, and the keys for it are given out by either REST
host: python-kis, which takes its prices from the real side even when it trades on paper, asks the paper host
for the key of its real app key. That the paper host gives it is unverified otherwise.

Time and the ids that tokens are made of are handed in. A token is signed with the app secret, so that it is
good at a face that was started later too, as long as it lives: clients keep theirs in files.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hoga.brokers.kis.envelope import Declined, Keys, Reply, fault_reply
from hoga.brokers.kis.oauth import Token, login_refusal_reply
from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.ports import Clock

TOKEN_LIFE = timedelta(hours=24)
SAME_TOKEN = timedelta(hours=6)
TOKEN_PAUSE = timedelta(minutes=1)
APPROVAL_LIFE = timedelta(hours=24)

NewId = Callable[[], str]
"""Gives 32 hexadecimal digits that nobody can guess and that never come twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An app key pair, and the one account (ten digits) and HTS id that it is bound to.

    `holder` is the name in order notices (계좌명).
    """

    keys: Keys
    account: str = field(repr=False)
    hts_id: str = field(repr=False)
    holder: str = field(default="", repr=False)


@dataclass(slots=True)
class _Login:
    """What one customer was given last."""

    token: Token | None = None
    issued_at: datetime | None = None
    answered_at: datetime | None = None
    revoked_at: datetime | None = None
    """When all tokens were revoked: those of before are known no more."""


@dataclass(slots=True)
class _Grant:
    """A token that was given out at some time."""

    customer: Customer
    expires_at: datetime
    is_revoked: bool = False


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The middle part of a token, in KIS's names: who it is for, and from when to when in seconds of 1970."""

    sub: str = "token"
    aud: str
    iss: str = "unogw"
    exp: int
    iat: int
    jti: str


class Approvals:
    """The keys of the WebSocket (접속키) that customers were given, at whichever host.

    Faces that stand side by side share one of these; it knows the customers of all of them.
    """

    def __init__(self, customers: Sequence[Customer], clock: Clock, new_id: NewId) -> None:
        """Raises `BadInput` when there is no customer, or two have the same app key."""
        self._customers = _by_appkey(customers)
        self._clock = clock
        self._new_id = new_id
        self._latest: dict[str, str] = {}
        """The key that an app key was given last."""
        self._given: dict[str, tuple[Customer, datetime]] = {}
        """Whose each key is, and when it ends."""

    def get_keyed(self, keys: Keys) -> Customer:
        """Whose keys these are. Raises `Declined`."""
        return _keyed(self._customers, keys, login_refusal_reply)

    def is_known(self, appkey: str) -> bool:
        """Whether a customer of any face has this app key."""
        return appkey in self._customers

    def give(self, keys: Keys) -> str:
        """The key of the WebSocket, the same one while it lives. Raises `Declined` for wrong keys."""
        customer = self.get_keyed(keys)
        latest = self._latest.get(keys.appkey, "")
        if self.find(latest) is None:
            self._given.pop(latest, None)
            latest = self._latest[keys.appkey] = str(UUID(self._new_id()))
            self._given[latest] = customer, self._clock.now() + APPROVAL_LIFE
        return latest

    def find(self, approval_key: str) -> Customer | None:
        """Who was given this key; None when nobody was, or it has ended."""
        customer, ends = self._given.get(approval_key, (None, None))
        return customer if ends is not None and self._clock.now() < ends else None


class Logins:
    """The customers of one face and every token that they were given."""

    def __init__(
        self, customers: Sequence[Customer], approvals: Approvals, clock: Clock, new_id: NewId
    ) -> None:
        """Raises `BadInput` when there is no customer, or two have the same app key."""
        self._customers = _by_appkey(customers)
        self._approvals = approvals
        self._clock = clock
        self._new_id = new_id
        self._logins = {appkey: _Login() for appkey in self._customers}
        self._grants: dict[str, _Grant] = {}

    def issue_token(self, keys: Keys) -> Token:
        """The token of these keys. Raises `Declined` for wrong keys, and within a minute of the last one."""
        customer = self.get_keyed(keys, login_refusal_reply)
        login, now = self._logins[keys.appkey], self._clock.now()
        if login.answered_at is not None and now - login.answered_at < TOKEN_PAUSE:
            raise Declined(login_refusal_reply("EGW00133"))
        if login.token is None or login.issued_at is None or now - login.issued_at >= SAME_TOKEN:
            login.token = Token(self._make_token(customer, now), now + TOKEN_LIFE)
            login.issued_at = now
            self._grants[login.token.value] = _Grant(customer, login.token.expires_at)
        login.answered_at = now
        return login.token

    def revoke_token(self, keys: Keys, value: str) -> None:
        """Raises `Declined` for wrong keys, and for a token that these keys do not have."""
        customer = self.get_keyed(keys, login_refusal_reply)
        grant = self._find_grant(value, customer)
        if grant is None:
            raise Declined(login_refusal_reply("EGW00121"))
        grant.is_revoked = True
        login = self._logins[keys.appkey]
        if login.token is not None and login.token.value == value:
            login.token = None

    def revoke_all(self, appkey: str) -> None:
        """Revoke whatever tokens an app key has been given. One that nobody has is no error."""
        for grant in self._grants.values():
            if grant.customer.keys.appkey == appkey:
                grant.is_revoked = True
        if (login := self._logins.get(appkey)) is not None:
            login.token, login.revoked_at = None, self._clock.now()

    def find_approved(self, approval_key: str) -> Customer | None:
        """Which customer of this face was given this key of the WebSocket; None when none was."""
        customer = self._approvals.find(approval_key)
        return customer if customer in self._customers.values() else None

    def get_keyed(self, keys: Keys, refusal: Callable[[str], Reply] = fault_reply) -> Customer:
        """Whose keys these are. Raises `Declined`."""
        return _keyed(self._customers, keys, refusal)

    def is_foreign(self, keys: Keys) -> bool:
        """Whether these are the keys of a customer of another face only."""
        return keys.appkey not in self._customers and self._approvals.is_known(keys.appkey)

    def get_authorized(self, authorization: str, keys: Keys) -> Customer:
        """Whose keys and token these are. Raises `Declined`."""
        customer = self.get_keyed(keys)
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Declined(fault_reply("EGW00205"))
        grant = self._find_grant(value.strip(), customer)
        if grant is None:
            raise Declined(fault_reply("EGW00121"))
        if grant.is_revoked:
            raise Declined(fault_reply("EGW00122"))
        if self._clock.now() >= grant.expires_at:
            raise Declined(fault_reply("EGW00123"))
        return customer

    def _find_grant(self, value: str, customer: Customer) -> _Grant | None:
        """What a token of `customer` is worth, also one that an earlier face signed; None for any other."""
        grant = self._grants.get(value)
        if grant is not None:
            return grant if grant.customer is customer else None
        claims = _read_token(value, customer.keys)
        if claims is None:
            return None
        revoked_at = self._logins[customer.keys.appkey].revoked_at
        is_revoked = revoked_at is not None and claims.iat <= revoked_at.timestamp()
        grant = _Grant(customer, datetime.fromtimestamp(claims.exp, KST), is_revoked)
        self._grants[value] = grant
        return grant

    def _make_token(self, customer: Customer, at: datetime) -> str:
        claims = _Claims(
            aud=str(UUID(self._new_id())),
            exp=int((at + TOKEN_LIFE).timestamp()),
            iat=int(at.timestamp()),
            jti=customer.keys.appkey,
        )
        parts = (msgspec.json.encode({"typ": "JWT", "alg": "HS512"}), msgspec.json.encode(claims))
        signed = ".".join(_told(part) for part in parts)
        return f"{signed}.{_signature(signed, customer.keys)}"


def _read_token(value: str, keys: Keys) -> _Claims | None:
    """What a token says; None when these keys have not signed it."""
    signed, _, signature = value.rpartition(".")
    if not hmac.compare_digest(signature.encode(errors="replace"), _signature(signed, keys).encode()):
        return None
    payload = signed.partition(".")[2]
    claims = msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
    return claims if claims.jti == keys.appkey else None


def _signature(signed: str, keys: Keys) -> str:
    return _told(hmac.digest(keys.appsecret.encode(), signed.encode(errors="replace"), "sha512"))


def _told(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def _by_appkey(customers: Sequence[Customer]) -> dict[str, Customer]:
    found = {customer.keys.appkey: customer for customer in customers}
    if not customers or len(found) != len(customers):
        raise BadInput(
            "KIS 접속면에는 서로 다른 앱키를 가진 고객이 하나 이상 있어야 합니다. 앱키를 고치세요.",
            "The KIS face needs at least one customer, each with its own app key. Fix the app keys.",
        )
    return found


def _keyed(customers: Mapping[str, Customer], keys: Keys, refusal: Callable[[str], Reply]) -> Customer:
    if not keys.appkey:
        raise Declined(refusal("EGW00102"))
    if not keys.appsecret:
        raise Declined(refusal("EGW00104"))
    customer = customers.get(keys.appkey)
    if customer is None:
        raise Declined(refusal("EGW00103"))
    if keys.appsecret != customer.keys.appsecret:
        raise Declined(refusal("EGW00105"))
    return customer
