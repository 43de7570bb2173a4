"""랜덤엔드: by how many seconds each call auction ends after its nominal end. Luck is handed in.

A source is asked once per call, by the call's name ("open", "close", "005930 interruption 1", ...), and
answers 0 to 30. A source that answers by the name alone gives the same day whatever else happens in it.
"""

from collections.abc import Callable
from datetime import timedelta

from hoga.domain.errors import BadInput
from hoga.krx.sessions import RANDOM_END_SECONDS

RandomEnd = Callable[[str], int]


def no_random_end(call: str) -> int:
    """Every call ends on time."""
    return 0


def draw(random_end: RandomEnd, call: str) -> timedelta:
    """How much later `call` ends. Raises `BadInput` when the source answers what cannot be."""
    seconds = random_end(call)
    if not 0 <= seconds <= RANDOM_END_SECONDS:
        raise BadInput(
            f"랜덤엔드 {seconds}초는 쓸 수 없습니다. 0초에서 {RANDOM_END_SECONDS}초 사이로 하세요.",
            f"A random end of {seconds} s cannot be used. It lies between 0 and {RANDOM_END_SECONDS} s.",
        )
    return timedelta(seconds=seconds)
