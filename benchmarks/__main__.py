"""`python -m benchmarks`: print all figures. `--quick` takes a few seconds and proves only that they work."""

import argparse

from benchmarks import big_day, bridge, calls, desk, exchange, face, frames, matching, price, rebalance

MEASURED = (matching, exchange, face, frames, price, calls, desk, bridge, big_day, rebalance)


def main() -> None:
    """Measure one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small flows, figures that mean little")
    is_quick = parser.parse_args().quick
    for each in MEASURED:
        each.measure(is_quick=is_quick)


if __name__ == "__main__":
    main()
