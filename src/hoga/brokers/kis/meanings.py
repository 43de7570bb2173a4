"""What the caller has to do about a code of KIS.

Source: the public list of error codes of the KIS Open API as of 2026-08. What the query server's codes (OPSQ)
say about orders is unverified: those that speak of calling, sending or answering leave an order in doubt,
because looking costs a moment and a second order costs money. A code that is not here is an ordinary
business refusal.
"""

from enum import StrEnum


class Meaning(StrEnum):
    """What the caller has to do about a code."""

    RATE_LIMITED = "rate_limited"
    LOGIN_EXPIRED = "login_expired"
    TRY_AGAIN = "try_again"
    """KIS was not able to answer now. A question may be asked again."""
    IN_DOUBT = "in_doubt"
    """It may have been carried out: look before anything else is sent."""
    NOTHING_FOUND = "nothing_found"
    """An answer: there is nothing to list."""
    NOT_PASSED_ON = "not_passed_on"
    """The gateway turned it away before it reached anything that could carry it out."""


def _gateway(*numbers: int) -> tuple[str, ...]:
    return tuple(f"EGW{number:05}" for number in numbers)


def _query_server(*numbers: int) -> tuple[str, ...]:
    return tuple(f"OPSQ{number:04}" for number in numbers)


_CODES = {
    Meaning.RATE_LIMITED: _gateway(133, 201, 215),
    Meaning.LOGIN_EXPIRED: _gateway(121, 122, 123),
    Meaning.TRY_AGAIN: (
        *_gateway(1, 2, 202, 203, 204, 300, 316),
        *_query_server(10, 11, 1002),
        "90020000",
    ),
    Meaning.IN_DOUBT: (
        *_gateway(301, 302),
        *_query_server(1, 3, 4, 5, 6, 7, 8, 9, 2003, 3001, 3002, 3004),
    ),
    Meaning.NOTHING_FOUND: ("KIER2620", "KIOK0560", "70070000"),
    Meaning.NOT_PASSED_ON: (
        *_gateway(3, 4, *range(101, 121), *range(124, 133), *range(205, 214), 303, 304, 2004, 2006),
        *_query_server(2, 2000, 2001, 2002, *range(9995, 10000)),
    ),
}

MEANINGS = {code: meaning for meaning, codes in _CODES.items() for code in codes}
"""Codes that are neither success nor an ordinary business refusal."""

LEDGER_TOO_FAST = "EGW00215"
TOO_FAST = frozenset({"EGW00201", LEDGER_TOO_FAST})
"""Refusals that say: the same question again, a little later."""
