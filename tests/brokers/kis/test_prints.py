"""Nothing is told twice, and no move is missed."""

from datetime import datetime, timedelta

from hoga.brokers.kis.prints import Prints
from hoga.domain.quote import Quote, Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST

AT = datetime(2026, 5, 6, 10, 0, tzinfo=KST)
PRINT = Trade("005930", AT, 70_000, 3, Side.BUY)


def quote(volume: int, price: int = 70_500, at: datetime = AT) -> Quote:
    return Quote(
        code="005930",
        name="",
        at=at,
        last_price=price,
        base_price=70_000,
        upper_limit=91_000,
        lower_limit=49_000,
        open=70_000 if volume else None,
        high=price,
        low=price,
        volume=volume,
        value=volume * price,
        ask=None,
        bid=None,
        ask_quantity=0,
        bid_quantity=0,
        total_ask_quantity=0,
        total_bid_quantity=0,
    )


def polled(quantity: int, price: int = 70_500, at: datetime = AT) -> Trade:
    return Trade("005930", at, price, quantity, None, is_polled=True)


def test_the_same_print_again_is_known() -> None:
    seen = Prints()
    assert seen.is_new(PRINT, 100)
    assert not seen.is_new(PRINT, 100)


def test_prints_that_only_look_the_same_are_two() -> None:
    seen = Prints()
    assert all(seen.is_new(PRINT, volume) for volume in (100, 103, 106))


def test_a_print_that_comes_late_is_new_and_known_when_it_comes_again() -> None:
    seen = Prints()
    assert seen.is_new(PRINT, 106)
    assert seen.is_new(PRINT, 103)
    assert not seen.is_new(PRINT, 103)
    assert not seen.is_new(PRINT, 106)


def test_prints_of_other_issues_are_others() -> None:
    seen = Prints()
    assert seen.is_new(PRINT, 100)
    assert seen.is_new(PRINT._replace(code="000660"), 100)


def test_a_new_connection_begins_anew() -> None:
    seen = Prints()
    assert seen.is_new(PRINT, 100)
    seen.begin()
    assert seen.is_new(PRINT, 100)
    assert seen.read(quote(100)) is None


def test_only_so_many_prints_are_remembered() -> None:
    seen = Prints()
    for volume in range(1_000):
        assert seen.is_new(PRINT, volume)
    assert not seen.is_new(PRINT, 999)
    assert len(seen._issues["005930"].recent) == 64


def test_a_reading_tells_what_has_traded_since() -> None:
    seen = Prints()
    seen.is_new(PRINT, 100)
    assert seen.read(quote(100)) is None
    assert seen.read(quote(140)) == polled(40)
    assert seen.read(quote(140)) is None


def test_a_reading_that_a_print_has_overtaken_tells_nothing() -> None:
    seen = Prints()
    seen.is_new(PRINT, 100)
    assert seen.read(quote(97)) is None
    assert seen.is_new(PRINT, 103)


def test_a_print_that_a_reading_has_overtaken_is_told() -> None:
    seen = Prints()
    seen.is_new(PRINT, 100)
    assert seen.read(quote(103)) == polled(3)
    assert seen.is_new(PRINT, 103)


def test_the_first_reading_tells_the_price_and_no_shares() -> None:
    seen = Prints()
    assert seen.read(quote(140)) == polled(0)
    assert seen.read(quote(150)) == polled(10)


def test_a_reading_before_the_first_trade_of_the_day_tells_nothing() -> None:
    assert Prints().read(quote(0)) is None


def test_another_day_counts_anew() -> None:
    seen = Prints()
    seen.is_new(PRINT, 1_000)
    tomorrow = AT + timedelta(days=1)
    assert seen.read(quote(10, at=tomorrow)) == polled(0, at=tomorrow)
    assert seen.is_new(PRINT._replace(at=tomorrow), 1_000)
    assert seen.read(quote(1_005, at=tomorrow)) == polled(5, at=tomorrow)


def test_what_is_followed_no_longer_is_forgotten() -> None:
    seen = Prints()
    seen.is_new(PRINT, 100)
    seen.keep({"000660"})
    assert seen.read(quote(140)) == polled(0)
