"""Prices, books, daily bars and prints: what to ask Daishin, and what its answers say.

Source: the help pages of MarketEye, StockJpBid2, StockChart and StockCur. That StockChart tells values
in millions of won was seen in recorded bars of 2013 to 2025. MarketEye's 정적VI 기준가 (163) is in newer
versions only. What holds an issue in a call (VI) is told by none of these: a quote's `interruption` is
always None.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from hoga.brokers.cybos.codes import Program
from hoga.brokers.cybos.question import Page, Push, Question, char, text, unreadable, whole
from hoga.domain.bar import Bar
from hoga.domain.quote import Level, OrderBook, Quote, Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx.calendar import get_hours

_CODE, _LAST, _OPEN, _HIGH, _LOW, _ASK, _BID = 0, 4, 5, 6, 7, 8, 9
_VOLUME, _VALUE, _SESSION = 10, 11, 12
_TOTAL_ASK, _TOTAL_BID, _ASK_QUANTITY, _BID_QUANTITY = 13, 14, 15, 16
_EXPECTED, _EXPECTED_QUANTITY, _UPPER, _LOWER, _STATIC = 28, 31, 33, 34, 163

QUOTE_FIELDS = (
    _CODE,
    _LAST,
    _OPEN,
    _HIGH,
    _LOW,
    _ASK,
    _BID,
    _VOLUME,
    _VALUE,
    _TOTAL_ASK,
    _TOTAL_BID,
    _ASK_QUANTITY,
    _BID_QUANTITY,
    _UPPER,
    _LOWER,
    _STATIC,
)
_CALL_FIELDS = (_CODE, _SESSION, _EXPECTED, _EXPECTED_QUANTITY)
_IN_CALL = "1"
BOOK_LEVELS = 10


class Listed:
    """What the terminal's own tables tell of an issue."""

    __slots__ = ("base_price", "code", "is_halted", "name")

    def __init__(self, code: str, name: str, base_price: int, *, is_halted: bool) -> None:
        self.code = code
        self.name = name
        self.base_price = base_price
        self.is_halted = is_halted


# Prices -----------------------------------------------------------------------------------------------------


def prices_question(codes: Sequence[str], fields: tuple[int, ...] = QUOTE_FIELDS) -> Question:
    """MarketEye of up to 200 codes, which carry their letters."""
    return Question(
        program=Program.MARKET_EYE,
        inputs={0: fields, 1: tuple(codes)},
        count=2,
        fields=fields,
        is_sorted=True,
    )


def read_quotes(page: Page, listed: Sequence[Listed], at: datetime) -> dict[str, Quote]:
    """By the bare code, in the order of `listed`. Raises `WireError` when one is missing."""
    rows = {text(row[_CODE]): row for row in page.rows}
    quotes = {}
    for issue in listed:
        row = rows.get(issue.code)
        if row is None:
            raise unreadable("MarketEye", f"no row for {issue.code}")
        numbers = {key: whole(value, f"MarketEye {key}") for key, value in row.items() if key != _CODE}
        quotes[issue.code[1:]] = Quote(
            code=issue.code[1:],
            name=issue.name,
            at=at,
            last_price=numbers[_LAST] or issue.base_price,
            base_price=issue.base_price,
            upper_limit=numbers[_UPPER],
            lower_limit=numbers[_LOWER],
            open=numbers[_OPEN] or None,
            high=numbers[_HIGH] or None,
            low=numbers[_LOW] or None,
            volume=numbers[_VOLUME],
            value=numbers[_VALUE],
            ask=numbers[_ASK] or None,
            bid=numbers[_BID] or None,
            ask_quantity=numbers[_ASK_QUANTITY],
            bid_quantity=numbers[_BID_QUANTITY],
            total_ask_quantity=numbers[_TOTAL_ASK],
            total_bid_quantity=numbers[_TOTAL_BID],
            static_reference=numbers[_STATIC] or None,
            is_halted=issue.is_halted,
        )
    return quotes


def book_question(code: str) -> Question:
    """StockJpBid2: ten levels a side."""
    return Question(
        program=Program.BOOK, inputs={0: code}, headers=(4, 6), fields=(0, 1, 2, 3), rows=BOOK_LEVELS
    )


def call_question(code: str) -> Question:
    """What a call expects: the book does not tell."""
    return prices_question((code,), _CALL_FIELDS)


def read_book(book: Page, call: Page, code: str, at: datetime) -> OrderBook:
    """`code` is the bare one. A level without orders has the price 0."""
    asks = _levels(book, 0, 2)
    bids = _levels(book, 1, 3)
    is_call = any(char(row[_SESSION]) == _IN_CALL for row in call.rows)
    expected = whole(call.rows[0][_EXPECTED], "expected price") if is_call else 0
    return OrderBook(
        code=code,
        at=at,
        asks=asks,
        bids=bids,
        total_ask_quantity=whole(book.headers[4], "total ask quantity"),
        total_bid_quantity=whole(book.headers[6], "total bid quantity"),
        indicative_price=expected or None,
        indicative_quantity=whole(call.rows[0][_EXPECTED_QUANTITY], "expected quantity")
        if expected
        else None,
    )


def _levels(page: Page, price: int, quantity: int) -> tuple[Level, ...]:
    pairs = [(whole(row[price], "price"), whole(row[quantity], "quantity")) for row in page.rows]
    return tuple(Level(*pair) for pair in pairs if pair[0])


_FIRST_LEVELS = tuple((at, at + 1, at + 2, at + 3) for at in range(3, 23, 4))
_LAST_LEVELS = tuple((at, at + 1, at + 2, at + 3) for at in range(27, 47, 4))
PUSHED_LEVELS = _FIRST_LEVELS + _LAST_LEVELS
"""Where StockJpBid has each level: ask, bid, shares at the ask, shares at the bid."""
BOOK_HEADERS = (*(number for level in PUSHED_LEVELS for number in level), 23, 24)


def read_pushed_book(push: Push, code: str, at: datetime) -> OrderBook:
    """StockJpBid. It does not tell what a call expects."""
    levels = [
        tuple(whole(push[number], f"StockJpBid {number}") for number in level) for level in PUSHED_LEVELS
    ]
    return OrderBook(
        code=code,
        at=at,
        asks=tuple(Level(ask, shares) for ask, _, shares, _ in levels if ask),
        bids=tuple(Level(bid, shares) for _, bid, _, shares in levels if bid),
        total_ask_quantity=whole(push[23], "total ask quantity"),
        total_bid_quantity=whole(push[24], "total bid quantity"),
    )


# Daily bars -------------------------------------------------------------------------------------------------

_BAR_FIELDS = (0, 2, 3, 4, 5, 8, 9)


def daily_bars_question(code: str, first: date, last: date, *, is_adjusted: bool = True) -> Question:
    """StockChart by period, the newest first; `is_adjusted` for splits and rights (수정주가).

    Whether such a list ends with the period is unverified, so it is ended here.
    """
    oldest = day_number(first)
    return Question(
        program=Program.CHART,
        inputs={
            0: code,
            1: ord("1"),
            2: day_number(last),
            3: oldest,
            5: _BAR_FIELDS,
            6: ord("D"),
            9: ord("1" if is_adjusted else "0"),
        },
        count=3,
        fields=_BAR_FIELDS,
        is_sorted=True,
        is_paged=True,
        is_enough=lambda page: whole(page.rows[-1][0], "day") <= oldest,
    )


def read_daily_bars(pages: Sequence[Page], code: str, first: date, last: date) -> list[Bar]:
    """The bars from `first` to `last`, oldest first, each day once. Values are told in millions of won."""
    bars: dict[date, Bar] = {}
    for row in (row for page in pages for row in page.rows):
        day = read_day(row[0])
        if not first <= day <= last or day in bars:
            continue
        opened, high, low, close, volume, value = (
            whole(row[key], f"StockChart {key}") for key in _BAR_FIELDS[1:]
        )
        at = datetime.combine(day, time(), KST)
        bars[day] = Bar(code, at, opened, high, low, close, volume, value)
    return [bars[day] for day in sorted(bars)]


def running_bar(quote: Quote, day: date) -> Bar | None:
    """The bar of the running day, to the won; None before its first trade."""
    if quote.open is None or quote.high is None or quote.low is None:
        return None
    at = datetime.combine(day, time(), KST)
    return Bar(quote.code, at, quote.open, quote.high, quote.low, quote.last_price, quote.volume, quote.value)


_MINUTE_FIELDS = (0, 1, 2, 3, 4, 5, 8, 9)


def minute_bars_question(code: str, first: date, last: date) -> Question:
    """StockChart of minutes, the newest first."""
    oldest = day_number(first)
    return Question(
        program=Program.CHART,
        inputs={
            0: code,
            1: ord("1"),
            2: day_number(last),
            3: oldest,
            5: _MINUTE_FIELDS,
            6: ord("m"),
            7: 1,
            9: ord("1"),
        },
        count=3,
        fields=_MINUTE_FIELDS,
        is_sorted=True,
        is_paged=True,
        is_enough=lambda page: whole(page.rows[-1][0], "day") < oldest,
    )


def read_minute_bars(pages: Sequence[Page], code: str, first: date, last: date) -> list[Bar]:
    """The minutes from `first` to `last`, oldest first. Daishin dates a minute by its end, the close by
    itself.
    """
    bars: dict[datetime, Bar] = {}
    for row in (row for page in pages for row in page.rows):
        day, end = read_day(row[0]), whole(row[1], "time")
        if not first <= day <= last:
            continue
        told = datetime.combine(day, time(end // 100, end % 100), KST)
        at = told if told >= get_hours(day).close else told - timedelta(minutes=1)
        opened, high, low, closed, volume, value = (
            whole(row[key], f"StockChart {key}") for key in _MINUTE_FIELDS[2:]
        )
        bars[at] = Bar(code, at, opened, high, low, closed, volume, value)
    return [bars[at] for at in sorted(bars)]


def day_number(day: date) -> int:
    """20260506 for the sixth of May."""
    return day.year * 10_000 + day.month * 100 + day.day


def read_day(value: object) -> date:
    """Raises `WireError`."""
    number = whole(value, "day")
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        raise unreadable("day", value) from None


# Prints -----------------------------------------------------------------------------------------------------

TRADE_HEADERS = (13, 14, 17, 18, 19, 26)
_IS_TRADE = "2"
_TAKERS = {"1": Side.BUY, "2": Side.SELL}


def read_trade(push: Push, code: str, at: datetime) -> Trade | None:
    """A print of StockCur; None for what a call expects. `at` is when it came, and gives the day.

    Who came later is told by comparing with the quotes before (26), and by the price where that is not told.
    """
    if char(push[19]) != _IS_TRADE:
        return None
    clock = whole(push[18], "time")
    try:
        told = time(clock // 10_000, clock // 100 % 100, clock % 100)
    except ValueError:
        raise unreadable("time", push[18]) from None
    return Trade(
        code,
        datetime.combine(at.date(), told, KST),
        whole(push[13], "price"),
        whole(push[17], "quantity"),
        _TAKERS.get(char(push[26])) or _TAKERS.get(char(push[14])),
    )
