"""The channels that a person set up, for as long as something is run."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from hoga.domain.errors import BadInput
from hoga.notify import AppriseChannel, Messenger
from hoga.settings import NotifySettings
from hoga.storage.keys import AddressBook, find_keyring

PATIENCE = 15.0
"""Seconds that the end of a run waits for its last messages."""


def addresses(settings: NotifySettings, home: Path) -> dict[str, str]:
    """The addresses of the channels of the settings. Raises `BadInput` for one without."""
    book = AddressBook(home, find_keyring())
    found: dict[str, str] = {}
    for name in settings.channels:
        address = book.get(name)
        if address is None:
            raise BadInput(
                f"알림 {name} 의 주소가 없습니다. hoga notify set {name} 으로 넣으십시오.",
                f"the channel {name} has no address. Put it in with hoga notify set {name}.",
            )
        found[name] = address.url
    return found


@contextlib.contextmanager
def messages(
    settings: NotifySettings, home: Path, title: str, complain: Callable[[str], object]
) -> Iterator[Callable[[str], object]]:
    """What takes messages for the person while the context is open. Without channels it takes them nowhere.

    A channel that cannot be used is told to `complain` and stops nothing.
    """
    if not settings.channels:
        yield _unsent
        return

    def open_channels() -> list[AppriseChannel]:
        return [AppriseChannel(name, url) for name, url in addresses(settings, home).items()]

    messenger = Messenger(title, open_channels, complain, every=settings.every)
    try:
        yield messenger.tell
    finally:
        if not messenger.close(PATIENCE):
            complain("마지막 알림을 보내지 못했습니다 / the last messages were not sent")


def _unsent(message: str) -> None:
    """The person has no channel."""
