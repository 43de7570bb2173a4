"""What answers the calls of the KIS face about what a customer keeps in KIS's own program (HTS).

An offline exchange has no such program. So that clients of it can be tried, every customer has one group of
issues (관심종목) and two searches (조건검색) here, whose names say that they are made up.
"""

from collections.abc import Mapping

from hoga.brokers.kis import saved
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.codes import QUOTES_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, needed
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.pressure import Expectation, Strength
from hoga.brokers.kis.register import Handler, Register
from hoga.brokers.kis.services import Call

_GROUP_CODE, _GROUP_NAME = "001", "모의 관심그룹"
_SEARCHES_NAME = "모의 조건검색"
_SEARCHES = {"0": "모의 조건: 거래대금 상위", "1": "모의 조건: 상승 종목"}
_RISEN = "1"
_MOST = 100
"""How many issues a search finds at KIS at most."""
_BEST = 30


class SavedCalls:
    """The calls about groups of issues and searches."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.WATCH_GROUPS: self._groups,
            Call.WATCH_GROUP: self._group,
            Call.SEARCHES: self._searches,
            Call.SEARCH: self._search,
        }

    async def _groups(self, request: Request, customer: Customer) -> Reply:
        if not _is_own(request, customer):
            return saved.no_groups_reply()
        count = len(await self._watched())
        return saved.groups_reply(_GROUP_CODE, _GROUP_NAME, self._known.now, count)

    async def _group(self, request: Request, customer: Customer) -> Reply:
        if not _is_own(request, customer) or needed(request.query, "INTER_GRP_CODE") != _GROUP_CODE:
            return saved.no_group_reply()
        return saved.group_reply(_GROUP_NAME, await self._watched())

    async def _searches(self, request: Request, customer: Customer) -> Reply:
        kept = _SEARCHES if _is_own(request, customer) else {}
        return saved.searches_reply(customer.hts_id, _SEARCHES_NAME, kept)

    async def _search(self, request: Request, customer: Customer) -> Reply:
        if not _is_own(request, customer):
            return saved.searches_reply(customer.hts_id, _SEARCHES_NAME, {})
        sequence = needed(request.query, "SEQ")
        found = await self._matching(sequence) if sequence in _SEARCHES else []
        return saved.search_reply([await self._found(each) for each in found])

    async def _watched(self) -> list[Listed]:
        """The issues that were worth most at the close before, as many as one call tells prices of."""
        return await self._known.largest(QUOTES_PER_CALL)

    async def _matching(self, sequence: str) -> list[Listed]:
        """What fulfils a condition now, most traded first."""
        found = [listed async for listed in self._known.everything()]
        found.sort(key=lambda each: (-each.quote.value, each.quote.code))
        if sequence != _RISEN:
            return found[:_BEST]
        return [each for each in found if each.quote.last_price > each.quote.base_price][:_MOST]

    async def _found(self, each: Listed) -> saved.Found:
        code = each.quote.code
        await self._known.learn_year(code)
        listed = self._known.find_known(code) or each
        return saved.Found(
            listed,
            Strength(listed, *self._known.tape.taken(code)),
            Expectation.of(listed, self._known.exchange.book(code)),
            self._known.volume_before(code),
        )


def _is_own(request: Request, customer: Customer) -> bool:
    return needed(request.query, "USER_ID") == customer.hts_id
