"""Whether everything is ready to trade with a profile, one finding at a time, and what to do where it is not.

Nothing is changed and no order is sent. What cannot be asked because something before it failed is left out.
"""

import contextlib
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from hoga.accounts.connection import Connection, Rehearsal
from hoga.brokers.cybos.checklist import CHECKS, finished_day
from hoga.brokers.cybos.client import CybosClient
from hoga.brokers.cybos.codes import CAPS, WINDOW_SECONDS, Limit
from hoga.clock import WallClock
from hoga.domain.errors import AccountTaken, HogaError
from hoga.domain.trading_state import TradingState
from hoga.krx.calendar import get_hours, is_trading_day, next_trading_day
from hoga.profiles import connect
from hoga.settings import ProfileSettings, Settings, read_settings
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.storage.keys import KeyStore, find_keyring
from hoga.trading.desk import KINDS

if TYPE_CHECKING:
    from hoga.brokers.remote.client import RemoteClient

LEAST_SPACE = 200 * 1024 * 1024
"""Bytes that should be free where the journal lies."""

MOST_SKEW = timedelta(seconds=2)
"""Between this computer's watch and the broker's: orders at the edge of a phase depend on it."""

SAMPLE = "005930"
"""An issue that trades every day."""

_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Health(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """Trading works, but look at it."""
    BAD = "bad"
    """Trading does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Both sentences say what was found, and what to do if it is not good."""

    subject: str
    health: Health
    korean: str
    english: str


class Checkup:
    """One look at everything that trading with a profile needs. `tell` hears each finding at once."""

    def __init__(
        self,
        name: str,
        home: Path,
        tell: Callable[[Finding], None],
        *,
        is_live: bool = False,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self.findings: list[Finding] = []
        self._name = name
        self._home = home
        self._tell = tell
        self._is_live = is_live
        self._rehearsal = rehearsal

    async def run(self) -> None:
        """Look at one thing after the other."""
        self._look_at_folder()
        settings = self._read_settings()
        if settings is None:
            return
        profile = settings.profile(self._name)
        if profile.broker in ("kis", "remote"):
            self._look_at_keys()
        self._look_at_calendar()
        try:
            try:
                await self._look_connected(settings, profile, has_stream=True)
            except AccountTaken as error:
                # The stream is the living desk's; everything else can be looked at beside it.
                self._note("desk", Health.DOUBTFUL, error.korean, error.english)
                await self._look_connected(settings, profile, has_stream=False)
        except HogaError as error:
            self._bad("login", error)

    async def _look_connected(
        self, settings: Settings, profile: ProfileSettings, *, has_stream: bool
    ) -> None:
        async with connect(
            self._name,
            settings,
            self._home,
            is_live=self._is_live,
            has_stream=has_stream,
            rehearsal=self._rehearsal,
        ) as connection:
            if has_stream:
                self._note("login", Health.GOOD, "로그인과 실시간 접속이 됩니다", "login and stream work")
            else:
                self._note("login", Health.GOOD, "로그인이 됩니다", "login works")
            await self._look_at_broker(connection, settings, profile)

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way of trading."""
        return all(finding.health is not Health.BAD for finding in self.findings)

    def _note(self, subject: str, health: Health, korean: str, english: str) -> None:
        self.findings.append(Finding(subject, health, korean, english))
        self._tell(self.findings[-1])

    def _bad(self, subject: str, error: HogaError) -> None:
        self._note(subject, Health.BAD, error.korean, error.english)

    def _read_settings(self) -> Settings | None:
        try:
            settings = read_settings()
            settings.profile(self._name)
        except HogaError as error:
            self._bad("settings", error)
            return None
        self._note("settings", Health.GOOD, "hoga.toml 을 읽었습니다", "the settings are readable")
        return settings

    def _look_at_folder(self) -> None:
        free = shutil.disk_usage(self._home).free
        megabytes = free // 1024 // 1024
        if free < LEAST_SPACE:
            self._note(
                "folder",
                Health.DOUBTFUL,
                f"{self._home}: 남은 공간이 {megabytes} MB 입니다. 가득 차면 매매가 멈추니 비우십시오",
                f"{self._home}: {megabytes} MB are free. Trading stops when it is full: make space",
            )
        elif sys.platform != "win32" and stat.S_IMODE(self._home.stat().st_mode) & 0o077:
            self._note(
                "folder",
                Health.DOUBTFUL,
                f"{self._home} 을(를) 다른 사용자도 열 수 있습니다. chmod 700 하십시오",
                f"others may open {self._home}. Give it chmod 700",
            )
        else:
            self._note(
                "folder",
                Health.GOOD,
                f"{self._home}: 남은 공간 {megabytes:,} MB",
                f"{self._home}: {megabytes:,} MB are free",
            )

    def _look_at_keys(self) -> None:
        store = KeyStore(self._home, find_keyring())
        try:
            secrets = store.get(self._name)
        except HogaError as error:
            self._bad("keys", error)
            return
        if secrets is None:
            self._note(
                "keys",
                Health.BAD,
                f"{self._name} 의 키가 없습니다. hoga keys set --profile {self._name} 으로 넣으십시오",
                f"there are no keys for {self._name}. Put them in with hoga keys set --profile {self._name}",
            )
        elif store.is_file:
            self._note(
                "keys",
                Health.DOUBTFUL,
                f"키링이 없어 파일 {store.where} 에 있습니다. 이 컴퓨터를 혼자 쓰는지 확인하십시오",
                f"there is no keyring: they lie in {store.where}. Let nobody else use this computer",
            )
        else:
            self._note(
                "keys", Health.GOOD, f"키링({store.where})에 있습니다", f"in the keyring ({store.where})"
            )

    def _look_at_calendar(self) -> None:
        today = WallClock().now().date()
        coming = today if is_trading_day(today) else next_trading_day(today)
        hours = get_hours(coming)
        self._note(
            "calendar",
            Health.GOOD,
            f"{'오늘' if coming == today else '다음 거래일'} {coming} {hours.open:%H:%M}-{hours.close:%H:%M}",
            f"{'today' if coming == today else 'the next trading day'}, {coming}: "
            f"{hours.open:%H:%M} to {hours.close:%H:%M}",
        )

    async def _look_at_broker(
        self, connection: Connection, settings: Settings, profile: ProfileSettings
    ) -> None:
        try:
            account = await connection.broker.account()
        except HogaError as error:
            self._bad("account", error)
        else:
            held = len(account.positions)
            self._note(
                "account", Health.GOOD, f"계좌를 읽었습니다. 보유 {held}종목", f"readable, {held} issues held"
            )
        listed = len(connection.instruments)
        self._note("register", Health.GOOD, f"상장 {listed:,}종목", f"{listed:,} issues are listed")
        await self._look_at_clock(connection, profile)
        await self._look_at_limits(connection)
        self._look_at_journal(connection)
        if connection.terminal is not None:
            await self._look_at_terminal(connection.terminal, connection)
        if connection.remote is not None:
            await self._look_at_bridge(connection.remote)

    async def _look_at_bridge(self, client: "RemoteClient") -> None:
        """What the token may do at the other Hoga, and whether it is safe to trade there."""
        try:
            about, reasons = await client.about(), await client.hindrances()
        except HogaError as error:
            self._bad("bridge", error)
            return
        whom = f"{about.broker}, Hoga {about.version}"
        if about.scope not in ("trade", "admin"):
            self._note(
                "bridge",
                Health.DOUBTFUL,
                f"{whom}: 토큰의 권한이 {about.scope} 라 주문할 수 없습니다. trade 권한의 토큰을 만드십시오",
                f"{whom}: the scope of the token is {about.scope}: it cannot order. Make one of scope trade",
            )
        elif reasons:
            shown = ", ".join(reasons)
            self._note(
                "bridge",
                Health.DOUBTFUL,
                f"{whom}: 그곳에서 지금 매매할 수 없는 이유가 있습니다({shown}). 그 호가를 보십시오",
                f"{whom}: something speaks against trading there ({shown}). Look at that Hoga",
            )
        else:
            self._note(
                "bridge",
                Health.GOOD,
                f"{whom}, 권한 {about.scope}",
                f"{whom}, the scope of the token is {about.scope}",
            )

    async def _look_at_terminal(self, client: CybosClient, connection: Connection) -> None:
        """What was never seen at a real terminal, line by line."""
        code = SAMPLE if SAMPLE in connection.instruments else next(iter(connection.instruments), SAMPLE)
        for check in CHECKS:
            try:
                found = await check.look(client, code, finished_day(client.today))
            except HogaError as error:
                self._note(
                    check.subject,
                    Health.BAD,
                    f"{check.korean}: {error.korean}",
                    f"{check.english}: {error.english}",
                )
            else:
                self._note(
                    check.subject, Health.GOOD, f"{check.korean}: {found}", f"{check.english}: {found}"
                )

    async def _look_at_clock(self, connection: Connection, profile: ProfileSettings) -> None:
        if profile.broker == "sim" or (profile.broker == "remote" and connection.prices != "live"):
            now = connection.clock.now()
            self._note(
                "clock",
                Health.GOOD,
                f"모의 시장의 시각 {now:%H:%M:%S}",
                f"the market's time is {now:%H:%M:%S}",
            )
            return
        before = WallClock().now()
        try:
            if not connection.rest_url:
                raise ValueError("a broker on this computer")
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(connection.rest_url, allow_redirects=False) as answer,
            ):
                written = answer.headers.get("Date", "")
            theirs = parsedate_to_datetime(written)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            self._note(
                "clock",
                Health.DOUBTFUL,
                "증권사의 시각을 알 수 없어 이 컴퓨터의 시계를 확인하지 못했습니다",
                "the broker does not tell its time: this computer's clock could not be checked",
            )
            return
        # Its time has whole seconds, and was told somewhere between our question and now.
        skew = max(before - theirs - timedelta(seconds=1), theirs - WallClock().now(), timedelta())
        seconds = skew.total_seconds()
        if skew > MOST_SKEW:
            self._note(
                "clock",
                Health.BAD,
                f"이 컴퓨터의 시계가 증권사와 {seconds:.0f}초 다릅니다. 시간 동기화를 켜십시오",
                f"this computer's clock is {seconds:.0f} s off the broker's. Turn on time synchronisation",
            )
        else:
            self._note("clock", Health.GOOD, "시계가 증권사와 맞습니다", "the clock agrees with the broker's")

    async def _look_at_limits(self, connection: Connection) -> None:
        if connection.terminal is not None:
            self._note(
                "limits",
                Health.GOOD,
                f"{WINDOW_SECONDS}초에 주문·계좌 {CAPS[Limit.TRADE]}건, 시세 {CAPS[Limit.QUOTE]}건까지 호출",
                f"{CAPS[Limit.TRADE]} orders and account questions, {CAPS[Limit.QUOTE]} about prices in "
                f"{WINDOW_SECONDS} s at most",
            )
            return
        if connection.remote is not None:
            self._note("limits", Health.GOOD, "다른 호가가 지킵니다", "the other Hoga keeps them")
            return
        queue = await connection.kis.queue()
        if queue is None:
            self._note("limits", Health.GOOD, "호출 한도 없음", "no limit of calls")
            return
        calls = queue.limit
        self._note("limits", Health.GOOD, f"초당 {calls}건까지 호출", f"{calls} calls a second at most")

    def _look_at_journal(self, connection: Connection) -> None:
        place = connection.journal
        if isinstance(place, Path) and not place.exists():
            self._note(
                "journal",
                Health.GOOD,
                "아직 없습니다. 첫 주문에 생깁니다",
                "none yet: the first order makes it",
            )
            return
        try:
            with (
                contextlib.closing(SqlJournal(place, KINDS)) as journal,
                contextlib.closing(SqlControl(place)) as control,
            ):
                entries, change = len(journal.read()), control.read()
        except HogaError as error:
            self._bad("journal", error)
            return
        self._note("journal", Health.GOOD, f"기록 {entries:,}건", f"{entries:,} entries are readable")
        if change is not None and change.state is not TradingState.ACTIVE:
            self._note(
                "switch",
                Health.DOUBTFUL,
                f"매매 상태가 {change.state} 입니다({change.by}). 다시 매매하려면 hoga resume",
                f"trading is {change.state} ({change.by}). To trade again: hoga resume",
            )
