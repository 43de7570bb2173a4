"""From a model to a numbered plan: reads the account and today's prices, and keeps what is shown.

Nothing is traded here. It does not know which program asks: a command, a notebook, a simulated day.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from hoga.domain.account import Account
from hoga.domain.instrument import Instrument
from hoga.domain.model import Model
from hoga.domain.plan import Plan
from hoga.domain.quote import Quote
from hoga.krx.calendar import is_trading_day, next_trading_day
from hoga.krx.fees import KIS_FUND
from hoga.profiles import Connection
from hoga.storage.model_file import model_of_frame, read_model, require_tradable
from hoga.storage.plans import Plans
from hoga.strategies.rebalance import RebalanceSettings
from hoga.strategies.targets import find_targets


class Counter(Protocol):
    """Whoever tells an account and prices."""

    async def account(self) -> Account: ...

    async def quotes(self, codes: list[str]) -> dict[str, Quote]: ...


async def draw_plan(
    model: Model,
    plans: Plans,
    settings: RebalanceSettings,
    counter: Counter,
    instruments: Mapping[str, Instrument],
    *,
    at: datetime,
    profile: str,
    account_mark: str,
    prices: str,
) -> Plan:
    """Keep a plan that brings the account to `model`, for the running trading day or else the next one.

    What is held and cannot be traded stays, and the plan says so.

    Raises:
        BadInput: the model cannot be traded.
        BrokerError: account or prices could not be read.
        JournalError: the plan could not be kept.
    """
    account = await counter.account()
    held = {position.code: position.quantity for position in account.positions if position.quantity}
    quotes = await counter.quotes(sorted((model.codes | held.keys()) & instruments.keys()))
    notes = require_tradable(model, instruments, quotes)
    day = _planning_day(settings, at)
    untouched = set(settings.untouched)
    for position in account.positions:
        reason = _why_kept(quotes.get(position.code), instruments.get(position.code))
        if position.quantity and position.code not in untouched and reason is not None:
            untouched.add(position.code)
            korean, english = reason
            notes.append(f"{position.code} {position.name}: {korean} 그대로 둡니다 / kept, it is {english}")
    targets = find_targets(
        model.wishes,
        held,
        {position.code: position.last_price for position in account.positions}
        | {code: quote.last_price for code, quote in quotes.items()},
        account.deposit_d2,
        replace(settings.targets, untouched=frozenset(untouched)),
        instruments=instruments,
        commission=KIS_FUND,
        day=day,
    )
    course = settings.course(day, at)
    is_idle = all(line.side is None for line in targets.lines)
    return plans.add(
        lambda number: Plan(
            number=number,
            day=day,
            made_at=at,
            profile=profile,
            account=account_mark,
            prices=prices,
            model=model.title,
            targets=targets,
            course=course,
            expected_end=at if is_idle else course.end,
            notes=tuple(notes),
        )
    )


async def draw_plan_at(connection: Connection, model: Any, plans: Plans, settings: RebalanceSettings) -> Plan:
    """Keep a plan for a connected account. `model` is a file, or a DataFrame of polars or pandas.

    Raises:
        BadInput: the model is faulty or cannot be traded; the sentence names every mistake.
        BrokerError: account or prices could not be read.
        JournalError: the plan could not be kept.
    """
    if isinstance(model, str | Path):
        wanted = read_model(Path(model), connection.instruments)
    else:
        wanted = model_of_frame(model, connection.instruments)
    return await draw_plan(
        wanted,
        plans,
        settings,
        connection.broker,
        connection.instruments,
        at=connection.clock.now(),
        profile=connection.profile,
        account_mark=account_mark(connection),
        prices=connection.prices,
    )


def _why_kept(quote: Quote | None, instrument: Instrument | None) -> tuple[str, str] | None:
    """Why something that is held cannot be traded by a plan, in Korean and English; None when it can."""
    if quote is None or instrument is None:
        return "상장 목록에 없어", "not listed"
    if quote.is_halted or instrument.is_halted:
        return "거래정지라", "halted"
    if instrument.is_being_delisted:
        return (
            "정리매매라(30분마다 단일가, 지정가만; 팔려면 직접)",
            "being delisted: sell it by hand, by limit",
        )
    return None


def _planning_day(settings: RebalanceSettings, at: datetime) -> date:
    today = at.date()
    if is_trading_day(today) and at < settings.course(today, at).end:
        return today
    return next_trading_day(today)


def account_mark(connection: Connection) -> str:
    """Tells accounts apart without naming them."""
    return digest(f"{connection.environment.name}:{connection.account}:{connection.prices}")


def digest(text: str) -> str:
    """A short name for what should not be named."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
