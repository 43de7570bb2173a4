"""What everybody did of many issues together: of a market, a size, an industry, or of its funds.

A market is what its index counts: all stocks of the packaged names, or of the user's own prices. Of the
running day everybody's part is told as far as each issue has traded, after 15:40 the whole of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from hoga.brokers.kis.register import Register
from hoga.brokers.kis.selection import is_member
from hoga.domain.flows import EVERYBODY, Flow, Investor, InvestorFlows, ProgramFlows
from hoga.domain.index import Index
from hoga.domain.instrument import Kind, Market
from hoga.krx.calendar import trading_days

_INDICES = {Market.KOSPI: Index.KOSPI, Market.KOSDAQ: Index.KOSDAQ}
_MOST_LOOKED_UP = 30_000
"""Of so many days of issues flows are looked up for one answer: of a large market fewer days are told."""
_NOTHING = Flow.of(0, 0, 0, 0)


class MarketSums:
    """The sums of what `register` knows. What an issue does in the whole of today is looked up once."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self._day: date | None = None
        self._flows: dict[str, InvestorFlows | None] = {}
        self._programs: dict[str, tuple[ProgramFlows, int] | None] = {}

    def stocks(self, market: Market, section: str) -> list[str]:
        """The stocks of a market that belong to `section`, an index that KIS names by four digits."""
        known = self._known
        basket = known.facts.basket(_INDICES[market], known.day) if market in _INDICES else None
        codes = [code for code in known.exchange.codes if basket is None or code in basket.shares]
        return [code for code in codes if self._is(code, market, section)]

    def funds(self, kind: Kind) -> list[str]:
        """All issues of a kind, of whatever market."""
        exchange = self._known.exchange
        return [code for code in exchange.codes if exchange.instrument(code).kind is kind]

    def days(self, codes: Sequence[str], first: date, last: date, most: int) -> Sequence[date]:
        """The newest trading days from `first` to `last`, `most` at most."""
        return trading_days(first, last)[-min(most, max(_MOST_LOOKED_UP // max(len(codes), 1), 1)) :]

    def whole_of_today(self, code: str) -> InvestorFlows | None:
        """Who trades an issue in the whole of the running day; None when that is not known."""
        self._begin()
        if code not in self._flows:
            found = self._known.facts.investor_flows(code, self._known.day, self._known.day)
            self._flows[code] = found[-1] if found else None
        return self._flows[code]

    async def investors(self, codes: Sequence[str]) -> dict[Investor, Flow]:
        """What everybody has done today so far; whoever is missing is not known."""
        total: dict[Investor, Flow] = {}
        for code in codes:
            for investor, flow in self._so_far(code).items():
                total[investor] = total.get(investor, _NOTHING) + flow
            await asyncio.sleep(0)
        return total

    async def investor_days(
        self, codes: Sequence[str], days: Sequence[date]
    ) -> dict[date, dict[Investor, Flow]]:
        """What everybody did on `days`, of which the running one is told so far."""
        total: dict[date, dict[Investor, Flow]] = {}
        past = [day for day in days if day < self._known.day]
        for code in codes if past else ():
            for each in self._known.facts.investor_flows(code, past[0], past[-1]):
                of_day = total.setdefault(each.day, {})
                for investor, flow in each.flows.items():
                    of_day[investor] = of_day.get(investor, _NOTHING) + flow
            await asyncio.sleep(0)
        if self._known.day in days:
            today = await self.investors(codes)
            if today:
                total[self._known.day] = today
        return total

    async def with_programs(self, codes: Sequence[str]) -> list[str]:
        """Those of `codes` of which it is known what programs do today."""
        found = []
        for code in codes:
            if self._programs_of(code) is not None:
                found.append(code)
            await asyncio.sleep(0)
        return found

    def programs_until(self, code: str, traded: int) -> tuple[Flow, Flow]:
        """Arbitrage and the rest in an issue when so much of it had been traded today."""
        found = self._programs_of(code)
        if found is None:
            return _NOTHING, _NOTHING
        flows, volume = found
        traded = min(traded, volume)
        parts = (flows.arbitrage.until(traded, volume), flows.non_arbitrage.until(traded, volume))
        return parts[0] or _NOTHING, parts[1] or _NOTHING

    async def programs(self, codes: Sequence[str]) -> tuple[Flow, Flow]:
        """Arbitrage and the rest today so far."""
        arbitrage = non_arbitrage = _NOTHING
        for code in codes:
            first, second = self.programs_until(code, self._known.exchange.quote(code).volume)
            arbitrage, non_arbitrage = arbitrage + first, non_arbitrage + second
            await asyncio.sleep(0)
        return arbitrage, non_arbitrage

    async def program_days(self, codes: Sequence[str], days: Sequence[date]) -> dict[date, tuple[Flow, Flow]]:
        """Arbitrage and the rest on `days`, of which the running one is told so far."""
        total: dict[date, tuple[Flow, Flow]] = {}
        past = [day for day in days if day < self._known.day]
        for code in codes if past else ():
            for each in self._known.facts.program_flows(code, past[0], past[-1]):
                arbitrage, non_arbitrage = total.get(each.day, (_NOTHING, _NOTHING))
                total[each.day] = arbitrage + each.arbitrage, non_arbitrage + each.non_arbitrage
            await asyncio.sleep(0)
        known = await self.with_programs(codes) if self._known.day in days else []
        if known:
            total[self._known.day] = await self.programs(known)
        return total

    async def traded(self, codes: Sequence[str], days: Sequence[date]) -> dict[date, tuple[int, int]]:
        """How many shares and how many won of all `codes` were traded on `days`."""
        known = self._known
        total: dict[date, tuple[int, int]] = {}
        for code in codes if days else ():
            bars = known.past.between(code, days[0], min(days[-1], known.yesterday))
            today = known.bar_of_today(code) if days[-1] == known.day else None
            for bar in [*bars, *([today] if today else [])]:
                volume, value = total.get(bar.at.date(), (0, 0))
                total[bar.at.date()] = volume + bar.volume, value + bar.value
            await asyncio.sleep(0)
        return total

    def _so_far(self, code: str) -> Mapping[Investor, Flow]:
        found = self.whole_of_today(code)
        if found is None:
            return {}
        if self._known.is_over:
            return found.flows
        whole = sum((flow.bought or 0) for each in EVERYBODY if (flow := found.find(each)))
        traded = min(self._known.exchange.quote(code).volume, whole)
        parts = {investor: flow.until(traded, whole) for investor, flow in found.flows.items()}
        return {investor: part for investor, part in parts.items() if part is not None}

    def _programs_of(self, code: str) -> tuple[ProgramFlows, int] | None:
        """What programs do in the whole of today, and all that is traded; None when it is not known."""
        self._begin()
        if code not in self._programs:
            self._programs[code] = self._look_up(code)
        return self._programs[code]

    def _look_up(self, code: str) -> tuple[ProgramFlows, int] | None:
        known = self._known
        flows = known.facts.program_flows(code, known.day, known.day)
        # A store of a market that runs has the whole day in its minutes only.
        minutes, days = (
            known.store.minute_bars(code, known.day),
            known.store.daily_bars(code, known.day, known.day),
        )
        volume = max(sum(bar.volume for bar in bars) for bars in (minutes, days))
        return (flows[-1], volume) if flows and volume else None

    def _is(self, code: str, market: Market, section: str) -> bool:
        instrument = self._known.exchange.instrument(code)
        if instrument.market is not market or instrument.kind is not Kind.STOCK:
            return False
        listed = self._known.find_of_company(code)
        return listed is not None and is_member(listed, section)

    def _begin(self) -> None:
        """Another day has flows of its own."""
        if self._day != self._known.day:
            self._day, self._flows, self._programs = self._known.day, {}, {}
