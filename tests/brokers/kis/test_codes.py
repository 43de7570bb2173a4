"""The tables are complete and consistent."""

import pytest

from hoga.brokers.kis.catalogue import GATEWAY, SUBSCRIPTIONS
from hoga.brokers.kis.codes import (
    ACCEPTED,
    BRANCHES,
    CONDITION_NAMES,
    CONDITIONS,
    LEDGER_DONE,
    LEDGER_EMPTY,
    LEDGER_MORE,
    PHASES,
    PROFILES,
    REFUSALS,
    SIDE_CODES,
    Environment,
)
from hoga.brokers.kis.divisions import DIVISION_OF, ORDER_DIVISIONS, PRE_MARKET_DIVISIONS
from hoga.brokers.kis.meanings import MEANINGS, TOO_FAST, Meaning
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.events import Refusal
from hoga.krx.sessions import Phase


def test_every_call_has_a_service() -> None:
    assert set(SERVICES) == set(Call)


def test_no_id_stands_for_two_calls_on_the_same_path() -> None:
    for environment in Environment:
        ids = [(service.path, tr_id) for service in SERVICES.values() for tr_id in service.ids(environment)]
        assert len(ids) == len(set(ids))


def test_paper_ids_of_the_ledger_are_the_real_ones_with_a_v() -> None:
    for service in SERVICES.values():
        if "/trading/" in service.path and service.paper:
            assert service.paper == tuple(f"V{tr_id[1:]}" for tr_id in service.real)


@pytest.mark.parametrize(
    ("call", "real", "paper"),
    [
        (Call.BUY, ("TTTC0012U", "TTTC0802U"), ("VTTC0012U", "VTTC0802U")),
        (Call.SELL, ("TTTC0011U", "TTTC0801U"), ("VTTC0011U", "VTTC0801U")),
        (Call.REVISE, ("TTTC0013U", "TTTC0803U"), ("VTTC0013U", "VTTC0803U")),
        (Call.ORDERS, ("TTTC0081R", "TTTC8001R"), ("VTTC0081R", "VTTC8001R")),
        (Call.OLD_ORDERS, ("CTSC9215R", "CTSC9115R"), ("VTSC9215R", "VTSC9115R")),
        (Call.QUOTES, ("FHKST11300006",), ()),
    ],
)
def test_a_call_has_these_ids(call: Call, real: tuple[str, ...], paper: tuple[str, ...]) -> None:
    assert SERVICES[call].ids(Environment.REAL) == real
    assert SERVICES[call].ids(Environment.PAPER) == paper


def test_an_order_division_is_one_type_and_one_time_in_force() -> None:
    assert len(DIVISION_OF) == len(ORDER_DIVISIONS) + len(PRE_MARKET_DIVISIONS)
    assert DIVISION_OF[OrderType.LIMIT, TimeInForce.DAY] == "00"
    assert DIVISION_OF[OrderType.MARKET, TimeInForce.DAY] == "01"
    # 최유리 is priced at the opposite side, 최우선 at its own.
    assert DIVISION_OF[OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.DAY] == "03"
    assert DIVISION_OF[OrderType.BEST_LIMIT, TimeInForce.DAY] == "04"
    assert {kind for kind, _ in DIVISION_OF} == set(OrderType)


@pytest.mark.parametrize("environment", Environment)
def test_every_environment_has_every_message(environment: Environment) -> None:
    assert set(REFUSALS[environment]) == set(Refusal)
    assert len(ACCEPTED[environment]) == 4
    for table in (PROFILES, BRANCHES, LEDGER_DONE, LEDGER_MORE, LEDGER_EMPTY):
        assert environment in table


@pytest.mark.parametrize("environment", Environment)
def test_a_refusal_is_refused_by_its_number(environment: Environment) -> None:
    expected = "7" if environment is Environment.REAL else "1"
    assert {message.rt_cd for message in REFUSALS[environment].values()} == {expected}


def test_accepted_messages_are_success() -> None:
    assert {message.rt_cd for table in ACCEPTED.values() for message in table.values()} == {"0"}


def test_no_refusal_of_ours_would_leave_a_client_in_doubt() -> None:
    for table in REFUSALS.values():
        known = {MEANINGS[message.code] for message in table.values() if message.code in MEANINGS}
        assert known <= {Meaning.NOT_PASSED_ON}


@pytest.mark.parametrize("code", ["EGW00301", "EGW00302", "90020000", "EGW00001", "EGW00202"])
def test_a_code_that_does_not_rule_out_execution_is_not_called_harmless(code: str) -> None:
    assert MEANINGS[code] in (Meaning.IN_DOUBT, Meaning.TRY_AGAIN)


GATEWAY_NUMBERS = (
    *range(1, 5),
    *range(101, 134),
    *range(201, 214),
    215,
    *range(300, 305),
    316,
    2004,
    2006,
)
QUERY_NUMBERS = (*range(1, 12), 1002, *range(2000, 2004), 3001, 3002, 3004, *range(9995, 10000))
REALTIME_NUMBERS = (*range(4), *range(7, 12), *range(8991, 9000), *range(9990, 10000))


def test_every_code_that_kis_lists_has_its_meaning() -> None:
    listed = [f"EGW{number:05}" for number in GATEWAY_NUMBERS]
    listed += [f"OPSQ{number:04}" for number in QUERY_NUMBERS]
    listed += ["IGW00002", "IGW00009", "IGW00017"]
    assert [code for code in listed if code not in MEANINGS] == []
    assert set(SUBSCRIPTIONS) == {f"OPSP{number:04}" for number in REALTIME_NUMBERS}


def test_a_call_that_may_be_repeated_was_never_carried_out() -> None:
    assert {MEANINGS[code] for code in TOO_FAST} == {Meaning.RATE_LIMITED}


@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 9, 3001])
def test_an_error_after_the_call_leaves_an_order_in_doubt(number: int) -> None:
    assert MEANINGS[f"OPSQ{number:04}"] is Meaning.IN_DOUBT


def test_codes_name_themselves() -> None:
    for table in (GATEWAY, SUBSCRIPTIONS):
        assert all(code == message.code for code, message in table.items())


def test_sides_conditions_and_phases_are_complete() -> None:
    assert set(SIDE_CODES) == set(Side)
    assert set(CONDITIONS) == set(CONDITION_NAMES) == set(TimeInForce)
    assert {Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL, Phase.CLOSED} <= set(PHASES)
