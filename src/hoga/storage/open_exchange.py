"""The exchange that runs on this computer, for who looks for it: `exchange.json` in Hoga's folder.

It says where the exchange is and how to get in, readable by its owner only, and is there as long as the
exchange lives; what a crash leaves behind the next exchange replaces. Of two at once the file is that of the
first.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hoga.domain.errors import BadInput
from hoga.storage.lock import held
from hoga.typed_json import Malformed, decode, encode, indented

FILE = "exchange.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenExchange:
    """What a desk needs to know of the exchange. The keys open nothing but that exchange.

    `session` tells one start of the exchange from another: what is known of one is not true of the next.
    """

    rest: str
    ws: str
    control: str
    appkey: str
    appsecret: str
    account: str
    htsid: str
    source: str
    session: str
    calls_per_second: int | None
    """How many it takes of an app key; None is any number."""
    paper_rest: str
    paper_ws: str
    paper_appkey: str
    paper_appsecret: str
    paper_account: str
    paper_calls_per_second: int | None


def find_exchange(home: Path) -> OpenExchange | None:
    """The exchange that says it is open, None when none does. Raises `BadInput` for a file that is none."""
    path = home / FILE
    try:
        return decode(path.read_bytes(), OpenExchange)
    except FileNotFoundError:
        return None
    except (OSError, Malformed) as error:
        raise BadInput(
            f"{path} 을(를) 읽을 수 없습니다({error}). hoga exchange 를 다시 시작하십시오.",
            f"{path} cannot be read ({error}). Start hoga exchange again.",
        ) from error


@contextlib.contextmanager
def announced(home: Path, ready: Mapping[str, object]) -> Iterator[bool]:
    """Keep `ready` in the file while the context is open; False when another exchange's is there.

    Raises:
        BadInput: the file cannot be written.
        JournalError: the folder cannot be used.
    """
    path = home / FILE
    with held(home / "exchange.lock") as is_ours:
        if not is_ours:
            yield False
            return
        try:
            _write(path, indented(encode(ready)) + b"\n")
        except OSError as error:
            raise BadInput(
                f"{path} 을(를) 쓸 수 없습니다({error.strerror}). HOGA_HOME 으로 다른 곳을 주십시오.",
                f"{path} cannot be written ({error.strerror}). Name another place with HOGA_HOME.",
            ) from error
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: who reads meanwhile sees the old file."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    unfinished.replace(path)
