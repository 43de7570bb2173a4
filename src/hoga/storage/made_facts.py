"""Made facts about whatever has prices: the `Facts` promise kept with values made from a seed.

They are consistent with the prices of the `BarStore` and with one another (`made_companies`, `made_flows`,
`made_indices` say how), different for every code and day, and no records: whoever shows them says that they
are made (`source`). They can be made about recorded prices too; what the table of made names does not know
is then made to fit the recorded price and volume.

It refuses nothing: of an issue that the store does not have nothing is known.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.company import Company, Dividend
from hoga.domain.corporate_action import CorporateAction
from hoga.domain.credit import CreditDay
from hoga.domain.errors import BadInput
from hoga.domain.flows import Holdings, InvestorFlows, MemberFlow, ProgramFlows, ShortSale
from hoga.domain.fund import Fund, FundValue
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.market_money import InterestRate, MarketFunds
from hoga.domain.opinion import Opinion
from hoga.domain.statement import Period, Statement
from hoga.krx.calendar import LAST_VERIFIED_DAY, is_trading_day, previous_trading_day, trading_days
from hoga.ports import BarStore
from hoga.storage.lived import LivedBars
from hoga.storage.luck import luck_of
from hoga.storage.made import MadeBars
from hoga.storage.made_actions import make_actions
from hoga.storage.made_companies import make_company, make_dividends, make_issuer, make_statements
from hoga.storage.made_credit import make_credit_day
from hoga.storage.made_flows import (
    ForeignDay,
    korean_firms,
    make_foreign_days,
    make_holdings,
    make_investor_flows,
    make_member_flows,
    make_program_flows,
    make_short_sale,
)
from hoga.storage.made_funds import index_of, make_fund, make_fund_value
from hoga.storage.made_indices import IndexDay, make_basket, make_index_day, make_whole_day
from hoga.storage.made_money import make_interest_rates, make_market_funds
from hoga.storage.made_names import MadeName, find_invented, invented_name, real_names
from hoga.storage.made_opinions import make_opinions

_MADE = "made"
_REMEMBERED_DAYS = 1024
_SHARE_UNIT = 1_000_000


class MadeFacts:
    """Facts made from a seed about the issues of a store of prices."""

    def __init__(self, seed: int, store: BarStore) -> None:
        self._seed = seed
        self._store = store
        self._is_endless = store.source == _MADE
        self._names: dict[str, MadeName] = {}
        self._companies: dict[str, Company] = {}
        self._baskets: dict[Index, tuple[Sequence[Instrument], list[MadeName]]] = {}
        self._last_closes: dict[date, dict[str, int]] = {}
        self._begun: date | None = None
        self._first_begun: date | None = None
        self._planned: date | None = None
        self._index_days = lru_cache(maxsize=8)(self._make_index_days)
        self._index_day = lru_cache(maxsize=_REMEMBERED_DAYS)(self._make_whole_index_days)

    @property
    def source(self) -> str:
        """ "made": no company ever reported this and nobody ever traded so."""
        return _MADE

    def begin(self, day: date, *, has_plan: bool = True) -> None:
        """A day of a simulated market begins: what was made while the last one ran is made anew.

        `has_plan` says that the market means to trade the minutes that the store tells of the day. Facts
        about it are those of the whole day then, though its daily bar is only what was traded so far.
        """
        self._planned = day if has_plan else None
        self._first_begun = self._first_begun or day
        self._index_days.cache_clear()
        self._last_closes.clear()
        if self._begun is not None and day <= self._begun:
            self._index_day.cache_clear()
        self._begun = day

    def company(self, code: str, day: date) -> Company | None:
        """The issue and its issuer; the same on every day."""
        name = self._find(code, day)
        return self._company(name) if name else None

    def statements(self, code: str, day: date, period: Period) -> Sequence[Statement]:
        """From the financial year 2012 on; a preferred share has those of its issuer, a fund has none."""
        name = self._find(code, day)
        if name is None or name.instrument.kind is not Kind.STOCK:
            return ()
        statements = make_statements(self._seed, make_issuer(self._seed, name), day)
        if period is Period.YEAR:
            return tuple(each for each in statements if each.months == 12)
        return statements

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        """Of stocks, and distributions of plain funds."""
        name = self._find(code, last)
        return make_dividends(self._seed, name, first, last) if name else ()

    def actions(self, code: str, first: date, last: date) -> Sequence[CorporateAction]:
        """Those of common shares. What changes shares was over before the first day that was begun."""
        name = self._find(code, last)
        if name is None or name.instrument.kind is not Kind.STOCK:
            return ()
        company = self._company(name)
        until, last = self._first_begun or LAST_VERIFIED_DAY, self._until(last)
        return make_actions(self._seed, name, company, lambda day: self._close(code, day), first, last, until)

    def investor_flows(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        """All types and groups, both sides, adding up to the day's volume and value."""
        return tuple(make_investor_flows(self._seed, day) for day in self._foreign_days(code, first, last))

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]:
        """Parts of what foreigners and securities firms did."""
        days = self._foreign_days(code, first, last)
        return tuple(
            make_program_flows(
                self._seed,
                day.bar,
                make_investor_flows(self._seed, day),
                is_kospi200=self._is_kospi200(code, last),
            )
            for day in days
        )

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        """Sixteen firms that bought and sold the whole volume of the day."""
        for each in self._foreign_days(code, day, day):
            return make_member_flows(self._seed, each.bar, make_investor_flows(self._seed, each))
        return ()

    def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSale]:
        """Quantity and value; balances are not made."""
        days = self._foreign_days(code, first, last)
        name = self._find(code, last)
        if name is None:
            return ()
        return tuple(
            make_short_sale(
                self._seed,
                name.instrument.kind,
                day.bar,
                make_investor_flows(self._seed, day),
                is_kospi200=self._is_kospi200(code, last),
            )
            for day in days
        )

    def holdings(self, code: str, first: date, last: date) -> Sequence[Holdings]:
        """What foreigners hold changes from day to day by what they bought net."""
        name = self._find(code, last)
        days = self._foreign_days(code, first, last)
        return tuple(make_holdings(self._seed, name, day) for day in days) if name else ()

    def credit(self, code: str, first: date, last: date) -> Sequence[CreditDay]:
        """Of stocks: what was bought on credit is what the holdings tell."""
        name = self._find(code, last)
        if name is None or name.instrument.kind is not Kind.STOCK:
            return ()
        bars = self._whole(code, self._store.daily_bars(code, first, last), last)
        is_kospi200 = self._is_kospi200(code, last)
        return tuple(
            make_credit_day(self._seed, name, bar, is_kospi200=is_kospi200)
            for bar in bars
            if first <= bar.at.date() <= last
        )

    def opinions(self, code: str, first: date, last: date) -> Sequence[Opinion]:
        """Of common shares, by Korean firms; none about days to come."""
        name = self._find(code, last)
        if name is None or name.instrument.kind is not Kind.STOCK:
            return ()
        company, last = self._company(name), self._until(last)
        firms = korean_firms()
        return make_opinions(self._seed, company, firms, lambda day: self._close(code, day), first, last)

    def fund(self, code: str, day: date) -> Fund | None:
        """Of ETFs, by the closes of the day before."""
        name = self._find(code, day)
        if name is None or name.instrument.kind is not Kind.ETF:
            return None
        members = self._members(index_of(name), day)
        prices = self._closes([name, *members], day)
        basket = make_basket(index_of(name), members, prices) if members else None
        return make_fund(name, prices[code], basket, prices)

    def fund_values(self, code: str, first: date, last: date) -> Sequence[FundValue]:
        """Of ETFs: about what a share cost at the close. None of days to come."""
        name, last = self._find(code, last), self._until(last)
        if name is None or name.instrument.kind is not Kind.ETF:
            return ()
        bars = self._whole(code, self._store.daily_bars(code, first, last), last)
        return tuple(make_fund_value(self._seed, bar) for bar in bars if first <= bar.at.date() <= last)

    def basket(self, index: Index, day: date) -> Basket | None:
        """None for a day without trading, or when the store has no member."""
        members = self._members(index, day)
        return make_basket(index, members, self._closes(members, day)) if members else None

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]:
        """What the minutes add up to: a day takes as long as a walk through the prices of all members."""
        days = (self._index_day(day).get(index) for day in trading_days(first, last))
        return tuple(day for day in days if day is not None)

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        """One for every minute in which a member traded."""
        found = self._index_days(day).get(index)
        return found.minutes if found else ()

    def market_funds(self, first: date, last: date) -> Sequence[MarketFunds]:
        """What all stocks of the two markets that the table knows make of it."""
        found = []
        for day in trading_days(first, last):
            stocks = [*self._members(Index.KOSPI, day), *self._members(Index.KOSDAQ, day)]
            if stocks:
                found.append(make_market_funds(self._seed, stocks, day))
        return tuple(found)

    def interest_rates(self, first: date, last: date) -> Sequence[InterestRate]:
        """Every rate on every trading day."""
        return tuple(
            each for day in trading_days(first, last) for each in make_interest_rates(self._seed, day)
        )

    def _find(self, code: str, day: date) -> MadeName | None:
        """What facts about `code` are made from; None when the store does not have it."""
        if code not in self._names:
            known = self._instrument(code, day)
            if known is None:
                return None
            self._names[code] = self._name_of(known)
        return self._names[code]

    def _company(self, name: MadeName) -> Company:
        code = name.instrument.code
        if code not in self._companies:
            self._companies[code] = make_company(self._seed, name)
        return self._companies[code]

    def _instrument(self, code: str, day: date) -> Instrument | None:
        if not is_trading_day(day):
            day = previous_trading_day(day)
        try:
            instruments = self._store.instruments(day)
        except BadInput:
            return None
        return next((each for each in instruments if each.code == code), None)

    def _name_of(self, instrument: Instrument) -> MadeName:
        code = instrument.code
        table = real_names().get(code)
        number = find_invented(code)
        if table is None and number is not None:
            table = invented_name(number)
        if table is not None and self._is_endless:
            return table
        bars = self._store.daily_bars(code, date.min, date.max)
        volume = max(sum(bar.volume for bar in bars) // max(len(bars), 1), 1)
        shares = table.instrument.listed_shares if table else instrument.listed_shares
        if not shares:
            times = luck_of(self._seed, "shares", code).uniform(100, 500)
            shares = (int(volume * times) // _SHARE_UNIT + 1) * _SHARE_UNIT
        reference = bars[0].close if bars else 1
        return MadeName(replace(instrument, listed_shares=shares), reference, volume, 1.0, 1.0)

    def _is_kospi200(self, code: str, day: date) -> bool:
        company = self.company(code, day)
        return bool(company and company.is_kospi200)

    def _whole(self, code: str, bars: Sequence[Bar], last: date) -> Sequence[Bar]:
        """`bars` with the running day as it is planned, while less than that was traded of it."""
        if self._planned is None or last < self._planned:
            return bars
        planned = merge_bars(self._store.minute_bars(code, self._planned))
        lived = next((bar for bar in bars if bar.at.date() == self._planned), None)
        if planned is None or (lived is not None and lived.volume >= planned.volume):
            return bars
        return (*(bar for bar in bars if bar is not lived), planned)

    def _until(self, day: date) -> date:
        """`day`, or the last one that has begun."""
        return day if self._begun is None else min(day, self._begun)

    def _close(self, code: str, day: date) -> int | None:
        bars = self._store.daily_bars(code, day, day)
        return bars[-1].close if bars else None

    def _foreign_days(self, code: str, first: date, last: date) -> list[ForeignDay]:
        name = self._find(code, last)
        if name is None or first > last:
            return []
        company = self._company(name)
        limit = company.foreign_limit or 0
        start = previous_trading_day(first) if self._is_endless else date.min
        bars = self._whole(code, self._store.daily_bars(code, start, last), last)
        days = make_foreign_days(self._seed, name, limit, bars, is_endless=self._is_endless)
        return [day for day in days if day.bar.at.date() >= first]

    def _members(self, index: Index, day: date) -> list[MadeName]:
        if not is_trading_day(day):
            return []
        try:
            instruments = self._store.instruments(day)
        except BadInput:
            return []
        known = self._baskets.get(index)
        if known is not None and known[0] is instruments:
            return known[1]
        market = Market.KOSDAQ if index is Index.KOSDAQ else Market.KOSPI
        members: list[MadeName] = []
        for instrument in instruments:
            code = instrument.code
            if instrument.kind is not Kind.STOCK or instrument.market is not market:
                continue
            if self._is_endless and code not in real_names():
                continue
            name = self._find(code, day)
            if name and (index is not Index.KOSPI200 or self._is_kospi200(code, day)):
                members.append(name)
        self._baskets[index] = (instruments, members)
        return members

    def _closes(self, members: Sequence[MadeName], day: date) -> dict[str, int]:
        """Yesterday's closes; today's opening price for a member that did not trade yesterday."""
        yesterday = previous_trading_day(day)
        known = self._last_closes.get(yesterday, {})
        closes = {}
        for name in members:
            code = name.instrument.code
            if code in known:
                closes[code] = known[code]
                continue
            bars = self._store.daily_bars(code, yesterday, yesterday)
            today = bars or self._store.daily_bars(code, day, day)
            closes[code] = bars[0].close if bars else today[0].open if today else name.reference
        return closes

    def _make_index_days(self, day: date) -> dict[Index, IndexDay]:
        minutes: dict[str, Sequence[Bar]] = {}
        made = {}
        for index in Index:
            members = self._members(index, day)
            if not members:
                continue
            closes = self._closes(members, day)
            basket = make_basket(index, members, closes)
            for code in basket.shares:
                if code not in minutes:
                    minutes[code] = self._store.minute_bars(code, day)
            found = make_index_day(basket, closes, minutes)
            if found is not None:
                made[index] = found
        # The next day is measured from these: a series of days is made in half the time.
        self._last_closes = {day: {code: bars[-1].close for code, bars in minutes.items() if bars}}
        return made

    def _make_whole_index_days(self, day: date) -> dict[Index, IndexBar]:
        store = self._store.behind(day) if isinstance(self._store, LivedBars) else self._store
        if not isinstance(store, MadeBars):
            return {index: found.whole for index, found in self._index_days(day).items()}
        prices: dict[str, Sequence[int]] = {}
        days: dict[str, Bar] = {}
        made = {}
        for index in Index:
            members = self._members(index, day)
            if not members:
                continue
            basket = make_basket(index, members, self._closes(members, day))
            for code in basket.shares:
                if code not in prices:
                    prices[code] = store.minute_prices(code, day)
                    (days[code],) = store.daily_bars(code, day, day)
            made[index] = make_whole_day(basket, prices, days)
        return made
