"""The control plane of the simulated exchange: its clock, its faults, what it knows. REST with OpenAPI.

It listens on this computer only and asks for no token: whoever can reach it may stop time and break things,
and nothing else is at stake than a simulated market. A page in a browser of this computer could reach it too;
so whatever names a foreign host, or comes from a foreign page, is refused.

Answers show the exchange's own values, under the names that they have in Hoga. What changes something is POST
or DELETE and answers with what is now.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import islice
from typing import Annotated

import msgspec
from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from yarl import URL

from hoga import __version__
from hoga.brokers.kis.faults import Faults
from hoga.clock import PacedClock, WallClock
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Market
from hoga.exchange.commands import (
    Deposit,
    HaltIssue,
    Instruction,
    InterruptIssue,
    ReportIndex,
    ResumeIssue,
    Withdraw,
)
from hoga.exchange.events import Event, Refused
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation
from hoga.server import errors
from hoga.server.control_bodies import (
    CashBody,
    FaultBody,
    IndexBody,
    JumpBody,
    ListingBody,
    PaceBody,
    StepBody,
    fault_row,
    korean,
)

MOST_EVENTS = 10_000
"""How many of the latest events are kept to be shown."""

LONGEST_BODY = 64 * 1024
FARTHEST = timedelta(days=31)
"""How far the clock may be moved at once."""

_HOSTS = ("127.0.0.1", "localhost", "::1")

Number = Annotated[int, Path(ge=1)]


class Tail:
    """The latest events of a simulation, numbered from 1 on."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._events: deque[Event] = deque(maxlen=most)
        self.last = 0

    def hear(self, events: Sequence[Event]) -> None:
        self._events.extend(events)
        self.last += len(events)

    def forget(self) -> None:
        """Begin at 1 again."""
        self._events.clear()
        self.last = 0

    def after(self, number: int, most: int) -> list[tuple[int, Event]]:
        """Up to `most` events after `number`, oldest first; those that are gone are left out."""
        first = self.last - len(self._events)
        begin = max(0, number - first)
        found = islice(self._events, begin, begin + most)
        return list(enumerate(found, first + begin + 1))


class Control:
    """What the control plane controls. `begin_anew` begins the first day of `simulation` again."""

    def __init__(
        self,
        simulation: Simulation,
        clock: PacedClock | WallClock,
        faults: Faults,
        begin_anew: Callable[[], None] | None = None,
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.begin_anew = begin_anew
        self.simulation = simulation
        self.tail = Tail()
        simulation.on_events(self.tail.hear)
        simulation.on_roll(self._note_day)
        self._begun = simulation.exchange.day

    def _note_day(self, exchange: Exchange) -> None:
        if exchange.day <= self._begun:
            self.tail.forget()
        self._begun = exchange.day

    @property
    def exchange(self) -> Exchange:
        return self.simulation.exchange

    def instrument(self, code: str) -> dict[str, object]:
        """An instrument with its state, quote and book. Raises `BadInput` for an unknown code."""
        exchange = self.exchange
        return {
            "instrument": exchange.instrument(code),
            "state": exchange.state(code),
            "quote": exchange.quote(code)._asdict(),
            "book": exchange.book(code),
        }

    def simulated_clock(self) -> PacedClock:
        """Raises `BadInput` when the market follows real time."""
        if isinstance(self.clock, PacedClock):
            return self.clock
        raise BadInput(
            "이 거래소는 실제 시각을 따르므로 시계를 바꿀 수 없습니다. --clock wall 없이 시작하십시오.",
            "this exchange follows real time and its clock cannot be set. Start it without --clock wall.",
        )

    def instruct(self, command: Instruction) -> None:
        """Do what no participant of the market asks for. Raises `BadInput` when the exchange refuses."""
        for event in self.simulation.submit(command, self.clock.now()):
            if isinstance(event, Refused):
                raise BadInput(
                    f"거래소가 거절했습니다: {event.reason}. 계좌, 종목, 장 상태를 확인하십시오.",
                    f"the exchange refused: {event.reason}. Look at the account, the instrument, its state.",
                )

    async def move(self, at: datetime) -> None:
        """Move the clock to `at` and let the market catch up. Raises `BadInput` for the past or too far."""
        clock = self.simulated_clock()
        now = clock.now()
        if not now <= at <= now + FARTHEST:
            raise BadInput(
                f"시계는 {now:%Y-%m-%d %H:%M:%S} 부터 {FARTHEST.days}일 뒤까지만 옮길 수 있습니다.",
                f"the clock moves forward from {now:%Y-%m-%d %H:%M:%S}, by {FARTHEST.days} days at most.",
            )
        clock.jump(at)
        simulation = self.simulation
        while True:
            if not simulation.advance_a_turn(at):
                return
            await asyncio.sleep(0)


def create(control: Control) -> FastAPI:
    """The ASGI application of the control plane."""
    app = FastAPI(
        title="Hoga exchange control",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    errors.install(app, {})
    _install_checks(app)
    _add_clock(app, control)
    _add_faults(app, control)
    _add_state(app, control)
    _add_instructions(app, control)
    if control.begin_anew is not None:
        _add_reset(app, control, control.begin_anew)
    return app


def answer(body: object, status: int = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


# What is let in -------------------------------------------------------------------------------------------


def _install_checks(app: FastAPI) -> None:
    @app.middleware("http")
    async def let_in(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if not is_local(request.headers.get("host"), request.headers.get("origin")):
            return errors.problem_response(
                HTTPStatus.FORBIDDEN,
                "Foreign",
                "이 컴퓨터의 프로그램만 쓸 수 있습니다. 주소에 127.0.0.1 또는 localhost 를 쓰십시오.",
                "only for programs of this computer. Use 127.0.0.1 or localhost in the address.",
            )
        length = request.headers.get("content-length", "0")
        is_short = length.isascii() and length.isdigit() and int(length[:20]) <= LONGEST_BODY
        if not is_short or "transfer-encoding" in request.headers:
            return errors.problem_response(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "TooLong",
                f"본문은 {LONGEST_BODY} 바이트까지이며 Content-Length 가 있어야 합니다.",
                f"a body has {LONGEST_BODY} bytes at most and needs a Content-Length.",
            )
        return await go_on(request)

    @app.exception_handler(RequestValidationError)
    async def wrong_body(_: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return errors.problem_response(
            HTTPStatus.BAD_REQUEST,
            "BadInput",
            f"{where}: 쓸 수 없는 값입니다. 형식은 /openapi.json 에 있습니다.",
            f"{where}: {first['msg']}. The form is in /openapi.json.",
        )


def is_local(host: str | None, origin: str | None) -> bool:
    """Whether a request names this computer as its host and no foreign page as its origin."""
    return _is_ours(f"http://{host}") and (origin is None or _is_ours(origin))


def _is_ours(url: str) -> bool:
    try:
        return URL(url).host in _HOSTS
    except ValueError:
        return False


# The clock ------------------------------------------------------------------------------------------------


def _add_clock(app: FastAPI, control: Control) -> None:
    def clock_answer() -> Response:
        clock = control.clock
        is_simulated = isinstance(clock, PacedClock)
        return answer(
            {
                "now": clock.now(),
                "kind": "simulated" if is_simulated else "wall",
                "is_running": clock.is_running if isinstance(clock, PacedClock) else True,
                "pace": clock.pace if isinstance(clock, PacedClock) else 1.0,
            }
        )

    @app.get("/clock", summary="What time it is in the market")
    async def now() -> Response:
        return clock_answer()

    @app.post("/clock/pause", summary="Stop time")
    async def pause() -> Response:
        control.simulated_clock().pause()
        return clock_answer()

    @app.post("/clock/resume", summary="Let time go on")
    async def resume() -> Response:
        control.simulated_clock().run()
        return clock_answer()

    @app.post("/clock/pace", summary="Let time run at another pace")
    async def pace(body: PaceBody) -> Response:
        control.simulated_clock().set_pace(body.pace)
        return clock_answer()

    @app.post("/clock/step", summary="Move time forward by some seconds, running or not")
    async def step(body: StepBody) -> Response:
        await control.move(control.clock.now() + timedelta(seconds=body.seconds))
        return clock_answer()

    @app.post("/clock/jump", summary="Move time forward to an instant")
    async def jump(body: JumpBody) -> Response:
        await control.move(korean(body.at))
        return clock_answer()


# Faults ---------------------------------------------------------------------------------------------------


def _add_faults(app: FastAPI, control: Control) -> None:
    @app.get("/faults", summary="Every armed fault, and how often it struck")
    async def faults() -> Response:
        return answer({"faults": [fault_row(armed) for armed in control.faults.armed]})

    @app.post("/faults", status_code=HTTPStatus.CREATED, summary="Arm a fault")
    async def arm(body: FaultBody) -> Response:
        return answer(fault_row(control.faults.arm(body.fault())), HTTPStatus.CREATED)

    @app.get("/faults/{number}", summary="A fault with its latest hits")
    async def fault(number: Number) -> Response:
        return answer(fault_row(control.faults.find(number), with_hits=True))

    @app.delete("/faults/{number}", summary="Disarm a fault")
    async def disarm(number: Number) -> Response:
        return answer(fault_row(control.faults.disarm(number), with_hits=True))

    @app.delete("/faults", summary="Disarm all faults")
    async def clear() -> Response:
        control.faults.clear()
        return answer({"faults": []})


# What the exchange knows ----------------------------------------------------------------------------------


def _add_state(app: FastAPI, control: Control) -> None:
    @app.get("/state", summary="The day, its phase, and whether every won and share is still there")
    async def state() -> Response:
        exchange, simulation = control.exchange, control.simulation
        return answer(
            {
                "day": exchange.day,
                "now": control.clock.now(),
                "phase": exchange.phase,
                "next_at": simulation.next_at,
                "steps_done": simulation.steps_done,
                "last_number": exchange.last_number,
                "last_event": control.tail.last,
                "accounts": exchange.accounts,
                "instruments": len(exchange.codes),
                "is_conserved": exchange.conservation().is_conserved,
            }
        )

    @app.get("/accounts", summary="Every account with its positions")
    async def accounts() -> Response:
        exchange = control.exchange
        return answer({"accounts": [exchange.account(number) for number in exchange.accounts]})

    @app.get("/accounts/{account}", summary="One account with its positions")
    async def account(account: str) -> Response:
        return answer(control.exchange.account(account))

    @app.get("/accounts/{account}/orders", summary="Today's orders of an account, 정정 and 취소 included")
    async def orders(account: str) -> Response:
        exchange = control.exchange
        return answer({"orders": exchange.orders(account, exchange.day, exchange.day)})

    @app.get("/instruments", summary="What is listed")
    async def instruments(after: str = "", limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000) -> Response:
        exchange = control.exchange
        codes = sorted(code for code in exchange.codes if code > after)[:limit]
        return answer({"instruments": [exchange.instrument(code) for code in codes]})

    @app.get("/instruments/{code}", summary="One instrument, its quote and its book")
    async def instrument(code: str) -> Response:
        return answer(control.instrument(code))

    @app.get("/events", summary="The latest events of the exchange after a number")
    async def events(
        after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
    ) -> Response:
        rows = [
            {"number": number, "kind": type(event).__name__, "event": event}
            for number, event in control.tail.after(after, limit)
        ]
        return answer({"last": control.tail.last, "events": rows})


def _add_instructions(app: FastAPI, control: Control) -> None:
    @app.post("/accounts/{account}/deposits", summary="Let won come into an account from outside")
    async def deposit(account: str, body: CashBody) -> Response:
        control.instruct(Deposit(account, body.amount))
        return answer(control.exchange.account(account))

    @app.post("/accounts/{account}/withdrawals", summary="Take settled won out of an account")
    async def withdraw(account: str, body: CashBody) -> Response:
        control.instruct(Withdraw(account, body.amount))
        return answer(control.exchange.account(account))

    @app.post(
        "/instruments", status_code=HTTPStatus.CREATED, summary="상장: let an instrument trade from now on"
    )
    async def list_instrument(body: ListingBody) -> Response:
        control.instruct(body.command())
        return answer(control.instrument(body.code), HTTPStatus.CREATED)

    def instrument_answer(code: str) -> Response:
        return answer({"code": code, "state": control.exchange.state(code)})

    @app.post("/instruments/{code}/halt", summary="거래정지: only cancels are accepted from now on")
    async def halt(code: str) -> Response:
        control.instruct(HaltIssue(code))
        return instrument_answer(code)

    @app.post("/instruments/{code}/resume", summary="거래재개, with a call of ten minutes")
    async def resume(code: str) -> Response:
        control.instruct(ResumeIssue(code))
        return instrument_answer(code)

    @app.post("/instruments/{code}/interruption", summary="VI: interrupt continuous trading for a call")
    async def interrupt(code: str) -> Response:
        control.instruct(InterruptIssue(code))
        return instrument_answer(code)

    @app.post(
        "/markets/{market}/index",
        summary="Tell where an index stands: a fall of 8 % for a minute is a 서킷브레이커",
    )
    async def index(market: Market, body: IndexBody) -> Response:
        control.instruct(ReportIndex(market, body.level, body.previous_close))
        return answer({"market": market, "level": body.level, "previous_close": body.previous_close})


def _add_reset(app: FastAPI, control: Control, begin_anew: Callable[[], None]) -> None:
    @app.post("/reset", summary="Begin the first day anew, without faults; logins stay")
    async def reset() -> Response:
        begin_anew()
        control.faults.clear()
        return answer({"day": control.exchange.day, "now": control.clock.now()})
