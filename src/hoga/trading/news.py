"""The kinds of news of a trading day, of which a person chooses what is told."""

from enum import StrEnum


class News(StrEnum):
    """What may be told."""

    STARTED = "started"
    FILLED = "filled"
    REJECTED = "rejected"
    """The broker refused an order, or never got it."""
    DENIED = "denied"
    """The desk refused it."""
    UNCONFIRMED = "unconfirmed"
    HALTED = "halted"
    """The switch was thrown, in either direction."""
    STOPPED = "stopped"
    """A strategy was stopped by an error."""
    REPORT = "report"
    """The day's report."""
    SCHEDULE = "schedule"
    """A scheduled run starts, ends, fails, or was missed."""
