"""An account at KIS, or at the exchange of this computer, which speaks as KIS does."""

import contextlib
import hashlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hoga.accounts.connection import Connection, journal_path, secrets_of
from hoga.accounts.naming import Naming
from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import PROFILES, Environment
from hoga.brokers.kis.download import HOST_URL, download_archive
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.governor import Governor
from hoga.brokers.kis.master import MasterIssue, file_name, read_issues
from hoga.brokers.kis.research import KisResearch
from hoga.brokers.kis.tokens import LOGIN_PAUSE, TOKEN_PAUSE, Tokens
from hoga.clock import WallClock, WitnessedClock
from hoga.domain.errors import BadInput, Unreachable
from hoga.domain.features import Registered
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.market_clock import exchange_clock
from hoga.ports import Clock
from hoga.settings import ProfileSettings, Settings
from hoga.storage.english_names import LISTED, EnglishNames, real_names
from hoga.storage.kept_flows import KeptFlows
from hoga.storage.keys import Secrets
from hoga.storage.lease import require_free
from hoga.storage.open_exchange import OpenExchange, find_exchange
from hoga.storage.register import KeptFiles
from hoga.storage.unreadable import Unreadable

SIMULATED_PAUSE = LOGIN_PAUSE
"""Between two requests for a token of the exchange on this computer."""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a profile leads."""

    environment: Environment
    secrets: Secrets
    rest_url: str | None
    websocket_url: str | None
    master_url: str
    control_url: str | None
    prices: str
    session: str
    calls_per_second: int | None = None
    """The limit of a simulated market; a real broker's is known by its environment and the date."""


@contextlib.asynccontextmanager
async def at_kis(
    name: str,
    profile: ProfileSettings,
    settings: Settings,
    home: Path,
    *,
    has_stream: bool,
    tell: Callable[[str], object],
) -> AsyncIterator[Connection]:
    """Connect to KIS, or to the exchange of this computer."""
    target = _target(name, profile, home)
    account, journal = target.secrets.account.replace("-", ""), _journal_place(profile, target, home)
    if has_stream:
        # KIS would only say that the app key is in use; the lease says who uses it.
        require_free(journal, account, WallClock().now)
    async with contextlib.AsyncExitStack() as stack:
        clock: Clock
        if target.control_url is None:
            clock = witnessed = WitnessedClock(WallClock(), tell)
            hear_date = witnessed.hear
        else:
            clock, hear_date = await stack.enter_async_context(exchange_clock(target.control_url)), None
        instruments, registered = await _register(target, home, clock.now().date(), tell)
        naming = Naming(_names(target, home), instruments)
        tokens, governor, attempts = _shared(target, profile, home, clock, tell)
        broker = await stack.enter_async_context(
            KisClient(
                Keys(target.secrets.appkey, target.secrets.appsecret),
                target.secrets.account,
                target.secrets.hts_id,
                target.environment,
                clock=clock,
                luck=random.Random().random,  # noqa: S311  (scatters reconnections)
                rest_url=target.rest_url,
                websocket_url=target.websocket_url,
                master_url=target.master_url,
                names={instrument.code: instrument.name for instrument in instruments.values()},
                etns=[instrument.code for instrument in instruments.values() if instrument.kind is Kind.ETN],
                has_stream=has_stream,
                tokens=tokens,
                governor=governor,
                attempts=attempts,
                tell=tell,
                flow_store=KeptFlows(home, *_market(target)),
                hear_name=naming.hear,
                hear_date=hear_date,
                keep=Unreadable(home, WallClock().now).keep,
            )
        )
        yield Connection(
            profile=name,
            broker=broker,
            research=KisResearch(broker, registered),
            clock=clock,
            instruments=instruments,
            account=account,
            journal=journal,
            prices=target.prices,
            rest_url=target.rest_url or PROFILES[target.environment].rest_url,
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=profile.is_real,
            session=target.session,
            asked_of_kis=broker,
            naming=naming if target.environment is Environment.REAL else None,
            named=profile.holder,
        )


def journal_at_kis(name: str, profile: ProfileSettings, home: Path) -> str | Path:
    """Where the journal of the account is. Raises `BadInput`: no keys, or no running exchange."""
    return _journal_place(profile, _target(name, profile, home), home)


def _journal_place(profile: ProfileSettings, target: _Target, home: Path) -> str | Path:
    account = target.secrets.account.replace("-", "")
    kind = profile.broker if profile.broker == "sim" else f"kis-{target.environment.name.lower()}"
    return profile.journal or journal_path(home, kind, account, target.session)


def _target(name: str, profile: ProfileSettings, home: Path) -> _Target:
    if profile.broker == "sim":
        return _simulated(name, profile, home)
    secrets = secrets_of(name, home)
    if secrets is None:
        raise BadInput(
            f"{name} 의 키가 없습니다. hoga keys set --profile {name} 또는 hoga keys import 로 넣으십시오.",
            f"there are no keys for {name}. Put them in with hoga keys set --profile {name} "
            "or hoga keys import.",
        )
    secrets = replace(
        secrets, account=profile.account or secrets.account, hts_id=profile.hts_id or secrets.hts_id
    )
    return _Target(
        Environment.REAL if profile.is_real else Environment.PAPER,
        secrets,
        profile.rest_url or None,
        profile.websocket_url or None,
        profile.master_url or HOST_URL,
        None,
        "live",
        "",
    )


def _simulated(name: str, profile: ProfileSettings, home: Path) -> _Target:
    running = find_exchange(home)
    if running is None:
        raise BadInput(
            "돌고 있는 거래소가 없습니다. 다른 터미널에서 hoga exchange 를 시작하십시오.",
            "no exchange is running. Start hoga exchange in another terminal.",
        )
    is_paper = profile.environment == "paper"
    rest, ws = (running.paper_rest, running.paper_ws) if is_paper else (running.rest, running.ws)
    return _Target(
        Environment.PAPER if is_paper else Environment.REAL,
        _shown_secrets(name, profile, running, home),
        profile.rest_url or rest,
        profile.websocket_url or ws,
        profile.master_url or running.rest,
        profile.control_url or running.control,
        running.source,
        running.session,
        calls_per_second=running.paper_calls_per_second if is_paper else running.calls_per_second,
    )


def _shown_secrets(name: str, profile: ProfileSettings, running: OpenExchange, home: Path) -> Secrets:
    """Keys of the person's own for this exchange, else those that it shows."""
    own = secrets_of(name, home)
    if own is not None:
        return own
    is_paper = profile.environment == "paper"
    return Secrets(
        appkey=running.paper_appkey if is_paper else running.appkey,
        appsecret=running.paper_appsecret if is_paper else running.appsecret,
        account=profile.account or (running.paper_account if is_paper else running.account),
        hts_id=profile.hts_id or running.htsid,
    )


def _shared(
    target: _Target, profile: ProfileSettings, home: Path, clock: Clock, tell: Callable[[str], object]
) -> tuple[Tokens, Governor | None, Attempts | None]:
    """What all programs of this computer share for an app key. All live by real time; how long a token is
    good, KIS says by the time that `clock` follows.

    An exchange on this computer blocks nobody who connects often.
    """
    keys = Keys(target.secrets.appkey, target.secrets.appsecret)
    url = target.rest_url or PROFILES[target.environment].rest_url
    # An exchange that was started afresh knows no token of before, and counts its own minute.
    pause = SIMULATED_PAUSE if profile.broker == "sim" else TOKEN_PAUSE
    try:
        real_time = WallClock() if profile.broker == "sim" else clock
        tokens = Tokens.open(home, keys, url, real_time, pause=pause, tell=tell)
        if profile.broker == "sim":
            return tokens, _governor(target.calls_per_second, home, keys, tell), None
        since, wall = profile.customer_since, WallClock()
        governor = Governor.open(home, keys, target.environment, wall, customer_since=since, tell=tell)
        return tokens, governor, Attempts.open(home, keys, wall)
    except OSError as error:
        raise BadInput(
            f"호가 폴더 {home} 에 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
            f"Hoga's folder {home} cannot be written ({error.strerror}). Check permissions and free space.",
        ) from error


def _governor(calls: int | None, home: Path, keys: Keys, tell: Callable[[str], object]) -> Governor | None:
    """The governor that keeps the limit of a simulated market, None where there is none."""
    if calls is None:
        return None
    return Governor(Governor.file(home, keys), WallClock(), lambda day: calls, tell)


def _market(target: _Target) -> tuple[str, str]:
    """Who tells, and of which market: a simulated one is another one each time."""
    if target.control_url is not None:
        return "sim", _digest(target.session)
    return f"kis-{_digest(target.rest_url or PROFILES[target.environment].rest_url)}", LISTED


def _names(target: _Target, home: Path) -> EnglishNames:
    """What KIS itself has told is true at its paper accounts too, which are not told."""
    is_kis = target.control_url is None and target.rest_url is None
    return real_names(home) if is_kis else EnglishNames(home, *_market(target))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def _register(
    target: _Target, home: Path, day: date, tell: Callable[[str], object]
) -> tuple[dict[str, Instrument], dict[str, Registered]]:
    """What is listed, from the master files; those of a real broker are fetched once a day."""
    kept = None
    if target.control_url is None:
        # What an exchange of one's own lists is never taken for what KIS does.
        source = "kis" if target.master_url == HOST_URL else f"kis-{_digest(target.master_url)}"
        kept = KeptFiles(home, source, day)
    issues: list[MasterIssue] = []
    is_of_today = True
    for market in Market:
        found, is_fresh = await _issues(market, target.master_url, kept, tell)
        issues += found
        is_of_today = is_of_today and is_fresh
    if kept is not None and is_of_today:
        kept.forget_others()
    return (
        {issue.instrument.code: issue.instrument for issue in issues},
        {issue.instrument.code: issue.registered for issue in issues},
    )


async def _issues(
    market: Market, url: str, kept: KeptFiles | None, tell: Callable[[str], object]
) -> tuple[list[MasterIssue], bool]:
    """What is listed on a market, and whether it is of today.

    An older file is better than none: without any, nobody could even cancel.
    """
    name = f"{market}.zip"
    archive = None if kept is None else kept.find(name)
    if archive is not None:
        return read_issues(market, archive), True
    try:
        archive = await download_archive(url, file_name(market))
        found = read_issues(market, archive)
    except (Unreachable, BadInput) as error:
        older = None if kept is None else kept.find_older(name)
        if older is None:
            raise
        day, archive = older
        tell(
            f"{market} 종목 목록을 새로 받지 못해 {day}의 것을 씁니다. {error.korean} / "
            f"The list of issues of {market} is that of {day}, there is no newer one. {error.english}"
        )
        return read_issues(market, archive), False
    if kept is not None:
        kept.keep(name, archive)
    return found, True
