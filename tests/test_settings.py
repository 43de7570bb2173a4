import stat
import sys
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hoga.domain.errors import BadInput
from hoga.settings import (
    ALLOWED,
    BridgeSettings,
    DeskSettings,
    NotifySettings,
    ProfileSettings,
    RunSettings,
    Settings,
    SimulationSettings,
    hoga_home,
    read_settings,
)
from hoga.strategies.rebalance import RebalanceSettings
from hoga.strategies.swing import SwingSettings
from hoga.trading.limits import RiskLimits
from hoga.trading.schedule import ScheduledRun


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "hoga.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_settings(path)
    assert str(path) in caught.value.korean
    assert str(path) in caught.value.english
    return caught.value.korean


def test_without_a_file_everything_is_as_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    assert read_settings() == Settings()
    assert (Settings().bridge.host, Settings().bridge.port) == ("127.0.0.1", 5000)
    assert Settings().simulation == SimulationSettings(cash=100_000_000, seed=0, pace=Decimal(60))


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "")) == Settings()
    assert read_settings(written(tmp_path, "[swing]\n[bridge]\n")) == Settings()


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [swing]
        entry_band = 0.07
        take_profit = 0.1
        stop_loss = 0.025
        holding_days = 3
        entry_after_open = 1
        exit_before_end = 10
        stop_before_end = 2
        entry_order = "limit"
        exit_order = "best"
        attempts = 1

        [simulation]
        cash = 5_000_000
        seed = 7
        pace = "max"

        [bridge]
        host = "::1"
        port = 8000

        [risk]
        order_quantity = 1_000
        order_notional = 5_000_000
        day_notional = 50_000_000
        instrument_share = 0.3
        price_away = 0.03
        open_orders = 10
        orders_a_minute = "off"
        duplicate_seconds = "off"
        daily_loss = 0.02
        daily_loss_state = "halted"
        allowed_instruments = ["005930", "0126Z0"]
        denied_instruments = ["000660"]
        phases = ["CONTINUOUS"]
        venues = ["KRX", "SOR"]
        """,
    )
    assert read_settings(path) == Settings(
        swing=SwingSettings(
            entry_band=Decimal("0.07"),
            take_profit=Decimal("0.1"),
            stop_loss=Decimal("0.025"),
            holding_days=3,
            entry_after_open=1,
            exit_before_end=10,
            stop_before_end=2,
            entry_order="limit",
            exit_order="best",
            attempts=1,
        ),
        simulation=SimulationSettings(cash=5_000_000, seed=7, pace=None),
        bridge=BridgeSettings(host="::1", port=8000),
        risk=RiskLimits(
            order_quantity=1_000,
            order_notional=5_000_000,
            day_notional=50_000_000,
            instrument_share=Decimal("0.3"),
            price_away=Decimal("0.03"),
            open_orders=10,
            orders_a_minute=None,
            duplicate_seconds=None,
            daily_loss=Decimal("0.02"),
            daily_loss_state="halted",
            allowed_instruments=("005930", "0126Z0"),
            denied_instruments=("000660",),
            phases=("CONTINUOUS",),
            venues=("KRX", "SOR"),
        ),
    )


def test_rates_are_the_decimals_that_were_written(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, "[swing]\ntake_profit = 0.1\nstop_loss = 1\n"))
    assert settings.swing.take_profit == Decimal("0.1")
    assert type(settings.swing.stop_loss) is Decimal


@pytest.mark.parametrize(("text", "pace"), [("600", Decimal(600)), ("0.5", Decimal("0.5")), ('"max"', None)])
def test_a_pace_is_a_number_or_max(tmp_path: Path, text: str, pace: Decimal | None) -> None:
    assert read_settings(written(tmp_path, f"[simulation]\npace = {text}\n")).simulation.pace == pace


def test_the_file_in_hogas_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    written(tmp_path, "[simulation]\nseed = 7\n")
    assert read_settings().simulation.seed == 7


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hoga.toml"
    path.write_bytes("# 설정\n[simulation]\nseed = 7\n".encode("utf-8-sig"))
    assert read_settings(path).simulation.seed == 7


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("swing", "entry_band", '"0.05"'),
        ("swing", "entry_band", "0"),
        ("swing", "entry_band", "5"),
        ("swing", "take_profit", "-0.05"),
        ("swing", "take_profit", "nan"),
        ("swing", "stop_loss", "inf"),
        ("swing", "holding_days", "5.0"),
        ("swing", "holding_days", "0"),
        ("swing", "holding_days", "true"),
        ("swing", "exit_before_end", "0"),
        ("swing", "exit_before_end", "15:15:00"),
        ("swing", "entry_order", '"cheap"'),
        ("swing", "exit_order", '"limit"'),
        ("swing", "entry_order", "1"),
        ("swing", "attempts", "[3]"),
        ("simulation", "cash", "0"),
        ("simulation", "cash", "1e9"),
        ("simulation", "seed", "-1"),
        ("simulation", "pace", "0"),
        ("simulation", "pace", "3601"),
        ("simulation", "pace", '"fast"'),
        ("simulation", "pace", "false"),
        ("bridge", "host", '""'),
        ("bridge", "host", '"a b"'),
        ("bridge", "host", "127"),
        ("bridge", "port", "65536"),
        ("bridge", "port", '"5000"'),
        ("profiles.sim", "broker", '"daishn"'),
        ("profiles.sim", "environment", '"real"'),
        ("profiles.kis-paper", "environment", '"virtual"'),
        ("profiles.kis-paper", "rest_url", '"http://192.0.2.1:9443"'),
        ("profiles.kis-paper", "websocket_url", '"http://127.0.0.1"'),
        ("profiles.kis-paper", "control_url", '"http://example.com"'),
        ("profiles.kis-paper", "control_url", '"http://127.0.0.1:5001"'),
        ("profiles.kis-paper", "journal", '"desk.sqlite"'),
        ("profiles.kis-live", "live", "1"),
        ("profiles.kis-live", "customer_since", '"2026-05-04"'),
        ("profiles.kis-live", "customer_since", "2026-05-04T09:00:00"),
        ("profiles.sim", "customer_since", "2026-05-04"),
        ("risk", "order_quantity", "0"),
        ("risk", "order_quantity", '"max"'),
        ("risk", "order_notional", "-1"),
        ("risk", "day_notional", "1e9"),
        ("risk", "instrument_share", "1.5"),
        ("risk", "price_away", "0"),
        ("risk", "open_orders", "true"),
        ("risk", "orders_a_minute", "0.5"),
        ("risk", "duplicate_seconds", "0"),
        ("risk", "daily_loss", "nan"),
        ("risk", "daily_loss_state", '"active"'),
        ("risk", "allowed_instruments", '"005930"'),
        ("risk", "denied_instruments", '["5930"]'),
        ("risk", "denied_instruments", "[5930]"),
        ("risk", "phases", '["LUNCH"]'),
        ("risk", "venues", '["NYSE"]'),
        ("simulation", "pace", '"off"'),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    tmp_path: Path, table: str, key: str, value: str
) -> None:
    message = refusal(written(tmp_path, f"[{table}]\n{key} = {value}\n"))
    assert f"[{table}] {key} = " in message
    assert ALLOWED[table.partition(".")[0]][key][0] in message


def test_a_wrong_key_is_named_with_the_names_there_are(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "[swing]\ntake_profits = 0.05\n"))
    assert "[swing] take_profits: 없는 이름입니다. 혹시 take_profit 입니까?" in message
    assert "holding_days" in message


def test_a_wrong_table_is_named_with_the_tables_there_are(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "[brigde]\nport = 1\n"))
    assert "[brigde]: 없는 이름입니다. 혹시 bridge 입니까?" in message
    assert ", ".join(sorted(table.name for table in fields(Settings))) in message


def test_a_table_that_is_written_as_a_value_is_refused(tmp_path: Path) -> None:
    assert "[bridge] 표로" in refusal(written(tmp_path, "bridge = 5000\n"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = refusal(
        written(
            tmp_path,
            '[swing]\nentry_band = 5\nholding_days = "x"\nfoo = 1\n[bridge]\nport = -1\n[live]\nx = 1\n',
        )
    )
    assert len(message.splitlines()) == 6


@pytest.mark.parametrize("content", [b"[swing\n", b"seed = \n", b"\xff\xfe", "설정 = 1".encode("cp949")])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hoga.toml"
    path.write_bytes(content)
    refusal(path)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    refusal(tmp_path / "nothing.toml")
    refusal(tmp_path)


def test_every_setting_says_what_it_may_be() -> None:
    tables: dict[str, type[Any]] = {
        "swing": SwingSettings,
        "rebalance": RebalanceSettings,
        "simulation": SimulationSettings,
        "bridge": BridgeSettings,
        "profiles": ProfileSettings,
        "risk": RiskLimits,
        "desk": DeskSettings,
        "run": RunSettings,
        "notify": NotifySettings,
        "schedule": ScheduledRun,
    }
    assert {name: set(keys) for name, keys in ALLOWED.items()} == {
        name: {field.name for field in fields(table)} for name, table in tables.items()
    }
    assert set(ALLOWED) == {field.name for field in fields(Settings)}


def test_there_are_five_profiles_without_a_file() -> None:
    profiles = Settings().profiles
    assert {name: profile.broker for name, profile in profiles.items()} == {
        "sim": "sim",
        "kis-paper": "kis",
        "kis-live": "kis",
        "daishin": "daishin",
        "remote": "remote",
    }
    assert [name for name, profile in profiles.items() if profile.is_real] == ["kis-live", "daishin"]
    assert not any(profile.live for profile in profiles.values())


def test_a_table_changes_a_profile_or_adds_one(tmp_path: Path) -> None:
    settings = read_settings(
        written(
            tmp_path,
            """
            [profiles.kis-paper]
            rest_url = "http://127.0.0.1:29443"

            [profiles.mine]
            environment = "real"
            account = "12345678-01"
            customer_since = 2026-05-04
            live = true
            """,
        )
    )
    paper, mine = settings.profile("kis-paper"), settings.profile("mine")
    assert paper == ProfileSettings(environment="paper", rest_url="http://127.0.0.1:29443")
    assert mine == ProfileSettings(
        environment="real", account="12345678-01", customer_since=date(2026, 5, 4), live=True
    )
    assert settings.profile("sim") == Settings().profile("sim")


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("account = 1234567801", "1234567801"),
        ('hts_id = ["kim"]', "kim"),
        ("holder = 7", "7"),
        ('journal = "hunter2"', "hunter2"),
        ('url = "http://kim:hunter2@else.where"', "hunter2"),
    ],
)
def test_a_refused_setting_of_a_profile_is_not_repeated_when_it_is_secret(
    tmp_path: Path, line: str, secret: str
) -> None:
    said = refusal(written(tmp_path, f"[profiles.kis-paper]\n{line}\n"))
    assert f"[profiles.kis-paper] {line.split()[0]}" in said
    assert secret not in said.replace(str(tmp_path), "").replace("12345678-01", "")


def test_a_new_profile_must_say_which_environment_it_is_of(tmp_path: Path) -> None:
    assert "[profiles.mine] environment" in refusal(written(tmp_path, "[profiles.mine]\nlive = true\n"))


def test_a_profile_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(BadInput, match="Is it kis-paper"):
        Settings().profile("kis-papr")


def test_a_profile_that_is_written_as_a_value_is_refused(tmp_path: Path) -> None:
    assert "[profiles.mine] 표로" in refusal(written(tmp_path, "[profiles]\nmine = 1\n"))


def test_hogas_folder_is_named_by_the_environment_and_made_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new" / "hoga"
    monkeypatch.setenv("HOGA_HOME", str(home))
    assert hoga_home() == home
    assert home.is_dir()
    if sys.platform != "win32":
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert hoga_home() == home


def test_hogas_folder_is_otherwise_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOGA_HOME", raising=False)
    for variable in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "share" / "hoga")
    assert hoga_home() == tmp_path / "share" / "hoga"
    monkeypatch.setenv("HOGA_HOME", "")
    assert hoga_home() == tmp_path / "share" / "hoga"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOGA_HOME", str(tmp_path / "file" / "hoga"))
    with pytest.raises(BadInput, match="HOGA_HOME"):
        hoga_home()
    monkeypatch.setenv("HOGA_HOME", str(tmp_path / "file"))
    with pytest.raises(BadInput, match="HOGA_HOME"):
        hoga_home()
