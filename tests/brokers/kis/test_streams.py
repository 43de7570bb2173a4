"""The records of every stream, field by field, both ways."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis import books, frames, index_ticks, member_tables, programs, status, ticks
from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM
from hoga.brokers.kis.indices import IndexNow
from hoga.brokers.kis.records import named_frame
from hoga.brokers.kis.streams import STREAMS, Records, Subject
from hoga.domain.errors import WireError
from hoga.domain.flows import Flow, MemberFlow, MemberTable
from hoga.domain.index import Index, IndexBar
from hoga.domain.quote import Level, Midpoint, OrderBook, Trade, joined_book
from hoga.domain.request import Side, Venue
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

DAY = date(2026, 6, 8)
AT = datetime(2026, 6, 8, 11, 48, 27, tzinfo=KST)
CODE = "005930"

COUNTS = {
    "H0STCNT0": 46,
    "H0NXCNT0": 46,
    "H0UNCNT0": 46,
    "H0STASP0": 59,
    "H0NXASP0": 65,
    "H0UNASP0": 65,
    "H0STANC0": 45,
    "H0NXANC0": 46,
    "H0UNANC0": 46,
    "H0STMBC0": 78,
    "H0NXMBC0": 78,
    "H0UNMBC0": 78,
    "H0STPGM0": 11,
    "H0NXPGM0": 11,
    "H0UNPGM0": 11,
    "H0STMKO0": 10,
    "H0NXMKO0": 11,
    "H0UNMKO0": 11,
    "H0STOUP0": 43,
    "H0STOAC0": 43,
    "H0STOAA0": 54,
    "H0STCNI0": 26,
    "H0STCNI9": 26,
    "H0UPCNT0": 30,
    "H0UPANC0": 30,
    "H0UPPGM0": 88,
    "H0STNAV0": 8,
}
"""What KIS's documents and samples name; H0STMKO0 as its example has it."""


def read(text: str) -> frames.Frame:
    return frames.read_frame(text, DAY, {})


def told(text: str) -> frames.Told:
    frame = read(text)
    assert isinstance(frame, frames.Told)
    assert not frame.has_drifted
    assert "^".join("^".join(record) for record in frame.records) == text.split("|", 3)[3]
    return frame


# The table ------------------------------------------------------------------------------------------------


def test_every_stream_has_the_fields_that_are_documented() -> None:
    assert {tr_id: len(stream.fields) for tr_id, stream in STREAMS.items()} == COUNTS
    assert all(len(set(stream.fields)) == len(stream.fields) for stream in STREAMS.values())


@pytest.mark.parametrize(
    ("tr_id", "places"),
    [
        ("H0STCNT0", {2: "stck_prpr", 12: "cntg_vol", 21: "ccld_dvsn", 33: "bsop_date", 45: "vi_stnd_prc"}),
        ("H0STASP0", {3: "askp1", 13: "bidp1", 23: "askp_rsqn1", 33: "bidp_rsqn1", 43: "total_askp_rsqn"}),
        ("H0UNASP0", {58: "stck_deal_cls_code", 59: "kmid_prc", 62: "nmid_prc", 64: "nmid_cls_code"}),
        (
            "H0STOAA0",
            {12: "bidp1", 21: "askp_rsqn1", 30: "bidp_rsqn1", 39: "total_askp_rsqn", 43: "antc_cnpr"},
        ),
        ("H0STMBC0", {1: "seln2_mbcr_name1", 11: "total_seln_qty1", 61: "glob_total_seln_qty"}),
        ("H0STPGM0", {2: "seln_cnqn", 6: "ntby_cnqn", 10: "whol_ntby_qty"}),
        ("H0NXMKO0", {3: "mkop_cls_code", 8: "vi_cls_code", 10: "exch_cls_code"}),
        ("H0UPCNT0", {2: "prpr_nmix", 9: "prdy_ctrt", 22: "uplm_issu_cnt", 29: "tick_vrss"}),
        ("H0UPPGM0", {18: "arbt_smtn_seln_vol", 52: "whol_entm_ntby_tr_pbmn", 66: "total_seln_qty"}),
        ("H0STNAV0", {1: "nav", 5: "oprc_nav"}),
    ],
)
def test_fields_stand_where_they_are_documented(tr_id: str, places: dict[int, str]) -> None:
    fields = STREAMS[tr_id].fields
    assert {place: fields[place] for place in places} == places


# Drift ----------------------------------------------------------------------------------------------------

RUNNING = ticks.RunningDay(base_price=70_000, upper_limit=91_000, lower_limit=49_000)
BOOK = OrderBook(
    code=CODE,
    at=AT,
    asks=(Level(70_100, 5), Level(70_200, 6)),
    bids=(Level(70_000, 7),),
    total_ask_quantity=11,
    total_bid_quantity=7,
)
INDEX_BAR = IndexBar(
    Index.KOSPI,
    AT,
    Decimal("2615.72"),
    Decimal("2624.82"),
    Decimal("2610.00"),
    Decimal("2624.54"),
    63_952_000,
    1_650_684_000_000,
)
NOW = IndexNow(
    bar=INDEX_BAR,
    base=Decimal("2591.86"),
    yesterday=None,
    risen=670,
    fallen=177,
    same=72,
    upper=1,
    lower=2,
)
FIRMS = tuple(
    MemberFlow(str(number), f"증권{number}", number % 3 == 0, 100 * number, 1_000 - 100 * number)
    for number in range(1, 9)
)


def example(tr_id: str) -> str:
    """A frame of one record of any stream, as this face sends it."""
    stream = STREAMS[tr_id]
    trade = Trade(CODE, AT, 70_100, 3, Side.BUY)
    match stream.subject:
        case Subject.TRADES | Subject.EVENING_TRADES:
            return ticks.trade_frame([(trade, RUNNING.after(trade))], Phase.CONTINUOUS, stream)
        case Subject.EXPECTED | Subject.EVENING_EXPECTED:
            expected = ticks.Expected(CODE, AT, 70_100, 30, 70_200, 70_100)
            return ticks.expected_frame(stream, expected, RUNNING, Phase.OPEN_CALL)
        case Subject.BOOK:
            midpoints = (Midpoint(70_050, 9, Side.SELL), None) if "nmid_prc" in stream.fields else ()
            return books.book_frame(BOOK, RUNNING, Phase.CONTINUOUS, None, stream, midpoints)
        case Subject.EVENING_BOOK:
            return books.book_frame(BOOK, RUNNING, Phase.POST_SINGLE, None, stream)
        case Subject.MEMBERS:
            return named_frame(stream, member_tables.member_record(CODE, FIRMS, 4_400, {}))
        case Subject.PROGRAM:
            flow = Flow.of(10, 4, 700_000, 280_000)
            return named_frame(stream, programs.program_record(programs.ProgramTrading(CODE, AT, flow, 5, 3)))
        case Subject.STATUS:
            return named_frame(stream, status.status_record(status.Status(code=CODE, operation="112")))
        case Subject.INDEX | Subject.EXPECTED_INDEX:
            return named_frame(stream, index_ticks.index_record("0001", NOW, AT, None))
        case Subject.INDEX_PROGRAM:
            nothing = Flow.of(0, 0, 0, 0)
            index = programs.IndexProgramTrading("0001", AT, nothing, nothing, 10**9, 10**12)
            return named_frame(stream, programs.index_program_record(index))
        case Subject.NAV:
            worth = Decimal("37235.46")
            nav = index_ticks.NavTick("069500", worth, Decimal("-381.26"), worth, worth, worth)
            return named_frame(stream, index_ticks.nav_record(nav))
        case Subject.NOTICES:
            raise AssertionError("notices are encrypted, see test_frames")


PLAIN = sorted(tr_id for tr_id, stream in STREAMS.items() if stream.subject is not Subject.NOTICES)


@pytest.mark.parametrize("tr_id", PLAIN)
def test_a_record_of_every_stream_is_read_and_has_not_drifted(tr_id: str) -> None:
    frame = read(example(tr_id))
    assert isinstance(frame, ticks.Trades | books.Books | frames.Told)
    assert (frame.tr_id, frame.has_drifted) == (tr_id, False)
    assert [len(record) for record in frame.records] == [COUNTS[tr_id]]


@pytest.mark.parametrize("tr_id", PLAIN)
def test_a_longer_record_is_read_alike_and_told_to_have_drifted(tr_id: str) -> None:
    text, more = example(tr_id), "^new" * 2
    known, drifted = read(text), read(text + more)
    assert isinstance(known, ticks.Trades | books.Books | frames.Told)
    assert isinstance(drifted, ticks.Trades | books.Books | frames.Told)
    assert drifted.has_drifted
    assert _values(drifted) == _values(known)
    assert len(drifted.records[0]) == COUNTS[tr_id] + 2


@pytest.mark.parametrize("tr_id", PLAIN)
def test_a_record_that_is_too_short_is_an_error_that_keeps_it(tr_id: str) -> None:
    shortest = min(STREAMS[tr_id].widths)
    head, payload = example(tr_id).rsplit("|", 1)
    text = "|".join((head, "^".join(payload.split("^")[: shortest - 1])))
    with pytest.raises(WireError) as caught:
        read(text)
    assert caught.value.raw == text


@pytest.mark.parametrize("tr_id", PLAIN)
def test_two_records_in_a_frame_are_told_apart(tr_id: str) -> None:
    head, payload = example(tr_id).rsplit("|", 1)
    frame = read(f"{head[:-3]}002|{payload}^{payload}")
    assert isinstance(frame, ticks.Trades | books.Books | frames.Told)
    first, second = _values(frame)
    assert first == second


@pytest.mark.parametrize("tr_id", PLAIN)
def test_a_field_that_is_not_what_it_should_be_is_an_error_or_does_not_matter(tr_id: str) -> None:
    head, payload = example(tr_id).rsplit("|", 1)
    fields = payload.split("^")
    for place in range(len(fields)):
        for nonsense in ("x", "NaN", "", "9" * 5_000):
            spoiled = "^".join([*fields[:place], nonsense, *fields[place + 1 :]])
            with suppress(WireError):
                read(f"{head}|{spoiled}")


def _values(frame: ticks.Trades | books.Books | frames.Told) -> tuple[object, ...]:
    match frame:
        case ticks.Trades():
            return frame.trades
        case books.Books():
            return frame.books
        case frames.Told():
            return frame.values


# What is told arrives -------------------------------------------------------------------------------------

prices = st.integers(1, 10**7)
shares = st.integers(1, 10**9)
levels = st.lists(st.builds(Level, prices, shares), max_size=10, unique_by=lambda level: level.price)
TRADES = st.builds(
    Trade,
    code=st.sampled_from(["005930", "0126Z0"]),
    at=st.integers(0, 20_000).map(lambda seconds: AT + timedelta(seconds=seconds)),
    price=prices,
    quantity=shares,
    taker=st.none() | st.sampled_from(Side),
    is_polled=st.just(False),
)


@given(
    trades=st.lists(TRADES, min_size=1, max_size=5),
    phase=st.sampled_from(Phase),
    tr_id=st.sampled_from(["H0NXCNT0", "H0UNCNT0", "H0STOUP0"]),
)
def test_prints_of_every_venue_arrive_as_they_were_sent(
    trades: list[Trade], phase: Phase, tr_id: str
) -> None:
    day, sent = RUNNING, []
    for trade in trades:
        day = day.after(trade)
        sent.append((trade, day))
    frame = read(ticks.trade_frame(sent, phase, STREAMS[tr_id]))
    assert isinstance(frame, ticks.Trades)
    assert (frame.tr_id, frame.trades, frame.has_drifted) == (tr_id, tuple(trades), False)


@st.composite
def order_books(draw: st.DrawFn, depth: int = 10) -> OrderBook:
    is_call = draw(st.booleans())
    return OrderBook(
        code=CODE,
        at=AT,
        asks=tuple(sorted(draw(levels), key=lambda level: level.price)[:depth]),
        bids=tuple(sorted(draw(levels), key=lambda level: -level.price)[:depth]),
        total_ask_quantity=draw(shares),
        total_bid_quantity=draw(shares),
        indicative_price=draw(prices) if is_call else None,
        indicative_quantity=draw(shares) if is_call else None,
    )


MIDPOINTS = st.none() | st.builds(Midpoint, prices, shares, st.sampled_from(Side))


@given(
    book=order_books(),
    tr_id=st.sampled_from(["H0NXASP0", "H0UNASP0"]),
    phase=st.sampled_from(Phase),
    krx=MIDPOINTS,
    nxt=MIDPOINTS,
)
def test_books_with_midpoints_arrive_as_they_were_sent(
    book: OrderBook, tr_id: str, phase: Phase, krx: Midpoint | None, nxt: Midpoint | None
) -> None:
    frame = read(books.book_frame(book, RUNNING, phase, None, STREAMS[tr_id], (krx, nxt)))
    assert isinstance(frame, books.Books)
    assert frame.tr_id == tr_id
    assert frame.books == (book,)
    assert frame.midpoints == ((krx, nxt),)


@given(book=order_books(depth=9))
def test_the_book_of_the_evening_arrives_with_nine_levels(book: OrderBook) -> None:
    frame = read(books.book_frame(book, RUNNING, Phase.POST_SINGLE, None, STREAMS["H0STOAA0"]))
    assert isinstance(frame, books.Books)
    assert frame.books == (book,)
    assert frame.midpoints == ((None, None),)


def test_a_book_of_the_evening_with_ten_levels_is_read_too() -> None:
    asks = [str(70_000 + 100 * place) for place in range(10)]
    bids = [str(69_900 - 100 * place) for place in range(10)]
    sizes = [str(place) for place in range(1, 21)]
    tail = ["55", "155", "0", "0", "69900", "82", "82", "100", "2", "0.14", "13069425", "-1", "0", "0", "0"]
    frame = read(f"0|H0STOAA0|001|{'^'.join([CODE, '164128', 'B', *asks, *bids, *sizes, *tail])}")
    assert isinstance(frame, books.Books)
    assert not frame.has_drifted
    (book,) = frame.books
    assert (book.asks[-1], book.bids[-1]) == (Level(70_900, 10), Level(69_000, 20))
    assert (book.indicative_price, book.indicative_quantity) == (69_900, 82)


def test_krxs_own_book_has_its_midpoint_since_2026() -> None:
    text = books.book_frame(BOOK, RUNNING, Phase.CONTINUOUS)
    frame = read(f"{text}^70050^9^5")
    assert isinstance(frame, books.Books)
    assert not frame.has_drifted
    assert frame.midpoints == ((Midpoint(70_050, 9, Side.SELL), None),)
    plain = read(text)
    assert isinstance(plain, books.Books)
    assert plain.midpoints == ((None, None),)


def test_records_grow_on_the_day_of_the_after_market() -> None:
    assert [Records.OF_DAY.are_long(day) for day in (date(2026, 9, 11), date(2026, 9, 14))] == [False, True]
    assert not Records.BEFORE.are_long(date(2026, 11, 27))
    assert Records.SINCE.are_long(date(2025, 1, 2))


def test_a_long_book_of_both_venues_tells_whose_expected_price_it_is() -> None:
    book = replace(BOOK, indicative_price=70_000, indicative_quantity=10)
    for sent, told in ((book, "1"), (BOOK, "0")):
        frame = read(
            books.book_frame(
                sent, RUNNING, Phase.OPEN_CALL, None, STREAMS["H0UNASP0"], (None, None), is_long=True
            )
        )
        assert isinstance(frame, books.Books)
        assert not frame.has_drifted
        assert (len(frame.records[0]), frame.records[0][-1]) == (66, told)


def test_a_book_of_nxt_may_have_its_own_midpoint_only() -> None:
    whole = books.book_frame(
        BOOK, RUNNING, Phase.CONTINUOUS, None, STREAMS["H0NXASP0"], (None, Midpoint(70_050, 9, Side.SELL))
    )
    head, fields = whole.rsplit("|", 1)
    record = fields.split("^")
    frame = read("|".join((head, "^".join(record[:59] + record[62:]))))
    assert isinstance(frame, books.Books)
    assert not frame.has_drifted
    assert frame.midpoints == ((None, Midpoint(70_050, 9, Side.SELL)),)


def test_long_prints_tell_what_goes_on() -> None:
    trade = Trade("005930", AT, 70_000, 3, Side.BUY)
    for tr_id, phase, market in (("H0STCNT0", Phase.AFTER_MARKET, "3"), ("H0NXCNT0", Phase.PRE, "1")):
        text = ticks.trade_frame([(trade, RUNNING.after(trade))], phase, STREAMS[tr_id], is_long=True)
        frame = read(text)
        assert isinstance(frame, ticks.Trades)
        assert not frame.has_drifted
        assert (len(frame.records[0]), frame.records[0][-1]) == (47, market)


@pytest.mark.parametrize(
    ("phase", "market"),
    [
        (Phase.OPEN_CALL, "2"),
        (Phase.CONTINUOUS, "2"),
        (Phase.POST_CLOSE_PRICE, "5"),
        (Phase.AFTER_MARKET, "3"),
    ],
)
def test_a_long_book_tells_the_midpoint_and_what_goes_on(phase: Phase, market: str) -> None:
    midpoint = Midpoint(70_050, 9, Side.SELL)
    frame = read(books.book_frame(BOOK, RUNNING, phase, midpoints=(midpoint,), is_long=True))
    assert isinstance(frame, books.Books)
    assert not frame.has_drifted
    assert frame.midpoints == ((midpoint, None),)
    ((*_, last),) = frame.records
    assert (len(frame.records[0]), last) == (63, market)


def test_two_books_are_one_book_of_their_best_levels() -> None:
    other = OrderBook(
        code=CODE,
        at=AT + timedelta(seconds=1),
        asks=tuple(Level(70_100 + 100 * place, 10) for place in range(10)),
        bids=(Level(70_050, 1), Level(70_000, 2)),
        total_ask_quantity=100,
        total_bid_quantity=3,
    )
    book = joined_book(BOOK, other, 10)
    assert book.asks == tuple(
        Level(70_100 + 100 * place, 10 + {0: 5, 1: 6}.get(place, 0)) for place in range(10)
    )
    assert book.bids == (Level(70_050, 1), Level(70_000, 9))
    assert (book.total_ask_quantity, book.total_bid_quantity) == (111, 10)


def test_the_day_of_both_venues_is_that_of_one_that_saw_everything() -> None:
    prints = [
        (Trade(CODE, AT + timedelta(seconds=second), price, quantity, taker), place)
        for second, (price, quantity, taker, place) in enumerate(
            [
                (70_000, 5, None, 0),
                (70_500, 2, Side.BUY, 1),
                (69_800, 3, Side.SELL, 1),
                (70_600, 4, Side.BUY, 0),
                (69_800, 1, Side.SELL, 0),
            ]
        )
    ]
    apart, whole = [RUNNING, RUNNING], RUNNING
    for trade, place in prints:
        apart[place] = apart[place].after(trade)
        whole = whole.after(trade)
        assert ticks.joined(*apart) == whole


@pytest.mark.parametrize("tr_id", ["H0STANC0", "H0NXANC0", "H0UNANC0", "H0STOAC0"])
def test_an_expected_price_arrives_as_it_was_sent(tr_id: str) -> None:
    day = RUNNING.after(Trade(CODE, AT, 70_000, 5, Side.BUY)) if tr_id == "H0STOAC0" else RUNNING
    book = OrderBook(CODE, AT, (Level(70_200, 4),), (Level(70_100, 6),), 4, 6, 70_100, 30)
    expected = ticks.Expected(CODE, AT, 70_100, 30, 70_200, 70_100)
    before = ticks.Expected(CODE, AT, 70_000, 22, 70_200, 70_100)
    text = ticks.expected_frame(STREAMS[tr_id], expected, day.beside(book), Phase.OPEN_CALL, before)
    assert told(text).values == (expected,)
    record = dict(zip(STREAMS[tr_id].fields, told(text).records[0], strict=True))
    assert (record["cntg_vol"], record["acml_vol"], record["acml_tr_pbmn"]) == ("8", "30", "2103000")
    if tr_id != "H0STOAC0":
        assert (record["stck_oprc"], record["oprc_hour"], record["oprc_vrss_prpr"]) == ("0", "000000", "0")
        assert record["hour_cls_code"] == "B"


def test_an_interruption_has_an_hour_of_its_own() -> None:
    book = OrderBook(CODE, AT, BOOK.asks, BOOK.bids, 11, 7, 70_100, 5)
    for tr_id in (BOOKS_STREAM, "H0NXASP0"):
        frame = read(books.book_frame(book, RUNNING, Phase.CONTINUOUS, None, STREAMS[tr_id], ()) + "^0" * 6)
        assert isinstance(frame, books.Books)
        assert frame.records[0][2] == "C"
        assert frame.books[0].indicative_price == 70_100


def test_member_firms_arrive_with_what_is_new() -> None:
    before = {firm.number: MemberFlow(firm.number, firm.name, firm.is_foreign, 0, 50) for firm in FIRMS}
    record = member_tables.member_record(CODE, FIRMS, 4_000, before)
    (table,) = told(named_frame(STREAMS["H0STMBC0"], record)).values
    assert isinstance(table, MemberTable)
    assert [(rank.number, rank.quantity, rank.change, rank.part) for rank in table.sellers] == [
        (f"{number:05}", 1_000 - 100 * number, 950 - 100 * number, Decimal(1_000 - 100 * number) / 40)
        for number in range(1, 6)
    ]
    assert [(rank.name, rank.is_foreign, rank.quantity) for rank in table.buyers] == [
        (f"증권{number}", number % 3 == 0, 100 * number) for number in range(8, 3, -1)
    ]
    assert (table.foreign_bought, table.foreign_sold) == (900, 1_100)
    assert (table.foreign_bought_change, table.foreign_sold_change) == (900, 1_000)


def test_fewer_than_five_firms_leave_places_empty() -> None:
    record = member_tables.member_record(CODE, FIRMS[:2], 4_000, {})
    (table,) = told(named_frame(STREAMS["H0NXMBC0"], record)).values
    assert isinstance(table, MemberTable)
    assert (len(table.sellers), len(table.buyers)) == (2, 2)
    assert [rank.change for rank in table.sellers] == [0, 0]
    assert (record["seln2_mbcr_name3"], record["total_seln_qty3"], record["seln_mbcr_no3"]) == ("", "0", "")


amounts = st.integers(0, 10**13)
FLOWS = st.builds(Flow.of, amounts, amounts, amounts, amounts)
WHOLE_FLOWS = st.builds(
    lambda *parts: Flow.of(*(part // 10**6 * 10**6 for part in parts)), amounts, amounts, amounts, amounts
)


@given(flow=FLOWS, asking=shares, bidding=shares)
def test_program_trading_arrives_as_it_was_sent(flow: Flow, asking: int, bidding: int) -> None:
    sent = programs.ProgramTrading(CODE, AT, flow, asking, bidding)
    assert told(named_frame(STREAMS["H0UNPGM0"], programs.program_record(sent))).values == (sent,)


@given(arbitrage=WHOLE_FLOWS, non_arbitrage=WHOLE_FLOWS)
def test_program_trading_of_an_index_arrives_and_adds_up(arbitrage: Flow, non_arbitrage: Flow) -> None:
    sent = programs.IndexProgramTrading("0001", AT, arbitrage, non_arbitrage, 10**12, 10**15)
    record = programs.index_program_record(sent)
    assert told(named_frame(STREAMS["H0UPPGM0"], record)).values == (sent,)
    for kind in ("whol_entm_seln_vol", "whol_onsl_seln_vol"):
        assert int(record["total_seln_qty"]) >= int(record[kind])
    assert int(record["whol_ntby_qty"]) == int(record["shnu_cntg_smtn"]) - int(record["total_seln_qty"])
    assert int(record["total_shnu_tr_pbmn"]) == int(record["arbt_smtn_shnu_tr_pbmn"]) + int(
        record["nabt_smtn_shnu_tr_pbmn"]
    )


STATUSES = st.builds(
    status.Status,
    code=st.just(CODE),
    is_halted=st.booleans(),
    reason=st.sampled_from(["", "공시"]),
    operation=st.sampled_from(["", "112", "174"]),
    expected_operation=st.sampled_from(["", "311"]),
    is_interrupted=st.booleans(),
    is_interrupted_in_evening=st.booleans(),
    state=st.sampled_from(["", "55", "58"]),
    venue=st.sampled_from([Venue.KRX, Venue.NXT]),
)


@given(sent=STATUSES, tr_id=st.sampled_from(["H0NXMKO0", "H0UNMKO0"]))
def test_a_status_arrives_as_it_was_sent(sent: status.Status, tr_id: str) -> None:
    assert told(named_frame(STREAMS[tr_id], status.status_record(sent))).values == (sent,)


def test_a_status_is_read_in_all_its_forms() -> None:
    sent = status.Status(code=CODE, expected_operation="311", state="55")
    plain = f"{CODE}^N^(null)^^311^^^55^N^N"
    assert told(f"0|H0STMKO0|001|{plain}").values == (sent,)
    for tr_id in ("H0STMKO0", "H0NXMKO0", "H0UNMKO0"):
        for text in (plain, f"{plain}^2"):
            (found,) = told(f"0|{tr_id}|001|{text}").values
            assert isinstance(found, status.Status)
            assert (found.code, found.state) == (CODE, "55")
    (nameless,) = told("0|H0UNMKO0|001|N^(null)^^311^^^55^Y^N^2").values
    assert nameless == status.Status(
        code="", expected_operation="311", state="55", is_interrupted=True, venue=Venue.NXT
    )


def test_an_index_arrives_as_it_was_sent() -> None:
    level = Decimal("2624.35")
    earlier = IndexBar(Index.KOSPI, AT, level, level, level, level, 63_513_000, 1_640_349_000_000)
    before = IndexNow(bar=earlier, base=NOW.base, yesterday=None, risen=0, fallen=0, same=0, upper=0, lower=0)
    text = named_frame(STREAMS["H0UPCNT0"], index_ticks.index_record("0001", NOW, AT, before))
    assert text == (
        "0|H0UPCNT0|001|0001^114827^2624.54^2^32.68^63952^1650684^439^10335^1.26^2615.72^2624.82^2610.00^"
        "23.86^2^32.96^2^18.14^2^0.92^1.27^0.70^1^670^72^177^2^0^0^19"
    )
    (tick,) = told(text).values
    assert isinstance(tick, index_ticks.IndexTick)
    assert (tick.level, tick.change, tick.volume) == (Decimal("2624.54"), Decimal("32.68"), 63_952_000)
    assert (tick.open, tick.high, tick.low) == (INDEX_BAR.open, INDEX_BAR.high, INDEX_BAR.low)
    assert (tick.upper, tick.risen, tick.same, tick.fallen, tick.lower) == (1, 670, 72, 177, 2)


def test_an_expected_index_of_fifteen_fields_is_read() -> None:
    text = "0|H0UPANC0|001|0001^085910^2607.71^2^15.85^5424^192338^5424^192338^0.61^0^439^201^251^1"
    (tick,) = told(text).values
    assert isinstance(tick, index_ticks.IndexTick)
    assert (tick.level, tick.open, tick.high, tick.low) == (Decimal("2607.71"), None, None, None)
    assert (tick.upper, tick.risen, tick.same, tick.fallen, tick.lower) == (0, 439, 201, 251, 1)


def test_a_value_of_a_fund_arrives_as_it_was_sent() -> None:
    nav = index_ticks.NavTick(
        "069500", Decimal("37235.46"), Decimal("-381.26"), *map(Decimal, ("37646.25", "37646.25", "37202.10"))
    )
    text = named_frame(STREAMS["H0STNAV0"], index_ticks.nav_record(nav))
    assert text == "0|H0STNAV0|001|069500^37235.46^5^-381.26^-1.01^37646.25^37646.25^37202.10"
    assert told(text).values == (nav,)


def test_prints_and_books_of_krx_are_what_they_were() -> None:
    assert STREAMS[TRADES_STREAM].widths == {46, 47}
    assert STREAMS[BOOKS_STREAM].widths == {59, 62, 63}
