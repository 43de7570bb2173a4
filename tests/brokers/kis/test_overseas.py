"""What an account without overseas shares is told about them."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.brokers.kis.door import LEE, PAPER, REAL, Door, account_fields, run

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.overseas import DECLARED
from hoga.brokers.kis.services import SERVICES, Call

LISTS = {
    Call.OVERSEAS_BALANCE: ("output1",),
    Call.OVERSEAS_ASSETS: ("output1", "output2"),
    Call.OVERSEAS_OPEN: ("output",),
    Call.OVERSEAS_ORDERS: ("output",),
    Call.OVERSEAS_PROFITS: ("output1",),
}


def query(call: Call) -> dict[str, str]:
    return dict.fromkeys(DECLARED[call], "") | account_fields()


OFFERED = [
    (call, environment) for call in LISTS for environment in Environment if SERVICES[call].ids(environment)
]


@pytest.mark.parametrize(("call", "environment"), OFFERED)
def test_nothing_is_held_ordered_or_earned_abroad(call: Call, environment: Environment) -> None:
    async def test(door: Door) -> None:
        answer = await door.call(call, query(call))
        assert (answer.status, answer.body["rt_cd"]) == (200, "0")
        assert answer.code == ("KIOK0560" if environment is REAL else "70070000")
        for name in LISTS[call]:
            assert answer.body[name] == []
        if "CTX_AREA_FK200" in DECLARED[call]:
            assert answer.headers["tr_cont"] == "D"
            assert not answer.body["ctx_area_nk200"].strip()
            assert len(answer.body["ctx_area_nk200"]) == 200
        totals = [block for block in answer.body.values() if isinstance(block, dict)]
        assert not any(float(value or 0) for block in totals for value in block.values())

    run(test, environment)


def test_the_paper_host_does_not_know_profits_abroad() -> None:
    async def test(door: Door) -> None:
        answer = await door.call(Call.OVERSEAS_PROFITS, query(Call.OVERSEAS_PROFITS))
        assert (answer.status, answer.code) == (500, "EGW02006")

    run(test, PAPER)


@pytest.mark.parametrize("call", LISTS)
def test_nobody_is_told_of_an_account_of_others(call: Call) -> None:
    async def test(door: Door) -> None:
        answer = await door.call(call, query(call) | account_fields(LEE))
        assert answer.code == "OPSQ2000"

    run(test, REAL)


def test_an_empty_balance_is_as_kis_was_seen_to_write_it(recorded: Callable[[str], Any]) -> None:
    seen = recorded("rest/overseas_KIOK0560_empty.json")["response"]

    async def test(door: Door) -> None:
        answer = await door.call(Call.OVERSEAS_BALANCE, query(Call.OVERSEAS_BALANCE))
        assert list(answer.body) == list(seen)
        assert answer.body == seen

    run(test, REAL)
