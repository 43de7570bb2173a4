"""A desk that trades until it is killed, and goes on from its journal when it is started again."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from tests.torture.intents import Intent, make_intent, near

from hoga.domain.errors import BrokerError, HogaError, InvalidOrder, WireError
from hoga.domain.order import OrderStatus
from hoga.krx.sessions import RANDOM_END_SECONDS, regular_session
from hoga.krx.ticks import grid
from hoga.profiles import Connection, connect, open_desk
from hoga.settings import Settings
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

WORKERS = 4
"""Intents that are followed at once."""

FINISHED = "finished"
BEGUN = "begun"


def say(line: str) -> None:
    """Tell the parent, at once."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


async def trade(home: Path, seed: int, intents: int, codes: tuple[str, ...]) -> None:
    """Follow every intent that the journal does not know yet, then end with nothing open."""
    async with (
        connect("sim", Settings(risk=NO_LIMITS), home, has_stream=True) as connection,
        open_desk(connection, lambda message: None) as desk,
    ):
        watching = asyncio.create_task(desk.watch())
        known = {order.source for order in desk.orders}
        todo = [
            intent
            for intent in (make_intent(seed, number, codes) for number in range(intents))
            if intent.source not in known
        ]
        todo.reverse()
        try:
            await asyncio.gather(*(work(connection, desk, todo) for _ in range(WORKERS)))
            await end(connection, desk)
        finally:
            watching.cancel()
        say(FINISHED)


async def work(connection: Connection, desk: Desk, todo: list[Intent]) -> None:
    """Follow one intent after the other until there are none left."""
    while todo:
        intent = todo.pop()
        while not await follow(connection, desk, intent):
            await connection.clock.sleep_until(connection.clock.now() + timedelta(seconds=1))


async def follow(connection: Connection, desk: Desk, intent: Intent) -> bool:
    """Place the order and do what is wanted afterwards. False when nothing was written down: ask again."""
    instrument = connection.instruments[intent.code]
    ticks = grid(instrument.market, instrument.kind, connection.day)
    try:
        quote = (await connection.broker.quotes([intent.code]))[intent.code]
        order = await desk.place(intent.request(quote, ticks), intent.source)
    except (BrokerError, WireError):
        return any(order.source == intent.source for order in desk.orders)
    say(BEGUN)
    try:
        match intent.afterwards:
            case "cancel" if order.status is OrderStatus.OPEN:
                await desk.cancel(order.order_id)
            case "replace" if order.status is OrderStatus.OPEN and order.price is not None:
                away = replace(intent, ticks=-intent.ticks)
                await desk.replace(order.order_id, near(quote, ticks, away.ticks))
    except (InvalidOrder, BrokerError, WireError):
        pass  # it filled meanwhile, or prices could not be read: the end cancels whatever is open
    return True


async def end(connection: Connection, desk: Desk) -> None:
    """Cancel whatever is open, and wait until nothing is in doubt.

    On a fast machine everything has been entered before the market opens: then it shall trade there first.
    """
    opened = regular_session(connection.day)[1].start + timedelta(seconds=2 * RANDOM_END_SECONDS)
    await connection.clock.sleep_until(opened)
    while any(not order.is_done for order in desk.orders):
        for order in desk.orders:
            if desk.get_order(order.order_id).status is OrderStatus.OPEN:
                try:
                    await desk.cancel(order.order_id)
                except (InvalidOrder, BrokerError, WireError):
                    continue
        await connection.clock.sleep_until(connection.clock.now() + timedelta(seconds=2))
        await desk.settle()
    while True:
        try:
            await desk.reconcile()
            return
        except (BrokerError, WireError):
            await connection.clock.sleep_until(connection.clock.now() + timedelta(seconds=2))


def main(home: str, seed: int, intents: int, codes: tuple[str, ...], output: Pipe) -> None:
    """The whole life of one desk process; `output` is the pipe to the parent."""
    os.dup2(output.fileno(), sys.stdout.fileno())
    try:
        asyncio.run(trade(Path(home), seed, intents, codes))
    except HogaError as error:
        # It could not begin, or had to stop: the parent starts it again.
        print(f"stopped: {error.english}", file=sys.stderr)
        sys.exit(1)
