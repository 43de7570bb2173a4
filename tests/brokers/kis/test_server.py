"""The REST side of the KIS face over real loopback sockets: what any KIS client meets, call by call."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from typing import Any

import pytest
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    CODES,
    DAY,
    KIM,
    LEE,
    ORDERS_QUERY,
    PAPER,
    POWER_QUERY,
    REAL,
    Door,
    FakeBars,
    Heard,
    account_fields,
    at,
    bars_query,
    both,
    ids,
    issue,
    make_simulation,
    order_body,
    run,
)

from hoga.brokers.kis.codes import REFUSALS, Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import SERVICES, Call
from hoga.clock import ManualClock
from hoga.domain.errors import BadInput, JournalError
from hoga.exchange.commands import Command
from hoga.exchange.events import Event, Refusal
from hoga.krx.calendar import trading_days

# The form of requests and answers -------------------------------------------------------------------------


def test_header_names_are_written_as_the_samples_of_kis_need_them() -> None:
    async def test(door: Door) -> None:
        host, port = door.face.rest_url.removeprefix("http://").split(":")
        for path in (
            SERVICES[Call.PRICE].path + "?fid_cond_mrkt_div_code=J&fid_input_iscd=005930",
            "/nowhere",
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            lines = [f"GET {path} HTTP/1.1", "Host: h", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in door.signed(door.tr_id(Call.PRICE)).items()]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            await writer.wait_closed()
            names = [line.split(b":")[0].decode() for line in head.split(b"\r\n")[1:]]
            assert "Content-Type" in names
            assert "Content-Length" in names
            for name in names:
                # kis_auth makes a namedtuple of all names that are lower case: they must be identifiers.
                assert (
                    name.istitle()
                    if "-" in name
                    else name in ("tr_id", "tr_cont", "gt_uid", "Date", "Server", "Connection")
                )
            if path != "/nowhere":
                assert {"tr_id", "tr_cont", "gt_uid"} <= set(names)
                assert b"Content-Type: application/json; charset=utf-8" in head
                assert b"tr_id: FHKST01010100" in head
                assert json.loads(body)["rt_cd"] == "0"

    run(test)


def test_headers_that_are_no_text_are_answered_all_the_same() -> None:
    async def test(door: Door) -> None:
        host, port = door.face.rest_url.removeprefix("http://").split(":")
        for name in (b"tr_id", b"gt_uid", b"appkey", b"authorization", b"tr_cont", b"content-type"):
            reader, writer = await asyncio.open_connection(host, int(port))
            path = SERVICES[Call.BUY].path.encode()
            writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n")
            writer.write(b"Content-Length: 2\r\n" + name + b": \xff\xed\x95\x9c\r\n\r\n{}")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            assert answer.startswith(b"HTTP/1.1 500 ")
            assert b'"rt_cd":"1"' in answer
            assert b"\xed\x95\x9c\r\n" not in answer

    run(test)


def test_a_call_takes_as_long_as_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await real_sleep(0)

    async def test(door: Door) -> None:
        waited.clear()
        answer = await door.call(Call.PRICE, issue("005930"))
        assert answer.body["rt_cd"] == "0"
        assert [seconds for seconds in waited if 900 < seconds <= 1_000]

    monkeypatch.setattr(asyncio, "sleep", sleep)
    run(test, latency=1_000.0)


def test_slashes_and_the_case_of_query_keys_do_not_matter() -> None:
    async def test(door: Door) -> None:
        headers = door.signed("FHKST01010100")
        for path in ("/" + SERVICES[Call.PRICE].path, SERVICES[Call.PRICE].path.replace("/v1/", "//v1///")):
            answer = await door.ask(
                "GET",
                path,
                query={"fid_cond_mrkt_div_code": "J", "Fid_Input_Iscd": "005930"},
                headers=headers,
            )
            assert answer.body["output"]["stck_prpr"] == "70000"

    run(test)


def test_the_headers_and_unknown_fields_of_other_clients_are_taken() -> None:
    async def test(door: Door) -> None:
        answer = await door.call(
            Call.PRICE,
            issue("005930") | {"WHATEVER": "1"},
            {"Accept": "text/plain", "charset": "UTF-8", "User-Agent": "Mozilla/5.0", "hashkey": "0" * 64},
        )
        assert answer.body["rt_cd"] == "0"
        order = await door.buy(1, 70_000, CTAC_TLNO="", ALGO_NO="", SLL_TYPE="", CNDT_PRIC="")
        assert order.body["rt_cd"] == "0"

    run(test)


def test_the_id_of_a_request_comes_back_in_its_answer() -> None:
    async def test(door: Door) -> None:
        assert (await door.price(headers={"gt_uid": "abc"})).headers["gt_uid"] == "abc"
        one, other = await door.price(), await door.price()
        assert one.headers["gt_uid"] != other.headers["gt_uid"]
        assert one.headers["tr_id"] == "FHKST01010100"
        assert one.headers["tr_cont"] == ""

    run(test)


@pytest.mark.parametrize(
    "path",
    ["/", "/favicon.ico", "/uapi", "/uapi/domestic-stock/v1/trading/inquire-daily-cclld", "/oauth2/token"],
)
def test_a_path_that_kis_does_not_have_is_not_found(path: str) -> None:
    async def test(door: Door) -> None:
        for method in ("GET", "POST"):
            assert (await door.ask(method, path, headers=door.signed("FHKST01010100"))).status == 404

    run(test)


@both
@pytest.mark.parametrize("tr_id", ["NONSENSE", "VTSC0008U", "VTPF1002R", "FHKST01010200"])
def test_an_unknown_service_id_is_refused(environment: Environment, tr_id: str) -> None:
    async def test(door: Door) -> None:
        refused = await door.price(headers={"tr_id": tr_id})
        assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ0002")

    run(test, environment)


@pytest.mark.parametrize(
    ("environment", "tr_id", "code"), [(REAL, "VTTC0012U", "EGW02004"), (PAPER, "TTTC0012U", "EGW02006")]
)
def test_a_service_of_the_other_environment_is_refused(
    environment: Environment, tr_id: str, code: str
) -> None:
    async def test(door: Door) -> None:
        refused = await door.call(Call.BUY, order_body(1, 70_000, "005930"), {"tr_id": tr_id})
        assert (refused.status, refused.code) == (500, code)
        assert door.simulation.exchange.last_number == 0

    run(test, environment)


ALL_FIELDS: dict[Call, dict[str, str]] = {
    Call.PRICE: issue("005930"),
    Call.BOOK: issue("005930"),
    Call.DAILY_BARS: bars_query("005930", "20260401", "20260506"),
    Call.QUOTES: {"FID_COND_MRKT_DIV_CODE_1": "J", "FID_INPUT_ISCD_1": "005930"},
    Call.BUY: order_body(1, 70_000, "005930"),
    Call.SELL: order_body(1, 70_000, "005930"),
    Call.REVISE: account_fields()
    | {
        "KRX_FWDG_ORD_ORGNO": "",
        "ORGN_ODNO": "1",
        "ORD_DVSN": "00",
        "RVSE_CNCL_DVSN_CD": "02",
        "ORD_QTY": "0",
        "ORD_UNPR": "0",
        "QTY_ALL_ORD_YN": "Y",
    },
    Call.BALANCE: BALANCE_QUERY,
    Call.BUYING_POWER: POWER_QUERY,
    Call.ORDERS: ORDERS_QUERY,
    Call.OLD_ORDERS: ORDERS_QUERY,
}


@pytest.mark.parametrize("call", ALL_FIELDS)
def test_a_missing_field_is_named(call: Call) -> None:
    async def test(door: Door) -> None:
        for name in ALL_FIELDS[call]:
            fields = {key: value for key, value in ALL_FIELDS[call].items() if key != name}
            refused = await door.call(call, fields)
            assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
            assert refused.body["msg1"] == f"ERROR : INPUT FIELD NOT FOUND [{name}]"
        assert door.simulation.exchange.last_number == 0

    run(test, REAL)


def test_the_keys_of_an_order_must_be_upper_case() -> None:
    async def test(door: Door) -> None:
        body = {key.lower(): value for key, value in order_body(1, 70_000, "005930").items()}
        assert (await door.call(Call.BUY, body)).code == "OPSQ2001"

    run(test)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"CANO": {"a": 1}}',
        '{"PDNO": "삼성"}'.encode("cp949"),
        b"[" * 60_000,
        b'{"ORD_QTY": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_object_of_values_is_refused(body: bytes) -> None:
    async def test(door: Door) -> None:
        for call in (Call.BUY, Call.SELL, Call.REVISE):
            refused = await door.post(SERVICES[call].path, body, door.signed(door.tr_id(call)))
            code = "OPSQ9997" if body else "OPSQ9995"
            assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", code)
        for path in ("/oauth2/tokenP", "/oauth2/Approval", "/oauth2/revokeP"):
            login = await door.post(path, body)
            assert (login.status, login.body["error_code"]) == (403, "EGW00101")
        assert door.simulation.exchange.last_number == 0

    run(test)


def test_a_post_of_another_content_type_is_refused() -> None:
    async def test(door: Door) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        refused = await door.call(Call.BUY, order_body(1, 70_000, "005930"), form)
        assert (refused.status, refused.code) == (500, "EGW00132")
        refused = await door.ask("POST", "/oauth2/tokenP", data=b"{}", headers=form)
        assert (refused.status, refused.body["error_code"]) == (403, "EGW00132")

    run(test)


def test_what_fails_behind_the_wire_is_a_server_error_of_kis(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(door: Door) -> None:
        def fail(command: Command, now: datetime) -> list[Event]:
            raise JournalError("기록 불가", "cannot write")

        monkeypatch.setattr(door.simulation, "submit", fail)
        refused = await door.buy(1, 70_000)
        assert (refused.status, refused.body["rt_cd"], refused.code) == (500, "1", "EGW00002")
        assert "cannot write" not in refused.text

    run(test)
    assert "cannot write" in caplog.text


# Prices ---------------------------------------------------------------------------------------------------


def test_the_price_follows_the_trades_of_the_day() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 70_100)
        await door.buy(3, 70_100)
        output = (await door.price()).body["output"]
        assert output["stck_prpr"] == "70100"
        assert output["prdy_vrss"] == "100"
        assert output["prdy_vrss_sign"] == "2"
        assert (output["stck_oprc"], output["stck_hgpr"], output["stck_lwpr"]) == ("70100",) * 3
        assert (output["acml_vol"], output["acml_tr_pbmn"]) == ("3", "210300")
        assert (output["stck_mxpr"], output["stck_llam"], output["stck_sdpr"]) == ("91000", "49000", "70000")
        assert output["aspr_unit"] == "100"
        assert output["lstn_stcn"] == "5919637922"
        # What the exchange cannot know.
        assert (output["per"], output["frgn_ntby_qty"], output["marg_rate"]) == ("0.00", "0", "0.00")

    run(test)


def test_an_unknown_issue_has_a_price_of_zero() -> None:
    async def test(door: Door) -> None:
        for code in ("999999", "", "삼성전자"):
            answer = await door.price(code)
            assert (answer.status, answer.body["rt_cd"]) == (200, "0")
            assert answer.body["output"]["stck_prpr"] == "0"
            book = await door.call(Call.BOOK, issue(code))
            assert book.body["output1"]["askp1"] == "0"

    run(test)


def test_the_book_shows_who_waits() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 70_100)
        door.offer(7, 70_300)
        door.bid(9, 69_900)
        body = (await door.call(Call.BOOK, issue("005930"))).body
        book, expected = body["output1"], body["output2"]
        assert (book["askp1"], book["askp_rsqn1"]) == ("70100", "5")
        assert (book["askp2"], book["askp_rsqn2"]) == ("70300", "7")
        assert (book["askp3"], book["askp_rsqn3"]) == ("0", "0")
        assert (book["bidp1"], book["bidp_rsqn1"]) == ("69900", "9")
        assert (book["total_askp_rsqn"], book["total_bidp_rsqn"], book["ntby_aspr_rsqn"]) == ("12", "9", "-3")
        assert (book["aspr_acpt_hour"], book["new_mkop_cls_code"]) == ("100000", "20")
        assert (expected["antc_mkop_cls_code"], expected["antc_cnpr"]) == ("112", "0")

    run(test)


def test_a_call_auction_shows_the_expected_price() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 69_900)
        door.bid(9, 70_300)
        body = (await door.call(Call.BOOK, issue("005930"))).body
        expected = body["output2"]
        assert (expected["antc_cnpr"], expected["antc_vol"]) == ("70300", "5")
        assert expected["antc_mkop_cls_code"] == "311"
        assert body["output1"]["new_mkop_cls_code"] == "00"

    run(test, now="08:45")


def test_many_quotes_come_in_the_order_of_the_request() -> None:
    async def test(door: Door) -> None:
        codes = ["000660", "999999", "005930"]
        query = {f"FID_INPUT_ISCD_{n}": code for n, code in enumerate(codes, 1)}
        query |= {f"FID_COND_MRKT_DIV_CODE_{n}": "J" for n in range(1, 4)} | {"FID_INPUT_ISCD_4": ""}
        rows = (await door.call(Call.QUOTES, query)).body["output"]
        assert [row["inter_shrn_iscd"] for row in rows] == codes
        assert [row["inter2_prpr"] for row in rows] == ["200000", "0", "70000"]
        assert rows[2]["inter_kor_isnm"] == "삼성전자"

    run(test, REAL)


def test_paper_does_not_offer_many_quotes() -> None:
    async def test(door: Door) -> None:
        query = {"FID_COND_MRKT_DIV_CODE_1": "J", "FID_INPUT_ISCD_1": "005930"}
        refused = await door.call(Call.QUOTES, query)
        assert (refused.status, refused.code) == (500, "EGW02006")

    run(test, PAPER)


def test_daily_bars_are_the_newest_hundred_newest_first() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 70_100)
        await door.buy(3, 70_100)
        days = [f"{day:%Y%m%d}" for day in trading_days(date(2025, 1, 1), DAY)]
        for first in ("00000101", "20250101"):
            body = (await door.call(Call.DAILY_BARS, bars_query("005930", first, "99991231"))).body
            assert [row["stck_bsop_date"] for row in body["output2"]] == days[:-101:-1]
        today, yesterday = body["output2"][:2]
        assert (today["stck_clpr"], today["acml_vol"]) == ("70100", "3")
        assert (yesterday["prdy_vrss"], yesterday["prdy_vrss_sign"]) == ("100", "2")
        assert body["output2"][-1]["prdy_vrss"] == "100"  # against the bar that did not come any more
        assert body["output1"]["hts_kor_isnm"] == "삼성전자"
        assert body["output1"]["prdy_vol"] == "1000"

        older = bars_query("005930", "20250101", days[-101])
        body = (await door.call(Call.DAILY_BARS, older)).body
        assert [row["stck_bsop_date"] for row in body["output2"]] == days[-101:-201:-1]

    run(test)


def test_daily_bars_of_a_few_days_know_the_day_before_them() -> None:
    async def test(door: Door) -> None:
        body = (await door.call(Call.DAILY_BARS, bars_query("005930", "20260428", "20260430"))).body
        assert [row["stck_bsop_date"] for row in body["output2"]] == ["20260430", "20260429", "20260428"]
        assert [row["prdy_vrss"] for row in body["output2"]] == ["100"] * 3

    run(test)


def test_a_running_day_without_a_trade_has_no_bar() -> None:
    async def test(door: Door) -> None:
        body = (await door.call(Call.DAILY_BARS, bars_query("005930", "20260506", "20260506"))).body
        assert (body["rt_cd"], body["output2"]) == ("0", [])

    run(test)


def test_bars_of_no_length_and_days_that_are_none_are_refused() -> None:
    async def test(door: Door) -> None:
        query = bars_query("005930", "20260401", "20260506")
        assert (await door.call(Call.DAILY_BARS, query | {"FID_PERIOD_DIV_CODE": "X"})).code == "OPSQ2001"
        assert (await door.call(Call.DAILY_BARS, query | {"FID_INPUT_DATE_2": "tomorrow"})).code == "OPSQ2001"
        assert (await door.call(Call.DAILY_BARS, bars_query("999999", "20260401", "20260506"))).body[
            "output2"
        ] == []

    run(test)


# Orders ---------------------------------------------------------------------------------------------------


@both
def test_an_order_is_taken_in_the_words_of_its_environment(environment: Environment) -> None:
    async def test(door: Door) -> None:
        bought, sold = await door.buy(1, 70_000), await door.sell(2, 70_500)
        expected = {
            REAL: ("APBK0013", "APBK0013", "91252"),
            PAPER: ("40600000", "40590000", "00950"),
        }[environment]
        assert (bought.status, bought.body["rt_cd"]) == (200, "0")
        assert (bought.code, sold.code) == expected[:2]
        output = bought.body["output"]
        assert output["ODNO"] == "0000000001"
        assert output["ORD_TMD"] == "100000"
        assert output["KRX_FWDG_ORD_ORGNO"] == expected[2]
        assert ("SOR_ODNO" in output) is (environment is REAL)
        assert sold.body["output"]["ODNO"] == "0000000002"

    run(test, environment)


@both
@pytest.mark.parametrize("legacy", [False, True])
def test_both_generations_of_ids_work(environment: Environment, legacy: bool) -> None:
    async def test(door: Door) -> None:
        placed = await door.call(Call.BUY, order_body(2, 70_000, "005930"), legacy=legacy)
        assert placed.body["rt_cd"] == "0"
        rows = (await door.call(Call.ORDERS, ORDERS_QUERY, legacy=legacy)).body["output1"]
        assert [row["odno"] for row in rows] == [placed.body["output"]["ODNO"]]
        old = await door.call(Call.OLD_ORDERS, ORDERS_QUERY, legacy=legacy)
        assert old.body["rt_cd"] == "0"

    run(test, environment)


def test_the_time_of_an_order_is_the_time_of_the_simulated_day() -> None:
    async def test(door: Door) -> None:
        door.clock.set(at("13:05:09"))
        assert (await door.buy(1, 70_000)).body["output"]["ORD_TMD"] == "130509"

    run(test)


REFUSED: dict[Refusal, Callable[[Door], Coroutine[Any, Any, Heard]]] = {
    Refusal.UNKNOWN_INSTRUMENT: lambda door: door.buy(1, 70_000, "999999"),
    Refusal.UNKNOWN_ACCOUNT: lambda door: door.buy(1, 70_000, CANO="9999"),
    Refusal.BAD_QUANTITY: lambda door: door.buy(0, 70_000),
    Refusal.ORDER_TYPE_NOT_ALLOWED: lambda door: door.buy(1, 70_000, ORD_DVSN="99"),
    Refusal.BAD_PRICE: lambda door: door.buy(1, 0, ORD_DVSN="00"),
    Refusal.OFF_TICK: lambda door: door.buy(1, 70_050),
    Refusal.ABOVE_UPPER_LIMIT: lambda door: door.buy(1, 91_100),
    Refusal.BELOW_LOWER_LIMIT: lambda door: door.buy(1, 48_950),
    Refusal.UNKNOWN_ORDER: lambda door: door.revise("777", "02"),
    Refusal.NOTHING_LEFT: lambda door: door.revise("3", "02"),
    Refusal.TOO_MUCH: lambda door: door.revise("2", "02", ORD_QTY="6", QTY_ALL_ORD_YN="N"),
    Refusal.NO_CHANGE: lambda door: door.revise("2", "01", ORD_UNPR="69000"),
    Refusal.INSUFFICIENT_CASH: lambda door: door.buy(200, 70_000),
    Refusal.INSUFFICIENT_HOLDINGS: lambda door: door.sell(102, 70_000),
}


@both
@pytest.mark.parametrize("reason", REFUSED)
def test_a_refusal_of_the_exchange_is_told_in_words_of_kis(environment: Environment, reason: Refusal) -> None:
    async def test(door: Door) -> None:
        door.offer(1, 70_000)
        await door.buy(5, 69_000)
        await door.buy(1, 70_000)  # filled at once
        assert [
            order.remaining_quantity for order in door.simulation.exchange.orders(KIM.account, DAY, DAY)
        ] == [5, 0]
        refused = await REFUSED[reason](door)
        said = REFUSALS[environment][reason]
        assert refused.status == 200
        assert refused.body == {"rt_cd": said.rt_cd, "msg_cd": said.code, "msg1": said.text}
        assert len(door.simulation.exchange.orders(KIM.account, DAY, DAY)) == 2

    run(test, environment)


@pytest.mark.parametrize(
    ("environment", "now", "code"),
    [
        (PAPER, "08:29", "40570000"),
        (PAPER, "15:31", "40580000"),
        (REAL, "08:29", "APBK0918"),
        (REAL, "15:31", "APBK0918"),
    ],
)
def test_orders_are_refused_when_the_market_is_closed(environment: Environment, now: str, code: str) -> None:
    async def test(door: Door) -> None:
        assert (await door.buy(1, 70_000)).code == code

    run(test, environment, now)


@pytest.mark.parametrize(
    "changed",
    [
        {"ORD_QTY": "ten"},
        {"ORD_QTY": "-1"},
        {"ORD_QTY": "1.5"},
        {"ORD_QTY": "9" * 5_000},
        {"ORD_UNPR": "9" * 5_000},
        {"ORD_UNPR": "70,000"},
        {"ORD_DVSN": ""},
        {"ORD_DVSN": "22"},
        {"PDNO": ""},
        {"CANO": "", "ACNT_PRDT_CD": ""},
        {"EXCG_ID_DVSN_CD": "NXT"},
        {"EXCG_ID_DVSN_CD": "KOSPI"},
    ],
)
@both
def test_orders_that_make_no_sense_are_refused(environment: Environment, changed: dict[str, str]) -> None:
    async def test(door: Door) -> None:
        refused = await door.buy(1, 70_000, **changed)
        assert refused.status == 200
        assert refused.body["rt_cd"] in ("1", "7")
        assert refused.body["msg1"]
        assert door.simulation.exchange.last_number == 0

    run(test, environment)


def test_an_order_for_sor_goes_to_krx_and_paper_has_none() -> None:
    async def test(door: Door) -> None:
        assert (await door.buy(1, 70_000, EXCG_ID_DVSN_CD="SOR")).body["rt_cd"] == (
            "0" if door.environment is REAL else "1"
        )

    run(test, REAL)
    run(test, PAPER)


def test_an_order_at_krx_is_not_found_at_another_venue() -> None:
    async def test(door: Door) -> None:
        number = (await door.buy(1, 70_000)).body["output"]["ODNO"]
        assert (await door.revise(number, "02", EXCG_ID_DVSN_CD="NXT")).code == "APBK0344"
        assert (await door.revise(number, "02", EXCG_ID_DVSN_CD="KRX")).body["rt_cd"] == "0"

    run(test, REAL)


def test_one_customer_cannot_touch_the_orders_or_the_account_of_another() -> None:
    async def test(door: Door) -> None:
        number = (await door.buy(1, 70_000)).body["output"]["ODNO"]
        door.customer = LEE
        await door.log_in()
        assert (await door.revise(number, "02")).code == "40320000"
        for call, query in (
            (Call.BALANCE, BALANCE_QUERY),
            (Call.BUYING_POWER, POWER_QUERY),
            (Call.ORDERS, ORDERS_QUERY),
        ):
            refused = await door.call(call, query | account_fields(KIM))
            assert refused.code == "OPSQ2000"
            assert "output1" not in refused.body

    run(test)


def test_an_amended_order_lives_on_under_a_new_number() -> None:
    async def test(door: Door) -> None:
        first = (await door.buy(5, 69_000)).body["output"]["ODNO"]
        amended = await door.revise(first, "01", ORD_UNPR="69500")
        assert amended.code == "40620000"
        second = amended.body["output"]["ODNO"]
        assert second != first
        assert (await door.revise(first, "02")).code == "40330000"
        canceled = await door.revise(second, "02", ORD_QTY="2", QTY_ALL_ORD_YN="N")
        assert canceled.code == "40630000"
        third = canceled.body["output"]["ODNO"]

        rows = (await door.call(Call.ORDERS, ORDERS_QUERY)).body["output1"]
        assert [(row["odno"], row["orgn_odno"]) for row in rows] == [
            (first, "0000000000"),
            (second, first),
            (third, second),
        ]
        assert [row["sll_buy_dvsn_cd_name"] for row in rows] == ["현금매수", "현금매수정정", "현금매수취소"]
        assert [row["rmn_qty"] for row in rows] == ["0", "3", "0"]
        assert rows[1]["cncl_cfrm_qty"] == "2"
        assert [row["ord_unpr"] for row in rows[:2]] == ["69000", "69500"]

    run(test)


# Account --------------------------------------------------------------------------------------------------


@both
def test_the_balance_adds_up(environment: Environment) -> None:
    async def test(door: Door) -> None:
        door.offer(10, 70_000)
        door.bid(100, 69_000)
        await door.buy(10, 70_000)
        await door.sell(30, 0)
        await door.sell(5, 75_000)
        answer = await door.call(Call.BALANCE, BALANCE_QUERY)
        assert answer.headers["tr_cont"] == "D"
        assert answer.body["ctx_area_nk100"].strip() == ""
        [row], [whole] = answer.body["output1"], answer.body["output2"]
        assert (row["pdno"], row["prdt_name"]) == ("005930", "삼성전자")
        assert (row["hldg_qty"], row["ord_psbl_qty"]) == ("80", "75")
        assert (row["thdt_buyqty"], row["thdt_sll_qty"]) == ("10", "30")
        assert (row["prpr"], row["evlu_amt"]) == ("69000", "5520000")
        assert row["bfdy_cprs_icdc"] == "-1000"
        assert int(row["evlu_pfls_amt"]) == int(row["evlu_amt"]) - int(row["pchs_amt"])
        account = door.simulation.exchange.account(KIM.account)
        assert whole["dnca_tot_amt"] == "10000000"
        assert whole["prvs_rcdl_excc_amt"] == str(account.deposit_d2)
        assert whole["thdt_tlex_amt"] == str(account.costs_today)
        assert (whole["thdt_buy_amt"], whole["thdt_sll_amt"]) == ("700000", "2070000")
        assert int(whole["tot_evlu_amt"]) == 5_520_000 + account.deposit_d2

    run(test, environment)


def test_what_was_sold_out_today_stays_without_shares() -> None:
    async def test(door: Door) -> None:
        door.bid(100, 69_000)
        await door.sell(100, 69_000)
        [row] = (await door.call(Call.BALANCE, BALANCE_QUERY)).body["output1"]
        assert (row["pdno"], row["hldg_qty"], row["thdt_sll_qty"]) == ("005930", "0", "100")

    run(test)


@pytest.mark.parametrize(("environment", "pages"), [(PAPER, [20, 1]), (REAL, [21])])
def test_a_long_balance_comes_in_pages(environment: Environment, pages: list[int]) -> None:
    async def test(door: Door) -> None:
        for code in CODES[2:]:
            door.offer(1, 10_000, code)
            assert (await door.buy(1, 10_000, code)).body["rt_cd"] == "0"
        sizes, codes, query, tr_cont = [], set(), BALANCE_QUERY, ""
        while True:
            answer = await door.call(Call.BALANCE, query, {"tr_cont": tr_cont})
            sizes.append(len(answer.body["output1"]))
            codes |= {row["pdno"] for row in answer.body["output1"]}
            assert len(answer.body["output2"]) == 1
            if answer.headers["tr_cont"] == "D":
                break
            assert answer.headers["tr_cont"] == "M"
            tr_cont = "N"
            query = query | {
                "CTX_AREA_FK100": answer.body["ctx_area_fk100"],
                "CTX_AREA_NK100": answer.body["ctx_area_nk100"],
            }
        assert sizes == pages
        assert codes == set(CODES) - {"000660"}

    run(test, environment)


def test_the_buying_power_counts_what_open_orders_hold() -> None:
    async def test(door: Door) -> None:
        power = (await door.call(Call.BUYING_POWER, POWER_QUERY)).body["output"]
        assert (power["ord_psbl_cash"], power["nrcvb_buy_amt"]) == ("10000000", "10000000")
        assert (power["psbl_qty_calc_unpr"], power["nrcvb_buy_qty"]) == ("70000", "142")

        market = POWER_QUERY | {"ORD_UNPR": "", "ORD_DVSN": "01"}
        power = (await door.call(Call.BUYING_POWER, market)).body["output"]
        assert (power["psbl_qty_calc_unpr"], power["max_buy_qty"]) == ("91000", "109")

        await door.buy(10, 70_000)
        left = door.simulation.exchange.buying_power(KIM.account)
        assert left < 9_300_000
        power = (await door.call(Call.BUYING_POWER, POWER_QUERY | {"PDNO": ""})).body["output"]
        assert (power["nrcvb_buy_amt"], power["nrcvb_buy_qty"]) == (str(left), "0")

        assert (await door.call(Call.BUYING_POWER, POWER_QUERY | {"PDNO": "999999"})).body["rt_cd"] == "1"
        assert (await door.call(Call.BUYING_POWER, POWER_QUERY | {"ORD_UNPR": "9" * 5_000})).body[
            "rt_cd"
        ] == "1"

    run(test)


@pytest.mark.parametrize("how", ["by the book", "without a header", "without FK"])
def test_orders_come_in_pages_whatever_the_client_sends_back(how: str) -> None:
    async def test(door: Door) -> None:
        for n in range(32):
            await door.buy(1, 69_000 - 100 * n)
        numbers: list[str] = []
        sizes, query, headers = [], ORDERS_QUERY, {"tr_cont": ""}
        while True:
            answer = await door.call(Call.ORDERS, query, headers)
            body = answer.body
            sizes.append((len(body["output1"]), answer.headers["tr_cont"]))
            numbers += [row["odno"] for row in body["output1"]]
            assert body["output2"]["tot_ord_qty"] == "32"
            assert len(body["ctx_area_fk100"]) == len(body["ctx_area_nk100"]) == 100
            if not body["ctx_area_nk100"].strip():
                break
            headers = {} if how == "without a header" else {"tr_cont": "N"}
            fk = "" if how == "without FK" else body["ctx_area_fk100"]
            query = query | {"CTX_AREA_FK100": fk, "CTX_AREA_NK100": body["ctx_area_nk100"]}
        assert sizes == [(15, "M"), (15, "M"), (2, "D")]
        assert numbers == [f"{n:010}" for n in range(1, 33)]

    run(test, PAPER)


def test_a_real_account_gets_a_hundred_orders_at_once() -> None:
    async def test(door: Door) -> None:
        for n in range(32):
            await door.buy(1, 69_000 - 100 * n)
        answer = await door.call(Call.ORDERS, ORDERS_QUERY)
        assert (len(answer.body["output1"]), answer.headers["tr_cont"]) == (32, "D")

    run(test, REAL)


def test_the_order_list_can_be_asked_for_a_part() -> None:
    async def test(door: Door) -> None:
        door.offer(3, 70_000)
        await door.buy(5, 70_000)  # 3 of 5 filled
        await door.sell(1, 75_000)
        await door.buy(2, 9_000, "000100")

        async def numbers(**changed: str) -> list[str]:
            rows = (await door.call(Call.ORDERS, ORDERS_QUERY | changed)).body["output1"]
            return [str(int(row["odno"])) for row in rows]

        assert await numbers() == ["2", "3", "4"]
        assert await numbers(INQR_DVSN="00") == ["4", "3", "2"]
        assert await numbers(SLL_BUY_DVSN_CD="01") == ["3"]
        assert await numbers(CCLD_DVSN="01") == ["2"]
        assert await numbers(PDNO="000100") == ["4"]
        assert await numbers(ODNO="3") == ["3"]
        assert await numbers(INQR_STRT_DT="20260101", INQR_END_DT="20260505") == []
        assert (await door.call(Call.ORDERS, ORDERS_QUERY | {"INQR_STRT_DT": "soon"})).code == "OPSQ2001"
        assert (await door.call(Call.ORDERS, ORDERS_QUERY | {"CTX_AREA_NK100": "none"})).code == "OPSQ2001"

        body = (await door.call(Call.ORDERS, ORDERS_QUERY)).body
        row = body["output1"][0]
        assert (row["ord_qty"], row["tot_ccld_qty"], row["rmn_qty"]) == ("5", "3", "2")
        assert (row["avg_prvs"], row["tot_ccld_amt"]) == ("70000", "210000")
        costs = door.simulation.exchange.account(KIM.account).costs_today
        assert body["output2"]["prsm_tlex_smtl"] == str(costs) != "0"
        sold = (await door.call(Call.ORDERS, ORDERS_QUERY | {"SLL_BUY_DVSN_CD": "01"})).body
        assert sold["output2"]["prsm_tlex_smtl"] == "0"

    run(test)


def test_a_day_without_orders_is_an_answer() -> None:
    async def test(door: Door) -> None:
        answer = await door.call(Call.ORDERS, ORDERS_QUERY)
        assert (answer.body["rt_cd"], answer.code, answer.body["output1"]) == ("0", "70070000", [])
        assert answer.headers["tr_cont"] == "D"

    run(test, PAPER)


# The answers of KIS itself --------------------------------------------------------------------------------


def _keys_of(body: Any) -> Any:
    """The keys of an answer, blocks and rows included."""
    if isinstance(body, list):
        return _keys_of(body[0]) if body else None
    return {key: _keys_of(value) for key, value in body.items()} if isinstance(body, dict) else None


@pytest.mark.parametrize(
    ("environment", "call", "file"),
    [
        (PAPER, Call.PRICE, "inquire_price_005930_20250916.json"),
        (REAL, Call.PRICE, "inquire_price_005930_20250916.json"),
        (REAL, Call.BOOK, "inquire_asking_price_exp_ccn_005930_2026.json"),
        (PAPER, Call.BALANCE, "inquire_balance_mock_1holding_traded_today.json"),
        (PAPER, Call.BUYING_POWER, "inquire_psbl_order_mock.json"),
        (PAPER, Call.BUY, "order_cash_buy_mock_1.json"),
        (REAL, Call.BUY, "order_cash_buy_real_SOR_20251217.json"),
        (PAPER, Call.SELL, "order_cash_sell_mock_6.json"),
        (REAL, Call.ORDERS, "inquire_daily_ccld_real_SOR_20251217.json"),
    ],
)
def test_answers_have_the_keys_of_recorded_ones(
    environment: Environment, call: Call, file: str, recorded: Callable[[str], Any]
) -> None:
    expected = recorded(f"rest/{file}")["response"]

    async def test(door: Door) -> None:
        door.offer(1, 70_000)
        await door.buy(1, 70_000)
        answer = await door.call(call, ALL_FIELDS[call])
        assert answer.body["rt_cd"] == "0"
        assert _keys_of(answer.body) == _keys_of(expected)

    run(test, environment)


# Starting and stopping ------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_and_the_other_one_given_back() -> None:
    async def test(door: Door) -> None:
        taken = int(door.face.ws_url.rsplit(":", 1)[1])
        other = KisFace(make_simulation(), door.clock, FakeBars(), (KIM,), PAPER, ids())
        with pytest.raises(BadInput, match=str(taken)):
            await other.start(ws_port=taken)
        assert other.rest_url == ""
        await other.start()
        free = int(other.rest_url.rsplit(":", 1)[1])
        await other.close()
        await other.start(rest_port=free)
        await other.close()

    run(test)


def test_customers_that_cannot_be_served_are_bad_input() -> None:
    def make(*customers: Customer) -> KisFace:
        return KisFace(make_simulation(), ManualClock(at("10:00")), FakeBars(), customers, PAPER, ids())

    with pytest.raises(BadInput, match="account"):
        make(Customer(keys=Keys("a", "b"), account="1111111101", hts_id="x"))
    with pytest.raises(BadInput, match="app key"):
        make()
    with pytest.raises(BadInput, match="app key"):
        make(KIM, Customer(keys=KIM.keys, account=LEE.account, hts_id="x"))


def test_a_customer_is_not_shown() -> None:
    assert repr(KIM) == "Customer(keys=Keys(***))"
