"""A file of recorded bars: what it gives, what is assumed, and how every mistake in it is named."""

import gzip
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.domain.zone import KST
from hoga.krx.limits import price_limits
from hoga.storage.bars import COLUMNS, Doubt, RecordedBars

DAY = date(2025, 11, 14)
YESTERDAY = date(2025, 11, 13)
LONG_BEFORE = date(2025, 11, 7)
HEADING = ",".join(COLUMNS)
RECORDED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "minute"

Row = tuple[str, int, int, int, int, int, int, int, int]

ROWS: list[Row] = [
    ("005930", 20251114, 900, 70_000, 70_500, 69_900, 70_100, 100, 7_010_000),
    ("005930", 20251114, 901, 70_100, 70_200, 70_000, 70_200, 50, 10_515_000),
    ("005930", 20251114, 1530, 70_300, 70_300, 70_300, 70_300, 30, 12_624_000),
]
BEFORE: list[Row] = [
    ("005930", 20251113, 1000, 69_000, 69_500, 68_900, 69_400, 10, 690_000),
    ("005930", 20251113, 1630, 69_600, 69_600, 69_600, 69_600, 10, 1_386_000),
]


def csv_text(rows: Sequence[Sequence[object]], heading: str = HEADING) -> str:
    return "\n".join([heading, *(",".join(str(cell) for cell in row) for row in rows)]) + "\n"


def csv_file(folder: Path, rows: Sequence[Sequence[object]], heading: str = HEADING) -> Path:
    path = folder / "bars.csv"
    path.write_text(csv_text(rows, heading), encoding="utf-8")
    return path


def parquet_file(folder: Path, rows: Sequence[Row]) -> Path:
    path = folder / "bars.parquet"
    pl.DataFrame(rows, schema=list(COLUMNS), orient="row").write_parquet(path)
    return path


def changed(row: Row, **cells: object) -> tuple[object, ...]:
    """`row` with other cells, by column."""
    return tuple(cells.get(column, cell) for column, cell in zip(COLUMNS, row, strict=True))


def at(hour: int, minute: int, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KST)


def refusal(path: Path) -> str:
    """Both sentences of why the file cannot be used."""
    with pytest.raises(BadInput) as caught:
        RecordedBars(path)
    assert str(path) in caught.value.korean
    assert str(path) in caught.value.english
    return str(caught.value)


# What a good file gives


@pytest.fixture(params=["csv", "csv.gz", "CSV", "parquet"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordedBars:
    rows = [*ROWS, *BEFORE]
    path = tmp_path / f"bars.{request.param}"
    if request.param == "parquet":
        path = parquet_file(tmp_path, rows)
    elif request.param == "csv.gz":
        path.write_bytes(gzip.compress(csv_text(rows).encode()))
    else:
        path.write_text(csv_text(rows), encoding="utf-8")
    return RecordedBars(path)


def test_every_kind_of_file_gives_the_same_bars(store: RecordedBars) -> None:
    assert store.source == "recorded"
    assert store.days() == (YESTERDAY, DAY)
    assert store.minute_bars("005930", DAY) == (
        Bar("005930", at(9, 0), 70_000, 70_500, 69_900, 70_100, 100, 7_010_000),
        Bar("005930", at(9, 1), 70_100, 70_200, 70_000, 70_200, 50, 3_505_000),
        Bar("005930", at(15, 30), 70_300, 70_300, 70_300, 70_300, 30, 2_109_000),
    )


def test_daily_bars_are_made_of_the_minutes(store: RecordedBars) -> None:
    assert store.daily_bars("005930", YESTERDAY, DAY) == (
        Bar("005930", at(10, 0, YESTERDAY), 69_000, 69_600, 68_900, 69_600, 20, 1_386_000),
        Bar("005930", at(9, 0), 70_000, 70_500, 69_900, 70_300, 180, 12_624_000),
    )
    assert len(store.daily_bars("005930", DAY, DAY)) == 1
    assert store.daily_bars("000660", YESTERDAY, DAY) == ()


def test_the_base_price_is_the_recorded_close_of_the_trading_day_before(store: RecordedBars) -> None:
    assert store.base_price("005930", DAY) == 69_600
    assert store.assumed_base_prices(DAY) == frozenset()


def test_a_known_code_has_its_name_and_an_unknown_one_its_code_and_a_note(tmp_path: Path) -> None:
    unknown = [changed(row, code="0126Z0") for row in ROWS]
    store = RecordedBars(csv_file(tmp_path, [*ROWS, *unknown]))

    samsung, other = store.instruments(DAY)
    assert (samsung.code, samsung.name) == ("005930", "삼성전자")
    assert (other.code, other.name, other.market, other.kind) == (
        "0126Z0",
        "0126Z0",
        Market.KOSPI,
        Kind.STOCK,
    )
    assert store.assumptions(DAY)[Doubt.MARKET] == ("0126Z0",)
    assert any("0126Z0" in note and "KOSPI" in note for note in store.notes(DAY))


def test_rows_may_stand_in_any_order_and_further_columns_are_ignored(tmp_path: Path) -> None:
    shuffled = [(*row, "x") for row in reversed(ROWS)]
    store = RecordedBars(csv_file(tmp_path, shuffled, HEADING + ",note"))

    assert [bar.at for bar in store.minute_bars("005930", DAY)] == [at(9, 0), at(9, 1), at(15, 30)]


def test_a_recording_that_begins_late_does_not_count_what_it_missed(tmp_path: Path) -> None:
    late = changed(ROWS[1], cum_amount=900_000_000)
    store = RecordedBars(csv_file(tmp_path, [late]))

    bar = store.minute_bars("005930", DAY)[0]
    assert bar.low * bar.volume <= bar.value <= bar.high * bar.volume


def test_a_day_that_the_file_lacks_is_refused_with_the_days_that_it_has(store: RecordedBars) -> None:
    for ask in (store.instruments, store.notes, store.candidates, store.assumptions):
        with pytest.raises(BadInput, match=r"no bars on 2025-11-12.*2025-11-13, 2025-11-14"):
            ask(date(2025, 11, 12))


def test_a_day_without_trading_is_refused_even_if_the_file_has_it(tmp_path: Path) -> None:
    saturday = [changed(row, date=20251115) for row in ROWS]
    store = RecordedBars(csv_file(tmp_path, saturday))

    with pytest.raises(BadInput, match="2025-11-15"):
        store.instruments(date(2025, 11, 15))


def test_an_issue_that_the_day_lacks_has_no_bars_and_no_base_price(store: RecordedBars) -> None:
    assert store.minute_bars("000660", DAY) == ()
    with pytest.raises(BadInput, match="no instrument 000660 on 2025-11-14"):
        store.base_price("000660", DAY)


# What is assumed


def test_without_the_day_before_the_opening_price_is_the_base_and_said_to_be(tmp_path: Path) -> None:
    store = RecordedBars(csv_file(tmp_path, ROWS))

    assert store.base_price("005930", DAY) == 70_000
    assert store.assumed_base_prices(DAY) == {"005930"}
    assert store.assumptions(DAY)[Doubt.BASE_IS_OPEN] == ("005930",)
    assert any("005930" in note and "시가를 기준가로" in note for note in store.notes(DAY))


def test_an_earlier_day_that_is_not_the_trading_day_before_gives_no_base(tmp_path: Path) -> None:
    earlier = [changed(row, date=20251107) for row in BEFORE]
    store = RecordedBars(csv_file(tmp_path, [*ROWS, *earlier]))

    assert store.days() == (LONG_BEFORE, DAY)
    assert store.assumptions(DAY)[Doubt.BASE_IS_OPEN] == ("005930",)


def test_a_day_before_that_stops_early_gives_its_last_price_and_is_said_to(tmp_path: Path) -> None:
    store = RecordedBars(csv_file(tmp_path, [*ROWS, BEFORE[0]]))

    assert store.base_price("005930", DAY) == 69_400
    assert store.assumptions(DAY)[Doubt.BASE_IS_LAST_PRICE] == ("005930",)


def test_a_close_between_two_ticks_is_raised_to_the_grid(tmp_path: Path) -> None:
    half = changed(BEFORE[1], open=69_650, high=69_650, low=69_650, close=69_650)
    store = RecordedBars(csv_file(tmp_path, [*ROWS, BEFORE[0], half]))

    assert store.base_price("005930", DAY) == 69_700


def test_a_close_that_the_day_could_not_have_come_from_gives_way_to_the_open(tmp_path: Path) -> None:
    # A split between the days, say.
    split = [changed(row, open=700_000, high=700_000, low=700_000, close=700_000) for row in BEFORE]
    store = RecordedBars(csv_file(tmp_path, [*ROWS, *split]))

    assert store.base_price("005930", DAY) == 70_000
    assert store.assumptions(DAY)[Doubt.BASE_IS_OPEN] == ("005930",)


def test_a_day_too_wide_for_its_open_starts_from_the_middle_of_its_range(tmp_path: Path) -> None:
    wide = [ROWS[0], changed(ROWS[1], high=95_000, close=95_000)]
    store = RecordedBars(csv_file(tmp_path, wide))

    base = store.base_price("005930", DAY)
    limits = price_limits(Market.KOSPI, Kind.STOCK, base, DAY)
    assert limits.lower <= 69_900
    assert limits.upper >= 95_000
    assert store.assumptions(DAY)[Doubt.BASE_IS_MIDDLE] == ("005930",)


def test_a_day_too_wide_for_any_base_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    impossible = [ROWS[0], changed(ROWS[1], high=200_000, close=200_000)]
    other = [changed(row, code="000660") for row in ROWS]
    store = RecordedBars(csv_file(tmp_path, [*impossible, *other]))

    assert [instrument.code for instrument in store.instruments(DAY)] == ["000660"]
    assert store.assumptions(DAY)[Doubt.NO_BASE] == ("005930",)
    assert any("005930" in note and "left out" in note for note in store.notes(DAY))


def test_an_issue_without_a_trade_is_left_out(tmp_path: Path) -> None:
    halted = changed(ROWS[0], code="000660", volume=0, cum_amount=0)
    store = RecordedBars(csv_file(tmp_path, [*ROWS, halted]))

    assert [instrument.code for instrument in store.instruments(DAY)] == ["005930"]
    assert store.assumptions(DAY)[Doubt.NOT_TRADED] == ("000660",)


def test_prices_on_the_five_won_grid_make_an_etf(tmp_path: Path) -> None:
    fund = [
        ("487240", 20251114, 900 + n, 20_005 + 5 * n, 20_015 + 5 * n, 20_000, 20_010 + 5 * n, 9, 10**7 + n)
        for n in range(9)
    ]
    store = RecordedBars(csv_file(tmp_path, fund))

    assert store.instruments(DAY)[0].kind is Kind.ETF
    assert store.assumptions(DAY)[Doubt.KIND] == ("487240",)


def test_a_few_midpoint_prices_do_not_make_a_stock_an_etf(tmp_path: Path) -> None:
    stock = [
        ("487240", 20251114, 900 + n, 20_050, 20_100, 20_000, 20_025 if n == 3 else 20_050, 9, 10**7 + n)
        for n in range(9)
    ]

    assert RecordedBars(csv_file(tmp_path, stock)).instruments(DAY)[0].kind is Kind.STOCK


def test_bars_outside_the_regular_session_are_not_used_and_said_so(tmp_path: Path) -> None:
    evening = changed(ROWS[2], time=1610, cum_amount=99_000_000)
    early = changed(ROWS[0], time=830, cum_amount=0, volume=0)
    store = RecordedBars(csv_file(tmp_path, [early, *ROWS, evening]))

    assert [bar.at for bar in store.minute_bars("005930", DAY)] == [at(9, 0), at(9, 1), at(15, 30)]
    assert store.assumptions(DAY)[Doubt.HOURS] == ("005930",)


def test_a_closing_auction_put_off_by_an_interruption_is_still_the_close(tmp_path: Path) -> None:
    late = changed(ROWS[2], time=1532)
    store = RecordedBars(csv_file(tmp_path, [*ROWS[:2], late]))

    assert store.minute_bars("005930", DAY)[-1].at == at(15, 32)


def test_an_exam_day_has_its_own_hours(store: RecordedBars) -> None:
    assert [bar.at for bar in store.minute_bars("005930", YESTERDAY)] == [
        at(10, 0, YESTERDAY),
        at(16, 30, YESTERDAY),
    ]


def test_candidates_are_the_stocks_that_traded_for_most_the_day_before(tmp_path: Path) -> None:
    codes = ["000660", "005380", "005490", "012330", "035420", "051910", "069500"]
    rows = []
    for rank, code in enumerate(codes):
        rows += [changed(row, code=code) for row in ROWS]
        # The last one, an ETF, trades for most.
        rows.append(changed(BEFORE[0], code=code, volume=100 * (rank + 1), cum_amount=6_900_000 * (rank + 1)))
    store = RecordedBars(csv_file(tmp_path, rows))

    candidates = store.candidates(DAY)

    assert [each.code for each in candidates] == ["005380", "005490", "012330", "035420", "051910"]
    assert all(each.reference == store.base_price(each.code, DAY) for each in candidates)


def test_many_codes_of_one_assumption_are_shortened_in_the_notes(tmp_path: Path) -> None:
    rows = [changed(ROWS[0], code=f"{n:05d}5") for n in range(100, 130)]
    store = RecordedBars(csv_file(tmp_path, rows))

    note = next(note for note in store.notes(DAY) if "시가를 기준가로" in note)
    assert note.endswith("... (30)")
    assert "001095" in note
    assert "001295" not in note


# What is wrong with a file


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nothing.parquet")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "bars.csv"
    folder.mkdir()
    assert "no such file" in refusal(folder)


def test_another_kind_of_file_is_refused_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "bars.xlsx"
    path.write_bytes(b"PK")
    assert ".parquet, .csv or .csv.gz" in refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("bars.parquet", b"PAR1 and nothing more", "Parquet"),
        ("bars.parquet", b"", "Parquet"),
        ("bars.csv", b"", "CSV"),
        ("bars.csv.gz", b"\x1f\x8b\x08 not gzip", "CSV"),
        ("bars.csv", b"code,date\n1\n2,3,4,5\n", "CSV"),
    ],
)
def test_an_unreadable_file_is_refused(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert f"cannot be read as {kind}" in refusal(path)


def test_a_parquet_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, ROWS)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cannot be read as Parquet" in refusal(path)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert "no bars at all" in refusal(csv_file(tmp_path, []))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = csv_file(tmp_path, ROWS, HEADING.replace(column, "other"))
    assert f"missing column {column};" in refusal(path)


def test_codes_that_were_saved_as_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row").with_columns(
        pl.col("code").cast(pl.Int64)
    ).write_parquet(path)
    assert "column code must be text" in refusal(path)


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    frame = pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row")
    frame.with_columns(pl.col("close").cast(pl.Float64)).write_parquet(path)
    assert "column close must hold whole numbers, not Float64" in refusal(path)


@pytest.mark.parametrize(
    ("row", "cells", "column", "words"),
    [
        (1, {"code": "5930"}, "code", "six-character code: '5930'"),
        (1, {"code": ""}, "code", "six-character code"),
        (1, {"date": 20251399}, "date", "not a date YYYYMMDD"),
        (1, {"date": 10**15}, "date", "not a date YYYYMMDD"),
        (1, {"date": "2025-11-14"}, "date", "not a whole number"),
        (1, {"time": 2460}, "time", "not a time HHMM"),
        (1, {"time": -1}, "time", "not a time HHMM"),
        (1, {"open": "70100.5"}, "open", "not a whole number"),
        (1, {"volume": ""}, "volume", "not a whole number"),
        (1, {"low": 0}, "low", "above 0"),
        (1, {"high": 69_000}, "high", "below the low"),
        (1, {"open": 70_300}, "open", "between the low and the high"),
        (1, {"close": 69_000}, "close", "between the low and the high"),
        (1, {"volume": -1}, "volume", "negative"),
        (0, {"cum_amount": -5}, "cum_amount", "negative"),
        (1, {"cum_amount": 7_000_000}, "cum_amount", "less than in the bar before"),
        (1, {"time": 900}, "time", "second bar of the same code, date and time"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(
    tmp_path: Path, row: int, cells: dict[str, object], column: str, words: str
) -> None:
    rows: list[Sequence[object]] = list(ROWS)
    rows[row] = changed(ROWS[row], **cells)

    told = refusal(csv_file(tmp_path, rows))

    assert f"row {row + 2}, column {column}" in told
    assert f"{row + 2}행 열 {column}" in told
    assert words in told


def test_rows_of_a_parquet_file_are_counted_from_one(tmp_path: Path) -> None:
    bad = (*ROWS[1][:6], 70_900, *ROWS[1][7:])
    assert "row 2, column close" in refusal(parquet_file(tmp_path, [ROWS[0], bad, ROWS[2]]))


# Real records


def test_real_records_are_read_and_their_odd_days_are_told() -> None:
    path = RECORDED / "kis_1min_2025-11.parquet"
    if not path.exists():
        pytest.skip("recorded bars are not here: ../shared/data/minute/kis_1min_2025-11.parquet")
    store = RecordedBars(path)

    instruments = store.instruments(DAY)
    assert len(instruments) > 20
    assert YESTERDAY in store.days()
    for instrument in instruments:
        bars = store.minute_bars(instrument.code, DAY)
        limits = price_limits(instrument.market, instrument.kind, store.base_price(instrument.code, DAY), DAY)
        assert all(limits.lower <= bar.low <= bar.high <= limits.upper for bar in bars)
    # KoAct 바이오헬스케어액티브 and TIMEFOLIO K바이오액티브; no other fund is in this day.
    assert [instrument.code for instrument in instruments if instrument.kind is Kind.ETF] == [
        "462900",
        "463050",
    ]


def test_plain_text_and_parquet_hold_the_same_records() -> None:
    text = RECORDED / "kis_1min_selected_symbols.csv.gz"
    columns = RECORDED / "kis_1min_2025-09.parquet"
    if not text.exists() or not columns.exists():
        pytest.skip("recorded bars are not here: ../shared/data/minute")
    day = date(2025, 9, 2)

    assert (
        RecordedBars(text).minute_bars("000660", day)
        == RecordedBars(columns).minute_bars("000660", day)
        != ()
    )
