"""An exchange that died is rebuilt from its log: same orders, same fills, same money."""

import contextlib
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow
from hoga.exchange.opening import Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.storage.exchange_log import ExchangeLog, Step
from hoga.storage.journal import SqlJournal
from hoga.storage.made import MadeBars

DAY = date(2026, 11, 20)
ACCOUNT = "5001234501"


def market() -> Simulation:
    bars = MadeBars(3)
    listings = [
        Listing(each, bars.base_price(each.code, DAY)) for each in bars.instruments(DAY) if each.code < "005"
    ]
    minutes = {
        listing.instrument.code: bars.minute_bars(listing.instrument.code, DAY) for listing in listings
    }
    exchange = Exchange(DAY, listings, [Opening(account=ACCOUNT, deposit=50_000_000)], KIS_STOCK)
    return Simulation(exchange, Flow(DAY, listings, minutes, random.Random))


def at(hour: int, minute: int) -> datetime:
    return datetime.combine(DAY, time(hour, minute), KST)


@contextlib.contextmanager
def log_in(folder: Path) -> Iterator[ExchangeLog]:
    with contextlib.closing(ExchangeLog(folder / "exchange.sqlite")) as log:
        yield log


def trade_a_morning(simulation: Simulation) -> None:
    code = simulation.exchange.codes[0]
    buy = Place(ACCOUNT, code, Side.BUY, 30, None, OrderType.MARKET)
    simulation.submit(buy, at(9, 5))
    bid = simulation.exchange.quote(code).bid
    assert bid is not None
    low = simulation.exchange.grid(code).down(bid)
    simulation.submit(Place(ACCOUNT, code, Side.BUY, 20, low), at(9, 10))
    number = simulation.exchange.last_number
    simulation.submit(Replace(ACCOUNT, number, simulation.exchange.grid(code).down(low)), at(9, 11))
    simulation.submit(Cancel(ACCOUNT, simulation.exchange.last_number, 5), at(9, 12))
    simulation.submit(Place(ACCOUNT, code, Side.SELL, 10, None, OrderType.MARKET), at(9, 20))


def test_a_rebuilt_exchange_is_the_one_that_died(tmp_path: Path) -> None:
    first = market()
    with log_in(tmp_path) as log:
        first.on_command(log.record)
        trade_a_morning(first)
        first.advance(at(9, 30))
        log.checkpoint(first.steps_done, at(9, 30))

    second = market()
    with log_in(tmp_path) as log:
        for step, command in log.replay():
            second.advance_steps(step.steps)
            if command is None:
                second.advance(step.at)
            else:
                second.submit(command, step.at)

    assert second.steps_done == first.steps_done
    assert second.exchange.orders(ACCOUNT, DAY, DAY) == first.exchange.orders(ACCOUNT, DAY, DAY)
    assert second.exchange.account(ACCOUNT) == first.exchange.account(ACCOUNT)
    assert second.exchange.last_number == first.exchange.last_number
    assert first.exchange.orders(ACCOUNT, DAY, DAY)


def test_a_command_is_in_the_log_before_the_exchange_sees_it(tmp_path: Path) -> None:
    simulation = market()

    class FullDisk(Exception):
        pass

    def fail(steps: int, at: datetime, command: object) -> None:
        raise FullDisk

    simulation.on_command(fail)
    with pytest.raises(FullDisk):
        simulation.submit(
            Place(ACCOUNT, simulation.exchange.codes[0], Side.BUY, 1, None, OrderType.MARKET), at(9, 5)
        )
    assert simulation.exchange.orders(ACCOUNT, DAY, DAY) == []


def test_a_log_out_of_order_is_refused(tmp_path: Path) -> None:
    kinds: dict[str, type] = {kind.__name__: kind for kind in (Step, Place, Replace, Cancel)}
    with contextlib.closing(SqlJournal(tmp_path / "exchange.sqlite", kinds)) as journal:
        journal.append(Cancel(ACCOUNT, 1))
    with log_in(tmp_path) as log, pytest.raises(JournalError, match="out of order"):
        list(log.replay())


def test_checkpoints_and_commands_come_back_in_order(tmp_path: Path) -> None:
    now = at(9, 0)
    later = now + timedelta(seconds=1)
    with log_in(tmp_path) as log:
        log.checkpoint(1, now)
        log.record(2, later, Cancel(ACCOUNT, 7))
        log.checkpoint(3, later)
        assert [(step.steps, command) for step, command in log.replay()] == [
            (1, None),
            (2, Cancel(ACCOUNT, 7)),
            (3, None),
        ]
