"""The application object that every face holds, whatever it was put together from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta

from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.krx.fees import Commission
from hoga.ports import Broker, Clock, MarketData, Research
from hoga.trading.desk import Desk
from hoga.trading.runner import Runner
from hoga.trading.schedule import RunEvent, ScheduledRun

EARLIEST = date(2010, 10, 4)
"""Before this day there are no tick sizes in our tables, and no bars are asked for."""


class Hoga:
    """One account at one broker on one trading day.

    `prices` says where they come from: live, made or recorded. `commission` is what the account pays, as far
    as that is known. `notes` grow with everything that the person is told.
    `is_real` says whether real money is at stake: if in doubt, it is. `session` tells one simulated market
    from another one of the same day; "" at a broker.
    """

    def __init__(
        self,
        *,
        day: date,
        prices: str,
        broker: Broker,
        market: MarketData,
        desk: Desk,
        clock: Clock,
        instruments: Mapping[str, Instrument],
        account_number: str,
        commission: Commission,
        notes: Sequence[str],
        research: Research | None = None,
        calls_waiting: Callable[[], Awaitable[Mapping[str, int]]] | None = None,
        is_real: bool = True,
        session: str = "",
    ) -> None:
        self.day = day
        self.prices = prices
        self.broker = broker
        self.market = market
        self.desk = desk
        self.clock = clock
        self.instruments = instruments
        self.account_number = account_number
        self.account_holder: str | None = None
        self.commission = commission
        self.recovered: tuple[str, ...] = ()
        self.runners: Callable[[], Sequence[Runner]] = tuple
        """The strategies that work, or have worked, at the desk today."""
        self.scheduled: Callable[[], Sequence[tuple[ScheduledRun, RunEvent | None]]] = tuple
        """What this program begins by itself at this account, each with what became of it today."""
        self.notes = notes
        self.is_real = is_real
        self.session = session
        self._research = research
        self._calls_waiting = calls_waiting

    @property
    def research(self) -> Research:
        """What the broker knows beside prices. Raises `BadInput` when it knows nothing."""
        if self._research is None:
            raise BadInput(
                f"{self.broker.name} 은(는) 시세와 계좌만 알려 줍니다.",
                f"{self.broker.name} tells prices and the account only.",
            )
        return self._research

    async def calls_waiting(self) -> Mapping[str, int]:
        """How many calls to the broker wait for their turn, by kind; empty where there are no limits."""
        return {} if self._calls_waiting is None else await self._calls_waiting()

    async def last_daily_bars(self, code: str, last: date, count: int) -> Sequence[Bar]:
        """The `count` daily bars up to `last`, oldest first; fewer when there are no more."""
        bars: Sequence[Bar] = ()
        days = count * 2 + 14
        while True:
            before = len(bars)
            bars = await self.market.daily_bars(code, max(EARLIEST, last - timedelta(days=days)), last)
            if (
                len(bars) >= count
                or (before and len(bars) == before)
                or last - timedelta(days=days) < EARLIEST
            ):
                return bars[-count:]
            days *= 2
