"""Orders and account: what one side writes, the other reads as the same thing."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoga.brokers.kis import holdings, order_list, trading_blocks, wire
from hoga.brokers.kis.codes import (
    PROFILES,
    REFUSALS,
    Action,
    Environment,
)
from hoga.brokers.kis.divisions import DIVISION_OF, ORDER_DIVISIONS
from hoga.brokers.kis.envelope import Declined, Keys, Reply, Request, incoming, make_request, next_page
from hoga.brokers.kis.services import Call
from hoga.domain.account import Account
from hoga.domain.errors import InvalidOrder, Rejected, WireError
from hoga.domain.instrument import Market
from hoga.domain.notices import Accepted, NoAnswer, OrderReport, Refused
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import Refusal

ACCOUNT = "1234567801"
KEYS = Keys("P" * 36, "s" * 180)
DAY = date(2026, 6, 8)
AT = datetime(2026, 6, 8, 9, 44, 14, tzinfo=KST)

environments = st.sampled_from(Environment)
won = st.integers(-(10**12), 10**12)
shares = st.integers(0, 10**9)


def order(**wish: Any) -> Order:
    fields: dict[str, Any] = {"code": "005930", "side": Side.BUY, "quantity": 10, "price": 70_000}
    request = OrderRequest(**fields | wish)
    return Order(
        order_id="20260608-000001",
        request=request,
        source="test",
        status=OrderStatus.OPEN,
        price=request.price,
        broker_order_ids=("0000000007",),
    )


def answer(reply: Reply) -> Any:
    return json.loads(reply.body)


def through(request: Request) -> Request:
    """The request as the server's door hands it on."""
    return incoming(
        request.environment,
        method=request.method,
        path=request.path,
        tr_id=request.tr_id,
        query={key.lower(): value for key, value in request.query.items()},
        body=request.body,
        tr_cont=request.tr_cont,
    )


DIVISIONS = sorted(
    (order_type, force)
    for order_type, force in DIVISION_OF
    if order_type is not OrderType.STOP_LIMIT and force is not TimeInForce.GTP
)


@given(
    environment=environments,
    legacy=st.booleans(),
    side=st.sampled_from(Side),
    division=st.sampled_from(DIVISIONS),
    quantity=st.integers(1, 10**9),
    price=st.integers(1, 10**9),
)
def test_an_order_arrives_as_it_was_placed(
    environment: Environment,
    legacy: bool,
    side: Side,
    division: tuple[OrderType, TimeInForce],
    quantity: int,
    price: int,
) -> None:
    order_type, force = division
    limit = price if order_type.has_price else None
    wish = order(side=side, quantity=quantity, price=limit, order_type=order_type, time_in_force=force)
    request = wire.order_request(wish, "12345678-01", environment, legacy=legacy)
    assert wire.asked_order(through(request), DAY) == Place(
        ACCOUNT, "005930", side, quantity, limit, order_type, force
    )


def test_an_order_is_written_like_kis_wants_it() -> None:
    request = wire.order_request(order(), ACCOUNT, Environment.REAL)
    assert (request.method, request.path) == ("POST", "/uapi/domestic-stock/v1/trading/order-cash")
    assert json.loads(request.body) == {
        "CANO": "12345678",
        "ACNT_PRDT_CD": "01",
        "PDNO": "005930",
        "ORD_DVSN": "00",
        "ORD_QTY": "10",
        "ORD_UNPR": "70000",
        "EXCG_ID_DVSN_CD": "KRX",
    }


def test_a_market_order_states_the_price_zero() -> None:
    wish = order(price=None, order_type=OrderType.MARKET)
    body = json.loads(wire.order_request(wish, ACCOUNT, Environment.REAL).body)
    assert (body["ORD_DVSN"], body["ORD_UNPR"]) == ("01", "0")


def test_a_legacy_order_knows_no_other_exchange() -> None:
    body = json.loads(wire.order_request(order(), ACCOUNT, Environment.REAL, legacy=True).body)
    assert "EXCG_ID_DVSN_CD" not in body


@pytest.mark.parametrize(
    ("order_type", "force"),
    [(OrderType.STOP_LIMIT, TimeInForce.DAY), (OrderType.BEST_LIMIT, TimeInForce.FOK)],
)
def test_an_order_without_a_division_is_not_sent(order_type: OrderType, force: TimeInForce) -> None:
    with pytest.raises(InvalidOrder):
        wire.order_request(order(order_type=order_type, time_in_force=force), ACCOUNT, Environment.REAL)


@given(environment=environments, legacy=st.booleans(), price=st.integers(1, 10**9))
def test_a_replace_arrives_as_it_was_asked(environment: Environment, legacy: bool, price: int) -> None:
    request = wire.replace_request(order(), price, ACCOUNT, environment, legacy=legacy)
    assert wire.asked_revision(through(request)) == Replace(ACCOUNT, 7, price, None, OrderType.LIMIT)


@given(environment=environments, legacy=st.booleans(), quantity=st.integers(1, 20))
def test_a_cancel_arrives_as_it_was_asked(environment: Environment, legacy: bool, quantity: int) -> None:
    request = wire.cancel_request(order(quantity=10), quantity, ACCOUNT, environment, legacy=legacy)
    expected = quantity if quantity < 10 else None
    assert wire.asked_revision(through(request)) == Cancel(ACCOUNT, 7, expected)


def test_a_cancel_of_all_that_remains_asks_for_all_that_remains_there() -> None:
    partly = replace(order(quantity=10), filled_quantity=4, filled_amount=280_000)
    body = json.loads(wire.cancel_request(partly, 6, ACCOUNT, Environment.REAL).body)
    assert (body["QTY_ALL_ORD_YN"], body["ORD_QTY"]) == ("Y", "0")
    body = json.loads(wire.cancel_request(partly, 5, ACCOUNT, Environment.REAL).body)
    assert (body["QTY_ALL_ORD_YN"], body["ORD_QTY"]) == ("N", "5")


def test_a_replaced_order_is_changed_by_its_current_number() -> None:
    changed = replace(order(), broker_order_ids=("0000000007", "0000000012"))
    body = json.loads(wire.replace_request(changed, 71_000, ACCOUNT, Environment.REAL).body)
    assert body["ORGN_ODNO"] == "0000000012"


def body_request(call: Call, environment: Environment, **changes: str | None) -> Request:
    body: dict[str, str | None] = {
        "CANO": "12345678",
        "ACNT_PRDT_CD": "01",
        "PDNO": "005930",
        "ORD_DVSN": "00",
        "ORD_QTY": "10",
        "ORD_UNPR": "70000",
        "ORGN_ODNO": "0000000007",
        "RVSE_CNCL_DVSN_CD": "02",
        "QTY_ALL_ORD_YN": "N",
    }
    body |= changes
    kept = {key: value for key, value in body.items() if value is not None}
    return make_request(call, environment, body=json.dumps(kept).encode())


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ORD_DVSN": "99"}, Refusal.ORDER_TYPE_NOT_ALLOWED),
        ({"ORD_QTY": "ten"}, Refusal.BAD_QUANTITY),
        ({"ORD_QTY": "-10"}, Refusal.BAD_QUANTITY),
        ({"ORD_UNPR": "70000.5"}, Refusal.BAD_PRICE),
    ],
)
def test_an_order_that_cannot_be_read_is_refused_with_the_reason(
    environment: Environment, changes: dict[str, str], reason: Refusal
) -> None:
    with pytest.raises(Declined) as caught:
        wire.asked_order(body_request(Call.BUY, environment, **changes), DAY)
    assert answer(caught.value.reply)["msg_cd"] == REFUSALS[environment][reason].code


@pytest.mark.parametrize("field", ["CANO", "ACNT_PRDT_CD", "PDNO", "ORD_DVSN", "ORD_QTY", "ORD_UNPR"])
def test_a_field_that_an_order_lacks_is_named(field: str) -> None:
    with pytest.raises(Declined) as caught:
        wire.asked_order(body_request(Call.BUY, Environment.REAL, **{field: None}), DAY)
    assert f"[{field}]" in answer(caught.value.reply)["msg1"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ORGN_ODNO": "seven"}, Refusal.UNKNOWN_ORDER),
        ({"ORGN_ODNO": ""}, Refusal.UNKNOWN_ORDER),
        ({"ORD_QTY": "x"}, Refusal.BAD_QUANTITY),
        ({"RVSE_CNCL_DVSN_CD": "03"}, Refusal.ORDER_TYPE_NOT_ALLOWED),
        ({"RVSE_CNCL_DVSN_CD": "01", "ORD_DVSN": "99"}, Refusal.ORDER_TYPE_NOT_ALLOWED),
        ({"RVSE_CNCL_DVSN_CD": "01", "ORD_UNPR": "x"}, Refusal.BAD_PRICE),
    ],
)
def test_a_revision_that_cannot_be_read_is_refused_with_the_reason(
    changes: dict[str, str], reason: Refusal
) -> None:
    with pytest.raises(Declined) as caught:
        wire.asked_revision(body_request(Call.REVISE, Environment.PAPER, **changes))
    assert answer(caught.value.reply)["msg_cd"] == REFUSALS[Environment.PAPER][reason].code


@pytest.mark.parametrize(
    ("environment", "request_of", "code", "message"),
    [
        (Environment.REAL, "buy", "APBK0013", "주문 전송 완료 되었습니다."),
        (Environment.REAL, "cancel", "APBK0013", "주문 전송 완료 되었습니다."),
        (Environment.PAPER, "buy", "40600000", "모의투자 매수주문이 완료 되었습니다."),
        (Environment.PAPER, "sell", "40590000", "모의투자 매도주문이 완료 되었습니다."),
        (Environment.PAPER, "replace", "40620000", "모의투자 정정주문이 완료 되었습니다."),
        (Environment.PAPER, "cancel", "40630000", "모의투자 취소주문이 완료 되었습니다."),
    ],
)
def test_what_was_taken_is_said_in_the_words_of_its_host(
    environment: Environment, request_of: str, code: str, message: str
) -> None:
    request = {
        "buy": wire.order_request(order(), ACCOUNT, environment),
        "sell": wire.order_request(order(side=Side.SELL), ACCOUNT, environment),
        "replace": wire.replace_request(order(), 71_000, ACCOUNT, environment),
        "cancel": wire.cancel_request(order(), 10, ACCOUNT, environment),
    }[request_of]
    reply = wire.accepted_reply(through(request), 85_100, AT)
    assert wire.read_answer(reply) == Accepted(broker_order_id="0000085100")
    body = answer(reply)
    assert (body["rt_cd"], body["msg_cd"], body["msg1"]) == ("0", code, message)
    assert body["output"]["ORD_TMD"] == "094414"
    assert ("SOR_ODNO" in body["output"]) is (environment is Environment.REAL)


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("reason", Refusal)
def test_what_our_exchange_refuses_is_a_refusal_to_the_client(
    environment: Environment, reason: Refusal
) -> None:
    request = wire.order_request(order(), ACCOUNT, environment)
    said = REFUSALS[environment][reason]
    assert wire.read_answer(wire.refusal_reply(request, reason)) == Refused(code=said.code, message=said.text)


@pytest.mark.parametrize(
    ("environment", "reason", "code", "message"),
    [
        (Environment.REAL, Refusal.INSUFFICIENT_CASH, "APBK0952", "주문가능금액을 초과 했습니다"),
        (Environment.REAL, Refusal.OFF_TICK, "APBK0506", "주식주문호가단위 오류입니다."),
        (Environment.REAL, Refusal.NOTHING_LEFT, "APBK0927", "정정취소 가능수량이 없습니다."),
        (Environment.PAPER, Refusal.INSUFFICIENT_CASH, "40250000", "모의투자 주문가능금액이 부족합니다."),
        (Environment.PAPER, Refusal.INSUFFICIENT_HOLDINGS, "40240000", "모의투자 잔고내역이 없습니다."),
        (Environment.PAPER, Refusal.WRONG_PHASE, "40580000", "모의투자 장종료 입니다."),
    ],
)
def test_a_refusal_has_the_words_of_its_host(
    environment: Environment, reason: Refusal, code: str, message: str
) -> None:
    request = wire.order_request(order(), ACCOUNT, environment)
    body = answer(wire.refusal_reply(request, reason))
    assert (body["msg_cd"], body["msg1"]) == (code, message)


def test_the_paper_host_tells_early_from_late() -> None:
    request = wire.order_request(order(), ACCOUNT, Environment.PAPER)
    early, late = datetime(2026, 5, 6, 8, 59, tzinfo=KST), datetime(2026, 5, 6, 15, 31, tzinfo=KST)
    assert answer(wire.closed_reply(request, early))["msg1"] == "모의투자 장시작전 입니다."
    assert answer(wire.closed_reply(request, late))["msg1"] == "모의투자 장종료 입니다."


@pytest.mark.parametrize(
    ("environment", "code"), [(Environment.REAL, "APBK0919"), (Environment.PAPER, "40100000")]
)
def test_a_day_without_trading_has_words_of_its_own(environment: Environment, code: str) -> None:
    request = wire.order_request(order(), ACCOUNT, environment)
    holiday = datetime(2026, 5, 5, 10, tzinfo=KST)
    assert answer(wire.closed_reply(request, holiday))["msg_cd"] == code


def _refusal(code: str, rt_cd: str = "1") -> bytes:
    return json.dumps({"rt_cd": rt_cd, "msg_cd": code, "msg1": "x"}).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, _refusal("APBK0952", "7")),
        (200, _refusal("never seen")),
        (200, _refusal("IGW00017")),
        (500, _refusal("EGW00201")),
        (200, _refusal("EGW00201")),
        (500, _refusal("EGW00215")),
        (500, _refusal("EGW00121")),
        (500, _refusal("EGW00123")),
        (500, _refusal("EGW02004")),
    ],
)
def test_a_refusal_that_rules_out_execution_is_a_refusal(status: int, body: bytes) -> None:
    assert isinstance(wire.read_answer(Reply(status, body)), Refused)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, _refusal("EGW00301")),
        (500, _refusal("EGW00302")),
        (200, _refusal("EGW00302")),
        (200, _refusal("90020000")),
        (500, _refusal("EGW00202")),
        (500, _refusal("EGW00001")),
        (500, _refusal("never seen")),
        (500, _refusal("KIER2620")),
        (200, _refusal("IGW00009")),
        (200, _refusal("IGW00002")),
        (200, _refusal("EGW09999")),
        (200, _refusal("OPSQ4711")),
        (502, b"<html>Bad Gateway</html>"),
        (200, b""),
        (200, b'{"rt_cd":"0","msg_cd":"APBK0013"'),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"rt_cd":"0"}'),
        (200, b'{"rt_cd":"0","output":{}}'),
        (200, b'{"rt_cd":"0","output":{"ODNO":""}}'),
        (200, b'{"rt_cd":"0","output":{"ODNO":"0000000000"}}'),
        (200, b'{"rt_cd":"0","output":"busy"}'),
        (200, b'{"rt_cd":"0","output":[{"ODNO":"1"},{"ODNO":"2"}]}'),
        (200, b"\xff"),
    ],
)
def test_what_leaves_open_whether_it_was_carried_out_is_no_answer(status: int, body: bytes) -> None:
    assert isinstance(wire.read_answer(Reply(status, body)), NoAnswer)


@given(status=st.integers(200, 599), body=st.binary(max_size=200))
def test_reading_an_answer_never_raises(status: int, body: bytes) -> None:
    wire.read_answer(Reply(status, body))


def test_numbers_are_the_same_whatever_their_padding() -> None:
    assert wire.same_number("0000000762", "       762")
    assert wire.same_number("762", "0000000762")
    assert not wire.same_number("762", "7620")
    assert not wire.same_number("0000000762", "")


# Account --------------------------------------------------------------------------------------------------


@st.composite
def positions(draw: st.DrawFn) -> tuple[Position, ...]:
    codes = draw(st.lists(st.integers(0, 999_999), unique=True, max_size=60))
    return tuple(
        Position(
            code=f"{code:06}",
            name=draw(st.sampled_from(["삼성전자", "KODEX 인버스", "A&B"])),
            quantity=draw(st.integers(1, 10**6)),
            sellable_quantity=draw(shares),
            cost=draw(st.integers(0, 10**12)),
            last_price=draw(st.integers(1, 10**6)),
        )
        for code in codes
    )


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    return Account(
        number=ACCOUNT,
        deposit=draw(won),
        deposit_d1=draw(won),
        deposit_d2=draw(won),
        buying_power=draw(won),
        costs_today=draw(st.integers(0, 10**9)),
        positions=draw(positions()),
    )


def read_all_pages(request: Request, serve: Any) -> list[Reply]:
    replies = []
    following: Request | None = request
    while following is not None:
        replies.append(serve(through(following)))
        following = next_page(following, replies[-1])
    return replies


@given(account=accounts(), environment=environments, bought=won, sold=won)
def test_an_account_arrives_as_it_is_over_any_number_of_pages(
    account: Account, environment: Environment, bought: int, sold: int
) -> None:
    totals = holdings.DayTotals(bought=bought, sold=sold, costs=account.costs_today)
    replies = read_all_pages(
        holdings.balance_request("12345678-01", environment),
        lambda request: holdings.balance_reply(request, account, totals),
    )
    assert len(replies) == max(1, -(-len(account.positions) // PROFILES[environment].balance_rows))
    assert holdings.read_account(ACCOUNT, replies, account.buying_power) == account


def test_holdings_that_only_the_sums_tell_of_are_not_an_empty_account() -> None:
    held = Position("005930", "삼성전자", 10, 10, 650_000, 70_000)
    account = Account(
        number=ACCOUNT,
        deposit=1,
        deposit_d1=1,
        deposit_d2=1,
        buying_power=1,
        costs_today=0,
        positions=(held,),
    )
    request = through(holdings.balance_request("12345678-01", Environment.PAPER))
    reply = holdings.balance_reply(request, account, holdings.DayTotals())
    body = json.loads(reply.body)
    body["output1"] = []
    with pytest.raises(WireError):
        holdings.read_account(ACCOUNT, [reply._replace(body=json.dumps(body).encode())], 1)


def test_the_server_learns_which_account() -> None:
    assert wire.asked_account(through(holdings.balance_request("12345678-01", Environment.REAL))) == ACCOUNT


ONE = Account(
    number=ACCOUNT,
    deposit=9_644_485,
    deposit_d1=9_644_485,
    deposit_d2=9_644_485,
    buying_power=0,
    costs_today=0,
    positions=(Position("114800", "KODEX 인버스", 35, 30, 156_875, 4_290),),
)


def balance(account: Account, days: dict[str, holdings.HoldingDay] | None = None) -> Any:
    request = holdings.balance_request(ACCOUNT, Environment.PAPER)
    return answer(holdings.balance_reply(request, account, holdings.DayTotals(costs=70), days))


def test_a_holding_is_written_with_the_decimals_of_kis() -> None:
    day = holdings.HoldingDay(base_price=4_315, bought=2, sold=1)
    row = balance(ONE, {"114800": day})["output1"][0]
    assert row["pchs_avg_pric"] == "4482.1429"
    assert row["evlu_amt"] == "150150"
    assert row["evlu_pfls_amt"] == "-6725"
    assert row["evlu_pfls_rt"] == "-4.29"
    assert row["evlu_erng_rt"] == "-4.28685259"
    assert row["fltt_rt"] == "-0.57937428"
    assert row["bfdy_cprs_icdc"] == "-25"
    assert (row["thdt_buyqty"], row["thdt_sll_qty"]) == ("2", "1")
    assert (row["hldg_qty"], row["ord_psbl_qty"]) == ("35", "30")


def test_the_totals_of_a_balance_hold_together() -> None:
    totals = balance(ONE)["output2"][0]
    assert totals["scts_evlu_amt"] == totals["evlu_amt_smtl_amt"] == "150150"
    assert totals["tot_evlu_amt"] == totals["nass_amt"] == str(150_150 + 9_644_485)
    assert totals["evlu_pfls_smtl_amt"] == "-6725"
    assert totals["thdt_tlex_amt"] == "70"
    assert totals["bfdy_tot_asst_evlu_amt"] == "0"


def test_what_was_sold_out_today_is_shown_and_not_held() -> None:
    gone = replace(ONE, positions=(Position("005930", "삼성전자", 0, 0, 0, 70_000),))
    body = balance(gone)
    assert body["output1"][0]["hldg_qty"] == "0"
    assert body["output1"][0]["pchs_avg_pric"] == "0.0000"
    reply = Reply(200, json.dumps(body).encode())
    assert holdings.read_account(ACCOUNT, [reply], 0).positions == ()


def test_cash_and_credit_of_one_issue_are_one_position() -> None:
    body = balance(ONE)
    body["output1"] = [body["output1"][0], {**body["output1"][0], "trad_dvsn_name": "자기융자"}]
    account = holdings.read_account(ACCOUNT, [Reply(200, json.dumps(body).encode())], 0)
    assert account.positions == (Position("114800", "KODEX 인버스", 70, 60, 313_750, 4_290),)


def test_negative_and_padded_amounts_are_read() -> None:
    body = balance(ONE)
    body["output2"][0]["prvs_rcdl_excc_amt"] = "-00000000000030000"
    assert holdings.read_account(ACCOUNT, [Reply(200, json.dumps(body).encode())], 0).deposit_d2 == -30_000


@pytest.mark.parametrize("field", ["dnca_tot_amt", "nxdy_excc_amt", "prvs_rcdl_excc_amt"])
@pytest.mark.parametrize("value", ["", None, "x"])
def test_a_deposit_that_was_not_read_is_not_zero(field: str, value: str | None) -> None:
    body = balance(ONE)
    body["output2"][0][field] = value
    with pytest.raises(WireError):
        holdings.read_account(ACCOUNT, [Reply(200, json.dumps(body).encode())], 0)


@pytest.mark.parametrize("output2", [[], None, [{}]])
def test_a_balance_without_totals_is_not_an_empty_account(output2: Any) -> None:
    body = balance(ONE)
    body["output2"] = output2
    with pytest.raises(WireError):
        holdings.read_account(ACCOUNT, [Reply(200, json.dumps(body).encode())], 0)


def test_a_refused_balance_is_an_error() -> None:
    with pytest.raises(Rejected) as caught:
        holdings.read_account(ACCOUNT, [Reply(200, _refusal("OPSQ2000"))], 0)
    assert caught.value.code == "OPSQ2000"


@given(environment=environments, amount=won, price=st.none() | st.integers(1, 10**6), quantity=shares)
def test_buying_power_arrives_as_it_is(
    environment: Environment, amount: int, price: int | None, quantity: int
) -> None:
    request = through(holdings.buying_power_request(ACCOUNT, "005930", price, environment))
    query = holdings.asked_buying_power(request)
    order_type = OrderType.MARKET if price is None else OrderType.LIMIT
    assert query == holdings.BuyingPowerQuery(
        account=ACCOUNT, code="005930", price=price, order_type=order_type
    )
    reply = holdings.buying_power_reply(request, amount, price or 91_000, quantity)
    assert holdings.read_buying_power(reply) == amount


def test_buying_power_without_a_code_is_the_amount_alone() -> None:
    request = make_request(
        Call.BUYING_POWER,
        Environment.PAPER,
        query={"CANO": "12345678", "ACNT_PRDT_CD": "01", "PDNO": "", "ORD_UNPR": "0", "ORD_DVSN": "00"},
    )
    assert holdings.asked_buying_power(request).code == ""
    assert holdings.asked_buying_power(request).price is None


@pytest.mark.parametrize("change", [{"ORD_DVSN": "99"}, {"ORD_UNPR": "x"}])
def test_buying_power_for_nonsense_is_refused(change: dict[str, str]) -> None:
    request = holdings.buying_power_request(ACCOUNT, "005930", 70_000, Environment.PAPER)
    with pytest.raises(Declined):
        holdings.asked_buying_power(request._replace(query={**request.query, **change}))


def test_missing_buying_power_is_an_error() -> None:
    with pytest.raises(WireError):
        holdings.read_buying_power(Reply(200, b'{"rt_cd":"0"}'))


# The day's orders -----------------------------------------------------------------------------------------


@st.composite
def reports(draw: st.DrawFn, number: int) -> OrderReport:
    order_type, force = draw(st.sampled_from(sorted(DIVISION_OF)))
    quantity = draw(st.integers(1, 10**6))
    filled = draw(st.integers(0, quantity))
    canceled = draw(st.integers(0, quantity - filled))
    rejected = draw(st.integers(0, quantity - filled - canceled))
    return OrderReport(
        broker_order_id=f"{number:010}",
        replaces=draw(st.sampled_from(["", f"{number - 1:010}"])) if number > 1 else "",
        request=OrderRequest(
            code=draw(st.sampled_from(["005930", "0126Z0"])),
            side=draw(st.sampled_from(Side)),
            quantity=quantity,
            price=draw(st.integers(1, 10**6)) if order_type.has_price else None,
            order_type=order_type,
            time_in_force=force,
        ),
        filled_quantity=filled,
        filled_amount=filled * draw(st.integers(1, 10**6)),
        canceled_quantity=canceled,
        rejected_quantity=rejected,
        remaining_quantity=quantity - filled - canceled - rejected,
        placed_at=AT + timedelta(seconds=number),
    )


@st.composite
def days(draw: st.DrawFn) -> list[OrderReport]:
    return [draw(reports(number)) for number in range(1, draw(st.integers(0, 40)) + 1)]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the speed is the machine's
@given(orders=days(), environment=environments, legacy=st.booleans())
def test_the_order_list_arrives_as_it_is_over_any_number_of_pages(
    orders: list[OrderReport], environment: Environment, legacy: bool
) -> None:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, environment, legacy=legacy)
    rows = [
        order_list.OrderRow(report=report, action=Action.REPLACE if report.replaces else Action.PLACE)
        for report in orders
    ]
    replies = read_all_pages(request, lambda asked: order_list.orders_reply(asked, rows))
    assert len(replies) == max(1, -(-len(rows) // PROFILES[environment].order_rows))
    assert order_list.read_orders(replies) == orders


def report(number: int, quantity: int = 10, **changes: Any) -> OrderReport:
    fields: dict[str, Any] = {
        "filled_quantity": 0,
        "filled_amount": 0,
        "canceled_quantity": 0,
        "rejected_quantity": 0,
        "remaining_quantity": quantity,
        "replaces": "",
        "placed_at": AT + timedelta(minutes=number),
    } | changes
    side = fields.pop("side", Side.BUY)
    code = fields.pop("code", "005930")
    wish = OrderRequest(code=code, side=side, quantity=quantity, price=70_000)
    return OrderReport(broker_order_id=f"{number:010}", request=wish, **fields)


def listing(rows: Sequence[order_list.OrderRow], **changes: str) -> Any:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, Environment.REAL)
    request = request._replace(query={**request.query, **changes})
    return answer(order_list.orders_reply(request, rows, 140))


CANCELED = report(1, quantity=10, canceled_quantity=10, remaining_quantity=0)
CANCEL = report(2, quantity=10, remaining_quantity=0, replaces="0000000001")


def test_a_cancel_is_a_row_of_its_own_and_not_an_order() -> None:
    rows = [order_list.OrderRow(report=CANCELED), order_list.OrderRow(report=CANCEL, action=Action.CANCEL)]
    body = listing(rows)
    assert [row["odno"] for row in body["output1"]] == ["0000000001", "0000000002"]
    assert [row["orgn_odno"] for row in body["output1"]] == ["", "0000000001"]
    assert [row["cncl_yn"] for row in body["output1"]] == ["Y", ""]
    assert body["output2"]["tot_ord_qty"] == "10"
    assert order_list.read_orders([Reply(200, json.dumps(body).encode())]) == [CANCELED]


@pytest.mark.parametrize("name", ["현금매수취소", "BUY CANCEL*", "매수 취소"])
def test_a_cancel_that_only_its_own_row_tells_is_counted_on_the_order(name: str) -> None:
    rows = [order_list.OrderRow(report=CANCELED), order_list.OrderRow(report=CANCEL, action=Action.CANCEL)]
    body = listing(rows)
    body["output1"][0] |= {"cncl_yn": "", "cncl_cfrm_qty": "0"}
    body["output1"][1]["sll_buy_dvsn_cd_name"] = name
    assert order_list.read_orders([Reply(200, json.dumps(body).encode())]) == [CANCELED]


def test_a_cancel_that_the_order_tells_too_is_not_counted_twice() -> None:
    # 8 of the 10 shares expired with the day, which no field of KIS's list tells.
    expired = report(1, quantity=10, canceled_quantity=2, remaining_quantity=0)
    cancel = report(2, quantity=2, remaining_quantity=0, replaces="0000000001")
    rows = [order_list.OrderRow(report=expired), order_list.OrderRow(report=cancel, action=Action.CANCEL)]
    assert order_list.read_orders([Reply(200, json.dumps(listing(rows)).encode())]) == [expired]


def test_a_refused_cancel_cancels_nothing() -> None:
    still_open = report(1, quantity=10)
    rows = [
        order_list.OrderRow(report=still_open),
        order_list.OrderRow(report=replace(CANCEL, rejected_quantity=10), action=Action.CANCEL),
    ]
    assert order_list.read_orders([Reply(200, json.dumps(listing(rows)).encode())]) == [still_open]


def test_a_replaced_order_keeps_what_it_filled_and_the_new_number_names_it() -> None:
    old = report(1, quantity=10, filled_quantity=4, filled_amount=280_000, remaining_quantity=0)
    new = report(2, quantity=6, replaces="0000000001")
    rows = [order_list.OrderRow(report=old), order_list.OrderRow(report=new, action=Action.REPLACE)]
    assert order_list.read_orders([Reply(200, json.dumps(listing(rows)).encode())]) == [old, new]


def test_the_paper_host_writes_no_original_as_zeros() -> None:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, Environment.PAPER)
    reply = order_list.orders_reply(request, [order_list.OrderRow(report=report(1))])
    assert answer(reply)["output1"][0]["orgn_odno"] == "0000000000"
    assert order_list.read_orders([reply])[0].replaces == ""


def test_a_list_of_nothing_is_an_answer() -> None:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, Environment.PAPER)
    reply = order_list.orders_reply(request, [])
    body = answer(reply)
    assert (body["rt_cd"], body["msg_cd"], body["output1"]) == ("0", "70070000", [])
    assert order_list.read_orders([reply]) == []


def test_an_order_of_a_kind_that_we_do_not_send_is_read_all_the_same() -> None:
    body = listing([order_list.OrderRow(report=report(1))])
    body["output1"][0]["ord_dvsn_cd"] = "52"
    (found,) = order_list.read_orders([Reply(200, json.dumps(body).encode())])
    assert found.request.order_type is OrderType.LIMIT
    assert "52" not in ORDER_DIVISIONS


@pytest.mark.parametrize(
    "change",
    [{"odno": ""}, {"sll_buy_dvsn_cd": ""}, {"ord_dt": ""}, {"ord_tmd": "x"}, {"rmn_qty": ""}],
)
def test_a_row_that_cannot_be_read_is_an_error_and_not_left_out(change: dict[str, str]) -> None:
    body = listing([order_list.OrderRow(report=report(1))])
    body["output1"][0] |= change
    with pytest.raises(WireError):
        order_list.read_orders([Reply(200, json.dumps(body).encode())])


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"INQR_DVSN": "00"}, [3, 2, 1]),
        ({"SLL_BUY_DVSN_CD": "01"}, [2]),
        ({"SLL_BUY_DVSN_CD": "02"}, [1, 3]),
        ({"PDNO": "000660"}, [3]),
        ({"ODNO": "2"}, [2]),
        ({"CCLD_DVSN": "01"}, [2]),
        ({"CCLD_DVSN": "02"}, [1, 3]),
        ({"INQR_STRT_DT": "20260609", "INQR_END_DT": "20260610"}, []),
    ],
)
def test_the_server_lists_what_is_asked_for(changes: dict[str, str], numbers: list[int]) -> None:
    filled = {"filled_quantity": 10, "filled_amount": 700_000, "remaining_quantity": 0}
    rows = [
        order_list.OrderRow(report=report(1)),
        order_list.OrderRow(report=report(2, side=Side.SELL, **filled)),
        order_list.OrderRow(report=report(3, code="000660")),
    ]
    body = listing(rows, **changes)
    assert [int(row["odno"]) for row in body["output1"]] == numbers


def test_the_totals_of_the_order_list_are_amount_costs_and_average() -> None:
    filled = report(1, quantity=2, filled_quantity=2, filled_amount=498_000, remaining_quantity=0)
    row = listing([order_list.OrderRow(report=filled, name="삼성전자", market=Market.KOSDAQ)])
    assert row["output2"] == {
        "tot_ord_qty": "2",
        "tot_ccld_qty": "2",
        "tot_ccld_amt": "498000",
        "prsm_tlex_smtl": "140",
        "pchs_avg_pric": "249000.0000",
    }
    assert row["output1"][0]["avg_prvs"] == "249000"
    assert row["output1"][0]["excg_dvsn_cd"] == "03"


@pytest.mark.parametrize("name", ["INQR_STRT_DT", "INQR_END_DT"])
def test_a_day_that_is_none_is_refused(name: str) -> None:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, Environment.REAL)
    with pytest.raises(Declined):
        order_list.asked_orders(request._replace(query={**request.query, name: "20260230"}))


@pytest.mark.parametrize(
    ("today", "first", "last", "expected"),
    [
        (date(2026, 6, 8), date(2026, 6, 8), date(2026, 6, 8), [("TTTC0081R", "20260608", "20260608")]),
        (date(2026, 6, 8), date(2026, 3, 8), date(2026, 6, 8), [("TTTC0081R", "20260308", "20260608")]),
        (
            date(2026, 6, 8),
            date(2026, 3, 7),
            date(2026, 6, 8),
            [("CTSC9215R", "20260307", "20260307"), ("TTTC0081R", "20260308", "20260608")],
        ),
        (date(2026, 6, 8), date(2025, 1, 2), date(2025, 2, 3), [("CTSC9215R", "20250102", "20250203")]),
        # Three months before 31 May is the last of February.
        (
            date(2026, 5, 31),
            date(2026, 2, 27),
            date(2026, 3, 1),
            [("CTSC9215R", "20260227", "20260227"), ("TTTC0081R", "20260228", "20260301")],
        ),
        (date(2026, 1, 15), date(2025, 10, 15), date(2026, 1, 15), [("TTTC0081R", "20251015", "20260115")]),
    ],
)
def test_orders_are_not_asked_for_across_three_months(
    today: date, first: date, last: date, expected: list[tuple[str, str, str]]
) -> None:
    requests = order_list.orders_requests(ACCOUNT, first, last, today, Environment.REAL)
    assert [
        (request.tr_id, request.query["INQR_STRT_DT"], request.query["INQR_END_DT"]) for request in requests
    ] == expected


@given(
    today=st.dates(date(2001, 1, 1), date(2100, 1, 1)), back=st.integers(0, 400), length=st.integers(0, 400)
)
def test_the_parts_of_a_period_are_the_period(today: date, back: int, length: int) -> None:
    first = today - timedelta(days=back)
    last = min(today, first + timedelta(days=length))
    requests = order_list.orders_requests(ACCOUNT, first, last, today, Environment.PAPER)
    spans = [order_list.asked_orders(through(request)) for request in requests]
    assert spans[0].first == first
    assert spans[-1].last == last
    for older, newer in pairwise(spans):
        assert newer.first - older.last == timedelta(days=1)


def test_a_legacy_list_has_neither_the_new_parameter_nor_the_new_fields() -> None:
    (request,) = order_list.orders_requests(ACCOUNT, DAY, DAY, DAY, Environment.REAL, legacy=True)
    assert "EXCG_ID_DVSN_CD" not in request.query
    row = answer(order_list.orders_reply(request, [order_list.OrderRow(report=report(1))]))["output1"][0]
    assert set(row) == {field.encode_name for field in msgspec.structs.fields(trading_blocks.DayOrder)} - {
        "excg_id_dvsn_cd",
        "stpm_cndt_pric",
        "stpm_efct_occr_dtmd",
    }


@pytest.mark.parametrize(
    ("part", "whole", "places", "written"),
    [
        (-1, 100_000, 2, "0.00"),
        (1, 3, 4, "0.3333"),
        (1, 2, 0, "1"),
        (-1, 2, 0, "-1"),
        (0, 5, 8, "0.00000000"),
        (5, 0, 8, "0.00000000"),
    ],
)
def test_a_ratio_is_written_with_its_decimals(part: int, whole: int, places: int, written: str) -> None:
    assert wire.ratio_text(part, whole, places) == written
