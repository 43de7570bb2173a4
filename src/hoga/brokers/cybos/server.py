"""The simulated exchange as CYBOS Plus would show it: what `fake` answers, and what it pushes.

Amounts that Daishin cuts are cut here too. Numbers in front of a refusal are this face's own: Daishin's are
not known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from hoga.brokers.cybos.archive import figure_fields, investor_rows, short_sale_rows
from hoga.brokers.cybos.bulletin import ACTIONS, Bulletin, full_code, level_rows
from hoga.brokers.cybos.codes import (
    BALANCE_ROWS,
    CONDITION_CODES,
    KIND_CODES,
    LIST_ROWS,
    MARKET_CODES,
    ORDER_TYPE_CODES,
    ORDER_TYPES,
    SIDE_CODES,
    SIDES,
    Program,
)
from hoga.brokers.cybos.com import Input, Value
from hoga.brokers.cybos.fake import Push, Reply
from hoga.brokers.cybos.quotes import day_number, read_day
from hoga.domain.bar import Bar
from hoga.domain.request import OrderType
from hoga.exchange import events
from hoga.exchange.board import State
from hoga.exchange.commands import Cancel, Command, Place, Replace
from hoga.exchange.events import Refusal
from hoga.exchange.exchange import Exchange
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import get_hours, trading_days
from hoga.ports import BarStore, Clock, Facts

_CONDITIONS = {code: condition for condition, code in CONDITION_CODES.items()}
_MILLION = 1_000_000
_THOUSAND = 1_000
_CHART_CELLS = 20_000
_FLOW_ROWS = 17
_SHORT_ROWS = 20
"""Rows of a page of CpSvr7254; that of CpSvr7238 is not known, and is this face's own."""
_TAKEN = "0040 모의투자 주문이 완료되었습니다.(ordss.cststkord)"
_NOTHING_FOUND = "0028 조회할 자료가 없습니다."


class CybosFace:
    """`accounts` of a simulation, as one login of Daishin's has them: by number, with the holder's name."""

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        bars: BarStore,
        facts: Facts,
        accounts: Mapping[str, str],
    ) -> None:
        self._simulation = simulation
        self._clock = clock
        self._bars = bars
        self._facts = facts
        self._accounts = dict(accounts)
        self._bulletin = Bulletin(simulation, self._accounts)
        self._answers: Mapping[Program, Callable[[Mapping[int, Input]], Reply]] = {
            Program.ORDER: self._order,
            Program.REPLACE: self._replace,
            Program.CANCEL: self._cancel,
            Program.BALANCE: self._balance,
            Program.BUYING_POWER: self._buying_power,
            Program.DEPOSIT: self._deposit,
            Program.DAY_RESULTS: self._day_results,
            Program.ORDERS: self._orders,
            Program.OPEN_ORDERS: self._open_orders,
            Program.CHART: self._chart,
            Program.MARKET_EYE: self._market_eye,
            Program.BOOK: self._book,
            Program.INVESTORS: self._investors,
            Program.SHORT_SALES: self._short_sales,
        }

    # Face

    @property
    def accounts(self) -> Sequence[str]:
        return tuple(self._accounts)

    def connect(self, push: Push) -> None:
        self._bulletin.connect(push)

    def answer(self, program: Program, inputs: Mapping[int, Input]) -> Reply:
        return self._answers[program](inputs)

    def listed(self, market: int) -> Sequence[str]:
        instruments = (self._exchange.instrument(code) for code in self._exchange.codes)
        return [self._full(each.code) for each in instruments if MARKET_CODES[each.market] == market]

    def look_up(self, member: str, code: str) -> Value:
        if not self._is_listed(code):
            return "" if member in ("CodeToName", "GetStockIndustryCode") else 0
        exchange, bare = self._exchange, code[1:]
        listing, company = exchange.listing(bare), self._facts.company(bare, exchange.day)
        known: Mapping[str, Callable[[], Value]] = {
            "CodeToName": lambda: listing.instrument.name,
            "GetStockSectionKind": lambda: KIND_CODES[listing.instrument.kind],
            "GetStockStdPrice": lambda: listing.base_price,
            "GetStockStatusKind": lambda: int(exchange.quote(bare).is_halted),
            "GetStockControlKind": lambda: 2 if listing.is_under_warning else 0,
            "GetStockSupervisionKind": lambda: int(listing.is_under_measures),
            "IsStockCreditEnable": lambda: int(not listing.is_under_measures),
            "GetStockMarginRate": lambda: round(((company and company.margin_rate) or 0) * 100),
            "GetStockFiscalMonth": lambda: (company and company.settlement_month) or 0,
            "GetStockKospi200Kind": lambda: int((company and company.is_kospi200) or False),
            "GetStockIndustryCode": lambda: (
                company.industry.code[-3:] if company and company.industry else ""
            ),
            "GetStockListedDate": lambda: (
                day_number(company.listing_day) if company and company.listing_day else 0
            ),
        }
        return known[member]()

    # Orders

    def _order(self, inputs: Mapping[int, Input]) -> Reply:
        code, kind = str(inputs[3])[1:], ORDER_TYPES[str(inputs.get(8, "01"))]
        command = Place(
            str(inputs[1]),
            code,
            SIDES[str(inputs[0])],
            _number(inputs[4]),
            (_number(inputs.get(5, 0)) or None) if kind.has_price else None,
            kind,
            _CONDITIONS[str(inputs.get(7, "0"))],
        )
        return self._submitted(command, 8)

    def _replace(self, inputs: Mapping[int, Input]) -> Reply:
        number = _number(inputs[1])
        order = self._exchange.find_order(number)
        kind = OrderType.LIMIT if order is None else order.request.order_type
        quantity = _number(inputs[5]) or None
        return self._submitted(Replace(str(inputs[2]), number, _number(inputs[6]), quantity, kind), 7)

    def _cancel(self, inputs: Mapping[int, Input]) -> Reply:
        quantity = _number(inputs[5]) or None
        return self._submitted(Cancel(str(inputs[2]), _number(inputs[1]), quantity), 6)

    def _submitted(self, command: Command, header: int) -> Reply:
        for event in self._simulation.submit(command, self._clock.now()):
            match event:
                case events.Refused():
                    number = 9001 + list(Refusal).index(event.reason)
                    return Reply(status=-1, said=f"{number} {event.reason}(ordss.cststkord)")
                case events.Placed() | events.Replaced() | events.Rejected():
                    return Reply(said=_TAKEN, headers={header: event.number})
                case events.Canceled():
                    return Reply(said=_TAKEN, headers={header: event.request_number})
                case _:
                    continue
        raise AssertionError(f"the exchange did not answer {command}")

    # The account

    def _balance(self, inputs: Mapping[int, Input]) -> Reply:
        number = str(inputs[0])
        account = self._exchange.account(number)
        opening = {held.code: held.quantity for held in account.positions}
        traded = {each.code: each for each in self._exchange.results(number)}
        rows: list[Mapping[int, Value]] = []
        for position in account.positions:
            result = traded.get(position.code)
            change = 0 if result is None else result.bought_quantity - result.sold_quantity
            price = position.cost / position.quantity
            rows.append(
                {
                    0: position.name.ljust(20),
                    1: ord(" "),
                    3: opening[position.code] - change,
                    7: position.quantity,
                    9: _cut(position.market_value, _THOUSAND),
                    10: _cut(position.unrealized_pnl, _THOUSAND),
                    11: position.unrealized_pnl / position.cost * 100 if position.cost else 0.0,
                    12: self._full(position.code),
                    15: position.sellable_quantity,
                    17: price,
                    18: round(price),
                }
            )
        # What was sold out today is still to be settled, and is listed until it is.
        rows += [
            {
                0: None,
                3: each.sold_quantity - each.bought_quantity,
                7: 0,
                12: self._full(code),
                15: 0,
                17: 0.0,
            }
            for code, each in traded.items()
            if code not in opening
        ]
        headers = {
            0: self._accounts[number],
            3: sum(position.market_value for position in account.positions),
            4: account.unrealized_pnl,
            9: account.deposit_d2,
        }
        return Reply(headers=headers, rows=rows, count=7, page=min(_number(inputs.get(2, 14)), BALANCE_ROWS))

    def _buying_power(self, inputs: Mapping[int, Input]) -> Reply:
        number = str(inputs[0])
        deposit = self._exchange.account(number).deposit
        power = self._exchange.buying_power(number)
        return Reply(headers={9: power, 10: power, 45: deposit, 47: power})

    def _deposit(self, inputs: Mapping[int, Input]) -> Reply:
        account = self._exchange.account(str(inputs[0]))
        return Reply(headers={3: account.deposit, 64: account.deposit_d1, 66: account.deposit_d2})

    def _day_results(self, inputs: Mapping[int, Input]) -> Reply:
        """The exchange keeps both taxes of an issue together; they stand in one field here."""
        rows = [
            {0: self._full(each.code), 4: each.buy_fees + each.sell_fees, 5: 0, 12: each.taxes}
            for each in self._exchange.results(str(inputs[0]))
        ]
        return Reply(rows=rows, count=8, page=LIST_ROWS)

    def _orders(self, inputs: Mapping[int, Input]) -> Reply:
        number, day = str(inputs[0]), self._exchange.day
        records = self._exchange.orders(number, day, day)
        canceled: dict[int, int] = {}
        for record in records:
            if record.kind is RecordKind.CANCEL and record.replaces is not None:
                gone = canceled.get(record.replaces, 0) + record.canceled_quantity
                canceled[record.replaces] = gone
        rows = [row for record in records for row in self._order_rows(record, canceled.get(record.number, 0))]
        if _char(inputs, 4, "1") == "1":
            rows.reverse()
        return Reply(rows=rows, count=6, page=min(_number(inputs.get(5, 7)), LIST_ROWS))

    def _open_orders(self, inputs: Mapping[int, Input]) -> Reply:
        number, day = str(inputs[0]), self._exchange.day
        rows = [
            {
                1: record.number,
                2: record.replaces or 0,
                3: self._full(record.request.code),
                6: record.request.quantity,
                7: record.limit_price or 0,
                8: record.filled_quantity,
                11: record.remaining_quantity,
                13: SIDE_CODES[record.request.side],
                21: ORDER_TYPE_CODES.get(record.request.order_type, "00"),
            }
            for record in self._exchange.orders(number, day, day)
            if record.remaining_quantity
        ]
        if inputs.get(5, "0") == "1":
            rows.reverse()
        return Reply(rows=rows, count=5, page=min(_number(inputs.get(7, 7)), LIST_ROWS))

    def _order_rows(self, record: OrderRecord, canceled: int) -> Iterable[Mapping[int, Value]]:
        """A row for each fill, and one for an order without any."""
        request = record.request
        confirmed = {
            RecordKind.ORDER: record.canceled_quantity - canceled,
            RecordKind.REPLACE: 0 if record.rejected_quantity else request.quantity,
            RecordKind.CANCEL: record.canceled_quantity,
        }[record.kind]
        row: dict[int, Value] = {
            1: record.number,
            2: record.replaces or 0,
            3: self._full(request.code),
            4: self._exchange.instrument(request.code).name,
            7: request.quantity,
            8: record.limit_price or 0,
            9: record.filled_quantity,
            12: confirmed,
            14: "거래소 거부" if record.rejected_quantity else "",
            22: record.remaining_quantity,
            34: ORDER_TYPE_CODES.get(request.order_type, "00"),
            35: SIDE_CODES[request.side],
            36: str(ACTIONS[record.kind]),
        }
        for quantity, price in self._bulletin.fills.get(record.number, [(0, 0)]):
            yield row | {10: quantity, 11: price}

    # Prices

    def _chart(self, inputs: Mapping[int, Input]) -> Reply:
        code, interval = str(inputs[0]), _char(inputs, 6, "D")
        if not self._is_listed(code) or interval not in ("D", "m"):
            return Reply(status=-1, said=_NOTHING_FOUND)
        fields = sorted(_each(inputs[5]))
        last = read_day(inputs[2]) if inputs.get(2) else self._exchange.day
        is_counted = _char(inputs, 1, "1") == "2"
        first = last - timedelta(days=40 * 365) if is_counted else read_day(inputs[3])
        if interval == "m":
            bars: Sequence[Bar] = self._minute_bars(code[1:], first, last)
        else:
            bars = self._simulation.daily_bars(self._bars, code[1:], first, last)
        if is_counted:
            bars = bars[-_number(inputs[4]) :]
        rows = []
        for bar in reversed(bars):
            values = {
                0: day_number(bar.at.date()),
                1: _end_of(bar) if interval == "m" else 0,
                2: bar.open,
                3: bar.high,
                4: bar.low,
                5: bar.close,
                8: bar.volume,
                9: _cut(bar.value, _MILLION),
            }
            rows.append({place: values[field] for place, field in enumerate(fields)})
        return Reply(
            headers={0: code, 1: len(fields)}, rows=rows, count=3, page=_CHART_CELLS // len(fields) - 1
        )

    def _market_eye(self, inputs: Mapping[int, Input]) -> Reply:
        fields = sorted(_each(inputs[0]))
        asked = inputs[1]
        codes = (asked,) if isinstance(asked, str) else tuple(str(code) for code in asked)  # type: ignore[union-attr]
        rows = []
        for code in codes:
            if not self._is_listed(code):
                return Reply(status=-1, said=_NOTHING_FOUND)
            values = self._market_fields(code, fields)
            rows.append({place: values[field] for place, field in enumerate(fields)})
        return Reply(headers={0: len(fields)}, rows=rows, count=2)

    def _minute_bars(self, code: str, first: date, last: date) -> list[Bar]:
        """Of past days what the store knows, of the running one what has traded."""
        today = self._exchange.day
        bars: list[Bar] = []
        for day in trading_days(first, min(last, today - timedelta(days=1))):
            bars += self._bars.minute_bars(code, day)
        if first <= today <= last:
            bars += self._bulletin.minutes.get(code, {}).values()
        return bars

    def _market_fields(self, code: str, fields: Iterable[int]) -> Mapping[int, Value]:
        quote, book = self._exchange.quote(code[1:]), self._exchange.book(code[1:])
        is_call = self._exchange.state(code[1:]) is State.CALL
        is_open = self._exchange.state(code[1:]) is State.CONTINUOUS
        known: dict[int, Value] = {
            0: code,
            1: quote.at.hour * 100 + quote.at.minute,
            4: quote.last_price,
            5: quote.open or 0,
            6: quote.high or 0,
            7: quote.low or 0,
            8: quote.ask or 0,
            9: quote.bid or 0,
            10: quote.volume,
            11: quote.value,
            12: ord("1" if is_call else "2" if is_open else "0"),
            13: quote.total_ask_quantity,
            14: quote.total_bid_quantity,
            15: quote.ask_quantity,
            16: quote.bid_quantity,
            17: quote.name[:7],
            28: book.indicative_price or 0,
            31: book.indicative_quantity or 0,
            33: quote.upper_limit,
            34: quote.lower_limit,
            163: quote.static_reference or 0,
        }
        if known.keys() >= set(fields):
            return known
        return {**known, **self._background(code[1:], quote.last_price)}

    def _background(self, code: str, last_price: int) -> Mapping[int, Value]:
        """What MarketEye tells of a year and of the company."""
        day = self._exchange.day
        year = self._simulation.daily_bars(self._bars, code, day - timedelta(days=365), day)
        before = [bar for bar in year if bar.at.date() < day]
        return {
            **figure_fields(self._facts, code, day, last_price),
            22: before[-1].volume if before else 0,
            23: self._exchange.listing(code).closed_at,
            63: max((bar.high for bar in year), default=0),
            64: min((bar.low for bar in year), default=0),
        }

    def _investors(self, inputs: Mapping[int, Input]) -> Reply:
        code = str(inputs[0])
        is_wanted = _char(inputs, 4, "0") == "0" and _number(inputs.get(5, 0)) == 0
        if not self._is_listed(code) or not is_wanted:
            return Reply(status=-1, said=_NOTHING_FOUND)
        rows = investor_rows(self._facts, code[1:], self._exchange.day)
        return Reply(headers={0: code}, rows=rows, count=1, page=_FLOW_ROWS)

    def _short_sales(self, inputs: Mapping[int, Input]) -> Reply:
        code = str(inputs[0])
        if not self._is_listed(code):
            return Reply(status=-1, said=_NOTHING_FOUND)
        day = self._exchange.day
        bars = self._simulation.daily_bars(self._bars, code[1:], day - timedelta(days=365), day)
        rows = short_sale_rows(self._facts, bars, code[1:], day)
        return Reply(rows=rows, count=0, page=_SHORT_ROWS)

    def _book(self, inputs: Mapping[int, Input]) -> Reply:
        code = str(inputs[0])
        if not self._is_listed(code):
            return Reply(status=-1, said=_NOTHING_FOUND)
        book = self._exchange.book(code[1:])
        headers = {
            0: code,
            3: book.at.hour * 100 + book.at.minute,
            4: book.total_ask_quantity,
            6: book.total_bid_quantity,
        }
        return Reply(headers=headers, rows=level_rows(book), count=1)

    # Codes

    @property
    def _exchange(self) -> Exchange:
        return self._simulation.exchange

    def _is_listed(self, code: str) -> bool:
        return self._exchange.lists(code[1:]) and self._full(code[1:]) == code

    def _full(self, code: str) -> str:
        return full_code(self._exchange.instrument(code))


def _number(value: Input) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def _each(value: Input) -> tuple[int, ...]:
    """One field or several."""
    return (value,) if isinstance(value, int) else tuple(_number(each) for each in value)


def _char(inputs: Mapping[int, Input], kind: int, usual: str) -> str:
    """A `char` that was set; text in its place is passed over, as Daishin's objects seem to do."""
    value = inputs.get(kind)
    return chr(value) if isinstance(value, int) else usual


def _end_of(bar: Bar) -> int:
    """The minute that ends a minute bar, as 901; the closing call's is the close itself."""
    end = bar.at if bar.at >= get_hours(bar.at.date()).close else bar.at + timedelta(minutes=1)
    return end.hour * 100 + end.minute


def _cut(amount: int, unit: int) -> int:
    """Without what is below `unit`, toward zero."""
    return int(amount / unit) * unit
