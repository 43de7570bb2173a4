"""An order that rests in an issue whose trading is halted, at the real exchange."""

import asyncio
from pathlib import Path

import pytest
from tests.trading.floor import REQUEST, Floor

from hoga.domain.errors import InvalidOrder
from hoga.domain.order import OrderStatus
from hoga.exchange.commands import HaltIssue, ResumeIssue

S = OrderStatus


@pytest.mark.parametrize("resumes", [False, True])
def test_an_order_that_rests_in_a_halted_issue_holds_its_money_until_it_is_cancelled(
    tmp_path: Path, resumes: bool
) -> None:
    with asyncio.Runner() as loop:
        floor = Floor(loop, tmp_path / "desk.sqlite")
        before = floor.do(floor.broker.buying_power("", None))
        order = floor.place()
        held = before - floor.do(floor.broker.buying_power("", None))
        assert held >= REQUEST.quantity * (REQUEST.price or 0)
        floor.simulation.submit(HaltIssue(REQUEST.code), floor.clock.now())
        floor.restart()
        assert floor.desk.get_order(order.order_id).status is S.OPEN
        assert before - floor.do(floor.broker.buying_power("", None)) == held
        assert floor.place().status in (S.DENIED, S.REJECTED)  # only cancels are taken
        if resumes:
            floor.simulation.submit(ResumeIssue(REQUEST.code), floor.clock.now())
        floor.do(floor.desk.cancel(order.order_id))
        assert floor.desk.get_order(order.order_id).status is S.CANCELED
        assert floor.do(floor.broker.buying_power("", None)) == before
        with pytest.raises(InvalidOrder):
            floor.do(floor.desk.cancel(order.order_id))
        assert floor.do(floor.desk.reconcile()) == ()
        floor.close()
