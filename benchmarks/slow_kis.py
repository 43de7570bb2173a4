"""The process behind benchmarks.calls: answers like KIS, each call after 30 ms, and writes down when it came.

With a certificate and its key as arguments it speaks TLS and answers at once, for benchmarks.price.

It takes orders on its standard input, one a line, and answers each with one line of JSON: `starts` gives the
seconds at which calls arrived since the last time, without logins. It ends with its input.
"""

import asyncio
import json
import ssl
import sys
from datetime import datetime, timedelta
from time import perf_counter

from aiohttp import web

from hoga.brokers.kis import holdings, oauth, quotes, wire
from hoga.brokers.kis.background import Background, Extremes, Listed, Peak
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply, Request, incoming
from hoga.brokers.kis.services import Call
from hoga.domain.instrument import Instrument, Market
from hoga.domain.quote import Quote
from hoga.domain.zone import KST

ROUND_TRIP = 0.03
CODES = tuple(f"{number:06}" for number in range(5, 10_000, 10))

_AT = datetime(2026, 11, 20, 10, tzinfo=KST)
_TOKEN_ENDS = datetime(2999, 1, 1, tzinfo=KST)
_PEAKS = Extremes(Peak(90_000, _AT.date()), Peak(50_000, _AT.date()))
"""Without them python-kis reads no price."""


def _listed(code: str) -> Listed:
    quote = Quote(
        code=code,
        name=f"종목 {code}",
        at=_AT,
        last_price=70_100,
        base_price=70_000,
        upper_limit=91_000,
        lower_limit=49_000,
        open=70_000,
        high=70_200,
        low=69_900,
        volume=1_000,
        value=70_050_000,
        ask=70_200,
        bid=70_100,
        ask_quantity=5,
        bid_quantity=7,
        total_ask_quantity=5,
        total_bid_quantity=7,
    )
    instrument = Instrument(code=code, name=quote.name, market=Market.KOSPI, listed_shares=10**6)
    return Listed(quote, instrument, Background(of_250_days=_PEAKS, of_year=_PEAKS, of_52_weeks=_PEAKS))


class SlowKis:
    """What arrives, and the answers to it."""

    def __init__(self, round_trip: float) -> None:
        self._round_trip = round_trip
        self.starts: list[float] = []
        self._listed = {code: _listed(code) for code in CODES}
        self._orders = 0

    async def answer(self, http: web.Request) -> web.Response:
        """Any call."""
        began, body = perf_counter(), await http.read()
        request = incoming(
            Environment.REAL,
            method=http.method,
            path=http.path,
            tr_id=http.headers.get("tr_id", ""),
            query=dict(http.query),
            body=body,
        )
        if request.call is not Call.TOKEN:
            self.starts.append(began)
        reply = self._reply(request)
        await asyncio.sleep(max(self._round_trip - (perf_counter() - began), 0))
        return web.Response(status=reply.status, body=reply.body, content_type="application/json")

    def _reply(self, request: Request) -> Reply:
        match request.call:
            case Call.TOKEN:
                return oauth.token_reply("token", _TOKEN_ENDS - timedelta(days=1), _TOKEN_ENDS)
            case Call.QUOTES:
                rows = [
                    quotes.Watched(slot.code, self._listed[slot.code]) for slot in quotes.asked_slots(request)
                ]
                return quotes.quotes_reply(rows)
            case Call.PRICE:
                return quotes.price_reply(self._listed[request.query["FID_INPUT_ISCD"]])
            case Call.BUYING_POWER:
                return holdings.buying_power_reply(request, 10**9, 0, 0)
            case Call.BUY:
                self._orders += 1
                return wire.accepted_reply(request, self._orders, _AT)
            case _:
                raise ValueError(f"nobody asks for {request.call} here")


async def serve() -> None:
    """Serve until the standard input ends."""
    tls: ssl.SSLContext | None = None
    if len(sys.argv) == 3:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*sys.argv[1:])
    kis, app = SlowKis(ROUND_TRIP if tls is None else 0), web.Application()
    app.router.add_route("*", "/{tail:.*}", kis.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    scheme = "http" if tls is None else "https"
    print(json.dumps({"url": f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        starts, kis.starts = kis.starts, []
        print(json.dumps({"starts": starts}), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
