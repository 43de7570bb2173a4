"""Files of model portfolios (모델 포트폴리오): 종목코드, 종목명, 비중, 목표수량, as Korean users make them.

Reads what `sheet` reads, and DataFrames. A column of weights is in per cent as soon as one of its plain
numbers is above one, else in fractions; a cell with a per cent sign is what it says. Without weights all
names share alike. All mistakes are told at once by sheet, row and column, and then nothing is used.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.model import Model, Wish
from hoga.domain.quote import Quote
from hoga.storage.sheet import (
    Codes,
    Layout,
    Row,
    Sentence,
    frame_rows,
    json_rows,
    parse_name,
    read_rows,
    refuse,
    shown,
)

_MOST_SHARES = 10**9
_ROUNDING = Fraction(1, 10**9)
"""By how much weights may exceed one together: ten times 0.1 is not one to every program."""

_LAYOUT = Layout(
    columns={
        "code": ("종목코드", "단축코드", "code"),
        "name": ("종목명", "name"),
        "weight": ("비중", "비중(%)", "목표비중", "weight"),
        "quantity": ("목표수량", "quantity"),
    },
    required=("code",),
    kind=Sentence("모델", "models"),
    needs=Sentence("종목코드와 비중을 적으십시오", "Write codes and weights into it"),
    example='[{"종목코드": "005930", "비중": 12.5}]',
)
_WHOLE = re.compile(r"\d+|\d{1,3}(,\d{3})+", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)


def read_model(path: Path, known_codes: Collection[str]) -> Model:
    """The model in a file: CSV, Excel, Parquet or JSON, told by its content.

    Raises:
        BadInput: anything is wrong with the file. The sentence lists every mistake (up to 20).
    """
    return _model(path, read_rows(path, _LAYOUT), known_codes)


def model_of_frame(frame: Any, known_codes: Collection[str]) -> Model:
    """The model in a DataFrame of polars or pandas. Raises `BadInput` like `read_model`."""
    return _model(Path("DataFrame"), frame_rows(frame, _LAYOUT), known_codes)


def model_of_json(content: bytes, known_codes: Collection[str]) -> Model:
    """The model that a program sends, in the form of a JSON file. Raises `BadInput` like `read_model`."""
    return _model(Path("JSON"), json_rows(content, _LAYOUT), known_codes)


def require_tradable(
    model: Model, instruments: Mapping[str, Instrument], quotes: Mapping[str, Quote]
) -> list[str]:
    """Refuse a model with issues that cannot be bought: halted (거래정지), or being delisted (정리매매).

    What is wanted with no weight or no shares is not bought, and may be either. What may be bought and asks
    for care comes back, a sentence each: 관리종목, and a row whose 종목명 is another issue's than its code.

    Raises:
        BadInput: it names every such issue by sheet and row.
    """
    mistakes, warnings = [], []
    for wish in model.wishes:
        if wish.weight == 0 or wish.quantity == 0:
            continue
        instrument = instruments[wish.code]
        name = f"{wish.code} {instrument.name}"
        korean, english = model.places[wish.code]
        if not _is_named(instrument, wish.name):
            warnings.append(
                f"{korean}: {wish.code} 은(는) {instrument.name} 인데 종목명은 {wish.name} 입니다 / "
                f"{english}: {wish.code} is {instrument.name}, and the row calls it {wish.name}"
            )
        if instrument.is_being_delisted:
            mistakes.append(
                Sentence(
                    f"{korean}: {name}: 정리매매 종목입니다(곧 상장폐지). 모델에서 빼십시오.",
                    f"{english}: {name} is being delisted (정리매매). Take it out of the model.",
                )
            )
        elif instrument.is_halted or quotes[wish.code].is_halted:
            mistakes.append(
                Sentence(
                    f"{korean}: {name}: 거래정지 종목입니다. 풀릴 때까지 모델에서 빼십시오.",
                    f"{english}: trading in {name} is halted. Take it out of the model until it is resumed.",
                )
            )
        elif instrument.is_administrative:
            warnings.append(
                f"{korean}: {name}: 관리종목입니다 / {english}: it is an administrative issue (관리종목)"
            )
    if mistakes:
        raise refuse(Path(model.title), mistakes)
    return warnings


def _model(path: Path, rows: Iterable[Row], known_codes: Collection[str]) -> Model:
    wishes: list[Wish] = []
    places: dict[str, tuple[str, str]] = {}
    mistakes: list[Sentence] = []
    codes = Codes(frozenset(known_codes), mistakes)
    rows = tuple(rows)
    whole = _whole(rows)
    is_weighted = any(not _is_empty(row.cells.get("weight")) for row in rows)
    for row in rows:
        if row.mistake is not None:
            mistakes.append(row.mistake)
            continue
        code = codes.read(row)
        weight = _weight(row.cells.get("weight"), whole)
        quantity = _quantity(row.cells.get("quantity"))
        if isinstance(weight, Sentence):
            mistakes.append(row.wrong("weight", weight))
        if isinstance(quantity, Sentence):
            mistakes.append(row.wrong("quantity", quantity))
        if code is None or not codes.is_first(code, row):
            continue
        if isinstance(weight, Sentence) or isinstance(quantity, Sentence):
            continue
        if weight is not None and quantity is not None:
            mistakes.append(
                row.wrong(
                    "quantity",
                    Sentence(
                        "비중과 목표수량이 둘 다 있습니다. 하나만 남기십시오.",
                        "there are both a weight and a quantity. Keep one.",
                    ),
                )
            )
        if is_weighted and weight is None and quantity is None:
            mistakes.append(
                row.wrong(
                    "weight",
                    Sentence(
                        "비어 있습니다. 다른 종목에는 비중이 있습니다. 없애려면 0 을 적으십시오.",
                        "it is empty while others have a weight. Write 0 to hold none.",
                    ),
                )
            )
        name = parse_name(row.cells.get("name"))
        wishes.append(Wish(code=code, name=name, weight=weight, quantity=quantity))
        places[code] = row.place.korean, row.place.english
    together = sum((wish.weight for wish in wishes if wish.weight is not None), Fraction(0))
    if together > 1 + _ROUNDING:
        mistakes.append(
            Sentence(
                f"비중의 합이 {float(together):.2%} 입니다. 100% 를 넘을 수 없습니다.",
                f"the weights add up to {float(together):.2%}. They cannot exceed 100%.",
            )
        )
    if mistakes:
        raise refuse(path, mistakes)
    if not wishes:
        raise BadInput(
            f"{path}: 종목이 한 줄도 없습니다. 머리글 아래에 종목코드를 적으십시오.",
            f"{path}: there is not one name. Write codes below the header.",
        )
    if together > 1:
        wishes = [
            wish if wish.weight is None else replace(wish, weight=wish.weight / together) for wish in wishes
        ]
    return Model(title=str(path), wishes=tuple(wishes), places=places)


def _is_named(instrument: Instrument, name: str) -> bool:
    """Whether a row may mean this issue by its name: one is part of the other, or the row has none."""
    wanted = "".join(name.split()).casefold()
    names = ["".join(each.split()).casefold() for each in (instrument.name, instrument.name_english) if each]
    if instrument.name == instrument.code:  # of an issue whose name is not known
        return True
    return not wanted or any(wanted in each or each in wanted for each in names)


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _number(cell: object) -> Fraction | None:
    """The exact number that a cell shows; None when it shows none."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        return None
    text = str(cell).strip()
    if isinstance(cell, str) and not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)  # of a float the digits that are shown, not its binary fraction
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() and len(text) < 32 else None


def _whole(rows: Sequence[Row]) -> Fraction:
    """What one is in the plain numbers of the column of weights: 100 when they are in per cent."""
    title = next((row.titles.get("weight", "") for row in rows), "")
    numbers = [_number(row.cells.get("weight")) for row in rows]
    is_percent = "%" in title or any(number is not None and number > 1 for number in numbers)
    return Fraction(100 if is_percent else 1)


def _weight(cell: object, whole: Fraction) -> Fraction | Sentence | None:
    if _is_empty(cell):
        return None
    if isinstance(cell, str) and cell.strip().endswith("%"):
        cell, whole = cell.strip()[:-1].strip(), Fraction(100)
    number = _number(cell)
    if number is None or not 0 <= number <= whole:
        return Sentence(
            f"{shown(cell)} 은(는) 비중이 아닙니다. 0 이상 100% 이하로 적으십시오.",
            f"{shown(cell)} is not a weight. Write a number from 0 to 100%.",
        )
    return number / whole


def _quantity(cell: object) -> int | Sentence | None:
    if _is_empty(cell):
        return None
    number = _number(cell)
    if isinstance(cell, str) and _WHOLE.fullmatch(cell.strip()):
        number = Fraction(int(cell.strip().replace(",", "")))
    if number is None or number.denominator != 1 or not 0 <= number <= _MOST_SHARES:
        return Sentence(
            f"{shown(cell)} 은(는) 수량이 아닙니다. 0 이상인 정수로 적으십시오.",
            f"{shown(cell)} is not a quantity. Write a whole number from 0.",
        )
    return int(number)
