"""Made prices: lawful, continuous from day to day, the same for the same seed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from hoga.domain.bar import merge_bars
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.calendar import get_hours, previous_trading_day, trading_days
from hoga.krx.codes import is_code, isin
from hoga.krx.limits import price_limits
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import grid
from hoga.storage.made import CANDIDATES, FIRST_DAY, MadeBars
from hoga.storage.made_names import known_instruments

DAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)


def test_the_table_holds_about_forty_real_names_of_every_kind_that_is_needed() -> None:
    known = known_instruments()

    assert 40 <= len(known) <= 50
    assert all(
        is_code(code) and instrument.name and instrument.name_english for code, instrument in known.items()
    )
    assert known["005930"].name == "삼성전자"
    assert known["005935"].name_english == "Samsung Electronics (Preferred)"
    assert known["247540"].market is Market.KOSDAQ
    assert known["122630"].leverage == 2
    assert known["114800"].leverage == -1
    assert {instrument.kind for instrument in known.values()} == {Kind.STOCK, Kind.ETF}


def test_what_is_there_for_the_samples_alone_has_no_news() -> None:
    quiet = {"006220", "010950", "023460", "032640", "092070", "158430", "199480"} | {
        "265520",
        "308100",
        "417450",
        "419530",
        "440790",
        "462860",
    }
    store, day, told = MadeBars(3), DAY, set[str]()
    for _ in range(40):
        told |= {candidate.code for candidate in store.candidates(day)}
        day = previous_trading_day(day)

    assert quiet <= known_instruments().keys()
    assert not quiet & told


def test_the_same_seed_makes_the_same_day_whatever_was_asked_before() -> None:
    fresh = MadeBars(3)
    used = MadeBars(3)
    used.daily_bars("000660", date(2026, 10, 1), DAY)
    used.candidates(date(2026, 11, 19))

    assert fresh.minute_bars("005930", DAY) == used.minute_bars("005930", DAY)
    assert fresh.candidates(DAY) == used.candidates(DAY)


def test_another_seed_another_day_and_another_code_make_other_prices() -> None:
    closes = {
        tuple(bar.close for bar in MadeBars(seed).minute_bars(code, day))
        for seed in (1, 2)
        for code in ("005930", "005935")
        for day in (DAY, previous_trading_day(DAY))
    }

    assert len(closes) == 8


def test_prices_do_not_depend_on_the_machine() -> None:
    # Fixed once. If this fails, everybody's made days have changed: say so in the changelog.
    bars = MadeBars(1).minute_bars("005930", DAY)

    assert [
        (bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in (bars[0], bars[200], bars[-1])
    ] == [
        (72_800, 72_800, 72_800, 72_800, 386_694),
        (73_800, 73_900, 73_800, 73_800, 9_453),
        (74_700, 74_700, 74_700, 74_700, 1_169_216),
    ]


@pytest.mark.parametrize(
    "day",
    [
        DAY,
        date(2026, 11, 19),
        date(2026, 1, 2),
        date(2023, 1, 20),
        date(2023, 1, 25),
        date(2016, 7, 29),
        FIRST_DAY,
    ],
    ids=[
        "ordinary",
        "exam day",
        "first day of the year",
        "last day of the old ticks",
        "first day of the new ticks",
        "last day that closed at 15:00",
        "first made day",
    ],
)
def test_a_made_day_is_lawful_and_complete(day: date) -> None:
    store = MadeBars(5)
    hours = get_hours(day)
    _, continuous, call = regular_session(day)
    for instrument in store.instruments(day):
        bars = store.minute_bars(instrument.code, day)
        ticks = grid(instrument.market, instrument.kind, day)
        base = store.base_price(instrument.code, day)
        limits = price_limits(instrument.market, instrument.kind, base, day, leverage=instrument.leverage)
        assert ticks.is_on(base)
        assert [bar.at for bar in bars[:-1]] == [
            hours.open + n * MINUTE for n in range((continuous.end - continuous.start) // MINUTE)
        ]
        assert bars[-1].at == call.end == hours.close
        assert bars[-1].open == bars[-1].high == bars[-1].low == bars[-1].close
        for bar in bars:
            assert all(ticks.is_on(price) for price in (bar.open, bar.high, bar.low, bar.close))
            assert limits.lower <= bar.low <= min(bar.open, bar.close)
            assert max(bar.open, bar.close) <= bar.high <= limits.upper
            assert bar.volume >= 4
            assert bar.low * bar.volume <= bar.value <= bar.high * bar.volume


def test_a_day_starts_from_the_close_of_the_day_before() -> None:
    store = MadeBars(2)
    days = trading_days(date(2026, 10, 1), DAY)
    for instrument in store.instruments(DAY):
        ticks = grid(instrument.market, instrument.kind, DAY)
        for yesterday, today in pairwise(days):
            close = store.minute_bars(instrument.code, yesterday)[-1].close
            assert store.base_price(instrument.code, today) == ticks.ceil(close)


def test_a_close_off_the_next_day_s_grid_is_raised_to_it() -> None:
    # The tick sizes changed on 2023-01-25; those of KOSDAQ stocks above 200,000 won rose from 100 to 500 won.
    store = MadeBars(2)
    day = date(2023, 1, 25)
    for instrument in store.instruments(day):
        base = store.base_price(instrument.code, day)
        close = store.minute_bars(instrument.code, previous_trading_day(day))[-1].close
        ticks = grid(instrument.market, instrument.kind, day)
        assert base == ticks.ceil(close)


@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_closes_stays_lawful_and_moves_like_korean_stocks(seed: int) -> None:
    store = MadeBars(seed)
    days = trading_days(date(2025, 7, 1), date(2026, 6, 30))
    for instrument in store.instruments(DAY):
        bases = [store.base_price(instrument.code, day) for day in days]
        changes = [after / before - 1 for before, after in pairwise(bases)]
        most = 0.29 * max(abs(float(instrument.leverage)), 1)
        deviation = (sum(change * change for change in changes) / len(changes)) ** 0.5
        assert max(abs(change) for change in changes) < most
        if instrument.kind is Kind.STOCK:
            assert 0.008 < deviation < 0.035
        assert 0.4 < min(bases) / bases[0] < max(bases) / bases[0] < 2.5


def test_the_leveraged_fund_goes_twice_as_far_and_the_inverse_one_the_other_way() -> None:
    store = MadeBars(4)
    days = trading_days(date(2026, 1, 2), date(2026, 6, 30))

    def changes(code: str) -> list[float]:
        bases = [store.base_price(code, day) for day in days]
        return [after / before - 1 for before, after in pairwise(bases)]

    plain = changes("069500")
    square = sum(change * change for change in plain)
    twice = sum(a * b for a, b in zip(plain, changes("122630"), strict=True)) / square
    inverse = sum(a * b for a, b in zip(plain, changes("114800"), strict=True)) / square
    assert 1.6 < twice < 2.4
    assert -1.2 < inverse < -0.8


def test_volume_smiles() -> None:
    store = MadeBars(1)
    early = middle = late = 0
    for instrument in store.instruments(DAY):
        bars = store.minute_bars(instrument.code, DAY)
        early += sum(bar.volume for bar in bars[:30])
        middle += sum(bar.volume for bar in bars[175:205])
        late += sum(bar.volume for bar in bars[350:380])

    assert early > 2 * middle
    assert late > 1.3 * middle


def test_a_few_names_jump_within_minutes() -> None:
    store = MadeBars(1)
    jumps = []
    for day in trading_days(date(2026, 11, 2), DAY):
        for instrument in store.instruments(day):
            if instrument.kind is Kind.STOCK:
                closes = [bar.close for bar in store.minute_bars(instrument.code, day)[5:-1]]
                jumps.append(
                    max(abs(after / before - 1) for before, after in zip(closes, closes[8:], strict=False))
                )

    share = sum(jump > 0.025 for jump in jumps) / len(jumps)
    assert 0.03 < share < 0.25
    assert max(jumps) < 0.12


def test_daily_bars_are_what_the_minutes_add_up_to() -> None:
    store = MadeBars(1)
    first = date(2026, 11, 12)

    daily = store.daily_bars("035420", first, DAY)

    assert [bar.at.date() for bar in daily] == list(trading_days(first, DAY))
    assert list(daily) == [merge_bars(store.minute_bars("035420", bar.at.date())) for bar in daily]


def test_daily_bars_begin_with_the_first_made_day() -> None:
    store = MadeBars(1)

    assert store.daily_bars("005930", date(2015, 6, 1), FIRST_DAY)[0].at.date() == FIRST_DAY
    assert store.daily_bars("005930", date(2012, 1, 1), date(2012, 12, 31)) == ()


def test_candidates_are_stocks_with_their_previous_close_and_some_have_news() -> None:
    store = MadeBars(1)

    candidates = store.candidates(DAY)

    assert len(candidates) == len({each.code for each in candidates}) == CANDIDATES
    for candidate in candidates:
        instrument = known_instruments()[candidate.code]
        assert instrument.kind is Kind.STOCK
        assert candidate.name == instrument.name
        assert candidate.reference == store.base_price(candidate.code, DAY)
    moves = []
    for candidate in candidates:
        closes = [bar.close for bar in store.minute_bars(candidate.code, DAY)]
        moves.append(max(abs(after / before - 1) for before, after in zip(closes, closes[10:], strict=False)))
    assert max(moves) > 0.02


def test_made_prices_say_that_they_are_made() -> None:
    store = MadeBars(42)

    assert store.source == "made"
    assert "42" in store.notes(DAY)[0]
    assert "실제 시세가 아닙니다" in store.notes(DAY)[0]
    assert "not real prices" in store.notes(DAY)[0]


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 11, 21), "2026-11-21"),
        (date(2026, 12, 25), "2026-12-25"),
        (date(2015, 6, 12), "2015-06-15"),
    ],
    ids=["Saturday", "Christmas", "before the price limit of 30 %"],
)
def test_a_day_that_cannot_be_made_is_refused(day: date, names: str) -> None:
    store = MadeBars(1)

    for ask in (store.instruments, store.candidates, store.notes):
        with pytest.raises(BadInput, match=names):
            ask(day)
    with pytest.raises(BadInput, match=names):
        store.minute_bars("005930", day)
    with pytest.raises(BadInput, match=names):
        store.base_price("005930", day)


def test_an_unknown_code_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(BadInput, match=r"000001.*005930"):
        MadeBars(1).minute_bars("000001", DAY)
    with pytest.raises(BadInput, match=r"0004U0.*005930.*0001U0 ~ 0003U0"):
        MadeBars(1, invented=3).minute_bars("0004U0", DAY)


def test_invented_issues_trade_beside_the_real_names_and_change_nothing_about_them() -> None:
    few, many = MadeBars(1), MadeBars(1, invented=300)
    for day in trading_days(date(2026, 11, 16), DAY):
        for code in ("005930", "000660", "247540", "069500"):
            assert few.minute_bars(code, day) == many.minute_bars(code, day)
        assert few.candidates(day) == many.candidates(day)
    assert len(many.instruments(DAY)) == len(known_instruments()) + 300
    codes = [instrument.code for instrument in many.instruments(DAY)]
    assert codes == sorted(set(codes))


def test_an_invented_issue_says_so_and_its_days_are_lawful() -> None:
    store = MadeBars(6, invented=60)
    invented = [each for each in store.instruments(DAY) if each.code not in known_instruments()]
    assert [each.name for each in invented] == [f"가상종목 {number:04}" for number in range(1, 61)]
    assert {each.market for each in invented} == {Market.KOSPI, Market.KOSDAQ}
    for instrument in invented:
        assert is_code(instrument.code)
        assert instrument.code[4] == "U"
        assert len(isin(instrument.code)) == 12
        ticks = grid(instrument.market, instrument.kind, DAY)
        base = store.base_price(instrument.code, DAY)
        limits = price_limits(instrument.market, instrument.kind, base, DAY)
        bars = store.minute_bars(instrument.code, DAY)
        assert all(limits.lower <= bar.low <= bar.high <= limits.upper for bar in bars)
        assert all(ticks.is_on(price) for bar in bars for price in (bar.open, bar.high, bar.low, bar.close))
        assert sum(bar.volume for bar in bars) < instrument.listed_shares


def test_the_largest_stocks_are_on_nxt_and_funds_are_not() -> None:
    store = MadeBars(1, invented=900)
    stocks = [each for each in store.instruments(DAY) if each.kind is Kind.STOCK]
    worth = {each.code: store.base_price(each.code, DAY) * each.listed_shares for each in stocks}

    on_nxt = store.nxt_codes(DAY)
    assert len(on_nxt) == 700
    assert "005930" in on_nxt
    assert on_nxt <= worth.keys()
    beside = worth.keys() - on_nxt
    assert sum(worth[code] for code in on_nxt) / 700 > 3 * sum(worth[code] for code in beside) / len(beside)
    assert {each.market for each in stocks if each.code in on_nxt} == set(Market) & {
        Market.KOSPI,
        Market.KOSDAQ,
    }


@pytest.mark.parametrize(
    ("day", "count"), [(date(2025, 2, 28), 0), (date(2025, 3, 4), 10), (date(2025, 3, 31), 800)]
)
def test_nxt_began_with_ten_issues(day: date, count: int) -> None:
    assert len(MadeBars(1, invented=1_100).nxt_codes(day)) == count


def test_the_smallest_issues_are_not_on_nxt_so_that_they_have_an_evening() -> None:
    store = MadeBars(1)
    small = {"023460", "199480"}
    assert not store.nxt_codes(DAY) & small
    assert store.nxt_codes(DAY, 0) - store.nxt_codes(DAY) >= small


@pytest.mark.parametrize("count", [-1, 5000])
def test_more_invented_issues_than_there_are_codes_are_refused(count: int) -> None:
    with pytest.raises(BadInput, match="4999"):
        MadeBars(1, invented=count)


def test_every_made_issue_has_shares_that_a_day_s_trade_does_not_exhaust() -> None:
    store = MadeBars(1)
    for instrument in store.instruments(DAY):
        assert (
            sum(bar.volume for bar in store.minute_bars(instrument.code, DAY)) < instrument.listed_shares / 5
        )
