"""From the name of a profile to a broker that answers, and a desk of its account.

`sim` is the exchange that runs in another terminal on this computer (`hoga exchange`); it shows the time of
its own market. `remote` is another Hoga, with its money and its time. All others follow real time. Real money
needs two switches: `live = true` in the profile and `--live` on the command; a doubt means no.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

from hoga.accounts.connection import Connection, Rehearsal, account_of, journal_path, require_switches
from hoga.clock import WallClock
from hoga.domain.errors import BadInput
from hoga.domain.notices import number_key
from hoga.domain.order import Order, OrderStatus
from hoga.notify import LineNotifier
from hoga.ports import Control, Journal
from hoga.settings import Settings
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.storage.lease import SqlLease
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import KINDS, Desk

HISTORY_DAYS = 20
"""Trading days back to which purchases are dated."""

SETTLE_WAIT = timedelta(seconds=5)
"""How long whoever ordered waits for what is in doubt, in the market's time."""

FILL_WAIT = timedelta(seconds=1)
"""How long they wait for the fills of an order without a price, in the market's time."""


def _unheard(sentence: str) -> None:
    """Nobody wants to be told."""


@contextlib.asynccontextmanager
async def connect(
    name: str,
    settings: Settings,
    home: Path,
    *,
    is_live: bool = False,
    has_stream: bool = False,
    tell: Callable[[str], object] = _unheard,
    rehearsal: Rehearsal | None = None,
) -> AsyncIterator[Connection]:
    """Connect to the account of the profile `name`. `is_live` is the person's second switch for real money.

    `has_stream` is for whoever is about to trade: KIS has one stream for an app key, and the lease one desk
    for an account, which is looked at first.

    With a `rehearsal` a profile of Daishin's needs neither Windows nor the switches.

    `tell` hears beforehand of questions that will take long because of the broker's limits, and of what is
    wrong with the stream.

    Raises:
        BadInput: no such profile, no keys, no running exchange, or real money without both switches.
        JournalError: with a stream, the journal cannot be used, or another desk trades the account.
        BrokerError: the broker cannot be reached, or does not let us in.
    """
    profile = settings.profile(name)
    if rehearsal is not None and profile.broker != "daishin":
        raise BadInput(
            f"{name} 은(는) 대신증권이 아닙니다. --fake 는 대신증권에만 있습니다.",
            f"{name} is not Daishin's. Only Daishin can be made up.",
        )
    if rehearsal is None and profile.is_real:
        require_switches(name, profile, is_live=is_live)
    joining: contextlib.AbstractAsyncContextManager[Connection]
    match profile.broker:
        case "daishin":
            from hoga.accounts.daishin import at_daishin

            joining = at_daishin(name, profile, settings, home, rehearsal, tell)
        case "remote":
            from hoga.accounts.remote import at_remote

            joining = at_remote(name, profile, settings, home, is_live=is_live, has_stream=has_stream)
        case _:
            from hoga.accounts.kis import at_kis

            joining = at_kis(name, profile, settings, home, has_stream=has_stream, tell=tell)
    async with joining as connection:
        yield connection


def find_journal(name: str, settings: Settings, home: Path) -> str | Path:
    """Where the journal of a profile's account is, without asking the broker: for the switch beside it.

    Raises:
        BadInput: no such profile, no keys, or no running exchange.
    """
    profile = settings.profile(name)
    if profile.broker == "daishin":
        return profile.journal or journal_path(home, "daishin", account_of(name, profile, home), "")
    if profile.broker == "remote":
        from hoga.accounts.remote import journal_at_remote

        return journal_at_remote(name, profile, home)
    from hoga.accounts.kis import journal_at_kis

    return journal_at_kis(name, profile, home)


def _stop_hearing(connection: Connection) -> None:
    """What is told from now on is nobody's: it is read when a desk opens again."""
    connection.broker.on_notice(lambda notice: None)
    connection.broker.on_gap(lambda: None)


@contextlib.asynccontextmanager
async def open_desk(
    connection: Connection,
    tell: Callable[[str], object],
    *,
    only_looks: bool = False,
    prepare: Callable[[Desk], object] | None = None,
) -> AsyncIterator[Desk]:
    """A desk of the connected account, open for the day. `tell` is told every message to the person.

    `prepare` gets the desk before it opens, so that a listener misses nothing of what it learns then.

    One that `only_looks` writes nothing down: it knows what the journal and the broker tell, and what it
    learns is forgotten. It must not place orders. Any other holds the account's lease.

    Raises:
        JournalError: the journal cannot be used, or another desk trades the account.
        BrokerError: orders or account could not be read.
    """
    async with contextlib.AsyncExitStack() as stack:
        journal: Journal
        control: Control
        if only_looks:
            journal, control = _copies(connection)
        else:
            journal, control = await _memory(connection, stack)
        desk = Desk(
            connection.broker,
            connection.broker,
            journal,
            connection.clock,
            LineNotifier(tell),
            connection.instruments.values(),
            control=control,
            limits=connection.limits,
            patience=connection.patience,
            history_days=1 if only_looks else HISTORY_DAYS,
            # To ask for a receipt is to withdraw the key: that is for whoever trades.
            receipts=None if only_looks else connection.receipts,
        )
        connection.broker.on_gap(desk.on_gap)
        connection.broker.on_departure(desk.check_departure)
        stack.callback(_stop_hearing, connection)
        if prepare is not None:
            prepare(desk)
        recovery = await desk.open(connection.day)
        for line in recovery.lines if not only_looks else ():
            tell(line)
        yield desk


async def _memory(connection: Connection, stack: contextlib.AsyncExitStack) -> tuple[SqlJournal, SqlControl]:
    """The journal and the switch of the account, while its lease is ours."""
    place = connection.journal
    lease = SqlLease(place, connection.account, WallClock().now)
    stack.enter_context(contextlib.closing(lease))
    await stack.enter_async_context(lease.kept())
    journal = stack.enter_context(contextlib.closing(SqlJournal(place, KINDS, lease=lease)))
    return journal, stack.enter_context(contextlib.closing(SqlControl(place, lease=lease)))


def _copies(connection: Connection) -> tuple[MemoryJournal, MemoryControl]:
    """What journal and switch tell now."""
    place = connection.journal
    if isinstance(place, Path) and not place.exists():
        return MemoryJournal(), MemoryControl()
    with (
        contextlib.closing(SqlJournal(place, KINDS, only_looks=True)) as journal,
        contextlib.closing(SqlControl(place, only_looks=True)) as control,
    ):
        return MemoryJournal(journal.read()), MemoryControl(control.history())


async def settled(connection: Connection, desk: Desk, order: Order) -> Order:
    """The order as it is after waiting a little for what is in doubt, or for the fills of a market order.

    For a desk that nobody watches yet, or that is about to close.
    """
    clock = connection.clock
    over = clock.steady() + SETTLE_WAIT
    while _is_moving(desk.get_order(order.order_id)) and clock.steady() < over:
        await clock.sleep(min(over, desk.look_at or over) - clock.steady())
        await desk.settle()
    if order.status is OrderStatus.OPEN and not order.request.order_type.has_price:
        # It trades at once where there is anybody to trade with: look whether it has.
        await clock.sleep(FILL_WAIT)
        await desk.settle()
    return desk.get_order(order.order_id)


def find_order(desk: Desk, text: str) -> Order:
    """The order of today with this id of ours, or this number at the broker. Raises `BadInput`."""
    for order in desk.orders:
        numbers = {number_key(number) for number in order.broker_order_ids}
        if order.order_id == text or number_key(text) in numbers:
            return order
    raise BadInput(
        f"{text}: 오늘 그런 주문이 없습니다. hoga orders 로 확인하십시오.",
        f"{text}: there is no such order today. Look at hoga orders.",
    )


def _is_moving(order: Order) -> bool:
    return order.is_in_doubt or order.status in (OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE)
