"""How issues are numbered: short codes (단축코드) and the ISIN (표준코드).

Sources: the code reform in force 2024-01-01 (press of May 2023). The make-up of the ISIN and its check digit
(Luhn, ISO 6166) were measured on the 2,944 issues listed in June 2025 or March 2026. Codes are text: they may
hold letters ("0126Z0"). What an issue is (stock, ETF, REIT) cannot be read off its code, and the ISIN of a
foreign issuer (9...) or an ETN (5... to 8...) cannot be derived: take both from the master file.
"""

import re

from hoga.domain.errors import BadInput

_CODE = re.compile(r"[0-9][0-9A-Z]{5}")
_PREFIXED = re.compile(r"[AQJ]?([0-9][0-9A-Z]{5})")
_ISIN_BODY = re.compile(r"[A-Z]{2}[0-9A-Z]{9}")

_CLASSES = {"0": "000", "5": "100", "7": "200", "9": "300", "K": "K01", "L": "K02"}
"""The last character of a short code and what stands for it in the ISIN. "L" becomes a "K" too."""


def is_code(text: str) -> bool:
    """Whether `text` has the shape of a six-character short code. Such an issue need not exist."""
    return _CODE.fullmatch(text) is not None


def parse_code(text: object) -> str:
    """The short code in `text`, which may carry a product letter: A (stock, ETF), Q (ETN) or J (ELW).

    Raises `BadInput` for anything else; nothing is filled up or stripped.
    """
    found = _PREFIXED.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise BadInput(
            f"종목코드 {text!r}을(를) 읽을 수 없습니다. '005930'이나 'A005930'처럼 여섯 자리로 쓰세요.",
            f"The code {text!r} cannot be read. Write six characters, like '005930' or 'A005930'.",
        )
    return found[1]


def isin(code: str) -> str:
    """The ISIN of a Korean stock or an ETF.

    Raises `BadInput` for foreign issuers, ETN and unknown share classes, whose ISIN no rule gives.
    """
    if not is_code(code) or code[0] > "4" or code[5] not in _CLASSES:
        raise BadInput(
            f"종목코드 {code!r}의 표준코드는 계산할 수 없습니다. 종목 마스터 파일에서 찾으세요.",
            f"The ISIN of the code {code!r} cannot be derived. Look it up in the master file.",
        )
    body = f"KR7{code[:5]}{_CLASSES[code[5]]}"
    return f"{body}{isin_check_digit(body)}"


def isin_check_digit(body: str) -> int:
    """The twelfth character of an ISIN, from its first eleven."""
    if _ISIN_BODY.fullmatch(body) is None:
        raise BadInput(
            f"{body!r}은(는) 표준코드의 앞 11자리가 아닙니다. 'KR700593000'처럼 쓰세요.",
            f"{body!r} is not the first eleven characters of an ISIN. Write it like 'KR700593000'.",
        )
    digits = "".join(str(int(character, 36)) for character in body)
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return -(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10
