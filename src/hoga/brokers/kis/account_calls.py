"""The calls of the KIS face about an account beyond its balance: what each is answered with.

How the answers are written is known to `account` and `profits`; the figures are the exchange's. The results
of earlier days are those that came into the day with the accounts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hoga.brokers.kis.account import assets_reply, revisables_reply, sellable_reply
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.holdings import DayTotals, HoldingDay, asked_buying_power
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.margin import credit_power_reply, margin_reply
from hoga.brokers.kis.order_list import OrderRow
from hoga.brokers.kis.profits import (
    Realized,
    asked_period,
    day_profits_reply,
    realized_reply,
    trade_profits_reply,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import asked_account, asked_code, check_account, refusal_reply
from hoga.domain.account import Account
from hoga.domain.instrument import Kind
from hoga.domain.position import Position
from hoga.domain.request import Venue
from hoga.exchange.events import BoardKind, Refusal
from hoga.exchange.records import OrderRecord
from hoga.exchange.results import Result
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day
from hoga.krx.fees import taxes
from hoga.krx.settlement import settlement_day
from hoga.ports import Facts

_NOTHING = Result(date.min, "")
_JOINED_FROM = date(2026, 9, 14)
"""From this day on Y of AFHR_FLPR_YN is the price of both venues."""


class AccountCalls:
    """Answers for the accounts of a simulated day. `make_row` shows an order as the order list does."""

    def __init__(
        self,
        simulation: Simulation,
        make_row: Callable[[OrderRecord], OrderRow],
        facts: Facts | None,
        find_last_price: Callable[[str], int | None],
    ) -> None:
        self._simulation = simulation
        self._find_last_price = find_last_price
        self._make_row = make_row
        self._facts = facts
        self.handlers: Mapping[Call, Callable[[Request, Customer], Reply]] = {
            Call.SELLABLE: self._sellable,
            Call.REVISABLE: self._revisable,
            Call.ASSETS: self._assets,
            Call.MARGIN: self._margin,
            Call.CREDIT_POWER: self._credit_power,
            Call.REALIZED: self._realized,
            Call.DAY_PROFITS: self._day_profits,
            Call.TRADE_PROFITS: self._trade_profits,
        }

    def shown(self, number: str, query: Mapping[str, str]) -> tuple[Account, dict[str, HoldingDay]]:
        """The account as `query` wants its balance, and what each of its positions did.

        What was sold out is listed until the sale is settled; without 전일매매 only when it was today
        (unverified). Prices are those of the regular session, of NXT (X) or the last of both venues (Y; of
        the evening's auctions before 2026-09-14, by KIS's notice of 2026-09-09).
        """
        exchange = self._simulation.exchange
        account = exchange.account(number)
        today = {each.code: each for each in exchange.results(number)}
        before = {each.code: each for each in self._results_before(number)}
        unsettled = {
            each.code for each in exchange.past_results(number) if settlement_day(each.day) > exchange.day
        }
        held = {position.code for position in account.positions}
        if query["PRCS_DVSN"].strip() == "01":
            unsettled = set()
        gone = (today.keys() | unsettled) & set(exchange.codes) - held
        sold_out = tuple(self._no_shares(code) for code in sorted(gone))
        priced = [
            replace(each, last_price=self._price(each, query["AFHR_FLPR_YN"].strip().upper()))
            for each in (*account.positions, *sold_out)
        ]
        account = replace(account, positions=tuple(priced))
        days = {}
        for position in account.positions:
            code = position.code
            result, earlier = today.get(code, _NOTHING), before.get(code, _NOTHING)
            days[code] = HoldingDay(
                kind=exchange.instrument(code).kind,
                margin_rate=self._margin_rate(code),
                base_price=exchange.quote(code).base_price,
                bought=result.bought_quantity,
                sold=result.sold_quantity,
                bought_before=earlier.bought_quantity,
                sold_before=earlier.sold_quantity,
            )
        return account, days

    def realized_today(self, number: str) -> int:
        """실현손익 of the running day."""
        return sum(each.profit for each in self._realized_of(self._simulation.exchange.results(number)))

    def totals(self, number: str) -> DayTotals:
        """What the account bought, sold and paid, today and on the trading day before."""
        exchange = self._simulation.exchange
        totals, before = exchange.day_totals(number), self._results_before(number)
        return DayTotals(
            bought=totals.bought,
            sold=totals.sold,
            costs=totals.fees + totals.taxes,
            bought_before=sum(each.bought for each in before),
            sold_before=sum(each.sold for each in before),
            costs_before=sum(each.buy_fees + each.sell_fees + each.taxes for each in before),
            value_before=exchange.opening_value(number),
        )

    def _sellable(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        code = asked_code(request, request.query["PDNO"])
        if code not in self._simulation.exchange.codes:
            return refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT)
        exchange = self._simulation.exchange
        found = next((each for each in exchange.account(number).positions if each.code == code), None)
        result = next((each for each in exchange.results(number) if each.code == code), _NOTHING)
        day = HoldingDay(
            kind=exchange.instrument(code).kind, bought=result.bought_quantity, sold=result.sold_quantity
        )
        return sellable_reply(found or self._no_shares(code), day)

    def _revisable(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        exchange = self._simulation.exchange
        records = exchange.orders(number, exchange.day, exchange.day)
        return revisables_reply(request, (self._make_row(record) for record in records))

    def _assets(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        return assets_reply(request, self._simulation.exchange.account(number))

    def _margin(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        exchange = self._simulation.exchange
        account, today = exchange.account(number), exchange.results(number)
        proceeds = sum(each.sold - each.sell_fees - each.taxes for each in today)
        return margin_reply(request, account.deposit_d2, account.buying_power, proceeds)

    def _credit_power(self, request: Request, customer: Customer) -> Reply:
        query = asked_buying_power(request)
        check_account(request, query.account, customer.account)
        if asked_code(request, query.code) not in self._simulation.exchange.codes:
            return refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT)
        exchange = self._simulation.exchange
        price = query.price or exchange.limits(query.code).upper
        return credit_power_reply(request, exchange.buying_power(query.account), price)

    def _realized(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        check_account(request, number, customer.account)
        account, days = self.shown(number, request.query)
        today = self._realized_of(self._simulation.exchange.results(number))
        return realized_reply(
            request, account, self.totals(number), days, today, self._selling_costs(account)
        )

    def _day_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        check_account(request, query.account, customer.account)
        return day_profits_reply(request, self._results(query.account))

    def _trade_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        check_account(request, query.account, customer.account)
        return trade_profits_reply(request, self._results(query.account))

    def _results_before(self, number: str) -> tuple[Result, ...]:
        """What the account did on the trading day before."""
        exchange = self._simulation.exchange
        day = previous_trading_day(exchange.day)
        return tuple(each for each in exchange.past_results(number) if each.day == day)

    def _results(self, number: str) -> list[Realized]:
        """All there are, the oldest day first."""
        exchange = self._simulation.exchange
        return self._realized_of((*exchange.past_results(number), *exchange.results(number)))

    def _realized_of(self, results: Iterable[Result]) -> list[Realized]:
        exchange = self._simulation.exchange
        listed = frozenset(exchange.codes)
        found = []
        for result in results:
            # An earlier day's issue may not be listed any more.
            instrument = exchange.instrument(result.code) if result.code in listed else None
            found.append(
                Realized(
                    day=result.day,
                    code=result.code,
                    name=instrument.name if instrument else "",
                    kind=instrument.kind if instrument else Kind.STOCK,
                    bought_quantity=result.bought_quantity,
                    bought=result.bought,
                    buy_fees=result.buy_fees,
                    sold_quantity=result.sold_quantity,
                    sold=result.sold,
                    sold_cost=result.sold_cost,
                    sell_fees=result.sell_fees,
                    taxes=result.taxes,
                    held=result.held,
                )
            )
        return found

    def _selling_costs(self, account: Account) -> int:
        """Commission and taxes of selling every position at its last price."""
        exchange = self._simulation.exchange
        costs = 0
        for position in account.positions:
            instrument, value = exchange.instrument(position.code), position.market_value
            due = taxes(instrument.market, instrument.kind, exchange.day, value)
            costs += exchange.commission.of(value) + due.securities + due.rural
        return costs

    def _margin_rate(self, code: str) -> Decimal | None:
        day = self._simulation.exchange.day
        company = None if self._facts is None else self._facts.company(code, day)
        return company.margin_rate if company else None

    def _price(self, position: Position, kind: str) -> int:
        """The last price in the market that a client wants, if there is one there."""
        exchange, code = self._simulation.exchange, position.code
        match kind:
            case "X":
                quotes = [exchange.quote(code, Venue.NXT)]
            case "Y" if exchange.day >= _JOINED_FROM:
                return self._find_last_price(code) or position.last_price
            case "Y":
                quotes = [exchange.board_quote(code, BoardKind.EVENING_CALLS)]
            case _:
                quotes = []
        return next((quote.last_price for quote in quotes if quote.open is not None), position.last_price)

    def _no_shares(self, code: str) -> Position:
        """The row that stays until a sale of everything is settled."""
        quote = self._simulation.exchange.quote(code)
        return Position(code, quote.name, 0, 0, 0, quote.last_price)
