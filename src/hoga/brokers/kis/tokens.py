"""The access token and the WebSocket's approval key of one app key at one host, kept for all processes.

KIS gives one token a minute, tells its customer of each by message, and locks out keys that ask too often. A
token is for a day. So it is kept in a file that all processes of the machine share, is renewed ten minutes
before its end, and is asked for by one process at a time. When KIS has just given one to somebody else, the
file is looked at again until the minute is over: a process of ours may have it.

Source: KIS's documents and notices as of 2026-08. How long an approval key lives is unverified; it is used
for 23 hours. Time is handed in and is that of the network.
"""

import logging
from asyncio import Lock
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from hoga.brokers.kis.catalogue import GATEWAY
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.governor import WORTH_TELLING
from hoga.brokers.kis.oauth import Token
from hoga.brokers.kis.shared import FOLDER, SharedFile, shared_name
from hoga.domain.errors import HogaError, RateLimited, Unreachable
from hoga.ports import Clock

_log = logging.getLogger(__name__)

TOKEN_MARGIN = timedelta(minutes=10)
"""How long before its end a token is renewed."""

TOKEN_PAUSE = timedelta(minutes=1)
"""Between two requests for a token."""

APPROVAL_LIFE = timedelta(hours=23)
LOGIN_PAUSE = timedelta(seconds=1.1)
"""Between two requests for an approval key, or for a token of an exchange that has no other rule."""

_LOOK = timedelta(seconds=1)
"""How often the file is looked at while another process may write it."""

_TOO_SOON = "EGW00133"


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


def _hear(sentence: str) -> None:
    """Nobody wants to be told."""


class _Kept(msgspec.Struct):
    """What the file holds. "" and None are what there is not."""

    token: str = ""
    token_ends: _Instant | None = None
    token_asked: _Instant | None = None
    approval_key: str = ""
    approval_asked: _Instant | None = None

    def __repr__(self) -> str:
        return "_Kept(***)"


class Tokens:
    """Gives a token or an approval key that is good, by asking KIS only when there is none.

    Without a file they are those of this object alone; the clock may then be one of a simulated day, and
    nothing is ever waited for.
    """

    def __init__(
        self,
        clock: Clock,
        shared: SharedFile | None = None,
        *,
        pause: timedelta = TOKEN_PAUSE,
        tell: Callable[[str], object] = _hear,
    ) -> None:
        """`tell` hears of long waits beforehand."""
        self._clock = clock
        self._shared = shared
        self._pause = pause
        self._tell = tell
        self._kept = _Kept()
        self._turn = Lock()
        self._refused: set[str] = set()
        """Tokens and keys that KIS does not accept."""

    @classmethod
    def open(
        cls,
        home: Path,
        keys: Keys,
        rest_url: str,
        clock: Clock,
        *,
        pause: timedelta = TOKEN_PAUSE,
        tell: Callable[[str], object] = _hear,
    ) -> "Tokens":
        """Those of an app key at a host, shared through the folder `home`.

        A simulated exchange that was started afresh knows none of the tokens that it gave before, and so
        may be asked with a shorter `pause`. Raises `OSError` when the folder cannot be written.
        """
        path = home / FOLDER / f"{shared_name(keys.appkey, rest_url.rstrip('/'))}.json"
        return cls(clock, SharedFile(path), pause=pause, tell=tell)

    def __repr__(self) -> str:
        return "Tokens(***)"

    def refuse(self, value: str) -> None:
        """KIS does not accept this token or key any more."""
        self._refused.add(value)

    async def token(self, issue: Callable[[], Awaitable[Token]], *, is_patient: bool = True) -> str:
        """A token that is good for now; `issue` asks KIS for one.

        Who is patient waits up to a minute for KIS to give another, the others a second. Raises
        `RateLimited` when KIS must not be asked now, and whatever `issue` raises.
        """
        if self._is_fresh():
            return self._kept.token
        async with self._turn:
            waits = 1 if self._shared is not None else 0
            while True:
                async with self._locked():
                    # Somebody else may have logged in while we waited for our turn.
                    if self._is_fresh():
                        return self._kept.token
                    next_at = self._next_at(self._kept.token_asked, self._pause)
                    if self._clock.now() >= next_at:
                        try:
                            return await self._ask_token(issue)
                        except RateLimited as error:
                            if error.code != _TOO_SOON or not waits:
                                raise
                            next_at = self._clock.now() + self._pause
                    elif self._is_usable():
                        return self._kept.token
                if not waits or not (is_patient or next_at - self._clock.now() <= LOGIN_PAUSE):
                    raise _too_soon()
                waits -= 1
                await self._wait_for_another(next_at)

    async def approval_key(self, issue: Callable[[], Awaitable[str]]) -> str:
        """A key for the WebSocket; `issue` asks KIS for one. Raises what `issue` raises."""
        async with self._turn, self._locked():
            kept, now = self._kept, self._clock.now()
            asked = kept.approval_asked
            is_good = kept.approval_key not in ("", *self._refused)
            if is_good and asked is not None and asked <= now < asked + APPROVAL_LIFE:
                return kept.approval_key
            if self._shared is not None:
                await self._clock.sleep(self._next_at(asked, LOGIN_PAUSE) - now)
            kept.approval_key, kept.approval_asked = "", self._clock.now()
            self._save()
            kept.approval_key = await issue()
            self._refused.discard(kept.approval_key)
            self._save()
            return kept.approval_key

    async def _ask_token(self, issue: Callable[[], Awaitable[Token]]) -> str:
        kept, before = self._kept, self._kept.token_asked
        # Written down first: who is killed while he waits for the answer has asked all the same.
        kept.token_asked = self._clock.now()
        self._save()
        try:
            token = await issue()
        except Unreachable:
            kept.token_asked = before
            self._save()
            raise
        except HogaError as error:
            if not self._is_usable():
                raise
            _log.warning("KIS gives no new access token, the old one is still good: %s", error.english)
            return kept.token
        kept.token, kept.token_ends = token.value, token.expires_at
        self._refused.discard(token.value)
        self._save()
        return token.value

    async def _wait_for_another(self, until: datetime) -> None:
        """Wait until KIS may be asked again, or another process has put a good token into the file."""
        seconds = round((until - self._clock.now()).total_seconds())
        _log.info("KIS gives one access token a minute: waiting until %s", until)
        if until - self._clock.now() >= WORTH_TELLING:
            self._tell(
                f"접근토큰은 1분에 한 번만 받을 수 있어 약 {seconds}초 기다립니다. / "
                f"KIS gives one access token a minute: waiting about {seconds} s."
            )
        end = self._clock.steady() + (until - self._clock.now())
        while (left := end - self._clock.steady()) > timedelta() and not self._is_usable():
            await self._clock.sleep(min(left, _LOOK))
            with suppress(OSError):
                self._load()

    def _is_usable(self) -> bool:
        kept = self._kept
        return (
            bool(kept.token)
            and kept.token not in self._refused
            and kept.token_ends is not None
            and self._clock.now() < kept.token_ends
        )

    def _is_fresh(self) -> bool:
        """Whether there is a token that need not be renewed."""
        token, ends, asked = self._kept.token, self._kept.token_ends, self._kept.token_asked
        if not token or token in self._refused or ends is None or asked is None:
            return False
        now = self._clock.now()
        # A token that is about to end is still used until KIS may give another.
        return now < ends - TOKEN_MARGIN or now < min(ends, asked + TOKEN_PAUSE)

    def _next_at(self, asked: datetime | None, pause: timedelta) -> datetime:
        """When KIS may be asked again. An instant that lies far ahead is of a clock that was set back."""
        now = self._clock.now()
        return now if asked is None or asked > now + pause else asked + pause

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if self._shared is not None:
                try:
                    await stack.enter_async_context(self._shared.held())
                    self._load()
                except OSError as error:
                    _log.warning(
                        "%s cannot be used: the token is not shared (%s)", self._shared, error.strerror
                    )
            yield

    def _load(self) -> None:
        """Take over what the file holds. A damaged one is as good as none, and is written anew.

        Raises `OSError`.
        """
        if self._shared is None:
            return
        try:
            self._kept = msgspec.json.decode(self._shared.read(), type=_Kept)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._kept = _Kept()

    def _save(self) -> None:
        if self._shared is None:
            return
        try:
            self._shared.replace(msgspec.json.encode(self._kept))
        except OSError as error:
            _log.warning("the access token cannot be kept for other programs: %s", error.strerror)


def _too_soon() -> RateLimited:
    return RateLimited(
        "접근토큰은 1분에 한 번만 받을 수 있습니다. 1분 뒤에 다시 시도하세요.",
        "KIS gives one access token a minute. Try again in a minute.",
        GATEWAY[_TOO_SOON].code,
    )
