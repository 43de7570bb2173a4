"""What answers the calls of the KIS face about what the opening and closing calls expect, as they go."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from hoga.brokers.kis import expected, industries
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.codes import EXPECTED_PRICES_PER_CALL, INDEX_CODES
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.question import asked_choice, listed_code
from hoga.brokers.kis.register import Handler, Register
from hoga.brokers.kis.services import Call
from hoga.domain.index import Basket, Index
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase, indicative_price_from, regular_session

_MARKETS = {"0": ("K", "Q"), "K": ("K",), "Q": ("Q",)}
"""FID_MRKT_CLS_CODE of exp-total-index, by the markets of its rows."""
_INDICES = {"K": (Index.KOSPI, Index.KOSPI200), "Q": (Index.KOSDAQ,)}
_EVERYTHING = "0"
_TOLD_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Span:
    """Seconds of the day: when a call begins, and from when to when it is told."""

    start: int
    first: int
    last: int


class ExpectedCalls:
    """The calls about expected prices and indices."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.EXPECTED_PRICES: self._expected_prices,
            Call.EXPECTED_INDEX: self._expected_index,
            Call.EXPECTED_INDICES: self._expected_indices,
        }

    def _expected_prices(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        with_empty = expected.asked_with_empty(request)
        since = _second(indicative_price_from(known.day))
        listed = known.find_of_company(code)
        found = known.tape.expectations.newest(code, EXPECTED_PRICES_PER_CALL, since, with_empty=with_empty)
        return expected.expected_prices_reply(listed, found if listed else (), known.day)

    def _asked_index(self, request: Request) -> Index | None:
        index = expected.asked_expected_index(request)
        if index is None:
            self._known.check_index(request.query["FID_INPUT_ISCD"].strip())
        return index

    async def _expected_index(self, request: Request, _: Customer) -> Reply:
        phase, index = expected.asked_call(request), self._asked_index(request)
        step = int(asked_choice(request, "FID_INPUT_HOUR_1", expected.STEPS, expected.STEPS[0]))
        span = self._span(phase)
        basket = self._whole_basket(index) if index else None
        found = []
        if span is not None and index is not None and basket is not None:
            found = [
                await self._at(index, basket, span.start, second)
                for second in [*range(span.first, span.last, step), span.last]
            ]
        return expected.expected_index_reply(found)

    async def _expected_indices(self, request: Request, _: Customer) -> Reply:
        phase, index = expected.asked_call(request), self._asked_index(request)
        markets = _MARKETS[asked_choice(request, "FID_MRKT_CLS_CODE", _MARKETS, _EVERYTHING)]
        span, known = self._span(phase), self._known
        indices: dict[Index, expected.ExpectedIndex] = {}
        categories: list[industries.Category] = []
        if span is not None:
            for each in Index:
                basket = self._whole_basket(each)
                if basket is not None:
                    indices[each] = await self._at(each, basket, span.start, span.last)
            stocks = [self._standing(listed, span) async for listed in known.everything()]
            for market in markets:
                query = industries.CategoriesQuery(market, _EVERYTHING)
                categories += industries.categories(query, stocks)
        asked = indices.get(index) if index else None
        code = next((code for code, each in INDEX_CODES.items() if each is index), "")
        rows = [indices[each] for market in markets for each in _INDICES[market] if each in indices]
        return expected.expected_indices_reply(asked, code, rows, categories)

    def _whole_basket(self, index: Index) -> Basket | None:
        """What an index consists of; None when not all of it is traded here."""
        basket = self._known.facts.basket(index, self._known.day)
        return basket if basket and basket.shares.keys() <= self._known.codes else None

    def _span(self, phase: Phase) -> _Span | None:
        """What is told of a call by now; None before it begins."""
        known = self._known
        call = next(span for span in regular_session(known.day) if span.phase is phase)
        begun = indicative_price_from(known.day) if phase is Phase.OPEN_CALL else call.start
        if known.now < begun:
            return None
        end = known.now if known.exchange.phase is phase else min(known.now, call.end)
        return _Span(_second(call.start), _second(begun), _second(end))

    async def _at(self, index: Index, basket: Basket, since: int, second: int) -> expected.ExpectedIndex:
        """An index when all its members trade at what is expected of them at a second of the day."""
        known = self._known
        prices: dict[str, int] = {}
        volume = value = risen = fallen = 0
        for place, code in enumerate(basket.shares):
            base = known.exchange.quote(code).base_price
            price, quantity = self._expected_of(code, base, since, second)
            prices[code] = price
            volume, value = volume + quantity, value + price * quantity
            risen, fallen = risen + (price > base), fallen + (price < base)
            if place % _TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)
        return expected.ExpectedIndex(
            index=index,
            at=datetime.combine(known.day, time(), KST) + timedelta(seconds=second),
            level=basket.level(prices),
            base=basket.base,
            volume=volume,
            value=value,
            risen=risen,
            fallen=fallen,
            same=len(prices) - risen - fallen,
        )

    def _standing(self, listed: Listed, span: _Span) -> Listed:
        """An issue as if it stood at what is expected of it, with the quantity that is."""
        quote = listed.quote
        price, quantity = self._expected_of(quote.code, quote.base_price, span.start, span.last)
        return replace(listed, quote=quote._replace(last_price=price, volume=quantity))

    def _expected_of(self, code: str, base: int, since: int, second: int) -> tuple[int, int]:
        """Price and quantity at a second of a call; where nothing is expected the last price, and nothing."""
        found = self._known.tape.expectations.find(code, since, second)
        if found is None or not found.quantity:
            return self._known.tape.find_last(code, second) or base, 0
        return found.price, found.quantity


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
