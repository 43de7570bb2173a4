"""Messages to the person: line by line where they are read, and to channels such as Discord or mail.

What is told here is never needed for trading: a message that cannot be written is dropped and counted. The
channels are served by a thread of their own from a bounded queue, so that a slow or dead one delays nothing.
"""

import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from hoga.domain.errors import BadInput

GATHER = 1.0
"""Seconds for which messages are gathered before the first of a batch is sent."""

MOST_WAITING = 1_000
"""Messages that wait at most; the oldest are dropped."""

MOST_TEXT = 1_500
"""Characters of one batch: Discord takes 2,000."""


class LineNotifier:
    """Hands every message to `write`, which prints or logs a line (or keeps it: any callable will do)."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.lost = 0
        """Messages that could not be written."""

    def tell(self, message: str) -> None:
        try:
            self._write(message)
        except Exception:  # noqa: BLE001 - a closed terminal or a full log disk must not stop trading
            self.lost += 1


class Channel(Protocol):
    """A way to a person."""

    @property
    def name(self) -> str: ...

    def send(self, title: str, text: str) -> bool:
        """Whether it was taken. May take its time, and may raise anything."""


class AppriseChannel:
    """A channel by an Apprise URL, or the address of a Discord or Slack webhook as those sites show it.

    The URL is a secret and is never shown. Raises `BadInput` when it is none that Apprise knows.
    """

    def __init__(self, name: str, url: str) -> None:
        from apprise import Apprise

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the many services that it loads
            services = Apprise()
            is_known = bool(services.add(url))
        if not is_known:
            raise BadInput(
                f"{name} 의 주소를 알 수 없습니다. 디스코드 웹훅이나 Apprise 주소를 넣으십시오: "
                f"hoga notify set {name}",
                f"the address of {name} is not known. Put in a Discord webhook or an Apprise URL: "
                f"hoga notify set {name}.",
            )
        self.name = name
        self._service = services[0]

    def send(self, title: str, text: str) -> bool:
        return bool(self._service.notify(title=title, body=text))


class Messenger:
    """Sends messages to channels, several at once and at most every `every` seconds.

    `tell` may be called from any thread and returns at once. `complain` is told once of a channel that fails,
    from the messenger's thread, and again only after it has worked in between. `open_channels` is called in
    that thread, as loading what they need takes seconds.
    """

    def __init__(
        self,
        title: str,
        open_channels: Callable[[], Iterable[Channel]],
        complain: Callable[[str], object],
        *,
        every: float,
        gather: float = GATHER,
    ) -> None:
        self._title = title
        self._open_channels = open_channels
        self._complaints = LineNotifier(complain)
        self._every = every
        self._gather = gather
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._lock = threading.Lock()
        self._dropped = 0
        self._has_news = threading.Event()
        self._is_ending = threading.Event()
        self._failing: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="messenger", daemon=True)
        self._thread.start()

    def tell(self, message: str) -> None:
        with self._lock:
            self._dropped += len(self._waiting) == MOST_WAITING
            self._waiting.append(message)
        self._has_news.set()

    def close(self, patience: float) -> bool:
        """Send what waits, for at most `patience` seconds. False when something was left unsent."""
        self._is_ending.set()
        self._has_news.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _work(self) -> None:
        channels = self._open()
        while True:
            self._has_news.wait()
            self._is_ending.wait(self._gather)
            self._has_news.clear()  # before looking whether it ends: else an end in between wakes nobody
            is_last = self._is_ending.is_set()
            text = self._take(is_last=is_last)
            for channel in channels if text else ():
                self._send(channel, text)
            if is_last:
                return
            self._is_ending.wait(self._every)

    def _open(self) -> Sequence[Channel]:
        try:
            return tuple(self._open_channels())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with messages, trading goes on
            self._complaints.tell(f"알림을 보낼 수 없습니다 / no messages can be sent: {error}")
            return ()

    def _take(self, *, is_last: bool) -> str:
        """The oldest of what waits as one text; the rest goes with the next one.

        The last text is of the newest: the day's report comes last. What it has no room for is counted only.
        """
        with self._lock:
            waiting, dropped = list(self._waiting), self._dropped
            if is_last:
                waiting.reverse()
            lines: list[str] = []
            size = 0
            for line in waiting:
                size += len(line) + 1
                if size > MOST_TEXT and lines:
                    break
                lines.append(line[:MOST_TEXT])
            if is_last:
                dropped += len(waiting) - len(lines)
                lines.reverse()
                self._waiting.clear()
            else:
                for _ in lines:
                    self._waiting.popleft()
            self._dropped = 0
        if self._waiting:
            self._has_news.set()
        if dropped:
            lines.insert(0, f"… 그 밖에 {dropped}개 / and {dropped} more")
        return "\n".join(lines)

    def _send(self, channel: Channel, text: str) -> None:
        try:
            why = "" if channel.send(self._title, text) else "not taken"
        except Exception as error:  # noqa: BLE001 - a channel may fail in every way there is
            why = type(error).__name__  # its words may show the address, which is a secret
        if not why:
            self._failing.discard(channel.name)
        elif channel.name not in self._failing:
            self._failing.add(channel.name)
            self._complaints.tell(
                f"알림 {channel.name} 을(를) 보내지 못합니다({why}). hoga notify test 로 확인하십시오 / "
                f"messages to {channel.name} fail ({why}). Look at hoga notify test"
            )


def try_channels(urls: Mapping[str, str], title: str, text: str) -> dict[str, bool]:
    """Whether each channel took `text` just now. Raises `BadInput` for an address that is none."""
    channels = [AppriseChannel(name, url) for name, url in urls.items()]
    taken: dict[str, bool] = {}
    for channel in channels:
        try:
            taken[channel.name] = channel.send(title, text)
        except Exception:  # noqa: BLE001 - a channel may fail in every way there is
            taken[channel.name] = False
    return taken
