import io
from dataclasses import replace
from pathlib import Path

import pytest

from hoga.storage import keys as storage
from hoga.storage.keys import KeyStore, Secrets

from .test_main import Hoga, Said, hoga, home

__all__ = ["hoga", "home"]

SAMPLE = """
my_app: "PSreal"
my_sec: "real-secret"
paper_app: "PSpaper"
paper_sec: "paper-secret"
my_htsid: "me"
my_acct_stock: "12345678"
my_paper_stock: "50012345"
my_prod: "01"
"""


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "find_keyring", lambda: None)


def ask(hoga: Hoga, monkeypatch: pytest.MonkeyPatch, answers: str, *arguments: str) -> Said:
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    return hoga("keys", "set", *arguments)


def test_keys_are_asked_for_kept_listed_and_deleted(
    hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ask(hoga, monkeypatch, "PSabc\ns3cret\n12345678-01\nme\n", "--profile", "kis-paper", "--json")
    assert (said.code, said.result["profiles"], said.result["is_file"]) == (0, ["kis-paper"], True)
    assert "s3cret" not in said.out + said.err
    assert KeyStore(home, None).get("kis-paper") == Secrets(
        appkey="PSabc", appsecret="s3cret", account="12345678-01", hts_id="me"
    )
    assert hoga("keys", "list", "--json").result["profiles"] == ["kis-paper"]
    assert hoga("keys", "delete", "kis-paper", "--json").result["deleted"] == "kis-paper"
    assert hoga("keys", "list", "--json").result["profiles"] == []
    assert hoga("keys", "delete", "kis-paper").code == 2


@pytest.mark.parametrize(
    "answers",
    [
        "",
        "PSabc\n\n12345678-01\nme\n",
        "PSabc\ns3cret\n1234\nme\n",
        "PSa bc\ns3cret\n12345678-01\nme\n",
        "앱키\ns3cret\n12345678-01\nme\n",
        "PSabc\ns3\x00cret\n12345678-01\nme\n",
    ],
)
def test_half_of_the_keys_is_refused_and_nothing_kept(
    hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    assert ask(hoga, monkeypatch, answers, "--profile", "kis-paper").code == 2
    assert KeyStore(home, None).get("kis-paper") is None


def test_of_another_hoga_its_token_and_its_account_are_asked_for(
    hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(hoga, monkeypatch, "hoga_s3cret\n\n", "--profile", "remote").code == 2
    said = ask(hoga, monkeypatch, "hoga_s3cret\n12345678-01\n", "--profile", "remote", "--json")
    assert (said.code, "s3cret" in said.out + said.err) == (0, False)
    assert KeyStore(home, None).get("remote") == Secrets(token="hoga_s3cret", account="12345678-01")


def test_keys_of_a_profile_that_does_not_exist_are_refused(
    hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ask(hoga, monkeypatch, "PSabc\ns3cret\n12345678-01\nme\n", "--profile", "kis-papr")
    assert said.code == 2
    assert "kis-paper" in said.err


def test_the_file_of_the_samples_is_imported(hoga: Hoga, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "kis_devlp.yaml"
    file.write_text(SAMPLE, encoding="utf-8")
    said = hoga("keys", "import", str(file), "--json")
    assert said.result["profiles"] == ["kis-live", "kis-paper"]
    assert "secret" not in said.out + said.err
    store = KeyStore(home, None)
    assert store.get("kis-live") == Secrets(
        appkey="PSreal", appsecret="real-secret", account="1234567801", hts_id="me"
    )
    assert store.get("kis-paper") == Secrets(
        appkey="PSpaper", appsecret="paper-secret", account="5001234501", hts_id="me"
    )


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize(
    "account", ["12345678\nmy_prod: 01", "12345678-01", "1234567801", "12345678\nmy_prod:"]
)
def test_the_file_of_the_samples_may_be_written_without_quotes_and_by_an_editor_of_windows(
    hoga: Hoga, home: Path, tmp_path: Path, account: str, letters: str
) -> None:
    file = tmp_path / "kis_devlp.yaml"
    content = f"# 실전투자\nmy_app: ' PSreal '\nmy_sec: real\nmy_acct_stock: {account}\nmy_htsid: me\n"
    file.write_text(content, encoding=letters)
    assert hoga("keys", "import", str(file)).code == 0
    assert KeyStore(home, None).get("kis-live") == Secrets(
        appkey="PSreal", appsecret="real", account="1234567801", hts_id="me"
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a list",
        "my_app: PSreal\nmy_sec: 'with a\n\n  line'\nmy_acct_stock: '12345678'",
        'my_app: "앱키"\nmy_sec: "앱키 시크릿"\nmy_acct_stock: "계좌"',
        "my_app: [PSreal\n",
    ],
)
def test_a_file_without_keys_is_refused_without_showing_what_it_holds(
    hoga: Hoga, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "kis_devlp.yaml"
    file.write_text(content, encoding="utf-8")
    said = hoga("keys", "import", str(file))
    assert said.code == 2
    assert str(file) in said.err
    assert "PSreal" not in said.out + said.err


BRIDGE = """
[BROKER]

BROKER_NAME = DAISHIN

BROKER_ID = me

BROKER_PW = pass%word

CERT_PW = cert word
"""


def test_the_file_of_the_original_bridge_is_imported(
    hoga: Hoga, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.cfg"
    file.write_text(BRIDGE, encoding="utf-8")
    said = hoga("keys", "import", str(file), "--json")
    assert said.result["profiles"] == ["daishin"]
    assert "word" not in said.out + said.err
    store = KeyStore(home, None)
    login = Secrets(hts_id="me", password="pass%word", certificate_password="cert word")
    assert store.get("daishin") == login
    assert ask(hoga, monkeypatch, "you\npw\n\n123456789\n", "--profile", "daishin").code == 0
    assert store.get("daishin") == Secrets(hts_id="you", password="pw", account="123456789")
    hoga("keys", "import", str(file))
    assert store.get("daishin") == replace(login, account="123456789")  # the file has none
    assert ask(hoga, monkeypatch, "you\n\n\n123456789\n", "--profile", "daishin").code == 2


@pytest.mark.parametrize("letters", ["cp949", "utf-8-sig"])
def test_the_file_of_the_original_bridge_may_be_written_by_an_editor_of_windows(
    hoga: Hoga, home: Path, tmp_path: Path, letters: str
) -> None:
    file = tmp_path / "config.cfg"
    file.write_text(f"# 대신증권 로그인\n{BRIDGE}", encoding=letters)
    assert hoga("keys", "import", str(file)).code == 0
    assert KeyStore(home, None).get("daishin") == Secrets(
        hts_id="me", password="pass%word", certificate_password="cert word"
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "BROKER_PW = pass%word",
        BRIDGE.replace("DAISHIN", "KIWOOM"),
        BRIDGE.replace("= me", "= (대신증권 ID)"),
    ],
)
def test_a_file_of_the_bridge_without_a_login_is_refused_without_showing_what_it_holds(
    hoga: Hoga, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "config.cfg"
    file.write_text(content, encoding="utf-8")
    said = hoga("keys", "import", str(file))
    assert said.code == 2
    assert str(file) in said.err
    assert "word" not in said.out + said.err


def test_a_file_that_is_not_there_is_refused(hoga: Hoga, tmp_path: Path) -> None:
    assert hoga("keys", "import", str(tmp_path / "none.yaml")).code == 2
