from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.model import Wish
from hoga.domain.plan import Targets
from hoga.domain.request import Side
from hoga.krx.fees import KIS_STOCK
from hoga.krx.ticks import grid
from hoga.strategies.targets import TargetSettings, find_targets

DAY = date(2026, 11, 20)
NO_BUFFER = TargetSettings(cash_buffer=Decimal(0))
TICKS = grid(Market.KOSPI, Kind.STOCK, DAY)
CODES = tuple(f"{number:06d}" for number in range(10, 100, 10))


def instrument(code: str) -> Instrument:
    return Instrument(code=code, name=f"종목{code}", market=Market.KOSPI)


def targets(
    wishes: list[Wish],
    held: Mapping[str, int],
    prices: Mapping[str, int],
    cash: int,
    settings: TargetSettings | None = None,
) -> Targets:
    return find_targets(
        wishes,
        held,
        prices,
        cash,
        settings or TargetSettings(),
        instruments={code: instrument(code) for code in prices},
        commission=KIS_STOCK,
        day=DAY,
    )


def shares(found: Targets) -> dict[str, int]:
    return {line.code: line.target for line in found.lines}


def test_equal_weights_share_out_all_but_the_buffer() -> None:
    found = targets(
        [Wish(code="000010"), Wish(code="000020")], {}, {"000010": 1_000, "000020": 7_000}, 1_000_000
    )
    # 490,000 each, less 143 of commission and 840 for a tick of each share: the buffer stays whole.
    assert shares(found) == {"000010": 489, "000020": 69}
    assert found.total_value == 1_000_000
    assert found.cash_after == 1_000_000 - 972_000 - found.costs
    assert found.kept_cash == 20_000


def test_what_rounding_leaves_goes_where_it_brings_the_weights_closest() -> None:
    wishes = [Wish(code="000010", weight=Fraction(1, 2)), Wish(code="000020", weight=Fraction(1, 2))]
    found = targets(wishes, {}, {"000010": 30_000, "000020": 10_000}, 100_000, NO_BUFFER)
    # 50,000 each. One more of the first would be closer, but 20,000 do not pay for it.
    assert shares(found) == {"000010": 1, "000020": 5}
    assert found.cash_after >= 0


def test_a_name_that_is_not_in_the_model_goes_and_pays_its_taxes() -> None:
    found = targets([Wish(code="000010")], {"000020": 10}, {"000010": 10_000, "000020": 50_000}, 0)
    (bought, sold) = found.lines
    assert (sold.target, sold.quantity, sold.side) == (0, -10, Side.SELL)
    assert sold.tax == 1_000
    assert bought.target == 48
    assert found.cash_after == 500_000 - 480_000 - found.costs


def test_a_model_without_a_buffer_still_pays_its_costs() -> None:
    found = targets(
        [Wish(code="000010")],
        {"000020": 10},
        {"000010": 1_000, "000020": 50_000},
        0,
        NO_BUFFER,
    )
    (bought, _) = found.lines
    way = bought.target * 1 + 10 * 100  # a tick of each share
    assert way <= found.cash_after < way + 1_000 + 10


def test_quantities_are_taken_as_they_are() -> None:
    found = targets([Wish(code="000010", quantity=7)], {"000010": 9}, {"000010": 10_000}, 0)
    assert shares(found) == {"000010": 7}


def test_quantities_beyond_the_account_are_refused_with_what_is_missing() -> None:
    with pytest.raises(BadInput, match="more than there are"):
        targets([Wish(code="000010", quantity=7)], {}, {"000010": 10_000}, 50_000)


def test_small_drifts_and_small_orders_are_left_but_a_dropped_name_goes() -> None:
    held = {"000010": 50, "000020": 49, "000030": 1}
    prices = dict.fromkeys(held, 10_000)
    wishes = [Wish(code="000010"), Wish(code="000020")]
    kept: dict[str, int] = {"000010": 50, "000020": 49, "000030": 0}
    settings = TargetSettings(drift_band=Decimal("0.02"), cash_buffer=Decimal(0))
    assert shares(targets(wishes, held, prices, 10_000, settings)) == kept
    settings = TargetSettings(smallest_order=50_000, cash_buffer=Decimal(0))
    assert shares(targets(wishes, held, prices, 10_000, settings)) == kept


def test_what_a_person_excludes_stays_and_its_value_is_not_shared_out() -> None:
    held = {"000010": 10, "000020": 10}
    settings = TargetSettings(untouched=frozenset({"000020"}), cash_buffer=Decimal(0))
    found = targets(
        [Wish(code="000030")], held, {"000010": 10_000, "000020": 50_000, "000030": 1_000}, 0, settings
    )
    assert shares(found)["000020"] == 10
    assert shares(found)["000010"] == 0
    assert 98 <= shares(found)["000030"] <= 100


@pytest.mark.parametrize(
    "wishes",
    [
        [Wish(code="000010", weight=Fraction(3, 5)), Wish(code="000020", weight=Fraction(1, 2))],
        [Wish(code="000010"), Wish(code="000010")],
    ],
)
def test_a_model_that_cannot_be_is_refused(wishes: list[Wish]) -> None:
    with pytest.raises(BadInput):
        targets(wishes, {}, {"000010": 1_000, "000020": 1_000}, 1_000_000)


@pytest.mark.parametrize(
    "settings",
    [
        {"cash_buffer": Decimal(1)},
        {"cash_floor": Decimal("0.03")},
        {"cash_floor": Decimal(-1)},
        {"drift_band": Decimal(-1)},
        {"smallest_order": -1},
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Decimal]) -> None:
    with pytest.raises(BadInput, match=next(iter(settings))):
        TargetSettings(**settings)  # type: ignore[arg-type]


def test_the_floor_may_be_lower_than_the_buffer() -> None:
    settings = TargetSettings(cash_buffer=Decimal("0.03"), cash_floor=Decimal("0.01"))
    found = targets([Wish(code="000010")], {}, {"000010": 10_000}, 1_000_000, settings)
    assert (shares(found), found.kept_cash) == ({"000010": 96}, 10_000)


def test_quantities_that_reach_into_the_buffer_leave_what_they_leave() -> None:
    found = targets([Wish(code="000010", quantity=99)], {}, {"000010": 10_000}, 1_000_000)
    assert shares(found) == {"000010": 99}
    assert found.kept_cash == found.cash_after < 20_000


def test_what_is_left_alone_beyond_its_weight_is_missing_from_the_others() -> None:
    """The buffer is kept by buying less of the others, in equal parts."""
    held = {"000010": 40}
    wishes = [Wish(code=code, weight=Fraction(1, 3)) for code in ("000010", "000020", "000030")]
    settings = TargetSettings(cash_buffer=Decimal("0.1"), drift_band=Decimal("0.15"))
    prices = dict.fromkeys(("000010", "000020", "000030"), 10_000)
    found = targets(wishes, held, prices, 600_000, settings)
    assert shares(found) == {"000010": 40, "000020": 25, "000030": 24}
    assert found.cash_after >= 100_000


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Wish], dict[str, int], dict[str, int], int, TargetSettings]:
    names = draw(st.lists(st.sampled_from(CODES), unique=True, min_size=1, max_size=6))
    held = draw(st.dictionaries(st.sampled_from(CODES), st.integers(0, 500), max_size=5))
    prices = {code: draw(st.integers(100, 900_000)) for code in {*names, *held}}
    parts = [draw(st.integers(1, 100)) for _ in names]
    whole = max(sum(parts), draw(st.integers(1, 700)))
    wishes = [Wish(code=code, weight=Fraction(part, whole)) for code, part in zip(names, parts, strict=True)]
    buffer = draw(st.sampled_from([Decimal(0), Decimal("0.02"), Decimal("0.3")]))
    return wishes, held, prices, draw(st.integers(0, 100_000_000)), TargetSettings(cash_buffer=buffer)


@given(accounts())
def test_a_plan_is_whole_affordable_and_closest_in_weights(
    account: tuple[list[Wish], dict[str, int], dict[str, int], int, TargetSettings],
) -> None:
    wishes, held, prices, cash, settings = account
    found = targets(wishes, held, prices, cash, settings)
    total = cash + sum(quantity * prices[code] for code, quantity in held.items())
    assert found.total_value == total
    buffer = total * Fraction(settings.cash_buffer)
    assert found.kept_cash >= buffer
    assert found.cash_after >= found.kept_cash
    assert all(line.target >= 0 for line in found.lines)
    ideal = {wish.code: (total - buffer) * (wish.weight or 0) for wish in wishes}
    assert {line.code for line in found.lines if line.target} <= set(ideal)
    # What trading costs comes off all names alike, and of nothing else.
    ticks = sum(abs(line.quantity) * TICKS.tick(line.price) for line in found.lines)
    together = sum(ideal.values()) or Fraction(1)
    scale = min(Fraction(1), max(Fraction(0), (total - buffer - found.costs - ticks) / together))
    for line in found.lines:
        if line.code in ideal:
            off = abs(ideal[line.code] * scale - line.target * line.price)
            # The first drawing's costs are those of a share or two more.
            assert off <= 1.1 * line.price + total / 1000, line


@given(accounts())
def test_no_other_share_would_bring_the_weights_closer(
    account: tuple[list[Wish], dict[str, int], dict[str, int], int, TargetSettings],
) -> None:
    """With money to spare trading costs no weight."""
    wishes, held, prices, cash, settings = account
    half = [Wish(code=wish.code, weight=(wish.weight or 0) * Fraction(9, 10)) for wish in wishes]
    found = targets(half, held, prices, cash, settings)
    room = found.total_value * (1 - Fraction(settings.cash_buffer))
    ideal = {wish.code: room * (wish.weight or 0) for wish in half}
    if room - sum(ideal.values()) < 2 * found.costs + 0.05 * float(room) + len(half) * max(prices.values()):
        return
    value = sum(line.target * line.price for line in found.lines)
    assert value <= sum(ideal.values())
    for line in found.lines:
        if line.code not in ideal:
            continue
        # No share that could be added, and none that could be spared, would bring the weights closer.
        off = ideal[line.code] - line.target * line.price
        if value + line.price <= sum(ideal.values()):
            assert abs(off - line.price) >= abs(off), line
        if line.target:
            assert abs(off + line.price) >= abs(off), line
