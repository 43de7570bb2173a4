"""The calls of the KIS face about an account beyond its balance: what each is answered with.

How the answers are written is known to `account`; the figures are the exchange's. Of the profits of
earlier days nothing is known here: the exchange keeps those of its running day.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

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
from hoga.domain.position import Position
from hoga.exchange.events import Refusal
from hoga.exchange.records import OrderRecord
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import taxes

_ACCOUNT = ("CANO", "ACNT_PRDT_CD")
_PAGE = ("CTX_AREA_FK100", "CTX_AREA_NK100")
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
        traded = {each.code: each for each in exchange.results(number)}
        held = {position.code for position in account.positions}
        sold_out = tuple(self._no_shares(code) for code in sorted(traded.keys() - held))
        account = replace(account, positions=(*account.positions, *sold_out))
        days = {}
        for position in account.positions:
            result = traded.get(position.code)
            days[position.code] = HoldingDay(
                base_price=exchange.quote(position.code).base_price,
                bought=result.bought_quantity if result else 0,
                sold=result.sold_quantity if result else 0,
            )
        return account, days

    def totals(self, number: str) -> DayTotals:
        """What the account bought, sold and paid today."""
        totals = self._simulation.exchange.day_totals(number)
        return DayTotals(bought=totals.bought, sold=totals.sold, costs=totals.fees + totals.taxes)

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
        return realized_reply(
            request, account, self.totals(number), days, self._results(number), self._selling_costs(account)
        )

    def _day_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        _check_account(request, query.account, customer)
        return day_profits_reply(request, self._results(query.account))

    def _trade_profits(self, request: Request, customer: Customer) -> Reply:
        query = asked_period(request)
        _check_account(request, query.account, customer)
        return trade_profits_reply(request, self._results(query.account))

    def _results(self, number: str) -> list[Realized]:
        exchange = self._simulation.exchange
        held = {position.code: position.quantity for position in exchange.account(number).positions}
        found = []
        for result in exchange.results(number):
            instrument = exchange.instrument(result.code)
            found.append(
                Realized(
                    day=exchange.day,
                    code=result.code,
                    name=instrument.name,
                    kind=instrument.kind,
                    bought_quantity=result.bought_quantity,
                    bought=result.bought,
                    buy_fees=result.buy_fees,
                    sold_quantity=result.sold_quantity,
                    sold=result.sold,
                    sold_cost=result.sold_cost,
                    sell_fees=result.sell_fees,
                    taxes=result.taxes,
                    held=held.get(result.code, 0),
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
