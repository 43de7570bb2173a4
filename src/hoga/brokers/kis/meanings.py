"""What the caller has to do about a code of KIS.

Source: the public list of error codes of the KIS Open API as of 2026-08. What the codes of the servers in
between (OPSQ, IGW) say about orders is unverified: those that speak of calling, sending or answering leave an
order in doubt, because looking costs a moment and a second order costs money. So does one of theirs that is
not here; any other that is not here is an ordinary business refusal.
"""

from collections.abc import Mapping
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
        "IGW00002",  # nobody tells its words
        "IGW00009",  # 응답전문 구성 오류
    ),
    Meaning.NOTHING_FOUND: ("KIER2620", "KIOK0560", "70070000"),
    Meaning.NOT_PASSED_ON: (
        *_gateway(3, 4, *range(101, 121), *range(124, 133), *range(205, 214), 303, 304, 2004, 2006),
        *_query_server(2, 2000, 2001, 2002, *range(9995, 10000)),
        "IGW00017",
    ),
}

MEANINGS = {code: meaning for meaning, codes in _CODES.items() for code in codes}
"""Codes that are neither success nor an ordinary business refusal."""

_BETWEEN = ("EGW", "OPSQ", "IGW")
"""How codes of the servers between us and the ledger begin."""


def rules_out_execution(code: str, status: int) -> bool:
    """Whether an order that was refused with `code`, and HTTP `status`, was not carried out."""
    match MEANINGS.get(code):
        case Meaning.RATE_LIMITED | Meaning.LOGIN_EXPIRED | Meaning.NOT_PASSED_ON:
            return True
        case Meaning.NOTHING_FOUND:
            return status < 500
        case None:
            return status < 500 and not code.startswith(_BETWEEN)
        case Meaning.TRY_AGAIN | Meaning.IN_DOUBT:
            return False


_WRONG_KEYS = (
    "앱키와 앱시크릿이 이 환경(실전, 모의)의 것인지 확인하고 hoga keys set 으로 다시 넣으세요.",
    "Check whether app key and secret are those of this environment (real or paper), and set them again with "
    "hoga keys set.",
)
_WRONG_ACCOUNT = (
    "계좌번호가 이 앱키의 것인지 확인하고 hoga keys set 으로 다시 넣으세요.",
    "Check whether the account is the one of this app key, and set it again with hoga keys set.",
)
_NO_PERMISSION = (
    "한국투자증권 KIS Developers 에서 이 계좌와 앱키의 신청 상태와 허용 IP 를 확인하세요.",
    "Check at KIS Developers what this account and app key were applied for, and which addresses they allow.",
)

REMEDIES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_gateway(103, 105, 304, 2004, 2006), _WRONG_KEYS),
    **dict.fromkeys(_query_server(2000), _WRONG_ACCOUNT),
    **dict.fromkeys(_gateway(3, 4, 206, 207, 303), _NO_PERMISSION),
}
"""What a person does about a refusal that has nothing to do with what was asked."""

LEDGER_TOO_FAST = "EGW00215"
TOO_FAST = frozenset({"EGW00201", LEDGER_TOO_FAST})
"""Refusals that say: the same question again, a little later."""
