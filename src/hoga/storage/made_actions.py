"""Made corporate actions: few a year, whose dates, ratios, shares and prices fit one another and the issue.

They are told from the newest back: after the last one an issue has the shares and the face value that its
company has, and every one before begins with what the next one began with. Prices are those of made bars of
the days before. The bars themselves know nothing of it: they are as if adjusted (수정주가), and trading never
stops for it, so made actions have no days of a halt. What changes shares is over before a simulated market
begins, because that market would have to give its accounts the new ones; meetings go on.

Only common shares have actions, and only small issuers reduce their capital. Most issuers have given stock
options or convertible bonds, which are exercised several times a year for a few shares: that moves no base
price, and never happens while anything else goes on. A meeting is held once a year about the statements, and
before a merger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from hoga.domain.company import Company, Size
from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.krx.calendar import add_trading_days, is_trading_day, next_trading_day, previous_trading_day
from hoga.storage.luck import luck_of
from hoga.storage.made_names import MadeName

_FIRST_YEAR = 2016
"""The first whole year of made prices."""
_CHANCES = (
    (ActionKind.BONUS_ISSUE, 0.06),
    (ActionKind.PAID_IN, 0.12),
    (ActionKind.FACE_CHANGE, 0.03),
    (ActionKind.REDUCTION, 0.02),
    (ActionKind.MERGER, 0.03),
)
"""How likely an issuer does it in a year."""
_EXERCISING = 0.6
"""How likely an issuer has given options or bonds."""
_MOST_EXERCISES = 6
"""In a year."""
_OPTIONS, _BONDS = "STOCKOPTION행사", "국내CB행사"
_IN_BONDS = {Size.LARGE: 0.1, Size.MID: 0.3, Size.SMALL: 0.5}
_LOT = 1_000
"""Of shares that are exercised, so that splits go on being possible."""
_LISTED_AFTER = 8
"""Trading days from an exercise to the listing."""
_AROUND_ACTION = timedelta(days=90)
"""Around the record day of anything else nothing is exercised."""
_BONUSES = ("0.1", "0.2", "0.3", "0.5", "1")
_REDUCTIONS = ("0.2", "0.25", "0.5")
_SPLITS = (2, 5, 10)
_MOST_FACE = 5000
_MANAGERS = ("미래에셋증권", "KB증권", "NH투자증권", "삼성증권", "한국투자증권")
_YEAR = timedelta(days=365)
_ANNUAL_DAYS = 85
"""Calendar days from the end of a financial year to the meeting about it."""

Close = Callable[[date], int | None]
"""The last price of a day, None when it is not known."""


def make_actions(
    seed: int, name: MadeName, company: Company, close: Close, first: date, last: date, until: date
) -> Sequence[CorporateAction]:
    """The actions of an issue by record day; what changes shares is listed before `until`."""
    code, shares, face = name.instrument.code, company.listed_shares, company.face_value
    if company.is_preferred or not shares or not face:
        return ()
    planned = _plan(seed, code, shares, face, until, company.size or Size.SMALL)
    found = [*planned, *_meetings(seed, company, planned, shares, first.year, last.year)]
    if company.listing_day is not None:
        found.append(_public_offer(seed, name, planned, company.listing_day, shares, face))
    told = (_priced(action, close) for action in found if first <= action.record_day <= last)
    return tuple(sorted(told, key=lambda each: (each.record_day, each.kind)))


@dataclass(frozen=True, slots=True)
class _Exercise:
    """Shares for options or a bond, so many of a thousand."""

    day: date
    is_bond: bool
    per_mille: float
    discount: Decimal


@lru_cache(maxsize=8192)
def _plan(
    seed: int, code: str, shares: int, face: int, until: date, size: Size
) -> tuple[CorporateAction, ...]:
    """Everything that changed shares and was listed before `until`, newest first, and what belongs to it."""
    found: list[CorporateAction] = []
    is_exercising = luck_of(seed, "options", code).random() < _EXERCISING
    following = date.max
    for year in range(until.year, _FIRST_YEAR - 1, -1):
        fate = luck_of(seed, "actions", code, year)
        kind = _drawn(fate)
        drawn = _exercises(seed, code, year, size) if is_exercising else []
        exercises = [each for each in drawn if each.day < following - _AROUND_ACTION]
        if kind is None or (kind is ActionKind.REDUCTION and size is not Size.SMALL):
            shares = _exercised(found, code, exercises, shares, until)
            continue
        record_day = _trading_day(date(year, 1, 20) + timedelta(days=fate.randrange(260)))
        following = record_day
        later = [each for each in exercises if each.day > record_day + _AROUND_ACTION]
        shares = _exercised(found, code, later, shares, until)
        made = _action(fate, kind, code, record_day, shares, face)
        if made is not None and made.listing_day is not None and made.listing_day < until:
            found += [made, *_companions(fate, made)]
            shares, face = made.shares_before or shares, made.face_before or face
        earlier = [each for each in exercises if each.day < record_day - _AROUND_ACTION]
        shares = _exercised(found, code, earlier, shares, until)
    return tuple(found)


def _exercises(seed: int, code: str, year: int, size: Size) -> list[_Exercise]:
    """What is exercised in a year, newest first, once on a day."""
    fate = luck_of(seed, "exercises", code, year)
    drawn: dict[date, _Exercise] = {}
    for _ in range(fate.randint(1, _MOST_EXERCISES)):
        day = _trading_day(date(year, 1, 2) + timedelta(days=fate.randrange(353)))
        is_bond = fate.random() < _IN_BONDS[size]
        per_mille = fate.uniform(5, 30) if is_bond else fate.uniform(0.05, 1)
        discount = fate.randrange(5, 31) if is_bond else fate.randrange(10, 61)
        drawn[day] = _Exercise(day, is_bond, per_mille, Decimal(discount) / 100)
    return sorted(drawn.values(), key=lambda each: each.day, reverse=True)


def _exercised(
    found: list[CorporateAction], code: str, exercises: Sequence[_Exercise], shares: int, until: date
) -> int:
    """Add what was listed before `until` to `found`; how many shares there were before all of it."""
    for each in exercises:
        listing_day = add_trading_days(each.day, _LISTED_AFTER)
        if listing_day >= until:
            continue
        new = max(int(shares * each.per_mille / 1000) // _LOT, 1) * _LOT
        shares -= new
        found.append(
            CorporateAction(
                code=code,
                kind=ActionKind.EXERCISE,
                record_day=each.day,
                discount=each.discount,
                shares_before=shares,
                new_shares=new,
                listing_day=listing_day,
                reason=_BONDS if each.is_bond else _OPTIONS,
            )
        )
    return shares


def _drawn(fate: Random) -> ActionKind | None:
    roll = fate.random()
    for kind, chance in _CHANCES:
        roll -= chance
        if roll < 0:
            return kind
    return None


def _action(
    fate: Random, kind: ActionKind, code: str, record_day: date, shares: int, face: int
) -> CorporateAction | None:
    """An action after which there are `shares` of `face` won each; None when that cannot be."""
    match kind:
        case ActionKind.BONUS_ISSUE:
            return _bonus_issue(fate, code, record_day, shares)
        case ActionKind.PAID_IN:
            return _paid_in(fate, code, record_day, shares)
        case ActionKind.FACE_CHANGE:
            return _face_change(fate, code, record_day, shares, face)
        case ActionKind.REDUCTION:
            return _reduction(fate, code, record_day, shares)
        case _:
            return _merger(fate, code, record_day, shares)


def _bonus_issue(fate: Random, code: str, record_day: date, shares: int) -> CorporateAction:
    ratio = Decimal(fate.choice(_BONUSES))
    before = int(shares / (1 + ratio))
    listing_day = add_trading_days(record_day, 14)
    return CorporateAction(
        code=code,
        kind=ActionKind.BONUS_ISSUE,
        record_day=record_day,
        ratio=ratio,
        shares_before=before,
        new_shares=shares - before,
        ex_day=previous_trading_day(record_day),
        pay_day=add_trading_days(listing_day, 5),
        listing_day=listing_day,
    )


def _paid_in(fate: Random, code: str, record_day: date, shares: int) -> CorporateAction:
    """Half are offered to the shareholders, half placed with somebody who may not sell them for a year."""
    is_placed = fate.random() < 0.5
    ratio = Decimal(fate.randrange(2, 10) if is_placed else fate.randrange(5, 31)) / 100
    before = int(shares / (1 + ratio))
    first_day = record_day if is_placed else add_trading_days(record_day, 25)
    last_day = first_day if is_placed else next_trading_day(first_day)
    return CorporateAction(
        code=code,
        kind=ActionKind.PAID_IN,
        record_day=record_day,
        ratio=ratio,
        discount=Decimal(fate.randrange(0, 11) if is_placed else fate.randrange(15, 31)) / 100,
        shares_before=before,
        new_shares=shares - before,
        ex_day=None if is_placed else previous_trading_day(record_day),
        first_day=first_day,
        last_day=last_day,
        listing_day=add_trading_days(last_day, 12),
    )


def _face_change(fate: Random, code: str, record_day: date, shares: int, face: int) -> CorporateAction | None:
    times = fate.choice(_SPLITS)
    if face * times > _MOST_FACE or shares % times:
        return None
    return CorporateAction(
        code=code,
        kind=ActionKind.FACE_CHANGE,
        record_day=record_day,
        shares_before=shares // times,
        new_shares=shares,
        face_before=face * times,
        face_after=face,
        listing_day=add_trading_days(record_day, 6),
    )


def _reduction(fate: Random, code: str, record_day: date, shares: int) -> CorporateAction:
    ratio = Decimal(fate.choice(_REDUCTIONS))
    return CorporateAction(
        code=code,
        kind=ActionKind.REDUCTION,
        record_day=record_day,
        ratio=ratio,
        shares_before=int(shares / ratio),
        new_shares=shares,
        listing_day=add_trading_days(record_day, 12),
        reason="무상감자",
    )


def _merger(fate: Random, code: str, record_day: date, shares: int) -> CorporateAction:
    """An unlisted company is taken in, and its shareholders get new shares."""
    new = shares * fate.randrange(1, 6) // 100
    number = fate.randrange(1, 10_000)
    listing_day = add_trading_days(record_day, 14)
    return CorporateAction(
        code=code,
        kind=ActionKind.MERGER,
        record_day=record_day,
        ratio=Decimal(fate.randrange(5, 200)) / 100,
        shares_before=shares - new,
        new_shares=new,
        listing_day=listing_day,
        pay_day=add_trading_days(listing_day, 5),
        reason="흡수합병",
        partner=f"{number:05}",
        partner_name=f"가상회사 {number:04}",
    )


def _companions(fate: Random, made: CorporateAction) -> list[CorporateAction]:
    """What follows from an action: forfeited shares, those that are locked up, objections to a merger."""
    new, first_day, last_day = made.new_shares or 0, made.first_day, made.last_day
    if made.kind is ActionKind.PAID_IN and made.ex_day is not None and last_day is not None:
        offered = add_trading_days(last_day, 3)
        return [
            replace(
                made,
                kind=ActionKind.FORFEITED,
                new_shares=new * fate.randrange(5, 31) // 100,
                first_day=offered,
                last_day=next_trading_day(offered),
                refund_day=add_trading_days(offered, 3),
                manager=fate.choice(_MANAGERS),
            )
        ]
    if made.kind is ActionKind.PAID_IN and first_day is not None and made.listing_day is not None:
        return [
            CorporateAction(
                code=made.code,
                kind=ActionKind.DEPOSIT,
                record_day=made.listing_day,
                shares_before=made.shares_before,
                new_shares=new,
                first_day=made.listing_day,
                last_day=made.listing_day + _YEAR,
                reason="모집매출",
            )
        ]
    if made.kind is not ActionKind.MERGER:
        return []
    asked = _trading_day(made.record_day - timedelta(days=60))
    meeting_day = _trading_day(made.record_day - timedelta(days=30))
    claimed = _trading_day(meeting_day + timedelta(days=20))
    return [
        CorporateAction(
            code=made.code,
            kind=ActionKind.PURCHASE_REQUEST,
            record_day=asked,
            first_day=previous_trading_day(meeting_day),
            last_day=claimed,
            pay_day=_trading_day(claimed + timedelta(days=30)),
            meeting_day=meeting_day,
        ),
        CorporateAction(
            code=made.code,
            kind=ActionKind.MEETING,
            record_day=asked,
            shares_before=made.shares_before,
            meeting_day=meeting_day,
            reason="임시총회",
            agenda="합병계약 승인",
        ),
    ]


def _meetings(
    seed: int,
    company: Company,
    planned: Sequence[CorporateAction],
    shares: int,
    first_year: int,
    last_year: int,
) -> list[CorporateAction]:
    """The meetings about the statements of the years that end from one to the other."""
    found = []
    for year in range(max(first_year, _FIRST_YEAR), last_year + 1):
        month = company.settlement_month or 12
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        late = luck_of(seed, "annual meeting", company.code, year).randrange(6)
        found.append(
            CorporateAction(
                code=company.code,
                kind=ActionKind.MEETING,
                record_day=end,
                shares_before=_shares_at(planned, end, shares),
                meeting_day=_trading_day(end + timedelta(days=_ANNUAL_DAYS + late)),
                reason="정기총회",
                agenda="재무제표 승인",
            )
        )
    return found


def _public_offer(
    seed: int,
    name: MadeName,
    planned: Sequence[CorporateAction],
    listing_day: date,
    shares: int,
    face: int,
) -> CorporateAction:
    """How the issue was offered before it was listed, at a price of its reference."""
    fate = luck_of(seed, "public offer", name.instrument.code)
    shares = _shares_at(planned, listing_day, shares)
    face = next((each.face_before for each in reversed(planned) if each.face_before), face)
    new = shares * fate.randrange(10, 31) // 100
    last_day = listing_day - timedelta(days=7)
    return CorporateAction(
        code=name.instrument.code,
        kind=ActionKind.PUBLIC_OFFER,
        record_day=last_day - timedelta(days=1),
        price=max(int(name.reference * fate.uniform(0.3, 0.9)) // 100 * 100, 100),
        shares_before=shares - new,
        new_shares=new,
        face_after=face,
        first_day=last_day - timedelta(days=1),
        last_day=last_day,
        pay_day=last_day + timedelta(days=2),
        refund_day=last_day + timedelta(days=2),
        listing_day=listing_day,
        manager=fate.choice(_MANAGERS),
    )


def _shares_at(planned: Sequence[CorporateAction], day: date, shares: int) -> int:
    """How many shares there were on `day`; there are `shares` after everything that is planned."""
    for action in planned:
        if action.kind is ActionKind.DEPOSIT or action.listing_day is None or action.listing_day <= day:
            continue
        shares = action.shares_before or shares
    return shares


def _priced(action: CorporateAction, close: Close) -> CorporateAction:
    """The action with its price, as far as the prices that it goes by are known."""
    match action.kind:
        case ActionKind.BONUS_ISSUE:
            price = close(action.listing_day) if action.listing_day else None
        case ActionKind.PURCHASE_REQUEST:
            price = close(previous_trading_day(action.record_day))
        case ActionKind.PAID_IN | ActionKind.FORFEITED | ActionKind.EXERCISE:
            before = close(previous_trading_day(action.ex_day or action.record_day))
            rate = 1 - (action.discount or Decimal(0))
            price = None if before is None else max(int(before * rate) // 10 * 10, 10)
        case _:
            return action
    return replace(action, price=price)


def _trading_day(day: date) -> date:
    return day if is_trading_day(day) else next_trading_day(day)
