"""What the account has: cash and positions, from four questions.

Source: the help pages of CpTd6033, CpTdNew5331A, CpTd0732 and CpTd5342. The amounts of CpTd6033 are cut to
thousands of won, so positions are valued at the last price instead, and their cost is the book price, which
has digits behind the point, times the shares.
"""

from collections.abc import Mapping, Sequence

from hoga.brokers.cybos.codes import BALANCE_ROWS, LIST_ROWS, ORDER_TYPE_CODES, Limit, Program
from hoga.brokers.cybos.question import Page, Question, decimal, text, whole
from hoga.brokers.cybos.wire import bare_code
from hoga.domain.account import Account
from hoga.domain.position import Position
from hoga.domain.request import OrderType

_HOLDER = 0
_NAME, _HELD, _CODE, _SELLABLE, _BOOK_PRICE = 0, 7, 12, 15, 17
_BUYING_POWER = 10
_DEPOSIT, _NEXT_DAY, _SETTLED = 3, 64, 66
_FEE, _RURAL_TAX, _TAX = 4, 5, 12


def balance_question(account: str, goods: str) -> Question:
    """잔고 (CpTd6033), with the return counted from zero."""
    return Question(
        program=Program.BALANCE,
        limit=Limit.TRADE,
        inputs={0: account, 1: goods, 2: BALANCE_ROWS, 3: "2"},
        headers=(_HOLDER,),
        count=7,
        fields=(_NAME, _HELD, _CODE, _SELLABLE, _BOOK_PRICE),
        is_paged=True,
    )


def buying_power_question(account: str, goods: str, code: str, price: int | None) -> Question:
    """주문가능금액 (CpTdNew5331A). `code` carries its letter, or is "" for no issue in particular."""
    kind = OrderType.MARKET if price is None and code else OrderType.LIMIT
    return Question(
        program=Program.BUYING_POWER,
        limit=Limit.TRADE,
        inputs={
            0: account,
            1: goods,
            2: code,
            3: ORDER_TYPE_CODES[kind],
            4: price or 0,
            5: "N",
            6: ord("1"),
        },
        headers=(_BUYING_POWER,),
    )


def deposit_question(account: str, goods: str) -> Question:
    """결제예정 예수금 (CpTd0732)."""
    return Question(
        program=Program.DEPOSIT,
        limit=Limit.TRADE,
        inputs={0: account, 1: goods},
        headers=(_DEPOSIT, _NEXT_DAY, _SETTLED),
    )


def results_question(account: str, goods: str) -> Question:
    """금일 종목별 체결내역 (CpTd5342), for its fees and taxes."""
    return Question(
        program=Program.DAY_RESULTS,
        limit=Limit.TRADE,
        inputs={0: account, 1: goods, 2: LIST_ROWS, 3: "1", 4: ""},
        count=8,
        fields=(_FEE, _RURAL_TAX, _TAX),
        is_paged=True,
    )


def read_buying_power(pages: Sequence[Page]) -> int:
    """현금주문가능금액, in won."""
    return whole(pages[0].headers[_BUYING_POWER], "buying power")


Pages = Mapping[Program, Sequence[Page]]
"""The answers to several questions."""


def read_holder(pages: Pages) -> str | None:
    """계좌명; None when it is not told."""
    return text(pages[Program.BALANCE][0].headers[_HOLDER]) or None


def held_codes(pages: Pages) -> list[str]:
    """The codes of what is held, with their letters. What was sold and is not settled yet is not held."""
    return [
        text(row[_CODE])
        for page in pages[Program.BALANCE]
        for row in page.rows
        if whole(row[_HELD], "held quantity")
    ]


def read_account(account: str, pages: Pages, prices: Mapping[str, int]) -> Account:
    """`prices` are the last ones, by code without the letter."""
    positions = []
    for row in (row for page in pages[Program.BALANCE] for row in page.rows):
        quantity = whole(row[_HELD], "held quantity")
        if not quantity:
            continue
        code = bare_code(text(row[_CODE]))
        positions.append(
            Position(
                code=code,
                name=text(row[_NAME]),
                quantity=quantity,
                sellable_quantity=whole(row[_SELLABLE], "sellable quantity"),
                cost=round(decimal(row[_BOOK_PRICE], "book price") * quantity),
                last_price=prices[code],
            )
        )
    cash = pages[Program.DEPOSIT][0].headers
    costs = (
        row[key]
        for page in pages[Program.DAY_RESULTS]
        for row in page.rows
        for key in (_FEE, _RURAL_TAX, _TAX)
    )
    return Account(
        number=account,
        deposit=whole(cash[_DEPOSIT], "deposit"),
        deposit_d1=whole(cash[_NEXT_DAY], "deposit of the next day"),
        deposit_d2=whole(cash[_SETTLED], "deposit of the day after"),
        buying_power=read_buying_power(pages[Program.BUYING_POWER]),
        costs_today=sum(whole(cost, "costs") for cost in costs),
        positions=tuple(positions),
    )
