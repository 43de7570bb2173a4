"""Prints of the WebSocket decoded into typed objects, beside two other ways to read the same frames.

python-kis 2.1.6 reads a frame with its own parser into its own objects: twice as many typed fields as ours,
but not the shares of the print. "DataFrame" is what KIS's official sample does: the records of a frame go to
pandas' reader of CSV under the names of the columns. With several records in a frame that gives one row,
whose names do not fit, so it is timed with one record only. Every contender must find the same codes, prices
and volumes.
"""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import cycle, islice
from typing import Any

from benchmarks.measure import show, take_turns
from benchmarks.order_flow import DAY
from hoga.brokers.kis.codes import TRADES_STREAM
from hoga.brokers.kis.frames import read_frame
from hoga.brokers.kis.streams import STREAMS
from hoga.brokers.kis.ticks import RunningDay, Trades, trade_frame
from hoga.domain.quote import Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

CODES = ("005930", "000660", "035420", "122630", "293490")
_COLUMNS = [name.upper() for name in STREAMS[TRADES_STREAM].fields]
_AIM = 12

Told = list[tuple[str, int, int]]
"""Code, price and the day's volume of every print."""


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("Frames of prints, into typed objects")
    count, rounds = (300, 1) if is_quick else (10_000, 7)
    for a_frame in (1, 4):
        _compare(make_frames(count // a_frame, a_frame), count // a_frame, a_frame, rounds)


def _compare(frames: Sequence[str], count: int, a_frame: int, rounds: int) -> None:
    contenders: dict[str, Callable[[], Callable[[], Told]]] = {"hoga": lambda: lambda: read(frames)}
    if (peer := peer_reader()) is not None:
        contenders["python-kis"] = lambda: lambda: peer(frames)
    if a_frame == 1:
        contenders["DataFrame"] = lambda: lambda: read_into_frames(frames)
    expected = read(frames)

    def check(name: str, told: Told) -> None:
        if told != expected:
            raise ValueError(f"{name} reads other prints")

    timings = take_turns(contenders, rounds, check)
    records = "one record" if a_frame == 1 else f"{a_frame} records"
    show(f"{records} a frame: records/s", f"{timings.rate('hoga', count * a_frame):>12,.0f}")
    for name in list(contenders)[1:]:
        aim = f"   (aim {_AIM})" if name == "python-kis" else ""
        show(f"{records} a frame: / {name}", f"{timings.ratio('hoga', name):>12.1f} x{aim}")


def make_frames(count: int, a_frame: int) -> list[str]:
    """Frames as KIS sends them, with so many prints each."""
    days = {
        code: RunningDay(base_price=70_000, upper_limit=91_000, lower_limit=49_000, listed_shares=10**9)
        for code in CODES
    }
    frames = []
    codes = cycle(CODES)
    for number in range(count):
        ticks = []
        for place, code in enumerate(islice(codes, a_frame)):
            minute, second = divmod(number // 10 % 3_600, 60)
            trade = Trade(
                code,
                datetime(DAY.year, DAY.month, DAY.day, 10, minute, second, tzinfo=KST),
                70_000 + 100 * (number % 50 + place),
                1 + number % 977,
                Side.BUY if number % 3 else Side.SELL,
            )
            days[code] = days[code].after(trade)
            ticks.append((trade, days[code]))
        frames.append(trade_frame(ticks, Phase.CONTINUOUS))
    return frames


def read(frames: Sequence[str]) -> Told:
    """By our own decoder."""
    told = []
    for text in frames:
        frame = read_frame(text, DAY, {})
        assert isinstance(frame, Trades)
        for trade, volume in zip(frame.trades, frame.volumes, strict=True):
            told.append((trade.code, trade.price, volume))
    return told


def peer_reader() -> Callable[[Sequence[str]], Told] | None:
    """By python-kis, as its own client does; None when it is not installed."""
    try:
        from pykis.api.websocket import WEBSOCKET_RESPONSES_MAP
        from pykis.responses.websocket import KisWebsocketResponse
    except ImportError:
        return None

    def read_all(frames: Sequence[str]) -> Told:
        told = []
        for text in frames:
            _, tr_id, count, body = text.split("|", 3)
            found: Any = KisWebsocketResponse.parse(
                body, count=int(count), response_type=WEBSOCKET_RESPONSES_MAP[tr_id]
            )
            for each in found:
                told.append((each.symbol, int(each.price), each.volume))  # noqa: PERF401 (as ours)
        return told

    return read_all


def read_into_frames(frames: Sequence[str]) -> Told:
    """One record a frame, as the official sample does."""
    import pandas

    told = []
    for text in frames:
        payload = text.split("|", 3)[3]
        table = pandas.read_csv(io.StringIO(payload), header=None, sep="^", names=_COLUMNS, dtype=object)
        row = table.iloc[0]
        told.append((row["MKSC_SHRN_ISCD"], int(row["STCK_PRPR"]), int(row["ACML_VOL"])))
    return told
