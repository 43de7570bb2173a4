"""How many calls the KIS face takes in a second: the rule alone, and what a client meets."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brokers.kis.door import KIM, LEE, Door, both, login_body, run

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.limits import Limits
from hoga.brokers.kis.services import Call
from hoga.domain.errors import BadInput

GAPS = st.lists(st.floats(0, 2, allow_nan=False) | st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=120)


def times(gaps: list[float]) -> list[float]:
    now, found = 0.0, []
    for gap in gaps:
        now += gap
        found.append(now)
    return found


@given(GAPS, st.integers(1, 20))
def test_no_second_has_more_calls_than_allowed(gaps: list[float], most: int) -> None:
    limits = Limits(most)
    begun = [at for at in times(gaps) if limits.admit("k", Call.PRICE, at)]
    assert all(later - earlier >= 1 for earlier, later in zip(begun, begun[most:], strict=False))


@given(GAPS, st.integers(1, 20))
def test_a_call_is_refused_only_when_the_last_second_is_full(gaps: list[float], most: int) -> None:
    limits = Limits(most)
    begun: list[float] = []
    for at in times(gaps):
        is_full = sum(at - each < 1 for each in begun) >= most
        assert limits.admit("k", Call.BUY, at) is not is_full
        if not is_full:
            begun.append(at)


def test_app_keys_are_counted_apart() -> None:
    limits = Limits(1)
    assert limits.admit("kim", Call.PRICE, 0)
    assert not limits.admit("kim", Call.BUY, 0.5)
    assert limits.admit("lee", Call.PRICE, 0.5)
    assert limits.admit("kim", Call.PRICE, 1.0)


def test_a_hashkey_counts_and_is_not_refused() -> None:
    limits = Limits(1)
    assert limits.admit("kim", Call.HASHKEY, 0)
    assert limits.admit("kim", Call.HASHKEY, 0.1)
    assert not limits.admit("kim", Call.PRICE, 0.2)


def test_tokens_and_approval_keys_have_limits_of_their_own() -> None:
    limits = Limits(1)
    for call in (Call.TOKEN, Call.APPROVAL, Call.PRICE):
        assert limits.admit("kim", call, 0)
        assert not limits.admit("kim", call, 0.9)
    assert limits.admit("kim", Call.REVOKE, 0.9)
    assert limits.admit("kim", Call.TOKEN, 1.0)


def test_a_call_that_does_not_exist_counts() -> None:
    limits = Limits(1)
    assert limits.admit("kim", None, 0)
    assert not limits.admit("kim", Call.PRICE, 0)


def test_without_a_limit_nothing_is_refused() -> None:
    limits = Limits(None, None)
    assert all(limits.admit("kim", call, 0) for call in Call for _ in range(30))


@pytest.mark.parametrize(("environment", "calls"), [(Environment.REAL, 18), (Environment.PAPER, 1)])
def test_kis_has_a_limit_for_each_environment(environment: Environment, calls: int) -> None:
    assert Limits.of(environment).calls == calls


@pytest.mark.parametrize(
    ("calls", "logins", "seconds"), [(0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0), (-1, 1, 1.0)]
)
def test_a_limit_that_allows_nothing_is_none(calls: int, logins: int, seconds: float) -> None:
    with pytest.raises(BadInput, match="at least 1"):
        Limits(calls, logins, seconds=seconds)


# Over HTTP ------------------------------------------------------------------------------------------------


@both
def test_a_client_that_calls_too_fast_is_told_so(environment: Environment) -> None:
    async def test(door: Door) -> None:
        assert [(await door.price()).status for _ in range(5)] == [200, 200, 200, 500, 500]
        refused = await door.buy(1, 70_000)
        assert refused.status == 500
        assert refused.body == {
            "rt_cd": "1",
            "msg_cd": "EGW00201",
            "msg1": "초당 거래건수를 초과하였습니다.",
        }
        assert door.simulation.exchange.last_number == 0

    run(test, environment, limits=Limits(3, seconds=600))


def test_after_a_second_it_may_call_again() -> None:
    async def test(door: Door) -> None:
        assert (await door.price()).status == 200
        assert (await door.price()).code == "EGW00201"
        await asyncio.sleep(0.3)
        assert (await door.price()).status == 200

    run(test, limits=Limits(1, seconds=0.3))


def test_a_login_that_comes_too_fast_is_refused_and_wrong_keys_are_not_counted() -> None:
    async def test(door: Door) -> None:
        again = await door.post("/oauth2/tokenP", login_body(KIM.keys))
        assert (again.status, again.code) == (500, "EGW00201")
        wrong = login_body(LEE.keys) | {"appsecret": "wrong"}
        assert (await door.post("/oauth2/tokenP", wrong)).body["error_code"] == "EGW00105"
        assert (await door.post("/oauth2/tokenP", login_body(LEE.keys))).status == 200

    run(test, limits=Limits(1, seconds=600))


@given(GAPS, st.integers(1, 20))
def test_the_ledger_reads_so_many_balances_of_all_together(gaps: list[float], most: int) -> None:
    limits = Limits(None, ledger=most)
    begun = [at for at in times(gaps) if limits.admit_at_ledger(Call.BALANCE, at)]
    assert all(later - earlier >= 1 for earlier, later in zip(begun, begun[most:], strict=False))
    assert all(limits.admit_at_ledger(Call.BUYING_POWER, at) for at in times(gaps))
