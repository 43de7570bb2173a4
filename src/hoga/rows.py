"""What programs see of orders, fills, positions and accounts: flat rows, the same on every face.

Keys are English, amounts won, quantities shares, instants ISO 8601 with their zone. A value that is not known
is null, never a made number.
"""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.features import Features
from hoga.domain.financials import Income, Ratios
from hoga.domain.flows import Investor, InvestorFlows, MarketFlows, ShortSaleDay
from hoga.domain.instrument import Instrument
from hoga.domain.notices import OrderReport
from hoga.domain.order import Order
from hoga.domain.outcome import Outcome, Result
from hoga.domain.plan import Line, Plan
from hoga.domain.position import Fill, Position
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.ranking import ShortSaleRank
from hoga.domain.statement import growth

Row = dict[str, Any]
Names = Mapping[str, Instrument]


def order_row(order: Order, names: Names) -> Row:
    """One order. `order_id` is ours, `broker_order_id` the broker's current number, null without one."""
    request = order.request
    return {
        "order_id": order.order_id,
        "broker_order_id": order.broker_order_id or None,
        "code": request.code,
        "name": _name(request.code, names),
        "side": request.side,
        "type": request.order_type,
        "time_in_force": request.time_in_force,
        "venue": request.venue,
        "quantity": request.quantity,
        "price": order.price,
        "stop_price": request.stop_price,
        "status": order.status,
        "filled_quantity": order.filled_quantity,
        "filled_amount": order.filled_amount,
        "canceled_quantity": order.canceled_quantity,
        "remaining_quantity": order.remaining_quantity,
        "is_unconfirmed": order.is_unconfirmed,
        "reason": order.reason or None,
        "source": order.source,
    }


def apart_row(order_id: str, row: OrderReport, names: Names) -> Row:
    """What the broker lists that may be a part of the order `order_id` of ours."""
    request = row.request
    return {
        "order_id": order_id,
        "broker_order_id": row.broker_order_id,
        "code": request.code,
        "name": _name(request.code, names),
        "side": request.side,
        "type": request.order_type,
        "venue": request.venue,
        "quantity": request.quantity,
        "price": request.price,
        "filled_quantity": row.filled_quantity,
        "remaining_quantity": row.remaining_quantity,
    }


def fill_row(fill: Fill, names: Names) -> Row:
    """One execution; of an order that was placed elsewhere, all that it traded."""
    return {
        "order_id": fill.order_id,
        "code": fill.code,
        "name": _name(fill.code, names),
        "side": fill.side,
        "quantity": fill.quantity,
        "price": fill.price,
        "amount": fill.amount,
        "at": fill.at,
    }


def position_row(position: Position) -> Row:
    """One holding. `average_cost` is rounded down; `cost` is the truth."""
    return {
        "code": position.code,
        "name": position.name,
        "quantity": position.quantity,
        "sellable_quantity": position.sellable_quantity,
        "cost": position.cost,
        "average_cost": position.cost // position.quantity if position.quantity else None,
        "last_price": position.last_price,
        "market_value": position.market_value,
        "unrealized_pnl": position.unrealized_pnl,
    }


def account_row(account: Account) -> Row:
    """The cash of an account; its positions are rows of their own."""
    return {
        "account": account.number,
        "deposit": account.deposit,
        "deposit_d1": account.deposit_d1,
        "deposit_d2": account.deposit_d2,
        "buying_power": account.buying_power,
        "costs_today": account.costs_today,
        "total_value": account.total_value,
        "unrealized_pnl": account.unrealized_pnl,
        "positions": len(account.positions),
    }


def quote_row(quote: Quote, names: Names) -> Row:
    """The price of the moment. What has not traded today has no open, high and low."""
    return {
        "code": quote.code,
        "name": quote.name or _name(quote.code, names),
        "at": quote.at,
        "last_price": quote.last_price,
        "base_price": quote.base_price,
        "change": quote.last_price - quote.base_price,
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "volume": quote.volume,
        "value": quote.value,
        "ask": quote.ask,
        "bid": quote.bid,
        "ask_quantity": quote.ask_quantity,
        "bid_quantity": quote.bid_quantity,
        "total_ask_quantity": quote.total_ask_quantity,
        "total_bid_quantity": quote.total_bid_quantity,
        "upper_limit": quote.upper_limit,
        "lower_limit": quote.lower_limit,
        "is_halted": quote.is_halted,
        "interruption": quote.interruption,
        "static_reference": quote.static_reference,
    }


def book_row(book: OrderBook) -> Row:
    """Ten levels a side, best first, each a price and a quantity."""
    return {
        "code": book.code,
        "at": book.at,
        "asks": [{"price": level.price, "quantity": level.quantity} for level in book.asks],
        "bids": [{"price": level.price, "quantity": level.quantity} for level in book.bids],
        "total_ask_quantity": book.total_ask_quantity,
        "total_bid_quantity": book.total_bid_quantity,
        "indicative_price": book.indicative_price,
        "indicative_quantity": book.indicative_quantity,
    }


def instrument_row(instrument: Instrument) -> Row:
    """One listed issue."""
    return {
        "code": instrument.code,
        "name": instrument.name,
        "name_english": instrument.name_english or None,
        "market": instrument.market,
        "kind": instrument.kind,
        "leverage": instrument.leverage,
        "listed_shares": instrument.listed_shares or None,
    }


def bar_row(bar: Bar) -> Row:
    """One bar of days, weeks, months or years; `date` is the first day that it is about."""
    return {
        "code": bar.code,
        "date": bar.at.date(),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "value": bar.value,
    }


def flow_row(flows: InvestorFlows) -> Row:
    """Who bought and sold an issue on a day: shares that each group bought net, and their value in won."""
    return {"code": flows.code, "date": flows.day} | _net(flows)


def market_flow_row(flows: MarketFlows) -> Row:
    """The same of a whole market, beside the close of its index."""
    return {"market": str(flows.market), "date": flows.day, "level": flows.level} | _net(flows)


def _net(flows: InvestorFlows | MarketFlows) -> Row:
    row: Row = {}
    for investor in Investor:
        flow = flows.find(investor)
        row[str(investor)] = None if flow is None else flow.net
        row[f"{investor}_value"] = None if flow is None else flow.net_value
    return row


def short_sale_row(day: ShortSaleDay) -> Row:
    """What was sold short of an issue on a day. `short_ratio` is a fraction of the volume."""
    return {
        "code": day.code,
        "date": day.day,
        "close": day.close,
        "change": day.change,
        "volume": day.volume,
        "value": day.value,
        "short_quantity": day.short_quantity,
        "short_ratio": _rounded(day.short_ratio),
        "short_value": day.short_value,
    }


def short_rank_row(rank: ShortSaleRank) -> Row:
    """One issue of the ranking of short sales; ratios are fractions."""
    return {field.name: getattr(rank, field.name) for field in fields(rank)}


def features_row(features: Features, names: Names) -> Row:
    """What is worth knowing about an issue.

    Ratios are fractions; of a quarter they are those of its year so far.
    """
    company, standing, value = features.company, features.standing, features.valuation
    instrument = names.get(company.code)
    row: Row = {
        "code": company.code,
        "name": _name(company.code, names),
        "name_english": company.name_english,
        "market": None if instrument is None else instrument.market,
        "kind": None if instrument is None else instrument.kind,
        "industry": None if company.industry is None else company.industry.name,
        "size": company.size,
        "is_kospi200": company.is_kospi200,
        "listing_day": company.listing_day,
        "listed_shares": company.listed_shares,
        "face_value": company.face_value,
        "capital": company.capital,
        "settlement_month": company.settlement_month,
        "last_price": standing.last_price,
        "base_price": standing.base_price,
        "upper_limit": standing.upper_limit,
        "lower_limit": standing.lower_limit,
        "previous_close": standing.previous_close,
        "volume": standing.volume,
        "previous_volume": standing.previous_volume,
        "margin_rate": standing.margin_rate,
        "is_credit_allowed": standing.is_credit_allowed,
        "warned": standing.warned,
        "is_halted": standing.is_halted,
        "is_administrative": standing.is_administrative,
        "is_being_delisted": standing.is_being_delisted,
        "is_overheated": standing.is_overheated,
        "is_short_sale_overheated": standing.is_short_sale_overheated,
        "is_surging": standing.is_surging,
        "is_illiquid": standing.is_illiquid,
        "is_unfaithful": standing.is_unfaithful,
        "is_interrupted": standing.is_interrupted,
        "market_cap": value.market_cap,
        "per": value.per,
        "pbr": value.pbr,
        "eps": value.eps,
        "bps": value.bps,
        "dividend_rate": value.dividend_rate,
        "dividend_yield": _rounded(value.dividend_yield),
        "foreign_rate": value.foreign_rate,
        "foreign_holding": value.foreign_holding,
        "high_52_weeks": value.high_52_weeks,
        "high_52_weeks_day": value.high_52_weeks_day,
        "low_52_weeks": value.low_52_weeks,
        "low_52_weeks_day": value.low_52_weeks_day,
    }
    return (
        row
        | _figures("year", features.year, features.year_before, features.year_ratios)
        | _figures("quarter", features.quarter, features.quarter_before, features.quarter_ratios)
    )


def _figures(period: str, income: Income | None, before: Income | None, ratios: Ratios | None) -> Row:
    return {
        f"{period}_end": income and income.end,
        f"{period}_sales": income and income.sales,
        f"{period}_operating_profit": income and income.operating_profit,
        f"{period}_ordinary_profit": income and income.ordinary_profit,
        f"{period}_net_income": income and income.net_income,
        f"{period}_operating_margin": income and _ratio(income.operating_profit, income.sales),
        f"{period}_ordinary_margin": income and _ratio(income.ordinary_profit, income.sales),
        f"{period}_sales_growth": ratios and ratios.sales_growth,
        f"{period}_operating_profit_growth": ratios and ratios.operating_profit_growth,
        f"{period}_ordinary_profit_growth": _ordinary_growth(income, before, ratios),
        f"{period}_net_income_growth": ratios and ratios.net_income_growth,
        f"{period}_return_on_equity": ratios and ratios.return_on_equity,
        f"{period}_reserve_ratio": ratios and ratios.reserve_ratio,
        f"{period}_debt_ratio": ratios and ratios.debt_ratio,
        f"{period}_interest_coverage": ratios and ratios.interest_coverage,
        f"{period}_eps": ratios and ratios.eps,
        f"{period}_bps": ratios and ratios.bps,
    }


def _ordinary_growth(income: Income | None, before: Income | None, ratios: Ratios | None) -> Decimal | None:
    """As the broker tells it, else from the incomes."""
    if ratios is not None and ratios.ordinary_profit_growth is not None:
        return ratios.ordinary_profit_growth
    if income is None or before is None:
        return None
    return _rounded(growth(income.ordinary_profit, before.ordinary_profit))


def _ratio(part: int, whole: int) -> Decimal | None:
    return _rounded(Decimal(part) / whole) if whole > 0 else None


def _rounded(ratio: Decimal | None) -> Decimal | None:
    """A ratio with six decimals: more are only noise in a column."""
    return None if ratio is None else round(ratio, 6)


def plan_row(plan: Plan) -> Row:
    """A rebalancing plan; its lines are rows of their own."""
    targets = plan.targets
    return {
        "plan": plan.number,
        "day": plan.day,
        "prices": plan.prices,
        "total_value": targets.total_value,
        "cash_before": targets.cash_before,
        "cash_after": targets.cash_after,
        "cash_kept": targets.kept_cash,
        "bought": targets.bought,
        "sold": targets.sold,
        "costs": targets.costs,
        "expected_end": plan.expected_end,
        "notes": plan.notes,
    }


def line_row(line: Line) -> Row:
    """One name of a plan. `quantity` is below zero for a sale."""
    return {
        "code": line.code,
        "name": line.name,
        "held": line.held,
        "target": line.target,
        "quantity": line.quantity,
        "price": line.price,
        "amount": line.amount,
        "commission": line.commission,
        "tax": line.tax,
    }


def outcome_row(outcome: Outcome) -> Row:
    """What a plan came to; its names are rows of their own."""
    return {
        "plan": outcome.plan.number,
        "day": outcome.day,
        "prices": outcome.plan.prices,
        "orders": outcome.orders,
        "refused": outcome.refused,
        "fills": len(outcome.fills),
        "bought": outcome.bought,
        "sold": outcome.sold,
        "costs": outcome.costs,
        "cash_before": outcome.cash_before,
        "cash_after": outcome.cash_after,
        "cash_kept": outcome.plan.targets.kept_cash,
        "lowest_cash": outcome.lowest_cash,
        "value_before": outcome.plan.targets.total_value,
        "value_after": outcome.value_after,
        "shortfall": outcome.shortfall,
        "worse_than_twap": outcome.worse_than_twap,
        "worse_than_vwap": outcome.worse_than_vwap,
    }


def result_row(result: Result) -> Row:
    """One name of what a plan came to. `difference` are shares that are missing."""
    return {
        "code": result.code,
        "name": result.name,
        "held": result.held,
        "target": result.target,
        "after": result.after,
        "difference": result.difference,
        "traded": result.traded,
        "amount": result.amount,
        "average": result.average,
        "arrival": result.arrival,
        "twap": result.twap,
        "vwap": result.vwap,
        "shortfall": result.shortfall,
        "commission": result.commission,
        "tax": result.tax,
        "reason": result.reason,
    }


def _name(code: str, names: Names) -> str | None:
    instrument = names.get(code)
    return None if instrument is None else instrument.name
