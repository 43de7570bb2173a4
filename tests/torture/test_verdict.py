"""The verdict itself must see what is wrong: a judge that finds nothing proves nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

import pytest
from tests.torture.verdict import Verdict, judge

from hoga.domain.events import (
    DayOpened,
    OrderAccepted,
    OrderAdopted,
    OrderEvent,
    OrderFilled,
    OrderNotReceived,
    OrderSubmitted,
    OrderUnconfirmed,
)
from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, Place
from hoga.exchange.exchange import Exchange
from hoga.exchange.opening import Listing, Opening
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.storage.memory import MemoryJournal
from hoga.trading.records import Records

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=KST)
ACCOUNT = "5001234501"
STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
BUY = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)
OURS: tuple[OrderEvent, ...] = (
    OrderSubmitted(order_id="20261120-000001", at=AT, request=BUY, source="intent-0", watermark=""),
    OrderAccepted(order_id="20261120-000001", at=AT, broker_order_id="0000000002"),
    OrderFilled(order_id="20261120-000001", at=AT, quantity=10, amount=700_000),
)


def verdict(
    *events: OrderEvent,
    extra_orders: int = 0,
    intents: int = 1,
    strangers: frozenset[int] = frozenset(),
    ended: Mapping[int, datetime] = MappingProxyType({}),
) -> Verdict:
    """A market where our account bought 10 shares with its order number 2, beside a journal of ours."""
    market = Exchange(
        DAY, [Listing(STOCK, 70_000)], [Opening(account=ACCOUNT, deposit=10_000_000)], KIS_STOCK
    )
    opening = market.account(ACCOUNT)
    market.process(Place(THE_MARKET, "005930", Side.SELL, 10, 70_000, OrderType.LIMIT), AT)
    market.process(Place(ACCOUNT, "005930", Side.BUY, 10, 70_000, OrderType.LIMIT), AT)
    for _ in range(extra_orders):
        market.process(Place(ACCOUNT, "005930", Side.BUY, 1, 69_000, OrderType.LIMIT), AT)
    journal = MemoryJournal([DayOpened(day=DAY, at=AT, account=opening), *events])
    records = Records(DAY, journal, LineNotifier(lambda message: None), {"005930": STOCK}, [], lambda: AT)
    records.replay()
    sources = [f"intent-{number}" for number in range(intents)]
    return judge(records, market, ACCOUNT, sources, strangers, journal.read(), ended)


def test_two_books_that_agree_are_clean() -> None:
    assert verdict(*OURS) == Verdict(
        orders=1,
        fills=1,
        duplicates=0,
        lost=0,
        won_adrift=0,
        discrepancies=(),
        adopted=0,
        fates={"filled": 1},
    )


def test_an_order_that_was_sent_twice_is_a_duplicate() -> None:
    assert verdict(*OURS, extra_orders=1).duplicates == 1


def test_what_somebody_else_entered_is_a_duplicate_unless_it_is_known_to_be_theirs() -> None:
    adopted = (
        OrderAdopted(order_id="20261120-000001", at=AT, request=BUY, broker_order_id="0000000002"),
        OURS[2],
    )
    found = verdict(*adopted, intents=0, strangers=frozenset({2}))
    assert (found.duplicates, found.adopted, found.discrepancies) == (0, 1, ())
    assert verdict(*adopted, intents=0).duplicates == 1


def test_an_intent_without_a_fate_is_lost() -> None:
    assert verdict(*OURS, intents=2).lost == 1


def test_an_order_that_is_still_in_the_air_is_lost() -> None:
    found = verdict(OURS[0])
    assert found.lost == 1
    assert found.duplicates == 1


def test_an_order_that_the_exchange_does_not_have_is_lost() -> None:
    accepted = OURS[1]
    assert isinstance(accepted, OrderAccepted)
    found = verdict(OURS[0], replace(accepted, broker_order_id="0000000009"), OURS[2])
    assert found.lost == 1


def test_an_order_that_was_given_up_and_lived_is_found() -> None:
    doubt = OrderUnconfirmed(order_id="20261120-000001", at=AT, why="timeout")
    given_up = OrderNotReceived(order_id="20261120-000001", at=AT)
    found = verdict(OURS[0], doubt, given_up, *OURS[1:])
    assert (found.too_early, found.decided) == (1, 0)
    assert found.discrepancies == ("20261120-000001 was given up and lived",)
    by_a_person = verdict(OURS[0], doubt, replace(given_up, by="kim"), *OURS[1:])
    assert (by_a_person.too_early, by_a_person.decided, by_a_person.discrepancies) == (0, 1, ())


def test_an_order_that_ended_before_it_had_traded_did_not_live_from_then_on() -> None:
    doubt = OrderUnconfirmed(order_id="20261120-000001", at=AT, why="timeout")
    given_up = OrderNotReceived(order_id="20261120-000001", at=AT)
    again = OrderSubmitted(
        order_id="20261120-000002", at=AT, request=BUY, source="intent-0-again", watermark="0000000002"
    )
    accepted = OrderAccepted(order_id="20261120-000002", at=AT, broker_order_id="0000000003")
    events = (OURS[0], doubt, given_up, *OURS[1:], again, accepted)
    refused = verdict(*events, extra_orders=1, ended={2: AT})
    assert (refused.too_early, refused.duplicates) == (0, 0)
    later = verdict(*events, extra_orders=1, ended={2: AT + timedelta(microseconds=1)})
    assert (later.too_early, later.duplicates) == (1, 1)


def test_an_order_that_was_wanted_again_and_sent_while_it_lived_is_a_duplicate() -> None:
    again = OrderSubmitted(
        order_id="20261120-000002", at=AT, request=BUY, source="intent-0-again", watermark="0000000002"
    )
    accepted = OrderAccepted(order_id="20261120-000002", at=AT, broker_order_id="0000000003")
    found = verdict(*OURS, again, accepted, extra_orders=1)
    assert found.duplicates == 1
    assert "intent-0 was sent again although it lived" in found.discrepancies


@pytest.mark.parametrize(("quantity", "amount"), [(9, 630_000), (10, 690_000)])
def test_shares_and_won_that_differ_are_found(quantity: int, amount: int) -> None:
    filled = OURS[2]
    assert isinstance(filled, OrderFilled)
    found = verdict(*OURS[:2], replace(filled, quantity=quantity, amount=amount))
    assert found.won_adrift == 700_000 - amount
    assert found.discrepancies
