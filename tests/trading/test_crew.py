from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.wake import Decision, WhenInside, WhenOrderChanges
from hoga.trading.crew import Crew
from hoga.trading.shared_market import SharedMarket

from .test_runner import BUY, HYNIX, SAMSUNG, Scripted, waiting

if TYPE_CHECKING:
    from tests.trading.conftest import World


class Other(Scripted):
    name = "other"


def crew_of(world: "World") -> Crew:
    return Crew(world.desk, SharedMarket(world.market), world.clock)


def test_two_work_beside_each_other_and_each_knows_its_own_orders(world: "World") -> None:
    crew = crew_of(world)
    first, second = Scripted(waiting(WhenOrderChanges(), orders=(BUY,))), Other(Decision())
    working = world.begin(crew.work(first))
    report = world.end(world.begin(crew.work(second)))
    assert (report.strategy, report.orders) == ("other", 0)
    assert [runner.name for runner in crew.runners] == ["scripted", "other"]
    assert [len(runner.orders) for runner in crew.runners] == [1, 0]
    assert not working.done()


def test_each_follows_its_own_prices_and_one_that_is_over_none(world: "World") -> None:
    crew = crew_of(world)
    low, high = 60_000, 60_001
    world.begin(crew.work(Scripted(waiting(WhenInside(SAMSUNG, low, high)))))
    ending = world.begin(crew.work(Other(waiting(WhenInside(HYNIX, low, high)), Decision())))
    world.turn()
    assert set(world.market.followed[-1]) == {SAMSUNG, HYNIX}
    world.market.trade(HYNIX, low)
    world.end(ending)
    world.begin(crew.work(Other(waiting(WhenInside(HYNIX, low, high)))))
    world.turn()
    assert set(world.market.followed[-1]) == {SAMSUNG, HYNIX}
    assert [runner.name for runner in crew.runners] == ["scripted", "other"]


def test_one_of_the_same_name_waits_until_the_first_has_ended(world: "World") -> None:
    crew = crew_of(world)
    world.begin(crew.work(Scripted(waiting(WhenOrderChanges(), orders=(BUY,)))))
    with pytest.raises(BadInput, match="scripted is at work"):
        world.end(world.begin(crew.work(Scripted(Decision()))))
