"""/v1: what another Hoga asks, for which this bridge is a broker (`brokers/remote`).

It sees the account as the broker shows it: the broker's own numbers and its own list of orders. Its desk is a
client of the one here, which alone trades the account.
"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hoga import __version__
from hoga.application import Hoga
from hoga.clock import PacedClock
from hoga.domain.errors import BadInput
from hoga.domain.notices import number_key
from hoga.server.asked import known_code, means
from hoga.server.bodies import MOST
from hoga.server.guard import caller_of, needs
from hoga.server.v1 import YEAR, Answer, shown
from hoga.storage.bridge_tokens import Scope


def for_remotes(hoga: Hoga, answer: Answer) -> APIRouter:
    """The routes that another Hoga needs beside the rest."""
    conditions = [Depends(needs(Scope.READ)), Depends(means(hoga))]
    router = APIRouter(prefix="/v1", dependencies=conditions, tags=["다른 호가 / another Hoga"])

    @router.get(
        "/about",
        summary="이 브리지와 토큰의 권한 / whom one speaks to, and what the token may do",
        responses=shown({"about": {"version": "1.0", "broker": "KIS", "is_real": True, "scope": "trade"}}),
    )
    async def about(asked: Request) -> Response:
        clock = hoga.clock
        pace, is_running = (clock.pace, clock.is_running) if isinstance(clock, PacedClock) else (1.0, True)
        return answer(
            {
                "about": {
                    "version": __version__,
                    "broker": hoga.broker.name,
                    "account": hoga.account_number,
                    "holder": hoga.account_holder,
                    "prices": hoga.prices,
                    "is_real": hoga.is_real,
                    "session": hoga.session,
                    "day": hoga.day,
                    "scope": caller_of(asked).scope,
                    "now": clock.now(),
                    "pace": pace,
                    "is_running": is_running,
                }
            }
        )

    @router.get(
        "/buying-power",
        summary="주문가능금액 / won that may be ordered with",
        description="price 없이는 시장가. Without a price, for a market order.",
        responses=shown({"buying_power": 9_900_000}),
    )
    async def buying_power(code: str, price: Annotated[int | None, Query(ge=1, le=MOST)] = None) -> Response:
        return answer({"buying_power": await hoga.broker.buying_power(known_code(hoga, code), price)})

    @router.get(
        "/reports",
        summary="증권사의 주문 목록 / the broker's own list of orders",
        description=(
            "정정한 주문은 번호마다 한 줄. order_id 는 데스크의 것. A row for every number of a replaced "
            "order; `order_id` is that of the desk, null while it does not know the number."
        ),
        responses=shown({"reports": [{"order_id": "20261120-1", "report": {"remaining_quantity": 3}}]}),
    )
    async def reports(
        first: Annotated[date | None, Query(alias="from", description="YYYY-MM-DD")] = None,
        last: Annotated[date | None, Query(alias="to", description="YYYY-MM-DD")] = None,
    ) -> Response:
        until = hoga.day if last is None else min(last, hoga.day)
        since = until if first is None else first
        if not timedelta() <= until - since <= YEAR:
            raise BadInput(
                "from 은 to 보다 늦지 않아야 하고, 1년까지 조회할 수 있습니다.",
                "from must not be after to, and a year at most is told.",
            )
        listed = await hoga.broker.orders(since, until)
        ids = {
            number_key(number): order.order_id
            for order in hoga.desk.orders
            for number in order.broker_order_ids
        }
        found = [{"order_id": ids.get(number_key(each.broker_order_id)), "report": each} for each in listed]
        return answer({"reports": found})

    @router.get(
        "/valuations/{code}",
        summary="투자지표 / what the price means against the company",
        responses=shown({"valuation": {"code": "005930", "per": 12.3}}),
    )
    async def valuation(code: str) -> Response:
        return answer({"valuation": await hoga.research.valuation(known_code(hoga, code))})

    return router
