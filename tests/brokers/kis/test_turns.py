"""Nobody is kept waiting by somebody else's call: what takes long is done in turns.

Counted are turns of the event loop, and no time is measured.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date

import pytest
from tests.brokers.kis.door import at
from tests.brokers.kis.test_market_calls import QUERIES, made_day

from hoga.brokers.kis import register
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.question import Venues
from hoga.brokers.kis.register import Register
from hoga.brokers.kis.services import Call
from hoga.domain.company import Dividend
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts


class Turns:
    """How often others had their turn so far, and by how much `look` grew at most from one to the next."""

    def __init__(self, look: Callable[[], int] = lambda: 0) -> None:
        self._look = look
        self.count = self.most = 0

    async def go_on(self) -> None:
        before = self._look()
        while True:
            await asyncio.sleep(0)
            now = self._look()
            self.count, self.most, before = self.count + 1, max(self.most, now - before), now


@asynccontextmanager
async def others(turns: Turns) -> AsyncIterator[None]:
    """Somebody else who wants to be served all the time."""
    waiting = asyncio.create_task(turns.go_on())
    yield
    waiting.cancel()


def test_an_order_to_a_market_that_is_far_behind_keeps_nobody_else_waiting() -> None:
    async def order() -> None:
        async with made_day("09:00:01") as door:
            begun = door.simulation.steps_done
            turns = Turns(lambda: door.simulation.steps_done)
            door.clock.set(at("10:00"))
            async with others(turns):
                heard = await door.buy(1, 0, "005930", ORD_DVSN="01")
            assert heard.body["rt_cd"] == "0"
            assert door.simulation.now == at("10:00")
            assert door.simulation.steps_done - begun > 2_000
            assert 0 < turns.most <= 200

    asyncio.run(order())


class CountedFacts(MadeFacts):
    """Notes for which turn each issue's dividends were looked up in."""

    turns: Turns
    asked: list[int]

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        self.asked.append(self.turns.count)
        return super().dividends(code, first, last)


def test_the_dividends_of_a_whole_market_are_looked_up_an_issue_a_turn() -> None:
    async def ask() -> None:
        turns = Turns()
        async with others(turns):
            store = MadeBars(7)
            facts = CountedFacts(7, store)
            facts.turns, facts.asked = turns, []
            async with made_day("10:05", store, facts) as door:
                heard = await door.call(Call.DIVIDENDS, {**QUERIES[Call.DIVIDENDS], "SHT_CD": ""})
            assert heard.body["output1"]
            assert len(facts.asked) == len(set(facts.asked)) > 3

    asyncio.run(ask())


def test_a_ranking_of_the_whole_market_is_told_a_few_issues_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    find = Register.find_of_company

    def noted(known: Register, code: str, venues: Venues) -> Listed | None:
        told.append(code)
        return find(known, code, venues)

    monkeypatch.setattr(Register, "find_of_company", noted)
    monkeypatch.setattr(register, "_ISSUES_A_TURN", 5)

    async def ask() -> None:
        async with made_day("09:10") as door:
            for call in (Call.VOLUME_RANKING, Call.MARKET_CAP_RANKING, Call.STRENGTH_RANKING):
                told.clear()
                turns = Turns(lambda: len(told))
                async with others(turns):
                    heard = await door.call(call, QUERIES[call])
                assert heard.body["output"]
                assert told == sorted(door.simulation.exchange.codes)
                assert 0 < turns.most <= 5

    asyncio.run(ask())
