"""`hoga keys`: the secrets of profiles, in the operating system's keyring."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import said_clearly
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.storage.keys import KeyStore, Secrets

keys = typer.Typer(no_args_is_help=True, help="앱키와 계좌 / app keys and accounts, in the keyring.")

ProfileOption = Annotated[
    str, typer.Option("--profile", metavar="NAME", help="어느 계좌의 것인지 / whose they are.")
]

_QUESTIONS = (
    ("appkey", "앱키 / app key", True),
    ("appsecret", "앱시크릿 / app secret", True),
    ("account", "계좌번호 / account (12345678-01)", False),
    ("hts_id", "HTS 아이디 / HTS id", False),
)

_DAISHIN_QUESTIONS = (
    ("hts_id", "대신증권 아이디 / Daishin id", False),
    ("password", "비밀번호 / password", True),
    ("certificate_password", "공동인증서 비밀번호 / password of the certificate", True),
    ("account", "계좌번호 / account", False),
)

_REMOTE_QUESTIONS = (
    ("token", "다른 호가의 토큰 / token of the other Hoga", True),
    ("account", "그 계좌번호 / its account", False),
)

_QUESTIONS_OF = {"daishin": _DAISHIN_QUESTIONS, "remote": _REMOTE_QUESTIONS}
"""What is asked for by broker, where it is not the usual."""

_NEEDED = {"daishin": ("hts_id", "password", "account"), "remote": ("token", "account")}
"""What there must be."""

_BRIDGE_NAMES = {
    "hts_id": "BROKER_ID",
    "password": "BROKER_PW",
    "certificate_password": "CERT_PW",
}
"""Where the original bridge's config.cfg has a login, in its table [BROKER]."""

_SAMPLE_NAMES = {
    "kis-live": ("my_app", "my_sec", "my_acct_stock"),
    "kis-paper": ("paper_app", "paper_sec", "my_paper_stock"),
}
"""Where the samples' file has the app key, the app secret and the account of a profile."""


@keys.command("set")
def set_keys(profile: ProfileOption, json: JsonOption = False) -> None:
    """앱키, 앱시크릿, 계좌번호, HTS 아이디를 물어 보관 / ask for them and keep them.

    Of a profile of Daishin's they are its id, the two passwords and the account; of another Hoga a token of
    its (hoga tokens create) and the account.

    Without a terminal they are read from standard input, a line each, so that none stands on a command line.
    """
    with said_clearly(json):
        from hoga.settings import read_settings
        from hoga.storage.keys import Secrets

        store = _store(profile)
        broker = read_settings().profile(profile).broker
        questions = _QUESTIONS_OF.get(broker, _QUESTIONS)
        given = {name: _ask(question, is_hidden=hidden) for name, question, hidden in questions}
        if broker in _NEEDED:
            _require_all(given, _NEEDED[broker], "standard input")
        else:
            _require(given, "standard input")
        store.put(profile, Secrets(**given))
        _say({profile: Secrets(**given)}, store, json)


@keys.command("import")
def import_keys(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="kis_devlp.yaml 또는 config.cfg / the samples' file, or the bridge's."
        ),
    ],
    json: JsonOption = False,
) -> None:
    """KIS 공식 예제의 kis_devlp.yaml, 또는 대신 브리지의 config.cfg 에서 가져옴 / take them from a file.

    It is that of KIS's official samples, or the config.cfg of the original Daishin bridge.
    """
    with said_clearly(json):
        found = read_bridge_config(file) if file.suffix == ".cfg" else read_sample_config(file)
        store = _store(*found)
        for profile, secrets in found.items():
            kept = store.get(profile)
            if kept is not None and not secrets.account:  # the bridge's file has none
                secrets = replace(secrets, account=kept.account)
            store.put(profile, secrets)
        _say(found, store, json)


@keys.command("list")
def list_keys(json: JsonOption = False) -> None:
    """키가 있는 계좌 / which profiles have keys. Shows no secret."""
    with said_clearly(json):
        from hoga.settings import read_settings

        store = _store()
        known = store.known(read_settings().profiles)
        if json:
            print_json({"profiles": known, "where": store.where})
            return
        for profile in known:
            print(profile)
        print(f"보관 / kept in: {store.where}" if known else "없음 / none")


@keys.command("delete")
def delete_keys(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="어느 계좌의 것인지 / whose they are.")],
    json: JsonOption = False,
) -> None:
    """지움 / forget the keys of a profile."""
    with said_clearly(json):
        store = _store()
        if not store.delete(profile):
            raise BadInput(
                f"{profile} 의 키가 없습니다. hoga keys list 로 확인하십시오.",
                f"there are no keys for {profile}. Look at hoga keys list.",
            )
        if json:
            print_json({"deleted": profile, "where": store.where})
        else:
            print(f"지웠습니다 / deleted: {profile}")


def read_bridge_config(file: Path) -> "dict[str, Secrets]":
    """The login that the `[BROKER]` of a `config.cfg` holds, for the profile daishin.

    The account is not in it: the original took the first one of the login. Raises `BadInput` when the file
    cannot be read or holds no login of Daishin's.
    """
    import configparser

    from hoga.storage.keys import Secrets

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(_text(file.read_bytes()))
    except OSError as error:
        raise BadInput(
            f"{file} 을(를) 읽을 수 없습니다({error.strerror}).", f"{file} cannot be read ({error.strerror})."
        ) from error
    except (configparser.Error, UnicodeDecodeError):  # the cause would show a line of the file
        parser.clear()
    given = {name: parser.get("BROKER", key, fallback="").strip() for name, key in _BRIDGE_NAMES.items()}
    broker = parser.get("BROKER", "BROKER_NAME", fallback="").strip()
    # The file as it is delivered says in brackets what is to be written where.
    if broker != "DAISHIN" or not given["hts_id"] or given["hts_id"].startswith("("):
        raise BadInput(
            f"{file} 에 대신증권 로그인이 없습니다. [BROKER] 에 BROKER_NAME = DAISHIN, BROKER_ID, BROKER_PW, "
            "CERT_PW 를 채우십시오.",
            f"{file} holds no login of Daishin's. Fill in BROKER_NAME = DAISHIN, BROKER_ID, BROKER_PW and "
            "CERT_PW under [BROKER].",
        )
    return {"daishin": Secrets(**given)}


def _text(content: bytes) -> str:
    """What an editor of a Korean Windows has written: in UTF-8, or in its own letters."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")


def read_sample_config(file: Path) -> "dict[str, Secrets]":
    """The secrets of kis-live and kis-paper that a `kis_devlp.yaml` holds; either may be missing.

    Raises `BadInput` when the file cannot be read or holds neither.
    """
    import yaml

    from hoga.storage.keys import Secrets

    try:
        # As it is written: 01 without quotes would be the number 1.
        written = yaml.load(_text(file.read_bytes()), yaml.BaseLoader)  # noqa: S506 - it makes only texts
    except OSError as error:
        raise BadInput(
            f"{file} 을(를) 읽을 수 없습니다({error.strerror}).", f"{file} cannot be read ({error.strerror})."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError):  # the cause would show a line of the file, and with it a key
        written = None
    lines = written.items() if isinstance(written, dict) else ()
    values = {name: value.strip() for name, value in lines if isinstance(value, str)}
    found = {}
    for profile, (appkey, appsecret, account) in _SAMPLE_NAMES.items():
        secrets = Secrets(
            appkey=values.get(appkey, ""),
            appsecret=values.get(appsecret, ""),
            account=_whole_account(values.get(account, ""), values.get("my_prod", "")),
            hts_id=values.get("my_htsid", ""),
        )
        # The file as it is delivered says in Korean what is to be written where.
        if _is_key(secrets.appkey) and _is_key(secrets.appsecret) and _is_account(secrets.account):
            found[profile] = secrets
    if not found:
        raise BadInput(
            f"{file} 에 쓸 수 있는 키가 없습니다. my_app, my_sec, my_acct_stock "
            "(모의는 paper_app, paper_sec, my_paper_stock) 을 채우십시오.",
            f"{file} holds no keys that can be used. Fill in my_app, my_sec, my_acct_stock "
            "(for paper: paper_app, paper_sec, my_paper_stock).",
        )
    return found


def _ask(question: str, *, is_hidden: bool) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=is_hidden, err=True)).strip()
    return sys.stdin.readline().strip()


def _require(given: Mapping[str, str], where: str) -> None:
    missing = [name for name in ("appkey", "appsecret") if not _is_key(given[name])]
    if missing or not _is_account(given["account"]):
        wrong = ", ".join(missing) or "account"
        raise BadInput(
            f"{where}: {wrong} 이(가) 없거나 틀렸습니다. 계좌번호는 12345678-01 처럼 쓰십시오.",
            f"{where}: {wrong} is missing or wrong. Write an account as 12345678-01.",
        )


def _is_key(text: str) -> bool:
    """Whether it can be sent: what was copied with a blank or a line break in it cannot."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _whole_account(account: str, product: str) -> str:
    """The ten digits of an account that may be written with or without the two of its product."""
    bare = account.replace("-", "")
    return bare if len(bare) == 10 else bare + (product or "01")


def _require_all(given: Mapping[str, str], needed: Sequence[str], where: str) -> None:
    missing = [name for name in needed if not given[name]]
    if missing:
        wrong = ", ".join(missing)
        raise BadInput(f"{where}: {wrong} 이(가) 없습니다.", f"{where}: {wrong} is missing.")


def _is_account(text: str) -> bool:
    bare = text.replace("-", "")
    return bare.isascii() and bare.isdecimal() and len(bare) == 10


def _store(*profiles: str) -> "KeyStore":
    """The place of the secrets. Raises `BadInput` when one of `profiles` does not exist."""
    from hoga.settings import hoga_home, read_settings
    from hoga.storage.keys import KeyStore, find_keyring

    settings = read_settings()
    for profile in profiles:
        settings.profile(profile)
    return KeyStore(hoga_home(), find_keyring())


def _say(found: "Mapping[str, Secrets]", store: "KeyStore", json: bool) -> None:
    if json:
        print_json({"profiles": list(found), "where": store.where, "is_file": store.is_file})
        return
    print(f"보관했습니다 / kept: {', '.join(found)}  ({store.where})")
    if store.is_file:
        print(
            "이 컴퓨터에는 키링이 없어 소유자만 읽을 수 있는 파일에 두었습니다.\n"
            "This computer has no keyring: they are in a file that only its owner may read."
        )
