import codecs
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.storage.candidates import read_candidates

KNOWN = {"002680", "177350", "312610", "096870", "311390", "005930", "0126Z0"}
SEED = {
    "002680": ["한타", 3155],
    "177350": ["베셀", 7630],
    "312610": ["에이에프더블류", 3505],
    "096870": ["엘디티", 4145],
    "311390": ["네오크레마", 13450],
}
EXPECTED = [Candidate(code, str(name), int(str(price))) for code, (name, price) in SEED.items()]
CSV = "종목코드,종목명,기준가\n" + "".join(f"{code},{name},{price}\n" for code, (name, price) in SEED.items())


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_candidates(path, KNOWN)
    assert str(path) in caught.value.korean
    assert str(path) in caught.value.english
    return caught.value.korean


def csv_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "picks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def workbook(tmp_path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    path = tmp_path / "picks.xlsx"
    book.save(path)
    return path


# What can be read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_csv_file_is_read_in_the_encodings_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "picks.csv"
    path.write_bytes(CSV.replace("\n", "\r\n").encode(encoding))
    assert read_candidates(path, KNOWN) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        "종목코드,종목명,기준가",
        "종목코드,종목명,기준가격",
        "종목코드,종목명,목표가",
        "종목코드,종목명,전일종가",
        "code,name,reference",
        " Code , Name , Reference ",
        "종목 코드,종목명,기준가",
    ],
)
def test_columns_have_korean_or_english_names(tmp_path: Path, header: str) -> None:
    path = csv_file(tmp_path, f"{header}\n002680,한타,3155\n")
    assert read_candidates(path, KNOWN) == EXPECTED[:1]


def test_columns_may_stand_in_any_order_among_others(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "점수,기준가,종목명,비고,종목코드\n0.9,3155,한타,,002680\n")
    assert read_candidates(path, KNOWN) == EXPECTED[:1]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_a_table_may_be_separated_by_tabs_or_semicolons(tmp_path: Path, delimiter: str) -> None:
    assert read_candidates(csv_file(tmp_path, CSV.replace(",", delimiter)), KNOWN) == EXPECTED


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("002680", "002680"),
        ("2680", "002680"),
        ("A002680", "002680"),
        ("0126z0", "0126Z0"),
        (" 5930 ", "005930"),
    ],
)
def test_a_code_may_have_lost_its_zeros_or_carry_its_letter(tmp_path: Path, written: str, code: str) -> None:
    path = csv_file(tmp_path, f"code,reference\n{written},100\n")
    assert read_candidates(path, KNOWN)[0].code == code


@pytest.mark.parametrize("written", ["13450", '"13,450"', " 13450 ", "13450.0", '"13,450.00"'])
def test_a_price_may_be_written_as_spreadsheets_write_it(tmp_path: Path, written: str) -> None:
    path = csv_file(tmp_path, f"code,reference\n311390,{written}\n")
    assert read_candidates(path, KNOWN)[0].reference == 13_450


def test_a_missing_name_is_the_code(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "code,reference\n002680,3155\n")
    assert read_candidates(path, KNOWN) == [Candidate("002680", "002680", 3155)]
    path = csv_file(tmp_path, "code,name,reference\n002680, ,3155\n")
    assert read_candidates(path, KNOWN) == [Candidate("002680", "002680", 3155)]


def test_a_name_cannot_carry_terminal_commands(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'code,name,reference\n002680,"한\x1b[2J\n타",3155\n')
    assert read_candidates(path, KNOWN)[0].name == "한[2J 타"


@pytest.mark.parametrize(
    "value",
    [
        SEED,
        [{"종목코드": code, "종목명": name, "기준가": price} for code, (name, price) in SEED.items()],
        [{"code": code, "name": name, "reference": price, "x": []} for code, (name, price) in SEED.items()],
        [{"code": int(code), "name": name, "reference": price} for code, (name, price) in SEED.items()],
        {code: [name, f"{price}"] for code, (name, price) in SEED.items()},
        {code: [name, float(str(price))] for code, (name, price) in SEED.items()},
    ],
)
def test_json_is_a_list_of_objects_or_the_seeds_dict(tmp_path: Path, value: object) -> None:
    path = tmp_path / "picks.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    assert read_candidates(path, KNOWN) == EXPECTED


def test_the_content_decides_when_the_suffix_says_nothing(tmp_path: Path) -> None:
    for content in (json.dumps(SEED).encode(), pickle.dumps(SEED), CSV.encode("cp949")):
        path = tmp_path / "picks"
        path.write_bytes(content)
        assert read_candidates(path, KNOWN) == EXPECTED


def test_a_workbook_is_read_with_codes_as_text_or_as_numbers(tmp_path: Path) -> None:
    header = ("종목코드", "종목명", "기준가")
    as_text = workbook(tmp_path, header, *((code, name, price) for code, (name, price) in SEED.items()))
    assert read_candidates(as_text, KNOWN) == EXPECTED
    as_numbers = workbook(
        tmp_path, header, *((int(code), name, float(str(price))) for code, (name, price) in SEED.items())
    )
    assert read_candidates(as_numbers, KNOWN) == EXPECTED


def test_a_workbook_may_have_empty_rows_formats_and_validations(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B3"], sheet["C3"] = "종목코드", "기준가"
    sheet["B4"], sheet["C4"] = "002680", 3155
    sheet["B6"], sheet["C6"] = "177350", 7630
    validation = DataValidation(type="whole")
    sheet.add_data_validation(validation)
    validation.add("C4")
    book.create_sheet("다른 시트").append(["상관", "없음"])
    path = tmp_path / "picks.xlsx"
    book.save(path)
    assert [one.code for one in read_candidates(path, KNOWN)] == ["002680", "177350"]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_seeds_pickle_is_read(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "select_dict.pkl"
    path.write_bytes(pickle.dumps(SEED, protocol))
    assert read_candidates(path, KNOWN) == EXPECTED


# What is refused


def test_every_mistake_is_named_by_row_and_column_in_one_message(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "종목코드,종목명,기준가\n"
        "002680,한타,3155\n"
        "002681,한타,3155\n"
        "177350,베셀,싸다\n"
        "\n"
        "002680,한타,3155\n"
        ",이름,100\n"
        "999999,이름,-5\n"
        "005930,삼성전자,\n",
    )
    assert refusal(path).splitlines() == [
        f"{path}: 고칠 곳이 7군데 있습니다. 아무것도 읽지 않았습니다.",
        "  - 3행, 종목코드: 002681 은(는) 상장 종목이 아닙니다. 혹시 002680 입니까?",
        "  - 4행, 기준가: '싸다' 은(는) 가격이 아닙니다. 0보다 큰 원 단위 정수로 적으십시오.",
        "  - 6행, 종목코드: 002680 은(는) 2행에 이미 있습니다. 한 줄만 남기십시오.",
        "  - 7행, 종목코드: 비어 있습니다. 종목코드를 적으십시오.",
        "  - 8행, 종목코드: 999999 은(는) 상장 종목이 아닙니다. 여섯 자리 종목코드로 고치십시오.",
        "  - 8행, 기준가: '-5' 은(는) 가격이 아닙니다. 0보다 큰 원 단위 정수로 적으십시오.",
        "  - 9행, 기준가: 비어 있습니다. 원 단위 가격을 적으십시오.",
    ]


def test_no_more_than_twenty_mistakes_are_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "code,reference\n" + "".join(f"{n},100\n" for n in range(900_000, 900_050)))
    message = refusal(path)
    assert message.count("은(는) 상장 종목이 아닙니다") == 20
    assert message.splitlines()[0].endswith("고칠 곳이 50군데 있습니다. 아무것도 읽지 않았습니다.")
    assert message.splitlines()[-1] == "  - 그 밖에 30군데"


@pytest.mark.parametrize(
    "price", ["0", "-1", "3155.5", "1e4", "NaN", "inf", "3155원", "1,3450", "13,45", "９", "99999999999"]
)
def test_a_reference_that_is_not_a_positive_whole_number_is_refused(tmp_path: Path, price: str) -> None:
    assert "2행, 기준가" in refusal(csv_file(tmp_path, f'종목코드,기준가\n002680,"{price}"\n'))


@pytest.mark.parametrize("price", [True, None, 3155.5, [3155], {"won": 3155}, "", "x" * 10_000])
def test_a_reference_of_another_kind_is_refused(tmp_path: Path, price: object) -> None:
    path = tmp_path / "picks.json"
    path.write_text(json.dumps({"002680": ["한타", price]}), encoding="utf-8")
    message = refusal(path)
    assert "1번째 항목, 종목코드" not in message
    assert "1번째 항목, 기준가" in message
    assert len(message) < 1_000


@pytest.mark.parametrize("code", ["", "삼성전자", "00593", "KR7005930003", "5930.5", "005930 "])
def test_a_code_is_read_or_refused_but_never_guessed(tmp_path: Path, code: str) -> None:
    path = csv_file(tmp_path, f"code,reference\n{code},100\n")
    if code.strip() == "005930":
        assert read_candidates(path, KNOWN)[0].code == "005930"
    else:
        assert "2행, code" in refusal(path)


def test_a_code_that_occurs_twice_in_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picks.json"
    path.write_text('{"002680": ["한타", 3155], "002680": ["한타", 3200]}', encoding="utf-8")
    assert "002680 은(는) 1번째 항목에 이미 있습니다" in refusal(path)


def test_a_code_that_occurs_twice_in_two_spellings_is_refused(tmp_path: Path) -> None:
    assert "2행에 이미" in refusal(csv_file(tmp_path, "code,reference\n2680,100\nA002680,100\n"))


def test_a_thousands_separator_without_quotes_does_not_become_thirteen_won(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path, "code,name,reference\n311390,네오크레마,13,450\n"))
    assert "2행: 칸이 머리글보다 많습니다" in message


@pytest.mark.parametrize(
    ("header", "missing"),
    [("종목명,기준가", "종목코드"), ("종목코드,종목명", "기준가"), ("002680,한타,3155", "종목코드")],
)
def test_a_missing_column_is_named_with_its_titles(tmp_path: Path, header: str, missing: str) -> None:
    message = refusal(csv_file(tmp_path, f"{header}\n1,2\n"))
    assert f"1행: {missing} 열이 없습니다" in message


def test_two_columns_of_the_same_meaning_are_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path, "종목코드,기준가,목표가\n002680,3155,3300\n"))
    assert "'기준가' 열과 '목표가' 열" in message
    path = tmp_path / "picks.json"
    path.write_text('[{"code": "002680", "기준가": 1, "목표가": 2}]', encoding="utf-8")
    assert "1번째 항목" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [b"", b" \n\n ", b"code,reference\n", b"[]", b"{}", b"\n,,\n,,\n", pickle.dumps({})],
)
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picks"
    path.write_bytes(content)
    refusal(path)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert "한 줄도 없습니다" in refusal(workbook(tmp_path))
    assert "한 줄도 없습니다" in refusal(workbook(tmp_path, ("종목코드", "기준가")))


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-16"),
        CSV.encode("utf-16-le"),
        codecs.BOM_UTF8 + b"\xff\xfe\xfa",
        b"\xff" * 100,
    ],
)
def test_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picks.csv"
    path.write_bytes(content)
    assert "UTF-8" in refusal(path)


def test_a_broken_csv_file_is_refused_by_line(tmp_path: Path) -> None:
    assert "2번째 줄" in refusal(csv_file(tmp_path, 'code,reference\n"002680"x,3155\n'))


@pytest.mark.parametrize(
    "text",
    [
        '{"002680": ["한타", 3155]',
        "[" * 100_000,
        '{"002680": ["한타", ' + "9" * 5_000 + "]}",
        '{"002680": ["한타", 1e999999999999999999999]}',
        '"002680"',
        "3155",
    ],
)
def test_json_that_is_broken_or_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "picks.json"
    path.write_text(text, encoding="utf-8")
    refusal(path)


@pytest.mark.parametrize(
    "value", [{"002680": 3155}, {"002680": ["한타"]}, {"002680": ["한타", 3155, 1]}, [["002680", 3155]], [1]]
)
def test_an_item_of_another_shape_is_named(tmp_path: Path, value: object) -> None:
    for name, content in (("a.json", json.dumps(value).encode()), ("a.pkl", pickle.dumps(value))):
        path = tmp_path / name
        path.write_bytes(content)
        assert "1번째 항목:" in refusal(path)


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    refusal(tmp_path / "nothing.csv")
    refusal(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    path.write_bytes(b"x" * (5 << 20))
    assert "너무 큽니다" in refusal(path)


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    assert "너무 깁니다" in refusal(csv_file(tmp_path, "code,reference\n" + "002680,1\n" * 10_001))


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)])
def test_a_broken_or_protected_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picks.xlsx"
    path.write_bytes(content)
    refusal(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picks.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "not a workbook")
    refusal(path)


def test_an_archive_that_unpacks_to_much_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picks.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(80 << 20))
    assert "너무 깁니다" in refusal(path)


@pytest.mark.parametrize("cell", [True, "#N/A", 3155.5])
def test_a_workbook_cell_that_is_no_price_is_named(tmp_path: Path, cell: object) -> None:
    path = workbook(tmp_path, ("종목코드", "기준가"), ("002680", 3155), ("177350", cell))
    assert "3행, 기준가" in refusal(path)


class Call:
    """Pickles as a call of `function`."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def test_a_pickle_that_would_run_something_is_refused_without_running_it(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    path = tmp_path / "select_dict.pkl"
    path.write_bytes(pickle.dumps({"002680": ["한타", Call(os.system, f"touch {trap}")]}))
    message = refusal(path)
    assert "허용하지 않는 것" in message
    assert "system" in message
    assert not trap.exists()


def test_a_cut_off_pickle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "select_dict.pkl"
    path.write_bytes(pickle.dumps(SEED)[:-5])
    assert "잘렸거나" in refusal(path)
