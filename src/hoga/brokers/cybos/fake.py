"""COM without Windows: the objects of CYBOS Plus as they behave, in front of a `Face` that knows the answers.

What was measured or told of the real ones is kept: objects belong to one thread; inputs stay on them; a
`char` is a number both ways; a list goes on by `Continue` and begins anew after its end; what is pushed
arrives only while the thread waits, also inside a request; a push stops when its sink is not kept; over the
limit an order is turned down at once, while a price question stands still; a lost connection shows no
requests left. Faults are on demand.
"""

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from hoga.brokers.cybos.codes import (
    CAPS,
    NO_SUCH_PROGRAM,
    NOT_CONNECTED,
    NOT_INITIALISED,
    NOT_REGISTERED,
    SERVER_GONE,
    WINDOW_SECONDS,
    WRONG_THREAD,
    Limit,
    Outcome,
    Program,
)
from hoga.brokers.cybos.com import ComFailure, Input, Value

T = TypeVar("T")

_WINDOW = WINDOW_SECONDS * 1000

_TRADING = frozenset(
    {
        Program.ORDER,
        Program.REPLACE,
        Program.CANCEL,
        Program.BALANCE,
        Program.BUYING_POWER,
        Program.DEPOSIT,
        Program.DAY_RESULTS,
        Program.OPEN_ORDERS,
        Program.ORDERS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer. `rows` are by the index of GetDataValue; `count` is the header with the rows of a page.

    `page` is how many rows a page has; None for all in one.
    """

    status: int = 0
    said: str = "0027 조회가 완료되었습니다."
    headers: Mapping[int, Value] = field(default_factory=dict)
    rows: Sequence[Mapping[int, Value]] = ()
    count: int | None = None
    page: int | None = None


TABLES = frozenset(
    {
        "CodeToName",
        "GetStockSectionKind",
        "GetStockStdPrice",
        "GetStockStatusKind",
        "GetStockControlKind",
        "GetStockSupervisionKind",
        "GetStockMarginRate",
        "GetStockFiscalMonth",
        "GetStockIndustryCode",
        "GetStockKospi200Kind",
        "GetStockListedDate",
        "IsStockCreditEnable",
    }
)
"""The members of CpCodeMgr that tell something of a code."""

Push = Callable[[Program, str, Callable[[], Mapping[int, Value]]], None]


class Face(Protocol):
    """Who knows the answers. It is asked in the event loop, where the exchange lives."""

    @property
    def accounts(self) -> Sequence[str]: ...

    def answer(self, program: Program, inputs: Mapping[int, Input]) -> Reply: ...

    def look_up(self, member: str, code: str) -> Value:
        """What a member of CpCodeMgr tells of a code; 0 or "" of one that does not exist."""

    def listed(self, market: int) -> Sequence[str]:
        """The codes of a market, as CpCodeMgr numbers it."""

    def connect(self, push: Push) -> None:
        """Hand what happens to `push`: object, input, and what makes the headers if anybody hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What one request of `program`, or one subscription to it, does instead.

    With `is_done` it is done all the same, and only its answer is lost. `hresult` raises a COM error, `hangs`
    never comes back until `release`.
    """

    program: Program
    returned: int | None = 0
    status: int = 0
    said: str = ""
    is_done: bool = False
    hresult: int | None = None
    hangs: bool = False


class FakeCom:
    """COM on one thread, in front of `face`.

    A Python that `is_64_bit` finds no objects. A subscription to an unknown code is refused, or hangs
    with `hangs_on_unknown`; the answer to one is told after `pending` looks. Without `has_limits` nothing is
    counted. Limits run by a time of their own that waiting moves on: no test waits.
    """

    def __init__(
        self,
        face: Face,
        *,
        has_limits: bool = False,
        trade_init: int = 0,
        is_64_bit: bool = False,
        hangs_on_unknown: bool = False,
        pending: int = 0,
    ) -> None:
        self.face = face
        self.is_64_bit = is_64_bit
        self.hangs_on_unknown = hangs_on_unknown
        self.pending = pending
        self.trade_init = trade_init
        self.is_connected = True
        self.has_limits = has_limits
        self.stalled = 0
        """Milliseconds that price questions stood still, over the limit."""
        self.asked: list[Program] = []
        self.hung = asyncio.Event()
        self.faults: deque[Fault] = deque()
        self.subscribed: set[FakeObject] = set()
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Condition()
        self._pushes: deque[tuple[Any, str, Mapping[int, Value]]] = deque()
        self._is_woken = False
        self._released = threading.Event()
        self._owner: int | None = None
        self._now = 0
        self._windows = dict.fromkeys((Limit.TRADE, Limit.QUOTE), (0, 0))
        self._connections: weakref.WeakSet[FakeConnection] = weakref.WeakSet()
        face.connect(self.push)

    # From the event loop

    def push(self, program: Program, key: str, make: Callable[[], Mapping[int, Value]]) -> None:
        """Something happened that the subscribers of `program` with the input `key` hear of."""
        with self._lock:
            hearing = [each for each in self.subscribed if (each.program, each.key) == (program, key)]
            if not hearing:
                return
            headers = make()
            self._pushes.extend((each, "OnReceived", headers) for each in hearing)
            self._lock.notify_all()

    def disconnect(self) -> None:
        """The terminal loses its server."""
        with self._lock:
            self.is_connected = False
            self._pushes.extend((each, "OnDisconnect", {}) for each in self._connections)
            self._lock.notify_all()

    def release(self) -> None:
        """Let the call that hangs come back with an error."""
        self._released.set()

    # Com

    def enter(self) -> None:
        self._owner = threading.get_ident()

    def leave(self) -> None:
        self.check_thread()
        self._owner = None

    def create(self, program: Program) -> Any:
        if self._owner is None:
            raise ComFailure(NOT_INITIALISED)
        self.check_thread()
        if self.is_64_bit:
            raise ComFailure(NOT_REGISTERED)
        match program:
            case Program.CONNECTION:
                connection = FakeConnection(self)
                self._connections.add(connection)
                return connection
            case Program.TRADE:
                return FakeTrade(self)
            case Program.CODES:
                return FakeCodes(self)
            case Program():
                return FakeObject(self, program)
            case _:
                raise ComFailure(NO_SUCH_PROGRAM)

    def listen(self, target: Any, event: str, heard: Callable[[], None]) -> object:
        sink = _Sink(heard)
        target.sinks[event] = weakref.ref(sink)
        return sink

    def wait(self, seconds: float | None) -> None:
        self.check_thread()
        with self._lock:
            if seconds is None:
                while not self._is_woken and not self._pushes:
                    self._lock.wait()
            elif not self._is_woken and not self._pushes:
                self._now += round(seconds * 1000)
            self._is_woken = False
        self.deliver()

    def wake(self) -> None:
        with self._lock:
            self._is_woken = True
            self._lock.notify_all()

    def failure(self, error: Exception) -> ComFailure | None:
        return error if isinstance(error, ComFailure) else None

    # For the objects, on the COM thread

    def check_thread(self) -> None:
        if threading.get_ident() != self._owner:
            raise ComFailure(WRONG_THREAD)

    def deliver(self) -> None:
        """Fire everything that was pushed."""
        while True:
            with self._lock:
                if not self._pushes:
                    return
                target, event, headers = self._pushes.popleft()
            target.fire(event, headers)

    def call(self, what: Callable[[], T]) -> T:
        """Do `what` in the event loop, and wait for it."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(what())
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result()

    def subscribe(self, target: "FakeObject", *, is_on: bool) -> bool:
        """Whether there is room for it."""
        with self._lock:
            if is_on and target.program is not Program.NOTICES and self.left(Limit.SUBSCRIPTION) <= 0:
                return False
            (self.subscribed.add if is_on else self.subscribed.discard)(target)
            return True

    def find_fault(self, program: Program) -> Fault | None:
        """The next fault, when it is one of `program`: then it has happened."""
        return self.faults.popleft() if self.faults and self.faults[0].program is program else None

    def left(self, limit: Limit) -> int:
        """Requests that may still be made."""
        if not self.is_connected:
            return 0
        if limit is Limit.SUBSCRIPTION:
            counted = [each for each in self.subscribed if each.program is not Program.NOTICES]
            return CAPS[limit] - len(counted)
        return CAPS[limit] - self._window(limit)[1] if self.has_limits else CAPS[limit]

    @property
    def remaining_time(self) -> int:
        """Milliseconds until the window that ends first."""
        if not self.is_connected:
            return 0
        return min(self._window(limit)[0] + _WINDOW - self._now for limit in self._windows)

    def take(self, limit: Limit) -> bool:
        """Count one request. False when it is turned down."""
        if self.left(limit) <= 0:
            if limit is Limit.TRADE:
                return False
            pause = self._window(limit)[0] + _WINDOW - self._now
            self.stalled += pause
            self._now += pause
        began, used = self._window(limit)
        self._windows[limit] = (self._now if used == 0 else began, used + 1)
        return True

    def hang(self) -> None:
        """Stand still until released."""
        self._loop.call_soon_threadsafe(self.hung.set)
        self._released.wait()
        raise ComFailure(SERVER_GONE)

    def _window(self, limit: Limit) -> tuple[int, int]:
        began, used = self._windows[limit]
        return (self._now, 0) if self._now >= began + _WINDOW else (began, used)


class _Sink:
    def __init__(self, heard: Callable[[], None]) -> None:
        self.heard = heard


class _Heard:
    """An object that fires events."""

    def __init__(self, com: FakeCom) -> None:
        self.com = com
        self.sinks: dict[str, weakref.ref[_Sink]] = {}

    def fire(self, event: str, headers: Mapping[int, Value]) -> None:
        sink = self.sinks[event]() if event in self.sinks else None
        if sink is not None:
            sink.heard()


class FakeConnection(_Heard):
    """CpUtil.CpCybos."""

    @property
    def IsConnect(self) -> int:
        self.com.check_thread()
        return int(self.com.is_connected)

    @property
    def ServerType(self) -> int:
        return int(self.com.is_connected)

    @property
    def LimitRequestRemainTime(self) -> int:
        return self.com.remaining_time

    def GetLimitRemainCount(self, kind: int) -> int:
        return self.com.left(Limit(kind))


class FakeTrade:
    """CpTrade.CpTdUtil."""

    def __init__(self, com: FakeCom) -> None:
        self._com = com
        self._is_begun = False

    def TradeInit(self, kind: int) -> int:
        self._is_begun = self._com.trade_init == 0
        return self._com.trade_init

    @property
    def AccountNumber(self) -> tuple[str, ...]:
        return tuple(self._com.call(lambda: self._com.face.accounts)) if self._is_begun else ()

    def GoodsList(self, account: str, kind: int) -> tuple[str, ...]:
        return {1: ("10",), 2: ("50",)}.get(kind, ("10", "50")) if self._is_begun else ()


class FakeCodes:
    """CpUtil.CpCodeMgr."""

    def __init__(self, com: FakeCom) -> None:
        self._com = com

    def GetStockListByMarket(self, kind: int) -> tuple[str, ...]:
        return self._com.call(lambda: tuple(self._com.face.listed(kind)))

    def __getattr__(self, member: str) -> Callable[[str], Value]:
        if member not in TABLES:
            raise AttributeError(member)
        return lambda code: self._com.call(lambda: self._com.face.look_up(member, code))


class FakeObject(_Heard):
    """Everything that is asked, ordered or subscribed to."""

    def __init__(self, com: FakeCom, program: Program) -> None:
        super().__init__(com)
        self.program = program
        self._inputs: dict[int, Input] = {}
        self._headers: Mapping[int, Value] = {}
        self._rows: Sequence[Mapping[int, Value]] = ()
        self._status = 0
        self._pending = 0
        self._said = ""
        self._reply: Reply | None = None
        self._place = 0

    @property
    def key(self) -> str:
        """What it was subscribed to."""
        return str(self._inputs.get(0, ""))

    @property
    def Continue(self) -> int:
        return int(self._reply is not None)

    def SetInputValue(self, kind: int, value: Input) -> None:
        self.com.check_thread()
        self._inputs[kind] = value

    def BlockRequest(self) -> int | None:
        com, program = self.com, self.program
        com.check_thread()
        if not com.is_connected:
            raise ComFailure(NOT_CONNECTED, "U-CYBOS가 서버에 접속되어 있지 않습니다.")
        if not com.take(Limit.TRADE if program in _TRADING else Limit.QUOTE):
            return Outcome.OVER_LIMIT
        com.asked.append(program)
        fault = com.find_fault(program)
        if fault is not None:
            if fault.is_done:
                com.call(lambda: com.face.answer(program, dict(self._inputs)))
            com.deliver()
            if fault.hangs:
                com.hang()
            if fault.hresult is not None:
                raise ComFailure(fault.hresult, fault.said)
            self._status, self._said = fault.status, fault.said
            self._headers, self._rows, self._reply = {}, (), None
            return fault.returned
        reply = self._reply or com.call(lambda: com.face.answer(program, dict(self._inputs)))
        com.deliver()
        self._show(reply)
        return Outcome.DONE

    def GetDibStatus(self) -> int:
        self.com.check_thread()
        if self._pending:
            self._pending -= 1
            return 1
        return self._status

    def GetDibMsg1(self) -> str:
        return self._said

    def GetHeaderValue(self, kind: int) -> Value:
        self.com.check_thread()
        return self._headers.get(kind)

    def GetDataValue(self, kind: int, row: int) -> Value:
        self.com.check_thread()
        return self._rows[row].get(kind)

    def Subscribe(self) -> None:
        com = self.com
        com.check_thread()
        is_known = self.program is Program.NOTICES or com.call(
            lambda: com.face.look_up("CodeToName", self.key)
        )
        if not is_known and com.hangs_on_unknown:
            com.hang()
        self._pending, fault = com.pending, com.find_fault(self.program)
        if fault is not None:
            self._status, self._said = fault.status, fault.said
        else:
            self._status = 0 if is_known and com.subscribe(self, is_on=True) else -1

    def Unsubscribe(self) -> None:
        self.com.check_thread()
        self.com.subscribe(self, is_on=False)

    def fire(self, event: str, headers: Mapping[int, Value]) -> None:
        if self in self.com.subscribed:
            self._headers = headers
            super().fire(event, headers)

    def _show(self, reply: Reply) -> None:
        """The next page of `reply`."""
        start = self._place if reply is self._reply else 0
        end = len(reply.rows) if reply.page is None else start + reply.page
        self._rows = reply.rows[start:end]
        self._status, self._said = reply.status, reply.said
        counted = {} if reply.count is None else {reply.count: len(self._rows)}
        self._headers = {**reply.headers, **counted}
        is_more = end < len(reply.rows)
        self._reply, self._place = (reply, end) if is_more else (None, 0)
