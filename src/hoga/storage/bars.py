"""Recorded minute bars from a file of the user's own: Parquet, CSV or CSV.gz.

Columns: `code` (text), `date` (YYYYMMDD), `time` (HHMM, start of the minute, 900 = 09:00), `open`, `high`,
`low`, `close` (won, of that day, not adjusted), `volume` (shares), `cum_amount` (won traded since the open).
More columns are ignored. The whole file is checked when it is opened; every problem is a `BadInput` that
names file, row and column. A row is the line of a CSV file (the heading is line 1), or the row of a Parquet
file counted from 1.

The file does not say what an issue is called, on which market it is listed, what kind it is, or where it
closed before the first recorded day. What is assumed in place of that is told by `RecordedBars.assumptions`
and `notes`, so that it can be shown. It refuses to guess silently: an issue whose bars fit no lawful base
price is left out, and said so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.zone import KST
from hoga.krx.base_price import after_close
from hoga.krx.calendar import get_hours, previous_trading_day
from hoga.krx.codes import is_code
from hoga.krx.limits import price_limits
from hoga.krx.ticks import grid
from hoga.storage.made_names import known_instruments

if TYPE_CHECKING:
    import polars as pl

COLUMNS = ("code", "date", "time", "open", "high", "low", "close", "volume", "cum_amount")
NUMBERS = COLUMNS[1:]
PRICES = ("open", "high", "low", "close")

CLOSING_CALL_EXTENSION = timedelta(minutes=2)
"""A volatility interruption can delay the closing auction by two minutes; later bars are off-hours trades."""

ETF_SHARE = 1 / 3
"""An issue with a larger share of its prices off the stock grid is taken for an ETF. On recorded days of
September 2025 to January 2026 this found 353 of 377 ETF days (the others traded below 5,000 won, where both
grids are the same, or were adjusted) and mistook 2 of 4,600 stock days, which had many midpoint trades."""

STRAY_SHARE = 1 / 10
"""...if at most this share is off the ETF grid too (midpoint trades): else the file is probably adjusted."""


CANDIDATES = 5
"""How many candidates a recorded day has when the user names none."""

_SHOWN_CODES = 10


class Doubt(StrEnum):
    """Something that the file does not say, and what is done instead."""

    MARKET = "market"
    KIND = "kind"
    HOURS = "hours"
    BASE_IS_LAST_PRICE = "base_is_last_price"
    BASE_IS_OPEN = "base_is_open"
    BASE_IS_MIDDLE = "base_is_middle"
    NOT_TRADED = "not_traded"
    NO_BASE = "no_base"


BASE_DOUBTS = frozenset({Doubt.BASE_IS_LAST_PRICE, Doubt.BASE_IS_OPEN, Doubt.BASE_IS_MIDDLE})

_SENTENCES = {
    Doubt.MARKET: (
        "파일에 시장 구분이 없어 유가증권시장(KOSPI) 종목으로 봅니다",
        "the file names no market; taken for KOSPI issues",
    ),
    Doubt.KIND: (
        "호가단위로 보아 ETF(배수 1)로 봅니다",
        "taken for ETFs with multiple 1, by the grid of their prices",
    ),
    Doubt.HOURS: (
        "정규장 밖의 분봉은 쓰지 않습니다",
        "bars outside the regular session are not used",
    ),
    Doubt.BASE_IS_LAST_PRICE: (
        "전일 종가 단일가 분봉이 없어 전일 마지막 가격을 기준가로 봅니다",
        "the closing auction of the day before is missing; its last price is taken as the base price",
    ),
    Doubt.BASE_IS_OPEN: (
        "쓸 수 있는 전일 종가가 없어 시가를 기준가로 봅니다",
        "no usable close of the day before; the opening price is taken as the base price",
    ),
    Doubt.BASE_IS_MIDDLE: (
        "시가로도 가격제한폭을 벗어나 고가와 저가의 중간을 기준가로 봅니다",
        "the day leaves the price limits of its opening price too; the middle of its range is taken as the "
        "base price",
    ),
    Doubt.NOT_TRADED: (
        "정규장에 거래가 없어 이 날에서 뺍니다",
        "left out of this day: no trade in the regular session",
    ),
    Doubt.NO_BASE: (
        "하루 가격 폭이 어떤 기준가의 가격제한폭에도 들어가지 않아 이 날에서 뺍니다",
        "left out of this day: their prices fit into the limits of no base price",
    ),
}


@dataclass(frozen=True, slots=True)
class _Day:
    """What one day of the file was taken for."""

    instruments: tuple[Instrument, ...]
    base_prices: dict[str, int]
    doubts: dict[Doubt, tuple[str, ...]]


class RecordedBars:
    """The bars of one file, as a `BarStore`. Raises `BadInput` for everything that is wrong with the file."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        frame = _checked(self._path, _read(self._path))
        self._rows = {
            (_as_date(part["date"][0]), part["code"][0]): part for part in frame.partition_by("date", "code")
        }
        self._days = sorted({day for day, _ in self._rows})
        self._taken: dict[date, _Day] = {}

    @property
    def source(self) -> str:
        """ "recorded": these prices were traded once."""
        return "recorded"

    def days(self) -> Sequence[date]:
        """The days of the file, oldest first."""
        return tuple(self._days)

    def instruments(self, day: date) -> Sequence[Instrument]:
        """The issues with bars on `day` that can be traded, by code. Raises `BadInput` for an unknown day."""
        return self._day(day).instruments

    def assumptions(self, day: date) -> dict[Doubt, tuple[str, ...]]:
        """Everything about `day` that the file does not say, with the codes that it is about."""
        return self._day(day).doubts

    def assumed_base_prices(self, day: date) -> frozenset[str]:
        """The codes whose base price on `day` is not the recorded close of the trading day before."""
        doubts = self._day(day).doubts
        return frozenset(code for doubt in BASE_DOUBTS for code in doubts.get(doubt, ()))

    def notes(self, day: date) -> Sequence[str]:
        """The assumptions in sentences for people."""
        notes = []
        for doubt, codes in self._day(day).doubts.items():
            korean, english = _SENTENCES[doubt]
            shown = ", ".join(codes[:_SHOWN_CODES])
            more = f" ... ({len(codes)})" if len(codes) > _SHOWN_CODES else ""
            notes.append(f"{korean} / {english}: {shown}{more}")
        return tuple(notes)

    def candidates(self, day: date) -> Sequence[Candidate]:
        """The stocks of `day` that traded for most won on the trading day before, by code.

        A demonstration and no advice. When the file lacks the day before, the first by code. `reference` is
        the base price.
        """
        yesterday = previous_trading_day(day)
        amounts: dict[Instrument, int] = {}
        for instrument in self.instruments(day):
            if instrument.kind is Kind.STOCK:
                amounts[instrument] = sum(bar.value for bar in self.minute_bars(instrument.code, yesterday))
        chosen = sorted(amounts, key=lambda instrument: (-amounts[instrument], instrument.code))[:CANDIDATES]
        return tuple(
            Candidate(instrument.code, instrument.name, self.base_price(instrument.code, day))
            for instrument in sorted(chosen, key=lambda instrument: instrument.code)
        )

    def base_price(self, code: str, day: date) -> int:
        """기준가격 of `code` on `day`, in won.

        It is the first of these whose price limits hold all the bars of the day: the close of the trading
        day before, if the file has it, put on the grid (krx.md §2.4); the day's opening price; the middle
        of the day's range. Only the first is not an assumption.
        """
        found = self._day(day).base_prices.get(code)
        if found is None:
            raise BadInput(
                f"{self._path}: {day} 에 종목 {code} 이(가) 없습니다. 파일에 있는 종목을 쓰십시오.",
                f"{self._path}: no instrument {code} on {day}; use one that the file has",
            )
        return found

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        """The bars of the regular session as recorded, half ticks included, oldest first."""
        hours = get_hours(day)
        last = hours.close + CLOSING_CALL_EXTENSION
        return tuple(bar for bar in self._all_bars(code, day) if hours.open <= bar.at <= last)

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """One bar for each day of the file on which `code` traded, made of its minutes; `at` is the open."""
        days = (day for day in self._days if first <= day <= last)
        bars = (merge_bars(self.minute_bars(code, day)) for day in days)
        return tuple(bar for bar in bars if bar is not None)

    def _all_bars(self, code: str, day: date) -> list[Bar]:
        rows = self._rows.get((day, code))
        if rows is None:
            return []
        bars: list[Bar] = []
        before = 0
        for _, _, time, opened, high, low, close, volume, cum_amount in rows.iter_rows():
            value = cum_amount - before
            if not bars:
                # A recording that begins during the day carries the amount of what it has missed.
                value = min(max(value, low * volume), high * volume)
            before = cum_amount
            at = datetime(day.year, day.month, day.day, time // 100, time % 100, tzinfo=KST)
            bars.append(Bar(code, at, opened, high, low, close, volume, value))
        return bars

    def _day(self, day: date) -> _Day:
        if day not in self._taken:
            self._taken[day] = self._take(day)
        return self._taken[day]

    def _take(self, day: date) -> _Day:
        if day not in self._days:
            span = f"{self._days[0]} ~ {self._days[-1]}, {len(self._days)}"
            shown = ", ".join(str(each) for each in self._days[:40])
            raise BadInput(
                f"{self._path}: {day} 의 분봉이 없습니다. 파일에 있는 날짜({span}일)를 고르십시오: {shown}",
                f"{self._path}: no bars on {day}; choose a day that the file has ({span} days): {shown}",
            )
        get_hours(day)
        codes = sorted(code for each, code in self._rows if each == day)
        instruments: list[Instrument] = []
        base_prices: dict[str, int] = {}
        doubts: dict[Doubt, list[str]] = {}
        for code in codes:
            bars = self.minute_bars(code, day)
            if len(bars) < self._rows[day, code].height:
                doubts.setdefault(Doubt.HOURS, []).append(code)
            instrument = known_instruments().get(code)
            if instrument is None:
                instrument = _infer(code, day, bars)
                doubts.setdefault(Doubt.MARKET, []).append(code)
                if instrument.kind is not Kind.STOCK:
                    doubts.setdefault(Doubt.KIND, []).append(code)
            base_price, doubt = self._find_base_price(instrument, day, bars)
            if doubt is not None:
                doubts.setdefault(doubt, []).append(code)
            if base_price is not None:
                instruments.append(instrument)
                base_prices[code] = base_price
        return _Day(
            tuple(instruments),
            base_prices,
            {doubt: tuple(doubts[doubt]) for doubt in Doubt if doubt in doubts},
        )

    def _find_base_price(
        self, instrument: Instrument, day: date, bars: Sequence[Bar]
    ) -> tuple[int | None, Doubt | None]:
        traded = [bar for bar in bars if bar.volume]
        if not traded:
            return None, Doubt.NOT_TRADED
        high = max(bar.high for bar in traded)
        low = min(bar.low for bar in traded)
        ticks = grid(instrument.market, instrument.kind, day)
        tries: list[tuple[int, Doubt | None]] = []
        yesterday = previous_trading_day(day)
        before = self.minute_bars(instrument.code, yesterday) if yesterday in self._days else ()
        if before:
            has_closed = before[-1].at >= get_hours(yesterday).close
            close = after_close(before[-1].close, ticks)
            tries.append((close, None if has_closed else Doubt.BASE_IS_LAST_PRICE))
        tries.append((ticks.ceil(traded[0].open), Doubt.BASE_IS_OPEN))
        tries.append((ticks.ceil((high + low) // 2), Doubt.BASE_IS_MIDDLE))
        for base_price, doubt in tries:
            limits = price_limits(
                instrument.market, instrument.kind, base_price, day, leverage=instrument.leverage
            )
            if limits.lower <= low and high <= limits.upper:
                return base_price, doubt
        return None, Doubt.NO_BASE


def _infer(code: str, day: date, bars: Sequence[Bar]) -> Instrument:
    """An issue that Hoga does not know: its code for a name, and its kind from the grid of its prices."""
    prices = [price for bar in bars if bar.volume for price in (bar.open, bar.high, bar.low, bar.close)]
    stock = grid(Market.KOSPI, Kind.STOCK, day)
    fund = grid(Market.KOSPI, Kind.ETF, day)
    off_stock = sum(not stock.is_on(price) for price in prices)
    off_fund = sum(not fund.is_on(price) for price in prices)
    is_fund = off_stock > len(prices) * ETF_SHARE and off_fund <= len(prices) * STRAY_SHARE
    return Instrument(code=code, name=code, market=Market.KOSPI, kind=Kind.ETF if is_fund else Kind.STOCK)


def _read(path: Path) -> pl.DataFrame:
    """The columns of the file in our order, numbers as 64-bit integers, rows as they stand."""
    import polars as pl

    name = path.name.casefold()
    is_parquet = name.endswith(".parquet")
    if not is_parquet and not name.endswith((".csv", ".csv.gz")):
        raise BadInput(
            f"{path}: 분봉 파일은 .parquet, .csv 또는 .csv.gz 여야 합니다.",
            f"{path}: a file of bars must be .parquet, .csv or .csv.gz",
        )
    if not path.is_file():
        raise BadInput(
            f"{path}: 분봉 파일이 없습니다. 경로를 확인하십시오.",
            f"{path}: no such file of bars; check the path",
        )
    try:
        # CSV is read as text so that codes keep their zeros and a bad number can be named by its line.
        frame = pl.read_parquet(path) if is_parquet else pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        kind = "Parquet" if is_parquet else "CSV"
        raise BadInput(
            f"{path}: {kind} 파일로 읽을 수 없습니다. 다시 저장하거나 내려받으십시오. ({error})",
            f"{path}: cannot be read as {kind}; save or download it again ({error})",
        ) from error
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        listed = ", ".join(missing)
        raise BadInput(
            f"{path}: 열 {listed} 이(가) 없습니다. 필요한 열: {', '.join(COLUMNS)}",
            f"{path}: missing column {listed}; needed are {', '.join(COLUMNS)}",
        )
    if not frame.height:
        raise BadInput(
            f"{path}: 분봉이 하나도 없습니다. 다른 파일을 쓰십시오.",
            f"{path}: has no bars at all; use another file",
        )
    frame = frame.select(COLUMNS)
    if frame.schema["code"] not in (pl.String, pl.Categorical):
        raise BadInput(
            f"{path}: 열 code 은(는) 문자여야 합니다(숫자는 앞의 0을 잃습니다). 문자로 다시 저장하십시오.",
            f"{path}: column code must be text (as a number it loses leading zeros); save it again as text",
        )
    frame = frame.with_columns(pl.col("code").cast(pl.String))
    for column in NUMBERS:
        dtype = frame.schema[column]
        if dtype != pl.String and not dtype.is_integer():
            raise BadInput(
                f"{path}: 열 {column} 은(는) 정수여야 하는데 {dtype} 입니다. 정수로 다시 저장하십시오.",
                f"{path}: column {column} must hold whole numbers, not {dtype}; save it again as integers",
            )
        numbers = frame[column].cast(pl.Int64, strict=False)
        if numbers.null_count():
            at = numbers.is_null().arg_max() or 0
            raise _bad_row(
                path,
                at,
                column,
                f"정수가 아닙니다: {frame[column][at]!r}",
                f"is not a whole number: {frame[column][at]!r}",
            )
        frame = frame.with_columns(numbers)
    return frame


def _checked(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` sorted by day, code and time. Raises `BadInput` for the first row that cannot be a bar."""
    import polars as pl

    for code in frame["code"].unique().to_list():
        if code is None or not is_code(code):
            at = frame["code"].eq_missing(code).arg_max() or 0
            raise _bad_row(
                path,
                at,
                "code",
                f"여섯 자리 종목코드가 아닙니다: {code!r}. 앞의 0까지 문자로 쓰십시오.",
                f"is not a six-character code: {code!r}; write it as text with its leading zeros",
            )
    for number in frame["date"].unique().to_list():
        try:
            _as_date(number)
        except (ValueError, OverflowError):
            at = (frame["date"] == number).arg_max() or 0
            raise _bad_row(
                path, at, "date", f"YYYYMMDD 날짜가 아닙니다: {number}", f"is not a date YYYYMMDD: {number}"
            ) from None
    low, high = pl.col("low"), pl.col("high")
    rules: list[tuple[pl.Expr, str, str, str]] = [
        (
            (pl.col("time") < 0) | (pl.col("time") // 100 > 23) | (pl.col("time") % 100 > 59),
            "time",
            "HHMM 시각이 아닙니다(09:00 은 900).",
            "is not a time HHMM (09:00 is 900)",
        ),
        *(
            (pl.col(column) <= 0, column, "가격은 0보다 커야 합니다.", "a price must be above 0")
            for column in PRICES
        ),
        (high < low, "high", "저가보다 낮습니다.", "is below the low"),
        *(
            (
                (pl.col(column) < low) | (pl.col(column) > high),
                column,
                "저가와 고가 사이에 있지 않습니다.",
                "is not between the low and the high",
            )
            for column in ("open", "close")
        ),
        (pl.col("volume") < 0, "volume", "거래량이 음수입니다.", "is negative"),
        (pl.col("cum_amount") < 0, "cum_amount", "누적거래대금이 음수입니다.", "is negative"),
        (
            pl.struct("code", "date", "time").is_first_distinct().not_(),
            "time",
            "같은 종목, 날짜, 시각의 분봉이 앞에 또 있습니다. 하나만 남기십시오.",
            "is a second bar of the same code, date and time; keep one of them",
        ),
    ]
    for broken, column, korean, english in rules:
        marks = frame.select(broken.alias("broken"))["broken"]
        if marks.any():
            raise _bad_row(path, marks.arg_max() or 0, column, korean, english)
    ordered = frame.with_row_index("row").sort("date", "code", "time")
    falls = ordered.select(
        (pl.col("cum_amount") < pl.col("cum_amount").shift(1).over("date", "code")).fill_null(False)
    )["cum_amount"]
    if falls.any():
        at = int(ordered["row"][falls.arg_max() or 0])
        raise _bad_row(
            path,
            at,
            "cum_amount",
            "앞의 분봉보다 작습니다. 장 시작부터 누적한 거래대금이어야 합니다.",
            "is less than in the bar before; it must add up from the open",
        )
    return ordered.drop("row")


def _bad_row(path: Path, index: int, column: str, korean: str, english: str) -> BadInput:
    row = index + (1 if path.suffix.casefold() == ".parquet" else 2)
    return BadInput(
        f"{path}: {row}행 열 {column}: {korean} 고치거나 지우십시오.",
        f"{path}: row {row}, column {column}: {english}; correct or delete the row",
    )


def _as_date(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)
