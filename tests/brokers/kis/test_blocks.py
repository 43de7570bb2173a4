"""Values as KIS writes them, and fields that come and go."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brokers.kis.unknown import unknown_keys

from hoga.brokers.kis import blocks, login_blocks, quote_blocks, trading_blocks
from hoga.domain.errors import WireError


def _price(value: blocks.Field) -> quote_blocks.Price:
    return quote_blocks.Price(stck_prpr=value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("70000", 70_000),
        ("-00000000000030000", -30_000),
        ("0000070000", 70_000),
        ("  70000  ", 70_000),
        ("+5", 5),
        ("-0", 0),
        ("249000.0000", 249_000),
        (70_000, 70_000),
        (70_000.0, 70_000),
        ("", None),
        ("   ", None),
        (None, None),
        (msgspec.UNSET, None),
    ],
)
def test_a_whole_number_is_read_in_every_form(written: blocks.Field, number: int | None) -> None:
    assert blocks.find_whole(_price(written), "stck_prpr") == number


@pytest.mark.parametrize("written", ["12.5", "1,000", "abc", "--5", "1_000", "5-", ".", "-"])
def test_what_is_no_whole_number_is_an_error_and_not_zero(written: str) -> None:
    with pytest.raises(WireError, match=r"Price\.stck_prpr"):
        blocks.find_whole(_price(written), "stck_prpr")


@pytest.mark.parametrize("written", ["", " ", msgspec.UNSET, None])
def test_a_number_that_must_be_there_is_not_zero_when_it_is_missing(written: blocks.Field) -> None:
    with pytest.raises(WireError):
        blocks.get_whole(_price(written), "stck_prpr")


@given(number=st.integers(-(10**18), 10**18), zeros=st.integers(0, 10), blanks=st.integers(0, 10))
def test_padding_does_not_change_a_number(number: int, zeros: int, blanks: int) -> None:
    sign = "-" if number < 0 else ""
    written = " " * blanks + sign + "0" * zeros + str(abs(number)) + " " * blanks
    assert blocks.get_whole(_price(written), "stck_prpr") == number


def test_an_empty_block_says_nothing_in_the_form_of_each_field() -> None:
    block = msgspec.to_builtins(blocks.empty(trading_blocks.Holding, pdno="005930"))
    assert len(block) == 26
    assert block["pdno"] == "005930"
    assert block["prdt_name"] == ""
    assert block["hldg_qty"] == "0"
    assert block["evlu_pfls_rt"] == "0.00"
    assert block["pchs_avg_pric"] == "0.0000"
    assert block["fltt_rt"] == "0.00000000"


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (quote_blocks.Price, 82),
        (quote_blocks.Book, 71),
        (quote_blocks.Expected, 13),
        (quote_blocks.DailySummary, 31),  # 30 and the documents' other name for the last
        (quote_blocks.DailyBar, 13),
        (quote_blocks.WatchedQuote, 29),
        (trading_blocks.BuyingPower, 12),
        (trading_blocks.Holding, 26),
        (trading_blocks.BalanceTotals, 24),
        (trading_blocks.DayOrder, 36),
        (trading_blocks.DayOrderTotals, 5),
        (trading_blocks.Receipt, 4),
    ],
)
def test_a_block_has_every_field_of_the_documents(kind: type[blocks.Block], count: int) -> None:
    assert len(msgspec.structs.fields(kind)) == count


def test_rows_may_come_as_an_array_as_an_object_or_not_at_all() -> None:
    row = {"stck_clpr": "1"}
    expected = [quote_blocks.DailyBar(stck_clpr="1")]
    for output2, rows in (([row, {}], expected), (row, expected), ([], []), (None, []), ({}, [])):
        answer = msgspec.json.decode(json.dumps({"output2": output2}), type=quote_blocks.DailyBarsAnswer)
        assert blocks.rows(answer.output2) == rows
        assert json.loads(msgspec.json.encode(answer)) == {"output2": output2}
    assert blocks.rows(quote_blocks.DailyBarsAnswer().output2) == []


def test_both_names_of_the_last_daily_field_are_kept() -> None:
    for name in ("itewhol_loan_rmnd_ratem", "itewhol_loan_rmnd_ratem name"):
        body = json.dumps({"output1": {name: "0.17"}}).encode()
        assert unknown_keys(body, quote_blocks.DailyBarsAnswer) == ()
        again = msgspec.json.encode(msgspec.json.decode(body, type=quote_blocks.DailyBarsAnswer))
        assert json.loads(again) == json.loads(body)


def test_fields_that_we_do_not_know_are_reported() -> None:
    body = json.dumps(
        {
            "rt_cd": "0",
            "weather": "fine",
            "output1": [{"pdno": "005930", "new_field": "1"}, {"newer_field": "2"}],
            "output2": [],
        }
    ).encode()
    assert unknown_keys(body, trading_blocks.BalanceAnswer) == (
        "output1.new_field",
        "output1.newer_field",
        "weather",
    )


def test_tokens_and_keys_are_not_shown() -> None:
    for secret in (
        login_blocks.TokenAnswer(access_token="eyJ-secret"),
        login_blocks.ApprovalAnswer(approval_key="eyJ-secret"),
    ):
        assert "eyJ-secret" not in repr(secret)
        assert "eyJ-secret" not in f"{secret}"
