"""Prices, books and bars: what one side writes, the other reads as the same thing."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis import background, daily_bars, question, quote_blocks, quotes
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Declined, Reply, Request, incoming, make_request
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, HogaError, RateLimited, WireError
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Interruption, Level, OrderBook, Quote
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

DAY = date(2026, 6, 8)
AT = datetime(2026, 6, 8, 15, 8, 22, tzinfo=KST)
INSTRUMENT = Instrument(code="005930", name="삼성전자", market=Market.KOSPI, listed_shares=5_919_637_922)

prices = st.integers(1, 10**7)
shares = st.integers(0, 10**10)
environments = st.sampled_from(Environment)


def answer(reply: Reply) -> Any:
    return json.loads(reply.body)


def through(request: Request) -> Request:
    """The request as the server's door hands it on."""
    return incoming(
        request.environment,
        method=request.method,
        path=request.path,
        tr_id=request.tr_id,
        query={key.lower(): value for key, value in request.query.items()},
    )


@st.composite
def some_quote(draw: st.DrawFn, code: str = "005930") -> Quote:
    has_traded = draw(st.booleans())
    ask, bid = draw(st.none() | prices), draw(st.none() | prices)
    return Quote(
        code=code,
        name=draw(st.sampled_from(["삼성전자", "KODEX 200", "A&B<C>"])),
        at=AT,
        last_price=draw(prices),
        base_price=draw(prices),
        upper_limit=draw(prices),
        lower_limit=draw(prices),
        open=draw(prices) if has_traded else None,
        high=draw(prices) if has_traded else None,
        low=draw(prices) if has_traded else None,
        volume=draw(shares),
        value=draw(st.integers(0, 10**15)),
        ask=ask,
        bid=bid,
        ask_quantity=draw(shares) if ask else 0,
        bid_quantity=draw(shares) if bid else 0,
        total_ask_quantity=draw(shares),
        total_bid_quantity=draw(shares),
        # KIS does not tell here which interruption it is.
        interruption=draw(st.sampled_from([None, Interruption.UNTOLD])),
        is_halted=draw(st.booleans()),
    )


def levels(rising: bool) -> st.SearchStrategy[tuple[Level, ...]]:
    return st.lists(
        st.builds(Level, prices, st.integers(1, 10**9)), max_size=10, unique_by=lambda level: level.price
    ).map(lambda found: tuple(sorted(found, key=lambda level: level.price, reverse=not rising)))


@st.composite
def some_book(draw: st.DrawFn, phase: Phase) -> OrderBook:
    is_call = phase in (Phase.OPEN_CALL, Phase.CLOSE_CALL)
    expected = draw(st.none() | prices) if is_call else None
    return OrderBook(
        code="005930",
        at=AT,
        asks=draw(levels(rising=True)),
        bids=draw(levels(rising=False)),
        total_ask_quantity=draw(shares),
        total_bid_quantity=draw(shares),
        indicative_price=expected,
        indicative_quantity=None if expected is None else draw(st.integers(1, 10**9)),
    )


QUOTE = Quote(
    code="005930",
    name="삼성전자",
    at=AT,
    last_price=76_300,
    base_price=78_600,
    upper_limit=102_100,
    lower_limit=55_100,
    open=77_300,
    high=77_500,
    low=76_300,
    volume=15_549_134,
    value=1_195_063_612_340,
    ask=76_400,
    bid=76_300,
    ask_quantity=100,
    bid_quantity=200,
    total_ask_quantity=1_000,
    total_bid_quantity=2_000,
)
BOOK = OrderBook("005930", AT, (Level(76_400, 100),), (Level(76_300, 200),), 1_000, 2_000)


# One quote ------------------------------------------------------------------------------------------------


@given(quote=some_quote())
def test_a_quote_arrives_by_its_price_and_its_book(quote: Quote) -> None:
    asks = (Level(quote.ask, quote.ask_quantity),) if quote.ask else ()
    bids = (Level(quote.bid, quote.bid_quantity),) if quote.bid else ()
    book = OrderBook("005930", AT, asks, bids, quote.total_ask_quantity, quote.total_bid_quantity)
    price = quotes.price_reply(background.Listed(quote, INSTRUMENT))
    around = quotes.book_reply(book, quote, Phase.CONTINUOUS)
    assert quotes.read_quote(price, around, "005930", quote.name, AT) == quote


@pytest.mark.parametrize(
    ("state", "stopped", "is_halted"), [("55", "N", False), ("58", "N", True), ("55", "Y", True)]
)
def test_an_issue_is_halted_by_its_state_or_for_a_moment(state: str, stopped: str, is_halted: bool) -> None:
    body = answer(quotes.price_reply(background.Listed(QUOTE, INSTRUMENT)))
    body["output"] |= {"iscd_stat_cls_code": state, "temp_stop_yn": stopped}
    book = quotes.book_reply(BOOK, QUOTE, Phase.CONTINUOUS)
    quote = quotes.read_quote(Reply(200, json.dumps(body).encode()), book, "005930", "삼성전자", AT)
    assert quote.is_halted is is_halted


def test_before_the_first_trade_the_base_price_is_the_last() -> None:
    body = answer(quotes.price_reply(background.Listed(QUOTE, INSTRUMENT)))
    body["output"]["stck_prpr"] = "0"
    book = quotes.book_reply(BOOK, QUOTE, Phase.OPEN_CALL)
    quote = quotes.read_quote(Reply(200, json.dumps(body).encode()), book, "005930", "삼성전자", AT)
    assert quote.last_price == 78_600


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prdy_vrss", "-2300"),
        ("prdy_vrss_sign", "5"),
        ("prdy_ctrt", "-2.93"),
        ("rstc_wdth_prc", "23500"),
        ("aspr_unit", "100"),
        ("wghn_avrg_stck_prc", "76857.25"),
        ("vol_tnrt", "0.26"),
        ("hts_avls", "4516683"),
        ("per", "0.00"),
        ("mrkt_warn_cls_code", "00"),
        ("bstp_kor_isnm", ""),
    ],
)
def test_a_price_is_written_with_the_signs_and_decimals_of_kis(field: str, value: str) -> None:
    assert answer(quotes.price_reply(background.Listed(QUOTE, INSTRUMENT)))["output"][field] == value


@pytest.mark.parametrize(
    ("last_price", "sign"),
    [(102_100, "1"), (80_000, "2"), (78_600, "3"), (55_100, "4"), (70_000, "5")],
)
def test_the_sign_tells_limits_from_changes(last_price: int, sign: str) -> None:
    listed = background.Listed(QUOTE._replace(last_price=last_price), INSTRUMENT)
    assert answer(quotes.price_reply(listed))["output"]["prdy_vrss_sign"] == sign


def test_the_tick_of_a_fund_is_that_of_a_fund() -> None:
    fund = replace(INSTRUMENT, kind=Kind.ETF)
    listed = background.Listed(QUOTE._replace(last_price=10_005), fund)
    assert answer(quotes.price_reply(listed))["output"]["aspr_unit"] == "5"


def test_the_server_learns_which_code() -> None:
    for environment in Environment:
        assert question.listed_code(through(quotes.price_request("005930", environment))) == "005930"
        assert question.listed_code(through(quotes.book_request("0126Z0", environment))) == "0126Z0"


def test_a_query_without_the_market_is_refused() -> None:
    request = make_request(Call.PRICE, Environment.PAPER, query={"FID_INPUT_ISCD": "005930"})
    with pytest.raises(Declined) as caught:
        question.listed_code(request)
    assert "[FID_COND_MRKT_DIV_CODE]" in answer(caught.value.reply)["msg1"]


def test_an_unknown_code_is_zeros_on_the_wire_and_bad_input_to_us() -> None:
    price, book = quotes.price_reply(None), quotes.book_reply(None, None, Phase.CONTINUOUS)
    bars = daily_bars.daily_bars_reply(None, ())
    assert answer(price)["rt_cd"] == "0"
    assert answer(price)["output"]["stck_prpr"] == "0"
    with pytest.raises(BadInput, match="999999"):
        quotes.read_quote(price, book, "999999", "", AT)
    with pytest.raises(BadInput, match="999999"):
        quotes.read_book(book, "999999", DAY)
    with pytest.raises(BadInput, match="999999"):
        daily_bars.read_daily_bars(bars, "999999")


def test_a_missing_number_is_an_error() -> None:
    body = answer(quotes.price_reply(background.Listed(QUOTE, INSTRUMENT)))
    body["output"]["acml_vol"] = ""
    book = quotes.book_reply(BOOK, QUOTE, Phase.CONTINUOUS)
    with pytest.raises(WireError, match="acml_vol"):
        quotes.read_quote(Reply(200, json.dumps(body).encode()), book, "005930", "", AT)


def test_a_missing_block_is_an_error() -> None:
    with pytest.raises(WireError):
        quotes.read_book(Reply(200, b'{"rt_cd":"0"}'), "005930", DAY)


def test_too_many_calls_are_told() -> None:
    body = b'{"rt_cd":"1","msg_cd":"EGW00201","msg1":"x"}'
    for read in (daily_bars.read_daily_bars, lambda reply, code: quotes.read_book(reply, code, DAY)):
        with pytest.raises(RateLimited):
            read(Reply(500, body), "005930")


# Books ----------------------------------------------------------------------------------------------------


@given(data=st.data(), phase=st.sampled_from([Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL]))
def test_a_book_arrives_as_it_is(data: st.DataObject, phase: Phase) -> None:
    book = data.draw(some_book(phase))
    assert quotes.read_book(quotes.book_reply(book, QUOTE, phase), "005930", DAY) == book


def test_levels_beyond_the_tenth_are_not_shown() -> None:
    asks = tuple(Level(100 + step, 1) for step in range(12))
    reply = quotes.book_reply(replace(BOOK, asks=asks), QUOTE, Phase.CONTINUOUS)
    assert quotes.read_book(reply, "005930", DAY).asks == asks[:10]


@pytest.mark.parametrize(
    ("phase", "market", "expected"),
    [
        (Phase.OPEN_CALL, "00", "311"),
        (Phase.CONTINUOUS, "20", "112"),
        (Phase.CLOSE_CALL, "00", "121"),
        (Phase.CLOSED, "30", "129"),
        (Phase.POST_CLOSE_PRICE, "30", "129"),
    ],
)
def test_a_book_tells_the_phase(phase: Phase, market: str, expected: str) -> None:
    body = answer(quotes.book_reply(BOOK, QUOTE, phase))
    assert body["output1"]["new_mkop_cls_code"] == market
    assert body["output2"]["antc_mkop_cls_code"] == expected


def test_a_book_without_a_time_is_an_error() -> None:
    body = answer(quotes.book_reply(BOOK, QUOTE, Phase.CONTINUOUS))
    body["output1"]["aspr_acpt_hour"] = ""
    with pytest.raises(WireError, match="aspr_acpt_hour"):
        quotes.read_book(Reply(200, json.dumps(body).encode()), "005930", DAY)


# Many quotes ----------------------------------------------------------------------------------------------


@given(
    data=st.data(), codes=st.lists(st.sampled_from([f"{n:06}" for n in range(40)]), unique=True, min_size=1)
)
def test_many_quotes_arrive_as_they_are(data: st.DataObject, codes: list[str]) -> None:
    codes = codes[:30]
    request = through(quotes.quotes_request(codes, Environment.REAL))
    assert [slot.code for slot in quotes.asked_slots(request)] == codes
    found = {code: data.draw(some_quote(code)) for code in codes}
    listed = {code: background.Listed(quote, INSTRUMENT) for code, quote in found.items()}
    reply = quotes.quotes_reply([quotes.Watched(code, listed[code]) for code in codes])
    assert quotes.read_quotes(reply, codes, AT) == found


_FORMS = [
    "7",
    "0",
    "-7",
    "0007",
    " 7 ",
    "+7",
    "7.00",
    "7.5",
    "",
    " ",
    "x",
    "1_000",
    "\u0667",
    7,
    7.5,
    True,
    None,
]
_READ = [name for name in quote_blocks.PlainQuote.__struct_fields__ if name != "inter_shrn_iscd"]


@given(
    changes=st.dictionaries(st.sampled_from(_READ), st.sampled_from(_FORMS), max_size=3),
    missing=st.lists(st.sampled_from(_READ), max_size=1),
)
def test_quotes_that_are_read_plainly_are_those_that_are_read_field_by_field(
    changes: dict[str, Any], missing: list[str]
) -> None:
    body = answer(quotes.quotes_reply([quotes.Watched("005930", background.Listed(QUOTE, INSTRUMENT))]))
    row = body["output"][0] | changes
    for name in missing:
        del row[name]
    reply = Reply(200, json.dumps({**body, "output": [row]}).encode())

    def outcome() -> dict[str, Quote] | str:
        try:
            return quotes.read_quotes(reply, ["005930"], AT)
        except HogaError as error:
            return error.english

    found = outcome()
    with patch.object(quotes, "read_plain", return_value=None):
        assert outcome() == found


def test_quotes_are_read_plainly_as_they_are_usually_written() -> None:
    reply = quotes.quotes_reply([quotes.Watched("005930", background.Listed(QUOTE, INSTRUMENT))])
    with patch.object(quotes, "read", side_effect=AssertionError):
        assert quotes.read_quotes(reply, ["005930"], QUOTE.at) == {"005930": QUOTE}


def test_every_code_has_its_own_market() -> None:
    query = quotes.quotes_request(["005930", "000660"], Environment.REAL).query
    assert dict(query) == {
        "FID_COND_MRKT_DIV_CODE_1": "J",
        "FID_INPUT_ISCD_1": "005930",
        "FID_COND_MRKT_DIV_CODE_2": "J",
        "FID_INPUT_ISCD_2": "000660",
    }


@pytest.mark.parametrize("count", [0, 31])
def test_a_call_takes_one_to_thirty_codes(count: int) -> None:
    with pytest.raises(BadInput, match="30"):
        quotes.quotes_request(["005930"] * count, Environment.REAL)


def test_paper_has_no_call_for_many_quotes() -> None:
    with pytest.raises(BadInput):
        quotes.quotes_request(["005930"], Environment.PAPER)


def test_an_unknown_code_among_many_is_named() -> None:
    listed = {"005930": background.Listed(QUOTE, INSTRUMENT)}
    reply = quotes.quotes_reply([quotes.Watched("005930", listed["005930"]), quotes.Watched("999999")])
    assert len(answer(reply)["output"]) == 2
    with pytest.raises(BadInput, match="999999"):
        quotes.read_quotes(reply, ["005930", "999999"], AT)
    with pytest.raises(BadInput, match="000660"):
        quotes.read_quotes(reply, ["000660"], AT)


def test_a_call_for_no_code_is_refused() -> None:
    request = make_request(Call.QUOTES, Environment.REAL, query={"FID_INPUT_ISCD_1": ""})
    with pytest.raises(Declined):
        quotes.asked_slots(request)


# Bars -----------------------------------------------------------------------------------------------------


def bar(day: date, close: int = 70_000, volume: int = 10) -> Bar:
    return Bar(
        "005930", datetime.combine(day, time(), KST), close, close, close, close, volume, close * volume
    )


def bars(count: int) -> list[Bar]:
    return [bar(DAY - timedelta(days=back), 70_000 + back) for back in range(count - 1, -1, -1)]


@given(
    closes=st.lists(prices, max_size=30),
    volumes=st.lists(shares, min_size=30, max_size=30),
    has_before=st.booleans(),
)
def test_bars_arrive_oldest_first(closes: list[int], volumes: list[int], has_before: bool) -> None:
    made = [
        bar(DAY - timedelta(days=len(closes) - index), close, volumes[index])
        for index, close in enumerate(closes)
    ]
    before = bar(DAY - timedelta(days=99)) if has_before else None
    reply = daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), made, before)
    assert daily_bars.read_daily_bars(reply, "005930") == made


def test_bars_are_written_newest_first_with_their_changes() -> None:
    made = [bar(date(2026, 6, 4), 100), bar(date(2026, 6, 5), 110), bar(DAY, 110, volume=0)]
    rows = answer(daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), made))["output2"]
    assert [row["stck_bsop_date"] for row in rows] == ["20260608", "20260605", "20260604"]
    assert [row["prdy_vrss"] for row in rows] == ["0", "10", "0"]
    assert [row["prdy_vrss_sign"] for row in rows] == ["3", "2", "0"]
    assert [row["mod_yn"] for row in rows] == ["Y", "N", "N"]


def test_the_bar_before_the_first_gives_it_a_change() -> None:
    before = bar(date(2026, 6, 5), 75_000, volume=7)
    body = answer(daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), [bar(DAY)], before))
    assert body["output2"][0]["prdy_vrss"] == "-5000"
    assert body["output1"]["stck_prdy_clpr"] == "75000"
    assert body["output1"]["prdy_vol"] == "7"
    assert body["output1"]["hts_kor_isnm"] == "삼성전자"


def test_without_a_bar_of_yesterday_the_base_price_is_its_close() -> None:
    body = answer(daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), [bar(DAY)]))
    assert body["output1"]["stck_prdy_clpr"] == "78600"
    assert body["output1"]["stck_prdy_oprc"] == "0"


def test_no_bars_of_a_known_code_are_an_answer() -> None:
    reply = daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), [])
    assert daily_bars.read_daily_bars(reply, "005930") == []


def test_slots_without_a_bar_are_skipped() -> None:
    body = answer(daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), [bar(DAY)]))
    body["output2"] += [{}, {}]
    assert daily_bars.read_daily_bars(Reply(200, json.dumps(body).encode()), "005930") == [bar(DAY)]


def test_a_bar_of_no_day_is_an_error() -> None:
    body = answer(daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), [bar(DAY)]))
    body["output2"][0]["stck_bsop_date"] = "2026"
    with pytest.raises(WireError, match="stck_bsop_date"):
        daily_bars.read_daily_bars(Reply(200, json.dumps(body).encode()), "005930")


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250, 300])
def test_more_bars_than_one_answer_holds_are_asked_for_again(count: int) -> None:
    made = bars(count)
    found: list[Bar] = []
    request: Request | None = daily_bars.daily_bars_request(
        "005930", made[0].at.date(), DAY, Environment.PAPER
    )
    calls = 0
    while request is not None:
        query = daily_bars.asked_bars(through(request))
        inside = [one for one in made if query.first <= one.at.date() <= query.last]
        part = daily_bars.read_daily_bars(
            daily_bars.daily_bars_reply(background.Listed(QUOTE, INSTRUMENT), inside), "005930"
        )
        found = part + found
        request = daily_bars.older_bars_request(request, part)
        calls += 1
    assert found == made
    assert calls <= -(-count // 100)


@given(environment=environments, is_adjusted=st.booleans(), first=st.dates(date(1990, 1, 1)))
def test_a_question_for_bars_arrives_as_it_was_asked(
    environment: Environment, is_adjusted: bool, first: date
) -> None:
    request = daily_bars.daily_bars_request("005930", first, DAY, environment, is_adjusted=is_adjusted)
    assert daily_bars.asked_bars(through(request)) == daily_bars.BarsQuery("005930", first, DAY, is_adjusted)


def _bars_query(**changes: str) -> Request:
    request = daily_bars.daily_bars_request("005930", DAY, DAY, Environment.PAPER)
    return request._replace(query={**request.query, **changes})


def test_an_empty_period_is_days_and_year_zero_is_the_beginning() -> None:
    query = daily_bars.asked_bars(_bars_query(FID_PERIOD_DIV_CODE="", FID_INPUT_DATE_1="00000101"))
    assert query.first == date.min


@pytest.mark.parametrize("change", [{"FID_PERIOD_DIV_CODE": "X"}, {"FID_INPUT_DATE_2": "soon"}])
def test_bars_of_nonsense_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(Declined):
        daily_bars.asked_bars(_bars_query(**change))
