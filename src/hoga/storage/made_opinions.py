"""Made opinions of Korean firms: the larger an issue, the more firms write of it, and the oftener each does.

A target is measured from the close of the day before: a buyer sees it well above, a seller below.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hoga.domain.company import Company, Size
from hoga.domain.opinion import Opinion, Stance
from hoga.krx.calendar import is_trading_day, next_trading_day, previous_trading_day
from hoga.storage.luck import luck_of

_READERS = {Size.LARGE: 0.8, Size.MID: 0.4, Size.SMALL: 0.1}
"""How likely a firm follows an issue."""
_REPORTS = {Size.LARGE: 12, Size.MID: 4, Size.SMALL: 2}
"""How many reports about it a firm writes in a year, one in each part of the year."""
_TARGETS = {Stance.BUY: (1.08, 1.45), Stance.HOLD: (0.95, 1.08), Stance.SELL: (0.7, 0.95)}
_BUYS, _HOLDS = 0.72, 0.24
_GRIDS = ((20_000, 100), (200_000, 1_000))
_COARSEST = 5_000


def make_opinions(
    seed: int,
    company: Company,
    firms: Sequence[tuple[str, str]],
    close: Callable[[date], int | None],
    first: date,
    last: date,
) -> Sequence[Opinion]:
    """The opinions of `firms` (numbers and names) of an issue, by day."""
    found = []
    for number, name in firms:
        fate = luck_of(seed, "follows", number, company.code)
        if company.is_preferred or company.size is None or fate.random() >= _READERS[company.size]:
            continue
        parts = _REPORTS[company.size]
        for part in range(_part(first, parts), _part(last, parts) + 1):
            day = _day(seed, number, company.code, part, parts)
            if not first <= day <= last:
                continue
            stance, before = (_stance(seed, number, company.code, each // parts) for each in (part, part - 1))
            price = close(previous_trading_day(day))
            if price is None:
                continue
            low, high = _TARGETS[stance]
            times = luck_of(seed, "target", number, company.code, part).uniform(low, high)
            found.append(Opinion(company.code, day, number, name, stance, before, _round(price * times)))
    return tuple(sorted(found, key=lambda each: (each.day, each.firm)))


def _part(day: date, parts: int) -> int:
    """In which part of a year a day lies, counted on from year to year."""
    return parts * day.year + (day.month - 1) * parts // 12


def _day(seed: int, number: str, code: str, part: int, parts: int) -> date:
    year, place = divmod(part, parts)
    months = 12 // parts
    late = luck_of(seed, "report", number, code, part).randrange(30 * months - 10)
    day = date(year, months * place + 1, 3) + timedelta(days=late)
    return day if is_trading_day(day) else next_trading_day(day)


def _stance(seed: int, number: str, code: str, year: int) -> Stance:
    """Firms change their minds about once in two years."""
    roll = luck_of(seed, "stance", number, code, year // 2).random()
    if roll < _BUYS:
        return Stance.BUY
    return Stance.HOLD if roll < _BUYS + _HOLDS else Stance.SELL


def _round(price: float) -> int:
    grid = next((grid for below, grid in _GRIDS if price < below), _COARSEST)
    return max(round(price / grid) * grid, grid)
