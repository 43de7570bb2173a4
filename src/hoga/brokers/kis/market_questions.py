"""Questions to KIS about the whole market: rankings, indices, days and hours, interruptions.

But for `Access` and the calls, everything here is a value of the domain. But for the names of indices
none of it is offered on paper.
"""

from collections.abc import Sequence
from datetime import date

from hoga.brokers.kis import headlines, holidays, index_names, indices, interruptions, leaders, ranking
from hoga.brokers.kis.access import Access, check_period
from hoga.brokers.kis.download import download_archive
from hoga.brokers.kis.envelope import next_page, unreadable
from hoga.brokers.kis.master import unpacked
from hoga.brokers.kis.rest import checked
from hoga.domain.errors import BadInput
from hoga.domain.headline import Headline
from hoga.domain.index import Index, IndexName, IndexQuote
from hoga.domain.market_day import CalendarDay, MarketTime
from hoga.domain.quote import VolatilityInterruption
from hoga.domain.ranking import (
    EVERYTHING,
    ChangeOrder,
    ChangeRank,
    Rank,
    RankedBy,
    RankFilter,
    VolumeOrder,
    VolumeRank,
)


class MarketQuestions:
    """Rankings have thirty rows at most: KIS has no second page of them."""

    def __init__(self, access: Access, master_url: str) -> None:
        """`master_url` is where the master files lie."""
        self._access = access
        self._master_url = master_url

    async def volume_ranking(
        self, chosen: RankFilter = EVERYTHING, order: VolumeOrder = VolumeOrder.VOLUME
    ) -> Sequence[VolumeRank]:
        """거래량순위."""
        request = ranking.volume_ranking_request(chosen, order, self._access.environment)
        return await self._access.rest.ask(request, ranking.read_volume_ranking)

    async def change_ranking(
        self, chosen: RankFilter = EVERYTHING, order: ChangeOrder = ChangeOrder.RISE, days: int = 1
    ) -> Sequence[ChangeRank]:
        """등락률 순위, against the close of `days` trading days before."""
        if days < 1:
            raise BadInput(
                f"며칠 전과 비교할지는 1 이상이어야 합니다({days}).", f"{days} days: give 1 or more."
            )
        request = ranking.change_ranking_request(chosen, order, days, self._access.environment)
        return await self._access.rest.ask(request, ranking.read_change_ranking)

    async def ranking(self, by: RankedBy, chosen: RankFilter = EVERYTHING) -> Sequence[Rank]:
        """The first issues by one of the figures that are read alike."""
        request = leaders.ranking_request(by, chosen, self._access.environment)
        return await self._access.rest.ask(request, lambda reply: leaders.read_ranking(reply, by))

    async def index_names(self) -> Sequence[IndexName]:
        """The indices, sizes and industries that KIS has codes for (업종 코드), in its order.

        From a master file, on paper too. Raises `Unreachable`.
        """
        archive = await download_archive(self._master_url, index_names.FILE)
        return index_names.read_index_names(unpacked(index_names.FILE, archive))

    async def index(self, index: Index) -> IndexQuote:
        """업종 현재지수."""
        request = indices.index_price_request(index, self._access.environment)
        return await self._access.rest.ask(request, lambda reply: indices.read_index_price(reply, index))

    async def days(self, first: date, last: date) -> Sequence[CalendarDay]:
        """국내휴장일: every calendar day from `first` to `last`.

        KIS wants to be asked for this once a day; the calendar that Hoga keeps by itself is `krx.calendar`.
        """
        check_period(first, last)
        found: list[CalendarDay] = []
        request = holidays.holidays_request(first, self._access.environment)
        while True:
            reply = await self._access.rest.ask(request, checked)
            found += holidays.read_holidays(reply)
            following = next_page(request, reply)
            if following is None or (found and found[-1].day >= last):
                return [each for each in found if first <= each.day <= last]
            request = following

    async def time(self) -> MarketTime:
        """국내선물 영업일조회: KIS's clock, and the business days around today."""
        request = holidays.market_time_request(self._access.environment)
        return await self._access.rest.ask(request, holidays.read_market_time)

    async def headlines(self, code: str = "") -> Sequence[Headline]:
        """종합 시황·공시(제목): the newest forty titles, of one issue or of all, oldest first."""
        product = self._access.product(code) if code else ""
        request = headlines.headlines_request(product, self._access.environment)
        return await self._access.rest.ask(request, headlines.read_headlines)

    async def interruptions(
        self, day: date | None = None, code: str = ""
    ) -> Sequence[VolatilityInterruption]:
        """변동성완화장치(VI) 현황 of a day, else today: of one issue, or of all of them, oldest first."""
        product = self._access.product(code) if code else ""
        request = interruptions.interruptions_request(
            day or self._access.today, product, self._access.environment
        )
        found: Sequence[VolatilityInterruption] = ()
        while True:
            reply = await self._access.rest.ask(request, checked)
            joined = interruptions.joined_interruptions(found, interruptions.read_interruptions(reply))
            following = interruptions.next_interruptions(request, reply)
            if following is None:
                return joined
            if len(joined) == len(found):
                raise unreadable(reply, "the next page is this page again")
            found, request = joined, following
