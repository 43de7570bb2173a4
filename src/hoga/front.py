"""A synchronous front for notebooks and scripts: one account, and every call waits for its answer.

    with hoga.connect("sim") as account:
        account.quote("005930").last_price
        account.bars("005930", "2016-01-01").frame()

The real client works on an event loop in a thread of its own, so this can be used where a loop runs already,
as in a notebook. Orders pass a desk: journal first, guards, one desk an account. The desk opens with the
first order and is open, holding the account's lease, until `close`.
"""

import asyncio
import atexit
import contextlib
import operator
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from hoga.accounts.connection import Connection
from hoga.domain.errors import OutcomeUnknown, Unanswered, Unreachable
from hoga.domain.order import Order
from hoga.domain.plan import Plan
from hoga.domain.position import Fill
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.krx.codes import parse_code
from hoga.loop import factory
from hoga.planning import draw_plan_at
from hoga.profiles import connect as connect_profile
from hoga.profiles import find_order, open_desk, settled
from hoga.questions import Questions, choice
from hoga.settings import hoga_home, read_settings
from hoga.storage.plans import Plans
from hoga.table import Table
from hoga.trading.desk import Desk

T = TypeVar("T")

TIMEOUT = 90.0
"""Seconds of real time that a question may go without an answer, and an order altogether.

KIS gives an access token a minute: whoever comes within that minute waits for it.
"""

_CLOSING = 15.0


def connect(
    profile: str = "sim",
    *,
    live: bool = False,
    timeout: float = TIMEOUT,
    tell: Callable[[str], object] | None = None,
) -> "Front":
    """Connect to the account of a profile: "sim" (the `hoga exchange` of this computer), "kis-paper",
    "kis-live".

    Real money needs `live=True` beside the switch in hoga.toml. `timeout` is how many seconds a call may
    take. `tell` hears what a person should know (long waits, alarms); without it, standard error.

    Raises:
        BadInput: no such profile, no keys, no running exchange, or real money without both switches.
        BrokerError: the broker cannot be reached, or does not let us in.
    """
    return Front(profile, live=live, timeout=timeout, tell=tell or _say)


class Front(Questions):
    """One account. Use it as `with hoga.connect(...) as account`, or call `close` when done.

    Codes are short codes ("005930", "A005930"); days are dates or texts like "2026-05-06". Where no first day
    is given it is a month before the last, and that is today. Lists come as a `Table`, which becomes a
    DataFrame by `.frame()`; `hoga.frame(answer)` does the same for anything else.
    """

    def __init__(self, profile: str, *, live: bool, timeout: float, tell: Callable[[str], object]) -> None:
        self._profile = profile
        self._is_live = live
        self._timeout = timeout
        self._tell = tell
        self._is_closed = False
        self._keepers: list[asyncio.Task[None]] = []
        self._connection: Connection | None = None
        self._desk: tuple[Connection, Desk] | None = None
        self._loop = factory()()
        self._closing = asyncio.Event()
        self._opening = asyncio.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"hoga {profile}", daemon=True)
        self._thread.start()
        try:
            self._connection = self._wait(self._start(self._keep_connection))
        except BaseException:
            self.close()
            raise
        atexit.register(self.close)

    def __repr__(self) -> str:
        return f"<hoga {self._profile}{', closed' if self._is_closed else ''}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the desk, if there is one, and all connections. Open orders stay open at the broker."""
        if self._is_closed:
            return
        self._is_closed = True
        atexit.unregister(self.close)
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_CLOSING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING)
        if not self._thread.is_alive():
            self._loop.close()

    # The account at the desk --------------------------------------------------------------------------------

    def orders(self) -> Table[Order]:
        """오늘의 주문, also those placed elsewhere."""
        return Table(self._wait(self._look(lambda desk: desk.orders)), Order)

    def fills(self) -> Table[Fill]:
        """오늘의 체결."""
        return Table(self._wait(self._look(lambda desk: desk.fills)), Fill)

    # Orders -------------------------------------------------------------------------------------------------

    def buy(
        self,
        code: str,
        quantity: int,
        price: int | None = None,
        *,
        order_type: OrderType | str | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        stop_price: int | None = None,
        venue: Venue | str = Venue.KRX,
    ) -> Order:
        """매수. Without a price a market order. What came of it is in the order: look at `status` and
        `reason`.

        Raises:
            OutcomeUnknown: it took too long. The order may be at the broker: look at `orders`, never repeat
            it. JournalError: another desk trades the account, or nothing can be written down. Nothing was
            sent.
        """
        return self._place(Side.BUY, code, quantity, price, order_type, time_in_force, stop_price, venue)

    def sell(
        self,
        code: str,
        quantity: int,
        price: int | None = None,
        *,
        order_type: OrderType | str | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        stop_price: int | None = None,
        venue: Venue | str = Venue.KRX,
    ) -> Order:
        """매도. Like `buy`."""
        return self._place(Side.SELL, code, quantity, price, order_type, time_in_force, stop_price, venue)

    def replace(self, order: Order | str, price: int) -> Order:
        """정정: give what is left of an order a new price. `order` is one, its id, or its number."""
        return self._send(lambda desk: desk.replace(find_order(desk, _id_of(order)).order_id, _plain(price)))

    def cancel(self, order: Order | str) -> Order:
        """취소: cancel what is left of an order."""
        return self._send(lambda desk: desk.cancel(find_order(desk, _id_of(order)).order_id))

    def plan(self, model: Any) -> Plan:
        """Keep a rebalancing plan for `model`: a file, or a DataFrame of polars or pandas.

        Nothing is traded: `hoga rebalance --execute` trades the plan by its number.

        Raises:
            BadInput: the model cannot be traded; the sentence names every mistake.
            BrokerError: account or prices could not be read.
        """
        return self._wait(draw_plan_at(self._connected, model, Plans(hoga_home()), read_settings()))

    # How ----------------------------------------------------------------------------------------------------

    @property
    def _connected(self) -> Connection:
        if self._connection is None:
            raise _closed()
        return self._connection

    def _place(
        self,
        side: Side,
        code: str,
        quantity: int,
        price: int | None,
        order_type: OrderType | str | None,
        time_in_force: TimeInForce | str,
        stop_price: int | None,
        venue: Venue | str,
    ) -> Order:
        usual = OrderType.MARKET if price is None else OrderType.LIMIT
        request = OrderRequest(
            code=parse_code(code),
            side=side,
            quantity=_plain(quantity),
            price=None if price is None else _plain(price),
            order_type=usual if order_type is None else choice(OrderType, order_type),
            time_in_force=choice(TimeInForce, time_in_force),
            stop_price=None if stop_price is None else _plain(stop_price),
            venue=choice(Venue, venue),
        )
        return self._send(lambda desk: desk.place(request, "notebook"))

    def _send(self, act: Callable[[Desk], Awaitable[Order]]) -> Order:
        """Let the desk do something, and wait a little for what is in doubt."""

        async def sent(connection: Connection, desk: Desk) -> Order:
            order = await act(desk)
            return await settled(connection, desk, order)

        connection, desk = self._wait(self._get_desk())
        future = self._submit(sent(connection, desk))
        try:
            return future.result(self._timeout)
        except TimeoutError:
            if future.done():
                raise
            # It goes on: what was sent is followed by the desk, whoever waits for it.
            raise OutcomeUnknown(
                f"{self._timeout:g}초 안에 주문의 결과를 알 수 없었습니다. orders() 로 확인하고, "
                "다시 주문하지 마십시오.",
                f"What became of the order was not known within {self._timeout:g} s. "
                "Look at orders(), and do "
                "not order again.",
            ) from None

    async def _look(self, read: Callable[[Desk], Sequence[T]]) -> Sequence[T]:
        if self._desk is not None:
            return read(self._desk[1])
        async with open_desk(self._connected, self._tell, only_looks=True) as desk:
            return read(desk)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` comes to; it is given up when nothing at all has come for so long.

        What takes many calls goes on as long as they are answered: the limits of a paper account make it
        slow.
        """
        future = self._submit(work)
        heard = self._heard()
        while True:
            try:
                return future.result(self._timeout)
            except TimeoutError:
                if future.done():
                    raise
                before, heard = heard, self._heard()
                if heard != before:
                    continue
                future.cancel()
                raise Unanswered(
                    f"{self._timeout:g}초 동안 답이 오지 않았습니다. 잠시 뒤에 다시 하거나, "
                    "connect 의 timeout 을 늘리십시오.",
                    f"There was no answer for {self._timeout:g} s. Try again in a moment, or give connect a "
                    "longer timeout.",
                ) from None
            except KeyboardInterrupt:
                future.cancel()
                raise

    def _heard(self) -> int:
        """How many answers have come so far."""
        return 0 if self._connection is None else self._connection.answers

    def _submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        if self._is_closed:
            work.close()
            raise _closed()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _get_desk(self) -> tuple[Connection, Desk]:
        async with self._opening:
            if self._desk is None:
                self._desk = await self._start(self._keep_desk)
            return self._desk

    async def _start(self, keep: "Callable[[asyncio.Future[T]], Coroutine[Any, Any, None]]") -> T:
        """Open something that a task of its own keeps open until the end."""
        ready: asyncio.Future[T] = self._loop.create_future()
        keeper = asyncio.create_task(self._kept(keep, ready))
        self._keepers.append(keeper)
        try:
            return await ready
        except asyncio.CancelledError:
            keeper.cancel()
            raise

    async def _kept(
        self, keep: "Callable[[asyncio.Future[T]], Coroutine[Any, Any, None]]", ready: "asyncio.Future[T]"
    ) -> None:
        try:
            await keep(ready)
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _keep_connection(self, ready: "asyncio.Future[Connection]") -> None:
        settings, home = read_settings(), hoga_home()
        async with connect_profile(
            self._profile, settings, home, is_live=self._is_live, tell=self._tell
        ) as connection:
            ready.set_result(connection)
            await self._closing.wait()

    async def _keep_desk(self, ready: "asyncio.Future[tuple[Connection, Desk]]") -> None:
        settings, home = read_settings(), hoga_home()
        async with (
            connect_profile(
                self._profile, settings, home, is_live=self._is_live, has_stream=True, tell=self._tell
            ) as connection,
            open_desk(connection, self._tell) as desk,
        ):
            watching = asyncio.create_task(desk.watch(), name="desk")
            watching.add_done_callback(self._hear_end)
            ready.set_result((connection, desk))
            await self._closing.wait()
            watching.cancel()
            await asyncio.wait([watching])

    def _hear_end(self, watching: "asyncio.Task[None]") -> None:
        """A desk that stopped watching has halted: say why."""
        error = None if watching.cancelled() else watching.exception()
        if error is not None:
            self._tell(str(error))

    async def _end(self) -> None:
        self._closing.set()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self._loop.shutdown_default_executor()


def _closed() -> Unreachable:
    return Unreachable(
        "이미 닫은 연결입니다. hoga.connect 로 다시 여십시오.",
        "This is closed. Open it again with hoga.connect.",
    )


def _id_of(order: Order | str) -> str:
    return order if isinstance(order, str) else order.order_id


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _plain(number: int) -> int:
    """A whole number of numpy or pandas as Python's own; what is none is left for the desk to refuse."""
    return number if isinstance(number, bool) or not hasattr(number, "__index__") else operator.index(number)
