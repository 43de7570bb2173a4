"""A market of 2,500 instruments: its start, its memory, and its minutes at 60 times real time.

All of it happens in a process of its own (`python -m benchmarks.big_day 2500 3`), which prints one line of
JSON, so that the memory is that of the exchange and nothing else.
"""

import json
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import time, timedelta
from time import process_time
from uuid import uuid4

from benchmarks.measure import show
from benchmarks.order_flow import DAY
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.day import plan_day
from hoga.settings import Settings
from hoga.simulator import collect_seldom, open_customers, simulate
from hoga.storage.made import MadeBars

PACE = 60
"""Simulated seconds a second: a simulated minute may take one second of one core."""


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    instruments, minutes = (100, 2) if is_quick else (2_500, 5)
    print(f"A day of {instruments:,} instruments (made minutes, one KIS face)")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.big_day", str(instruments), str(minutes)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    found = json.loads(done.stdout)
    show("start, CPU seconds", f"{found['start']:>12.2f}")
    show("start without the making of the minutes", f"{found['start'] - found['bars']:>12.2f}")
    show("most memory, MB", f"{found['memory']:>12.0f}")
    show("CPU seconds for a simulated minute", f"{found['minute']:>12.3f}")
    show(f"of what one core has for it at pace {PACE}", f"{found['minute'] / (60 / PACE):>12.2f} x")
    show("events for a simulated minute", f"{found['events']:>12,.0f}")


def live(instruments: int, minutes: int) -> dict[str, float]:
    """Start, live `minutes` minutes of continuous trading, and tell what they took."""
    collect_seldom()
    began = process_time()
    plan = plan_day(Settings(), day=DAY, start=time(9, 0), wanted=None)
    real = len(plan.bars.instruments(plan.day))
    bars = MadeBars(plan.seed, max(instruments - real, 0))
    plan = replace(plan, bars=bars)
    for instrument in bars.instruments(plan.day):
        bars.minute_bars(instrument.code, plan.day)
    made = process_time() - began
    simulation = simulate(plan)
    who = open_customers(plan.seed)[Environment.REAL]
    clock = ManualClock(plan.start)
    KisFace(simulation, clock, bars, who, Environment.REAL, lambda: uuid4().hex)
    simulation.advance(simulation.now)
    started = process_time() - began - made  # the first steps have made the minutes again
    simulation.advance(plan.start + timedelta(minutes=2))
    before = process_time()
    events = simulation.advance(plan.start + timedelta(minutes=2 + minutes))
    spent = process_time() - before
    return {
        "start": started,
        "bars": made,
        "minute": spent / minutes,
        "events": len(events) / minutes,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(live(int(sys.argv[1]), int(sys.argv[2]))))
