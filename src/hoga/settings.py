"""What a person may set: the file `hoga.toml` in Hoga's folder, and where that folder is.

An absent file means the defaults. A wrong table, key or value is refused by name, together with what is
allowed; nothing is guessed and nothing is ignored. Secrets are not settings and have no place in the file.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from hoga.domain.errors import BadInput
from hoga.strategies import rebalance, swing
from hoga.strategies.rebalance import RebalanceSettings
from hoga.strategies.swing import SwingSettings
from hoga.trading import limits, schedule
from hoga.trading.limits import RiskLimits
from hoga.trading.news import News
from hoga.trading.patience import Patience
from hoga.trading.schedule import ScheduledRun

FILE = "hoga.toml"

SIMULATION_ALLOWED = {
    "cash": ("1 이상 1,000,000,000,000 이하인 원", "won from 1 to 1,000,000,000,000"),
    "seed": ("0 이상인 정수", "a whole number from 0"),
    "pace": ('0보다 크고 3600 이하인 수, 또는 "max"', 'a number above 0, at most 3600, or "max"'),
}
BRIDGE_ALLOWED = {
    "host": ('주소나 이름, 예: "127.0.0.1"', 'an address or a name, like "127.0.0.1"'),
    "port": ("0 이상 65535 이하 (0 은 빈 포트 아무거나)", "from 0 to 65535 (0 takes any free port)"),
    "names": (
        '브리지를 부르는 호스트 이름들, 예: ["trader.local"]',
        'host names by which the bridge is called, like ["trader.local"]',
    ),
    "certificate": ("PEM 인증서 파일 (key 와 함께)", "a certificate file (PEM), together with key"),
    "key": ("PEM 개인키 파일 (certificate 와 함께)", "its private key (PEM), together with certificate"),
    "calls_per_second": ('1 이상인 정수, 또는 "off"', 'a whole number from 1, or "off"'),
}
NOTIFY_ALLOWED = {
    "channels": (
        '이름의 목록, 예: ["discord"]; 주소는 hoga notify set 으로',
        'a list of names, like ["discord"]; their addresses go in with hoga notify set',
    ),
    "news": (
        f"다음의 목록: {', '.join(News)}",
        f"a list of: {', '.join(News)}",
    ),
    "every": ("1 이상 3600 이하인 초", "seconds from 1 to 3600"),
}
DESK_ALLOWED = {
    "doubt_seconds": ("10 이상 3600 이하인 초", "seconds from 10 to 3600"),
}
RUN_ALLOWED = {
    "cancel_on_error": ("true 또는 false", "true or false"),
}

BROKERS = ("sim", "kis", "daishin", "remote")
"""The brokers that a profile may name."""
PROFILE_ALLOWED = {
    "broker": ('"sim", "kis", "daishin", "remote" 중 하나', '"sim", "kis", "daishin" or "remote"'),
    "environment": (
        'kis 는 "paper" 또는 "real"; sim 은 거래소의 모의투자 쪽이면 "paper", 아니면 쓰지 않음; '
        "다른 곳은 쓰지 않음",
        'with kis "paper" or "real"; with sim "paper" for the paper side of the exchange, else nothing; '
        "elsewhere nothing",
    ),
    "account": (
        '계좌번호를 따옴표 안에, 예: "12345678-01"',
        'an account number in quotes, like "12345678-01"',
    ),
    "hts_id": ("HTS 아이디 (체결통보에 필요)", "the HTS id, for order notices"),
    "holder": ("예금주 이름", "the name that the account is held in"),
    "customer_since": (
        "API 를 신청한 날, 예: 2026-05-04 (따옴표 없이, kis 만)",
        "the day on which the API was applied for, like 2026-05-04 (without quotes, kis only)",
    ),
    "live": ("true 또는 false; 실계좌는 --live 도 함께", "true or false; real money needs --live too"),
    "rest_url": ('주소, 예: "http://127.0.0.1:9443"', 'an address, like "http://127.0.0.1:9443"'),
    "websocket_url": ('주소, 예: "ws://127.0.0.1:21000"', 'an address, like "ws://127.0.0.1:21000"'),
    "url": (
        '다른 호가의 주소 (remote 만), 예: "https://server.local:5000"',
        'the address of another Hoga (remote only), like "https://server.local:5000"',
    ),
    "certificate": (
        "다른 호가의 인증서를 믿기 위한 PEM 파일 (remote 만)",
        "a PEM file by which the other Hoga's certificate is trusted (remote only)",
    ),
    "master_url": ("종목 마스터 파일의 주소", "the address of the master files"),
    "control_url": (
        "hoga exchange 제어 포트의 주소 (sim 만)",
        "the control plane of hoga exchange (sim only)",
    ),
    "journal": (
        "데이터베이스 주소 (기본: 호가 폴더의 SQLite)",
        "a database URL; default SQLite in Hoga's folder",
    ),
    "starter": (
        'CYBOS Plus 를 시작할 프로그램 (daishin 만), 예: "C:/DAISHIN/STARTER/ncStarter.exe"',
        'what starts CYBOS Plus (daishin only), like "C:/DAISHIN/STARTER/ncStarter.exe"',
    ),
}
_ENVIRONMENTS = {"sim": ("", "paper"), "kis": ("paper", "real"), "daishin": ("",), "remote": ("",)}
_HERE = ("http://127.0.0.1", "http://localhost", "http://[::1]")
_URLS = {
    "rest_url": (*_HERE, "https://"),  # keys travel there: nowhere else without TLS
    "websocket_url": ("ws://", "wss://"),
    "url": (*_HERE, "https://"),  # the token travels there
    "master_url": (*_HERE, "https://"),
    "control_url": _HERE,
}
"""How each address of a profile begins, if it is given."""


_HIDDEN = frozenset({"account", "hts_id", "holder", "journal"})
"""Settings that tell whose account it is, or may hold a password: messages do not repeat them."""

_LOGIN = re.compile(r"//[^/]*@")
"""A name and password in an address."""


def _shown(key: str, written: Any) -> str:
    if key in _HIDDEN:
        return "***"
    if isinstance(written, bool):
        return str(written).lower()
    text = f'"{_LOGIN.sub("//***@", written)}"' if isinstance(written, str) else str(written)
    return text if len(text) <= 40 else text[:37] + "..."


def _require(allowed: Mapping[str, tuple[str, str]], settings: object, **fits: bool) -> None:
    wrong = {name: _shown(name, getattr(settings, name)) for name, is_right in fits.items() if not is_right}
    if wrong:
        raise BadInput(
            "; ".join(f"{name} = {shown}: {allowed[name][0]}" for name, shown in wrong.items()),
            "; ".join(f"{name} = {shown}: {allowed[name][1]}" for name, shown in wrong.items()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSettings:
    """Whom to trade with. "" means what the broker itself or the keys say.

    `live` is one of the two switches for real money; the other is `--live` on the command. Secrets are kept
    elsewhere (hoga.storage.keys). `customer_since` matters during the first days, when KIS takes few calls.
    """

    broker: str = "kis"
    environment: str = ""
    account: str = field(repr=False, default="")
    hts_id: str = field(repr=False, default="")
    holder: str = field(repr=False, default="")
    customer_since: date | None = None
    live: bool = False
    rest_url: str = ""
    websocket_url: str = ""
    master_url: str = ""
    control_url: str = ""
    journal: str = field(repr=False, default="")
    starter: str = ""
    url: str = ""
    certificate: str = ""

    def __post_init__(self) -> None:
        addresses = {
            name: not (url := getattr(self, name)) or (url.startswith(starts) and url.isascii())
            for name, starts in _URLS.items()
        }
        _require(
            PROFILE_ALLOWED,
            self,
            broker=self.broker in BROKERS,
            environment=self.environment in _ENVIRONMENTS.get(self.broker, ("paper", "real")),
            customer_since=self.customer_since is None or self.broker == "kis",
            starter=not self.starter or self.broker == "daishin",
            certificate=not self.certificate or self.broker == "remote",
            journal=not self.journal or "://" in self.journal,
            **addresses
            | {
                "url": addresses["url"] and (not self.url or self.broker == "remote"),
                "control_url": addresses["control_url"] and (not self.control_url or self.broker == "sim"),
            },
        )

    @property
    def is_real(self) -> bool:
        """Whether real money is at stake. Daishin's terminal does not tell 모의투자 from real: it may be.

        Another Hoga is asked.
        """
        return self.broker == "daishin" or (self.broker == "kis" and self.environment == "real")


PROFILES: Mapping[str, ProfileSettings] = {
    "sim": ProfileSettings(broker="sim"),
    "kis-paper": ProfileSettings(environment="paper"),
    "kis-live": ProfileSettings(environment="real"),
    "daishin": ProfileSettings(broker="daishin"),
    "remote": ProfileSettings(broker="remote"),
}
"""The profiles that there are without a file. A table of the file changes one of them or adds another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSettings:
    """The simulated day: `cash` in won at its start, the `seed` of made prices and of chance.

    `pace` is simulated seconds a second; None (in the file "max") is as fast as it goes, without sockets.
    """

    cash: int = 100_000_000
    seed: int = 0
    pace: Decimal | None = Decimal(60)

    def __post_init__(self) -> None:
        _require(
            SIMULATION_ALLOWED,
            self,
            cash=1 <= self.cash <= 10**12,
            seed=self.seed >= 0,
            pace=self.pace is None or (self.pace.is_finite() and 0 < self.pace <= 3600),
        )


def _is_host(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Where the bridge listens. The default is this machine only, at the port of the original bridge.

    `certificate` and `key` are files for TLS, "" without. `calls_per_second` is of one caller, None without
    limit.
    """

    host: str = "127.0.0.1"
    port: int = 5000
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    calls_per_second: int | None = 200

    def __post_init__(self) -> None:
        _require(
            BRIDGE_ALLOWED,
            self,
            host=_is_host(self.host),
            port=0 <= self.port <= 65535,
            names=all(_is_host(name) for name in self.names),
            certificate=bool(self.certificate) == bool(self.key),
            key=bool(self.certificate) == bool(self.key),
            calls_per_second=self.calls_per_second is None or self.calls_per_second >= 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How long an order without an answer is looked for before its absence can be proved, or a person called.

    How long KIS's list of the day's orders may lag is unverified: waiting alone proves nothing.
    """

    doubt_seconds: int = 60

    def __post_init__(self) -> None:
        _require(DESK_ALLOWED, self, doubt_seconds=10 <= self.doubt_seconds <= 3600)

    @property
    def patience(self) -> Patience:
        return Patience(wait=timedelta(seconds=self.doubt_seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How strategies are run: whether the open orders of one that was stopped by an error are cancelled."""

    cancel_on_error: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """Who is told what. `channels` are names; their addresses are secrets and kept elsewhere.

    `every` is how many seconds lie at least between two messages to a channel; what happens meanwhile is told
    together.
    """

    channels: tuple[str, ...] = ()
    news: tuple[str, ...] = tuple(News)
    every: int = 10

    def __post_init__(self) -> None:
        _require(
            NOTIFY_ALLOWED,
            self,
            channels=all(name and name.isprintable() for name in self.channels),
            news=all(name in tuple(News) for name in self.news),
            every=1 <= self.every <= 3600,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, one field a table of the file; `profiles` is a table of tables, by name."""

    swing: SwingSettings = field(default_factory=SwingSettings)
    rebalance: RebalanceSettings = field(default_factory=RebalanceSettings)
    simulation: SimulationSettings = field(default_factory=SimulationSettings)
    bridge: BridgeSettings = field(default_factory=BridgeSettings)
    risk: RiskLimits = field(default_factory=RiskLimits)
    desk: DeskSettings = field(default_factory=DeskSettings)
    run: RunSettings = field(default_factory=RunSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    schedule: tuple[ScheduledRun, ...] = ()
    profiles: Mapping[str, ProfileSettings] = field(default_factory=lambda: PROFILES)

    def profile(self, name: str) -> ProfileSettings:
        """Raises `BadInput` when there is none of this name."""
        try:
            return self.profiles[name]
        except KeyError:
            korean, english = _unknown(f"profile {name}", name, self.profiles)
            raise BadInput(korean, english) from None


ALLOWED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "swing": swing.ALLOWED,
    "rebalance": rebalance.ALLOWED,
    "simulation": SIMULATION_ALLOWED,
    "bridge": BRIDGE_ALLOWED,
    "profiles": PROFILE_ALLOWED,
    "risk": limits.ALLOWED,
    "desk": DESK_ALLOWED,
    "run": RUN_ALLOWED,
    "notify": NOTIFY_ALLOWED,
    "schedule": schedule.ALLOWED,
}
"""What each key of each table may be, in Korean and in English."""


def hoga_home() -> Path:
    """The one folder of everything Hoga keeps: HOGA_HOME, else the platform's usual place. Made when missing.

    A new folder is open to its owner only. Raises `BadInput` when it cannot be made.
    """
    named = os.environ.get("HOGA_HOME", "")
    if named:
        home = Path(named).expanduser().absolute()
    else:
        from platformdirs import user_data_path

        home = user_data_path("hoga", appauthor=False)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"호가 폴더 {home} 을(를) 만들 수 없습니다({error.strerror}). HOGA_HOME 으로 다른 곳을 주십시오.",
            f"Hoga's folder {home} cannot be made ({error.strerror}). Name another with HOGA_HOME.",
        ) from error
    return home


def read_settings(path: Path | None = None) -> Settings:
    """The settings of the file `path`, which must then exist, or else of `hoga.toml` in `hoga_home()`.

    Raises:
        BadInput: the file cannot be read, or holds something that is not allowed. Every mistake is named by
            file, table and key, with the allowed values.
    """
    file = hoga_home() / FILE if path is None else path
    return make_settings(file, _read(file, may_miss=path is None))


def _read(file: Path, *, may_miss: bool) -> dict[str, Any]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        if may_miss:
            return {}
        raise BadInput(
            f"설정 파일 {file} 이(가) 없습니다.", f"the settings file {file} does not exist."
        ) from None
    except OSError as error:
        raise BadInput(
            f"설정 파일 {file} 을(를) 읽을 수 없습니다({error.strerror}). 권한을 확인하십시오.",
            f"the settings file {file} cannot be read ({error.strerror}). Check its permissions.",
        ) from error
    return _tables(file, content)


def _tables(file: Path, content: bytes) -> dict[str, Any]:
    try:
        # Rates are written as decimals and are read as such: 0.05 is not the nearest binary fraction.
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise BadInput(
            f"설정 파일 {file} 은(는) UTF-8 이 아닙니다. UTF-8 로 다시 저장하십시오.",
            f"the settings file {file} is not UTF-8. Save it again as UTF-8.",
        ) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadInput(
            f"설정 파일 {file} 은(는) TOML 이 아닙니다({error}). 그 줄을 고치십시오.",
            f"the settings file {file} is not TOML ({error}). Correct that line.",
        ) from error


def make_settings(file: Path, tables: Mapping[str, Any]) -> Settings:
    """The settings that the tables of `file` hold. Raises `BadInput`, with every mistake named."""
    mistakes: list[tuple[str, str]] = []
    read: dict[str, Any] = {}
    kinds = get_type_hints(Settings)
    for name, table in tables.items():
        if name not in kinds:
            mistakes.append(_unknown(f"[{name}]", name, kinds))
        elif name == "schedule":
            read[name] = _schedule(table, mistakes)
        elif not isinstance(table, dict):
            mistakes.append(
                (f"{name}: [{name}] 표로 적으십시오", f"{name}: write it as a table, [{name}]"),
            )
        elif name == "profiles":
            read[name] = _profiles(table, mistakes)
        else:
            read[name] = _table(name, table, kinds[name], mistakes)
    if mistakes:
        raise BadInput(
            "\n".join([f"설정 파일 {file}:", *(f"  - {korean}" for korean, _ in mistakes)]),
            "\n".join([f"settings file {file}:", *(f"  - {english}" for _, english in mistakes)]),
        )
    return Settings(**read)


def _profiles(tables: Mapping[str, Any], mistakes: list[tuple[str, str]]) -> dict[str, Any]:
    read: dict[str, Any] = dict(PROFILES)
    for name, table in tables.items():
        if not isinstance(table, dict):
            mistakes.append(
                (
                    f"profiles.{name}: [profiles.{name}] 표로 적으십시오",
                    f"write it as a table, [profiles.{name}]",
                )
            )
            continue
        usual = PROFILES.get(name)
        known = {} if usual is None else {key.name: getattr(usual, key.name) for key in fields(usual)}
        read[name] = _table("profiles", table, ProfileSettings, mistakes, f"profiles.{name}", known)
    return read


def _schedule(tables: Any, mistakes: list[tuple[str, str]]) -> tuple[ScheduledRun, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistakes.append(
            ("schedule: [[schedule]] 표들로 적으십시오", "schedule: write it as tables, [[schedule]]")
        )
        return ()
    runs = [
        _table("schedule", table, ScheduledRun, mistakes, f"[schedule {number}]")
        for number, table in enumerate(tables, 1)
    ]
    names = [run.name for run in runs if run is not None]
    mistakes += [
        (f"[[schedule]] name = {name}: 두 번 있습니다", f"[[schedule]] name = {name}: it is there twice")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return tuple(run for run in runs if run is not None)


def _table(
    name: str,
    table: Mapping[str, Any],
    kind: Any,
    mistakes: list[tuple[str, str]],
    title: str = "",
    usual: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """The settings of one table. Keys are tried one by one, so that every wrong one is named.

    `title` is how the table is headed in the file, and `usual` what holds for keys that are not written.
    """
    title = title or name
    known = {f.name: f for f in fields(kind)}
    hints = get_type_hints(kind)
    values: dict[str, Any] = dict(usual)
    for key, written in table.items():
        place = f"[{title}] {key}"
        if key not in known:
            mistakes.append(_unknown(place, key, known))
            continue
        korean, english = ALLOWED[name][key]
        value = _typed(written, hints[key], _NOTHING.get(name))
        if value is _UNFIT:
            shown = _shown(key, written)
            mistakes.append((f"{place} = {shown}: {korean}", f"{place} = {shown}: {english}"))
            continue
        values[key] = value
    try:
        return kind(**values)
    except BadInput as error:
        mistakes.append((f"[{title}] {error.korean}", f"[{title}] {error.english}"))
        return None


_UNFIT = object()


_NOTHING = {"simulation": "max", "risk": "off", "bridge": "off", "rebalance": "buffer"}
"""The word for None in a table."""


def _typed(written: Any, hint: Any, nothing: str | None) -> Any:
    """What is written as the type that a setting has, or `_UNFIT`. A bool is no number here."""
    if isinstance(written, bool) or hint is bool:
        return written if hint is bool and isinstance(written, bool) else _UNFIT
    if hint in (Decimal | None, int | None):
        if written == nothing:
            return None
        hint = Decimal if hint == Decimal | None else int
    if hint is Decimal:
        return Decimal(written) if isinstance(written, int | Decimal) else _UNFIT
    if hint == date | None:
        return written if type(written) is date else _UNFIT  # an instant is a date to Python
    if hint is int:
        return written if isinstance(written, int) else _UNFIT
    if hint == tuple[str, ...]:
        is_list = isinstance(written, list) and all(isinstance(each, str) for each in written)
        return tuple(written) if is_list else _UNFIT
    return written if isinstance(written, str) else _UNFIT


def _unknown(place: str, key: str, known: Iterable[str]) -> tuple[str, str]:
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    return (
        f"{place}: 없는 이름입니다. "
        + (f"혹시 {near[0]} 입니까? " if near else "")
        + f"쓸 수 있는 이름: {', '.join(names)}",
        f"{place}: there is no such name. "
        + (f"Is it {near[0]}? " if near else "")
        + f"Known are: {', '.join(names)}",
    )
