"""What the client is told of its account is what the exchange has in its books."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from tests.brokers.kis import door
from tests.brokers.kis.door import BUY, DAY, KIM, LEE, PAPER, REAL, Door, account_fields, at
from tests.brokers.kis.test_account import BUY_FEE, PROFIT, SELL_FEE, SOLD, TAX, trade
from tests.brokers.kis.test_reserved import NUMBER, ORDER

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.services import Call
from hoga.domain.errors import BadInput
from hoga.domain.profit import DayProfit
from hoga.domain.request import OrderRequest, OrderType
from hoga.domain.reserved import ReservedState
from hoga.exchange.commands import Place
from hoga.krx.calendar import next_trading_day

CODE = "005930"


def run(
    test: Callable[[Door, KisClient], Awaitable[None]], environment: Environment = REAL, now: str = "10:00"
) -> None:
    """A face that Kim's client stands at, beside the door."""

    async def opened(door: Door) -> None:
        door.clock.set(door.clock.now() + timedelta(minutes=1))
        async with KisClient(
            KIM.keys,
            KIM.account,
            KIM.hts_id,
            environment,
            clock=door.clock,
            luck=lambda: 0.0,
            rest_url=door.face.rest_url,
            websocket_url=door.face.ws_url,
            has_stream=False,
        ) as client:
            await test(door, client)

    door.run(opened, environment, now)


def come(door: Door, text: str) -> None:
    """Let the day go on until then."""
    door.clock.set(at(text))
    door.simulation.advance(at(text))


def buy(quantity: int, price: int | None, order_type: OrderType = OrderType.LIMIT) -> OrderRequest:
    return OrderRequest(code=CODE, side=BUY, quantity=quantity, price=price, order_type=order_type)


def test_what_can_be_sold_is_what_no_open_sell_holds() -> None:
    async def test(door: Door, client: KisClient) -> None:
        assert await client.ledger.sellable(CODE) == 100
        await door.sell(30, 80_000)
        assert await client.ledger.sellable(CODE) == 70
        assert await client.ledger.sellable("000660") == 0

    run(test)


def test_open_orders_of_all_pages_are_those_of_the_exchange() -> None:
    async def test(door: Door, client: KisClient) -> None:
        assert await client.ledger.open_orders() == []
        for n in range(53):
            await door.buy(2, 69_000 - 100 * n)
        door.offer(1, 69_000)
        found = await client.ledger.open_orders()
        records = {
            f"{record.number:010}": record
            for record in door.simulation.exchange.orders(KIM.account, DAY, DAY)
        }
        assert [order.broker_order_id for order in found] == sorted(records)
        for order in found:
            record = records[order.broker_order_id]
            assert order.request == record.request
            assert order.revisable_quantity == record.remaining_quantity
            assert order.filled_quantity == record.filled_quantity
        assert (found[0].filled_quantity, found[0].filled_amount) == (1, 69_000)
        assert found[0].request == buy(2, 69_000)

    run(test)


def test_assets_are_those_of_the_exchange() -> None:
    async def test(door: Door, client: KisClient) -> None:
        await trade(door)
        account = door.simulation.exchange.account(KIM.account)
        found = await client.ledger.assets()
        assert (found.total, found.net) == (account.total_value, account.total_value)
        assert found.cost == sum(position.cost for position in account.positions)
        assert found.unrealized_pnl == account.unrealized_pnl
        assert found.market_value == found.cost + found.unrealized_pnl
        assert (found.deposit, found.loans) == (account.deposit, 0)

    run(test)


def test_profits_are_what_was_sold_less_cost_fees_and_taxes() -> None:
    async def test(door: Door, client: KisClient) -> None:
        await trade(door)
        first = date(2026, 5, 1)
        (day,) = await client.ledger.day_profits(first, DAY)
        assert day == DayProfit(
            day=DAY,
            bought_quantity=10,
            bought=700_000,
            sold_quantity=30,
            sold=SOLD,
            realized_pnl=PROFIT,
            commission=BUY_FEE + SELL_FEE,
            taxes=TAX,
        )
        (row,) = await client.ledger.trade_profits(first, DAY)
        assert (row.code, row.name, row.realized_pnl, row.held) == (CODE, "삼성전자", PROFIT, 80)
        assert await client.ledger.trade_profits(first, DAY, "000660") == []
        without, with_costs = (
            await client.ledger.realized(),
            await client.ledger.realized(with_costs=True),
        )
        account = door.simulation.exchange.account(KIM.account)
        assert (without.realized_pnl, without.unrealized_pnl) == (PROFIT, account.unrealized_pnl)
        assert with_costs.unrealized_pnl < without.unrealized_pnl
        assert without.total_value == account.total_value
        with pytest.raises(BadInput, match="is after"):
            await client.ledger.day_profits(DAY, first)

    run(test)


def test_trade_profits_come_in_pages() -> None:
    async def test(door: Door, client: KisClient) -> None:
        codes = [code for code in door.simulation.exchange.codes if code not in (CODE, "000660")]
        for code in codes:
            door.offer(1, 10_000, code)
            await door.buy(1, 10_000, code)
        found = await client.ledger.trade_profits(DAY, DAY)
        assert sorted(row.code for row in found) == sorted(codes)
        assert {(row.bought, row.held) for row in found} == {(10_000, 1)}

    run(test)


async def reserve(door: Door, **more: str) -> Any:
    """An order that somebody reserves in another program."""
    return (await door.call(Call.RESERVE, ORDER | more)).body


def test_what_somebody_has_reserved_is_told_until_it_is_sent_and_filled() -> None:
    async def test(door: Door, client: KisClient) -> None:
        ledger = client.ledger
        await reserve(door, ORD_QTY="2", ORD_UNPR="70000")
        await reserve(door, ORD_QTY="5", ORD_UNPR="0", ORD_DVSN_CD="01", RSVN_ORD_END_DT="20260520")
        first, second = await ledger.reserved(DAY, DAY)
        assert (first.number, first.request, first.state) == ("1", buy(2, 70_000), ReservedState.WAITING)
        assert (first.first, first.last, first.placed_at) == (DAY, DAY, at("07:01"))
        assert (second.request, second.last) == (buy(5, None, OrderType.MARKET), date(2026, 5, 20))

        await door.call(Call.RESERVE_CANCEL, account_fields() | NUMBER | {"RSVN_ORD_SEQ": "2"})
        _, second = await ledger.reserved(DAY, DAY)
        assert second.state is ReservedState.CANCELED

        door.offer(2, 69_900)
        come(door, "08:35")
        door.offer(2, 69_900)
        come(door, "09:01")
        first, _ = await ledger.reserved(DAY, DAY)
        assert (first.state, first.filled_quantity) == (ReservedState.SENT, 2)
        (order,) = door.simulation.exchange.orders(KIM.account, DAY, DAY)
        assert first.broker_order_id == f"{order.number:010}"
        assert first.filled_amount == order.filled_amount

    run(test, now="07:00")


def test_reserved_orders_come_in_pages_of_twenty() -> None:
    async def test(door: Door, client: KisClient) -> None:
        for n in range(45):
            assert (await reserve(door, ORD_QTY=str(n + 1)))["rt_cd"] == "0"
        found = await client.ledger.reserved(DAY, next_trading_day(DAY))
        assert [order.request.quantity for order in found] == list(range(1, 46))

    run(test, now="07:00")


def test_what_others_trade_is_not_told() -> None:
    async def test(door: Door, client: KisClient) -> None:
        door.offer(5, 70_000)
        door.trade(Place(LEE.account, CODE, BUY, 5, 70_000))
        assert await client.ledger.day_profits(DAY, DAY) == []

    run(test)


def test_paper_says_what_it_has_not_of_an_account() -> None:
    async def test(door: Door, client: KisClient) -> None:
        ledger = client.ledger
        for question in (
            ledger.sellable(CODE),
            ledger.open_orders(),
            ledger.assets(),
            ledger.realized(),
            ledger.day_profits(DAY, DAY),
            ledger.trade_profits(DAY, DAY),
            ledger.reserved(DAY, DAY),
        ):
            with pytest.raises(BadInput, match="paper"):
                await question

    run(test, PAPER)
