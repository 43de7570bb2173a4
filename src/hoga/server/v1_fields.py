"""What the routes of /v1 answer, field by field: the rows of `rows`, and what they are packed into.

Fields have the Korean titles that they have over a column.
"""

from collections.abc import Mapping

from hoga.domain.company import Size
from hoga.domain.features import Features
from hoga.domain.flows import Investor
from hoga.domain.instrument import Kind, Market
from hoga.domain.notices import OrderReport
from hoga.domain.order import OrderStatus
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.standing import Valuation, Warned
from hoga.domain.trading_state import TradingState
from hoga.server import plan_fields
from hoga.server.fields import (
    CODE,
    COUNT,
    DAY,
    FRACTION,
    INSTANT,
    NAME,
    RATIO,
    SHARES,
    TEXT,
    TRUTH,
    WON,
    WON_A_SHARE,
    Schema,
    choice,
    many,
    maybe,
    of,
    record,
    reference,
    row,
    said,
)
from hoga.server.health import Hindrance
from hoga.server.wishes import KeyState
from hoga.storage.bridge_tokens import Scope
from hoga.titles import TITLES
from hoga.trading.schedule import Missed

_NET = {**SHARES, "examples": [-1_200]}
_CHANGE = {**WON, "examples": [-500]}
_VALUE = {**WON, "examples": [12_000_000_000]}
_ORDER_ID = {**TEXT, "examples": ["20261120-1"]}
_MONTH = {"type": "integer", "description": "월 / month", "examples": [12]}


def _figures(period: str) -> dict[str, Schema]:
    return {
        f"{period}_end": maybe(DAY),
        f"{period}_sales": maybe(WON),
        f"{period}_operating_profit": maybe(WON),
        f"{period}_ordinary_profit": maybe(WON),
        f"{period}_net_income": maybe(WON),
        f"{period}_operating_margin": maybe(FRACTION),
        f"{period}_ordinary_margin": maybe(FRACTION),
        f"{period}_sales_growth": maybe(FRACTION),
        f"{period}_operating_profit_growth": maybe(FRACTION),
        f"{period}_ordinary_profit_growth": maybe(FRACTION),
        f"{period}_net_income_growth": maybe(FRACTION),
        f"{period}_return_on_equity": maybe(FRACTION),
        f"{period}_reserve_ratio": maybe(FRACTION),
        f"{period}_debt_ratio": maybe(FRACTION),
        f"{period}_interest_coverage": maybe(RATIO),
        f"{period}_eps": maybe(WON_A_SHARE),
        f"{period}_bps": maybe(WON_A_SHARE),
    }


_FEATURES: Mapping[str, Schema] = {
    "code": CODE,
    "name": maybe(NAME),
    "name_english": maybe(TEXT),
    "market": maybe(choice(Market)),
    "kind": maybe(choice(Kind)),
    "industry": maybe(TEXT),
    "size": maybe(choice(Size)),
    "is_kospi200": maybe(TRUTH),
    "listing_day": maybe(DAY),
    "listed_shares": maybe(SHARES),
    "face_value": maybe(WON),
    "capital": maybe(WON),
    "settlement_month": maybe(_MONTH),
    "last_price": WON,
    "base_price": WON,
    "upper_limit": WON,
    "lower_limit": WON,
    "previous_close": WON,
    "volume": SHARES,
    "previous_volume": maybe(SHARES),
    "margin_rate": maybe(FRACTION),
    "is_credit_allowed": TRUTH,
    "warned": maybe(choice(Warned)),
    "is_halted": TRUTH,
    "is_administrative": TRUTH,
    "is_being_delisted": maybe(TRUTH),
    "is_overheated": maybe(TRUTH),
    "is_short_sale_overheated": maybe(TRUTH),
    "is_surging": maybe(TRUTH),
    "is_illiquid": maybe(TRUTH),
    "is_unfaithful": maybe(TRUTH),
    "is_interrupted": maybe(TRUTH),
    "market_cap": maybe(WON),
    "per": maybe(RATIO),
    "pbr": maybe(RATIO),
    "eps": maybe(WON_A_SHARE),
    "bps": maybe(WON_A_SHARE),
    "dividend_rate": maybe(FRACTION),
    "dividend_yield": maybe(FRACTION),
    "foreign_rate": maybe(FRACTION),
    "foreign_holding": maybe(SHARES),
    "high_52_weeks": maybe(WON),
    "high_52_weeks_day": maybe(DAY),
    "low_52_weeks": maybe(WON),
    "low_52_weeks_day": maybe(DAY),
    **_figures("year"),
    **_figures("quarter"),
}

PARTS: Mapping[str, Schema] = {
    "Order": row(
        {
            "order_id": _ORDER_ID,
            "broker_order_id": maybe(TEXT),
            "code": CODE,
            "name": maybe(NAME),
            "side": choice(Side),
            "type": choice(OrderType),
            "time_in_force": choice(TimeInForce),
            "venue": choice(Venue),
            "quantity": SHARES,
            "price": maybe(WON),
            "stop_price": maybe(WON),
            "status": choice(OrderStatus),
            "filled_quantity": {**SHARES, "examples": [0]},
            "filled_amount": {**WON, "examples": [0]},
            "canceled_quantity": {**SHARES, "examples": [0]},
            "remaining_quantity": SHARES,
            "is_unconfirmed": TRUTH,
            "reason": maybe(TEXT),
            "source": TEXT,
        },
        "주문 / an order of the desk",
        order_id="호가의 주문 번호 / our own number",
        broker_order_id="증권사의 번호 / the broker's number",
        type="주문유형",
        is_unconfirmed="도착을 모름 / nobody knows whether it arrived",
        reason="거부된 이유 / why it was refused",
    ),
    "Apart": row(
        {
            "order_id": _ORDER_ID,
            "broker_order_id": TEXT,
            "code": CODE,
            "name": maybe(NAME),
            "side": choice(Side),
            "type": choice(OrderType),
            "venue": choice(Venue),
            "quantity": SHARES,
            "price": maybe(WON),
            "filled_quantity": {**SHARES, "examples": [0]},
            "remaining_quantity": SHARES,
        },
        "일부인지 모를 번호 / what may be a part of an order by SOR",
        order_id="우리 주문의 번호 / our order",
        broker_order_id="목록의 번호 / the number in the broker's list",
        type="주문유형",
    ),
    "Fill": row(
        {
            "order_id": _ORDER_ID,
            "code": CODE,
            "name": maybe(NAME),
            "side": choice(Side),
            "quantity": SHARES,
            "price": WON,
            "amount": {**WON, "examples": [700_000]},
            "at": INSTANT,
        },
        "체결 / an execution",
    ),
    "Position": row(
        {
            "code": CODE,
            "name": NAME,
            "quantity": SHARES,
            "sellable_quantity": SHARES,
            "cost": {**WON, "examples": [700_000]},
            "average_cost": maybe(WON),
            "last_price": WON,
            "market_value": {**WON, "examples": [700_000]},
            "unrealized_pnl": {**WON, "examples": [0]},
        },
        "보유 종목 / a holding",
    ),
    "Account": row(
        {
            "account": {**TEXT, "examples": ["5001234501"]},
            "deposit": {**WON, "examples": [10_000_000]},
            "deposit_d1": {**WON, "examples": [10_000_000]},
            "deposit_d2": {**WON, "examples": [10_000_000]},
            "buying_power": {**WON, "examples": [9_900_000]},
            "costs_today": {**WON, "examples": [0]},
            "total_value": {**WON, "examples": [10_000_000]},
            "unrealized_pnl": {**WON, "examples": [0]},
            "positions": {**COUNT, "examples": [0]},
        },
        "예수금과 평가 / cash and value",
        positions="보유 종목",
    ),
    "Quote": row(
        {
            "code": CODE,
            "name": maybe(NAME),
            "at": INSTANT,
            "last_price": WON,
            "base_price": {**WON, "examples": [70_500]},
            "change": _CHANGE,
            "open": maybe(WON),
            "high": maybe(WON),
            "low": maybe(WON),
            "volume": {**SHARES, "examples": [1_200_000]},
            "value": _VALUE,
            "ask": maybe(WON),
            "bid": maybe(WON),
            "ask_quantity": SHARES,
            "bid_quantity": SHARES,
            "total_ask_quantity": SHARES,
            "total_bid_quantity": SHARES,
            "upper_limit": {**WON, "examples": [91_600]},
            "lower_limit": {**WON, "examples": [49_400]},
            "is_halted": TRUTH,
            "interruption": maybe(choice(Interruption)),
            "static_reference": maybe(WON),
        },
        "현재가 / the price of the moment",
    ),
    "Level": row({"price": WON, "quantity": SHARES}, "호가 하나 / a level"),
    "Book": row(
        {
            "code": CODE,
            "at": INSTANT,
            "asks": many(reference("Level"), "매도, 낮은 가격부터 / the lowest first"),
            "bids": many(reference("Level"), "매수, 높은 가격부터 / the highest first"),
            "total_ask_quantity": SHARES,
            "total_bid_quantity": SHARES,
            "indicative_price": maybe(WON),
            "indicative_quantity": maybe(SHARES),
        },
        "호가 / the book",
        indicative_price="예상체결가",
        indicative_quantity="예상체결수량",
    ),
    "Bar": row(
        {
            "code": CODE,
            "date": DAY,
            "open": WON,
            "high": WON,
            "low": WON,
            "close": WON,
            "volume": {**SHARES, "examples": [1_200_000]},
            "value": _VALUE,
            "at": INSTANT,
        },
        "봉 / a bar",
        date="첫날 / the first day that it is about",
        at="시작 / when it begins",
    ),
    "Instrument": row(
        {
            "code": CODE,
            "name": NAME,
            "name_english": maybe(TEXT),
            "market": choice(Market),
            "kind": choice(Kind),
            "leverage": {"type": "number", "examples": [1]},
            "listed_shares": maybe(SHARES),
        },
        "종목 / an issue",
    ),
    "TradingDay": row(
        {
            "date": DAY,
            "open": {**INSTANT, "examples": ["2026-11-20T09:00:00+09:00"]},
            "close": {**INSTANT, "examples": ["2026-11-20T15:30:00+09:00"]},
        },
        "거래일 / a trading day",
        open="정규장 시작 / the session begins",
        close="정규장 끝 / it ends",
    ),
    "Flow": row(
        {
            "code": CODE,
            "date": DAY,
            **{
                key: kind
                for investor in Investor
                for key, kind in ((str(investor), maybe(_NET)), (f"{investor}_value", maybe(_CHANGE)))
            },
        },
        "하루의 순매수, 수량과 금액 / what each group bought net on a day",
    ),
    "ShortSale": row(
        {
            "code": CODE,
            "date": DAY,
            "close": WON,
            "change": maybe(_CHANGE),
            "volume": {**SHARES, "examples": [1_200_000]},
            "value": _VALUE,
            "short_quantity": SHARES,
            "short_ratio": maybe(FRACTION),
            "short_value": _VALUE,
        },
        "하루의 공매도 / what was sold short on a day",
    ),
    "ShortSaleRank": row(
        {
            "rank": {"type": "integer", "examples": [1]},
            "code": CODE,
            "name": NAME,
            "last_price": WON,
            "change": _CHANGE,
            "change_rate": {**FRACTION, "examples": [-0.0071]},
            "short_quantity": SHARES,
            "short_ratio": FRACTION,
            "short_value": _VALUE,
            "short_value_ratio": FRACTION,
            "average_price": WON,
            "volume": {**SHARES, "examples": [1_200_000]},
            "value": _VALUE,
            "first": DAY,
            "last": DAY,
        },
        "공매도 상위종목 하나 / one issue of the ranking",
    ),
    "Features": row(_FEATURES, "종목 특성 / one issue at a glance"),
    "Trading": row(
        {
            "state": choice(TradingState),
            "by": maybe(TEXT),
            "why": maybe(TEXT),
            "at": maybe(INSTANT),
        },
        "매매 스위치 / the switch",
        state="active 매매, reducing 줄이기만 / only what lowers risk, halted 취소만 / only cancels",
        by="누가 / who threw it",
        why="이유 / why",
    ),
    "Strategy": row(
        {
            "name": {**TEXT, "examples": ["swing"]},
            "state": choice(("working", "over", "stopped")),
            "next_time": maybe(INSTANT),
            "orders": COUNT,
            "fills": COUNT,
            "bought": WON,
            "sold": WON,
            "open_orders": COUNT,
            "unconfirmed": COUNT,
            "refused": COUNT,
            "failure": maybe(TEXT),
        },
        "전략 / a strategy of today",
        name="이름",
        state="working 매매 중, over 오늘은 끝, stopped 오류로 멈춤",
        next_time="다음에 볼 시각 / when it looks next",
        orders="주문",
        fills="체결",
        open_orders="열린 주문 / open orders",
        unconfirmed="도착을 모르는 주문 / in doubt",
        refused="거부",
        failure="멈춘 이유 / why it was stopped",
    ),
    "Scheduled": row(
        {
            "name": {**TEXT, "examples": ["morning"]},
            "run": {**TEXT, "examples": ["swing"]},
            "next_start": INSTANT,
            "today": maybe(choice(("started", "ended", "failed", "asked", "wanted", "skipped"))),
            "missed": choice(Missed),
        },
        "예약 / what begins by itself",
        name="이름",
        run="전략 / the strategy",
        next_start="다음 시작 / when it begins next",
        today="오늘 / what became of it today",
        missed="놓쳤을 때 / what is done when it was missed",
    ),
    **plan_fields.PARTS,
    "Key": row(
        {
            "state": choice(KeyState),
            "order": maybe(reference("Order")),
            "broker_order_ids": many({**TEXT, "examples": ["0000012345"]}),
        },
        "키로 낸 주문 / what became of a key",
        state="상태",
    ),
    "About": row(
        {
            "version": {**TEXT, "examples": ["1.0"]},
            "broker": {**TEXT, "examples": ["KIS"]},
            "account": {**TEXT, "examples": ["5001234501"]},
            "holder": maybe(TEXT),
            "prices": {**choice(("made", "recorded", "live")), "examples": ["live"]},
            "is_real": {**TRUTH, "examples": [True]},
            "session": TEXT,
            "day": DAY,
            "scope": maybe(choice(Scope)),
            "now": INSTANT,
            "pace": {"type": "number", "examples": [1.0]},
            "is_running": {**TRUTH, "examples": [True]},
        },
        "이 브리지 / this bridge",
        holder="예금주 / the holder",
        is_real="실제 돈인지 / whether it is real money",
        session="모의시장의 이름, 없으면 빈칸 / the simulated market, empty for a real one",
        scope="토큰의 권한 / what the token may do",
        now="장의 시각 / the market's time",
        pace="빠르기 / how fast its time runs",
        is_running="시계가 가는지 / whether its time runs",
    ),
}
"""What is described once, by name."""

_UNITS: Mapping[str, str] = {
    **{
        key: str(schema["description"])
        for key, schema in _FEATURES.items()
        if "description" in schema and not key.startswith(("year_", "quarter_"))
    },
    **dict.fromkeys(
        (
            "sales",
            "operating_profit",
            "ordinary_profit",
            "net_income",
            "cost_of_sales",
            "gross_profit",
            "ebitda",
            "value",
            "price",
            "stop_price",
            "filled_amount",
        ),
        str(WON["description"]),
    ),
    **dict.fromkeys(
        (
            "quantity",
            "foreign_limit",
            "filled_quantity",
            "canceled_quantity",
            "rejected_quantity",
            "remaining_quantity",
        ),
        str(SHARES["description"]),
    ),
    **dict.fromkeys(
        (
            "sales_growth",
            "operating_profit_growth",
            "net_income_growth",
            "ordinary_profit_growth",
            "equity_growth",
            "asset_growth",
            "return_on_equity",
            "return_on_assets",
            "net_margin",
            "gross_margin",
            "reserve_ratio",
            "debt_ratio",
            "borrowing_ratio",
            "current_ratio",
            "quick_ratio",
            "dividend_rate",
            "dividend_yield",
        ),
        str(FRACTION["description"]),
    ),
    "ev_to_ebitda": str(RATIO["description"]),
    "interest_coverage": str(RATIO["description"]),
    "section": "부구분, 대신의 번호 / Daishin's number of the kind",
    "control": "감리, 대신의 번호 / Daishin's number of the warning",
    "sector": "KOSPI200 섹터, 대신의 번호 / Daishin's number of the sector",
    "sps": str(WON_A_SHARE["description"]),
}
"""Of what is answered as the domain has it."""


def _one(name: str, part: str) -> Schema:
    return record({name: reference(part)})


def _list(name: str, part: str) -> Schema:
    return record({name: many(reference(part))})


ANSWERS: Mapping[str, Schema] = {
    "GET /v1/health": record(
        {
            "is_safe": said({**TRUTH, "examples": [True]}, "매매해도 되는지 / whether it is safe to trade"),
            "reasons": many(choice(Hindrance), "안 되는 이유 / why not"),
        }
    ),
    "GET /v1/account": record(
        {"account": reference("Account"), "positions": many(reference("Position"))},
    ),
    "GET /v1/positions": _list("positions", "Position"),
    "GET /v1/orders": record({"orders": many(reference("Order")), "apart": many(reference("Apart"))}),
    "GET /v1/orders/{order_id}": _one("order", "Order"),
    "GET /v1/fills": _list("fills", "Fill"),
    "GET /v1/trading": _one("trading", "Trading"),
    "GET /v1/quotes": _list("quotes", "Quote"),
    "GET /v1/books/{code}": _one("book", "Book"),
    "GET /v1/bars/{code}": _list("bars", "Bar"),
    "GET /v1/instruments": _list("instruments", "Instrument"),
    "GET /v1/instruments/{code}": _one("instrument", "Instrument"),
    "GET /v1/calendar": _list("days", "TradingDay"),
    "GET /v1/flows/{code}": _list("flows", "Flow"),
    "GET /v1/features/{code}": record(
        {"features": reference("Features"), "parts": of(Features, TITLES, _UNITS)}
    ),
    "GET /v1/short-sale/{code}": _list("short_sales", "ShortSale"),
    "GET /v1/short-sale/ranking": _list("ranking", "ShortSaleRank"),
    "GET /v1/strategies": record(
        {"strategies": many(reference("Strategy")), "scheduled": many(reference("Scheduled"))}
    ),
    "GET /v1/plans": plan_fields.PLANS,
    "GET /v1/plans/{number}": _one("plan", "WholePlan"),
    "POST /v1/plans": _one("plan", "WholePlan"),
    "POST /v1/plans/{number}/execute": _one("plan", "WholePlan"),
    "POST /v1/plans/{number}/pause": _one("plan", "WholePlan"),
    "POST /v1/plans/{number}/resume": _one("plan", "WholePlan"),
    "POST /v1/plans/{number}/stop": _one("plan", "WholePlan"),
    "POST /v1/orders": _one("order", "Order"),
    "POST /v1/orders/{order_id}/replace": _one("order", "Order"),
    "POST /v1/orders/{order_id}/cancel": _one("order", "Order"),
    "POST /v1/orders/{order_id}/settle": _one("order", "Order"),
    "POST /v1/orders/cancel-all": _list("orders", "Order"),
    "GET /v1/keys": _one("key", "Key"),
    "POST /v1/keys/withdraw": _one("key", "Key"),
    "GET /v1/about": _one("about", "About"),
    "GET /v1/buying-power": record({"buying_power": said(WON, TITLES["buying_power"])}),
    "GET /v1/reports": record(
        {
            "reports": many(
                record({"order_id": maybe(_ORDER_ID), "report": of(OrderReport, TITLES, _UNITS)}),
            )
        }
    ),
    "GET /v1/valuations/{code}": record({"valuation": of(Valuation, TITLES, _UNITS)}),
    "POST /v1/halt": _one("trading", "Trading"),
    "POST /v1/reduce": _one("trading", "Trading"),
    "POST /v1/resume": _one("trading", "Trading"),
}
"""What is answered in JSON when it is done, by route."""
