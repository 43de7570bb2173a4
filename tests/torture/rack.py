"""The torture: an exchange with faults, and a desk beside it that is killed again and again.

The desk is a process of its own that talks to the exchange over loopback, as in production. It is ended by
SIGKILL at passages drawn from the seed: while it starts, around the writes of its journal, while an order is
on its way or its answer. Its disk fails, a second desk wants the account, and somebody trades the account in
another program. Faults are drawn from the seed too, but which call they meet depends on how fast the machine
is: a seed makes a failure likely again, not certain.
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.torture.child import BEGUN, BROKEN, FINISHED, HALTED, PAPER, REAL, REFUSED, STOPPED, Life, main
from tests.torture.doom import STORAGE, Doom, Moment, draw_doom
from tests.torture.intents import make_intent
from tests.torture.mishaps import Deck, Mishaps
from tests.torture.stranger import Stranger
from tests.torture.verdict import Verdict, judge

from hoga.accounts.connection import journal_path
from hoga.brokers.kis import login
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.services import Call
from hoga.clock import WallClock
from hoga.day import plan_day
from hoga.exchange.events import Canceled, Event, Rejected
from hoga.exchange.records import RecordKind
from hoga.notify import LineNotifier
from hoga.server.control import Control, create
from hoga.server.listener import listen, serve
from hoga.settings import Settings, SimulationSettings
from hoga.simulator import Doors, OpenExchange, Terms, run_exchange
from hoga.storage.journal import SqlJournal
from hoga.storage.open_exchange import announced
from hoga.trading.records import KINDS, Records

DAY = date(2026, 11, 20)
STARTS = (time(8, 59), time(9, 30), time(11), time(13, 30))
"""When the exchange is found: before the open and in the middle of the day."""
CASH = 10_000_000_000
PACE = Decimal(20)
CODES = 10
"""Issues that are traded."""

SESSION = "torture"
ANY_PORTS = Doors(rest=0, paper_rest=0, ws=0, paper_ws=0)

STALL_SECONDS = 240.0
"""Real seconds without anything begun or ended after which the torture gives up."""
MOST_STOPS = 50
"""Starts in a row that come to nothing, after which it gives up too."""

PROBABILITY = 0.5
"""Of a new fault with each intent."""
STRANGE = 0.1
"""Of an act of somebody else with each intent."""
STORAGE_FAULTS = 0.1
"""Of the disk's failing instead of a kill."""
_LOOK = 0.005
"""Seconds between two looks at whether the passage has come."""

TOKEN_PAUSE = timedelta(milliseconds=300)
_KILLED = -signal.SIGKILL
KILLS = tuple(moment for moment in Moment if moment not in STORAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done, and what came of it."""

    seed: int
    intents: int
    kills: Mapping[str, int]
    """By the moment of the desk's death."""
    restarts: int
    faults: Mapping[str, int]
    """Strikes by effect: faults that really hit something."""
    storage_faults: int
    second_desks: int
    """Desks that wanted the account while another had it, and were refused."""
    strange_acts: int
    """What somebody else did with the account."""
    seconds: float
    verdict: Verdict
    crimes: tuple[str, ...]
    """What the desk processes did that they must not, in words."""

    @property
    def discrepancies(self) -> tuple[str, ...]:
        return self.verdict.discrepancies + self.crimes


class GaveUp(Exception):
    """The desk did nothing for too long."""


async def torture(
    home: Path, intents: int, kills: int, seed: int, environment: Environment = Environment.REAL
) -> Outcome:
    """Torture a desk, and compare what is left.

    Raises:
        GaveUp: the desk came to a stand.
    """
    loop = asyncio.get_running_loop()
    begun_at = loop.time()
    start = random.Random(f"start:{seed}").choice(STARTS)
    settings = Settings(simulation=SimulationSettings(cash=CASH, seed=seed))
    plan = plan_day(settings, day=DAY, start=start, wanted=None)
    opened: asyncio.Future[OpenExchange] = loop.create_future()

    @contextlib.asynccontextmanager
    async def face(exchange: OpenExchange) -> AsyncIterator[None]:
        opened.set_result(exchange)
        yield

    terms = Terms(pace=PACE, limits=dict.fromkeys(Environment))
    running = asyncio.create_task(run_exchange(plan, face, ANY_PORTS, terms))
    try:
        await asyncio.wait((opened, running), return_when=asyncio.FIRST_COMPLETED)
        exchange = await opened if opened.done() else await _failed(running)
        async with _announced(home, exchange):
            rack = _Rack(home, exchange, intents, kills, seed, environment)
            await rack.torment()
        return Outcome(
            seed=seed,
            intents=intents,
            kills=rack.kills,
            restarts=rack.starts - 1,
            faults=rack.mishaps.struck(),
            storage_faults=rack.storage_faults,
            second_desks=rack.second_desks,
            strange_acts=rack.stranger.acts,
            seconds=round(loop.time() - begun_at, 1),
            verdict=rack.verdict(),
            crimes=tuple(rack.crimes),
        )
    finally:
        running.cancel()
        await asyncio.wait((running,))


async def _failed(running: "asyncio.Task[None]") -> OpenExchange:
    await running
    raise AssertionError("the exchange ended by itself")


@contextlib.asynccontextmanager
async def _announced(home: Path, exchange: OpenExchange) -> AsyncIterator[None]:
    """The control plane, and the file by which the desk finds both."""
    real, customer = exchange.faces[Environment.REAL], exchange.customers[Environment.REAL][0]
    paper, beginner = exchange.faces[Environment.PAPER], exchange.customers[Environment.PAPER][0]
    with listen("127.0.0.1", 0) as listener:
        control = Control(exchange.simulation, exchange.clock, exchange.faults)
        async with serve(create(control), listener) as url:
            ready = {
                "rest": real.rest_url,
                "ws": real.ws_url,
                "control": url,
                "appkey": customer.keys.appkey,
                "appsecret": customer.keys.appsecret,
                "account": customer.account,
                "htsid": customer.hts_id,
                "source": "made",
                "session": SESSION,
                "calls_per_second": None,
                "paper_rest": paper.rest_url,
                "paper_ws": paper.ws_url,
                "paper_appkey": beginner.keys.appkey,
                "paper_appsecret": beginner.keys.appsecret,
                "paper_account": beginner.account,
                "paper_calls_per_second": None,
            }
            with announced(home, ready):
                yield


class _Rack:
    """The desk process, what kills it, and what goes wrong around it."""

    def __init__(
        self,
        home: Path,
        exchange: OpenExchange,
        intents: int,
        kills: int,
        seed: int,
        environment: Environment,
    ) -> None:
        self.kills: Counter[str] = Counter()
        self.starts = self.storage_faults = self.second_desks = 0
        self.crimes: list[str] = []
        self._exchange = exchange
        self._account = exchange.customers[environment][0].account
        codes = tuple(exchange.simulation.exchange.codes[:CODES])
        profile = PAPER if environment is Environment.PAPER else REAL
        self._life = Life(home=home, profile=profile, seed=seed, intents=intents, codes=codes)
        self._wanted_kills = kills
        self._luck = random.Random(f"rack:{seed}")
        self._moments = Deck(self._luck, KILLS)
        self.mishaps = Mishaps(exchange.faults, environment, self._luck, exchange.clock)
        self.stranger = Stranger(exchange, self._account, codes, self._luck)
        self._ended: dict[int, datetime] = {}
        exchange.simulation.on_events(self._hear, (Rejected, Canceled))
        self._begun = self._stops = 0
        self._is_finished = self._is_overdue = self._is_frozen = False
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.torture.child", "tests.torture.warm"])

    def _hear(self, happened: Sequence[Event]) -> None:
        """Note which orders end before they have traded: refused after all, or cancelled by whomever."""
        for event in happened:
            if isinstance(event, Rejected) and event.kind is RecordKind.ORDER:
                self._ended[event.number] = event.at
            elif isinstance(event, Canceled):
                order = self._exchange.simulation.exchange.find_order(event.number)
                if order is not None and not order.filled_quantity and not order.remaining_quantity:
                    self._ended[event.number] = event.at

    async def torment(self) -> None:
        """Start the desk again and again until it has followed every intent and died often enough."""
        login.TOKEN_PAUSE = TOKEN_PAUSE  # a minute's wait after every revoked token would prove nothing more
        while not self._is_finished or self.kills.total() < self._wanted_kills:
            await self._live_once()

    def verdict(self) -> Verdict:
        """What journal and exchange tell."""
        life, market = self._life, self._exchange.simulation.exchange
        names = {code: market.instrument(code) for code in life.codes}
        path = journal_path(life.home, "sim", self._account, SESSION)
        with contextlib.closing(SqlJournal(path, KINDS)) as journal:
            records = Records(DAY, journal, LineNotifier(lambda message: None), names, [], WallClock().steady)
            records.replay()
            entries = journal.read()
        sources = (make_intent(life.seed, number, life.codes).source for number in range(life.intents))
        others = self.stranger.numbers
        return judge(records, market, self._account, sources, others, entries, self._ended)

    # One life -----------------------------------------------------------------------------------------------

    async def _live_once(self) -> None:
        """One life of the desk: until it has finished, is killed, or ends by itself."""
        self.starts += 1
        self._is_overdue = False
        self.mishaps.perhaps(PROBABILITY / 2)
        doom = self._draw_doom()
        begun, is_finished = self._begun, False
        process, lines, transport = await self._start(replace(self._life, doom=doom))
        killing = asyncio.create_task(self._kill(process, doom))
        has_rival, rival = self._luck.random() < 1 / self.starts, None
        try:
            while line := await self._line(lines):
                if line == BEGUN:
                    self._begin()
                    if has_rival and rival is None:
                        rival = asyncio.create_task(self._try_second(process))
                elif line == BROKEN:
                    self.storage_faults += 1
                is_finished = line == FINISHED
        finally:
            killing.cancel()
            await asyncio.wait((killing, rival) if rival is not None else (killing,))
            transport.close()
            await asyncio.to_thread(_bury, process)
        self._is_finished |= is_finished
        self._judge(process.exitcode, doom)
        self._stops = (
            0 if is_finished or self._begun > begun or process.exitcode == _KILLED else self._stops + 1
        )
        if self._stops >= MOST_STOPS:
            raise GaveUp(f"{self._stops} starts in a row came to nothing after {self._begun} intents")

    async def _start(self, life: Life) -> tuple[BaseProcess, asyncio.StreamReader, asyncio.BaseTransport]:
        reader, writer = self._processes.Pipe(duplex=False)
        process = self._processes.Process(target=main, args=(life, writer), daemon=True)
        await asyncio.to_thread(process.start)
        writer.close()
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(os.dup(reader.fileno()), "rb")
        )
        reader.close()
        return process, stream, transport

    async def _line(self, stream: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                return (await stream.readline()).decode().strip()
        except TimeoutError:
            raise GaveUp(f"nothing for {STALL_SECONDS:g} s after {self._begun} intents") from None

    def _begin(self) -> None:
        """An intent was begun: something may go wrong with the next."""
        self._begun += 1
        self.mishaps.perhaps(PROBABILITY)
        if self._luck.random() < STRANGE:
            self.stranger.act()

    # How it ends --------------------------------------------------------------------------------------------

    def _draw_doom(self) -> Doom | None:
        """How this life ends; the kills are spread over all intents."""
        left = self._wanted_kills - self.kills.total()
        if left <= 0:
            return None
        if self._is_finished:
            return Doom(Moment.STARTING, self._luck.randint(1, 2))
        moment = self._moments.draw()
        if self._luck.random() < STORAGE_FAULTS:
            moment = self._luck.choice(STORAGE)
        return draw_doom(self._luck, moment, self._pace())

    def _pace(self) -> int:
        """Intents that a life should last for."""
        left = self._wanted_kills - self.kills.total()
        return max(1, (self._life.intents - self._begun) // (left + 1))

    async def _kill(self, process: BaseProcess, doom: Doom | None) -> None:
        """Kill the desk when its moment has come."""
        if doom is None:
            return
        wire = doom.tripwire(self._luck.choice((Call.BUY, Call.BUY, Call.SELL, Call.REVISE)))
        armed = self._exchange.faults.arm(wire) if wire is not None else None
        last = min(self._begun + _latest(doom, self._pace()), self._life.intents - 1)
        try:
            while True:
                if armed is not None and armed.struck and not self._is_frozen:
                    break
                if not self._is_frozen and self._begun >= last and not self._is_finished:
                    self._is_overdue = True
                    break
                await asyncio.sleep(_LOOK)
        finally:
            if armed is not None:
                self._exchange.faults.disarm(armed.number)
        process.kill()

    async def _try_second(self, process: BaseProcess) -> None:
        """Let a second desk want the account while the first, which trades, stands still for a moment."""
        assert process.pid is not None
        self._is_frozen = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
        rival, _, transport = await self._start(replace(self._life, doom=None, only_tries=True))
        await asyncio.to_thread(rival.join)
        transport.close()
        is_alive = process.is_alive()
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        self._is_frozen = False
        if rival.exitcode == REFUSED:
            self.second_desks += 1
        # The first may hold the file at that moment, and it may have died just before.
        elif is_alive and rival.exitcode not in (STOPPED, HALTED):
            self.crimes.append(f"a second desk ended with {rival.exitcode} while the first was trading")

    def _judge(self, code: int | None, doom: Doom | None) -> None:
        """Count a death, and note what no desk must do."""
        if code == _KILLED and doom is not None:
            self.kills[Moment.WHENEVER if self._is_overdue else doom.moment] += 1
        elif code not in (0, STOPPED) and not (code == HALTED and doom and doom.moment in STORAGE):
            self.crimes.append(f"a desk ended with {code} at {doom}")


def _latest(doom: Doom, pace: int) -> int:
    """After how many intents the desk is killed all the same, should the passage never come."""
    return doom.number if doom.moment is Moment.WHENEVER else 3 * pace


def _bury(process: BaseProcess) -> None:
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()
