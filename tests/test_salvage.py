"""What the kill switch reads of a `hoga.toml` with mistakes."""

from pathlib import Path

import pytest

from hoga.domain.errors import BadInput
from hoga.salvage import salvage_settings

MINE = "[profiles.mine]\nbroker = 'kis'\nenvironment = 'real'\naccount = '12345678-01'\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    return tmp_path


def test_a_good_file_is_read_whole(home: Path) -> None:
    (home / "hoga.toml").write_text(MINE + "[risk]\norder_quantity = 7\n", encoding="utf-8")
    salvaged = salvage_settings("mine")
    assert (salvaged.wrong, salvaged.is_doubtful) == (None, False)
    assert salvaged.settings.risk.order_quantity == 7


@pytest.mark.parametrize(
    "mistake",
    [
        "[risk]\norder_quantity = 10,000\n",
        "[risk]\norder_quantity = 'many'\n",
        "[risk\norder_quantity = 1\n",
        "[profiles.other]\njournal = 'postgresql://\n",
        "[profiles.other]\nbroker = 'kis'\n",
        "what is this?\n",
        "[risk]\nbarred = [\n  '005930',\n",
    ],
)
@pytest.mark.parametrize("comes_first", [False, True])
def test_a_mistake_elsewhere_costs_the_profile_nothing(home: Path, mistake: str, comes_first: bool) -> None:
    text = mistake + MINE if comes_first else MINE + mistake
    (home / "hoga.toml").write_text(text, encoding="utf-8")
    salvaged = salvage_settings("mine")
    mine = salvaged.settings.profile("mine")
    assert (mine.broker, mine.environment, mine.account) == ("kis", "real", "12345678-01")
    assert salvaged.wrong is not None
    # Where the profile's own table is open, a loose line may have been meant for it.
    assert salvaged.is_doubtful == (mistake.startswith("what") and not comes_first)


@pytest.mark.parametrize(
    "mistake",
    [
        "journal = 'postgresql://\n",
        "journal = 'nowhere'\n",
        "account = '87654321-01'\n",
        "[profiles.mine\njournal = 'sqlite:///other.sqlite'\n",
        "[profiles]\nmine.journal = \n",
    ],
)
def test_a_mistake_in_the_profile_itself_is_a_doubt(home: Path, mistake: str) -> None:
    (home / "hoga.toml").write_text(MINE + mistake, encoding="utf-8")
    salvaged = salvage_settings("mine")
    assert salvaged.settings.profile("mine").environment == "real"
    assert salvaged.is_doubtful


def test_a_profile_with_nothing_left_of_it_is_told_as_missing(home: Path) -> None:
    (home / "hoga.toml").write_text("[profiles.mine]\nbroker = 'kis'\nenvironment = \n", encoding="utf-8")
    salvaged = salvage_settings("mine")
    assert salvaged.is_doubtful
    with pytest.raises(BadInput, match="mine"):
        salvaged.settings.profile("mine")


def test_a_file_in_the_code_page_of_a_korean_windows_is_read(home: Path) -> None:
    (home / "hoga.toml").write_bytes((MINE + "holder = '김투자'\n").encode("cp949"))
    salvaged = salvage_settings("mine")
    assert salvaged.settings.profile("mine").holder == "김투자"
    assert salvaged.wrong is not None
    assert not salvaged.is_doubtful


def test_a_file_that_cannot_be_opened_is_a_doubt(home: Path) -> None:
    (home / "hoga.toml").mkdir()
    salvaged = salvage_settings("sim")
    assert salvaged.settings.profile("sim").broker == "sim"
    assert salvaged.is_doubtful
