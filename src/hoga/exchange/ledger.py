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
    """Shares of one issue in one account, and what today's trades were. `reserved` are held by open sells."""

    __slots__ = (
        "bought",
        "bought_quantity",
        "buy_fees",
        "cost",
        "quantity",
        "reserved",
        "rural",
        "securities",
        "sell_fees",
        "sold",
        "sold_cost",
        "sold_quantity",
    )

    def __init__(self, quantity: int = 0, cost: int = 0) -> None:
        self.quantity = quantity
        self.cost = cost
        self.reserved = 0
        self.bought_quantity = 0
        self.bought = 0
        self.buy_fees = 0
        self.sold_quantity = 0
        self.sold = 0
        self.sold_cost = 0
        self.sell_fees = 0
        self.securities = 0
        self.rural = 0

    def result(self, day: date, code: str) -> Result:
        """What today's trades have made of it."""
        return Result(
            day=day,
            code=code,
            bought_quantity=self.bought_quantity,
            bought=self.bought,
            buy_fees=self.buy_fees,
            sold_quantity=self.sold_quantity,
            sold=self.sold,
            sold_cost=self.sold_cost,
            sell_fees=self.sell_fees,
            taxes=self.securities + self.rural,
            held=self.quantity,
        )


class _Purse:
    """One account."""

    __slots__ = (
        "_due",
        "deposit",
        "net_today",
        "past_results",
        "reserved",
        "settlements",
        "stakes",
        "traded",
    )

    def __init__(self, opening: Opening) -> None:
        self.deposit = opening.deposit
        self.settlements = opening.settlements
        self._due = sum(settlement.amount for settlement in opening.settlements)
        self.stakes = {holding.code: Stake(holding.quantity, holding.cost) for holding in opening.holdings}
        self.traded: dict[str, Stake] = {}
        """Code → what was traded today, in the order of the first trades."""
        self.past_results = opening.past_results
        self.reserved = 0
        self.net_today = 0

    @property
    def final_cash(self) -> int:
        """Cash when everything up to now has settled."""
        return self.deposit + self._due + self.net_today

    @property
    def totals(self) -> DayTotals:
        traded = self.traded.values()
        return DayTotals(
            bought=sum(stake.bought for stake in traded),
            sold=sum(stake.sold for stake in traded),
            fees=sum(stake.buy_fees + stake.sell_fees for stake in traded),
            securities_tax=sum(stake.securities for stake in traded),
            rural_tax=sum(stake.rural for stake in traded),
        )


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
        return self._purses[account].totals

    def results(self, account: str) -> tuple[Result, ...]:
        """What was traded today, by issue, in the order of each one's first trade."""
        traded = self._purses[account].traded
        return tuple(stake.result(self._day, code) for code, stake in traded.items())

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

    def open(self, tab: Tab, freed: int = 0) -> bool:
        """Reserve what a new order holds. False when it is not there, and nothing happens.

        `freed` is what another order of the account is about to give back for it, see `Tab.freed`.
        """
        purse = self._purses[tab.account]
        if tab.side is _BUY:
            needed = tab.reservation(tab.remaining)
            if needed > purse.final_cash - purse.reserved + freed:
                return False
            tab.reserved = needed
            purse.reserved += needed
            return True
        stake = purse.stakes.get(tab.instrument.code)
        if stake is None or tab.remaining > stake.quantity - stake.reserved + freed:
            return False
        stake.reserved += tab.remaining
        return True

    def release(self, tab: Tab, quantity: int) -> None:
        """`quantity` shares of an order will not trade any more (cancelled, replaced, expired)."""
        tab.remaining -= quantity
        purse = self._purses[tab.account]
        if tab.side is _BUY:
            purse.reserved += tab.hold()
        else:
            purse.stakes[tab.instrument.code].reserved -= quantity

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
        purse, code = self._purses[tab.account], tab.instrument.code
        fee = tab.fill(quantity, amount)
        purse.reserved += tab.hold()
        purse.net_today -= amount + fee
        stake = purse.stakes.get(code)
        if stake is None:
            stake = purse.stakes[code] = Stake()
        if code not in purse.traded:
            purse.traded[code] = stake
        stake.quantity += quantity
        stake.cost += amount
        stake.bought_quantity += quantity
        stake.bought += amount
        stake.buy_fees += fee

    def _sold(self, tab: Tab, quantity: int, amount: int) -> None:
        purse, code = self._purses[tab.account], tab.instrument.code
        fee = tab.fill(quantity, amount)
        rates = self._rates.get(code) or self._find_rates(tab.instrument)
        due = rates.of(tab.amount)
        securities, rural = due.securities - tab.securities, due.rural - tab.rural
        tab.securities, tab.rural = due.securities, due.rural
        purse.net_today += amount - fee - securities - rural
        stake = purse.stakes[code]
        if code not in purse.traded:
            purse.traded[code] = stake
        cost = stake.cost * quantity // stake.quantity
        stake.cost -= cost
        stake.quantity -= quantity
        stake.reserved -= quantity
        stake.sold_quantity += quantity
        stake.sold += amount
        stake.sold_cost += cost
        stake.sell_fees += fee
        stake.securities += securities
        stake.rural += rural

    def _find_rates(self, instrument: Instrument) -> TaxRates:
        rates = tax_rates(instrument.market, instrument.kind, self._day)
        self._rates[instrument.code] = rates
        return rates

    def _won(self) -> int:
        won = self._market_won
        for purse in self._purses.values():
            totals = purse.totals
            won += purse.final_cash + totals.fees + totals.taxes
        return won

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
