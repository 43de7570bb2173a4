"""Workbooks of rebalancings: the plan as it is previewed, and what it came to, with a chart."""

import io
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from hoga.domain.outcome import Outcome, Result
from hoga.domain.plan import Line, Plan
from hoga.domain.request import Side
from hoga.storage.workbook import fill, save_workbook

PLAN_COLUMNS = (
    "종목코드",
    "종목명",
    "보유수량",
    "목표수량",
    "투자수량",
    "현재가",
    "거래금액",
    "수수료",
    "세금",
)
RESULT_COLUMNS = (
    "종목코드",
    "종목명",
    "보유수량",
    "목표수량",
    "매매후수량",
    "차이",
    "체결수량",
    "체결금액",
    "평균가",
    "도착가",
    "TWAP",
    "VWAP",
    "도착가 대비(원)",
    "TWAP 대비(원)",
    "VWAP 대비(원)",
    "수수료",
    "세금",
    "사유",
)
FILL_COLUMNS = ("시각", "종목코드", "종목명", "구분", "수량", "가격", "금액", "주문")

_SUMMARY_COLUMNS = ("항목", "값")
_SIDES = {Side.BUY: "매수", Side.SELL: "매도"}


def plan_row(line: Line) -> tuple[object, ...]:
    """A line in the order of `PLAN_COLUMNS`."""
    return (
        line.code,
        line.name,
        line.held,
        line.target,
        line.quantity,
        line.price,
        line.amount,
        line.commission,
        line.tax,
    )


def result_row(result: Result) -> tuple[object, ...]:
    """A result in the order of `RESULT_COLUMNS`."""
    return (
        result.code,
        result.name,
        result.held,
        result.target,
        result.after,
        result.difference,
        result.traded,
        result.amount,
        result.average,
        result.arrival,
        result.twap,
        result.vwap,
        result.shortfall,
        result.worse_than(result.twap),
        result.worse_than(result.vwap),
        result.commission,
        result.tax,
        "" if result.reason is None else " / ".join(result.reason),
    )


def plan_summary(plan: Plan) -> tuple[tuple[str, object], ...]:
    """What a plan says about the whole account."""
    targets, course = plan.targets, plan.course
    return (
        ("계획 / plan", plan.number),
        ("거래일 / day", str(plan.day)),
        ("가격 / prices", plan.prices),
        ("모델 / model", plan.model),
        ("총평가 / total value", targets.total_value),
        ("매도금액 / sales", targets.sold),
        ("매수금액 / purchases", targets.bought),
        ("수수료와 세금 / costs", targets.costs),
        ("현금 전 / cash before", targets.cash_before),
        ("현금 후 / cash after", targets.cash_after),
        ("남길 현금 / cash kept", targets.kept_cash),
        ("방식 / schedule", course.schedule.value),
        ("매도 / sales", f"{course.start:%H:%M}-{course.sells_end:%H:%M}"),
        ("매수 / purchases", f"{course.start:%H:%M}-{course.end:%H:%M}"),
        ("예상 종료 / expected end", f"{plan.expected_end:%Y-%m-%d %H:%M}"),
    )


def outcome_summary(outcome: Outcome) -> tuple[tuple[str, object], ...]:
    """What a plan came to for the whole account."""
    return (
        ("계획 / plan", outcome.plan.number),
        ("거래일 / day", str(outcome.day)),
        ("가격 / prices", outcome.plan.prices),
        ("주문 / orders", outcome.orders),
        ("거부 / refused", outcome.refused),
        ("체결 / fills", len(outcome.fills)),
        ("차이가 있는 종목 / names off target", len(outcome.missing)),
        ("매도금액 / sold", outcome.sold),
        ("매수금액 / bought", outcome.bought),
        ("수수료와 세금 / costs", outcome.costs),
        ("현금 전 / cash before", outcome.cash_before),
        ("현금 후 / cash after", outcome.cash_after),
        ("남길 현금 / cash kept", outcome.plan.targets.kept_cash),
        ("최저 주문가능금액 / lowest cash", outcome.lowest_cash),
        ("총평가 전 / value before", outcome.plan.targets.total_value),
        ("총평가 후 / value after", outcome.value_after),
        ("도착가 대비 손실 / shortfall", outcome.shortfall),
        ("TWAP 대비 손실 / against TWAP", outcome.worse_than_twap),
        ("VWAP 대비 손실 / against VWAP", outcome.worse_than_vwap),
    )


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan as a workbook. Raises `BadInput` when it cannot be written."""
    book = Workbook()
    notes = [("참고", note) for note in plan.notes]
    _add(book, "요약", _SUMMARY_COLUMNS, [*plan_summary(plan), *notes])
    _add(book, "계획", PLAN_COLUMNS, [plan_row(line) for line in plan.targets.lines])
    _save(path, book)


def write_outcome(path: Path, outcome: Outcome) -> None:
    """Write what a plan came to: a summary with a chart, the names, the fills. Raises `BadInput`."""
    names = {result.code: result.name for result in outcome.results}
    book = Workbook()
    summary = _add(book, "요약", _SUMMARY_COLUMNS, outcome_summary(outcome))
    by_name = _add(book, "종목별", RESULT_COLUMNS, [result_row(result) for result in outcome.results])
    fills = [
        (
            each.at,
            each.code,
            names[each.code],
            _SIDES[each.side],
            each.quantity,
            each.price,
            each.amount,
            each.order_id,
        )
        for each in outcome.fills
    ]
    _add(book, "체결", FILL_COLUMNS, fills)
    chart = BarChart()
    chart.title = "도착가·TWAP·VWAP 대비 손실(원)"
    chart.height, chart.width = 10, 24
    # Without these Excel leaves the axes out.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"  # below the bars of losses and gains alike
    chart.y_axis.title, chart.y_axis.number_format = "원", "#,##0"
    last = len(outcome.results) + 1
    first = RESULT_COLUMNS.index("도착가 대비(원)") + 1
    losses = Reference(by_name, min_col=first, max_col=first + 2, min_row=1, max_row=last)
    chart.add_data(losses, titles_from_data=True)
    chart.set_categories(Reference(by_name, min_col=2, min_row=2, max_row=last))
    summary.add_chart(chart, "D2")
    _save(path, book)


def _add(book: Workbook, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Worksheet:
    """A sheet with a header that stays in sight, and by which rows are filtered."""
    sheet = book.create_sheet(title)
    assert isinstance(sheet, Worksheet)
    fill(sheet, columns, rows)
    sheet.freeze_panes = "A2"
    if columns is not _SUMMARY_COLUMNS:
        sheet.auto_filter.ref = sheet.dimensions
    return sheet


def _save(path: Path, book: Workbook) -> None:
    del book[book.sheetnames[0]]  # the empty one that every new book has
    buffer = io.BytesIO()
    book.save(buffer)
    save_workbook(path, buffer.getvalue())
