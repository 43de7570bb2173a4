"""Rows as a table for people, or as one line of JSON for programs."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hoga.cli.lines import print_json
from hoga.cli.outcome import said_clearly

Row = Mapping[str, Any]

_WIDE = 400
"""Columns of a table that no terminal shows."""


def show_rows(
    key: str,
    rows: Sequence[Row],
    headings: Mapping[str, str],
    *,
    profile: str,
    json: bool,
    beside: Mapping[str, Sequence[Row]] | None = None,
) -> None:
    """Show `rows`: in JSON whole, under `key`, with what is `beside`; as a table by `headings`."""
    if json:
        print_json({"profile": profile, key: rows, **(beside or {})})
        return
    if not rows:
        print("없음 / none")
        return
    print_table(tuple(headings.values()), [[row[name] for name in headings] for row in rows])


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; where no terminal cuts it, a line a row."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:  # for whoever reads it with another program
        console = Console(width=_WIDE)
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in _LEFT else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(cell, row))
    console.print(table)


@contextlib.contextmanager
def checked_excel(path: Path | None, json: bool) -> Iterator[None]:
    """Refuses a workbook that cannot be written before anybody is asked anything."""
    with said_clearly(json):
        if path is not None:
            from hoga.storage.workbook import check_workbook

            check_workbook(path)
        yield


def write_excel(
    path: Path | None, title: str, rows: Sequence[Row], usual: Iterable[str], query: Mapping[str, Any]
) -> None:
    """Write all columns of `rows` to a workbook, if that is wanted, with Korean titles.

    Without rows there are the `usual` columns. `query` is what was asked, for a sheet of its own.
    """
    if path is None:
        return
    from hoga.storage.workbook import write_workbook
    from hoga.titles import titled

    write_workbook(path, title, titled(rows[0] if rows else usual), rows, {"조회": title, **query})
    print(f"{path} 에 저장했습니다. / written to {path}", file=sys.stderr)


def show_row(row: Row, headings: Mapping[str, str], *, profile: str, json: bool) -> None:
    """Show one row: in JSON whole; else a line a value."""
    if json:
        print_json({"profile": profile, **row})
        return
    print_lines([(heading, row[name]) for name, heading in headings.items()])


def print_lines(lines: Sequence[tuple[str, object]]) -> None:
    """A line a value, the values below each other; a Korean letter takes two places."""
    from rich.cells import cell_len

    width = max(cell_len(heading) for heading, _ in lines) + 2
    for heading, value in lines:
        print(f"{heading}{' ' * (width - cell_len(heading))}{cell(value)}")


def cell(value: object) -> str:
    """A value for people: amounts with separators, nothing for what is not known."""
    match value:
        case None:
            return "-"
        case bool():
            return "예/yes" if value else "아니오/no"
        case int():
            return f"{value:,}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Decimal():
            return f"{value.normalize():,f}"
        case _:
            return str(value)


_LEFT = frozenset(
    {
        "주문 order",
        "번호 number",
        "종목 code",
        "종목명 name",
        "상태 status",
        "사유 reason",
        "시각 at",
        "종목코드",
        "종목명",
    }
)
