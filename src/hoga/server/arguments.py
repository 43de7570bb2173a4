"""What the arguments of the routes mean. What a route says itself of one holds."""

from collections.abc import Iterable, Mapping
from typing import Any

_ARGUMENTS: Mapping[str, tuple[str, object]] = {
    "code": ("종목코드, 6자리 / the issue, six characters", "005930"),
    "n": ("며칠, 최신부터 / how many days, the newest", 20),
    "date_from": ("첫날, YYYYMMDD / first day", "20261102"),
    "date_to": ("마지막 날, YYYYMMDD, 없으면 오늘 / last day, else today", "20261113"),
    "k": ("몇 단계, 1부터 10 / levels a side, 1 to 10", 5),
    "acc": ("이 브리지의 계좌번호 / the account of this bridge", "5001234501"),
    "front": ("A 주식·ETF, Q ETN / A for stocks and ETFs, Q for ETNs", "A"),
    "amount": ("수량(주) / shares", 1),
    "price": ("가격(원) / won", 70_000),
    "open": ("끝나지 않은 주문만 / only orders that are not over", True),
    "order_id": ("호가의 주문번호 / our own number of the order", "20261120-000001"),
    "interval": ("봉의 길이 / how long a bar is", "day"),
    "q": ("이름이나 코드의 일부 / a part of a name or code", "삼성"),
    "limit": ("몇 종목까지 / how many issues at most", 20),
    "market": ("어느 종목 가운데 / among which issues", "kospi"),
    "span": ("기간: 일 d, 주 w, 월 m / days d, weeks w, months m", "1d"),
    "min_price": ("최저가(원) / least price in won", 1_000),
    "max_price": ("최고가(원) / highest price in won", 500_000),
    "min_volume": ("최소 거래량(주) / least volume in shares", 10_000),
}
"""By name, with an example."""

_OF_THE_ORIGINAL: Mapping[str, tuple[str, object]] = {
    "code": ("종목코드, A 주식·ETF, Q ETN / the issue: A before stocks and ETFs, Q before ETNs", "A005930"),
}
_OF_ORDERS = ("/buy", "/sell")
"""They have the letter in an argument of its own."""


def describe(path: str, parameters: Iterable[dict[str, Any]]) -> None:
    """Say of the `parameters` of a route what they mean, each with an example."""
    words = _ARGUMENTS
    if not path.startswith("/v1/") and path not in _OF_ORDERS:
        words = {**words, **_OF_THE_ORIGINAL}
    for each in parameters:
        if each["name"] in words and not each.get("description"):
            each["description"], example = words[each["name"]]
            each["example"] = [example] if each["schema"].get("type") == "array" else example
