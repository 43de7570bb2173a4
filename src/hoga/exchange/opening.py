"""What a day at the exchange starts from: the listed issues and the accounts as the day before left them."""

from dataclasses import dataclass, field
from datetime import date

from hoga.domain.instrument import Instrument
from hoga.exchange.records import OrderRecord
from hoga.exchange.results import Result
from hoga.krx import listing as first_day
from hoga.krx import volatility
from hoga.krx.limits import PriceLimits, price_limits, without_limits
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid
from hoga.krx.volatility import Group


@dataclass(frozen=True, slots=True)
class Listing:
    """An issue that trades today, with the base price (기준가) of the day.

    `previous_close` is what shares were worth the evening before; without one it is the base price. `group`
    decides the thresholds of the volatility interruption; without one it is taken from the kind of the issue.
    `is_expiry` says that a derivative on it trades for the last time today. `regime` makes it trade by call
    auctions only, `is_new` makes this its listing day (and the base price the offering price). `opens_within`
    is the range of the first price of a 시가기준가종목 (krx.listing.appraisal_range), which becomes its base;
    until then `base_price` is the appraisal price. What an issue is, is announced by KRX and cannot be
    computed.
    """

    instrument: Instrument
    base_price: int
    previous_close: int | None = field(default=None, kw_only=True)
    group: Group | None = field(default=None, kw_only=True)
    is_expiry: bool = field(default=False, kw_only=True)
    regime: Regime | None = field(default=None, kw_only=True)
    is_new: bool = field(default=False, kw_only=True)
    opens_within: PriceLimits | None = field(default=None, kw_only=True)
    is_on_nxt: bool = field(default=False, kw_only=True)
    is_suspended: bool = field(default=False, kw_only=True)
    """Whether it is halted from the beginning of the day."""
    is_halted: bool = field(default=False, kw_only=True)
    """Whether it was halted on an earlier day, and nobody has lifted that yet."""
    is_under_measures: bool = field(default=False, kw_only=True)
    is_under_warning: bool = field(default=False, kw_only=True)

    @property
    def closed_at(self) -> int:
        """The previous close."""
        return self.base_price if self.previous_close is None else self.previous_close

    @property
    def volatility_group(self) -> Group:
        instrument = self.instrument
        return self.group or volatility.group(instrument.kind, instrument.leverage)

    def finds_base(self, day: date) -> bool:
        """Whether the first price of the day becomes the base price."""
        instrument = self.instrument
        is_old_listing = self.is_new and first_day.opening_sets_base(instrument.market, instrument.kind, day)
        return self.opens_within is not None or is_old_listing

    def limits(self, day: date) -> PriceLimits:
        """Between which prices it trades; of one that finds its base, the first price."""
        instrument = self.instrument
        market, kind = instrument.market, instrument.kind
        if self.opens_within is not None:
            return self.opens_within
        if self.regime is Regime.DELISTING:
            return without_limits(grid(market, kind, day), self.base_price)
        return price_limits(
            market, kind, self.base_price, day, instrument.leverage, is_listing_day=self.is_new
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares that an account brings into the day. `cost` (매입금액) is won for all of them, without fees."""

    code: str
    quantity: int
    cost: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Won that an earlier day's trades bring (positive) or take (negative) on a later day."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class DueShares:
    """New shares that an account has a right to, and gets on the day of their listing."""

    code: str
    quantity: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An account as it enters the day.

    `deposit` is settled cash: settlements due today are in it already. `settlements` are due on later days.
    `past_orders` are records of earlier days, oldest first; nothing of them is alive. `past_results` are what
    those days have made of each issue, oldest first too. `due_shares` come on later days.
    """

    account: str
    deposit: int
    holdings: tuple[Holding, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    past_orders: tuple[OrderRecord, ...] = ()
    past_results: tuple[Result, ...] = ()
    due_shares: tuple[DueShares, ...] = ()
