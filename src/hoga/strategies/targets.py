"""How many shares of which name a rebalanced portfolio holds: from a model of weights to whole shares.

The rule is that of seed 001 (§17.7): every name gets its weight of the account's total value, less a buffer
of cash; names that are not in the model go. Where the seed was wrong, this is done instead:
- it rounded every name by itself, so that the sum could exceed the cash: here shares are rounded down, and
  what is left over is placed where it brings the weights closest;
- it knew equal weights only, and no costs: here commission and taxes are paid out of the cash, too;
- it forgot the names that had been sold: here a plan has a line for everything that is held or wanted.

Pure, in whole won and shares. It knows neither time nor market: what may trade when is not decided here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.model import Wish
from hoga.domain.plan import Line, Plan, Targets
from hoga.domain.request import Side
from hoga.krx.fees import Commission, taxes

ALLOWED = {
    "cash_buffer": ("0 이상 1 미만인 비율 (0.02 = 2%)", "a rate from 0, under 1 (0.02 = 2%)"),
    "drift_band": ("0 이상 1 미만인 비율 (0.005 = 0.5%)", "a rate from 0, under 1 (0.005 = 0.5%)"),
    "smallest_order": ("0 이상인 원", "won from 0"),
}
"""What each setting may be, in Korean and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """`cash_buffer` of the total value stays cash. A name whose value is off by less than `drift_band` of the
    total value is left as it is, and so is one whose order would be smaller than `smallest_order` won, unless
    the model drops it. `untouched` are codes that a person excludes: they stay, whatever the model says.

    Raises `BadInput` naming a value that is not allowed.
    """

    cash_buffer: Decimal = Decimal("0.02")
    drift_band: Decimal = Decimal(0)
    smallest_order: int = 0
    untouched: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        fits = {
            "cash_buffer": self.cash_buffer.is_finite() and 0 <= self.cash_buffer < 1,
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
    plan = _Plan(wishes, held, prices, total, settings)
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
    targets = Targets(lines=tuple(priced), total_value=total, cash_before=cash)
    while targets.cash_after < 0:
        line = _least_missed([line for line in targets.lines if line.side is Side.BUY], plan.ideal)
        if line is None:
            raise BadInput(
                f"모델의 수량을 모두 사려면 현금이 {-targets.cash_after:,}원 모자랍니다. 수량을 줄이십시오.",
                f"the quantities of the model need {-targets.cash_after:,} won more than there are. "
                "Want fewer shares.",
            )
        fewer = replace(line, target=line.target - 1)
        paid = _priced(fewer, instruments[line.code], commission, day)
        targets = replace(
            targets, lines=tuple(paid if each.code == line.code else each for each in targets.lines)
        )
    return targets


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
        budget = max(Fraction(0), room - kept - taken)
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
        """Round down, place what is left where it brings the weights closest, leave what is near enough."""
        for code, won in self.ideal.items():
            self.shares[code] = int(won // self._prices[code])
        self._place_what_is_left()
        self._leave_what_is_near()

    def _place_what_is_left(self) -> None:
        left = self._budget - sum(self.shares[code] * self._prices[code] for code in self.ideal)
        while True:
            gains = [
                (gain, code)
                for code in self.ideal
                if self._prices[code] <= left and (gain := self._gain(code)) > 0
            ]
            if not gains:
                return
            # Of equal gains the first code: the same model always gives the same plan.
            best = min(gains, key=lambda each: (-each[0], each[1]))[1]
            self.shares[best] += 1
            left -= self._prices[best]

    def _gain(self, code: str) -> Fraction:
        """By how much one more share brings the squared distance from the ideal down, in won squared."""
        price = self._prices[code]
        missing = self.ideal[code] - self.shares[code] * price
        return price * (2 * missing - price)

    def _leave_what_is_near(self) -> None:
        settings = self._settings
        band = Fraction(self._total) * Fraction(settings.drift_band)
        for code, won in self.ideal.items():
            held, price = self._held.get(code, 0), self._prices[code]
            order = abs(self.shares[code] - held) * price
            is_near = held > 0 and abs(held * price - won) < band
            if is_near or order < settings.smallest_order:
                self.shares[code] = held


def _priced(line: Line, instrument: Instrument, commission: Commission, day: date) -> Line:
    tax = 0
    if line.side is Side.SELL:
        tax = taxes(instrument.market, instrument.kind, day, line.amount).total
    return replace(line, commission=commission.of(line.amount), tax=tax)


def _least_missed(lines: Iterable[Line], ideal: Mapping[str, Fraction]) -> Line | None:
    """The purchase of a weighted name whose last share is missed least; None when there is none."""

    def missed(line: Line) -> Fraction:
        without = ideal[line.code] - (line.target - 1) * line.price
        return line.price * (2 * without - line.price)

    weighted = [line for line in lines if line.code in ideal]
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
