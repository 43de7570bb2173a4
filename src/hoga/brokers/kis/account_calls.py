"""The calls of the KIS face about an account beyond its balance: what each is answered with.

How the answers are written is known to `account`; the figures are the exchange's. The results of earlier
days are those that came into the day with the accounts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from hoga.brokers.kis.account import (
    Realized,
    asked_period,
    assets_reply,
    day_profits_reply,
    realized_reply,
    revisables_reply,
    sellable_reply,
    trade_profits_reply,
)
from hoga.brokers.kis.codes import Call
from hoga.brokers.kis.envelope import Declined, Reply, Request, plain_code
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.wire import DayTotals, HoldingDay, OrderRow, asked_account, refusal_reply
from hoga.domain.account import Account
from hoga.domain.instrument import Kind
from hoga.domain.position import Position
from hoga.exchange.events import Refusal
from hoga.exchange.records import OrderRecord
from hoga.exchange.results import Result
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day
from hoga.krx.fees import taxes
from hoga.krx.settlement import settlement_day

_ACCOUNT = ("CANO", "ACNT_PRDT_CD")
_PAGE = ("CTX_AREA_FK100", "CTX_AREA_NK100")
_NOTHING = Result(date.min, "")
_PERIOD = (*_ACCOUNT, "INQR_STRT_DT", "INQR_END_DT", "PDNO", "SORT_DVSN", "CBLC_DVSN", *_PAGE)

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.SELLABLE: (*_ACCOUNT, "PDNO"),
    Call.REVISABLE: (*_ACCOUNT, "INQR_DVSN_1", "INQR_DVSN_2", *_PAGE),
    Call.ASSETS: (*_ACCOUNT, "INQR_DVSN_1", "BSPR_BF_DT_APLY_YN"),
    Call.REALIZED: (
        *_ACCOUNT,
        "AFHR_FLPR_YN",
        "OFL_YN",
        "INQR_DVSN",
        "UNPR_DVSN",
        "FUND_STTL_ICLD_YN",
        "FNCG_AMT_AUTO_RDPT_YN",
        "PRCS_DVSN",
        "COST_ICLD_YN",
        *_PAGE,
    ),
    Call.DAY_PROFITS: (*_PERIOD, "INQR_DVSN"),
    Call.TRADE_PROFITS: _PERIOD,
}
"""The fields that a request must carry, be they empty."""


class AccountCalls:
    """Answers for the accounts of a simulated day. `make_row` shows an order as the order list does."""

    def __init__(self, simulation: Simulation, make_row: Callable[[OrderRecord], OrderRow]) -> None:
        self._simulation = simulation
        self._make_row = make_row
        self.handlers: Mapping[Call, Callable[[Request, Customer], Reply]] = {
            Call.SELLABLE: self._sellable,
            Call.REVISABLE: self._revisable,
            Call.ASSETS: self._assets,
            Call.REALIZED: self._realized,
            Call.DAY_PROFITS: self._day_profits,
            Call.TRADE_PROFITS: self._trade_profits,
        }

    def shown(self, number: str) -> tuple[Account, dict[str, HoldingDay]]:
        """The account with what it sold out today, and what each of its positions did today."""
        exchange = self._simulation.exchange
        account = exchange.account(number)
        today = {each.code: each for each in exchange.results(number)}
        before = {each.code: each for each in self._results_before(number)}
        unsettled = {
            each.code for each in exchange.past_results(number) if settlement_day(each.day) > exchange.day
        }
        held = {position.code for position in account.positions}
        gone = (today.keys() | unsettled) & set(exchange.codes) - held
        sold_out = tuple(self._no_shares(code) for code in sorted(gone))
        account = replace(account, positions=(*account.positions, *sold_out))
        days = {}
        for position in account.positions:
            code = position.code
            result, earlier = today.get(code, _NOTHING), before.get(code, _NOTHING)
            days[code] = HoldingDay(
                base_price=exchange.quote(code).base_price,
                bought=result.bought_quantity,
                sold=result.sold_quantity,
                bought_before=earlier.bought_quantity,
                sold_before=earlier.sold_quantity,
            )
        return account, days

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
        _check_account(request, number, customer)
        code = plain_code(request.query["PDNO"])
        if code not in self._simulation.exchange.codes:
            return refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT)
        account, days = self.shown(number)
        found = next((each for each in account.positions if each.code == code), None)
        return sellable_reply(found or self._no_shares(code), days.get(code, HoldingDay()))

    def _revisable(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        _check_account(request, number, customer)
        exchange = self._simulation.exchange
        records = exchange.orders(number, exchange.day, exchange.day)
        return revisables_reply(request, (self._make_row(record) for record in records))

    def _assets(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        _check_account(request, number, customer)
        return assets_reply(request, self._simulation.exchange.account(number))

    def _realized(self, request: Request, customer: Customer) -> Reply:
        number = asked_account(request)
        _check_account(request, number, customer)
        account, days = self.shown(number)
        today = self._realized_of(self._simulation.exchange.results(number))
        return realized_reply(
            request, account, self.totals(number), days, today, self._selling_costs(account)
        )

    def _day_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        _check_account(request, query.account, customer)
        return day_profits_reply(request, self._results(query.account))

    def _trade_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        _check_account(request, query.account, customer)
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

    def _no_shares(self, code: str) -> Position:
        """The row that stays until a sale of everything is settled."""
        quote = self._simulation.exchange.quote(code)
        return Position(code, quote.name, 0, 0, 0, quote.last_price)


def _check_account(request: Request, account: str, customer: Customer) -> None:
    """An app key trades for one account only, even if there are others here."""
    if account != customer.account:
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_ACCOUNT))
