"""Short codes and the ISIN."""

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.krx.codes import is_code, isin, isin_check_digit, parse_code


@pytest.mark.parametrize("text", ["005930", "0126Z0", "00680K", "900110", "500061"])
def test_a_code_has_six_characters_and_begins_with_a_digit(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    ["", "5930", "0059300", "A05930", "00593o", " 05930", "00593\n", "005930\n", "００５９３０", "005-30"],
)
def test_anything_else_is_no_code(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(BadInput):
        parse_code(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("005930", "005930"),
        ("A005930", "005930"),
        ("A0126Z0", "0126Z0"),
        ("Q590001", "590001"),
        ("J57JL21", "57JL21"),
    ],
)
def test_a_product_letter_is_taken_off(text: str, code: str) -> None:
    assert parse_code(text) == code


@pytest.mark.parametrize("number", [5930, 5930.0, None])
def test_a_number_is_no_code_and_said_so(number: Any) -> None:
    with pytest.raises(BadInput, match="six characters"):
        parse_code(number)


@pytest.mark.parametrize("text", ["B005930", "AA005930", "a005930", "A5930", "KR7005930003"])
def test_no_other_letter_is_guessed_away(text: str) -> None:
    with pytest.raises(BadInput, match="six characters"):
        parse_code(text)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("005930", "KR7005930003"),
        ("0126Z0", "KR70126Z0002"),
        ("005935", "KR7005931001"),
        ("005387", "KR7005382007"),
        ("000227", "KR7000222000"),
        ("00680K", "KR700680K019"),
        ("33626L", "KR733626K021"),
    ],
)
def test_common_and_preferred_shares_have_their_own_class_in_the_isin(code: str, expected: str) -> None:
    assert isin(code) == expected


@pytest.mark.parametrize("code", ["900110", "950210", "590001", "005931", "00593Z", "5930", "A005930"])
def test_the_isin_of_foreign_issues_notes_and_unknown_classes_is_not_guessed(code: str) -> None:
    with pytest.raises(BadInput, match="master file"):
        isin(code)


@pytest.mark.parametrize(
    ("body", "digit"), [("US037833100", 5), ("KYG3931T107", 6), ("HK000005719", 7), ("KRG50000061", 4)]
)
def test_the_check_digit_holds_for_foreign_issues_and_notes_too(body: str, digit: int) -> None:
    assert isin_check_digit(body) == digit


@pytest.mark.parametrize("body", ["", "KR70059300", "KR7005930003", "kr700593000", "KR7005930-0"])
def test_a_check_digit_needs_eleven_characters(body: str) -> None:
    with pytest.raises(BadInput, match="eleven"):
        isin_check_digit(body)


@given(st.from_regex(r"[0-4][0-9A-Z]{4}[0579KL]", fullmatch=True))
def test_one_wrong_digit_is_always_noticed(code: str) -> None:
    whole = isin(code)
    assert len(whole) == 12
    for place, character in enumerate(whole[:11]):
        if character.isdigit():
            other = f"{whole[:place]}{(int(character) + 1) % 10}{whole[place + 1 : 11]}"
            assert isin_check_digit(other) != int(whole[11])


def test_the_isin_of_every_listed_korean_issue_follows_from_its_code(shared_data: Path) -> None:
    path = shared_data / "master" / "krx_all_listed_2025-06-13.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
        listed = [(row["code"], row["isin"]) for row in csv.DictReader(lines)]
    assert len(listed) > 2_800
    assert all(isin_check_digit(number[:11]) == int(number[11]) for _, number in listed)
    assert all(is_code(code) for code, _ in listed)
    assert [(code, number) for code, number in listed if code[0] != "9" and isin(code) != number] == []
