"""How many shares of which name a rebalanced portfolio holds: from a model of weights to whole shares.

The rule is that of seed 001 (§17.7): every name gets its weight of the account's total value, less a buffer
of cash; names that are not in the model go. Where the seed was wrong, this is done instead:
- it rounded every name by itself, so that the sum could exceed the cash: here shares are rounded down, and
  what is left over is placed where it brings the weights closest;
- it knew equal weights only, and no costs: here commission, taxes and the way to the other side of the book
  (one tick of each trade) come off what is shared out, so that the buffer is whole when everything is done;
- it forgot the names that had been sold: here a plan has a line for everything that is held or wanted.

Pure, in whole won and shares. It knows neither time nor market: what may trade when is not decided here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.model import Wish
from hoga.domain.plan import Line, Plan, Targets
from hoga.domain.request import Side
from hoga.krx.fees import Commission, taxes
from hoga.krx.ticks import grid

ALLOWED = {
    "cash_buffer": ("0 이상 1 미만인 비율 (0.02 = 2%)", "a rate from 0, under 1 (0.02 = 2%)"),
    "cash_floor": (
        '0 이상 cash_buffer 이하인 비율, 또는 "buffer" (버퍼 전부)',
        'a rate from 0 to cash_buffer, or "buffer" for all of it',
    ),
    "drift_band": ("0 이상 1 미만인 비율 (0.005 = 0.5%)", "a rate from 0, under 1 (0.005 = 0.5%)"),
    "smallest_order": ("0 이상인 원", "won from 0"),
}
"""What each setting may be, in Korean and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """`cash_buffer` of the total value is planned to stay cash. Purchases leave `cash_floor` of the total
    value alone also when prices rise; None is the whole buffer. A name whose value is off by less than
    `drift_band` of the total value is left as it is, and so is one whose order would be smaller than
    `smallest_order` won, unless the model drops it. `untouched` are codes that a person excludes: they stay,
    whatever the model says.

    Raises `BadInput` naming a value that is not allowed.
    """

    cash_buffer: Decimal = Decimal("0.02")
    cash_floor: Decimal | None = None
    drift_band: Decimal = Decimal(0)
    smallest_order: int = 0
    untouched: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        fits = {
            "cash_buffer": self.cash_buffer.is_finite() and 0 <= self.cash_buffer < 1,
            "cash_floor": self.cash_floor is None
            or (self.cash_floor.is_finite() and 0 <= self.cash_floor <= self.cash_buffer),
            "drift_band": self.drift_band.is_finite() and 0 <= self.drift_band < 1,
            "smallest_order": self.smallest_order >= 0,
        }
        wrong = [name for name, is_right in fits.items() if not is_right]
        if wrong:
            raise BadInput(
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][0]}" for name in wrong),
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][1]}" for name in wrong),
            )


def find_targets(
    wishes: Sequence[Wish],
    held: Mapping[str, int],
    prices: Mapping[str, int],
    cash: int,
    settings: TargetSettings,
    *,
    instruments: Mapping[str, Instrument],
    commission: Commission,
    day: date,
) -> Targets:
    """The shares that `wishes` come to. `cash` is the deposit after settlement (D+2).

    `prices` has every name that is held or wished for, `instruments` every one that may be traded.

    Raises:
        BadInput: weights above one together, a name twice, or quantities that the account cannot pay for.
    """
    _check(wishes)
    total = cash + sum(quantity * prices[code] for code, quantity in held.items())
    buffer = ceil(total * Fraction(settings.cash_buffer))

    def draw(spent: int) -> tuple[Targets, Mapping[str, Fraction]]:
        """The plan when `spent` won go for the trading itself."""
        plan = _Plan(wishes, held, prices, total, settings, spent)
        plan.share_out()
        lines = [
            Line(
                code=code,
                name=instruments[code].name if code in instruments else code,
                held=held.get(code, 0),
                target=plan.shares[code],
                price=prices[code],
            )
            for code in sorted({*held, *plan.shares})
        ]
        priced = [
            line if not line.quantity else _priced(line, instruments[line.code], commission, day)
            for line in lines
        ]
        return Targets(lines=tuple(priced), total_value=total, cash_before=cash), plan.ideal

    targets, _ = draw(0)
    targets, ideal = draw(targets.costs + _way(targets, instruments, day))
    # The second drawing may trade a little more than the first, and what is left alone may cost too much.
    while targets.cash_after < buffer:
        line = _least_missed(targets.lines, ideal)
        if line is None:
            break
        fewer = replace(line, target=line.target - 1)
        paid = _priced(fewer, instruments[line.code], commission, day)
        targets = replace(
            targets, lines=tuple(paid if each.code == line.code else each for each in targets.lines)
        )
    if targets.cash_after < 0:
        raise BadInput(
            f"모델의 수량을 모두 사려면 현금이 {-targets.cash_after:,}원 모자랍니다. 수량을 줄이십시오.",
            f"the quantities of the model need {-targets.cash_after:,} won more than there are. "
            "Want fewer shares.",
        )
    floor = buffer if settings.cash_floor is None else ceil(total * Fraction(settings.cash_floor))
    return replace(targets, kept_cash=min(floor, targets.cash_after))


def _way(targets: Targets, instruments: Mapping[str, Instrument], day: date) -> int:
    """Won that it costs to trade at the other side of the book instead of at the last price: a tick each."""
    way = 0
    for line in targets.lines:
        if line.quantity:
            instrument = instruments[line.code]
            way += abs(line.quantity) * grid(instrument.market, instrument.kind, day).tick(line.price)
    return way


def _check(wishes: Iterable[Wish]) -> None:
    wishes = tuple(wishes)
    codes = [wish.code for wish in wishes]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise BadInput(
            f"모델에 같은 종목이 두 번 있습니다: {', '.join(twice)}. 한 줄만 남기십시오.",
            f"the model has a name twice: {', '.join(twice)}. Keep one of them.",
        )
    together = sum((wish.weight for wish in wishes if wish.weight is not None), Fraction(0))
    if together > 1:
        raise BadInput(
            f"비중의 합이 {float(together):.2%} 입니다. 100% 를 넘을 수 없습니다.",
            f"the weights add up to {float(together):.2%}. They cannot exceed 100%.",
        )


class _Plan:
    """The shares of every name while they are shared out."""

    def __init__(
        self,
        wishes: Sequence[Wish],
        held: Mapping[str, int],
        prices: Mapping[str, int],
        total: int,
        settings: TargetSettings,
        spent: int,
    ) -> None:
        self._prices = prices
        self._held = held
        self._total = total
        self._settings = settings
        untouched = settings.untouched
        fixed = {wish.code: wish.quantity for wish in wishes if wish.quantity is not None}
        free = [wish for wish in wishes if wish.quantity is None and wish.code not in untouched]
        self.shares = {code: held.get(code, 0) for code in untouched if held.get(code, 0)}
        self.shares |= {code: quantity for code, quantity in fixed.items() if code not in untouched}
        self.shares |= {code: 0 for code in held if code not in self.shares and code not in untouched}
        kept = sum(held.get(code, 0) * prices[code] for code in untouched if code in held)
        taken = sum(self.shares[code] * prices[code] for code in fixed if code not in untouched)
        room = Fraction(total) * (1 - Fraction(settings.cash_buffer))
        budget = max(Fraction(0), room - kept - taken - spent)
        wanted = {
            wish.code: budget / len(free) if wish.weight is None else room * wish.weight for wish in free
        }
        together = sum(wanted.values(), Fraction(0))
        # What is kept or wanted in shares comes first; the weights share what is left of the room.
        scale = min(Fraction(1), budget / together) if together else Fraction(0)
        self.ideal = {code: won * scale for code, won in wanted.items()}
        """Won that each name with a weight should come to."""
        self._budget = together * scale

    def share_out(self) -> None:
        """Leave what is near enough; of the rest round down, and place what is left closest."""
        near: set[str] = set()
        while True:
            rest = {code: won for code, won in self.ideal.items() if code not in near}
            left = self._budget - sum(self._held.get(code, 0) * self._prices[code] for code in near)
            together = sum(rest.values(), Fraction(0))
            # What is left alone may be worth more than its weight; the others share what that leaves.
            scale = min(Fraction(1), max(Fraction(0), left) / together) if together else Fraction(0)
            rest = {code: won * scale for code, won in rest.items()}
            for code, won in rest.items():
                self.shares[code] = int(won // self._prices[code])
            self._place(left, rest)
            more = {code for code in rest if self._is_near(code)}
            if not more:
                return
            near |= more
            self.shares |= {code: self._held.get(code, 0) for code in more}

    def _place(self, left: Fraction, wanted: Mapping[str, Fraction]) -> None:
        """Place what rounding has left of `left` won on the names that are `wanted` to come to so many."""
        left -= sum(self.shares[code] * self._prices[code] for code in wanted)
        while True:
            gains = [
                (gain, code)
                for code, won in wanted.items()
                if self._prices[code] <= left and (gain := self._gain(code, won)) > 0
            ]
            if not gains:
                return
            # Of equal gains the first code: the same model always gives the same plan.
            best = min(gains, key=lambda each: (-each[0], each[1]))[1]
            self.shares[best] += 1
            left -= self._prices[best]

    def _gain(self, code: str, wanted: Fraction) -> Fraction:
        """By how much one more share brings the squared distance from `wanted` down, in won squared."""
        price = self._prices[code]
        return price * (2 * (wanted - self.shares[code] * price) - price)

    def _is_near(self, code: str) -> bool:
        """Whether a name is left as it is: near its weight, or with too small an order."""
        settings = self._settings
        held, price = self._held.get(code, 0), self._prices[code]
        off = abs(held * price - self.ideal[code])
        is_near = held > 0 and off < Fraction(self._total) * Fraction(settings.drift_band)
        return is_near or abs(self.shares[code] - held) * price < settings.smallest_order


def _priced(line: Line, instrument: Instrument, commission: Commission, day: date) -> Line:
    tax = 0
    if line.side is Side.SELL:
        tax = taxes(instrument.market, instrument.kind, day, line.amount).total
    return replace(line, commission=commission.of(line.amount), tax=tax)


def _least_missed(lines: Iterable[Line], ideal: Mapping[str, Fraction]) -> Line | None:
    """Of the names with a weight that trade, the one whose last share is missed least; None without any."""

    def missed(line: Line) -> Fraction:
        without = ideal[line.code] - (line.target - 1) * line.price
        return line.price * (2 * without - line.price)

    weighted = [line for line in lines if line.code in ideal and line.quantity and line.target]
    return min(weighted, key=lambda line: (missed(line), line.code), default=None)


def find_moves(
    plan: Plan, held: Mapping[str, int], prices: Mapping[str, int], most: Decimal
) -> list[tuple[str, str]]:
    """What has changed too much since a plan was made, in Korean and in English; empty when nothing has.

    Holdings must be the same to the share, prices of what is to be traded within `most` of the planned ones.
    """
    moves = []
    lines = {line.code: line for line in plan.targets.lines}
    for code in sorted({*lines, *(code for code, quantity in held.items() if quantity)}):
        before, now = lines[code].held if code in lines else 0, held.get(code, 0)
        if before != now:
            moves.append(
                (f"{code} 보유수량 {before:,} → {now:,}", f"{code}: held {before:,} then, {now:,} now"),
            )
    return moves + [
        (
            f"{line.code} 현재가 {line.price:,} → {prices[line.code]:,}원",
            f"{line.code}: {line.price:,} won then, {prices[line.code]:,} now",
        )
        for line in lines.values()
        if line.quantity and abs(prices[line.code] - line.price) > most * line.price
    ]
