"""From a model to a numbered plan: reads the account and today's prices, and keeps what is shown.

Nothing is traded here. It does not know which program asks: a command, a notebook, a simulated day.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from hoga.accounts.connection import Connection
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, BrokerError, WireError
from hoga.domain.instrument import Instrument
from hoga.domain.model import Model
from hoga.domain.plan import Plan, Schedule, Targets
from hoga.domain.quote import Quote
from hoga.domain.request import Side
from hoga.krx.calendar import add_trading_days, is_trading_day, next_trading_day, previous_trading_day
from hoga.krx.fees import KIS_FUND
from hoga.settings import Settings
from hoga.storage.model_file import model_of_frame, model_of_json, read_model, require_tradable
from hoga.storage.plans import Plans
from hoga.strategies.rebalance import RebalanceSettings
from hoga.strategies.slicing import volume_curve
from hoga.strategies.targets import find_targets
from hoga.trading.limits import RiskLimits

PRICES_AT_ONCE = 30
"""So many prices come with one call of KIS's; the person is told of the progress in between."""

Progress = Callable[[str, int, int], None]
"""Told what is read, in Korean and English, how many of it are done, and of how many."""


class Counter(Protocol):
    """Whoever tells an account and prices."""

    async def account(self) -> Account: ...

    async def quotes(self, codes: list[str]) -> dict[str, Quote]: ...


class Minutes(Protocol):
    """Whoever tells the minutes of earlier days."""

    async def minute_bars(self, code: str, first: date, last: date) -> Sequence[Bar]: ...


def _unseen(what: str, done: int, of: int) -> None:
    """Nobody looks on."""


async def draw_plan(
    model: Model,
    plans: Plans,
    settings: RebalanceSettings,
    counter: Counter,
    minutes: Minutes,
    instruments: Mapping[str, Instrument],
    *,
    at: datetime,
    profile: str,
    account_mark: str,
    prices: str,
    limits: RiskLimits,
    progress: Progress = _unseen,
) -> Plan:
    """Keep a plan that brings the account to `model`, for the running trading day or else the next one.

    What is held and cannot be traded stays, and the plan says so, as it says which of `limits` will stop it.
    For `Schedule.VWAP` the minutes of earlier days are read; names whose minutes cannot be read are named in
    the plan, too.

    Raises:
        BadInput: the model cannot be traded.
        BrokerError: account or prices could not be read.
        JournalError: the plan could not be kept.
    """
    progress("계좌 / account", 0, 1)
    account = await counter.account()
    held = {position.code: position.quantity for position in account.positions if position.quantity}
    quotes = await _read_prices(counter, sorted((model.codes | held.keys()) & instruments.keys()), progress)
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
    notes += _stopped_by(limits, targets)
    course = settings.course(day, at)
    if course.schedule is Schedule.VWAP:
        codes = [line.code for line in targets.lines if line.side is not None]
        curves, said = await _read_curves(minutes, codes, day, settings.volume_days, progress)
        course = replace(course, curves=curves)
        notes += said
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


async def _read_prices(counter: Counter, codes: list[str], progress: Progress) -> dict[str, Quote]:
    quotes: dict[str, Quote] = {}
    for start in range(0, len(codes), PRICES_AT_ONCE):
        progress("현재가 / prices", start, len(codes))
        quotes |= await counter.quotes(codes[start : start + PRICES_AT_ONCE])
    progress("현재가 / prices", len(codes), len(codes))
    return quotes


async def _read_curves(
    minutes: Minutes, codes: Sequence[str], day: date, days: int, progress: Progress
) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """The volume curves of `codes` from the `days` before `day`, and what is to be said of them."""
    curves: dict[str, tuple[int, ...]] = {}
    notes: list[str] = []
    first, last = add_trading_days(day, -days), previous_trading_day(day)
    for done, code in enumerate(codes):
        progress("거래량 곡선 / volume curves", done, len(codes))
        try:
            curve = volume_curve(await minutes.minute_bars(code, first, last))
        except (BadInput, BrokerError, WireError) as error:
            notes.append(
                f"분봉을 읽을 수 없습니다 / minutes cannot be read: {error.korean} / {error.english}"
            )
            break  # what cannot be asked of one name cannot be asked of the others
        if curve is not None:
            curves[code] = curve
    progress("거래량 곡선 / volume curves", len(codes), len(codes))
    if curves:
        notes.append(
            f"거래량 곡선 / volume curve ({first:%m-%d}~{last:%m-%d}): {', '.join(sorted(curves))}",
        )
    if assumed := [code for code in codes if code not in curves]:
        notes.append(f"가정한 U자 거래량 곡선 / assumed volume curve (U): {', '.join(assumed)}")
    return curves, notes


async def draw_plan_at(
    connection: Connection,
    model: Any,
    plans: Plans,
    settings: Settings,
    progress: Progress = _unseen,
) -> Plan:
    """Keep a plan for a connected account. `model` is a file, a DataFrame of polars or pandas, or JSON.

    Raises:
        BadInput: the model is faulty or cannot be traded; the sentence names every mistake.
        BrokerError: account or prices could not be read.
        JournalError: the plan could not be kept.
    """
    if isinstance(model, str | Path):
        wanted = read_model(Path(model), connection.instruments)
    elif isinstance(model, bytes):
        wanted = model_of_json(model, connection.instruments)
    else:
        wanted = model_of_frame(model, connection.instruments)
    return await draw_plan(
        wanted,
        plans,
        settings.rebalance,
        connection.broker,
        connection.research,
        connection.instruments,
        at=connection.clock.now(),
        profile=connection.profile,
        account_mark=account_mark(connection),
        prices=connection.prices,
        limits=settings.risk,
        progress=progress,
    )


def _stopped_by(limits: RiskLimits, targets: Targets) -> list[str]:
    """Which of a desk's limits the plan will meet: what lies beyond is denied when its time comes."""
    notes: list[str] = []
    traded = [line for line in targets.lines if line.side is not None]
    allowed, denied = limits.allowed_instruments, limits.denied_instruments
    if barred := [
        line.code for line in traded if line.code in denied or (allowed and line.code not in allowed)
    ]:
        notes.append(
            f"설정 [risk]이(가) 막는 종목 / names that the settings [risk] do not allow: {', '.join(barred)}"
        )
    most = limits.order_notional
    if most is not None and (dear := [line.code for line in traded if line.price > most]):
        notes.append(
            f"한 주가 [risk] order_notional 의 {most:,}원보다 비싼 종목 / "
            f"names of which one share is above [risk] order_notional of {most:,} won: {', '.join(dear)}"
        )
    most = limits.day_notional
    if most is not None and targets.bought > most:
        notes.append(
            f"매수금액이 [risk] day_notional 의 {most:,}원보다 많아 다 사지 못합니다 / "
            f"not everything can be bought: [risk] day_notional is {most:,} won"
        )
    if (share := limits.instrument_share) is not None:
        heavy = [
            line.code
            for line in traded
            if line.side is Side.BUY and line.target * line.price > share * targets.total_value
        ]
        if heavy:
            notes.append(
                f"[risk] instrument_share 의 {share:%}를 넘는 종목 / "
                f"names above [risk] instrument_share of {share:%}: {', '.join(heavy)}"
            )
    return notes


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
    return digest(f"{'REAL' if connection.is_real else 'PAPER'}:{connection.account}:{connection.prices}")


def digest(text: str) -> str:
    """A short name for what should not be named."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
