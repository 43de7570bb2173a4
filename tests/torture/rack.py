"""The torture: an exchange with faults, and a desk beside it that is killed again and again.

The desk is a process of its own that talks to the exchange over loopback, as in production. It is ended by
SIGKILL at moments drawn from the seed. Faults are drawn from the seed too, but which call they meet depends
on how fast the machine is: a seed makes a failure likely again, not certain.
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.torture.child import BEGUN, FINISHED, main
from tests.torture.intents import make_intent
from tests.torture.verdict import Verdict, judge

from hoga.app import plan_day
from hoga.brokers.kis import login
from hoga.brokers.kis.codes import Call, Environment
from hoga.brokers.kis.faults import Direction, Effect, Fault, Filter, Nth
from hoga.brokers.kis.meanings import MEANINGS, Meaning
from hoga.notify import LineNotifier
from hoga.profiles import journal_path
from hoga.server.bridge import listen, serve
from hoga.server.control import Control, create
from hoga.settings import Settings, SimulationSettings
from hoga.simulator import Doors, OpenExchange, Terms, run_exchange
from hoga.storage.journal import SqlJournal
from hoga.storage.open_exchange import announced
from hoga.trading.records import KINDS, Records

DAY = date(2026, 11, 20)
CASH = 10_000_000_000
PACE = Decimal(20)
CODES = 6
"""Issues that are traded."""

SESSION = "torture"
ANY_PORTS = Doors(rest=0, paper_rest=0, ws=0, paper_ws=0)
EARLY = 0.25
"""How many of the kills come while the desk starts."""

STALL_SECONDS = 240.0
"""Real seconds without anything begun or ended after which the torture gives up."""

MOST_FAULTS = 6
"""That wait for something to strike."""

PROBABILITY = 0.5
"""Of a new fault with each intent."""

TOKEN_PAUSE = timedelta(milliseconds=300)
ANSWERS = ("500", "EGW00201", "EGW00215", "EGW00123", "EGW00301", "EGW00202", "90020000")
AFTERWARDS = tuple(
    code for code in ANSWERS if MEANINGS.get(code) not in (Meaning.RATE_LIMITED, Meaning.LOGIN_EXPIRED)
)
"""What may be answered to a call that was carried out: calls are counted and tokens looked at before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done, and what came of it."""

    seed: int
    intents: int
    kills: int
    restarts: int
    faults: dict[str, int]
    """Strikes by effect: faults that really hit something."""
    seconds: float
    verdict: Verdict


class GaveUp(Exception):
    """The desk did nothing for too long."""


async def torture(home: Path, intents: int, kills: int, seed: int) -> Outcome:
    """Torture a desk, and compare what is left.

    Raises:
        GaveUp: the desk came to a stand.
    """
    loop = asyncio.get_running_loop()
    begun_at = loop.time()
    settings = Settings(simulation=SimulationSettings(cash=CASH, seed=seed))
    plan = plan_day(settings, day=DAY, wanted=None)
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
        codes = tuple(exchange.simulation.exchange.codes[:CODES])
        async with _announced(home, exchange):
            rack = _Rack(home, exchange, intents, kills, seed, codes)
            await rack.torment()
        return Outcome(
            seed=seed,
            intents=intents,
            kills=rack.kills,
            restarts=rack.starts - 1,
            faults=rack.struck(),
            seconds=round(loop.time() - begun_at, 1),
            verdict=_verdict(home, exchange, intents, seed, codes),
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


def _verdict(home: Path, exchange: OpenExchange, intents: int, seed: int, codes: tuple[str, ...]) -> Verdict:
    account = exchange.customers[Environment.REAL][0].account
    market = exchange.simulation.exchange
    names = {code: market.instrument(code) for code in codes}
    with contextlib.closing(SqlJournal(journal_path(home, "sim", account, SESSION), KINDS)) as journal:
        records = Records(DAY, journal, LineNotifier(lambda message: None), names, [])
        records.replay()
    sources = (make_intent(seed, number, codes).source for number in range(intents))
    return judge(records, market, account, sources)


class _Rack:
    """The desk process, what kills it, and what goes wrong around it."""

    def __init__(
        self, home: Path, exchange: OpenExchange, intents: int, kills: int, seed: int, codes: tuple[str, ...]
    ) -> None:
        self.kills = self.starts = 0
        self._home = home
        self._exchange = exchange
        self._intents = intents
        self._wanted_kills = kills
        self._seed = seed
        self._codes = codes
        self._luck = random.Random(f"rack:{seed}")
        self._struck: Counter[str] = Counter()
        self._begun = 0
        self._target = 0
        self._reached = asyncio.Event()
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.torture.child"])

    def struck(self) -> dict[str, int]:
        """How often each effect has struck."""
        self._arm(0)
        return dict(sorted(self._struck.items()))

    async def torment(self) -> None:
        """Start the desk again and again until it has followed every intent."""
        login.TOKEN_PAUSE = TOKEN_PAUSE  # a minute's wait after every revoked token would prove nothing more
        while not await self._live_once():
            pass

    async def _live_once(self) -> bool:
        """One life of the desk: until it has finished (True), is killed, or ends by itself."""
        loop = asyncio.get_running_loop()
        self.starts += 1
        self._arm(PROBABILITY / 2)
        reader, writer = self._processes.Pipe(duplex=False)
        wanted = (str(self._home), self._seed, self._intents, self._codes, writer)
        process = self._processes.Process(target=main, args=wanted, daemon=True)
        await asyncio.to_thread(process.start)
        writer.close()
        stream = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(os.dup(reader.fileno()), "rb")
        )
        reader.close()
        killing = asyncio.create_task(self._kill_at_some_moment(process))
        try:
            while line := await self._line(stream):
                if line == BEGUN:
                    self._begun += 1
                    self._arm(PROBABILITY)
                    if self._begun >= self._target:
                        self._reached.set()
                if line == FINISHED:
                    return True
            return False
        finally:
            killing.cancel()
            await asyncio.wait((killing,))
            transport.close()
            await asyncio.to_thread(self._bury, process)

    async def _line(self, stream: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                return (await stream.readline()).decode().strip()
        except TimeoutError:
            raise GaveUp(f"nothing for {STALL_SECONDS:g} s after {self._begun} intents") from None

    async def _kill_at_some_moment(self, process: BaseProcess) -> None:
        """Kill it after some of its intents, or while it starts; the kills are spread over all intents."""
        if self.kills >= self._wanted_kills:
            return
        left = self._wanted_kills - self.kills
        pace = max(1, (self._intents - self._begun) // (left + 1))
        target = min(self._begun + self._luck.randint(0, 2 * pace), self._intents - 1)
        is_early = self._luck.random() < EARLY
        patience = self._luck.uniform(0.0, 1.0)
        if not is_early and self._begun < target:
            self._target, self._reached = target, asyncio.Event()
            await self._reached.wait()
        await asyncio.sleep(patience if is_early else patience / 20)
        process.kill()
        self.kills += 1

    def _bury(self, process: BaseProcess) -> None:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()

    def _arm(self, probability: float) -> None:
        """Perhaps arm one more fault. Those that have struck, or wait for too long, are taken away."""
        faults = self._exchange.faults
        for armed in faults.armed:
            if armed.struck or len(faults.armed) >= MOST_FAULTS:
                self._struck[armed.fault.effect] += armed.struck
                faults.disarm(armed.number)
        if self._luck.random() < probability:
            faults.arm(self._draw())

    def _draw(self) -> Fault:
        luck = self._luck
        effect = luck.choice([effect for effect in Effect if effect is not Effect.EMPTY_ORDERS])
        times = 1 if effect is not Effect.MORE_FIELDS else 5
        when = Nth(luck.randint(1, 6), times)
        seconds = None
        if effect is Effect.DELAY:
            seconds = luck.uniform(0.01, 0.3)
        elif effect is Effect.HOLD_BACK and luck.random() < 0.7:
            seconds = luck.uniform(0.01, 1.0)
        is_either_way = effect in (Effect.ANSWER, Effect.DELAY)
        direction = luck.choice((Direction.IN, Direction.OUT)) if is_either_way else None
        answers = AFTERWARDS if direction is Direction.OUT else ANSWERS
        code = luck.choice(answers) if effect is Effect.ANSWER else ""
        return Fault(
            effect=effect,
            when=when,
            only=self._filter(effect),
            direction=direction,
            seconds=seconds,
            code=code,
        )

    def _filter(self, effect: Effect) -> Filter:
        """Half of what happens to calls happens to orders: they are what it is about."""
        on_calls = (Effect.LOSE_REQUEST, Effect.LOSE_ANSWER, Effect.ANSWER, Effect.DELAY)
        if effect not in on_calls or self._luck.random() < 0.5:
            return Filter()
        return Filter(call=self._luck.choice((Call.BUY, Call.SELL, Call.REVISE, Call.ORDERS)))
