"""Accounts of the simulated day: won and shares, what is reserved, what was traded, and that nothing is lost.

Model (krx.md §6.2, §7): buying power is the T+2 cash without receivable, less what open buys reserve. An
open buy reserves its price (a market buy: the upper limit price) times the shares left, and the commission
on that; an open sell reserves its shares. Proceeds of a sale, net of commission and taxes, may be ordered
with at once (재사용). Purchases and sales settle on T+2. Average cost: a sale takes its part of the cost,
rounded down to the won, and leaves the rest with the shares that stay.

Commission and taxes are charged at each fill as the amount due on all the order has traded so far, less
what was charged before, so that an order in many fills costs what it costs in one. That the order is the
unit of rounding is unverified: brokers do not publish it (krx.md §11, point 3).

THE_MARKET has no account: it is never short of won or shares. What it pays and gets is booked all the same,
so that won and shares can be counted at any moment and must always come to what they were at the opening and
what has been paid in and out since.
Trades of the market with itself move nothing and need no entry.

It knows no book, no prices of the moment and no phases.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.request import Side
from hoga.exchange.opening import Opening, Settlement
from hoga.exchange.results import Result
from hoga.exchange.tab import Tab
from hoga.krx.calendar import next_trading_day
from hoga.krx.fees import TaxRates, tax_rates
from hoga.krx.settlement import settlement_day

_BUY = Side.BUY


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What one account traded today, in won. `securities_tax` and `rural_tax` add up to `taxes`."""

    bought: int
    sold: int
    fees: int
    securities_tax: int
    rural_tax: int

    @property
    def taxes(self) -> int:
        return self.securities_tax + self.rural_tax


@dataclass(frozen=True, slots=True)
class Conservation:
    """Whether all won and all shares of the opening are still there: accounts, market, fees and taxes."""

    won: bool
    shares: bool

    @property
    def is_conserved(self) -> bool:
        return self.won and self.shares


@dataclass(frozen=True, slots=True)
class Cash:
    """Cash of one account: settled, after tomorrow's and T+2 settlement, and what may be ordered with."""

    deposit: int
    deposit_d1: int
    deposit_d2: int
    buying_power: int


class Stake:
    """Shares of one issue in one account. `reserved` are held by open sells."""

    __slots__ = ("cost", "quantity", "reserved")

    def __init__(self, quantity: int = 0, cost: int = 0) -> None:
        self.quantity = quantity
        self.cost = cost
        self.reserved = 0


class _Purse:
    """One account."""

    __slots__ = (
        "_due",
        "bought",
        "deposit",
        "fees",
        "net_today",
        "past_results",
        "reserved",
        "results",
        "rural",
        "securities",
        "settlements",
        "sold",
        "stakes",
    )

    def __init__(self, opening: Opening) -> None:
        self.deposit = opening.deposit
        self.settlements = opening.settlements
        self._due = sum(settlement.amount for settlement in opening.settlements)
        self.stakes = {holding.code: Stake(holding.quantity, holding.cost) for holding in opening.holdings}
        self.results: dict[str, Result] = {}
        self.past_results = opening.past_results
        self.reserved = 0
        self.net_today = 0
        self.bought = 0
        self.sold = 0
        self.fees = 0
        self.securities = 0
        self.rural = 0

    @property
    def final_cash(self) -> int:
        """Cash when everything up to now has settled."""
        return self.deposit + self._due + self.net_today


class Ledger:
    """All accounts of one day, and the counterpart flow of the market."""

    def __init__(self, day: date, openings: Iterable[Opening]) -> None:
        self._day = day
        self._settles_on = settlement_day(day)
        self._purses: dict[str, _Purse] = {}
        self._rates: dict[str, TaxRates] = {}
        for opening in openings:
            _check(opening, day, self._purses)
            self._purses[opening.account] = _Purse(opening)
        self._from_outside = 0
        self._market_won = 0
        self._market_shares: dict[str, int] = {}
        self._fees = 0
        self._taxes = 0
        self._won_at_open = self._won()
        self._shares_at_open = self._shares()

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(self._purses)

    def knows(self, account: str) -> bool:
        return account in self._purses

    def buying_power(self, account: str) -> int:
        """Won that may be ordered with now, commission included."""
        purse = self._purses[account]
        return purse.final_cash - purse.reserved

    def sellable(self, account: str, code: str) -> int:
        """Shares that no open sell holds."""
        stake = self._purses[account].stakes.get(code)
        return stake.quantity - stake.reserved if stake else 0

    def cash(self, account: str) -> Cash:
        purse = self._purses[account]
        tomorrow = next_trading_day(self._day)
        due_tomorrow = sum(
            settlement.amount for settlement in purse.settlements if settlement.day <= tomorrow
        )
        return Cash(
            deposit=purse.deposit,
            deposit_d1=purse.deposit + due_tomorrow,
            deposit_d2=purse.final_cash,
            buying_power=purse.final_cash - purse.reserved,
        )

    def stakes(self, account: str) -> dict[str, Stake]:
        """Code → shares of the account; codes that were sold out today are in it with none."""
        return self._purses[account].stakes

    def totals(self, account: str) -> DayTotals:
        purse = self._purses[account]
        return DayTotals(
            bought=purse.bought,
            sold=purse.sold,
            fees=purse.fees,
            securities_tax=purse.securities,
            rural_tax=purse.rural,
        )

    def results(self, account: str) -> tuple[Result, ...]:
        """What was traded today, by issue, in the order of each one's first trade."""
        return tuple(self._purses[account].results.values())

    def past_results(self, account: str) -> tuple[Result, ...]:
        """What was traded on earlier days, by day and issue."""
        return self._purses[account].past_results

    def withdrawable(self, account: str) -> int:
        """Settled won that no settlement and no open buy needs (출금가능금액)."""
        cash = self.cash(account)
        return max(min(cash.deposit, cash.deposit_d1, cash.buying_power), 0)

    def pay_in(self, account: str, amount: int) -> None:
        """`amount` won come from outside, or leave when negative: the caller has seen they are there."""
        self._purses[account].deposit += amount
        self._from_outside += amount

    def settlements_after(self, account: str) -> tuple[Settlement, ...]:
        """What will settle on later days, today's trades included; one entry a day, the earliest first."""
        purse = self._purses[account]
        due = {settlement.day: 0 for settlement in purse.settlements}
        for settlement in purse.settlements:
            due[settlement.day] += settlement.amount
        due[self._settles_on] = due.get(self._settles_on, 0) + purse.net_today
        return tuple(Settlement(day, due[day]) for day in sorted(due) if due[day])

    def needed(self, tab: Tab) -> int:
        """Won that a new buy reserves."""
        amount = tab.price * tab.remaining
        return amount + tab.commission.of(amount)

    def freed(self, tab: Tab, quantity: int) -> int:
        """Won that the order would release by losing `quantity` shares."""
        return tab.reserved - self._reservation(tab, tab.remaining - quantity)

    def open(self, tab: Tab) -> None:
        """Reserve what a new order holds. The caller has seen that it is there."""
        if tab.side is _BUY:
            self._reserve(tab)
        else:
            self._purses[tab.account].stakes[tab.instrument.code].reserved += tab.remaining

    def release(self, tab: Tab, quantity: int) -> None:
        """`quantity` shares of an order will not trade any more (cancelled, replaced, expired)."""
        tab.remaining -= quantity
        if tab.side is _BUY:
            self._reserve(tab)
        else:
            self._purses[tab.account].stakes[tab.instrument.code].reserved -= quantity

    def trade(self, code: str, price: int, quantity: int, buy: Tab | None, sell: Tab | None) -> None:
        """Book one match; None stands for an order of the market."""
        amount = price * quantity
        if buy is None:
            self._market_won -= amount
            self._market_shares[code] = self._market_shares.get(code, 0) + quantity
        else:
            self._bought(buy, quantity, amount)
        if sell is None:
            self._market_won += amount
            self._market_shares[code] = self._market_shares.get(code, 0) - quantity
        else:
            self._sold(sell, quantity, amount)

    def conservation(self) -> Conservation:
        """Count everything, from the accounts up."""
        shares = self._shares()
        codes = shares.keys() | self._shares_at_open.keys()
        return Conservation(
            won=self._won() == self._won_at_open + self._from_outside,
            shares=all(shares.get(code, 0) == self._shares_at_open.get(code, 0) for code in codes),
        )

    def _bought(self, tab: Tab, quantity: int, amount: int) -> None:
        purse = self._purses[tab.account]
        tab.amount += amount
        tab.remaining -= quantity
        fee = self._charge_fee(tab, purse)
        self._reserve(tab)
        purse.net_today -= amount + fee
        purse.bought += amount
        code = tab.instrument.code
        stake = purse.stakes.get(code)
        if stake is None:
            stake = purse.stakes[code] = Stake()
        stake.quantity += quantity
        stake.cost += amount
        result = self._result(purse, tab)
        result.bought_quantity += quantity
        result.bought += amount
        result.buy_fees += fee
        result.held = stake.quantity

    def _sold(self, tab: Tab, quantity: int, amount: int) -> None:
        purse = self._purses[tab.account]
        tab.amount += amount
        tab.remaining -= quantity
        fee = self._charge_fee(tab, purse)
        tax = self._charge_tax(tab, purse)
        purse.net_today += amount - fee - tax
        purse.sold += amount
        stake = purse.stakes[tab.instrument.code]
        cost = stake.cost * quantity // stake.quantity
        stake.cost -= cost
        stake.quantity -= quantity
        stake.reserved -= quantity
        result = self._result(purse, tab)
        result.sold_quantity += quantity
        result.sold += amount
        result.sold_cost += cost
        result.sell_fees += fee
        result.taxes += tax
        result.held = stake.quantity

    def _result(self, purse: _Purse, tab: Tab) -> Result:
        code = tab.instrument.code
        result = purse.results.get(code)
        if result is None:
            result = purse.results[code] = Result(self._day, code)
        return result

    def _charge_fee(self, tab: Tab, purse: _Purse) -> int:
        fee = tab.commission.of(tab.amount) - tab.fee
        tab.fee += fee
        purse.fees += fee
        self._fees += fee
        return fee

    def _charge_tax(self, tab: Tab, purse: _Purse) -> int:
        due = self._rates_of(tab.instrument).of(tab.amount)
        securities, rural = due.securities - tab.securities, due.rural - tab.rural
        tab.securities, tab.rural = due.securities, due.rural
        purse.securities += securities
        purse.rural += rural
        self._taxes += securities + rural
        return securities + rural

    def _rates_of(self, instrument: Instrument) -> TaxRates:
        rates = self._rates.get(instrument.code)
        if rates is None:
            rates = tax_rates(instrument.market, instrument.kind, self._day)
            self._rates[instrument.code] = rates
        return rates

    def _reserve(self, tab: Tab) -> None:
        reservation = self._reservation(tab, tab.remaining)
        self._purses[tab.account].reserved += reservation - tab.reserved
        tab.reserved = reservation

    def _reservation(self, tab: Tab, remaining: int) -> int:
        if not remaining:
            return 0
        # Commission is rounded on the order's whole amount, so the part still to come is a difference too.
        amount = tab.price * remaining
        return amount + tab.commission.of(tab.amount + amount) - tab.fee

    def _won(self) -> int:
        cash = sum(purse.final_cash for purse in self._purses.values())
        return cash + self._market_won + self._fees + self._taxes

    def _shares(self) -> dict[str, int]:
        shares = dict(self._market_shares)
        for purse in self._purses.values():
            for code, stake in purse.stakes.items():
                shares[code] = shares.get(code, 0) + stake.quantity
        return shares


def max_buy_quantity(
    cash: int, price: int, commission_rate: Decimal, margin_rate: Decimal = Decimal(1)
) -> int:
    """Shares that `cash` won can order at `price` (krx.md §6.2, a model): for a market order its upper limit.

    `margin_rate` is 1 without receivable (미수 없는 매수수량).
    """
    return int(cash / (price * (Fraction(margin_rate) + Fraction(commission_rate)))) if cash > 0 else 0


def _check(opening: Opening, day: date, known: Iterable[str]) -> None:
    """Refuse an account that cannot be opened."""
    number = opening.account
    if not number or number in known:
        raise BadInput(
            f"계좌번호 {number!r}이(가) 비었거나 두 번 나옵니다. 계좌마다 다른 번호를 쓰세요.",
            f"Account number {number!r} is empty or appears twice. Give every account a number of its own.",
        )
    if opening.deposit < 0:
        raise BadInput(
            f"계좌 {number}: 예수금 {opening.deposit}원이 음수입니다. 0원 이상으로 하세요.",
            f"Account {number}: its deposit of {opening.deposit} won is negative. It must be at least 0.",
        )
    codes = [holding.code for holding in opening.holdings]
    for holding in opening.holdings:
        if codes.count(holding.code) > 1:
            raise BadInput(
                f"계좌 {number}: 보유종목 {holding.code}이(가) 두 번 나옵니다. 한 줄로 합치세요.",
                f"Account {number}: holding {holding.code} appears twice. Make it one.",
            )
        if holding.quantity <= 0 or holding.cost < 0:
            raise BadInput(
                f"계좌 {number}: 보유종목 {holding.code}의 수량(1주 이상)이나 매입금액(0원 이상)을 고치세요.",
                f"Account {number}: correct the quantity (1 or more) or the cost (0 or more) of "
                f"holding {holding.code}.",
            )
    for settlement in opening.settlements:
        if settlement.day <= day:
            raise BadInput(
                f"계좌 {number}: {settlement.day} 결제는 예수금에 속합니다. {day} 뒤의 것만 적으세요.",
                f"Account {number}: a settlement of {settlement.day} belongs to the deposit. "
                f"List those after {day} only.",
            )
