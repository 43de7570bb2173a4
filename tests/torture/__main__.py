"""`python -m tests.torture --intents N --kills K --seed S --json`: prove that no order is lost or doubled."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec
from tests.torture.rack import GaveUp, Outcome, torture


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--intents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        try:
            outcome = asyncio.run(torture(Path(home), wanted.intents, wanted.kills, wanted.seed))
        except GaveUp as error:
            print(error, file=sys.stderr)
            return 2
    if wanted.json:
        print(msgspec.json.encode(summary(outcome)).decode())
    else:
        for name, value in summary(outcome).items():
            print(f"{name:<16}{value}")
    return 1 if outcome.verdict.discrepancies else 0


def summary(outcome: Outcome) -> dict[str, object]:
    """The outcome in numbers; the discrepancies in words where there are any."""
    verdict = outcome.verdict
    return {
        "seed": outcome.seed,
        "intents": outcome.intents,
        "kills": outcome.kills,
        "restarts": outcome.restarts,
        "faults": sum(outcome.faults.values()),
        "faults_by_kind": outcome.faults,
        "orders": verdict.orders,
        "fills": verdict.fills,
        "duplicates": verdict.duplicates,
        "lost": verdict.lost,
        "won_adrift": verdict.won_adrift,
        "discrepancies": len(verdict.discrepancies),
        "found": verdict.discrepancies,
        "seconds": outcome.seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
