"""Whether the desk's journal and the exchange tell the same, after all that was done to both."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from tests.torture.intents import AGAIN

from hoga.domain.events import (
    CancelRejected,
    OrderAccepted,
    OrderNotReceived,
    OrderSubmitted,
    ReplaceRejected,
)
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.exchange.exchange import Exchange
from hoga.exchange.records import RecordKind
from hoga.trading.doubt import DECIDED
from hoga.trading.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found. What is between `fills` and `adopted` should be nothing."""

    orders: int
    """At the exchange, requests to cancel not counted."""
    fills: int
    duplicates: int
    """Orders at the exchange that no intent of ours accounts for, intents that were sent twice, and lonely
    ones that lived when they were wanted again, and sent."""
    lost: int
    """Intents without a fate, and orders of ours that are not at the exchange although we say so."""
    won_adrift: int
    """Won by which the account and our own count of it differ."""
    discrepancies: tuple[str, ...]
    """Everything else, and the above in words."""
    too_early: int = 0
    """Orders that the desk gave up although they lived: their wish could have been sent again."""
    decided: int = 0
    """Orders, cancels and replaces of which a person decided what became of them."""
    adopted: int = 0
    """Orders that were placed elsewhere and found."""
    fates: Mapping[str, int] = field(default_factory=dict)
    """How many orders ended how."""


def judge(
    records: Records,
    exchange: Exchange,
    account: str,
    intents: Iterable[str],
    strangers: Collection[int] = (),
    entries: Iterable[object] = (),
    ended: Mapping[int, datetime] = MappingProxyType({}),
) -> Verdict:
    """Compare the replayed journal of the day with the exchange's own records of `account`.

    `strangers` are the numbers of what was entered in another program; of these, and of nothing else, the
    desk may say that they were placed elsewhere. `entries` are what the journal holds, `ended` when an order
    ended before it had traded: refused after all, or cancelled to the last share. From then on it did not
    live.
    """
    entries = tuple(entries)
    too_early = _given_up_alive(entries, ended)
    listed = [
        record
        for record in exchange.orders(account, exchange.day, exchange.day)
        if record.kind is not RecordKind.CANCEL
    ]
    by_number = {record.number: record for record in listed}
    ours = tuple(records.orders)
    claims = Counter(number for order in ours for number in _numbers(order))
    outside = [order for order in ours if order.source == OUTSIDE]
    disowned = [order.order_id for order in outside if int(order.broker_order_ids[0]) not in strangers]
    sent = {order.source for order in ours if order.broker_order_ids}
    wanted = {entry.source: entry.at for entry in entries if isinstance(entry, OrderSubmitted)}
    lived = {
        order.source
        for order in ours
        if (again := wanted.get(order.source + AGAIN)) is not None
        and not all(_was_dead(number, ended, again) for number in _numbers(order))
    }
    doubled = sorted(source for source in sent & lived if source + AGAIN in sent)
    unclaimed = sorted(set(by_number) - set(claims))
    begun = Counter(order.source for order in ours if order.source != OUTSIDE)
    twice = sorted(source for source, count in begun.items() if count > 1)
    without_fate = sorted(set(intents) - set(begun))
    in_the_air = [order.order_id for order in ours if not order.is_done or order.is_unconfirmed]
    made_up = sorted(set(claims) - set(by_number))
    found = [
        *(f"order {number} of the exchange is nobody's" for number in unclaimed),
        *(f"{order_id} was placed by nobody we know" for order_id in disowned),
        *(f"{source} was sent again although it lived" for source in doubled),
        *(f"{source} was begun {begun[source]} times" for source in twice),
        *(f"number {number} belongs to several orders" for number, count in claims.items() if count > 1),
        *(f"{source} has no fate" for source in without_fate),
        *(f"{order_id} is not over" for order_id in in_the_air),
        *(f"number {number} is not at the exchange" for number in made_up),
        *(f"{order_id} was given up and lived" for order_id in too_early),
        *_fills(ours, {number: record.filled_quantity for number, record in by_number.items()}),
        *_amounts(ours, {number: record.filled_amount for number, record in by_number.items()}),
        *_shares(records, exchange, account),
    ]
    adrift = _won(records, exchange, account)
    if adrift:
        found.append(f"{adrift} won are adrift")
    if not exchange.conservation().is_conserved:
        found.append("the exchange has lost or made a won or a share")
    return Verdict(
        orders=len(listed),
        fills=len(records.portfolio.fills),
        duplicates=len(unclaimed) + len(disowned) + len(twice) + len(doubled),
        lost=len(without_fate) + len(in_the_air) + len(made_up),
        won_adrift=abs(adrift),
        discrepancies=tuple(found),
        too_early=len(too_early),
        decided=sum(_is_decided(entry) for entry in entries),
        adopted=len(outside),
        fates=dict(sorted(Counter(order.status.value for order in ours).items())),
    )


def _given_up_alive(entries: Iterable[object], ended: Mapping[int, datetime]) -> list[str]:
    given_up: dict[str, datetime] = {}
    found = []
    for entry in entries:
        if isinstance(entry, OrderNotReceived) and not entry.by:
            given_up[entry.order_id] = entry.at
        elif (
            isinstance(entry, OrderAccepted)
            and (at := given_up.get(entry.order_id)) is not None
            and not _was_dead(int(entry.broker_order_id), ended, at)
        ):
            found.append(entry.order_id)
    return found


def _was_dead(number: int, ended: Mapping[int, datetime], at: datetime) -> bool:
    """Whether an order had ended by then, without having traded."""
    return number in ended and ended[number] <= at


def _is_decided(entry: object) -> bool:
    by_rejection = isinstance(entry, CancelRejected | ReplaceRejected) and entry.code == DECIDED
    return by_rejection or bool(getattr(entry, "by", ""))


def _numbers(order: Order) -> set[int]:
    # A number can come twice: when a replace is rejected late, the order lives on under its old one.
    return {int(number) for number in order.broker_order_ids}


def _fills(ours: Sequence[Order], filled: dict[int, int]) -> list[str]:
    found = []
    for order in ours:
        theirs = sum(filled.get(number, 0) for number in _numbers(order))
        if order.filled_quantity != theirs:
            found.append(f"{order.order_id} filled {order.filled_quantity}, at the exchange {theirs}")
        if order.status in (OrderStatus.DENIED, OrderStatus.REJECTED) and order.filled_quantity:
            found.append(f"{order.order_id} is {order.status} and has filled")
    return found


def _amounts(ours: Sequence[Order], amounts: dict[int, int]) -> list[str]:
    found = []
    for order in ours:
        theirs = sum(amounts.get(number, 0) for number in _numbers(order))
        if order.filled_amount != theirs:
            found.append(f"{order.order_id} traded {order.filled_amount} won, at the exchange {theirs}")
    return found


def _shares(records: Records, exchange: Exchange, account: str) -> list[str]:
    ours = {code: count for code, count in records.portfolio.quantities().items() if count}
    theirs = {position.code: position.quantity for position in exchange.account(account).positions}
    return [
        f"{code}: we count {ours.get(code, 0)} shares, the exchange {theirs.get(code, 0)}"
        for code in sorted({*ours, *theirs})
        if ours.get(code, 0) != theirs.get(code, 0)
    ]


def _won(records: Records, exchange: Exchange, account: str) -> int:
    opening, now = records.require_opening().account, exchange.account(account)
    costs = now.costs_today - opening.costs_today
    return opening.deposit_d2 + records.portfolio.cash_flow - costs - now.deposit_d2
