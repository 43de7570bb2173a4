"""What the bridge answers about rebalancing plans, field by field."""

from collections.abc import Mapping

from hoga.server.fields import (
    CODE,
    COUNT,
    DAY,
    INSTANT,
    NAME,
    SHARES,
    TEXT,
    WON,
    WON_A_SHARE,
    Schema,
    choice,
    many,
    maybe,
    record,
    reference,
    row,
    titled,
)

_PLAN: Mapping[str, Schema] = {
    "plan": {"type": "integer", "examples": [7]},
    "day": DAY,
    "prices": {**TEXT, "examples": ["live"]},
    "total_value": WON,
    "cash_before": WON,
    "cash_after": WON,
    "cash_kept": WON,
    "bought": WON,
    "sold": WON,
    "costs": WON,
    "expected_end": INSTANT,
    "notes": many(TEXT),
    "state": choice(("planned", "trading", "paused", "stopping", "interrupted", "ended", "failed")),
    "failure": maybe(TEXT),
}

_PLAN_TITLES = {
    "plan": "계획 번호 / the plan's number",
    "prices": "made, recorded, live",
    "cash_before": "앞선 예수금 / cash before",
    "cash_after": "남는 예수금 / cash after settlement",
    "cash_kept": "남겨 두는 현금 / cash that is kept",
    "costs": "비용 / commissions and taxes",
    "expected_end": "끝날 시각 / when it should be done",
    "notes": "알림 / what was left out, and why",
    "state": "상태",
    "failure": "멈춘 이유 / why it was not traded to its end",
    "amount": "금액",
}

_LINE = row(
    {
        "code": CODE,
        "name": NAME,
        "held": {**SHARES, "examples": [0]},
        "target": SHARES,
        "quantity": SHARES,
        "price": WON,
        "amount": WON,
        "commission": WON,
        "tax": WON,
    },
    "종목 하나 / one name of a plan",
    target="목표수량",
    quantity="매매할 수량, 매도는 음수 / below zero for a sale",
    tax="세금",
    amount="금액",
)

_RESULT = row(
    {
        "code": CODE,
        "name": NAME,
        "held": SHARES,
        "target": SHARES,
        "after": SHARES,
        "difference": SHARES,
        "traded": SHARES,
        "amount": WON,
        "average": maybe(WON_A_SHARE),
        "arrival": maybe(WON),
        "twap": maybe(WON_A_SHARE),
        "vwap": maybe(WON_A_SHARE),
        "shortfall": maybe(WON),
        "commission": WON,
        "tax": WON,
        "reason": maybe(many(TEXT, "한국어와 영어 / in Korean and in English")),
    },
    "결과 하나 / what became of one name",
    target="목표수량",
    after="매매후수량",
    difference="차이",
    traded="매매수량",
    average="평균가",
    arrival="시작할 때 가격 / price at the start",
    twap="시장 TWAP",
    vwap="시장 VWAP",
    shortfall="시작가 대비 손실 / lost against the price at the start",
    tax="세금",
)

_OUTCOME = row(
    {
        "plan": {"type": "integer", "examples": [7]},
        "day": DAY,
        "prices": TEXT,
        "orders": COUNT,
        "refused": COUNT,
        "fills": COUNT,
        "bought": WON,
        "sold": WON,
        "costs": WON,
        "cash_before": WON,
        "cash_after": WON,
        "cash_kept": WON,
        "lowest_cash": WON,
        "value_before": WON,
        "value_after": WON,
        "shortfall": WON,
        "worse_than_twap": WON,
        "worse_than_vwap": WON,
        "names": many(_RESULT),
    },
    "결과 / what a plan came to",
    **_PLAN_TITLES,
    orders="주문",
    refused="거부",
    fills="체결",
    lowest_cash="가장 적었던 현금 / the least cash",
    value_before="앞선 총평가 / value before",
    value_after="끝난 뒤 총평가 / value after",
    shortfall="시작가 대비 손실 / lost against the prices at the start",
    worse_than_twap="TWAP 대비 손실 / lost against the TWAP",
    worse_than_vwap="VWAP 대비 손실 / lost against the VWAP",
)

PARTS: Mapping[str, Schema] = {
    "Plan": row(_PLAN, "리밸런싱 계획 / a rebalancing plan", **_PLAN_TITLES),
    "WholePlan": row(
        {**_PLAN, "lines": many(_LINE), "outcome": maybe(_OUTCOME)},
        "계획과 그 결과 / a plan, and what it came to",
        **_PLAN_TITLES,
    ),
}
"""What is described once, by name."""

PLANS = record(
    {
        "plans": many(reference("Plan")),
        "unreadable": many(
            record(
                titled(
                    {"plan": _PLAN["plan"], "korean": TEXT, "english": TEXT},
                    {
                        **_PLAN_TITLES,
                        "korean": "이유 / why, in Korean",
                        "english": "이유 / why, in English",
                    },
                )
            ),
            "읽을 수 없는 계획 / plans that cannot be read",
        ),
    }
)
"""GET /v1/plans."""
