import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.strategies.test_swing import quote

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Market
from hoga.domain.model import Model
from hoga.storage.model_file import model_of_frame, read_model, require_tradable

KNOWN = {"005930", "000660", "373220", "035420"}


def workbook(tmp_path: Path, *rows: tuple[object, ...], title: str = "모델") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    path = tmp_path / "model.xlsx"
    book.save(path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_model(path, KNOWN)
    return caught.value.korean


def weights(model: Model) -> Mapping[str, Fraction | None]:
    return {wish.code: wish.weight for wish in model.wishes}


def test_the_seeds_model_has_codes_only_and_shares_alike(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("종목코드", "종목명"), (5930, "삼성전자"), ("000660", "SK하이닉스"))
    assert weights(read_model(path, KNOWN)) == {"005930": None, "000660": None}


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ((0.125, 0.5), Fraction(1, 8)),
        ((12.5, 50), Fraction(1, 8)),
        (("12.5%", "50 %"), Fraction(1, 8)),
        (("12.5%", 0.5), Fraction(1, 8)),
        ((1, 99), Fraction(1, 100)),
        ((0.1, 0.2), Fraction(1, 10)),
        ((0, 1), Fraction(0)),
    ],
)
def test_weights_are_per_cent_or_fractions(
    tmp_path: Path, written: tuple[object, object], weight: Fraction
) -> None:
    path = workbook(tmp_path, ("종목코드", "비중"), ("005930", written[0]), ("000660", written[1]))
    assert weights(read_model(path, KNOWN))["005930"] == weight


def test_a_title_can_say_that_weights_are_per_cent(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("종목코드", "비중(%)"), ("005930", 0.5), ("000660", 1))
    assert weights(read_model(path, KNOWN)) == {"005930": Fraction(1, 200), "000660": Fraction(1, 100)}


def test_weights_that_a_spreadsheet_rounded_up_are_one_together(tmp_path: Path) -> None:
    codes = [f"{number:06d}" for number in range(10, 120, 10)]
    path = workbook(tmp_path, ("종목코드", "비중"), *((code, 0.09090909090909091) for code in codes))
    model = read_model(path, codes)
    assert sum(wish.weight or 0 for wish in model.wishes) == 1


def test_a_quantity_stands_in_for_a_weight(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ("종목코드", "비중", "목표수량"), ("005930", "30%", None), ("000660", None, "1,000")
    )
    wanted = {wish.code: (wish.weight, wish.quantity) for wish in read_model(path, KNOWN).wishes}
    assert wanted == {"005930": (Fraction(3, 10), None), "000660": (None, 1000)}


def test_every_mistake_is_named_by_sheet_row_and_reason(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("종목코드", "비중", "목표수량"),
        ("005930", 60, None),
        ("005930", 10, None),
        ("999999", 10, None),
        ("000660", "많이", None),
        ("373220", 50, 1.5),
        ("035420", None, None),
    )
    assert refusal(path).splitlines()[1:] == [
        "  - '모델' 시트 3행, 종목코드: 005930 은(는) '모델' 시트 2행에 이미 있습니다. 한 줄만 남기십시오.",
        "  - '모델' 시트 4행, 종목코드: 999999 은(는) 상장 종목이 아닙니다. 여섯 자리 종목코드로 고치십시오.",
        "  - '모델' 시트 5행, 비중: '많이' 은(는) 비중이 아닙니다. 0 이상 100% 이하로 적으십시오.",
        "  - '모델' 시트 6행, 목표수량: 1.5 은(는) 수량이 아닙니다. 0 이상인 정수로 적으십시오.",
        "  - '모델' 시트 7행, 비중: 비어 있습니다. 다른 종목에는 비중이 있습니다. 없애려면 0 을 적으십시오.",
    ]


def test_weights_above_one_hundred_per_cent_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("종목코드", "비중"), ("005930", 60), ("000660", 50))
    assert "비중의 합이 110.00% 입니다" in refusal(path)


def test_a_row_with_weight_and_quantity_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("종목코드", "비중", "목표수량"), ("005930", 60, 3))
    assert "둘 다 있습니다" in refusal(path)


@pytest.mark.parametrize("weight", [True, "-5%", -1, 101, "1e1", "NaN", "아주"])
def test_what_is_no_weight_is_named(tmp_path: Path, weight: object) -> None:
    path = workbook(tmp_path, ("종목코드", "비중"), ("005930", weight), ("000660", 2))
    assert "2행, 비중" in refusal(path)


def test_an_empty_model_is_refused(tmp_path: Path) -> None:
    assert "한 줄도 없습니다" in refusal(workbook(tmp_path, ("종목코드",)))


def test_csv_json_and_parquet_say_the_same(tmp_path: Path) -> None:
    rows = [{"종목코드": "005930", "비중": 60.0}, {"종목코드": "000660", "비중": 40.0}]
    csv, parquet, plain = (tmp_path / f"model.{end}" for end in ("csv", "parquet", "json"))
    csv.write_text("종목코드,비중\n5930,60\n660,40\n", encoding="cp949")
    pl.DataFrame(rows).write_parquet(parquet)
    plain.write_text(json.dumps(rows), encoding="utf-8")
    for path in (csv, parquet, plain):
        assert weights(read_model(path, KNOWN)) == {"005930": Fraction(3, 5), "000660": Fraction(2, 5)}


def test_a_frame_of_either_library_is_a_model() -> None:
    columns = {"종목코드": [5930, 660], "비중": [0.5, 0.25]}
    model = model_of_frame(pl.DataFrame(columns), KNOWN)
    assert weights(model) == {"005930": Fraction(1, 2), "000660": Fraction(1, 4)}
    pandas = pytest.importorskip("pandas")
    assert model_of_frame(pandas.DataFrame(columns), KNOWN) == model
    gap = pandas.DataFrame({"종목코드": ["005930", "000660"], "비중": [0.5, None]})
    with pytest.raises(BadInput, match="2행, 비중"):
        model_of_frame(gap, KNOWN)


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.parquet"
    path.write_bytes(b"PAR1 nothing")
    assert "Parquet" in refusal(path)


def test_what_cannot_be_bought_is_named_by_row_and_what_asks_for_care_is_told(tmp_path: Path) -> None:
    codes = ("005930", "000660", "373220", "035420", "068270")
    path = workbook(tmp_path, ("종목코드", "비중"), *((code, 10) for code in codes[:4]), (codes[4], 0))
    model = read_model(path, codes)
    quotes = {code: quote(code, 1_000) for code in codes}
    instruments = {code: Instrument(code=code, name="이름", market=Market.KOSPI) for code in codes}
    assert require_tradable(model, instruments, quotes) == []
    marked = instruments | {codes[0]: replace(instruments[codes[0]], is_administrative=True)}
    assert require_tradable(model, marked, quotes) == [
        f"'모델' 시트 2행: {codes[0]} 이름: 관리종목입니다 / "
        "sheet '모델', row 2: it is an administrative issue (관리종목)"
    ]
    quotes |= {code: quotes[code]._replace(is_halted=True) for code in (codes[1], codes[4])}
    marked[codes[2]] = replace(instruments[codes[2]], is_halted=True)
    marked[codes[3]] = replace(instruments[codes[3]], is_being_delisted=True, is_halted=True)
    with pytest.raises(BadInput) as caught:
        require_tradable(model, marked, quotes)
    assert caught.value.korean.splitlines()[1:] == [
        f"  - '모델' 시트 3행: {codes[1]} 이름: 거래정지 종목입니다. 풀릴 때까지 모델에서 빼십시오.",
        f"  - '모델' 시트 4행: {codes[2]} 이름: 거래정지 종목입니다. 풀릴 때까지 모델에서 빼십시오.",
        f"  - '모델' 시트 5행: {codes[3]} 이름: 정리매매 종목입니다(곧 상장폐지). 모델에서 빼십시오.",
    ]
    assert f"sheet '모델', row 5: {codes[3]} 이름 is being delisted" in caught.value.english


def test_a_row_with_the_name_of_another_issue_is_said(tmp_path: Path) -> None:
    rows = (("005930", "삼성 전자"), ("000660", "삼성전자"), ("373220", "LG엔솔"), ("035420", "네이버"))
    path = workbook(tmp_path, ("종목코드", "종목명"), *rows)
    names = {"005930": "삼성전자", "000660": "SK하이닉스", "373220": "LG에너지솔루션", "035420": "035420"}
    instruments = {
        code: Instrument(code=code, name=name, market=Market.KOSPI) for code, name in names.items()
    }
    quotes = {code: quote(code, 1_000) for code in names}
    warnings = require_tradable(read_model(path, KNOWN), instruments, quotes)
    assert [warning.split(" / ")[0] for warning in warnings] == [
        "'모델' 시트 3행: 000660 은(는) SK하이닉스 인데 종목명은 삼성전자 입니다",
        "'모델' 시트 4행: 373220 은(는) LG에너지솔루션 인데 종목명은 LG엔솔 입니다",
    ]


def test_a_heading_above_the_header_is_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("2026년 모델",), (), ("종목코드", "비중"), (5930, 0.5), ("999999", 0.3))
    book = openpyxl.load_workbook(path)
    book["모델"].merge_cells("A1:B1")
    book.save(path)
    assert "'모델' 시트 5행, 종목코드: 999999" in refusal(path)
    csv = tmp_path / "model.csv"
    csv.write_text("모델 포트폴리오\n\n종목코드,비중\n5930,0.5\n", encoding="cp949")
    assert weights(read_model(csv, KNOWN)) == {"005930": Fraction(1, 2)}


def test_the_first_visible_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title, hidden.sheet_state = "옛것", "hidden"
    for sheet, code in (
        (hidden, "000660"),
        (book.create_sheet("설명"), None),
        (book.create_sheet("모델"), "005930"),
        (book.create_sheet("다음"), "035420"),
    ):
        for row in (("읽어 주세요",),) if code is None else (("종목코드",), (code,)):
            sheet.append(row)
    book.active = 1
    path = tmp_path / "model.xlsx"
    book.save(path)
    assert weights(read_model(path, KNOWN)) == {"005930": None}
    for sheet in (book["모델"], book["다음"]):
        book.remove(sheet)
    book.save(path)
    assert "'설명' 시트 1행: 종목코드 열이 없습니다" in refusal(path)
