import asyncio
from pathlib import Path

import msgspec
import pytest
from tests.test_profiles import beside_an_exchange, rehearse

from hoga.brokers.cybos.checklist import CHECKS
from hoga.brokers.cybos.codes import Program
from hoga.brokers.cybos.fake import FakeCom, Fault
from hoga.checkup import Checkup, Finding, Health
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.profiles import connect, find_journal, open_desk
from hoga.settings import Settings
from hoga.simulator import OpenExchange
from hoga.storage.control import SqlControl
from hoga.storage.keys import KeyStore, Secrets
from hoga.storage.open_exchange import FILE
from hoga.storage.open_exchange import OpenExchange as Announced


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in ("hoga.checkup", "hoga.accounts.connection"):
        monkeypatch.setattr(f"{module}.find_keyring", lambda: None)
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    return tmp_path


def looked_at(name: str, home: Path) -> dict[str, Finding]:
    """The findings of a profile that leads nowhere, by subject."""
    told: list[Finding] = []
    look = Checkup(name, home, told.append)
    asyncio.run(look.run())
    assert told == look.findings
    assert not look.is_ready
    return {finding.subject: finding for finding in told}


def test_a_simulated_profile_beside_an_open_exchange_is_ready(home: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (home / FILE).write_bytes(msgspec.json.encode(running))
        look = Checkup("sim", home, lambda finding: None)
        await look.run()
        assert look.is_ready
        found = {finding.subject: finding.health for finding in look.findings}
        assert set(found) >= {
            "settings",
            "folder",
            "calendar",
            "login",
            "account",
            "register",
            "clock",
            "limits",
        }
        assert "switch" not in found
        place = find_journal("sim", Settings(), home)
        control = SqlControl(place)
        control.write(TradingChanged(at=exchange.clock.now(), state=TradingState.HALTED, by="person"))
        control.close()
        again = Checkup("sim", home, lambda finding: None)
        await again.run()
        assert {finding.subject: finding for finding in again.findings}["switch"].health is Health.DOUBTFUL

    beside_an_exchange(work)


def test_beside_a_living_desk_all_but_the_stream_is_looked_at(home: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (home / FILE).write_bytes(msgspec.json.encode(running))
        async with (
            connect("sim", Settings(), home, has_stream=True) as connection,
            open_desk(connection, print),
        ):
            look = Checkup("sim", home, lambda finding: None)
            await look.run()
        found = {finding.subject: finding.health for finding in look.findings}
        assert look.is_ready
        assert (found["desk"], found["login"], found["account"]) == (
            Health.DOUBTFUL,
            Health.GOOD,
            Health.GOOD,
        )

    beside_an_exchange(work)


def test_without_an_exchange_the_login_is_bad_and_says_what_to_start(home: Path) -> None:
    found = looked_at("sim", home)
    assert found["login"].health is Health.BAD
    assert "hoga exchange" in found["login"].english
    assert "account" not in found


def test_missing_keys_and_a_profile_that_does_not_exist_are_named(home: Path) -> None:
    assert "hoga keys set" in looked_at("kis-paper", home)["keys"].english
    assert "kis-paper" in looked_at("kis-papr", home)["settings"].english


def test_keys_in_a_file_and_an_open_folder_are_doubtful(home: Path) -> None:
    KeyStore(home, None).put("kis-live", Secrets(appkey="PSabc", appsecret="s3cret", account="1234567801"))
    home.chmod(0o755)
    found = looked_at("kis-live", home)
    assert found["keys"].health is found["folder"].health is Health.DOUBTFUL
    assert "real money" in found["login"].english
    assert not any("s3cret" in finding.english + finding.korean for finding in found.values())


def test_a_wrong_setting_is_told_and_nothing_else_is_tried(home: Path) -> None:
    (home / "hoga.toml").write_text("[bridge]\nport = -1\n")
    found = looked_at("sim", home)
    assert found["settings"].health is Health.BAD
    assert set(found) == {"folder", "settings"}


def test_daishin_is_looked_at_line_by_line(home: Path) -> None:
    async def test() -> list[Finding]:
        look = Checkup("daishin", home, lambda finding: None, rehearsal=rehearse())
        await look.run()
        assert look.is_ready
        return look.findings

    findings = {finding.subject: finding for finding in asyncio.run(test())}
    assert {check.subject for check in CHECKS} <= findings.keys()
    assert findings["account"].health is Health.GOOD
    assert findings["clock"].health is Health.DOUBTFUL  # the terminal does not tell its time
    assert "trade 20" in findings["limits"].english


def test_a_line_of_daishin_that_fails_is_bad(home: Path) -> None:
    async def test() -> dict[str, Finding]:
        rehearsal = rehearse()
        assert isinstance(rehearsal.com, FakeCom)
        rehearsal.com.faults.append(Fault(program=Program.BOOK, status=-1, said="1234 없음"))
        look = Checkup("daishin", home, lambda finding: None, rehearsal=rehearsal)
        await look.run()
        assert not look.is_ready
        return {finding.subject: finding for finding in look.findings}

    findings = asyncio.run(test())
    assert findings["book"].health is Health.BAD
    assert "1234" in findings["book"].english
    assert findings["stream"].health is Health.GOOD


def test_without_windows_daishin_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    (home / "hoga.toml").write_text('[profiles.daishin]\nlive = true\naccount = "123456789"\n')

    async def test() -> list[Finding]:
        look = Checkup("daishin", home, lambda finding: None, is_live=True)
        await look.run()
        return look.findings

    findings = asyncio.run(test())
    assert (findings[-1].subject, findings[-1].health) == ("login", Health.BAD)
    assert "Windows" in findings[-1].english
