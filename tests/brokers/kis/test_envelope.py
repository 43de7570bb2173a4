"""Requests and replies as such: routes, refusals, errors, pages."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis import blocks, quote_blocks, trading_blocks
from hoga.brokers.kis.catalogue import GATEWAY, QUERY_SERVER
from hoga.brokers.kis.codes import (
    Environment,
    Message,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Keys,
    Reply,
    Request,
    body_fields,
    fault_reply,
    first_page,
    headers,
    incoming,
    make_request,
    message_reply,
    needed,
    next_page,
    parse_day,
    parse_instant,
    plain_code,
    read,
    split_account,
    take_page,
)
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.errors import BadInput, LoginExpired, RateLimited, Rejected, WireError
from hoga.domain.zone import KST

KEYS = Keys("app-key", "app-secret")
PRICE = SERVICES[Call.PRICE].path


def _answer(reply: Reply) -> Any:
    return json.loads(reply.body)


# Requests -------------------------------------------------------------------------------------------------


def test_secrets_and_accounts_are_not_shown() -> None:
    request = make_request(Call.BALANCE, Environment.REAL, query={"CANO": "12345678"}, body=b"app-secret")
    assert "12345678" not in repr(request)
    assert "app-secret" not in repr(request)
    assert "app" not in repr(KEYS)


def test_a_call_that_paper_lacks_is_bad_input() -> None:
    with pytest.raises(BadInput, match="quotes"):
        make_request(Call.QUOTES, Environment.PAPER)


def test_a_legacy_call_has_the_old_id() -> None:
    assert make_request(Call.BUY, Environment.REAL).tr_id == "TTTC0012U"
    assert make_request(Call.BUY, Environment.REAL, legacy=True).tr_id == "TTTC0802U"
    assert make_request(Call.BALANCE, Environment.PAPER, legacy=True).tr_id == "VTTC8434R"


def test_a_call_carries_token_keys_and_id_in_its_headers() -> None:
    assert headers(make_request(Call.PRICE, Environment.REAL), KEYS, "token") == {
        "content-type": "application/json; charset=utf-8",
        "authorization": "Bearer token",
        "appkey": "app-key",
        "appsecret": "app-secret",
        "tr_id": "FHKST01010100",
        "tr_cont": "",
        "custtype": "P",
    }


def test_a_login_has_its_keys_in_the_body_only() -> None:
    for call in (Call.TOKEN, Call.APPROVAL, Call.REVOKE):
        assert list(headers(make_request(call, Environment.REAL), KEYS)) == ["content-type"]
    assert "appsecret" in headers(make_request(Call.HASHKEY, Environment.REAL), KEYS)


# The server's door ----------------------------------------------------------------------------------------


def test_a_request_arrives_as_it_was_sent() -> None:
    for environment in Environment:
        for call in Call:
            for legacy in (False, True):
                if SERVICES[call].real and not SERVICES[call].ids(environment):
                    continue
                sent = make_request(call, environment, query={"A": "1"}, body=b"{}", legacy=legacy)
                arrived = incoming(
                    environment,
                    method=sent.method,
                    path=sent.path,
                    tr_id=sent.tr_id,
                    query=sent.query,
                    body=sent.body,
                )
                assert arrived == sent


def test_doubled_slashes_and_lower_case_keys_are_taken() -> None:
    request = incoming(
        Environment.PAPER,
        method="GET",
        path=f"/{PRICE}",
        tr_id="FHKST01010100",
        query={"fid_cond_mrkt_div_code": "J", "FID_Input_Iscd": "005930"},
    )
    assert request.query == {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": "005930"}


@pytest.mark.parametrize(
    ("environment", "path", "tr_id", "status", "code"),
    [
        (Environment.REAL, SERVICES[Call.BUY].path, "VTTC0012U", 500, "EGW02004"),
        (Environment.PAPER, SERVICES[Call.BUY].path, "TTTC0802U", 500, "EGW02006"),
        (Environment.PAPER, SERVICES[Call.QUOTES].path, "FHKST11300006", 500, "EGW02006"),
        (Environment.REAL, PRICE, "FHKST01010200", 200, "OPSQ0002"),
        (Environment.PAPER, PRICE, "", 200, "OPSQ9999"),
        (Environment.PAPER, "/uapi/domestic-stock/v1/quotations/chk-holiday", "VTCA0903R", 200, "OPSQ0002"),
    ],
)
def test_a_wrong_id_is_refused_like_kis_does(
    environment: Environment, path: str, tr_id: str, status: int, code: str
) -> None:
    method = "POST" if path.endswith("order-cash") else "GET"
    with pytest.raises(Declined) as caught:
        incoming(environment, method=method, path=path, tr_id=tr_id)
    assert caught.value.reply.status == status
    assert _answer(caught.value.reply)["msg_cd"] == code


def test_a_path_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(Declined) as caught:
        incoming(Environment.REAL, method="GET", path="/favicon.ico")
    assert caught.value.reply.status == 404


def test_a_missing_field_is_named() -> None:
    with pytest.raises(Declined) as caught:
        needed({}, "FID_INPUT_ISCD")
    assert _answer(caught.value.reply) == {
        "rt_cd": "1",
        "msg_cd": "OPSQ2001",
        "msg1": "ERROR : INPUT FIELD NOT FOUND [FID_INPUT_ISCD]",
    }
    assert needed({"FID_INPUT_ISCD": ""}, "FID_INPUT_ISCD") == ""


def test_numbers_in_a_body_are_taken_as_text() -> None:
    request = make_request(Call.BUY, Environment.REAL, body=b'{"ORD_QTY": 10, "ORD_UNPR": "0", "X": null}')
    assert body_fields(request) == {"ORD_QTY": "10", "ORD_UNPR": "0", "X": ""}


@pytest.mark.parametrize("body", [b"ORD_QTY=10", b"[]", b'{"a": {"b": 1}}', b"\xff"])
def test_a_body_that_is_no_flat_json_is_refused(body: bytes) -> None:
    with pytest.raises(Declined) as caught:
        body_fields(make_request(Call.BUY, Environment.REAL, body=body))
    assert _answer(caught.value.reply)["msg_cd"] == "OPSQ9997"


def test_an_order_without_a_body_has_none() -> None:
    with pytest.raises(Declined) as caught:
        body_fields(make_request(Call.BUY, Environment.REAL))
    assert _answer(caught.value.reply)["msg_cd"] == "OPSQ9995"


def test_the_gateway_refuses_with_500_and_the_query_server_with_200() -> None:
    for code in GATEWAY | QUERY_SERVER:
        assert fault_reply(code).status == (500 if code.startswith("EGW") else 200)
        assert _answer(fault_reply(code))["rt_cd"] == "1"


# Reading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("EGW00201", RateLimited),
        ("EGW00215", RateLimited),
        ("EGW00316", RateLimited),
        ("90020000", RateLimited),
        ("EGW00121", LoginExpired),
        ("EGW00122", LoginExpired),
        ("EGW00123", LoginExpired),
        ("OPSQ0002", Rejected),
        ("APBK9999", Rejected),
        ("", Rejected),
    ],
)
@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("rt_cd", ["1", "7"])
def test_a_refused_question_raises_what_to_do(
    code: str, error: type[RateLimited], status: int, rt_cd: str
) -> None:
    with pytest.raises(error) as caught:
        read(message_reply(Message(code, "사유", rt_cd), status), quote_blocks.PriceAnswer)
    assert caught.value.code == code
    assert "사유" in caught.value.korean


@pytest.mark.parametrize(
    ("code", "what_to_do"),
    [
        ("EGW00103", "Check whether app key and secret"),
        ("EGW00105", "hoga keys set"),
        ("EGW02004", "real or paper"),
        ("OPSQ2000", "the account is the one of this app key"),
        ("EGW00206", "KIS Developers"),
        ("OPSQ2001", "Check what was asked"),
        ("APBK9999", "Check what was asked"),
    ],
)
def test_a_refusal_says_what_a_person_does_about_it(code: str, what_to_do: str) -> None:
    with pytest.raises(Rejected, match=what_to_do) as raised:
        read(message_reply(Message(code, "no", "1")), trading_blocks.OrderAnswer)
    assert raised.value.code == code
    assert raised.value.said == "no"


@pytest.mark.parametrize("body", [b"", b"<html>502 Bad Gateway</html>", b"{", b"[]", b"null", b"\xff\xfe"])
def test_an_answer_that_is_no_answer_keeps_its_text(body: bytes) -> None:
    with pytest.raises(WireError) as caught:
        read(Reply(502, body), quote_blocks.PriceAnswer)
    assert caught.value.raw == body.decode("utf-8", "replace")


def test_an_answer_without_rt_cd_is_not_taken_for_success() -> None:
    with pytest.raises(WireError):
        read(Reply(200, b'{"output": {}}'), quote_blocks.PriceAnswer)


def test_blocks_of_another_shape_are_an_error_that_keeps_the_text() -> None:
    body = b'{"rt_cd": "0", "output": "busy"}'
    with pytest.raises(WireError) as caught:
        read(Reply(200, body), quote_blocks.PriceAnswer)
    assert caught.value.raw == body.decode()


@pytest.mark.parametrize("code", ["KIER2620", "KIOK0560", "70070000"])
@pytest.mark.parametrize("rt_cd", ["0", "1", "7"])
def test_nothing_to_list_is_an_answer(code: str, rt_cd: str) -> None:
    answer = read(message_reply(Message(code, "없음", rt_cd)), trading_blocks.DayOrdersAnswer)
    assert blocks.rows(answer.output1) == []


# Pages ----------------------------------------------------------------------------------------------------

LIST = make_request(
    Call.BALANCE, Environment.PAPER, query=first_page({"CANO": "12345678", "ACNT_PRDT_CD": "01"})
)


def _page(request: Request, count: int, size: int) -> tuple[list[int], Reply]:
    page = take_page(range(count), str, request, size)
    body = {"ctx_area_fk100": page.fk, "ctx_area_nk100": page.nk}
    return list(page.rows), Reply(200, json.dumps(body).encode(), page.tr_cont)


@given(count=st.integers(0, 200), size=st.integers(1, 60))
def test_all_pages_together_are_the_list(count: int, size: int) -> None:
    request: Request | None = LIST
    found: list[int] = []
    calls = 0
    while request is not None:
        rows, reply = _page(request, count, size)
        found += rows
        calls += 1
        request = next_page(request, reply)
    assert found == list(range(count))
    assert calls == max(1, -(-count // size))


def test_a_page_that_is_not_the_last_says_m_and_where_to_go_on() -> None:
    first = take_page(range(25), str, LIST, 20)
    assert (first.tr_cont, len(first.fk), len(first.nk), first.is_last) == ("M", 100, 100, False)
    last = take_page(range(25), str, LIST._replace(query={"CTX_AREA_NK100": first.nk}), 20)
    assert (last.tr_cont, last.nk.strip(), list(last.rows)) == ("D", "", [20, 21, 22, 23, 24])


def test_a_client_that_sends_back_nk_alone_gets_the_next_page() -> None:
    # The published seed leaves FK empty and sends no tr_cont header.
    _, reply = _page(LIST, 25, 20)
    nk = _answer(reply)["ctx_area_nk100"]
    rows, _ = _page(LIST._replace(query={"CTX_AREA_FK100": "", "CTX_AREA_NK100": nk}), 25, 20)
    assert rows == [20, 21, 22, 23, 24]


def test_rows_that_come_meanwhile_do_not_shift_the_pages() -> None:
    newest_first = list(range(30, 0, -1))
    page = take_page(newest_first, str, LIST, 20)
    later = take_page([32, 31, *newest_first], str, LIST._replace(query={"CTX_AREA_NK100": page.nk}), 20)
    assert list(later.rows) == list(range(10, 0, -1))


def test_a_context_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(Declined):
        take_page(range(5), str, LIST._replace(query={"CTX_AREA_NK100": "77"}), 20)


@pytest.mark.parametrize(
    ("tr_cont", "nk", "is_more"),
    [
        ("M", "x", True),
        ("F", "x", True),
        ("", "x", True),
        ("D", "x", False),
        ("E", "x", False),
        ("M", " " * 100, False),
        ("", "", False),
    ],
)
def test_the_header_and_the_context_decide_together(tr_cont: str, nk: str, is_more: bool) -> None:
    reply = Reply(200, json.dumps({"ctx_area_fk100": "fk", "ctx_area_nk100": nk}).encode(), tr_cont)
    following = next_page(LIST, reply)
    assert (following is not None) is is_more
    if following is not None:
        assert following.tr_cont == "N"
        assert following.query["CTX_AREA_FK100"] == "fk"
        assert following.query["CTX_AREA_NK100"] == nk
        assert following.query["CANO"] == "12345678"


def test_the_same_page_for_ever_is_an_error() -> None:
    reply = Reply(200, json.dumps({"ctx_area_nk100": "again"}).encode(), "M")
    following = next_page(LIST, reply)
    assert following is not None
    with pytest.raises(WireError):
        next_page(following, reply)


# Values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["12345678-01", "1234567801", "12345678", " 12345678-01 "])
def test_an_account_is_eight_digits_and_two(written: str) -> None:
    assert split_account(written) == ("12345678", "01")


@pytest.mark.parametrize("written", ["", "9876", "98765432-1", "9876543a-01", "98765432-011"])
def test_an_account_that_is_none_is_bad_input_and_not_repeated(written: str) -> None:
    with pytest.raises(BadInput) as caught:
        split_account(written)
    assert not written or written not in str(caught.value)


@pytest.mark.parametrize("written", ["005930", "A005930", "00000A005930", " 005930 "])
def test_a_code_is_found_in_every_form(written: str) -> None:
    assert plain_code(written) == "005930"


@pytest.mark.parametrize("written", ["", "00000000", "00000101", "20260230", "2026-1-1", "２０２６０１０１"])
def test_a_day_that_is_none_is_none(written: str) -> None:
    assert parse_day(written) is None


def test_times_are_korean_and_may_lack_their_zero() -> None:
    day = date(2026, 6, 8)
    assert parse_instant(day, "090211") == datetime(2026, 6, 8, 9, 2, 11, tzinfo=KST)
    assert parse_instant(day, "90211") == datetime(2026, 6, 8, 9, 2, 11, tzinfo=KST)
    assert parse_instant(day, "250000") is None
    assert parse_instant(day, "noon") is None
    assert parse_instant(day, "  ") is None
