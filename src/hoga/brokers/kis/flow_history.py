"""Investors in all groups when KIS does not tell them: what it told before, joined with what is open.

KIS tells all groups of any number of days, but between midnight and 15:40 only three groups of thirty days
(`codes.OUT_OF_HOURS`). What it told in full is kept, and of the three groups only the days are taken that
came since. Pure; where it is kept is a `FlowStore`.

The newest day that is kept may have been told before it was final: where one of the three groups differs
now, the day is as it is told now. Whether KIS changes a day after 15:40 is unverified.
"""

from collections.abc import Sequence
from datetime import date

from hoga.domain.flows import FlowSpan, InvestorFlows
from hoga.krx.calendar import next_trading_day

MOST_DAYS = 500
"""Days of an issue that are kept."""


def told_in_full(first: date, told: Sequence[InvestorFlows]) -> FlowSpan | None:
    """What an answer from `first` on, oldest first, makes known in all groups; None for nothing."""
    days = tuple(each for each in told if each.flows)
    return FlowSpan(first, days) if days else None


def renewed(kept: FlowSpan | None, newer: FlowSpan) -> FlowSpan:
    """Both together, as the newer one tells it; of two with a gap between them the longer one."""
    if kept is None:
        return newer
    if not (_reaches(kept, newer.first) and _reaches(newer, kept.first)):
        return newer if len(newer.days) >= len(kept.days) else kept
    before = [each for each in kept.days if each.day < newer.first]
    after = [each for each in kept.days if each.day > newer.days[-1].day]
    days = (*before, *newer.days, *after)
    first = min(kept.first, newer.first) if len(days) <= MOST_DAYS else days[-MOST_DAYS].day
    return FlowSpan(first, days[-MOST_DAYS:])


def joined(kept: FlowSpan | None, told: Sequence[InvestorFlows]) -> FlowSpan | None:
    """What is kept, with the days since as they are `told` in three groups now; None when nothing is known.

    Where days lie between both that nobody knows, only what is told now counts.
    """
    if kept is None or (told and not _reaches(kept, told[0].day)):
        return FlowSpan(told[0].day, tuple(told)) if told else None
    newest = kept.days[-1]
    found = {each.day: each for each in kept.days}
    for each in told:
        if each.day not in found or (each.day == newest.day and _differs(newest, each)):
            found[each.day] = each
    return FlowSpan(min(kept.first, *found), tuple(found[day] for day in sorted(found)))


def _reaches(span: FlowSpan, day: date) -> bool:
    """Whether no trading day lies unknown between the end of `span` and `day`."""
    return day <= next_trading_day(span.days[-1].day)


def _differs(kept: InvestorFlows, told: InvestorFlows) -> bool:
    known = ((kept.find(investor), flow) for investor, flow in told.flows.items())
    return any(found is not None and found.net != flow.net for found, flow in known)
