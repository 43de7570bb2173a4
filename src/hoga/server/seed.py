"""The fields of the original Daishin bridge (seed 000), filled from any broker.

Pure translation from domain values to the names that its clients read, slips of the original included. A
field that no broker of ours can give is null. Prices and amounts are whole won; percentages are floats, as
they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.flows import Investor, InvestorFlows, ShortSaleDay
from hoga.domain.instrument import Instrument, Kind
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.request import Side

Row = dict[str, object]

_INVESTORS = {
    "개인": Investor.INDIVIDUAL,
    "외국인": Investor.REGISTERED_FOREIGN,
    "기관계": Investor.INSTITUTIONAL,
    "금융투자": Investor.SECURITIES_FIRM,
    "보험": Investor.INSURANCE,
    "투신": Investor.INVESTMENT_TRUST,
    "은행": Investor.BANK,
    "기타금융": Investor.OTHER_FINANCIAL,
    "연기금등": Investor.PENSION,
    "기타법인": Investor.OTHER_CORPORATE,
    "기타외인": Investor.OTHER_FOREIGN,
    "사모펀드": Investor.PRIVATE_FUND,
    "국가지자체": Investor.GOVERNMENT,
}
"""The groups of /tradematrix in its order. Its rows add up to zero: 외국인 are the registered ones."""


def code_of(instrument: Instrument | None, code: str) -> str:
    """A code as Daishin writes it: `A` before stocks and ETFs, `Q` before ETNs."""
    return ("Q" if instrument is not None and instrument.kind is Kind.ETN else "A") + code


def account_row(account: Account, holder: str | None) -> Row:
    """/accountinfo. `holder` is None where neither settings nor broker tell the name."""
    return {
        "name": holder,
        "profit_amount": account.unrealized_pnl,
        "tot_amount": account.total_value,
        "twoday_amount": account.deposit_d2,
    }


def position_row(position: Position, instrument: Instrument | None, break_even: int | None) -> Row:
    """One holding of /stockaccountinfo."""
    pnl_rate = position.unrealized_pnl / position.cost * 100 if position.cost else 0.0
    return {
        "종목코드": code_of(instrument, position.code),
        "종목명": position.name,
        "(체결)잔고수량": position.quantity,
        "매수평단가": round(position.cost / position.quantity),
        "손익단가": break_even,
        "수익률": pnl_rate,
        "매도가능수량": position.sellable_quantity,
    }


def break_even_price(position: Position, commission: Decimal, sell_tax: Decimal) -> int:
    """손익단가: the price at which a sale gives back what was paid, costs of both sides included."""
    paid = Decimal(position.cost) * (1 + commission)
    return round(paid / (1 - commission - sell_tax) / position.quantity)


def chart_rows(bars: Sequence[Bar]) -> list[Row]:
    """/chart, newest first; `index` 0 is the newest."""
    return [
        {
            "index": index,
            "date": int(f"{bar.at:%Y%m%d}"),
            "open": bar.open,
            "high": bar.high,
            "low": bar.low,
            "close": bar.close,
            "volume": bar.volume,
            "vol_amount": bar.value,
        }
        for index, bar in enumerate(reversed(bars))
    ]


def quote_row(quote: Quote, instrument: Instrument | None) -> Row:
    """One instrument of /marketeye. A price that does not exist yet is 0, as in the original."""
    return {
        "종목코드": code_of(instrument, quote.code),
        "종목명": quote.name,
        "시간": int(f"{quote.at:%H%M}"),
        "현재가": quote.last_price,
        "시가": quote.open or 0,
        "고가": quote.high or 0,
        "저가": quote.low or 0,
        "매도호가": quote.ask or 0,
        "매수호가": quote.bid or 0,
        "거래량": quote.volume,
        "거래대금": quote.value,
        "총매도호가잔량": quote.total_ask_quantity,
        "총매수호가잔량": quote.total_bid_quantity,
        "최우선매도호가잔량": quote.ask_quantity,
        "최우선매수호가잔량": quote.bid_quantity,
    }


def short_rows(days: Sequence[ShortSaleDay]) -> list[Row]:
    """/short, newest first. The amount is in 만원 (10,000 won), as in the original."""
    return [
        {
            "index": index,
            "거래일": int(f"{each.day:%Y%m%d}"),
            "종가": each.close,
            "전일대비": each.change,
            "거래량": each.volume,
            "공매도량": each.short_quantity,
            "공매도비중": None if each.short_ratio is None else round(float(each.short_ratio * 100), 4),
            "공매도거래대금": each.short_value // 10_000,
        }
        for index, each in enumerate(reversed(days))
    ]


def unknown_short_rows(bars: Sequence[Bar]) -> list[Row]:
    """/short of a broker that tells no short sales: the days that were traded, and null for the rest."""
    return [
        {
            "index": index,
            "거래일": int(f"{bar.at:%Y%m%d}"),
            "종가": bar.close,
            "전일대비": bar.close - before.close,
            "거래량": bar.volume,
            "공매도량": None,
            "공매도비중": None,
            "공매도거래대금": None,
        }
        for index, (before, bar) in enumerate(reversed(list(pairwise(bars))))
    ]


def matrix_rows(flows: Sequence[InvestorFlows], closes: Mapping[date, int]) -> list[Row]:
    """/tradematrix, oldest first: net shares. A group that the broker does not tell is null.

    So are all groups of the days of `closes` that are before those of which it tells any.
    """
    known = {each.day: each for each in flows}
    before = sorted(day for day in closes if known and day < flows[0].day)
    return [
        {
            "날짜": int(f"{day:%Y%m%d}"),
            "종가": closes.get(day),
            **{
                name: _net(known[day], investor) if day in known else None
                for name, investor in _INVESTORS.items()
            },
        }
        for day in (*before, *known)
    ]


def _net(flows: InvestorFlows, investor: Investor) -> int | None:
    found = flows.find(investor)
    if (
        found is None
        and investor is Investor.REGISTERED_FOREIGN
        and Investor.OTHER_FOREIGN not in flows.flows
    ):
        found = flows.find(Investor.FOREIGN)  # told as one group, both kinds together
    return None if found is None else found.net


def book_rows(book: OrderBook, depth: int) -> list[Row]:
    """/hogainfo: `depth` bids from the best down, then `depth` asks from the best up."""

    def rows(word: str, levels: Iterable[tuple[int, int]]) -> list[Row]:
        return [{"매수매도여부": word, "호가": price, "잔량": quantity} for price, quantity in levels]

    bids = [(level.price, level.quantity) for level in book.bids[:depth]]
    asks = [(level.price, level.quantity) for level in book.asks[:depth]]
    return rows("매수", bids) + rows("매도", asks)


def order_row(order: Order) -> Row:
    """The answer to /buy and /sell: the original's three fields, then ours.

    `cybos_status` is 0 when the broker took the order, -1 when it certainly did not, and 1 while nobody knows
    whether it arrived: such an order must never be sent again.
    """
    side = "매수" if order.request.side is Side.BUY else "매도"
    match order.status:
        case OrderStatus.DENIED | OrderStatus.REJECTED | OrderStatus.NOT_RECEIVED:
            status, message = -1, f"{side} 주문이 거부되었습니다: {order.reason}"
        case OrderStatus.UNCONFIRMED:
            status = 1
            message = f"{side} 주문의 응답을 받지 못해 확인 중입니다. 다시 보내지 마십시오: {order.reason}"
        case OrderStatus.SUBMITTED:
            status = 1
            message = (
                f"{side} 주문을 보냈으나 결과를 기록할 수 없어 매매를 멈췄습니다. 다시 보내지 마십시오. "
                "호가를 다시 시작하면 확인합니다."
            )
        case _:
            status, message = 0, f"{side} 주문이 완료되었습니다."
    return {
        "Server_Status": 200,
        "cybos_status": status,
        "message": message,
        "order_id": order.order_id,
        "broker_order_id": order.broker_order_id or None,
        "status": str(order.status),
    }
