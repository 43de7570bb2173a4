import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import BadInput, BrokerError, InvalidOrder, JournalError
from hoga.domain.events import DayClosed, DayOpened, OrderSubmitted
from hoga.domain.notices import FillNotice, OrderReport
from hoga.domain.order import OUTSIDE, OrderStatus
from hoga.domain.position import Lot
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.trading.desk import NEVER_LEFT

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
NewWorld = Callable[..., "World"]


# Placing


def test_an_order_is_journalled_sent_and_open(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)  # the broker looks into the journal before it takes anything
    assert (order.status, order.source, order.broker_order_ids) == (S.OPEN, "test", ("101",))
    assert world.kinds(order) == ["OrderSubmitted", "OrderAccepted"]
    assert world.broker.sent == [("place", order.order_id)]


def test_ids_carry_the_day_and_count_denied_orders_too(world: "World", buy: OrderRequest) -> None:
    orders = [world.place(buy), world.place(replace(buy, quantity=0)), world.place(buy)]
    assert [order.order_id for order in orders] == [
        "20251114-000001",
        "20251114-000002",
        "20251114-000003",
    ]


def test_ids_go_on_after_a_restart(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    world.restart()
    assert world.place(buy).order_id == "20251114-000002"


def test_the_watermark_is_the_highest_number_known_before_sending(world: "World", buy: OrderRequest) -> None:
    assert world.place(buy).watermark == ""
    assert int(world.place(buy).watermark) == 101
    world.do(world.desk.cancel("20251114-000001"))  # the request to cancel has the number 103
    assert int(world.place(buy).watermark) == 103
    world.broker.next_number = 2_000
    world.broker.enter(buy, None)  # somebody else's
    world.settle()
    submitted = [entry for entry in world.journal.entries if isinstance(entry, OrderSubmitted)]
    assert int(world.place(buy).watermark) == 2_000
    assert [int(entry.watermark or 0) for entry in submitted] == [0, 101, 103]


def test_a_refusal_is_final_and_keeps_the_brokers_words(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("refuse")
    order = world.place(buy)
    assert (order.status, order.reason) == (S.REJECTED, "APBK0952 주문가능금액을 초과 했습니다")
    assert len(world.broker.sent) == 1


def test_a_request_that_never_left_is_not_repeated_by_itself(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("unreachable")
    order = world.place(buy)
    assert order.status is S.REJECTED
    assert order.reason.startswith(NEVER_LEFT)
    assert len(world.broker.sent) == 1


def test_an_answer_without_a_number_is_no_answer(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("numberless")
    order = world.place(buy)
    assert order.status is S.UNCONFIRMED
    world.settle()
    assert world.order(order).status is S.OPEN
    world.check_books()


def test_an_adapter_that_breaks_leaves_the_order_in_doubt_and_shows_itself(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.script.append("raise")
    with pytest.raises(RuntimeError, match="the adapter broke"):
        world.place(buy)
    (order,) = world.desk.orders
    assert (order.status, order.reason) == (S.UNCONFIRMED, "RuntimeError: the adapter broke")
    world.settle()
    world.check_books()
    assert len(world.broker.sent) == 1


def test_an_order_whose_sender_gave_up_waiting_is_in_doubt(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("slow ok")
    sending = world.begin(world.desk.place(buy, "bridge"))
    sending.cancel()
    world.turn()
    assert sending.cancelled()
    (order,) = world.desk.orders
    assert order.status is S.UNCONFIRMED
    assert world.desk.is_look_due
    world.settle()
    world.check_books()


def test_a_number_that_belongs_to_another_order_is_not_believed(world: "World", buy: OrderRequest) -> None:
    first = world.place(buy)
    world.broker.next_number = 101
    second = world.place(replace(buy, price=69_000))
    assert second.status is S.UNCONFIRMED
    assert world.lines.about("belongs to 20251114-000001 already")
    assert world.order(first).broker_order_ids == ("101",)


def test_prices_that_cannot_be_read_stop_the_order_before_the_journal(
    world: "World", buy: OrderRequest
) -> None:
    world.market.faults.append("fail")
    with pytest.raises(BrokerError):
        world.place(buy)
    assert world.kinds() == ["DayOpened"]
    assert world.broker.sent == []


def test_a_denied_order_costs_the_broker_no_question(world: "World", buy: OrderRequest) -> None:
    async def never() -> None:
        raise AssertionError("asked for the buying power")

    world.broker.before_buying_power = never
    assert world.place(replace(buy, price=70_050)).status is S.DENIED


def test_a_sell_needs_no_buying_power(world: "World", sell: OrderRequest) -> None:
    world.broker.cash = 0
    assert world.place(sell).status is S.OPEN


def test_before_it_was_opened_a_desk_does_nothing(new_world: NewWorld, buy: OrderRequest) -> None:
    world = new_world(open_it=False)
    with pytest.raises(InvalidOrder, match="has not been opened"):
        world.place(buy)
    assert not world.desk.is_open
    assert world.broker.sent == []


# Two things at once


def test_two_buys_at_once_cannot_spend_the_same_money(world: "World", buy: OrderRequest) -> None:
    world.broker.cash = 1_000_000
    world.broker.script.append("slow ok")
    first = world.begin(world.desk.place(buy, "a"))
    second = world.end(world.begin(world.desk.place(buy, "b")))
    assert second.status is S.DENIED
    assert second.reason.startswith("insufficient_buying_power")
    world.broker.answers[0].set()
    assert world.end(first).status is S.OPEN


def test_money_of_an_order_in_doubt_is_not_spent_again(world: "World", buy: OrderRequest) -> None:
    world.broker.cash = 2_699_999
    world.do(world.desk.reconcile())
    world.broker.script.append("gone")
    world.place(buy)
    hynix = replace(buy, code="000660", price=200_000)
    assert world.place(hynix).status is S.DENIED  # needs 2,000,000
    world.settle_for_good()
    assert world.place(hynix).status is S.OPEN


def test_when_an_order_is_answered_during_the_question_the_question_is_put_again(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.cash = 1_400_000
    world.broker.script.append("slow ok")
    first = world.begin(world.desk.place(buy, "a"))
    asked = []

    async def answer_the_first() -> None:
        asked.append(1)
        world.broker.answers[0].set()
        for _ in range(5):
            await asyncio.sleep(0)

    world.broker.before_buying_power = answer_the_first
    second = world.end(world.begin(world.desk.place(buy, "b")))
    assert asked
    assert (world.end(first).status, second.status) == (S.OPEN, S.OPEN)


def test_two_sells_at_once_cannot_sell_the_same_shares(world: "World", sell: OrderRequest) -> None:
    world.broker.script.append("slow ok")
    first = world.begin(world.desk.place(sell, "a"))
    second = world.end(world.begin(world.desk.place(replace(sell, quantity=1), "b")))
    assert second.status is S.DENIED
    world.broker.answers[0].set()
    assert world.end(first).status is S.OPEN


def test_a_sell_does_not_wait_for_a_buy_that_is_being_judged(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    world.broker.before_buying_power = hang
    buying = world.begin(world.desk.place(buy, "a"))
    assert world.place(sell).status is S.OPEN
    never.set()
    assert world.end(buying).status is S.OPEN


# Cancelling and replacing


def test_only_an_open_order_can_be_canceled_or_replaced(world: "World", buy: OrderRequest) -> None:
    done = world.place(replace(buy, quantity=0))
    world.broker.script.append("gone")
    doubtful = world.place(buy)
    for order in (done, doubtful):
        with pytest.raises(InvalidOrder, match=order.status):
            world.do(world.desk.cancel(order.order_id))
        with pytest.raises(InvalidOrder, match=order.status):
            world.do(world.desk.replace(order.order_id, 69_000))
    with pytest.raises(InvalidOrder, match="no such order"):
        world.do(world.desk.cancel("20251114-000099"))
    assert [kind for kind, _ in world.broker.sent] == ["place"]


def test_a_second_request_waits_until_the_first_is_settled(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.do(world.desk.cancel(order.order_id))
    with pytest.raises(InvalidOrder, match="pending_cancel"):
        world.do(world.desk.cancel(order.order_id))
    with pytest.raises(InvalidOrder, match="pending_cancel"):
        world.do(world.desk.replace(order.order_id, 69_000))


def test_a_cancel_is_journalled_before_it_is_sent(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.do(world.desk.cancel(order.order_id))
    world.broker.confirm_cancel(101, 10)
    assert world.kinds(order)[2:] == ["CancelSubmitted", "OrderCanceled"]


@pytest.mark.parametrize("what", ["refuse", "unreachable"])
def test_a_cancel_that_is_refused_or_never_left_leaves_the_order_open(
    world: "World", buy: OrderRequest, what: str
) -> None:
    order = world.place(buy)
    world.broker.script.append(what)
    assert world.do(world.desk.cancel(order.order_id)).status is S.OPEN


def test_a_cancel_refused_because_all_has_filled_finds_the_fill(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 10, told=False)
    assert world.do(world.desk.cancel(order.order_id)).status is S.OPEN
    assert world.desk.is_look_due
    world.settle()
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_a_cancel_whose_sender_gave_up_is_in_doubt(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("slow ok")
    sending = world.begin(world.desk.cancel(order.order_id))
    sending.cancel()
    world.turn()
    assert world.order(order).is_unconfirmed
    world.settle()
    assert world.order(order).status is S.CANCELED


def test_a_replace_is_journalled_sent_and_gives_a_new_number(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    replaced = world.do(world.desk.replace(order.order_id, 69_500))
    assert (replaced.status, replaced.price, replaced.broker_order_ids) == (S.OPEN, 69_500, ("101", "102"))
    assert world.kinds(order)[2:] == ["ReplaceSubmitted", "OrderReplaced"]
    world.broker.confirm_replace(101, 102)
    world.broker.fill(102, 10)
    assert world.order(order).filled_amount == 695_000
    world.check_books()


@pytest.mark.parametrize("what", ["refuse", "unreachable"])
def test_a_replace_that_is_refused_or_never_left_leaves_the_price(
    world: "World", buy: OrderRequest, what: str
) -> None:
    order = world.place(buy)
    world.broker.script.append(what)
    after = world.do(world.desk.replace(order.order_id, 69_500))
    assert (after.status, after.price) == (S.OPEN, 70_000)


@pytest.mark.parametrize(("price", "word"), [(69_550, "tick"), (91_100, "limits"), (70_000, "another price")])
def test_a_replace_passes_the_same_gate(world: "World", buy: OrderRequest, price: int, word: str) -> None:
    order = world.place(buy)
    with pytest.raises(InvalidOrder, match=word):
        world.do(world.desk.replace(order.order_id, price))
    assert [kind for kind, _ in world.broker.sent] == ["place"]
    assert world.order(order) == order


def test_a_market_order_has_no_price_to_replace(world: "World", market_buy: OrderRequest) -> None:
    order = world.place(market_buy)
    with pytest.raises(InvalidOrder, match="Cancel it and order anew"):
        world.do(world.desk.replace(order.order_id, 70_000))


def test_a_conditional_order_can_have_a_new_price_and_stays_one(world: "World", buy: OrderRequest) -> None:
    order = world.place(replace(buy, order_type=OrderType.LIMIT_TO_MARKET_ON_CLOSE))
    replaced = world.do(world.desk.replace(order.order_id, 69_500))
    assert (replaced.status, replaced.price) == (S.OPEN, 69_500)
    assert world.broker.rows[102].request.order_type is OrderType.LIMIT_TO_MARKET_ON_CLOSE
    world.settle()
    world.check_books()


def test_a_stop_limit_order_is_cancelled_and_ordered_anew(world: "World", buy: OrderRequest) -> None:
    stop = replace(buy, order_type=OrderType.STOP_LIMIT, stop_price=70_500, price=70_600)
    number = world.broker.enter(stop, None)  # in HTS
    world.settle()
    (order,) = world.desk.orders
    with pytest.raises(InvalidOrder, match="is a stop_limit order, which is not replaced"):
        world.do(world.desk.replace(order.order_id, 70_700))
    assert world.broker.sent == []
    assert world.broker.rows.keys() == {number}


def test_the_price_that_an_order_has_is_no_new_one(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    with pytest.raises(InvalidOrder, match="has the price of 70000 won already"):
        world.do(world.desk.replace(order.order_id, 70_000))
    assert [kind for kind, _ in world.broker.sent] == ["place"]


def test_a_dearer_price_needs_the_money_for_the_difference_only(world: "World", buy: OrderRequest) -> None:
    world.broker.cash = 710_000
    order = world.place(buy)
    with pytest.raises(InvalidOrder, match="buying power"):
        world.do(world.desk.replace(order.order_id, 71_100))
    assert world.do(world.desk.replace(order.order_id, 71_000)).price == 71_000


def test_a_sell_of_everything_can_be_replaced(world: "World", sell: OrderRequest) -> None:
    order = world.place(sell)
    assert world.do(world.desk.replace(order.order_id, 69_900)).price == 69_900


def test_money_that_a_replace_in_doubt_may_hold_is_not_spent(world: "World", buy: OrderRequest) -> None:
    world.broker.cash = 900_000
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.replace(order.order_id, 80_000))
    assert world.do(world.desk.cash()) == 100_000
    world.settle_for_good()
    assert world.do(world.desk.cash()) == 200_000


def test_cash_leaves_out_what_an_order_in_doubt_may_hold(world: "World", market_buy: OrderRequest) -> None:
    before = world.do(world.desk.cash())
    world.broker.script.append("gone")
    world.place(market_buy)
    assert world.do(world.desk.cash()) == before - 910_000


# The journal fails


def test_an_order_that_cannot_be_written_is_not_sent(world: "World", buy: OrderRequest) -> None:
    world.journal.is_full = True
    with pytest.raises(JournalError, match="the disk is full"):
        world.place(buy)
    assert world.broker.sent == []
    assert len(world.desk.orders) == 0


def test_after_that_nothing_is_sent_any_more_and_it_is_told_once(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    order = world.place(buy)
    world.journal.is_full = True
    for request in (buy, sell, replace(buy, price=70_050)):
        with pytest.raises(JournalError):
            world.place(request)
    world.journal.is_full = False  # room again makes no difference: what was missed is not known
    with pytest.raises(JournalError):
        world.place(sell)
    with pytest.raises(JournalError):
        world.do(world.desk.cancel(order.order_id))
    with pytest.raises(JournalError):
        world.do(world.desk.replace(order.order_id, 69_000))
    with pytest.raises(JournalError):
        world.broker.fill(101, 1)
    assert world.broker.sent == [("place", order.order_id)]
    assert len(world.lines.about("Trading stops")) == 1
    assert not world.desk.is_open


def test_an_answer_that_cannot_be_written_halts_and_is_found_after_the_restart(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.immediately = lambda number: setattr(world.journal, "is_full", True)
    with pytest.raises(JournalError):
        world.place(buy)
    assert world.kinds() == ["DayOpened", "OrderSubmitted"]
    recovery = world.restart()
    assert (recovery.doubtful, recovery.unsettled) == (1, 0)
    (order,) = world.desk.orders
    assert order.status is S.OPEN
    world.check_books()
    assert len(world.broker.sent) == 1


def test_a_fill_that_cannot_be_written_halts_and_is_found_after_the_restart(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.journal.is_full = True
    with pytest.raises(JournalError):
        world.broker.fill(101, 4)
    assert world.order(order).filled_quantity == 0
    recovery = world.restart()
    assert recovery.fills == 1
    assert world.order(order).filled_quantity == 4
    world.check_books()


# Opening


def test_opening_writes_the_account_down_once(world: "World") -> None:
    (opened,) = world.journal.entries
    assert isinstance(opened, DayOpened)
    assert opened.account.buying_power == world.broker.cash
    assert world.desk.opening is opened.account
    world.broker.cash -= 5
    world.restart()
    assert world.kinds() == ["DayOpened"]
    assert world.desk.opening.buying_power == opened.account.buying_power


def test_a_first_opening_has_nothing_to_recover(new_world: NewWorld) -> None:
    world = new_world(open_it=False)
    recovery = world.open()
    assert not recovery.is_restart
    assert recovery.lines == ()
    assert world.desk.is_open


def test_what_happened_while_nobody_listened_is_recovered_and_told(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    first = world.place(buy)
    world.broker.script.append("lost")
    second = world.place(replace(buy, code="000660", price=200_000))
    third = world.place(sell)
    world.do(world.desk.cancel(third.order_id))
    world.broker.tell = lambda notice: None
    world.broker.fill(101, 4)
    world.broker.fill(102, 10)
    world.broker.enter(replace(buy, price=69_000), None)
    recovery = world.restart()
    assert (recovery.replayed, recovery.doubtful, recovery.unsettled) == (3, 2, 0)
    assert (recovery.fills, recovery.adopted) == (2, 1)
    assert [line.split(" / ")[1] for line in recovery.lines] == [
        "continued with 3 orders from the journal",
        "settled 2 of 2 in doubt",
        "found 2 fills",
        "adopted 1 orders placed elsewhere",
    ]
    assert [world.order(order).status for order in (first, second, third)] == [S.OPEN, S.FILLED, S.CANCELED]
    world.check_books()


@pytest.mark.parametrize("day", [date(2025, 11, 15), date(2025, 10, 3)])
def test_a_day_without_trading_is_not_opened(new_world: NewWorld, day: date) -> None:
    world = new_world(open_it=False)
    with pytest.raises(BadInput):
        world.do(world.desk.open(day))


def test_a_broker_that_cannot_be_read_leaves_the_desk_closed_and_can_be_tried_again(
    new_world: NewWorld, buy: OrderRequest
) -> None:
    world = new_world(open_it=False)
    world.broker.faults.append("fail")
    with pytest.raises(BrokerError):
        world.open()
    assert not world.desk.is_open
    assert world.place(buy).reason.startswith("not_open")
    assert world.broker.sent == []
    world.broker.account_faults.append("fail")
    with pytest.raises(BrokerError):
        world.open()
    assert "DayOpened" not in world.kinds()
    world.open()
    assert world.place(buy).status is S.OPEN


def test_what_others_traded_before_the_opening_is_in_its_account(
    new_world: NewWorld, buy: OrderRequest
) -> None:
    world = new_world(open_it=False)
    number = world.broker.enter(buy, None)
    world.broker.fill(number, 10)
    recovery = world.open()
    assert (recovery.adopted, recovery.fills) == (1, 1)
    assert world.desk.positions["005930"].quantity == 10
    assert world.desk.lots == {"005930": (Lot("005930", world.day, 10),)}
    world.check_books()


def test_an_account_that_moves_while_it_is_read_is_read_again(new_world: NewWorld, buy: OrderRequest) -> None:
    world = new_world(open_it=False)
    number = world.broker.enter(buy, None)
    moves = [3, 2]

    def move() -> None:
        if moves:
            world.broker.fill(number, moves.pop(), told=False)

    world.broker.before_account = move
    world.open()
    world.check_books()
    assert world.desk.differences == frozenset()


def test_an_account_that_never_rests_is_not_opened(new_world: NewWorld, buy: OrderRequest) -> None:
    world = new_world(open_it=False)
    number = world.broker.enter(replace(buy, quantity=100), None)

    def trade() -> None:
        world.broker.fill(number, 1, told=False)

    world.broker.before_account = trade
    with pytest.raises(BrokerError, match="keeps changing"):
        world.open()


def past(world: "World", day: date, side: Side, quantity: int) -> OrderReport:
    return OrderReport(
        broker_order_id="0000000101",  # numbers begin anew every day
        replaces="",
        request=OrderRequest(code="005930", side=side, quantity=quantity, price=69_000),
        filled_quantity=quantity,
        filled_amount=quantity * 69_000,
        canceled_quantity=0,
        rejected_quantity=0,
        remaining_quantity=0,
        placed_at=datetime.combine(day, time(10), KST),
    )


def test_lots_are_dated_from_the_orders_of_earlier_days(new_world: NewWorld, sell: OrderRequest) -> None:
    world = new_world(open_it=False, shares={"005930": 10})
    world.broker.past += [
        past(world, date(2025, 10, 2), Side.BUY, 50),  # longer ago than is looked at
        past(world, date(2025, 11, 5), Side.BUY, 6),
        past(world, date(2025, 11, 12), Side.BUY, 5),
        past(world, date(2025, 11, 13), Side.SELL, 2),
    ]
    world.open()
    assert world.desk.lots == {
        "005930": (Lot("005930", date(2025, 11, 5), 5), Lot("005930", date(2025, 11, 12), 5))
    }
    assert len(world.desk.orders) == 0
    world.place(replace(sell, quantity=7))
    world.broker.fill(101, 7)
    assert world.desk.lots == {"005930": (Lot("005930", date(2025, 11, 12), 3),)}
    lots = world.desk.lots
    world.restart()
    assert world.desk.lots == lots


def test_a_broker_without_earlier_days_opens_and_gives_no_ages(
    new_world: NewWorld, sell: OrderRequest
) -> None:
    world = new_world(open_it=False, shares={"005930": 10})
    world.broker.keeps_past = False
    world.open()
    assert world.desk.lots == {}
    world.place(sell)
    assert [status for status, _ in world.broker.sent] == ["place"]


def test_shares_locked_by_the_broker_are_not_offered(new_world: NewWorld, sell: OrderRequest) -> None:
    world = new_world(open_it=False, shares={"005930": 10})
    world.broker.locked["005930"] = 4
    world.broker.enter(replace(sell, quantity=3), None)
    world.open()
    assert world.desk.positions["005930"].sellable_quantity == 3
    world.restart()
    assert world.desk.positions["005930"].sellable_quantity == 3


def test_the_desk_is_not_opened_anew_while_it_sends(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("slow ok")
    sending = world.begin(world.desk.place(buy, "test"))
    with pytest.raises(InvalidOrder, match="sends or reads"):
        world.open()
    world.broker.answers[0].set()
    world.end(sending)
    world.open()
    assert len(world.desk.orders) == 1


def test_the_next_day_begins_with_a_new_count_and_the_old_orders_gone(
    world: "World", buy: OrderRequest
) -> None:
    world.place(buy)
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    world.later(hours=17, days=2)
    world.broker.rows.clear()
    world.do(world.desk.open(date(2025, 11, 17)))
    assert len(world.desk.orders) == 0
    order = world.place(buy)
    assert order.order_id == "20251117-000001"


# Reconciling


def test_books_that_agree_have_no_differences(world: "World", buy: OrderRequest, sell: OrderRequest) -> None:
    world.place(buy)
    world.broker.fill(101, 4)
    world.place(sell)
    world.broker.fill(102, 10, 71_000)
    world.later(seconds=11)
    assert world.do(world.desk.reconcile()) == ()


def test_a_difference_is_told_with_both_sides_once_and_changes_nothing(world: "World") -> None:
    world.broker.shares["005930"] = 7
    world.broker.cash += 1_000
    before = list(world.journal.entries)
    found = world.do(world.desk.reconcile())
    assert [(each.subject, each.ours, each.theirs) for each in found] == [
        ("005930", 10, 7),
        ("deposit_d2", 100_000_000, 100_001_000),
    ]
    assert world.lines.about("005930: ours 10, the broker's 7")
    assert world.lines.about("005930: 우리 기록 10, 증권사 7")
    assert world.desk.positions["005930"].quantity == 10
    assert world.journal.entries == before
    told = len(world.lines.told)
    world.do(world.desk.reconcile())
    assert len(world.lines.told) == told
    world.broker.shares["005930"] = 6
    world.do(world.desk.reconcile())
    assert len(world.lines.told) == told + 1


def test_a_difference_that_went_and_came_is_told_again(world: "World") -> None:
    world.broker.shares["005930"] = 7
    world.do(world.desk.reconcile())
    world.broker.shares["005930"] = 10
    assert world.do(world.desk.reconcile()) == ()
    world.broker.shares["005930"] = 7
    world.do(world.desk.reconcile())
    assert len(world.lines.about("005930: ours 10")) == 2


def test_holdings_that_only_the_broker_knows_are_a_difference(world: "World") -> None:
    world.broker.shares["000660"] = 5
    (difference,) = world.do(world.desk.reconcile())
    assert (difference.subject, difference.ours, difference.theirs) == ("000660", 0, 5)


def test_what_has_just_traded_is_not_held_against_an_account_that_lags(
    world: "World", buy: OrderRequest
) -> None:
    world.place(buy)
    world.broker.fill(101, 4)
    world.broker.shares["005930"] -= 4  # the account does not show it yet
    world.broker.cash += 280_000
    assert world.do(world.desk.reconcile()) == ()
    world.later(seconds=11)
    assert len(world.do(world.desk.reconcile())) == 2


def test_a_fill_between_reading_account_and_orders_is_no_difference(
    world: "World", buy: OrderRequest
) -> None:
    world.place(buy)
    world.later(minutes=1)

    async def fill() -> None:
        world.broker.fill(101, 4, told=False)

    world.broker.before_read = fill
    world.do(world.desk.reconcile())
    world.settle()
    assert not world.lines.about("differs")
    world.check_books()


def test_more_fills_than_the_broker_lists_are_a_difference(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    for second in (0, 1):  # one execution, told twice with different times
        notice = FillNotice(
            broker_order_id="101",
            at=world.clock.now() + timedelta(seconds=second),
            quantity=3,
            price=70_000,
        )
        world.desk.on_notice(notice)
    world.broker.fill(101, 3, told=False)
    world.later(seconds=30)
    found = world.do(world.desk.reconcile())
    assert (order.order_id, 6, 3) in [(each.subject, each.ours, each.theirs) for each in found]


@pytest.mark.parametrize("fault", ["account", "orders"])
def test_a_reconciliation_that_cannot_read_changes_nothing(
    world: "World", buy: OrderRequest, fault: str
) -> None:
    world.place(buy)
    world.broker.fill(101, 4, told=False)
    before = list(world.journal.entries)
    (world.broker.account_faults if fault == "account" else world.broker.faults).append("fail")
    with pytest.raises(BrokerError):
        world.do(world.desk.reconcile())
    assert world.journal.entries == before
    world.do(world.desk.reconcile())
    assert world.desk.orders[0].filled_quantity == 4


def test_a_gap_in_the_notices_calls_for_the_list(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    world.broker.fill(101, 4, told=False)
    assert not world.desk.is_look_due
    world.desk.on_gap()
    assert world.desk.is_look_due
    world.settle()
    assert world.desk.orders[0].filled_quantity == 4


# Watching


class Watch:
    """A desk that watches by itself, and a clock that is moved from outside."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.task = world.begin(world.desk.watch())

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.world.later(seconds=1)
            self.world.turn()

    def stop(self) -> None:
        self.task.cancel()
        self.world.turn()


def test_a_watching_desk_settles_doubts_by_itself(world: "World", buy: OrderRequest) -> None:
    watch = Watch(world)
    world.broker.script.append("lost")
    order = world.place(buy)
    watch.pass_time(1)
    assert world.order(order).status is S.OPEN
    world.broker.script.append("gone")
    missing = world.place(replace(buy, price=69_000))
    watch.pass_time(9)
    assert world.order(missing).status is S.UNCONFIRMED
    watch.pass_time(5)
    assert world.order(missing).status is S.NOT_RECEIVED
    watch.stop()
    world.check_books()


def test_a_watching_desk_reconciles_every_minute(world: "World") -> None:
    watch = Watch(world)
    reads = world.broker.reads
    watch.pass_time(59)
    assert world.broker.reads == reads
    world.broker.shares["005930"] = 9
    watch.pass_time(1)
    assert world.broker.reads == reads + 1
    assert world.lines.about("005930: ours 10, the broker's 9")
    watch.pass_time(180)
    assert world.broker.reads == reads + 4
    watch.stop()


def test_a_watching_desk_reconciles_at_once_after_a_gap(world: "World") -> None:
    watch = Watch(world)
    watch.pass_time(20)
    world.broker.shares["005930"] = 9
    watch.pass_time(1)
    assert not world.lines.about("005930: ours 10")
    world.desk.on_gap()
    watch.pass_time(1)
    assert world.lines.about("005930: ours 10, the broker's 9")
    watch.stop()


def test_a_watching_desk_outlasts_a_broker_that_cannot_be_read(world: "World", buy: OrderRequest) -> None:
    watch = Watch(world)
    world.place(buy)
    world.broker.fill(101, 4, told=False)
    world.broker.account_faults += ["fail", "fail"]
    watch.pass_time(125)
    assert world.desk.orders[0].filled_quantity == 0
    watch.pass_time(60)
    assert world.desk.orders[0].filled_quantity == 4
    assert len(world.lines.about("cannot be read")) == 1
    assert len(world.lines.about("can be read again")) == 1
    watch.stop()


def test_a_watching_desk_that_halts_says_so(world: "World", buy: OrderRequest) -> None:
    watch = Watch(world)
    world.place(buy)
    world.broker.fill(101, 4, told=False)
    world.journal.is_full = True
    watch.pass_time(60)
    with pytest.raises(JournalError):
        world.end(watch.task)


def test_watching_may_begin_before_the_opening(new_world: NewWorld, buy: OrderRequest) -> None:
    world = new_world(open_it=False)
    watch = Watch(world)
    watch.pass_time(5)
    world.open()
    world.broker.script.append("lost")
    order = world.place(buy)
    watch.pass_time(1)
    assert world.order(order).status is S.OPEN
    watch.stop()


# Closing


def test_the_day_is_not_closed_before_the_closing_auction_is_surely_over(world: "World") -> None:
    world.clock.set(world.at(15, 30, 29))
    with pytest.raises(InvalidOrder, match="15:30:30"):
        world.do(world.desk.close_day())
    assert "DayClosed" not in world.kinds()


def test_closing_settles_finds_and_lets_the_rest_expire(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    part = world.place(buy)
    world.broker.script.append("lost")
    lost = world.place(replace(sell, quantity=4))
    world.clock.set(world.at(15, 31))
    world.broker.fill(101, 3, told=False)
    closed = world.do(world.desk.close_day())
    assert isinstance(closed, DayClosed)
    assert [position.quantity for position in closed.account.positions] == [13]
    assert (world.order(part).status, world.order(part).filled_quantity) == (S.EXPIRED, 3)
    assert world.order(lost).status is S.EXPIRED
    assert world.kinds()[-1] == "DayClosed"
    assert all(order.is_done for order in world.desk.orders)
    assert not world.desk.is_open
    assert world.desk.look_at is None


def test_closing_waits_until_what_is_in_doubt_is_settled(world: "World", buy: OrderRequest) -> None:
    world.clock.set(world.at(15, 29, 50))
    world.broker.script.append("gone")
    order = world.place(buy)
    world.clock.set(world.at(15, 31))
    closing = world.begin(world.desk.close_day())
    assert not closing.done()
    world.later(seconds=2)
    world.end(closing)
    assert world.order(order).status is S.NOT_RECEIVED


def test_a_day_whose_doubts_cannot_be_settled_is_not_closed(world: "World", buy: OrderRequest) -> None:
    world.place(replace(buy, price=69_000))
    world.broker.script.append("gone")
    order = world.place(buy)
    world.clock.set(world.at(15, 31))
    world.broker.faults += ["empty"] * 100
    closing = world.begin(world.desk.close_day())
    for _ in range(60):
        world.later(seconds=2)
        world.turn()
    with pytest.raises(BrokerError, match=order.order_id):
        world.end(closing)
    assert "DayClosed" not in world.kinds()
    world.broker.faults.clear()
    closing = world.begin(world.desk.close_day())
    for _ in range(3):
        world.later(seconds=2)
        world.turn()
    world.end(closing)
    assert world.order(order).status is S.NOT_RECEIVED


def test_a_closed_day_stays_closed(world: "World", buy: OrderRequest) -> None:
    world.clock.set(world.at(15, 31))
    closed = world.do(world.desk.close_day())
    assert world.do(world.desk.close_day()) is closed
    recovery = world.restart()
    assert recovery.is_restart
    assert not world.desk.is_open
    assert world.do(world.desk.close_day()) == closed
    assert world.kinds().count("DayClosed") == 1


def test_a_closed_day_is_not_held_against_the_account_of_the_night(world: "World") -> None:
    world.clock.set(world.at(20, 30))
    world.do(world.desk.close_day())
    world.restart()
    watch = Watch(world)
    world.broker.shares["005930"] = 9
    watch.pass_time(600)
    assert not world.lines.about("005930: ours 10")
    watch.stop()


def test_a_closed_day_is_not_held_against_the_account_of_the_next_one_after_a_restart(world: "World") -> None:
    world.clock.set(world.at(20, 30))
    world.do(world.desk.close_day())
    world.later(hours=4)
    world.broker.shares["005930"] = 9
    world.restart()
    assert not world.lines.about("differs")
    assert not world.desk.differences


@pytest.mark.parametrize("keeps_past", [True, False])
def test_a_day_left_open_is_closed_after_midnight_without_a_false_alarm(
    world: "World", buy: OrderRequest, keeps_past: bool
) -> None:
    order = world.place(buy)
    world.broker.fill(101, 2)
    world.broker.costs_today, world.broker.cash = 300, world.broker.cash - 300
    world.later(minutes=5)
    assert world.do(world.desk.reconcile()) == ()
    world.later(hours=15)  # the program was gone over midnight, and the costs of the account begin anew
    world.broker.expire()
    world.broker.costs_today, world.broker.keeps_past = 0, keeps_past
    world.restart()
    assert not world.desk.differences
    world.do(world.desk.close_day())
    assert (world.order(order).status, world.order(order).filled_quantity) == (S.EXPIRED, 2)
    assert not world.lines.about("differs")
    world.restart()
    assert not world.desk.is_open
    assert not world.lines.about("differs")


def test_a_fill_that_nobody_told_of_a_day_left_open_is_found_after_midnight(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.fill(101, 3, told=False)
    world.later(hours=15)
    world.broker.expire()
    recovery = world.restart()
    assert recovery.fills == 1
    assert world.order(order).filled_quantity == 3
    assert not world.desk.differences


def test_shares_that_differ_after_midnight_are_told_where_orders_are_not_kept(
    world: "World", buy: OrderRequest
) -> None:
    world.place(buy)
    world.broker.fill(101, 3, told=False)
    world.later(hours=15)
    world.broker.expire()
    world.broker.keeps_past = False
    world.restart()
    assert world.lines.about("005930: ours 10, the broker's 13")


@pytest.mark.parametrize("arrived", [True, False])
def test_a_doubt_of_a_day_left_open_is_settled_after_midnight_by_its_list(
    world: "World", buy: OrderRequest, arrived: bool
) -> None:
    world.broker.script.append("lost" if arrived else "gone")
    order = world.place(buy)
    assert world.order(order).is_in_doubt
    world.later(hours=15)
    world.broker.expire()
    world.broker.cash -= 1_000  # interest, fees: the money of another day proves nothing
    world.restart()
    closing = world.begin(world.desk.close_day())
    for _ in range(3):
        world.later(seconds=2)
        world.turn()
    world.end(closing)
    assert world.order(order).status is (S.EXPIRED if arrived else S.NOT_RECEIVED)


def test_a_day_that_is_past_opens_where_its_orders_are_not_kept(new_world: NewWorld) -> None:
    world = new_world(open_it=False, start=datetime.combine(date(2025, 11, 15), time(9), KST))
    world.broker.keeps_past = False
    world.open()
    assert world.desk.positions.keys() == world.broker.shares.keys()


def test_a_fill_told_after_the_close_still_counts(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    world.broker.fill(101, 2)
    assert (world.order(order).status, world.order(order).filled_quantity) == (S.EXPIRED, 2)


# What others may ask


def test_listeners_hear_everything_after_it_has_happened(world: "World", buy: OrderRequest) -> None:
    heard: list[tuple[str, str]] = []
    world.desk.listen(
        lambda event, order: heard.append((type(event).__name__, order.status if order else ""))
    )
    world.place(buy)
    world.broker.fill(101, 10)
    assert heard == [
        ("OrderSubmitted", "submitted"),
        ("OrderAccepted", "open"),
        ("OrderFilled", "filled"),
    ]


def test_listeners_outlive_the_day(world: "World", buy: OrderRequest) -> None:
    heard: list[str] = []
    world.desk.listen(lambda event, order: heard.append(type(event).__name__))
    world.open()
    world.place(buy)
    assert heard == ["OrderSubmitted", "OrderAccepted"]


def test_a_position_shows_what_is_left_to_sell_and_its_last_price(world: "World", sell: OrderRequest) -> None:
    world.place(replace(sell, quantity=4))
    world.desk.mark("005930", 71_000)
    position = world.desk.positions["005930"]
    assert (position.quantity, position.sellable_quantity, position.last_price) == (10, 6, 71_000)


def test_orders_of_others_are_told_from_ours(world: "World", buy: OrderRequest) -> None:
    world.place(buy, "swing")
    world.broker.enter(buy, None)
    world.settle()
    assert [order.source for order in world.desk.orders] == ["swing", OUTSIDE]
    assert world.desk.unconfirmed == ()
