"""Questions to KIS about an account beyond what any broker promises. None of this is offered on paper.

Orders that KIS keeps for a morning (예약주문) are only looked at here: whoever is handed these questions must
not order. `KisClient` itself reserves.
"""

from collections.abc import Sequence
from datetime import date

from hoga.brokers.kis import account, profits, reserved
from hoga.brokers.kis.access import Access, check_period
from hoga.brokers.kis.envelope import Request
from hoga.brokers.kis.services import Call
from hoga.domain.notices import OpenOrder
from hoga.domain.profit import Assets, DayProfit, RealizedProfit, TradeProfit
from hoga.domain.reserved import ReservedOrder


class AccountQuestions:
    """Lists are whole, oldest first, whatever the pages of KIS."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def sellable(self, code: str) -> int:
        """매도가능수량: shares of an issue that no open sell holds."""
        access = self._access
        request = account.sellable_request(access.account, access.product(code), access.environment)
        return await access.rest.ask(request, account.read_sellable)

    async def open_orders(self) -> Sequence[OpenOrder]:
        """정정취소가능주문: what is open now, and how much of it may be replaced or cancelled."""
        request = account.revisables_request(self._access.account, self._access.environment)
        return account.read_revisables(await self._access.rest.pages(request), self._access.today)

    async def assets(self) -> Assets:
        """투자계좌자산현황."""
        request = account.assets_request(self._access.account, self._access.environment)
        return await self._access.rest.ask(request, account.read_assets)

    async def realized(self, *, with_costs: bool = False) -> RealizedProfit:
        """실현손익 of today; `with_costs` takes what selling would cost off the unrealised profit."""
        request = profits.realized_request(
            self._access.account, self._access.environment, with_costs=with_costs
        )
        return await self._access.rest.ask(
            request, lambda reply: profits.read_realized(reply, with_costs=with_costs)
        )

    async def day_profits(self, first: date, last: date, code: str = "") -> Sequence[DayProfit]:
        """기간별손익: one row for each day with trades, of all issues or of one."""
        request = self._profits(Call.DAY_PROFITS, first, last, code)
        return profits.read_day_profits(await self._access.rest.pages(request))

    async def trade_profits(self, first: date, last: date, code: str = "") -> Sequence[TradeProfit]:
        """기간별매매손익: one row for each issue on each day with trades."""
        request = self._profits(Call.TRADE_PROFITS, first, last, code)
        return profits.read_trade_profits(await self._access.rest.pages(request))

    async def reserved(self, first: date, last: date) -> Sequence[ReservedOrder]:
        """예약주문: what was reserved for the days from `first` to `last`."""
        check_period(first, last)
        request = reserved.reserved_request(self._access.account, first, last, self._access.environment)
        return reserved.read_reserved(await self._access.rest.pages(request))

    def _profits(self, call: Call, first: date, last: date, code: str) -> Request:
        check_period(first, last)
        access = self._access
        product = access.product(code) if code else ""
        return profits.profits_request(call, access.account, first, last, access.environment, product)
