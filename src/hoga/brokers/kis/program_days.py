"""Program trading (프로그램매매) of one issue, day by day and minute by minute, on the KIS wire, both ways.

Source: KIS's documents and answers of 2022 to 2026. Quantities are shares, money is won; arbitrage and the
rest are one sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty, get_whole, rows
from hoga.brokers.kis.codes import DAYS_PER_CALL, Environment
from hoga.brokers.kis.envelope import Reply, Request, day_text, make_request, read, time_text
from hoga.brokers.kis.notation import change, moved
from hoga.brokers.kis.question import day_of, done_reply, one_issue
from hoga.brokers.kis.services import Call
from hoga.domain import flows
from hoga.domain.bar import Bar
from hoga.domain.flows import Flow, ProgramFlows


@dataclass(frozen=True, slots=True)
class ProgramDay:
    """The bar of a day and the program trading in it."""

    bar: Bar
    flows: ProgramFlows


# The client asks and understands --------------------------------------------------------------------------


def program_days_request(code: str, last: date, environment: Environment) -> Request:
    """종목별 프로그램매매추이(일별): thirty days up to `last`. Raises `BadInput` on paper, which lacks it."""
    query = one_issue(code) | {"FID_INPUT_DATE_1": day_text(last)}
    return make_request(Call.PROGRAM_DAYS, environment, query=query)


def read_program_days(reply: Reply, code: str) -> list[flows.ProgramDay]:
    """The days of program-trade-by-stock-daily, oldest first. Raises like `envelope.read`."""
    found = [
        flows.ProgramDay(
            code,
            day_of(reply, row.stck_bsop_date),
            get_whole(row, "stck_clpr"),
            get_whole(row, "acml_vol"),
            Flow(
                net=get_whole(row, "whol_smtn_ntby_qty"),
                bought=get_whole(row, "whol_smtn_shnu_vol"),
                sold=get_whole(row, "whol_smtn_seln_vol"),
                net_value=get_whole(row, "whol_smtn_ntby_tr_pbmn"),
                bought_value=get_whole(row, "whol_smtn_shnu_tr_pbmn"),
                sold_value=get_whole(row, "whol_smtn_seln_tr_pbmn"),
            ),
        )
        for row in rows(read(reply, blocks.ProgramDaysAnswer).output)
    ]
    return sorted(found, key=lambda each: each.day)


# The server answers ---------------------------------------------------------------------------------------


def program_days_reply(days: Sequence[ProgramDay], before: Bar | None) -> Reply:
    """종목별 프로그램매매추이(일별) of `days`, oldest first; `before` is the bar before the first of them.

    The changes (증감) are those of the nets from one day to the next.
    """
    output = []
    previous: Bar | None = before
    net = value = None
    for day in days:
        flow, bar = day.flows.total, day.bar
        fields = {
            "whol_smtn_seln_vol": str(flow.sold or 0),
            "whol_smtn_shnu_vol": str(flow.bought or 0),
            "whol_smtn_ntby_qty": str(flow.net),
            "whol_smtn_seln_tr_pbmn": str(flow.sold_value or 0),
            "whol_smtn_shnu_tr_pbmn": str(flow.bought_value or 0),
            "whol_smtn_ntby_tr_pbmn": str(flow.net_value or 0),
        }
        if net is not None and value is not None:
            fields["whol_ntby_vol_icdc"] = str(flow.net - net)
            fields["whol_ntby_tr_pbmn_icdc2"] = str((flow.net_value or 0) - value)
        output.append(
            empty(
                blocks.ProgramDay,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                acml_tr_pbmn=str(bar.value),
                **moved(bar, previous),
                **fields,
            )
        )
        previous, net, value = bar, flow.net, flow.net_value or 0
    return done_reply(blocks.ProgramDaysAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def program_minutes_reply(
    listed: Listed | None, flows: ProgramFlows | None, minutes: Sequence[Bar], volume: int
) -> Reply:
    """종목별 프로그램매매추이(체결), newest first: the part of the day's `flows` by each of its minutes.

    The day's whole `volume` tells how much of it has passed. How KIS counts as the day goes is not known.
    """
    output = []
    traded = net = value = 0
    for bar in minutes if listed and flows else ():
        traded += bar.volume
        part = [_part(amount, min(traded, volume), volume) for amount in _two_sides(flows)]
        bought, sold, bought_value, sold_value = part
        output.append(
            empty(
                blocks.ProgramMinute,
                bsop_hour=time_text(bar.at),
                stck_prpr=str(bar.close),
                acml_vol=str(traded),
                whol_smtn_seln_vol=str(sold),
                whol_smtn_shnu_vol=str(bought),
                whol_smtn_ntby_qty=str(bought - sold),
                whol_smtn_seln_tr_pbmn=str(sold_value),
                whol_smtn_shnu_tr_pbmn=str(bought_value),
                whol_smtn_ntby_tr_pbmn=str(bought_value - sold_value),
                whol_ntby_vol_icdc=str(bought - sold - net),
                whol_ntby_tr_pbmn_icdc=str(bought_value - sold_value - value),
                **(change(bar.close, listed.quote) if listed else {}),
            )
        )
        net, value = bought - sold, bought_value - sold_value
    return done_reply(blocks.ProgramMinutesAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def _two_sides(flows: ProgramFlows | None) -> tuple[int, int, int, int]:
    total = flows.total if flows else Flow(0)
    return total.bought or 0, total.sold or 0, total.bought_value or 0, total.sold_value or 0


def _part(amount: int, traded: int, volume: int) -> int:
    return amount * traded // volume if volume else 0
