"""A connected account, and what every kind of broker needs to get there."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.krx.calendar import is_trading_day, previous_trading_day
from hoga.ports import Clock, Receipts
from hoga.settings import ProfileSettings
from hoga.storage.keys import KeyStore, Secrets, find_keyring
from hoga.trading.desk import Patience
from hoga.trading.limits import RiskLimits

if TYPE_CHECKING:
    from hoga.accounts.naming import Naming
    from hoga.brokers.cybos.client import CybosClient
    from hoga.brokers.cybos.com import Com
    from hoga.brokers.cybos.research import CybosResearch
    from hoga.brokers.kis.client import KisClient
    from hoga.brokers.kis.research import KisResearch
    from hoga.brokers.remote.client import RemoteClient
    from hoga.brokers.remote.research import RemoteResearch

OPENS = time(7)
"""When a trading day is opened, before the first session that a broker takes orders for."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A profile that is connected: one account at one broker. `prices` is live, made or recorded."""

    profile: str
    broker: "KisClient | CybosClient | RemoteClient"
    research: "KisResearch | CybosResearch | RemoteResearch"
    clock: Clock
    instruments: Mapping[str, Instrument]
    account: str = field(repr=False)
    journal: str | Path = field(repr=False)
    prices: str
    rest_url: str
    """Where its calls go; "" for a broker on this computer."""
    limits: RiskLimits
    patience: Patience
    is_real: bool
    """Whether real money is at stake."""
    session: str = ""
    """Tells one simulated market from another one of the same day."""
    served: date | None = None
    """The day that another Hoga serves, None at any other broker."""
    remote: "RemoteClient | None" = None
    """The broker, when it is another Hoga."""
    asked_of_kis: "KisClient | None" = None
    """The broker, when it is KIS."""
    terminal: "CybosClient | None" = None
    """The broker, when it is Daishin's terminal."""
    naming: "Naming | None" = None
    """The English names of a register that has none, where the broker tells them one by one."""
    named: str = field(repr=False, default="")
    """Whose account it is, by the settings, or as another Hoga tells it."""

    @property
    def holder(self) -> str | None:
        """Whose account it is, by the settings, else as the broker tells it; None when neither does."""
        return self.named or (None if self.terminal is None else self.terminal.holder)

    @property
    def receipts(self) -> Receipts | None:
        """Those of a broker that knows orders by keys of ours."""
        return self.remote

    @property
    def answers(self) -> int:
        """How many calls have been answered, where they are counted."""
        counting = self.asked_of_kis or self.remote
        return 0 if counting is None else counting.answers

    @property
    def kis(self) -> "KisClient":
        """The broker, for questions that only KIS is asked. Raises `BadInput` when it is another one."""
        if self.asked_of_kis is None:
            raise BadInput(
                f"{self.profile} 에는 이 조회가 없습니다. 한국투자증권 계좌로 하십시오.",
                f"{self.profile} cannot be asked that. Use an account at KIS.",
            )
        return self.asked_of_kis

    @property
    def day(self) -> date:
        """The trading day that is running, or else the last one; at another Hoga the one that it serves."""
        if self.served is not None:
            return self.served
        today = self.clock.now().date()
        return today if is_trading_day(today) else previous_trading_day(today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A terminal of Daishin's that is made, in place of the real one: no money is at stake.

    `session` tells its journal from those of other days that were made.
    """

    com: "Com"
    clock: Clock
    account: str
    prices: str
    session: str


def secrets_of(name: str, home: Path) -> Secrets | None:
    """The keys of a profile, None when there are none. Raises `BadInput` when they cannot be read."""
    return KeyStore(home, find_keyring()).get(name)


def account_of(name: str, profile: ProfileSettings, home: Path) -> str:
    """The account as settings or keys have it: its journal is found by it without asking the broker."""
    secrets = secrets_of(name, home) or Secrets()
    account = (profile.account or secrets.account).replace("-", "")
    if not account:
        raise BadInput(
            f"{name} 의 계좌번호가 없습니다. hoga.toml 의 [profiles.{name}] 에 account 를 적으십시오.",
            f"{name} has no account number. Write account into [profiles.{name}] of hoga.toml.",
        )
    return account


def require_switches(name: str, profile: ProfileSettings, *, is_live: bool) -> None:
    """Raises `BadInput` unless both switches for real money are on."""
    if not (profile.live and is_live):
        raise BadInput(
            f"{name} 은(는) 실계좌입니다. hoga.toml 의 [profiles.{name}] 에 live = true 를 적고 "
            "명령에 --live 를 붙여야 합니다.",
            f"{name} is real money. Write live = true into [profiles.{name}] of hoga.toml and add --live to "
            "the command.",
        )


def journal_path(home: Path, kind: str, account: str, session: str) -> Path:
    """One journal an account, whatever profile leads to it; its number is not shown in the name.

    A simulated market has its own history.
    """
    digest = hashlib.sha256(f"{account}:{session}".encode()).hexdigest()[:12]
    folder = home / "desks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{kind}-{digest}.sqlite"
