"""What a person may set: the file `hoga.toml` in Hoga's folder, and where that folder is.

An absent file means the defaults. A wrong table, key or value is refused by name, together with what is
allowed; nothing is guessed and nothing is ignored. Secrets are not settings and have no place in the file.
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

from hoga.domain.errors import BadInput
from hoga.strategies import swing
from hoga.strategies.swing import SwingSettings

FILE = "hoga.toml"

SIMULATION_ALLOWED = {
    "cash": ("1 이상 1,000,000,000,000 이하인 원", "won from 1 to 1,000,000,000,000"),
    "seed": ("0 이상인 정수", "a whole number from 0"),
    "pace": ('0보다 크고 3600 이하인 수, 또는 "max"', 'a number above 0, at most 3600, or "max"'),
}
BRIDGE_ALLOWED = {
    "host": ('주소나 이름, 예: "127.0.0.1"', 'an address or a name, like "127.0.0.1"'),
    "port": ("0 이상 65535 이하 (0 은 빈 포트 아무거나)", "from 0 to 65535 (0 takes any free port)"),
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Where the bridge listens. The default is this machine only, at the port of the original bridge."""

    host: str = "127.0.0.1"
    port: int = 5000

    def __post_init__(self) -> None:
        _require(
            BRIDGE_ALLOWED,
            self,
            host=bool(self.host) and self.host.isascii() and self.host.isprintable() and " " not in self.host,
            port=0 <= self.port <= 65535,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, one field a table of the file."""

    swing: SwingSettings = field(default_factory=SwingSettings)
    simulation: SimulationSettings = field(default_factory=SimulationSettings)
    bridge: BridgeSettings = field(default_factory=BridgeSettings)


ALLOWED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "swing": swing.ALLOWED,
    "simulation": SIMULATION_ALLOWED,
    "bridge": BRIDGE_ALLOWED,
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
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        if path is None:
            return Settings()
        raise BadInput(
            f"설정 파일 {path} 이(가) 없습니다.", f"the settings file {path} does not exist."
        ) from None
    except OSError as error:
        raise BadInput(
            f"설정 파일 {file} 을(를) 읽을 수 없습니다({error.strerror}). 권한을 확인하십시오.",
            f"the settings file {file} cannot be read ({error.strerror}). Check its permissions.",
        ) from error
    return _settings(file, _tables(file, content))


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


def _settings(file: Path, tables: Mapping[str, Any]) -> Settings:
    mistakes: list[tuple[str, str]] = []
    read: dict[str, Any] = {}
    kinds = get_type_hints(Settings)
    for name, table in tables.items():
        if name not in kinds:
            mistakes.append(_unknown(f"[{name}]", name, kinds))
        elif not isinstance(table, dict):
            mistakes.append(
                (f"{name}: [{name}] 표로 적으십시오", f"{name}: write it as a table, [{name}]"),
            )
        else:
            read[name] = _table(name, table, kinds[name], mistakes)
    if mistakes:
        raise BadInput(
            "\n".join([f"설정 파일 {file}:", *(f"  - {korean}" for korean, _ in mistakes)]),
            "\n".join([f"settings file {file}:", *(f"  - {english}" for _, english in mistakes)]),
        )
    return Settings(**read)


def _table(name: str, table: Mapping[str, Any], kind: Any, mistakes: list[tuple[str, str]]) -> Any:
    """The settings of one table. Keys are tried one by one, so that every wrong one is named."""
    known = {f.name: f for f in fields(kind)}
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, written in table.items():
        place = f"[{name}] {key}"
        if key not in known:
            mistakes.append(_unknown(place, key, known))
            continue
        korean, english = ALLOWED[name][key]
        value = _typed(written, hints[key])
        if value is _UNFIT:
            shown = _shown(written)
            mistakes.append((f"{place} = {shown}: {korean}", f"{place} = {shown}: {english}"))
            continue
        values[key] = value
    try:
        return kind(**values)
    except BadInput as error:
        mistakes.append((f"[{name}] {error.korean}", f"[{name}] {error.english}"))
        return None


_UNFIT = object()


def _typed(written: Any, hint: Any) -> Any:
    """What is written as the type that a setting has, or `_UNFIT`. A bool is no number here."""
    if isinstance(written, bool):
        return _UNFIT
    if hint == Decimal | None and written == "max":
        return None
    if hint in (Decimal, Decimal | None):
        return Decimal(written) if isinstance(written, int | Decimal) else _UNFIT
    if hint is int:
        return written if isinstance(written, int) else _UNFIT
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


def _shown(written: Any) -> str:
    if isinstance(written, bool):
        return str(written).lower()
    text = f'"{written}"' if isinstance(written, str) else str(written)
    return text if len(text) <= 40 else text[:37] + "..."


def _require(allowed: Mapping[str, tuple[str, str]], settings: object, **fits: bool) -> None:
    wrong = [name for name, is_right in fits.items() if not is_right]
    if wrong:
        raise BadInput(
            "; ".join(f"{name} = {_shown(getattr(settings, name))}: {allowed[name][0]}" for name in wrong),
            "; ".join(f"{name} = {_shown(getattr(settings, name))}: {allowed[name][1]}" for name in wrong),
        )
