from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.plan import Line
from hoga.krx.fees import KIS_FUND
from hoga.strategies.funding import Need, cost, find_left

CODES = ("005930", "000660", "035420", "068270")


def need(code: str, planned: int, price: int, quantity: int = 100, done: int = 0, paid: int = 0) -> Need:
    line = Line(code=code, name=code, held=0, target=quantity, price=planned)
    return Need(line, paid * done, quantity - done, price)


def test_nothing_is_left_when_the_money_reaches() -> None:
    needs = [need("005930", 10_000, 12_000), need("000660", 10_000, 10_000)]
    assert find_left(needs, 2_200_000 + 400, KIS_FUND) == {}
    assert find_left([], -5, KIS_FUND) == {}


def test_the_most_risen_name_is_left_first_and_keeps_what_was_planned_for_it() -> None:
    needs = [
        need("005930", 10_000, 11_000),
        need("000660", 10_000, 12_000),
        need("035420", 10_000, 9_000),
    ]
    # 3,200,000 are needed. The most risen one gives no more than its rise: 16 shares of 12,000.
    assert find_left(needs, 3_050_000, KIS_FUND) == {"000660": 13}
    assert find_left(needs, 2_950_000, KIS_FUND) == {"000660": 16, "005930": 6}


def test_what_was_paid_before_prices_fell_back_counts() -> None:
    """Eighty shares at 11,000: the purchase is dearer than planned though the price is the planned one."""
    needs = [need("005930", 10_000, 10_000, done=80, paid=11_000), need("000660", 10_000, 10_000)]
    assert find_left(needs, 1_150_000, KIS_FUND) == {"005930": 6}


def test_when_sales_bring_less_even_more_is_left() -> None:
    needs = [need("005930", 10_000, 11_000), need("000660", 10_000, 10_000)]
    assert find_left(needs, 1_000_000, KIS_FUND) == {"005930": 100, "000660": 1}
    assert find_left(needs, -10_000, KIS_FUND) == {"005930": 100, "000660": 100}


@st.composite
def purchases(draw: st.DrawFn, *, begun: bool = True) -> list[Need]:
    found = []
    for code in draw(st.lists(st.sampled_from(CODES), unique=True, min_size=1)):
        planned = draw(st.integers(100, 100_000))
        quantity = draw(st.integers(1, 2_000))
        done = draw(st.integers(0, quantity)) if begun else 0
        price, paid = (max(1, planned * draw(st.integers(70, 130)) // 100) for _ in range(2))
        found.append(need(code, planned, price, quantity, done, paid))
    return found


@given(purchases(), st.integers(-1_000_000, 100_000_000))
def test_what_is_bought_is_paid_for_and_no_share_more_is_left_than_must(
    needs: list[Need], money: int
) -> None:
    left = find_left(needs, money, KIS_FUND)
    by_code = {each.line.code: each for each in needs}
    assert all(0 < shares <= by_code[code].missing for code, shares in left.items())
    wanted = sum(cost(each.missing, each.price, KIS_FUND) for each in needs)
    bought = wanted - sum(shares * by_code[code].price for code, shares in left.items())
    assert bought <= money or all(left.get(each.line.code, 0) == each.missing for each in needs)
    for code in left:  # with one share more of any name that is left the money would not do
        assert bought + by_code[code].price > money


@given(purchases(begun=False), st.integers(0, 1_000_000))
def test_a_rise_alone_leaves_only_names_that_rose(needs: list[Need], more: int) -> None:
    """Money as planned: nobody else pays for the names that rose, and they keep the won planned for them."""
    planned = sum(cost(each.line.quantity, each.line.price, KIS_FUND) for each in needs)
    slack = sum(each.price for each in needs) + sum(KIS_FUND.of(each.amount) for each in needs)
    by_code = {each.line.code: each for each in needs}
    for code, shares in find_left(needs, planned + slack + more, KIS_FUND).items():
        each = by_code[code]
        assert each.rise > 1
        assert each.amount - shares * each.price >= each.line.amount
