"""WebSocket frames: registrations, ticks, books and encrypted notices."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis import books, frames, notices, ticks
from hoga.brokers.kis.catalogue import SUBSCRIPTIONS
from hoga.brokers.kis.codes import (
    Action,
)
from hoga.brokers.kis.divisions import DIVISION_OF
from hoga.domain.errors import WireError
from hoga.domain.notices import CancelNotice, FillNotice, Notice, ReceivedNotice, RejectNotice, ReplaceNotice
from hoga.domain.quote import Level, OrderBook, Trade
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

DAY = date(2026, 6, 8)
AT = datetime(2026, 6, 8, 11, 48, 27, tzinfo=KST)
CIPHER = notices.NoticeCipher("k" * 32, "v" * 16)
CIPHERS = {"H0STCNI0": CIPHER, "H0STCNI9": CIPHER}
EMPTY_DAY = ticks.RunningDay(base_price=70_000, upper_limit=91_000, lower_limit=49_000)

prices = st.integers(1, 10**7)
shares = st.integers(1, 10**9)


def read(text: str) -> frames.Frame:
    return frames.read_frame(text, DAY, CIPHERS)


# Registrations --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "is_release"), [(frames.subscribe_request, False), (frames.unsubscribe_request, True)]
)
def test_a_registration_arrives_as_it_was_sent(make: Any, is_release: bool) -> None:
    text = make("approval", "H0STCNT0", "005930")
    assert frames.asked_subscription(text) == frames.Subscription(
        "approval", "H0STCNT0", "005930", is_release
    )


def test_a_registration_is_written_like_kis_wants_it() -> None:
    assert json.loads(frames.subscribe_request("approval", "H0STCNI0", "my-hts-id")) == {
        "header": {
            "approval_key": "approval",
            "custtype": "P",
            "tr_type": "1",
            "content-type": "utf-8",
        },
        "body": {"input": {"tr_id": "H0STCNI0", "tr_key": "my-hts-id"}},
    }


def test_a_release_may_be_tr_type_zero() -> None:
    text = frames.subscribe_request("approval", "H0STCNT0", "005930").replace('"1"', '"0"')
    subscription = frames.asked_subscription(text)
    assert isinstance(subscription, frames.Subscription)
    assert subscription.is_release


def test_our_ping_comes_back() -> None:
    ping = frames.ping_frame(AT)
    assert ping == '{"header":{"tr_id":"PINGPONG","datetime":"20260608114827"}}'
    assert frames.asked_subscription(ping) == frames.Ping(ping)
    assert read(ping) == frames.Ping(ping)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "OPSP9999"),
        ("hello", "OPSP9999"),
        ("[]", "OPSP9999"),
        ("{}", "OPSP9998"),
        ('{"header":{"tr_type":"1"}}', "OPSP9992"),
        ('{"header":{"tr_type":"1"},"body":{}}', "OPSP9991"),
        ('{"header":{"tr_type":"7"},"body":{"input":{"tr_id":"a","tr_key":"b"}}}', "OPSP8997"),
        ('{"header":{"tr_type":"1","custtype":"X"},"body":{"input":{"tr_id":"a","tr_key":"b"}}}', "OPSP8998"),
        ('{"header":{"tr_type":"1"},"body":{"input":{"tr_id":"a"}}}', "OPSP9990"),
    ],
)
def test_a_registration_that_means_nothing_is_answered_with_its_fault(text: str, code: str) -> None:
    with pytest.raises(frames.RefusedFrame) as caught:
        frames.asked_subscription(text)
    answer = json.loads(caught.value.answer)
    assert answer["body"]["msg_cd"] == code
    assert set(answer["header"]) == {"tr_id", "tr_key", "encrypt"}


@pytest.mark.parametrize(("tr_id", "encrypt"), [("H0STCNT0", "N"), ("H0STCNI0", "Y"), ("H0STCNI9", "Y")])
def test_an_accepted_registration_brings_the_key(tr_id: str, encrypt: str) -> None:
    text = frames.ack_frame(tr_id, "005930", "OPSP0000", CIPHER)
    assert json.loads(text) == {
        "header": {"tr_id": tr_id, "tr_key": "005930", "encrypt": encrypt},
        "body": {
            "rt_cd": "0",
            "msg_cd": "OPSP0000",
            "msg1": "SUBSCRIBE SUCCESS",
            "output": {"iv": "v" * 16, "key": "k" * 32},
        },
    }
    ack = read(text)
    assert isinstance(ack, frames.SubscribeAck)
    assert (ack.tr_id, ack.tr_key, ack.is_accepted) == (tr_id, "005930", True)
    assert ack.is_encrypted is (encrypt == "Y")
    assert ack.cipher is not None
    assert (ack.cipher.key, ack.cipher.iv) == (CIPHER.key, CIPHER.iv)


@pytest.mark.parametrize("code", [code for code in SUBSCRIPTIONS if code != "OPSP0000"])
def test_every_other_answer_is_read_and_brings_no_key(code: str) -> None:
    ack = read(frames.ack_frame("H0STCNT0", "005930", code))
    assert isinstance(ack, frames.SubscribeAck)
    assert (ack.code, ack.message) == (code, SUBSCRIPTIONS[code].text)
    assert ack.is_accepted is (code == "OPSP0001")
    assert ack.is_release is (code == "OPSP0001")
    assert ack.cipher is None


def test_keys_and_persons_are_not_shown() -> None:
    ack = read(frames.ack_frame("H0STCNI0", "my-hts-id", "OPSP0000", CIPHER))
    subscription = frames.asked_subscription(frames.subscribe_request("approval", "H0STCNI0", "my-hts-id"))
    shown = f"{ack!r} {subscription!r} {RECEIPT!r} {read(notice(RECEIPT))!r}"
    for secret in ("k" * 32, "v" * 16, "my-hts-id", "approval", "1234567801", "홍길동"):
        assert secret not in shown


# Frames ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0|H0STCNT0|001",
        "2|H0STCNT0|001|x",
        "0|H0STCNT0|one|x",
        "0|H0STCNT0|000|x",
        f"0|H0STCNT0|{'9' * 5_000}|x",
        "0|H0STCNT0|٣|x",
        "0|H0STCNT0|001|005930^114827^70000",
        "0|H0STASP0|001|005930^114827^0",
        "0|H0STCNI0|001|a^b^c",
        '{"header":{"tr_id":"H0STCNT0"}}',
        '{"header":',
        '{"body":{}}',
        '{"header":{"tr_id":"X"},"body":{"rt_cd":"0","output":{"iv":"short","key":"short"}}}',
    ],
)
def test_a_frame_that_cannot_be_read_is_an_error_that_keeps_it(text: str) -> None:
    with pytest.raises(WireError) as caught:
        read(text)
    assert caught.value.raw == text


@given(
    text=st.text(max_size=80) | st.text("0|H0STCNT0123^", max_size=80).map(lambda tail: f"0|H0STCNT0|{tail}")
)
def test_reading_a_frame_raises_nothing_but_wire_errors(text: str) -> None:
    with suppress(WireError):
        read(text)


def test_a_stream_that_we_do_not_know_is_no_error() -> None:
    text = "0|H0EWCNT0|001|57JN53^090333^265"
    assert read(text) == frames.UnknownFrame("H0EWCNT0", text)


# Ticks ----------------------------------------------------------------------------------------------------

TRADES = st.builds(
    Trade,
    code=st.sampled_from(["005930", "0126Z0"]),
    at=st.integers(0, 20_000).map(
        lambda seconds: datetime(2026, 6, 8, 9, tzinfo=KST) + timedelta(seconds=seconds)
    ),
    price=prices,
    quantity=shares,
    taker=st.none() | st.sampled_from(Side),
    is_polled=st.just(False),
)


@given(trades=st.lists(TRADES, min_size=1, max_size=12), phase=st.sampled_from(Phase))
def test_ticks_arrive_as_they_were_sent(trades: list[Trade], phase: Phase) -> None:
    day, prints = EMPTY_DAY, []
    for trade in trades:
        day = day.after(trade)
        prints.append((trade, day))
    frame = read(ticks.trade_frame(prints, phase))
    assert isinstance(frame, ticks.Trades)
    assert frame.trades == tuple(trades)
    assert frame.volumes == tuple(day.volume for _, day in prints)
    assert not frame.has_drifted
    assert {len(record) for record in frame.records} == {46}


@pytest.mark.parametrize("head", ["0|H0STCNT0|1", "0|H0STCNT0|0001", "1|H0STCNT0|001"])
def test_a_tick_with_another_head_is_the_same(head: str) -> None:
    trade = Trade("005930", AT, 70_000, 1, Side.BUY)
    text = ticks.trade_frame([(trade, EMPTY_DAY.after(trade))], Phase.CONTINUOUS)
    assert read(f"{head}|{text.rsplit('|', 1)[1]}") == read(text)


def test_more_ticks_than_ever_came_in_a_frame_are_read() -> None:
    trade = Trade("005930", AT, 70_000, 1, Side.BUY)
    frame = read(ticks.trade_frame([(trade, EMPTY_DAY.after(trade))] * 120, Phase.CONTINUOUS))
    assert isinstance(frame, ticks.Trades)
    assert frame.trades == (trade,) * 120


def test_a_tick_tells_the_day_so_far() -> None:
    day = EMPTY_DAY
    for seconds, (price, quantity, taker) in enumerate(
        [(70_500, 100, None), (70_900, 10, Side.BUY), (69_800, 30, Side.SELL), (70_000, 5, Side.BUY)]
    ):
        trade = Trade("005930", AT + timedelta(seconds=seconds), price, quantity, taker)
        day = day.after(trade)
    book = OrderBook("005930", AT, (Level(70_100, 3),), (Level(70_000, 4),), 30, 40)
    frame = read(ticks.trade_frame([(trade, day.beside(book))], Phase.CONTINUOUS))
    assert isinstance(frame, ticks.Trades)
    (record,) = frame.records
    assert record[2:6] == ("70000", "3", "0", "0.00")
    assert record[7:12] == ("70500", "70900", "69800", "70100", "70000")
    assert record[12:15] == ("5", "145", str(70_500 * 100 + 70_900 * 10 + 69_800 * 30 + 70_000 * 5))
    assert record[15:18] == ("1", "2", "1")
    assert record[18:23] == ("50.00", "30", "15", "1", "0.11")
    assert record[24:33] == ("114827", "5", "-500", "114828", "5", "-900", "114829", "2", "200")
    assert record[33:36] == ("20260608", "20", "N")
    assert record[36:40] == ("3", "4", "30", "40")
    assert record[43:] == ("0", "", "0")


@pytest.mark.parametrize(
    ("price", "sign"), [(91_000, "1"), (70_100, "2"), (70_000, "3"), (49_000, "4"), (69_900, "5")]
)
def test_a_tick_tells_limits_from_changes(price: int, sign: str) -> None:
    trade = Trade("005930", AT, price, 1, Side.BUY)
    frame = read(ticks.trade_frame([(trade, EMPTY_DAY.after(trade))], Phase.CONTINUOUS))
    assert isinstance(frame, ticks.Trades)
    assert frame.records[0][3] == sign


def test_a_longer_tick_is_read_and_reported() -> None:
    trade = Trade("005930", AT, 70_000, 1, Side.BUY)
    text = ticks.trade_frame([(trade, EMPTY_DAY.after(trade))] * 3, Phase.CONTINUOUS)
    head, payload = text.rsplit("|", 1)
    fields = payload.split("^")
    for extra, has_drifted in ((1, False), (2, True), (5, True)):
        longer = "^".join(
            "^".join([*fields[start : start + 46], *["new"] * extra]) for start in range(0, len(fields), 46)
        )
        frame = read(f"{head}|{longer}")
        assert isinstance(frame, ticks.Trades)
        assert frame.trades == (trade,) * 3
        assert frame.has_drifted is has_drifted
        assert frame.records[2][46:] == ("new",) * extra


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("index", [1, 2, 12, 13, 33])
def test_a_tick_with_an_unreadable_field_is_an_error(index: int, count: int) -> None:
    trade = Trade("005930", AT, 70_000, 1, Side.BUY)
    text = ticks.trade_frame([(trade, EMPTY_DAY.after(trade))] * count, Phase.CONTINUOUS)
    head, payload = text.rsplit("|", 1)
    fields = payload.split("^")
    fields[46 * (count - 1) + index] = "?"
    with pytest.raises(WireError):
        read(f"{head}|{'^'.join(fields)}")


def test_records_that_do_not_divide_are_an_error() -> None:
    trade = Trade("005930", AT, 70_000, 1, Side.BUY)
    text = ticks.trade_frame([(trade, EMPTY_DAY.after(trade))] * 2, Phase.CONTINUOUS)
    with pytest.raises(WireError):
        read(f"{text}^one more")


# Books ----------------------------------------------------------------------------------------------------


@st.composite
def some_book(draw: st.DrawFn, is_call: bool) -> OrderBook:
    def levels(rising: bool) -> tuple[Level, ...]:
        found = draw(st.lists(prices, unique=True, max_size=10))
        return tuple(Level(price, draw(shares)) for price in sorted(found, reverse=not rising))

    expected = draw(st.none() | prices) if is_call else None
    return OrderBook(
        code="005930",
        at=AT,
        asks=levels(rising=True),
        bids=levels(rising=False),
        total_ask_quantity=draw(shares),
        total_bid_quantity=draw(shares),
        indicative_price=expected,
        indicative_quantity=None if expected is None else draw(shares),
    )


@given(data=st.data(), phase=st.sampled_from([Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL]))
def test_a_book_arrives_as_it_was_sent(data: st.DataObject, phase: Phase) -> None:
    book = data.draw(some_book(phase is not Phase.CONTINUOUS))
    frame = read(books.book_frame(book, EMPTY_DAY, phase))
    assert isinstance(frame, books.Books)
    assert frame.books == (book,)
    assert not frame.has_drifted
    assert len(frame.records[0]) == 59


def test_a_book_tells_how_its_totals_changed() -> None:
    before = OrderBook("005930", AT, (), (), 100, 200)
    after = replace(before, total_ask_quantity=90, total_bid_quantity=250)
    frame = read(books.book_frame(after, EMPTY_DAY, Phase.CONTINUOUS, before))
    assert isinstance(frame, books.Books)
    assert frame.records[0][54:56] == ("-10", "50")


def test_a_longer_book_is_read_and_reported() -> None:
    text = books.book_frame(OrderBook("005930", AT, (), (), 0, 0), EMPTY_DAY, Phase.CONTINUOUS)
    for extra, has_drifted in (("^1^2^3", False), ("^1", True)):
        frame = read(text + extra)
        assert isinstance(frame, books.Books)
        assert frame.has_drifted is has_drifted


# Notices --------------------------------------------------------------------------------------------------

RECEIPT = notices.NoticeRecord(
    account="1234567801",
    number="0000000007",
    action=Action.PLACE,
    outcome=notices.Outcome.RECEIVED,
    side=Side.BUY,
    code="005930",
    quantity=10,
    price=44_000,
    at=AT,
    order_quantity=10,
    name="삼성전자",
    branch="00950",
    hts_id="my-hts-id",
    holder="홍길동",
)


def notice(*records: notices.NoticeRecord, width: int = 23) -> str:
    return notices.notice_frame("H0STCNI9", records, CIPHER, width)


def told(*records: notices.NoticeRecord) -> list[Notice]:
    frame = read(notice(*records))
    assert isinstance(frame, notices.Notices)
    return [record.notice for record in frame.notices]


NOTICES = st.builds(
    lambda division, **fields: notices.NoticeRecord(
        order_type=division[0], time_in_force=division[1], **fields
    ),
    division=st.sampled_from(sorted(DIVISION_OF)),
    account=st.just("1234567801"),
    number=st.integers(1, 10**9).map(lambda number: f"{number:010}"),
    original=st.just("") | st.integers(1, 10**9).map(lambda number: f"{number:010}"),
    action=st.sampled_from(Action),
    outcome=st.sampled_from(notices.Outcome),
    side=st.sampled_from(Side),
    code=st.sampled_from(["005930", "0126Z0"]),
    quantity=st.integers(0, 10**9),
    price=st.integers(0, 10**8),
    at=st.just(AT),
    order_quantity=st.integers(0, 10**8),
    order_price=st.none() | st.integers(0, 10**8),
    name=st.sampled_from(["", "삼성전자", "KODEX 200"]),
    branch=st.just("00950"),
    hts_id=st.just("my-hts-id"),
    holder=st.sampled_from(["", "홍길동"]),
)


@given(records=st.lists(NOTICES, min_size=1, max_size=4), width=st.sampled_from([23, 26]))
def test_notices_arrive_as_they_were_sent(records: list[notices.NoticeRecord], width: int) -> None:
    text = notice(*records, width=width)
    assert text.startswith(f"1|H0STCNI9|{len(records):03}|")
    assert "005930" not in text
    frame = read(text)
    assert isinstance(frame, notices.Notices)
    assert frame.notices == tuple(records)
    assert not frame.has_drifted
    assert {len(record) for record in frame.records} == {width}


def test_a_fill_is_written_like_the_captured_ones() -> None:
    fill = replace(RECEIPT, outcome=notices.Outcome.FILLED, quantity=3, price=43_295, order_price=44_000)
    frame = read(notice(fill))
    assert isinstance(frame, notices.Notices)
    assert frame.records == (
        (
            "my-hts-id",
            "1234567801",
            "0000000007",
            "",
            "02",
            "0",
            "00",
            "0",
            "005930",
            "0000000003",
            "000043295",
            "114827",
            "0",
            "2",
            "2",
            "00950",
            "000000010",
            "홍길동",
            "1Y",
            "10",
            "",
            "삼성전자",
            "000044000",
        ),
    )


def test_an_order_is_received_and_filled() -> None:
    fill = replace(RECEIPT, outcome=notices.Outcome.FILLED, quantity=4, price=43_950)
    assert told(RECEIPT, fill, replace(fill, quantity=6)) == [
        ReceivedNotice(
            broker_order_id="0000000007",
            at=AT,
            request=OrderRequest(code="005930", side=Side.BUY, quantity=10, price=44_000),
        ),
        FillNotice(broker_order_id="0000000007", at=AT, quantity=4, price=43_950),
        FillNotice(broker_order_id="0000000007", at=AT, quantity=6, price=43_950),
    ]


def test_a_replace_gives_the_new_number_and_the_fills_use_it() -> None:
    confirmed = replace(
        RECEIPT,
        number="0000000012",
        original="0000000007",
        action=Action.REPLACE,
        outcome=notices.Outcome.CONFIRMED,
        price=44_500,
    )
    fill = replace(confirmed, outcome=notices.Outcome.FILLED, quantity=10, price=44_450)
    assert told(confirmed, fill) == [
        ReplaceNotice(broker_order_id="0000000007", at=AT, new_broker_order_id="0000000012", price=44_500),
        FillNotice(broker_order_id="0000000012", at=AT, quantity=10, price=44_450),
    ]


def test_a_cancel_is_about_the_order_and_not_about_its_own_number() -> None:
    confirmed = replace(
        RECEIPT,
        number="0000000013",
        original="0000000007",
        action=Action.CANCEL,
        outcome=notices.Outcome.CONFIRMED,
        quantity=6,
        price=0,
    )
    assert told(replace(confirmed, outcome=notices.Outcome.RECEIVED), confirmed) == [
        notices.ReceiptNotice(broker_order_id="0000000013", at=AT),
        CancelNotice(broker_order_id="0000000007", at=AT, quantity=6),
    ]


def test_what_an_ioc_order_leaves_is_cancelled() -> None:
    rest = replace(
        RECEIPT, outcome=notices.Outcome.UNFILLED_CANCELED, quantity=2, time_in_force=TimeInForce.IOC
    )
    assert told(rest) == [CancelNotice(broker_order_id="0000000007", at=AT, quantity=2)]


def test_a_refused_replace_leaves_the_order_alone() -> None:
    refused = replace(
        RECEIPT,
        number="0000000012",
        original="0000000007",
        action=Action.REPLACE,
        outcome=notices.Outcome.REFUSED,
    )
    (only,) = told(refused)
    assert isinstance(only, RejectNotice)
    assert only.broker_order_id == "0000000012"


def test_equal_partial_fills_are_two_notices() -> None:
    fill = replace(RECEIPT, outcome=notices.Outcome.FILLED, quantity=5)
    assert len(told(fill, fill)) == 2


def encrypted(fields: list[str]) -> str:
    return f"1|H0STCNI9|001|{CIPHER.encrypt('^'.join(fields))}"


def plain_fields(record: notices.NoticeRecord) -> list[str]:
    frame = read(notice(record))
    assert isinstance(frame, notices.Notices)
    return list(frame.records[0])


def test_no_original_may_be_written_as_zeros() -> None:
    fields = plain_fields(RECEIPT)
    fields[3] = "0" * 10
    frame = read(encrypted(fields))
    assert isinstance(frame, notices.Notices)
    assert frame.notices[0].original == ""


def test_a_fill_is_not_lost_for_an_order_kind_that_we_do_not_send() -> None:
    fields = plain_fields(replace(RECEIPT, outcome=notices.Outcome.FILLED, quantity=3))
    fields[6] = "52"
    frame = read(encrypted(fields))
    assert isinstance(frame, notices.Notices)
    assert isinstance(frame.notices[0].notice, FillNotice)
    assert frame.notices[0].order_type is OrderType.LIMIT


def test_a_notice_longer_than_documented_is_read_by_its_known_fields() -> None:
    fill = replace(RECEIPT, outcome=notices.Outcome.FILLED, quantity=3, order_price=44_000)
    frame = read(encrypted([*plain_fields(fill), "new", "newer", "newest", "more", "last"]))
    assert isinstance(frame, notices.Notices)
    assert frame.has_drifted
    assert frame.notices[0].notice == fill.notice
    assert frame.notices[0].order_price is None


@pytest.mark.parametrize("index", [4, 5, 9, 11, 14])
def test_a_notice_with_an_unreadable_field_is_an_error_that_shows_no_person(index: int) -> None:
    fields = plain_fields(RECEIPT)
    fields[index] = "?"
    text = encrypted(fields)
    with pytest.raises(WireError) as caught:
        read(text)
    assert caught.value.raw == text
    assert "홍길동" not in f"{caught.value} {caught.value.raw} {caught.value.__cause__}"


def test_a_notice_before_the_answer_to_its_registration_is_an_error() -> None:
    with pytest.raises(WireError, match="registration"):
        frames.read_frame(notice(RECEIPT), DAY, {})


@pytest.mark.parametrize("payload", ["not base64!", "AAAA", ""])
def test_a_notice_that_does_not_decrypt_is_an_error(payload: str) -> None:
    with pytest.raises(WireError, match="key"):
        read(f"1|H0STCNI0|001|{payload}")


def test_a_notice_under_the_key_of_another_session_is_an_error() -> None:
    other = {"H0STCNI9": notices.NoticeCipher("x" * 32, "y" * 16)}
    with pytest.raises(WireError, match="key"):
        frames.read_frame(notice(RECEIPT), DAY, other)


@given(text=st.text(max_size=200))
def test_what_is_encrypted_is_decrypted(text: str) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(text)) == text


def test_the_cipher_is_aes_256_cbc_with_pkcs7() -> None:
    # Made with openssl enc -aes-256-cbc -base64.
    cipher = notices.NoticeCipher("abcdefghijklmnopqrstuvwxyz012345", "0123456789abcdef")
    assert cipher.encrypt("005930^삼성전자") == "00sDG7fyH5bwiWW4EGlvipBcPpF3gv9wPmSNE51wR+w="
