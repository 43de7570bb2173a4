"""What was never seen at a real terminal, asked of one line by line: nothing is ordered.

Each check says what it found, or raises `HogaError` with what is not as assumed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta

from hoga.brokers.cybos import flows, quotes
from hoga.brokers.cybos.client import CybosClient
from hoga.brokers.cybos.codes import CAPS, Limit
from hoga.brokers.cybos.research import CybosResearch
from hoga.domain.errors import WireError
from hoga.domain.flows import Investor
from hoga.domain.quote import Trade
from hoga.krx.calendar import previous_trading_day

_PLUS_SERVER = 1


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `code` is an issue that trades every day, `day` the last day that is over."""

    subject: str
    korean: str
    english: str
    look: Callable[[CybosClient, str, date], Awaitable[str]]


def _unless(is_right: bool, found: object) -> None:
    if not is_right:
        raise WireError(f"예상과 다릅니다: {found}", f"not as assumed: {found}", str(found))


async def _server(client: CybosClient, code: str, day: date) -> str:
    state = await client.terminal()
    _unless(state.server_type == _PLUS_SERVER, f"ServerType {state.server_type}")
    return f"ServerType {state.server_type}"


async def _limits(client: CybosClient, code: str, day: date) -> str:
    left = (await client.terminal()).left
    _unless(all(0 < left[limit] <= CAPS[limit] for limit in Limit), left)
    return ", ".join(f"{limit.name.lower()} {left[limit]}" for limit in Limit)


async def _prices(client: CybosClient, code: str, day: date) -> str:
    quote = (await client.quotes([code]))[code]
    _unless(quote.lower_limit < quote.base_price < quote.upper_limit, quote)
    _unless(quote.lower_limit <= quote.last_price <= quote.upper_limit, quote)
    return f"{quote.name} {quote.last_price:,}"


async def _static(client: CybosClient, code: str, day: date) -> str:
    reference = (await client.quotes([code]))[code].static_reference
    return "-" if reference is None else f"{reference:,}"


async def _book(client: CybosClient, code: str, day: date) -> str:
    book = await client.book(code)
    asks, bids = [each.price for each in book.asks], [each.price for each in book.bids]
    _unless(asks == sorted(asks) and bids == sorted(bids, reverse=True), book)
    for total, levels in ((book.total_ask_quantity, book.asks), (book.total_bid_quantity, book.bids)):
        # In a call KRX tells no totals.
        _unless(not total or total >= sum(each.quantity for each in levels), book)
    return f"{len(asks)} + {len(bids)}"


async def _days(client: CybosClient, code: str, day: date) -> str:
    bars = await client.daily_bars(code, day - timedelta(days=30), day)
    _unless(bool(bars) and bars[-1].at.date() == day, [bar.at.date() for bar in bars])
    _unless(all(bar.low <= min(bar.open, bar.close) <= bar.high for bar in bars), bars)
    _unless(all(max(bar.open, bar.close) <= bar.high for bar in bars), bars)
    return f"{len(bars)}, {bars[-1].close:,}"


async def _long_chart(client: CybosClient, code: str, day: date) -> str:
    first = day - timedelta(days=20 * 365)
    pages = await client.ask(code, lambda full: quotes.daily_bars_question(full, first, day))
    days = [row[0] for page in pages for row in page.rows]
    _unless(days == sorted(days, reverse=True), "rows are not newest first")
    return f"{len(days)} rows, {len(pages)} pages"


async def _minutes(client: CybosClient, code: str, day: date) -> str:
    bars = await CybosResearch(client).minute_bars(code, day)
    if not bars:
        return "-"
    _unless(bars[0].at.minute == 0 and bars[-1].at.minute % 30 == 0, (bars[0].at, bars[-1].at))
    return f"{bars[0].at:%H:%M} - {bars[-1].at:%H:%M}"


async def _investors(client: CybosClient, code: str, day: date) -> str:
    days = await CybosResearch(client).investors(code, day - timedelta(days=40), day)
    for each in days:
        nets = {group: each.flows[group].net for group in flows.GROUPS.values()}
        _unless(sum(nets[flows.GROUPS[field]] for field in flows.WHOLE) == 0, nets)
        parts = sum(nets[flows.GROUPS[field]] for field in flows.PARTS)
        _unless(parts == nets[Investor.INSTITUTIONAL], nets)
    return f"{len(days)}"


async def _short_sales(client: CybosClient, code: str, day: date) -> str:
    days = await CybosResearch(client).short_sales(code, day - timedelta(days=40), day)
    for each in days:
        worth = each.short_quantity * each.close
        # Another unit would be ten times too much or too little.
        _unless(worth // 3 <= each.short_value + flows.SHORT_UNIT, each)
        _unless(each.short_value <= worth * 3 + flows.SHORT_UNIT, each)
    return f"{len(days)}"


async def _figures(client: CybosClient, code: str, day: date) -> str:
    features = await CybosResearch(client).features(code)
    year = features.year
    return "-" if year is None else f"{year.end:%Y-%m}, {year.sales:,}"


async def _account(client: CybosClient, code: str, day: date) -> str:
    account = await client.account()
    return f"{len(account.positions)}"


async def _power(client: CybosClient, code: str, day: date) -> str:
    power = await client.buying_power(code, None)
    _unless(power >= 0, power)
    return "0" if not power else "> 0"


async def _orders(client: CybosClient, code: str, day: date) -> str:
    today = client.today
    reports = await client.orders(today, today)
    for each in reports:
        _unless(each.filled_quantity + each.remaining_quantity <= each.request.quantity, each)
    return f"{len(reports)}"


async def _open(client: CybosClient, code: str, day: date) -> str:
    waiting = {each.broker_order_id: each.revisable_quantity for each in await client.open_orders()}
    reports = await client.orders(client.today, client.today)
    remaining = {each.broker_order_id: each.remaining_quantity for each in reports if each.remaining_quantity}
    _unless(waiting == remaining, (waiting, remaining))
    return f"{len(waiting)}"


async def _stream(client: CybosClient, code: str, day: date) -> str:
    def heard(trade: Trade) -> None:
        """A print is welcome, and none is no fault: the market may be closed."""

    await client.follow([code], heard)
    await client.follow([], heard)
    return "ok"


CHECKS = (
    Check("server", "CYBOS Plus 서버에 접속", "connected to the server of CYBOS Plus", _server),
    Check("limits", "남은 요청 수를 읽음", "the requests that are left can be read", _limits),
    Check("prices", "MarketEye 열이 번호 순서", "the columns of MarketEye stand by number", _prices),
    Check("static", "MarketEye 163 정적VI 기준가", "MarketEye knows 163, the static reference", _static),
    Check("book", "StockJpBid2 10단계와 총잔량", "ten levels of StockJpBid2, and their totals", _book),
    Check("days", "StockChart 일봉", "daily bars of StockChart", _days),
    Check("pages", "StockChart 연속조회", "StockChart goes on page by page", _long_chart),
    Check("minutes", "StockChart 분봉의 시각", "minutes of StockChart are dated by their end", _minutes),
    Check("investors", "CpSvr7254 항등식", "the groups of CpSvr7254 add up", _investors),
    Check("short", "CpSvr7238 단위는 만원", "CpSvr7238 tells values in 만원", _short_sales),
    Check("figures", "MarketEye 재무 단위", "MarketEye's figures of a company", _figures),
    Check("account", "잔고, 예수금, 당일 비용", "balance, deposits and costs of the day", _account),
    Check("power", "종목 없는 주문가능금액", "buying power", _power),
    Check("orders", "CpTd5341 당일 주문", "today's orders of CpTd5341", _orders),
    Check("open", "CpTd5339 미체결과 주문 목록", "open orders of CpTd5339 are those of the list", _open),
    Check("stream", "StockCur 실시간 신청", "a subscription of StockCur is accepted", _stream),
)


def finished_day(today: date) -> date:
    """The last day that is surely over."""
    return previous_trading_day(today)
