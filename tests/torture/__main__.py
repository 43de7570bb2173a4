"""`python -m tests.torture --intents N --kills K --seed S --json`: prove that no order is lost or doubled."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from tests.torture.rack import GaveUp, Outcome, torture

from hoga.brokers.kis.codes import Environment

PIECE = 150
"""Intents on one exchange: its day is short, and the longer its list of orders, the slower it is read."""


def make_parser() -> argparse.ArgumentParser:
    """The options; docs/torture.md tells them."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--intents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--home", type=Path, help="keep journals and messages there")
    parser.add_argument("--json", action="store_true")
    return parser


def main() -> int:
    wanted = make_parser().parse_args()
    pieces = max(2, -(-wanted.intents // PIECE))
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(pieces):
            seed = wanted.seed + number
            home = (wanted.home or Path(scratch)) / str(seed)
            home.mkdir(parents=True)
            # Real and paper by turns: each has faults of its own.
            environment = list(Environment)[number % len(Environment)]
            intents, kills = (_share(total, pieces, number) for total in (wanted.intents, wanted.kills))
            try:
                outcomes.append(asyncio.run(torture(home, intents, kills, seed, environment)))
            except GaveUp as error:
                print(f"seed {seed}: {error}", file=sys.stderr)
                return 2
            print(f"piece {number + 1} of {pieces}: {outcomes[-1].seconds} s", file=sys.stderr)
    found = summary(wanted.seed, outcomes)
    if wanted.json:
        print(msgspec.json.encode(found).decode())
    else:
        for name, value in found.items():
            print(f"{name:<16}{value}")
    return 1 if found["discrepancies"] else 0


def summary(seed: int, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The outcomes in numbers; the discrepancies in words where there are any, each with its own seed."""
    verdicts = [outcome.verdict for outcome in outcomes]
    kills = _sum(outcome.kills for outcome in outcomes)
    faults = _sum(outcome.faults for outcome in outcomes)
    found = [f"seed {outcome.seed}: {each}" for outcome in outcomes for each in outcome.discrepancies]
    return {
        "seed": seed,
        "intents": sum(outcome.intents for outcome in outcomes),
        "kills": kills.total(),
        "kills_by_moment": kills,
        "restarts": sum(outcome.restarts for outcome in outcomes),
        "faults": faults.total(),
        "faults_by_kind": faults,
        "storage_faults": sum(outcome.storage_faults for outcome in outcomes),
        "second_desks": sum(outcome.second_desks for outcome in outcomes),
        "strange_acts": sum(outcome.strange_acts for outcome in outcomes),
        "adopted": sum(verdict.adopted for verdict in verdicts),
        "orders": sum(verdict.orders for verdict in verdicts),
        "fills": sum(verdict.fills for verdict in verdicts),
        "fates": _sum(verdict.fates for verdict in verdicts),
        "duplicates": sum(verdict.duplicates for verdict in verdicts),
        "too_early": sum(verdict.too_early for verdict in verdicts),
        "decided": sum(verdict.decided for verdict in verdicts),
        "lost": sum(verdict.lost for verdict in verdicts),
        "won_adrift": sum(verdict.won_adrift for verdict in verdicts),
        "discrepancies": len(found),
        "found": found,
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 1),
    }


def _share(total: int, pieces: int, number: int) -> int:
    return total * (number + 1) // pieces - total * number // pieces


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return Counter(dict(sorted(total.items())))


if __name__ == "__main__":
    sys.exit(main())
