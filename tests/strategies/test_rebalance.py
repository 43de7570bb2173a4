import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.plan import Line, Plan, Targets
from hoga.domain.position import Fill, Position
from hoga.domain.quote import Interruption, Quote
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.trading_state import TradingState
from hoga.domain.wake import Decision, View, WhenOrderChanges, WhenTime
from hoga.domain.zone import KST
from hoga.krx.fees import KIS_FUND
from hoga.ports import Strategy
from hoga.strategies.rebalance import ATTEMPTS, Rebalance, RebalanceSettings

DAY = date(2026, 11, 20)
EXAM_DAY = date(2026, 11, 19)
NEW_YEAR = date(2026, 1, 2)
SAMSUNG, HYNIX, NAVER = "005930", "000660", "035420"
NAMES = {code: Instrument(code=code, name=code, market=Market.KOSPI) for code in (SAMSUNG, HYNIX, NAVER)}


every_schedule = pytest.mark.parametrize("schedule", ["twap", "vwap", "pov"])


def at(hour: int, minute: int = 0, second: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute, second), KST)


def a_plan(
    lines: dict[str, tuple[int, int]],
    *,
    cash: int = 10_000_000,
    kept: int = 0,
    day: date = DAY,
    **settings: object,
) -> Plan:
    """`lines` are held and target shares, at 10,000 won; `kept` is the cash that is kept."""
    settings.setdefault("participation", Decimal("0.5"))
    rules = RebalanceSettings(**settings)  # type: ignore[arg-type]
    course = rules.course(day, at(8, day=day))
    return Plan(
        number=7,
        day=day,
        made_at=at(8, 30, day=day),
        profile="sim",
        account="x",
        prices="made",
        model="model.xlsx",
        targets=Targets(
            lines=tuple(
                Line(code=code, name=code, held=held, target=target, price=10_000)
                for code, (held, target) in sorted(lines.items())
            ),
            total_value=0,
            cash_before=cash,
            kept_cash=kept,
        ),
        course=course,
        expected_end=course.end,
    )


def rebalance(plan: Plan) -> Rebalance:
    return Rebalance(plan, KIS_FUND, NAMES)


@dataclass
class Day:
    """A market that fills what it is let, and the account of somebody who rebalances in it."""

    plan: Plan
    cash: int = 10_000_000
    fills: Callable[[datetime, OrderRequest], int] = lambda at, request: request.quantity
    change: Callable[[datetime, Quote], Quote] = lambda at, quote: quote
    price: Callable[[datetime, str], int] = lambda at, code: 10_000
    trading: Callable[[datetime], TradingState] = lambda at: TradingState.ACTIVE
    refuses: Callable[[OrderRequest], bool] = lambda request: False
    closing: bool = True
    sent: list[tuple[datetime, OrderRequest]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shares = {line.code: line.held for line in self.plan.targets.lines}
        self.orders: dict[str, Order] = {}
        self.now = at(8, 55, day=self.plan.day)
        self.strategy = rebalance(self.plan)
        self.lowest = self.cash

    def quote(self, code: str) -> Quote:
        price = self.price(self.now, code)
        minutes = int((self.now - at(8, day=self.plan.day)).total_seconds() // 60)
        quote = Quote(
            code=code,
            name=code,
            at=self.now,
            last_price=price,
            base_price=10_000,
            upper_limit=13_000,
            lower_limit=7_000,
            open=10_000,
            high=10_000,
            low=10_000,
            volume=minutes * 10,
            value=minutes * 100_000,
            ask=price,
            bid=price,
            ask_quantity=100,
            bid_quantity=100,
            total_ask_quantity=1_000,
            total_bid_quantity=1_000,
        )
        return self.change(self.now, quote)

    @property
    def reserved(self) -> int:
        won = 0
        for order in self.orders.values():
            if order.is_open and order.request.side is Side.BUY:
                won += order.remaining_quantity * (order.price or 13_000)
                won += KIS_FUND.of(order.remaining_quantity * (order.price or 13_000))
        return won

    def view(self) -> View:
        held = {code: count for code, count in self.shares.items() if count}
        selling = dict.fromkeys(held, 0)
        for order in self.orders.values():
            if order.request.side is Side.SELL and order.is_open:
                selling[order.request.code] += order.remaining_quantity
        return View(
            day=self.plan.day,
            opening_cash=self.cash,
            opening_positions=frozenset(held),
            cash=self.cash - self.reserved,
            positions={
                code: Position(code, code, count, count - selling[code], count * 10_000, 10_000)
                for code, count in held.items()
            },
            lots={},
            orders=tuple(self.orders.values()),
            quotes={code: self.quote(code) for code in NAMES},
            fills=tuple(
                Fill(
                    order_id=order.order_id,
                    code=order.request.code,
                    side=order.request.side,
                    quantity=order.filled_quantity,
                    price=order.filled_amount // order.filled_quantity,
                    amount=order.filled_amount,
                    at=self.now,
                )
                for order in self.orders.values()
                if order.filled_quantity
            ),
            trading=self.trading(self.now),
        )

    def run(self, until: datetime | None = None, dies_at: tuple[datetime, ...] = ()) -> None:
        """Live until the strategy is over, or until `until`; it is started anew at each of `dies_at`."""
        deaths = sorted(dies_at)
        while until is None or self.now < until:
            if deaths and self.now >= deaths[0]:
                deaths.pop(0)
                self.strategy = rebalance(self.plan)
            decision = self.strategy.decide(self.view(), self.now)
            self.notes += decision.notes
            changed = self.carry_out(decision)
            if not decision.wake_ups:
                return
            if changed and any(isinstance(wake_up, WhenOrderChanges) for wake_up in decision.wake_ups):
                continue
            (later,) = [wake_up.at for wake_up in decision.wake_ups if isinstance(wake_up, WhenTime)]
            assert later > self.now
            self.now = later

    def carry_out(self, decision: Decision) -> bool:
        for order_id in decision.cancels:
            order = self.orders[order_id]
            assert order.status is OrderStatus.OPEN
            self.orders[order_id] = replace(
                order,
                status=OrderStatus.CANCELED,
                canceled_quantity=order.request.quantity - order.filled_quantity,
            )
        for request in decision.orders:
            self.place(request)
        return bool(decision.cancels)

    def place(self, request: OrderRequest) -> None:
        order_id = f"{len(self.orders) + 1:06d}"
        order = Order(
            order_id=order_id, request=request, source="x", status=OrderStatus.OPEN, price=request.price
        )
        self.sent.append((self.now, request))
        if self.refuses(request):
            self.orders[order_id] = replace(order, status=OrderStatus.REJECTED, reason="40250000 안 됩니다")
            return
        self.orders[order_id] = order
        assert self.cash >= self.reserved, "sent to be refused"
        filled = min(request.quantity, self.fills(self.now, request))
        sign = 1 if request.side is Side.BUY else -1
        self.shares[request.code] += sign * filled
        assert self.shares[request.code] >= 0
        amount = filled * self.price(self.now, request.code)
        self.cash -= sign * amount + KIS_FUND.of(amount)
        self.lowest = min(self.lowest, self.cash)
        is_filled = filled == request.quantity
        self.orders[order_id] = replace(
            order,
            filled_quantity=filled,
            filled_amount=amount,
            status=OrderStatus.FILLED if is_filled else OrderStatus.OPEN,
        )

    @property
    def differences(self) -> dict[str, int]:
        return {
            line.code: line.target - self.shares[line.code]
            for line in self.plan.targets.lines
            if line.target != self.shares[line.code]
        }


def test_it_keeps_the_promise_of_a_strategy() -> None:
    strategy: Strategy = rebalance(a_plan({SAMSUNG: (0, 10), HYNIX: (3, 3)}))
    assert strategy.name == "rebalance-0007-083000"
    assert strategy.codes == {SAMSUNG}  # what stays as it is needs no price


def test_everything_is_traded_in_slices_in_the_window() -> None:
    day = Day(a_plan({SAMSUNG: (0, 300), HYNIX: (200, 0)}))
    day.run()
    assert day.differences == {}
    bought = [(when, one.quantity) for when, one in day.sent if one.side is Side.BUY]
    sold = [(when, one.quantity) for when, one in day.sent if one.side is Side.SELL]
    assert at(9, 10) <= bought[0][0] < bought[-1][0] < at(15)
    assert at(9, 10) <= sold[0][0] < sold[-1][0] < at(14, 30)
    assert len(bought) > 100 < len(sold)
    assert max(quantity for _, quantity in bought) == 3
    assert {one.order_type for _, one in day.sent} == {OrderType.IMMEDIATELY_EXECUTABLE_LIMIT}
    assert day.notes[-1].startswith("계획대로 모두 체결되었습니다")


@every_schedule
def test_the_hours_of_the_exam_day_are_an_hour_later(schedule: str) -> None:
    day = Day(a_plan({SAMSUNG: (0, 300), HYNIX: (300, 0)}, day=EXAM_DAY, schedule=schedule))
    day.run()
    assert day.differences == {}
    bought = [when for when, one in day.sent if one.side is Side.BUY]
    sold = [when for when, one in day.sent if one.side is Side.SELL]
    assert at(10, 10, day=EXAM_DAY) <= min(bought)
    assert at(10, 10, day=EXAM_DAY) <= min(sold)
    assert max(bought) < at(16, day=EXAM_DAY)
    assert max(sold) < at(15, 30, day=EXAM_DAY)
    if schedule != "pov":  # which is over when there has been enough volume
        assert max(bought) > at(15, 50, day=EXAM_DAY)


@every_schedule
def test_the_first_trading_day_opens_late_and_closes_as_ever(schedule: str) -> None:
    day = Day(a_plan({SAMSUNG: (0, 300)}, day=NEW_YEAR, schedule=schedule))
    day.run()
    assert day.differences == {}
    assert at(10, 10, day=NEW_YEAR) <= day.sent[0][0] < day.sent[-1][0] < at(15, day=NEW_YEAR)


def test_what_a_slice_leaves_is_cancelled_and_carried_forward() -> None:
    day = Day(a_plan({SAMSUNG: (0, 300)}), fills=lambda when, request: request.quantity // 2)
    day.run(until=at(12))
    orders = list(day.orders.values())
    assert [order.status for order in orders[:-1]].count(OrderStatus.OPEN) == 0
    assert any(order.status is OrderStatus.CANCELED and order.filled_quantity for order in orders)
    # It is a slice or two behind, and never ahead.
    share = (at(12) - at(9, 10)) / (at(15) - at(9, 10))
    assert 0.9 * share * 300 < day.shares[SAMSUNG] <= share * 300 + 1


@pytest.mark.parametrize(
    ("ends", "last"), [(at(15, 25), at(15, 30, 32)), (at(15, 32, 10), at(15, 32, 32))], ids=["short", "long"]
)
def test_it_waits_for_a_closing_call_that_an_interruption_makes_longer(
    ends: datetime, last: datetime
) -> None:
    def held(when: datetime, quote: Quote) -> Quote:
        return quote._replace(interruption=Interruption.DYNAMIC if at(15, 25) <= when < ends else None)

    day = Day(a_plan({SAMSUNG: (0, 300)}), fills=lambda when, request: 0, change=held)
    day.run()
    assert day.now == last
    assert not [when for when, _ in day.sent if when >= at(15, 30)]
    assert day.notes[-1].endswith("005930 300")


def test_there_is_never_more_than_one_order_of_a_name_open() -> None:
    lucky = random.Random(3)

    def fills(when: datetime, request: OrderRequest) -> int:
        return lucky.randint(0, request.quantity)

    day = Day(a_plan({SAMSUNG: (0, 200), HYNIX: (100, 0), NAVER: (5, 60)}), fills=fills)
    while day.differences and day.now < at(15, 20):
        day.run(until=day.now + timedelta(minutes=1))
        live = [order.request.code for order in day.orders.values() if not order.is_done]
        assert len(set(live)) == len(live)
    day.run()
    assert day.differences == {}


@every_schedule
def test_purchases_wait_for_the_sales_that_pay_for_them(schedule: str) -> None:
    plan = a_plan({SAMSUNG: (0, 970), HYNIX: (1_000, 0)}, cash=30_000, schedule=schedule)
    day = Day(plan, cash=30_000)  # the order book of `Day` asserts that nothing is sent to be refused
    day.run()
    assert day.differences == {}
    assert day.lowest >= 0


def test_when_prices_rise_the_kept_cash_is_kept_and_the_risen_name_is_short() -> None:
    plan = a_plan({SAMSUNG: (0, 300), HYNIX: (0, 300), NAVER: (0, 300)}, cash=9_200_000, kept=184_000)

    def price(when: datetime, code: str) -> int:
        return {SAMSUNG: 10_300, HYNIX: 9_990, NAVER: 10_010}[code] if when >= at(11) else 10_000

    day = Day(plan, cash=9_200_000, price=price)
    day.run()
    assert set(day.differences) == {SAMSUNG}
    assert 0 < day.differences[SAMSUNG] <= 9
    assert 184_000 <= day.lowest < 184_000 + 10_300
    (reason,) = day.strategy.reasons.values()
    assert "현금 버퍼 184,000원" in reason[0]
    assert "its price rose from the planned 10,000 won" in reason[1]


def test_what_rose_is_bought_after_all_when_it_falls_again() -> None:
    plan = a_plan({SAMSUNG: (0, 300), HYNIX: (0, 300)}, cash=6_200_000, kept=184_000)
    day = Day(
        plan,
        cash=6_200_000,
        fills=lambda when, request: request.quantity if when >= at(15, 10) else 0,
        price=lambda when, code: 10_500 if code == SAMSUNG and when < at(15, 10) else 10_000,
    )
    day.run(until=at(15, 5))
    assert "10,500" in day.strategy.reasons[SAMSUNG][1]
    day.run()
    assert day.differences == {}
    assert day.strategy.reasons == {}


def test_sales_that_bring_less_leave_purchases_and_say_so() -> None:
    plan = a_plan({SAMSUNG: (0, 300), HYNIX: (300, 0)}, cash=200_000, kept=184_000)
    day = Day(plan, cash=200_000, price=lambda when, code: 9_000 if code == HYNIX else 10_000)
    day.run()
    assert set(day.differences) == {SAMSUNG}
    assert day.lowest >= 184_000
    assert "매도가 밀렸거나" in day.strategy.reasons[SAMSUNG][0]


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_whatever_prices_do_the_kept_cash_is_kept_and_every_gap_has_its_reason(data: st.DataObject) -> None:
    lines = {
        code: (data.draw(st.integers(0, 200)), data.draw(st.integers(0, 200)))
        for code in (SAMSUNG, HYNIX, NAVER)
    }
    kept = data.draw(st.integers(0, 500_000))
    needed = sum((target - held) * 10_000 for held, target in lines.values())
    cash = max(0, needed) + kept + data.draw(st.integers(0, 50_000))
    walks = {code: data.draw(st.lists(st.integers(9_000, 11_000), min_size=7, max_size=7)) for code in lines}
    schedule = data.draw(st.sampled_from(["twap", "vwap", "pov"]))
    day = Day(
        a_plan(lines, cash=cash, kept=kept, schedule=schedule),
        cash=cash,
        price=lambda when, code: walks[code][min(6, max(0, when.hour - 9))],
    )
    day.run()
    assert day.lowest >= min(cash, kept)
    assert all(order.is_done for order in day.orders.values())
    for code, missing in day.differences.items():
        assert missing > 0
        assert day.strategy.reasons[code]
        # With its price in hand above what is kept it would have been bought.
        assert day.cash - kept < day.price(day.now, code) * 1.04, code


def test_what_the_last_cash_cannot_reserve_at_the_upper_limit_is_bought_at_a_limit() -> None:
    day = Day(a_plan({SAMSUNG: (0, 99)}, cash=991_000), cash=991_000)
    day.run()
    assert day.differences == {}
    late = [(when, one) for when, one in day.sent if one.order_type is OrderType.LIMIT]
    assert late
    assert all(when >= at(15) for when, _ in late)


@every_schedule
def test_what_does_not_fill_until_three_is_bought_later_and_then_in_the_closing_call(schedule: str) -> None:
    day = Day(
        a_plan({SAMSUNG: (0, 50), HYNIX: (40, 0)}, schedule=schedule),
        fills=lambda when, request: request.quantity if when >= at(15, 20) else 0,
    )
    day.run()
    assert day.differences == {}
    closing = [(one.side, one.order_type) for when, one in day.sent if when >= at(15, 20)]
    assert sorted(closing) == [(Side.BUY, OrderType.MARKET), (Side.SELL, OrderType.MARKET)]


def test_the_closing_call_is_left_alone_when_it_is_not_allowed() -> None:
    plan = a_plan({SAMSUNG: (0, 50)}, closing_auction=False)
    day = Day(plan, fills=lambda when, request: 0)
    day.run()
    assert max(when for when, _ in day.sent) < at(15, 20)
    assert all(order.is_done for order in day.orders.values())
    assert "005930 50" in day.notes[-1]


@every_schedule
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_halted": True}, "거래정지"),
        ({"interruption": Interruption.STATIC}, "변동성완화장치"),
        ({"ask": None}, "상한가"),
    ],
)
def test_a_name_that_cannot_trade_waits_and_is_told_once(
    changes: dict[str, Any], why: str, schedule: str
) -> None:
    def change(when: datetime, quote: Quote) -> Quote:
        if quote.code == SAMSUNG and at(10) <= when < at(13):
            return quote._replace(**changes)
        return quote

    plan = a_plan({SAMSUNG: (0, 300), HYNIX: (0, 300)}, schedule=schedule, participation=Decimal("0.1"))
    day = Day(plan, change=change)
    day.run()
    assert not [when for when, one in day.sent if one.code == SAMSUNG and at(10) <= when < at(13)]
    assert [when for when, one in day.sent if one.code == HYNIX and at(10) <= when < at(13)]
    assert len([note for note in day.notes if why in note]) == 1
    assert day.differences == {}
    # It catches up, but not in one blow.
    assert max(one.quantity for when, one in day.sent if when < at(15)) <= 12


def test_a_halt_for_the_whole_day_is_a_named_reason() -> None:
    day = Day(
        a_plan({SAMSUNG: (0, 30), HYNIX: (0, 30)}),
        change=lambda when, quote: quote._replace(is_halted=quote.code == SAMSUNG),
    )
    day.run()
    assert day.differences == {SAMSUNG: 30}
    assert day.strategy.reasons == {SAMSUNG: ("거래정지", "trading in it is halted")}


@every_schedule
def test_the_switch_pauses_it_and_lets_it_go_on(schedule: str) -> None:
    def trading(when: datetime) -> TradingState:
        return TradingState.HALTED if at(10) <= when < at(11) else TradingState.ACTIVE

    day = Day(a_plan({SAMSUNG: (0, 300)}, schedule=schedule), trading=trading)
    day.run()
    assert not [when for when, _ in day.sent if at(10) <= when < at(11)]
    assert day.differences == {}


def test_a_reducing_account_only_sells() -> None:
    day = Day(a_plan({SAMSUNG: (0, 30), HYNIX: (30, 0)}), trading=lambda when: TradingState.REDUCING)
    day.run()
    assert day.differences == {SAMSUNG: 30}


@every_schedule
def test_a_paused_plan_sends_nothing_and_a_stopped_one_ends(schedule: str) -> None:
    day = Day(a_plan({SAMSUNG: (0, 300)}, schedule=schedule), fills=lambda when, request: 0)
    day.run(until=at(10))
    day.strategy.is_paused = True
    sent = len(day.sent)
    day.run(until=at(11))
    assert len(day.sent) == sent
    day.strategy.is_paused = False
    day.run(until=at(12))
    assert len(day.sent) > sent
    day.strategy.is_stopped = True
    day.run()
    assert day.now < at(12, 10)
    assert all(order.is_done for order in day.orders.values())


def test_a_name_that_is_refused_again_and_again_is_given_up_with_the_reason() -> None:
    day = Day(a_plan({SAMSUNG: (0, 300), HYNIX: (0, 30)}), refuses=lambda request: request.code == SAMSUNG)
    day.run()
    assert len([one for _, one in day.sent if one.code == SAMSUNG]) == ATTEMPTS
    assert day.differences == {SAMSUNG: 300}
    assert "40250000" in day.strategy.reasons[SAMSUNG][0]


def test_a_name_that_is_refused_now_and_then_is_not_given_up() -> None:
    """As in volatility interruptions that the broker's prices do not tell."""
    turns = iter(range(10_000))
    day = Day(a_plan({SAMSUNG: (0, 300)}), refuses=lambda request: next(turns) % 10 != 9)
    day.run(until=at(14))
    refused = sum(order.status is OrderStatus.REJECTED for order in day.orders.values())
    assert refused > ATTEMPTS
    assert day.shares[SAMSUNG] > 0
    assert SAMSUNG not in day.strategy.reasons


@every_schedule
@pytest.mark.parametrize("seed", range(5))
def test_killed_anywhere_it_continues_and_buys_nothing_twice(schedule: str, seed: int) -> None:
    lucky = random.Random(seed)
    lines = {SAMSUNG: (0, lucky.randint(1, 500)), HYNIX: (lucky.randint(1, 500), 0), NAVER: (20, 33)}
    plan = a_plan(lines, schedule=schedule, seed=seed)
    deaths = tuple(at(9) + timedelta(seconds=lucky.randint(0, 6 * 3600)) for _ in range(5))
    day = Day(plan, fills=lambda when, request: lucky.randint(0, request.quantity))
    day.run(dies_at=deaths)
    assert day.differences == {}
    for code, (held, target) in lines.items():
        orders = [order for order in day.orders.values() if order.request.code == code]
        assert sum(order.filled_quantity for order in orders) == abs(target - held)


def test_a_share_of_the_volume_is_followed() -> None:
    day = Day(a_plan({SAMSUNG: (0, 300)}, schedule="pov", participation=Decimal("0.1")))
    day.run(until=at(12))
    # Ten shares a minute trade, so we buy one a minute.
    assert 160 <= day.shares[SAMSUNG] <= 171


def test_a_plan_made_late_is_traded_in_what_is_left() -> None:
    course = RebalanceSettings().course(DAY, at(14, 47, 10))
    assert (course.start, course.sells_end, course.end) == (at(14, 49), at(14, 54, 30), at(15))
    assert RebalanceSettings().course(DAY, at(15, 10)).start == at(15)
    plan = replace(
        a_plan({SAMSUNG: (0, 30), HYNIX: (30, 0)}), course=RebalanceSettings().course(DAY, at(15, 10))
    )
    day = Day(plan)
    day.now = at(15, 11)
    day.run()
    assert day.differences == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cash_buffer", Decimal(1)),
        ("schedule", "arrival"),
        ("start_after_open", 301),
        ("sells_before_end", 10),
        ("slice_minutes", 0),
        ("participation", Decimal("0.6")),
        ("price_moved", Decimal(0)),
        ("seed", -1),
    ],
)
def test_a_setting_that_is_not_allowed_is_named(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=name):
        RebalanceSettings(**{name: value})  # type: ignore[arg-type]


def test_hours_without_time_to_sell_are_refused() -> None:
    with pytest.raises(BadInput, match="no time is left"):
        RebalanceSettings(start_after_open=290, sells_before_end=120).course(DAY, at(8))
