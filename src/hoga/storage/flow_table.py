"""A table of flows of the user's own: one row for each code and date.

Columns: `code` and `date` (2026-11-20 or 20261120), and any of
- `individual_net`, `foreign_net`, `institutional_net`, `other_net` and those of every other investor type
  (`Investor`), in shares; `_bought`, `_sold`, `_net_value`, `_bought_value`, `_sold_value` instead of `_net`;
- `arbitrage_...` and `non_arbitrage_...` likewise: program trading;
- `short_volume`, `short_value`, `short_balance`; `foreign_hold`, `margin_loan` (shares);
- `volume`, against which short sales are checked.
`indiv_net`, `inst_net` and `othercorp_net` are other names for three of them. More columns are ignored, and
an empty cell is not known. `other_net` may be left out where other corporations are all others.

The whole table is checked when it is read: nets that do not add up are a `BadInput` with row and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.flows import (
    EVERYBODY,
    PARTS,
    Flow,
    Holdings,
    Investor,
    InvestorFlows,
    ProgramFlows,
    ShortSale,
)
from hoga.storage.tables import bad_cell

if TYPE_CHECKING:
    import polars as pl

_MEASURES = ("net", "bought", "sold", "net_value", "bought_value", "sold_value")
_PROGRAMS = ("arbitrage", "non_arbitrage")
_SIGNED = frozenset({"net", "net_value"})
_SINGLE = ("short_volume", "short_value", "short_balance", "foreign_hold", "margin_loan", "volume")
_OTHER_NAMES = {
    "indiv_net": "individual_net",
    "inst_net": "institutional_net",
    "othercorp_net": "other_corporate_net",
}
_SIGNED_COLUMNS = frozenset(
    f"{who}_{measure}" for who in (*Investor, *_PROGRAMS) for measure in _MEASURES if measure in _SIGNED
)
COLUMNS = frozenset(
    chain((f"{who}_{measure}" for who in (*Investor, *_PROGRAMS) for measure in _MEASURES), _SINGLE)
)
"""Every column that means something."""


def is_flow_table(columns: list[str]) -> bool:
    """Whether a table with these columns is one of flows."""
    known = {_OTHER_NAMES.get(column, column) for column in columns}
    return {"code", "date"} <= known and bool(known & (COLUMNS - {"volume"}))


class FlowTable:
    """The rows of one file by code and day."""

    def __init__(self, path: Path, frame: pl.DataFrame) -> None:
        parts = _checked(path, frame).partition_by("code", as_dict=True)
        self._parts = {str(code): part for (code,), part in parts.items()}
        self._rows: dict[str, dict[date, dict[str, int]]] = {}

    def days(self, code: str, first: date, last: date) -> list[date]:
        """The days of `code` in the file, oldest first."""
        return sorted(day for day in self._of(code) if first <= day <= last)

    def find_investor_flows(self, code: str, day: date) -> InvestorFlows | None:
        """Whoever's flow the row tells."""
        row = self._of(code)[day]
        found = {investor: _flow(row, investor) for investor in Investor}
        flows = {investor: flow for investor, flow in found.items() if flow is not None}
        return InvestorFlows(code, day, flows) if flows else None

    def find_program_flows(self, code: str, day: date) -> ProgramFlows | None:
        """Program trading, when the row tells both kinds of it."""
        row = self._of(code)[day]
        arbitrage, non_arbitrage = (_flow(row, each) for each in _PROGRAMS)
        if arbitrage is None or non_arbitrage is None:
            return None
        return ProgramFlows(code, day, arbitrage, non_arbitrage)

    def find_short_sale(self, code: str, day: date) -> ShortSale | None:
        """Short sales, when the row tells their quantity."""
        row = self._of(code)[day]
        if "short_volume" not in row:
            return None
        return ShortSale(code, day, row["short_volume"], row.get("short_value"), row.get("short_balance"))

    def find_holdings(self, code: str, day: date) -> Holdings | None:
        """Who holds the issue, when the row tells any of it."""
        row = self._of(code)[day]
        if "foreign_hold" not in row and "margin_loan" not in row:
            return None
        return Holdings(code, day, row.get("foreign_hold"), row.get("margin_loan"))

    def _of(self, code: str) -> dict[date, dict[str, int]]:
        """What is known of `code`, made into rows when it is first asked for."""
        if code not in self._rows:
            part = self._parts.get(code)
            self._rows[code] = (
                {}
                if part is None
                else {
                    row["date"]: {name: cell for name, cell in row.items() if isinstance(cell, int)}
                    for row in part.iter_rows(named=True)
                }
            )
        return self._rows[code]


def _flow(row: Mapping[str, int], who: str) -> Flow | None:
    net, bought, sold, net_value, bought_value, sold_value = (
        row.get(f"{who}_{measure}") for measure in _MEASURES
    )
    if net is None and bought is not None and sold is not None:
        net = bought - sold
    if net_value is None and bought_value is not None and sold_value is not None:
        net_value = bought_value - sold_value
    return None if net is None else Flow(net, bought, sold, net_value, bought_value, sold_value)


def _checked(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    """The known columns as numbers, `date` as a date, after every check."""
    import polars as pl

    named = frame.rename({name: _OTHER_NAMES[name] for name in frame.columns if name in _OTHER_NAMES})
    names = [name for name in named.columns if name in COLUMNS]
    day = pl.col("date").cast(pl.String).str.strip_chars().str.slice(0, 10)
    numbers = [pl.col(name).cast(pl.String).str.strip_chars().replace("", None).alias(name) for name in names]
    text = named.select(pl.col("code").cast(pl.String).str.strip_chars(), day, *numbers)
    read = text.select(
        "code",
        pl.coalesce(
            pl.col("date").str.to_date("%Y-%m-%d", strict=False),
            pl.col("date").str.to_date("%Y%m%d", strict=False),
        ),
        *(
            pl.coalesce(
                pl.col(name).cast(pl.Int64, strict=False),
                # 1234.0 is a whole number; 1234.5 is not.
                pl.when(pl.col(name).cast(pl.Float64, strict=False) % 1 == 0).then(
                    pl.col(name).cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
                ),
            )
            for name in names
        ),
    )

    def refuse(broken: pl.Series, column: str, korean: str, english: str) -> None:
        if broken.any():
            raise bad_cell(path, broken.arg_max() or 0, column, korean, english)

    is_code = text["code"].str.contains(r"^[0-9][0-9A-Z]{5}$").fill_null(False)
    refuse(~is_code, "code", "여섯 자리 종목코드가 아닙니다.", "is not a code of six characters")
    refuse(read["date"].is_null(), "date", "날짜가 아닙니다.", "is not a date")
    refuse(
        ~read.select(pl.struct("code", "date").is_first_distinct()).to_series(),
        "date",
        "같은 종목과 날짜의 행이 앞에 또 있습니다.",
        "is a second row of the same code and date",
    )
    for name in names:
        unread = read[name].is_null() & text[name].is_not_null()
        refuse(unread, name, "정수가 아닙니다.", "is not a whole number")
        if name not in _SIGNED_COLUMNS:
            refuse((read[name] < 0).fill_null(False), name, "음수입니다.", "is negative")
    if {"short_volume", "volume"} <= set(names):
        more = (read["short_volume"] > read["volume"]).fill_null(False)
        refuse(more, "short_volume", "거래량보다 많습니다.", "is more than the volume")

    for who, ending in ((who, ending) for who in (*Investor, *_PROGRAMS) for ending in ("", "_value")):
        net, bought, sold = f"{who}_net{ending}", f"{who}_bought{ending}", f"{who}_sold{ending}"
        if {net, bought, sold} <= set(names):
            wrong = (read[net] != read[bought] - read[sold]).fill_null(False)
            refuse(
                wrong, net, "매수에서 매도를 뺀 값이 아닙니다.", "is not what was bought less what was sold"
            )
    if "other_net" not in names and "other_organization_net" not in names and "other_corporate_net" in names:
        read = read.with_columns(pl.col("other_corporate_net").alias("other_net"))
    for group, parts in ((None, EVERYBODY), *PARTS.items()):
        for ending in ("net", "net_value"):
            columns = [f"{part}_{ending}" for part in parts]
            total = f"{group}_{ending}" if group else None
            if not set(columns) <= set(read.columns) or (total and total not in read.columns):
                continue
            summed = read.select(pl.sum_horizontal(columns, ignore_nulls=False)).to_series()
            wrong = (summed != (read[total] if total else 0)).fill_null(False)
            refuse(
                wrong,
                total or columns[0],
                "부분의 합과 다릅니다." if total else "네 투자자 순매수의 합이 0이 아닙니다.",
                "is not the sum of its parts" if total else "and the other three nets do not add up to 0",
            )
    return read
