"""Files of candidates: which issues the swing strategy may buy, and the price each is measured by.

Reads what `sheet` reads, and the seed's pickle (seed 004, `select_dict.pkl`). All mistakes of a file are told
at once, by the row and column a person sees, and then nothing of the file is used. It does not know what the
prices mean.
"""

import re
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path

from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.storage.sheet import Codes, Layout, Sentence, parse_name, read_rows, refuse, shown

_MOST_WON = 10**9

_LAYOUT = Layout(
    columns={
        "code": ("종목코드", "code"),
        "name": ("종목명", "name"),
        "reference": ("기준가", "기준가격", "목표가", "전일종가", "reference"),
    },
    required=("code", "reference"),
    kind=Sentence("후보", "candidates"),
    needs=Sentence("종목코드와 기준가를 적으십시오", "Write codes and reference prices into it"),
    example='{"002680": ["한타", 3155]} / [{"code": …, "name": …, "reference": …}]',
    entry=("name", "reference"),
)
_WHOLE = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.0*)?", re.ASCII)


def read_candidates(path: Path, known_codes: Collection[str]) -> list[Candidate]:
    """The candidates of a file, in its order. The format is told by the content, then by the suffix.

    A number that lost its leading zeros is read as the code it was ("2680" is 002680), "A002680" as 002680.
    The name may be missing; the code stands in for it.

    Raises:
        BadInput: anything is wrong with the file. The sentence lists every mistake (up to 20).
    """
    candidates: list[Candidate] = []
    mistakes: list[Sentence] = []
    codes = Codes(frozenset(known_codes), mistakes)
    for row in read_rows(path, _LAYOUT):
        if row.mistake is not None:
            mistakes.append(row.mistake)
            continue
        code = codes.read(row)
        reference = _reference(row.cells.get("reference"))
        if isinstance(reference, Sentence):
            mistakes.append(row.wrong("reference", reference))
        if code is None or not codes.is_first(code, row) or isinstance(reference, Sentence):
            continue
        candidates.append(Candidate(code, parse_name(row.cells.get("name")) or code, reference))
    if mistakes:
        raise refuse(path, mistakes)
    if not candidates:
        raise BadInput(
            f"{path}: 후보 종목이 한 줄도 없습니다. 머리글 아래에 종목코드와 기준가를 적으십시오.",
            f"{path}: there is not one candidate. Write codes and reference prices below the header.",
        )
    return candidates


def _reference(cell: object) -> int | Sentence:
    won: int | None = None
    match cell:
        case None | "":
            return Sentence("비어 있습니다. 원 단위 가격을 적으십시오.", "it is empty. Write a price in won.")
        case bool():
            pass
        case int():
            won = cell
        case float() if cell.is_integer():
            won = int(cell)
        case Decimal() if cell.is_finite() and cell == cell.to_integral_value():
            won = int(cell)
        case str() if _WHOLE.fullmatch(cell.strip()) and len(cell) < 32:
            won = int(cell.strip().split(".")[0].replace(",", ""))
        case _:
            pass
    if won is None or not 0 < won <= _MOST_WON:
        return Sentence(
            f"{shown(cell)} 은(는) 가격이 아닙니다. 0보다 큰 원 단위 정수로 적으십시오.",
            f"{shown(cell)} is not a price. Write a whole number of won above 0.",
        )
    return won
