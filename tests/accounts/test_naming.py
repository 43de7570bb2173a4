"""English names are learned from KIS one by one, once, and found by whoever searches."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.brokers.kis.door import PAPER, at
from tests.brokers.kis.made_day import CODE, CODES, DAY, Made, run

from hoga.accounts.naming import AGAIN, ASIDE, LATER, MOST_FAILURES, Naming
from hoga.brokers.kis.governor import Queue
from hoga.domain.errors import BadInput, HogaError, RateLimited, Rejected
from hoga.domain.instrument import Instrument, Kind, find_instruments
from hoga.storage.english_names import EnglishNames
from hoga.storage.made import MadeBars


class Leaping:
    """A clock that is there as soon as somebody waits for it."""

    def __init__(self) -> None:
        self.at = at("10:00:00")
        self.waited: list[timedelta] = []

    def now(self) -> datetime:
        return self.at

    def steady(self) -> datetime:
        return self.at

    async def sleep(self, span: timedelta) -> None:
        await self.sleep_until(self.at + span)

    async def sleep_until(self, at: datetime) -> None:
        self.waited.append(at - self.at)
        self.at = at
        await asyncio.sleep(0)


def register() -> dict[str, Instrument]:
    """What the master files tell: no English names."""
    listed = [each for each in MadeBars(7).instruments(DAY) if each.code in CODES]
    return {
        each.code: Instrument(code=each.code, name=each.name, market=each.market, kind=each.kind)
        for each in listed
    }


def found(instruments: dict[str, Instrument], text: str) -> list[str]:
    return [each.code for each in find_instruments(instruments.values(), text)]


def test_every_name_is_asked_for_once_and_found_from_then_on(tmp_path: Path) -> None:
    instruments = register()
    naming = Naming(EnglishNames(tmp_path, "kis", "listed"), instruments)
    assert found(instruments, "samsung") == []
    told: list[tuple[int, int]] = []

    async def test(made: Made) -> None:
        await naming.walk(made.client, Leaping(), lambda done, count: told.append((done, count)))
        answers = made.client.answers
        await naming.walk(made.client, Leaping(), lambda done, count: told.append((done, count)))
        assert made.client.answers == answers

    run(test, hear_name=naming.hear)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert CODE in found(instruments, "samsung")
    again = register()
    assert Naming(EnglishNames(tmp_path, "kis", "listed"), again).unknown == []
    assert again == instruments


def test_a_name_that_is_told_anyway_is_heard(tmp_path: Path) -> None:
    instruments = register()
    naming = Naming(EnglishNames(tmp_path, "kis", "listed"), instruments)

    async def test(made: Made) -> None:
        await made.client.companies.features(CODE)

    run(test, hear_name=naming.hear)
    assert CODE not in naming.unknown
    assert CODE in found(instruments, "Samsung")


def test_what_was_learned_stays_when_the_walk_is_cut_off(tmp_path: Path) -> None:
    instruments = register()
    naming = Naming(EnglishNames(tmp_path, "kis", "listed"), instruments)

    def stop(done: int, count: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    async def test(made: Made) -> None:
        with pytest.raises(KeyboardInterrupt):
            await naming.walk(made.client, Leaping(), stop)

    run(test, hear_name=naming.hear)
    assert len(Naming(EnglishNames(tmp_path, "kis", "listed"), register()).unknown) == len(CODES) - 2


def test_an_issue_without_a_name_is_not_asked_for_again_and_warrants_never(tmp_path: Path) -> None:
    instruments = register()
    some = instruments[CODE]
    for code, kind in (("999999", Kind.STOCK), ("58K001", Kind.ELW)):
        instruments[code] = Instrument(code=code, name=code, market=some.market, kind=kind)
    naming = Naming(EnglishNames(tmp_path, "kis", "listed"), instruments)
    assert "58K001" not in naming.unknown
    assert naming.unknown[-1] == "122630"  # funds after shares

    async def test(made: Made) -> None:
        await naming.walk(made.client, Leaping(), lambda done, count: None)

    run(test, hear_name=naming.hear)
    assert naming.unknown == []
    assert found(instruments, "999999") == ["999999"]


def test_one_issue_that_is_refused_stops_nobody_and_too_many_do(tmp_path: Path) -> None:
    naming, clock = Naming(EnglishNames(tmp_path, "kis", "listed"), register()), Leaping()
    troubles: list[HogaError] = []

    async def test(made: Made) -> None:
        name = made.client.companies.name

        async def troubled(code: str) -> str:
            if troubles:
                raise troubles.pop(0)
            return await name(code)

        made.client.companies.name = troubled  # type: ignore[method-assign]
        busy, refused = RateLimited("잠시 뒤에", "a moment later"), Rejected("안 됨", "no")
        troubles.extend([busy, busy, refused])
        await naming.walk(made.client, clock, lambda done, count: None)
        assert clock.waited == [AGAIN, AGAIN]
        assert len(naming.unknown) == 1  # the one that was refused, for another time
        troubles.extend([busy] * MOST_FAILURES)
        with pytest.raises(RateLimited):
            await naming.walk(made.client, clock, lambda done, count: None)

    run(test, hear_name=naming.hear)


def test_aside_names_are_asked_for_slowly_while_nobody_else_waits(tmp_path: Path) -> None:
    instruments, clock, all_heard = register(), Leaping(), asyncio.Event()
    naming = Naming(EnglishNames(tmp_path, "kis", "listed"), instruments)

    async def test(made: Made) -> None:
        busy = [True, False, True, True]

        async def queue() -> Queue:
            waits = int(bool(busy) and busy.pop(0))
            return Queue(limit=18, orders=0, accounts=0, quotes=waits, polls=0, wait=timedelta())

        refused = [RateLimited("잠시 뒤에", "a moment later")]
        name = made.client.companies.name

        async def sometimes(code: str) -> str:
            if refused:
                raise refused.pop()
            return await name(code)

        made.client.queue, made.client.companies.name = queue, sometimes  # type: ignore[method-assign]
        async with naming.aside(made.client, clock):
            await all_heard.wait()

    def hear(code: str, name: str) -> None:
        naming.hear(code, name)
        if len(naming.unknown) == 1:
            all_heard.set()

    run(test, hear_name=hear)
    assert clock.waited == [ASIDE, ASIDE, LATER, ASIDE, ASIDE, ASIDE, ASIDE, ASIDE]
    assert len(naming.unknown) == 1  # the one that was not told is asked for another day


def test_on_paper_no_name_is_told(tmp_path: Path) -> None:
    async def test(made: Made) -> None:
        with pytest.raises(BadInput, match="paper"):
            await made.client.companies.name(CODE)

    run(test, environment=PAPER)
