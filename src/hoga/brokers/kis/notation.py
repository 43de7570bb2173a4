"""How KIS writes changes, their signs and the phases of the day, in all messages alike."""

from collections.abc import Mapping
from typing import Protocol

from hoga.brokers.kis.codes import (
    PHASES,
    PhaseCodes,
    Sign,
)
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.quote import Quote
from hoga.krx.sessions import Phase


class Limits(Protocol):
    """Anything with a base price and its limits."""

    @property
    def base_price(self) -> int: ...

    @property
    def upper_limit(self) -> int: ...

    @property
    def lower_limit(self) -> int: ...


def sign(price: int, limits: Limits) -> Sign:
    """대비 부호 of a price against the base price and the limits."""
    if price == limits.upper_limit:
        return Sign.UPPER_LIMIT
    if price == limits.lower_limit:
        return Sign.LOWER_LIMIT
    return change_sign(price - limits.base_price)


def change_sign(change: int) -> Sign:
    """대비 부호 of a change where no limit matters."""
    if change > 0:
        return Sign.UP
    return Sign.DOWN if change < 0 else Sign.SAME


def rate(price: int, base_price: int) -> str:
    """전일 대비율 in percent."""
    return ratio_text(100 * (price - base_price), base_price, 2)


def codes_of(phase: Phase) -> PhaseCodes:
    """How KIS writes a phase of the day."""
    return PHASES.get(phase, PHASES[Phase.CLOSED])


def change(price: int, limits: Limits) -> Mapping[str, str]:
    """전일 대비, its sign and its rate, as nearly every block has them."""
    return {
        "prdy_vrss": str(price - limits.base_price),
        "prdy_vrss_sign": sign(price, limits),
        "prdy_ctrt": rate(price, limits.base_price),
    }


def priced(quote: Quote) -> Mapping[str, str]:
    """현재가 with its change and the volume of the day, as the rankings have them."""
    return {
        "stck_prpr": str(quote.last_price),
        "acml_vol": str(quote.volume),
        **change(quote.last_price, quote),
    }


def moved(bar: Bar, last: Bar | None, *, with_rate: bool = True) -> dict[str, str]:
    """The change of a day; nothing when the day before is not known."""
    if last is None:
        return {}
    found = {"prdy_vrss": str(bar.close - last.close), "prdy_vrss_sign": change_sign(bar.close - last.close)}
    return found | {"prdy_ctrt": rate(bar.close, last.close)} if with_rate else found


def hour_of(phase: Phase, *, in_call: bool) -> str:
    """시간 구분 of an issue; `in_call` says whether it gathers orders for an auction.

    One that does so while its market trades on, in a volatility interruption or after a halt, has its own.
    """
    hour = codes_of(phase).hour
    return OWN_CALL if in_call and hour == _TRADING else hour


def market_class(phase: Phase) -> str:
    """장 구분 (MARKET_CLS_CODE): 1 프리, 3 애프터, 5 종가, 2 정규.

    Only the four names are known, not which phases they are of.
    """
    return _MARKET_CLASSES.get(phase, "2")


_MARKET_CLASSES = {
    Phase.PRE: "1",
    Phase.AFTER_CALL: "3",
    Phase.AFTER: "3",
    Phase.AFTER_MARKET: "3",
    Phase.PRE_CLOSE_PRICE: "5",
    Phase.POST_INTAKE: "5",
    Phase.POST_CLOSE_PRICE: "5",
}
_TRADING = "0"
OWN_CALL = "C"
