"""The title of something that was published about the market."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Headline:
    """What was published at an instant, by whom, and about which issues; none is the market."""

    at: datetime
    title: str
    source: str
    codes: tuple[str, ...] = ()
