"""What faults do to the frames of one WebSocket: between the feed and the queue to the client."""

import asyncio
from collections.abc import Callable, Mapping

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import (
    Direction,
    Effect,
    Fault,
    Faults,
    Kind,
    Passage,
    frame_stream,
    is_struck_by,
    longer_frame,
)
from hoga.brokers.kis.notices import NoticeCipher
from hoga.ports import Clock

LATEST = 1.0
"""Seconds after which a notice that waits for the next one comes anyway."""


class Line:
    """The way of frames to one client and back. `put` queues a frame for it, `cut` breaks the connection.

    `appkey` is "" until it is known whose session it is.
    """

    def __init__(
        self,
        faults: Faults,
        environment: Environment,
        clock: Clock,
        put: Callable[[str], None],
        cut: Callable[[], None],
    ) -> None:
        self.appkey = ""
        self.is_silent = False
        self._faults = faults
        self._environment = environment
        self._clock = clock
        self._put = put
        self._cut = cut
        self._kept: list[str] = []
        """Notices that wait for another one to go first."""

    def send(self, frame: str, ciphers: Mapping[tuple[str, str], NoticeCipher]) -> None:
        """Let `frame` go to the client as the faults allow. `ciphers` are those of its registrations."""
        if self.is_silent:
            return
        if not self._faults and not self._kept:
            self._put(frame)
            return
        kind, stream = frame_stream(frame)
        struck = self._strike(Direction.OUT, kind, stream)
        if is_struck_by(Effect.MORE_FIELDS, struck):
            cipher = next((cipher for (name, _), cipher in ciphers.items() if name == stream), None)
            frame = longer_frame(frame, cipher)
        if self._breaks(struck):
            return
        held = next((fault for fault in struck if fault.effect is Effect.HOLD_BACK), None)
        if held is not None:
            self._put_later(frame, held)
            return
        reordered = next((fault for fault in struck if fault.effect is Effect.REORDER), None)
        if reordered is not None and not self._kept:
            self._kept.append(frame)
            seconds = LATEST if reordered.seconds is None else reordered.seconds
            asyncio.get_running_loop().call_later(seconds, self._release)
            return
        self._put(frame)
        if is_struck_by(Effect.DUPLICATE, struck):
            self._put(frame)
        if kind is Kind.NOTICE:
            self._release()

    def hears(self, frame: str) -> bool:
        """Whether a frame of the client reaches the feed."""
        if not self._faults:
            return True
        _, stream = frame_stream(frame)
        return not self._breaks(self._strike(Direction.IN, Kind.FRAME, stream))

    def _strike(self, direction: Direction, kind: Kind, stream: str) -> list[Fault]:
        passage = Passage(
            environment=self._environment, direction=direction, kind=kind, tr_id=stream, appkey=self.appkey
        )
        return self._faults.strike(passage, self._clock.now())

    def _breaks(self, struck: list[Fault]) -> bool:
        if is_struck_by(Effect.DROP_SOCKET, struck):
            self._cut()
            return True
        if is_struck_by(Effect.GO_SILENT, struck):
            self.is_silent = True
            return True
        return False

    def _put_later(self, frame: str, held: Fault) -> None:
        if held.seconds is not None:
            asyncio.get_running_loop().call_later(held.seconds, self._put_unless_silent, frame)

    def _put_unless_silent(self, frame: str) -> None:
        if not self.is_silent:
            self._put(frame)

    def _release(self) -> None:
        kept, self._kept = self._kept, []
        for frame in kept:
            self._put_unless_silent(frame)
