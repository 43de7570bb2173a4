"""What one side of the house may ask of the other. Twelve short promises.

Services (desk, strategies) and adapters (brokers, storage, clock, notify) never import each other; they meet
here. Times are KST instants, amounts won, quantities shares.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from hoga.domain.account import Account
from hoga.domain.bar import Bar, Interval
from hoga.domain.company import Company, Dividend
from hoga.domain.corporate_action import CorporateAction
from hoga.domain.credit import CreditDay
from hoga.domain.features import Features
from hoga.domain.flows import (
    FlowSpan,
    Holdings,
    InvestorFlows,
    MemberFlow,
    ProgramFlows,
    ShortSale,
    ShortSaleDay,
)
from hoga.domain.fund import Fund, FundValue
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Instrument
from hoga.domain.market_money import InterestRate, MarketFunds
from hoga.domain.notices import Answer, NeverTaken, Notice, OrderReport
from hoga.domain.opinion import Opinion
from hoga.domain.order import Order
from hoga.domain.petition import Petition
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.domain.ranking import RankFilter, ShortSaleRank
from hoga.domain.standing import Valuation
from hoga.domain.statement import Period, Statement
from hoga.domain.trading_state import TradingChanged
from hoga.domain.wake import Decision, View


class Clock(Protocol):
    """The time of the market that is traded in: the wall's, or a simulated one."""

    def now(self) -> datetime: ...

    def steady(self) -> datetime:
        """What `now()` would show if nobody had set the clock meanwhile: tells how long something took."""

    async def sleep_until(self, at: datetime) -> None:
        """Return when `now()` has reached `at`; at once if it already has."""

    async def sleep(self, span: timedelta) -> None:
        """Return when `span` has gone by, whatever the clock is set to meanwhile."""


class Broker(Protocol):
    """One account at one broker.

    `place`, `replace` and `cancel` send exactly once and always answer: taken, refused, or no answer that
    can be read. They raise `Unreachable` only when nothing can have left this machine. The readers raise
    `BrokerError` when they cannot read: emptiness is never used to mean failure.
    """

    @property
    def name(self) -> str: ...

    async def place(self, order: Order) -> Answer: ...

    async def replace(self, order: Order, price: int) -> Answer:
        """Give all that remains of `order` a new price. The answer carries the order's new number."""

    async def cancel(self, order: Order, quantity: int) -> Answer: ...

    async def account(self) -> Account: ...

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        """Won that may be ordered with (미수 없는 매수금액); `price` is None for a market order.

        With "" as the code it is that of the account (`Account.buying_power`). `for_order`: an order waits
        for the answer, so it goes before all that no order waits for.
        """

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        """All orders of the trading days from `first` to `last`, oldest first.

        Raises `NotKept` when the broker does not know one of these days any more.
        """

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        """Tell `callback` everything the broker pushes about the account's orders."""


class Receipts(Protocol):
    """What a broker offers beside when it knows every order by a key of ours."""

    def new_key(self) -> str:
        """A key that no order ever had. It is written down before the order is sent."""

    async def recall(self, order: Order) -> Answer | NeverTaken:
        """What became of an order without an answer. This is certain: no list need be searched for it.

        An order that did not come will not be taken later either. `NoAnswer` where the broker itself is still
        in doubt. Raises `BrokerError` when it cannot be asked.
        """


class MarketData(Protocol):
    """Prices. Raises `BadInput` for a code that does not exist, `BrokerError` when it cannot read."""

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        """Prices of the moment, by code. `for_order` is that of `Broker.buying_power`."""

    async def book(self, code: str) -> OrderBook: ...

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """Daily bars from `first` to `last`, oldest first; a running day is included."""

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        """Tell `callback` every trade of `codes` from now on. Replaces what was followed before.

        Where a broker streams only so many, what is held goes before the rest and the earlier codes before
        the later ones; of the others the price is told as often as it can be asked for (`Trade.is_polled`).
        """

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        """Tell `callback` the books of `codes` as they change. Replaces what was followed before."""


class Research(Protocol):
    """What is known of an issue beside its price. Lists are oldest first.

    Raises `BadInput` for a code that does not exist and for what the broker does not offer, `BrokerError`
    when it cannot read.
    """

    async def investors(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        """Trading by investor type; perhaps in few groups and of the last days only."""

    async def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSaleDay]: ...

    async def short_sale_ranking(self, chosen: RankFilter, span: str) -> Sequence[ShortSaleRank]:
        """What was sold short most over `span`, one of `domain.ranking.SPANS`."""

    async def valuation(self, code: str) -> Valuation: ...

    async def features(self, code: str) -> Features: ...

    async def minute_bars(self, code: str, first: date, last: date | None = None) -> Sequence[Bar]: ...

    async def bars(
        self, code: str, first: date, last: date, interval: Interval, *, is_adjusted: bool
    ) -> Sequence[Bar]:
        """Bars of days or longer; `is_adjusted` for splits and rights (수정주가)."""


class FlowStore(Protocol):
    """Investors in all groups as a broker told them, for hours in which it does not. It never raises."""

    def find(self, code: str) -> FlowSpan | None:
        """What was kept of an issue; None when nothing was, or it cannot be read."""

    def keep(self, code: str, span: FlowSpan) -> None:
        """Keep this instead of what was kept of the issue."""


class Journal(Protocol):
    """A history that is only ever appended to. Entries are dataclasses that the journal was made for."""

    def append(self, *entries: object) -> None:
        """Make `entries` durable, all or none, before returning. Raises `JournalError`."""

    def read(self) -> Sequence[object]:
        """Everything that was appended, oldest first. Raises `JournalError`."""


class Control(Protocol):
    """The switch of a desk, and what a person asks it to decide, kept where other processes reach it too."""

    def read(self) -> TradingChanged | None:
        """The change that holds; None when there never was one. Raises `JournalError`."""

    def history(self) -> Sequence[TradingChanged]:
        """All changes, oldest first. Raises `JournalError`."""

    def write(self, change: TradingChanged) -> None:
        """Make `change` durable before returning. Raises `JournalError`."""

    def petitions(self) -> Sequence[Petition]:
        """Every petition as it is now, oldest first. Raises `JournalError`."""

    def move(self, petition: Petition) -> bool:
        """Let a petition become this, durably; False when somebody was faster. Raises `JournalError`."""


class BarStore(Protocol):
    """Where the prices of a simulated day come from."""

    @property
    def source(self) -> str:
        """ "recorded" or "made"."""

    def instruments(self, day: date) -> Sequence[Instrument]: ...

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        """Minute bars of one day, oldest first; empty when the instrument did not trade."""

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """Daily bars from `first` to `last`, oldest first; only days that the store knows."""


class Facts(Protocol):
    """What an exchange cannot know by itself. None or an empty sequence means "not known", never zero.

    Sequences are oldest first and hold only days that are known, from `first` to `last`. Whatever is asked of
    a day is what could be known after that day.
    """

    @property
    def source(self) -> str:
        """ "made", "files", or "files and made": shown wherever these facts are."""

    def company(self, code: str, day: date) -> Company | None: ...

    def statements(self, code: str, day: date, period: Period) -> Sequence[Statement]:
        """The issuer's statements that were published by `day`."""

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        """Dividends whose record day is from `first` to `last`."""

    def actions(self, code: str, first: date, last: date) -> Sequence[CorporateAction]:
        """Corporate actions whose record day is from `first` to `last`."""

    def investor_flows(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]: ...

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]: ...

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        """All member firms by number; the whole day's volume."""

    def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSale]: ...

    def holdings(self, code: str, first: date, last: date) -> Sequence[Holdings]: ...

    def credit(self, code: str, first: date, last: date) -> Sequence[CreditDay]:
        """What was lent against an issue."""

    def opinions(self, code: str, first: date, last: date) -> Sequence[Opinion]:
        """What securities firms published from `first` to `last`."""

    def fund(self, code: str, day: date) -> Fund | None:
        """What a fund consists of; None for what is no fund, or is not known."""

    def fund_values(self, code: str, first: date, last: date) -> Sequence[FundValue]:
        """NAV after each day."""

    def basket(self, index: Index, day: date) -> Basket | None:
        """The members of an index on `day`, so that its level follows from their prices."""

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]: ...

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]: ...

    def market_funds(self, first: date, last: date) -> Sequence[MarketFunds]:
        """Money beside the whole market."""

    def interest_rates(self, first: date, last: date) -> Sequence[InterestRate]:
        """Rates by day; those of one day in any order."""


class Notifier(Protocol):
    """Tells the person. It never delays or stops trading."""

    def tell(self, message: str) -> None: ...


class Strategy(Protocol):
    """Decisions only: synchronous and deterministic. It never calls a broker and never asks the time."""

    @property
    def name(self) -> str: ...

    @property
    def codes(self) -> frozenset[str]:
        """The instruments whose quotes it wants in its view, beside what the account holds."""

    @property
    def history(self) -> int:
        """How many trading days of daily bars of `codes`, before today, it wants in its view."""

    def decide(self, view: View, at: datetime) -> Decision:
        """What to do now. Called when the desk opens and whenever a wake-up fires."""
