"""The KIS face of the simulated exchange: KIS's own wire, spoken from the other end.

Whoever trades through the KIS Open API can be pointed at it: REST on one port, the WebSocket on another
(`feed`), for one of KIS's two environments. It takes the calls of `services.SERVICES` and answers them from a
`Simulation`, which somebody else drives through its day; an order happens at the instant of the clock that is
handed in. What the exchange refuses is said in KIS's words for that environment.

Source: KIS's documents and recorded answers as of 2026-08. The order in which KIS checks a request is
unverified: here it is the path, the form of the body, keys and token, the service id, the fields, the
account. So is what it answers to a path that does not exist. That calls are counted after the keys
and before the token is unverified too; so is the form in which a login is told that it comes too fast.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import hdrs, web
from yarl import URL

from hoga.brokers.kis import index_names
from hoga.brokers.kis.account_calls import AccountCalls
from hoga.brokers.kis.broadcast import Broadcast
from hoga.brokers.kis.bulletin import Bulletin
from hoga.brokers.kis.catalogue import FOREIGN_KEY
from hoga.brokers.kis.codes import ACTION_OF, Environment
from hoga.brokers.kis.envelope import (
    Declined,
    Keys,
    Reply,
    Request,
    body_fields,
    fault_reply,
    incoming,
    message_reply,
    needed,
)
from hoga.brokers.kis.faults import (
    Direction,
    Effect,
    Faults,
    Kind,
    Passage,
    find_answer,
    find_call,
    is_struck_by,
    silence,
    spoil,
)
from hoga.brokers.kis.feed import MOST_UNSENT, PING_SECONDS, SILENCE_SECONDS, Feed
from hoga.brokers.kis.hashkey import check_hash, hash_reply
from hoga.brokers.kis.holdings import asked_buying_power, balance_reply, buying_power_reply
from hoga.brokers.kis.limits import Limits
from hoga.brokers.kis.login import Approvals, Customer, Logins, NewId
from hoga.brokers.kis.market_calls import MarketCalls
from hoga.brokers.kis.market_fields import DECLARED as MARKET_FIELDS
from hoga.brokers.kis.master import PATH as MASTER_PATH
from hoga.brokers.kis.master import file_name, find_market, master_file, packed
from hoga.brokers.kis.oauth import (
    approval_reply,
    asked_keys,
    asked_token,
    login_refusal_reply,
    revoke_reply,
    token_reply,
)
from hoga.brokers.kis.order_list import OrderRow, asked_orders, kept_from, orders_reply
from hoga.brokers.kis.overseas import DECLARED as OVERSEAS_FIELDS
from hoga.brokers.kis.overseas import HANDLERS as OVERSEAS_HANDLERS
from hoga.brokers.kis.pension_calls import PensionCalls
from hoga.brokers.kis.register import Handler
from hoga.brokers.kis.reserved_calls import ReservedCalls
from hoga.brokers.kis.services import SERVICES, Call
from hoga.brokers.kis.streams import Records
from hoga.brokers.kis.tape import Tape
from hoga.brokers.kis.trading_fields import DECLARED as TRADING_FIELDS
from hoga.brokers.kis.trading_fields import check as check_values
from hoga.brokers.kis.wire import (
    accepted_reply,
    asked_account,
    asked_order,
    asked_original_venue,
    asked_revision,
    check_account,
    closed_reply,
    credit_refusal_reply,
    number_text,
    refusal_reply,
    type_refusal_reply,
)
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.instrument import Kind as IssueKind
from hoga.domain.notices import OrderReport
from hoga.exchange import events
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import Refusal
from hoga.exchange.exchange import Exchange, OrderRecord
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase
from hoga.ports import BarStore, Clock, Facts

_log = logging.getLogger(__name__)

_DECLARED = {**MARKET_FIELDS, **TRADING_FIELDS, **OVERSEAS_FIELDS}

_PATHS = frozenset(service.path for service in SERVICES.values())

_NOT_FOUND = "<html><body><h1>404 Not Found</h1></body></html>"

_SHUTDOWN_SECONDS = 1.0
"""What requests that are being answered get when the face is closed."""


class KisFace:
    """A simulated market as customers of KIS see it, in one environment, day after day.

    Make it before the first day begins: what it tells of an issue's day (buys and sells, times of high and
    low) it counts itself. `new_id` gives 32 hexadecimal digits each time, for tokens and keys. `ping_seconds`
    and `silence_seconds` are real time. `notice_fields` is 23, as order notices arrive from KIS, or 26, as
    they are documented; `records` says which fields prints and books have. Without `limits` calls are
    not counted. `faults` are asked what goes wrong; several faces may share them. Without `facts` nothing is
    told that no exchange knows. Tokens live by `login_clock`, which is `clock` unless given. Faces that stand
    side by side share `approvals` and `tape`. A call takes at least `latency` seconds of real time.
    Raises `BadInput` for customers that cannot be served.
    """

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        bars: BarStore,
        customers: Sequence[Customer],
        environment: Environment,
        new_id: NewId,
        *,
        ping_seconds: float = PING_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
        most_unsent: int = MOST_UNSENT,
        notice_fields: int = 23,
        records: Records = Records.OF_DAY,
        limits: Limits | None = None,
        faults: Faults | None = None,
        facts: Facts | None = None,
        login_clock: Clock | None = None,
        approvals: Approvals | None = None,
        tape: Tape | None = None,
        latency: float = 0.0,
    ) -> None:
        exchange = simulation.exchange
        for customer in customers:
            if customer.account not in exchange.accounts:
                raise BadInput(
                    "KIS 접속면의 고객 계좌가 거래소에 개설되어 있지 않습니다. 개설된 계좌를 쓰세요.",
                    "A customer of the KIS face has an account that the exchange has not. Open it first.",
                )
        self._simulation = simulation
        self._clock = clock
        self._environment = environment
        self._new_id = new_id
        self._latency = latency
        self._limits = Limits(None, None) if limits is None else limits
        self._faults = Faults() if faults is None else faults
        self._login_clock = login_clock or clock
        self._approvals = approvals or Approvals(customers, self._login_clock, new_id)
        self._logins = Logins(customers, self._approvals, self._login_clock, new_id)
        self._market = MarketCalls(simulation, clock, bars, facts, tape)
        self._feed = Feed(
            simulation,
            Broadcast(self._market.known, self._market.indices.find_index, records),
            Bulletin(simulation, customers, environment),
            self._logins,
            clock,
            environment,
            new_id,
            ping_seconds=ping_seconds,
            silence_seconds=silence_seconds,
            most_unsent=most_unsent,
            notice_fields=notice_fields,
            records=records,
            faults=self._faults,
        )
        simulation.on_events(self._feed.hear)
        self._accounts = AccountCalls(simulation, self._row, facts, self._market.known.find_last_price)
        self._reserved = ReservedCalls(simulation, clock)
        self._calls: dict[Call, Handler] = {
            **self._market.handlers,
            **self._accounts.handlers,
            **PensionCalls(simulation, self._accounts, self._row).handlers,
            **self._reserved.handlers,
            **OVERSEAS_HANDLERS,
            Call.BUY: self._order,
            Call.SELL: self._order,
            Call.REVISE: self._order,
            Call.CREDIT_BUY: self._credit,
            Call.CREDIT_SELL: self._credit,
            Call.BALANCE: self._balance,
            Call.BUYING_POWER: self._buying_power,
            Call.ORDERS: self._orders,
            Call.OLD_ORDERS: self._orders,
        }
        self._open = AsyncExitStack()
        self._rest_url = ""
        self._ws_url = ""

    @property
    def rest_url(self) -> str:
        """Where REST is served, without a slash behind; "" until it is started."""
        return self._rest_url

    @property
    def ws_url(self) -> str:
        """Where the WebSocket is served; "" until it is started."""
        return self._ws_url

    @property
    def _exchange(self) -> Exchange:
        return self._simulation.exchange

    def application(self) -> web.Application:
        """The REST server."""
        application = web.Application()
        application.router.add_get(MASTER_PATH + "{file}", self._serve_master)
        application.router.add_route("*", "/{path:.*}", self._serve)
        return application

    def stream_application(self) -> web.Application:
        """The WebSocket server."""
        return self._feed.application()

    async def start(self, host: str = "127.0.0.1", rest_port: int = 0, ws_port: int = 0) -> None:
        """Begin to serve; port 0 takes a free one. Raises `BadInput` when a port cannot be had."""
        async with AsyncExitStack() as opened:
            rest_url = await _listen(opened, self.application(), "http", host, rest_port)
            ws_url = await _listen(opened, self.stream_application(), "ws", host, ws_port)
            opened.push_async_callback(self._feed.close)
            self._open = opened.pop_all()
        self._rest_url, self._ws_url = rest_url, ws_url

    async def close(self) -> None:
        """Hang up on everybody and give the ports back."""
        await self._open.aclose()
        self._rest_url = self._ws_url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    # One request

    async def _serve_master(self, http: web.Request) -> web.Response:
        """The register of a market or of the indices as of now; it asks for no keys and is not counted."""
        asked = http.match_info["file"]
        market = find_market(asked)
        if market is not None:
            listed = [each async for each in self._market.known.everything()]
            name, content = file_name(market), master_file(market, listed)
        elif asked == f"{index_names.FILE}.zip":
            name, content = index_names.FILE, index_names.index_file(self._market.known.index_names())
        else:
            return self._response(http, Reply(web.HTTPNotFound.status_code, b""))
        archive = packed(name, content, self._clock.now().date())
        return web.Response(body=archive, content_type="application/zip")

    async def _serve(self, http: web.Request) -> web.Response:
        if not self._latency:
            return await self._respond(http)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._latency
        response = await self._respond(http)
        await asyncio.sleep(until - loop.time())
        return response

    async def _respond(self, http: web.Request) -> web.Response:
        body = await http.read()
        if not self._faults:
            return self._response(http, await self._answer(http, body))
        passage, is_login = self._passage(http, body), _is_login(_path(http))
        struck = self._faults.strike(passage, self._clock.now())
        await asyncio.sleep(silence(struck))
        if is_struck_by(Effect.LOSE_REQUEST, struck):
            return _lost(http)
        if is_struck_by(Effect.REVOKE_TOKEN, struck):
            self._logins.revoke_all(passage.appkey)
        is_turned_down = is_struck_by(Effect.REJECT_LATER, struck)
        reply = find_answer(struck, is_login=is_login) or await self._answer(
            http, body, is_turned_down=is_turned_down
        )
        at = self._clock.now()
        struck = self._faults.strike(passage.back(), at)
        await asyncio.sleep(silence(struck))
        if is_struck_by(Effect.LOSE_ANSWER, struck):
            return _lost(http)
        return self._response(http, spoil(reply, struck, at, is_login=is_login))

    def _passage(self, http: web.Request, body: bytes) -> Passage:
        path, tr_id = _path(http), _tr_id(http)
        return Passage(
            environment=self._environment,
            direction=Direction.IN,
            kind=Kind.CALL,
            call=find_call(path, tr_id),
            path=path,
            tr_id=tr_id,
            appkey=http.headers.get("appkey", "") or _login_appkey(body),
        )

    async def _answer(self, http: web.Request, body: bytes, *, is_turned_down: bool = False) -> Reply:
        """The answer to a request. Nothing is awaited between looking at the exchange and changing it."""
        if http.method == hdrs.METH_POST:
            await self._catch_up()
        try:
            reply = self._reply(http, body, is_turned_down=is_turned_down)
            return reply if isinstance(reply, Reply) else await reply
        except Declined as declined:
            return declined.reply
        except HogaError as error:
            _log.error("%s %r failed: %s", http.method, http.path, error)
            return fault_reply("EGW00002")

    async def _catch_up(self) -> None:
        """Let everything happen that is due before an order of now, and let others be served meanwhile."""
        now = self._clock.now()
        while True:
            if not self._simulation.advance_a_turn(now):
                return
            await asyncio.sleep(0)

    def _response(self, http: web.Request, reply: Reply) -> web.Response:
        if reply.status == web.HTTPNotFound.status_code:
            return web.Response(status=reply.status, text=_NOT_FOUND, content_type="text/html")
        # KIS's samples build identifiers of the lower-case header names, so these have no hyphen and all
        # others, which do, begin with capitals.
        headers = {
            "tr_id": _echo(http, "tr_id"),
            "tr_cont": reply.tr_cont,
            "gt_uid": _echo(http, "gt_uid") or self._new_id(),
        }
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers=headers,
            content_type="text/html" if reply.body.startswith(b"<") else "application/json",
            charset="utf-8",
        )

    def _reply(self, http: web.Request, body: bytes, *, is_turned_down: bool) -> Reply | Awaitable[Reply]:
        path = _path(http)
        if path not in _PATHS:
            raise Declined(Reply(web.HTTPNotFound.status_code, b""))
        is_login = _is_login(path)
        if http.method == hdrs.METH_POST and http.content_type != "application/json":
            raise Declined((login_refusal_reply if is_login else fault_reply)("EGW00132"))
        if is_login:
            return self._login(incoming(self._environment, method=http.method, path=path, body=body))
        if path == SERVICES[Call.HASHKEY].path:
            self._count(self._logins.get_keyed(_keys(http)), Call.HASHKEY)
            return hash_reply(incoming(self._environment, method=http.method, path=path, body=body))
        if self._environment is Environment.REAL and self._logins.is_foreign(_keys(http)):
            raise Declined(message_reply(FOREIGN_KEY, web.HTTPInternalServerError.status_code))
        self._count(self._logins.get_keyed(_keys(http)), find_call(path, _tr_id(http)))
        customer = self._logins.get_authorized(http.headers.get(hdrs.AUTHORIZATION, ""), _keys(http))
        self._check_customer_type(http.headers.get("custtype", "").strip())
        request = incoming(
            self._environment,
            method=http.method,
            path=path,
            tr_id=_tr_id(http),
            query=http.query,
            body=body,
            tr_cont=http.headers.get("tr_cont", ""),
        )
        if request.method == hdrs.METH_POST:
            check_hash(request, http.headers.get("hashkey", "").strip())
        fields = request.query if request.method == hdrs.METH_GET else body_fields(request)
        for name in _DECLARED[request.call]:
            needed(fields, name)
        check_values(request.call, fields)
        if is_turned_down:
            return self._order(request, customer, is_turned_down=True)
        return self._calls[request.call](request, customer)

    def _count(self, customer: Customer, call: Call | None) -> None:
        """Raises `Declined` for one call too many, of this customer or of all together."""
        at = asyncio.get_running_loop().time()
        if not self._limits.admit(customer.keys.appkey, call, at):
            raise Declined(fault_reply("EGW00201"))
        if not self._limits.admit_at_ledger(call, at):
            raise Declined(fault_reply("EGW00215"))

    def _check_customer_type(self, custtype: str) -> None:
        """Persons (P) and companies (B); companies have no paper accounts. Raises `Declined`."""
        if custtype not in ("", "P", "B"):
            raise Declined(fault_reply("EGW00208"))
        if custtype == "B" and self._environment is Environment.PAPER:
            raise Declined(fault_reply("EGW00210"))

    def _login(self, request: Request) -> Reply:
        keys = asked_keys(request)
        if request.call is Call.APPROVAL:
            self._count(self._approvals.get_keyed(keys), request.call)
            return approval_reply(self._approvals.give(keys))
        self._count(self._logins.get_keyed(keys, login_refusal_reply), request.call)
        if request.call is Call.REVOKE:
            self._logins.revoke_token(keys, asked_token(request))
            return revoke_reply()
        token = self._logins.issue_token(keys)
        return token_reply(token.value, self._login_clock.now(), token.expires_at)

    # Orders

    def _order(self, request: Request, customer: Customer, *, is_turned_down: bool = False) -> Reply:
        """Do what an order, 정정 or 취소 asks for; one that `is_turned_down` is taken and rejected later."""
        command: Place | Replace | Cancel
        command = asked_revision(request) if request.call is Call.REVISE else self._asked_order(request)
        check_account(request, command.account, customer.account)
        if not isinstance(command, Place):
            self._check_original(request, command.number)
        command = msgspec.structs.replace(command, is_turned_down=is_turned_down)
        for event in self._simulation.submit(command, self._clock.now()):
            match event:
                case events.Refused():
                    return self._refusal(request, command, event.reason)
                case events.Placed() | events.Replaced() | events.Rejected():
                    return accepted_reply(request, event.number, event.at)
                case events.Canceled():
                    return accepted_reply(request, event.request_number, event.at)
                case _:
                    continue
        raise AssertionError(f"the exchange did not answer {command}")

    def _asked_order(self, request: Request) -> Place:
        self._simulation.advance(self._clock.now())
        in_after_market = self._exchange.phase is Phase.AFTER_MARKET
        return asked_order(request, self._exchange.day, in_after_market=in_after_market)

    def _refusal(self, request: Request, command: Place | Replace | Cancel, reason: Refusal) -> Reply:
        if reason is Refusal.ORDER_TYPE_NOT_ALLOWED and isinstance(command, Place):
            phase = self._exchange.venue_phase(command.venue)
            return type_refusal_reply(request, command.order_type, phase)
        if reason is Refusal.WRONG_PHASE:
            return closed_reply(request, self._clock.now())
        return refusal_reply(request, reason)

    def _check_original(self, request: Request, number: int) -> None:
        """An order that was placed at one venue is not found at another."""
        venue, order = asked_original_venue(request), self._exchange.find_order(number)
        if venue is not None and order is not None and order.request.venue is not venue:
            raise Declined(refusal_reply(request, Refusal.UNKNOWN_ORDER))

    def _credit(self, request: Request, customer: Customer) -> Reply:
        check_account(request, asked_order(request, self._exchange.day).account, customer.account)
        return credit_refusal_reply()

    # Account

    def _balance(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        account, days = self._accounts.shown(number, request.query)
        return balance_reply(request, account, self._accounts.totals(number), days)

    def _buying_power(self, request: Request, customer: Customer) -> Reply:
        query = asked_buying_power(request)
        check_account(request, query.account, customer.account)
        amount = self._exchange.buying_power(query.account)
        if not query.code:
            return buying_power_reply(request, amount, 0, 0)
        if not self._exchange.lists(query.code):
            return refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT)
        price = query.price or self._exchange.limits(query.code).upper
        quantity = self._exchange.max_buy_quantity(query.account, query.code, price)
        return buying_power_reply(request, amount, price, quantity)

    def _orders(self, request: Request, customer: Customer) -> Reply:
        query = asked_orders(request)
        check_account(request, query.account, customer.account)
        rows, costs = [], 0
        border = kept_from(self._clock.now().date())
        first, last = query.first, query.last
        if request.call is Call.ORDERS:
            first = max(first, border)
        else:
            last = min(last, border - timedelta(days=1))
        for record in self._exchange.orders(query.account, first, last):
            row = self._row(record)
            rows.append(row)
            costs += record.costs if query.takes(row) else 0
        return orders_reply(request, rows, costs)

    def _row(self, record: OrderRecord) -> OrderRow:
        code = record.request.code
        # An order of an earlier day may be for an issue that is not listed any more.
        instrument = self._exchange.instrument(code) if self._exchange.lists(code) else None
        return OrderRow(
            report=OrderReport(
                broker_order_id=number_text(record.number),
                replaces="" if record.replaces is None else number_text(record.replaces),
                request=record.request,
                filled_quantity=record.filled_quantity,
                filled_amount=record.filled_amount,
                canceled_quantity=record.canceled_quantity,
                rejected_quantity=record.rejected_quantity,
                remaining_quantity=record.remaining_quantity,
                placed_at=record.placed_at,
            ),
            action=ACTION_OF[record.kind],
            name=instrument.name if instrument else "",
            market=instrument.market if instrument else None,
            kind=instrument.kind if instrument else IssueKind.STOCK,
            set_off_at=record.set_off_at,
        )


def _path(http: web.Request) -> str:
    return re.sub("/+", "/", http.path)


def _tr_id(http: web.Request) -> str:
    return http.headers.get("tr_id", "").strip()


def _is_login(path: str) -> bool:
    return path.startswith("/oauth2/")


class _LoginBody(msgspec.Struct):
    appkey: str = ""


def _login_appkey(body: bytes) -> str:
    """The app key in the body of a login, "" when there is none."""
    try:
        return msgspec.json.decode(body, type=_LoginBody).appkey
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _lost(http: web.Request) -> web.Response:
    """Break the connection; what is returned goes nowhere."""
    if http.transport is not None:
        http.transport.abort()
    return web.Response()


def _echo(http: web.Request, name: str) -> str:
    """A header of the request, for the answer: nothing if it is not one that can be sent."""
    value = http.headers.get(name, "")
    return value if value.isascii() and value.isprintable() else ""


def _keys(http: web.Request) -> Keys:
    return Keys(http.headers.get("appkey", ""), http.headers.get("appsecret", ""))


async def _listen(
    opened: AsyncExitStack, application: web.Application, scheme: str, host: str, port: int
) -> str:
    """Serve `application` until `opened` is closed, and give its URL."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    opened.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise BadInput(
            f"{host}:{port} 에서 KIS 접속면을 열 수 없습니다({error.strerror}). 다른 hoga exchange 가 "
            "돌고 있지 않은지 보거나 다른 포트를 고르십시오(0은 빈 포트 아무 것이나).",
            f"The KIS face cannot listen at {host}:{port} ({error.strerror}). Look for another running hoga "
            "exchange, or choose another port (0 takes any free one).",
        ) from error
    return str(URL.build(scheme=scheme, host=host, port=runner.addresses[0][1]))
