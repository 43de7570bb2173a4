"""An account at another Hoga's bridge."""

import contextlib
import random
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from hoga.accounts.connection import OPENS, Connection, account_of, journal_path, require_switches, secrets_of
from hoga.brokers.remote.client import RemoteClient
from hoga.brokers.remote.research import RemoteResearch
from hoga.clock import WallClock
from hoga.domain.errors import BadInput, Unreachable
from hoga.krx.calendar import is_trading_day
from hoga.market_clock import ClockReading, following
from hoga.ports import Clock
from hoga.settings import ProfileSettings, Settings
from hoga.storage.lease import require_free


@contextlib.asynccontextmanager
async def at_remote(
    name: str, profile: ProfileSettings, settings: Settings, home: Path, *, is_live: bool, has_stream: bool
) -> AsyncIterator[Connection]:
    """Connect to another Hoga's bridge. It says itself whether real money is at stake there."""
    account = account_of(name, profile, home)
    async with contextlib.AsyncExitStack() as stack:
        broker = await stack.enter_async_context(
            RemoteClient(
                _require_url(name, profile),
                _remote_token(name, home),
                luck=random.Random().random,  # noqa: S311  (scatters reconnections)
                account=account,
                tls=_trusted(name, profile),
                has_stream=has_stream,
            )
        )
        about = await broker.about()
        if about.is_real:
            require_switches(name, profile, is_live=is_live)
        today = about.now.date()
        if has_stream and about.day < today and is_trading_day(today) and about.now.time() >= OPENS:
            raise Unreachable(
                f"{name}: 그 호가가 아직 {today} 을(를) 열지 않았습니다. 잠시 뒤에 다시 하십시오.",
                f"{name}: that Hoga has not opened {today} yet. Try again in a moment.",
            )
        keep_session(home, account, about.session)
        journal = profile.journal or journal_path(home, "remote", account, about.session)
        if has_stream:
            require_free(journal, account, WallClock().now)

        async def read() -> ClockReading:
            now = await broker.about()
            return ClockReading(now.now, now.is_running, now.pace)

        clock: Clock = WallClock()
        if about.prices != "live":
            clock = await stack.enter_async_context(following(read))
        yield Connection(
            profile=name,
            broker=broker,
            research=RemoteResearch(broker),
            clock=clock,
            instruments=await broker.instruments(),
            account=account,
            journal=journal,
            prices=about.prices,
            rest_url=profile.url,
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=about.is_real,
            session=about.session,
            served=about.day,
            remote=broker,
            named=profile.holder or about.holder or "",
        )


def _require_url(name: str, profile: ProfileSettings) -> str:
    if not profile.url:
        raise BadInput(
            f"{name}: 다른 호가의 주소가 없습니다. hoga.toml 의 [profiles.{name}] 에 url 을 적으십시오.",
            f"{name}: there is no address of another Hoga. Write url into [profiles.{name}] of hoga.toml.",
        )
    return profile.url


def _remote_token(name: str, home: Path) -> str:
    secrets = secrets_of(name, home)
    if secrets is None or not secrets.token:
        raise BadInput(
            f"{name} 의 토큰이 없습니다. 그 호가에서 hoga tokens create 로 만들고, 여기서 "
            f"hoga keys set --profile {name} 으로 넣으십시오.",
            f"there is no token for {name}. Make one at that Hoga with hoga tokens create, and put it in "
            f"here with hoga keys set --profile {name}.",
        )
    return secrets.token


def _trusted(name: str, profile: ProfileSettings) -> ssl.SSLContext | None:
    """Who is trusted beside whom the operating system trusts; None when nobody is named."""
    if not profile.certificate:
        return None
    file = Path(profile.certificate).expanduser()
    try:
        context = ssl.create_default_context()
        context.load_verify_locations(file)
    except OSError as error:  # ssl.SSLError is one
        raise BadInput(
            f"[profiles.{name}] certificate = {file}: 인증서로 읽을 수 없습니다({type(error).__name__}). "
            "PEM 파일을 주십시오.",
            f"[profiles.{name}] certificate = {file}: cannot be read as a certificate "
            f"({type(error).__name__}). Give a PEM file.",
        ) from error
    return context


def keep_session(home: Path, account: str, session: str) -> None:
    """Remember which market another Hoga showed last, so that the journal is found without asking."""
    file = _session_file(home, account)
    if session:
        file.write_text(session)
    else:
        file.unlink(missing_ok=True)


def _session_file(home: Path, account: str) -> Path:
    return journal_path(home, "remote", account, "").with_suffix(".session")


def journal_at_remote(name: str, profile: ProfileSettings, home: Path) -> str | Path:
    """Where the journal of the account is, by what that Hoga showed last. Raises `BadInput`."""
    account = account_of(name, profile, home)
    file = _session_file(home, account)
    session = file.read_text() if file.exists() else ""
    return profile.journal or journal_path(home, "remote", account, session)
