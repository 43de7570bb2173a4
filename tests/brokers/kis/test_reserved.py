"""Reserved orders: when they are taken, what becomes of them when the day opens, and what is told of them."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.brokers.kis.door import LEE, PAPER, REAL, Door, account_fields, at, run

from hoga.brokers.kis.envelope import Declined
from hoga.brokers.kis.reserved import order_day
from hoga.brokers.kis.services import Call
from hoga.domain.zone import KST

ORDER = account_fields() | {
    "PDNO": "005930",
    "ORD_QTY": "3",
    "ORD_UNPR": "70000",
    "SLL_BUY_DVSN_CD": "02",
    "ORD_DVSN_CD": "00",
    "ORD_OBJT_CBLC_DVSN_CD": "10",
    "LOAN_DT": "",
    "RSVN_ORD_END_DT": "",
    "LDNG_DT": "",
}
LIST = account_fields() | {
    "RSVN_ORD_ORD_DT": "20260501",
    "RSVN_ORD_END_DT": "20260531",
    "RSVN_ORD_SEQ": "",
    "TMNL_MDIA_KIND_CD": "00",
    "PRCS_DVSN_CD": "0",
    "CNCL_YN": "",
    "PDNO": "",
    "SLL_BUY_DVSN_CD": "",
    "CTX_AREA_FK200": "",
    "CTX_AREA_NK200": "",
}
NUMBER = {"RSVN_ORD_SEQ": "1", "RSVN_ORD_ORGNO": "", "RSVN_ORD_ORD_DT": "20260506"}


async def reserve(door: Door, **changed: str) -> Any:
    return (await door.call(Call.RESERVE, ORDER | changed)).body


async def listed(door: Door, **changed: str) -> Any:
    return (await door.call(Call.RESERVED, LIST | changed)).body["output"]


def come(door: Door, text: str) -> None:
    """Let the day go on until then."""
    door.clock.set(at(text))
    door.simulation.advance(at(text))


def test_a_reserved_order_is_sent_when_the_day_opens_and_fills_at_the_opening() -> None:
    async def test(door: Door) -> None:
        body = await reserve(door)
        assert (body["msg_cd"], body["output"]) == ("APBK2938", {"RSVN_ORD_SEQ": "1"})
        (row,) = await listed(door)
        assert (row["prcs_rslt"], row["odno"], row["rsvn_ord_ord_dt"]) == ("미처리", "", "20260506")
        come(door, "08:40")
        (row,) = await listed(door)
        assert (row["prcs_rslt"], row["ord_tmd"], row["tot_ccld_qty"]) == ("처리", "083000", "0")
        door.offer(2, 69_900)
        come(door, "09:01")
        (row,) = await listed(door, PRCS_DVSN_CD="1")
        assert row == {
            "rsvn_ord_seq": "1",
            "rsvn_ord_ord_dt": "20260506",
            "rsvn_ord_rcit_dt": "20260506",
            "pdno": "005930",
            "ord_dvsn_cd": "00",
            "ord_rsvn_qty": "3",
            "tot_ccld_qty": "2",
            "cncl_ord_dt": "",
            "ord_tmd": "083000",
            "ctac_tlno": "",
            "rjct_rson2": "",
            "odno": row["odno"],
            "rsvn_ord_rcit_tmd": "070000",
            "kor_item_shtn_name": "삼성전자",
            "sll_buy_dvsn_cd": "02",
            "ord_rsvn_unpr": "70000",
            "tot_ccld_amt": "140000",
            "loan_dt": "",
            "cncl_rcit_tmd": "",
            "prcs_rslt": "처리",
            "ord_dvsn_name": "지정가",
            "tmnl_mdia_kind_cd": "00",
            "rsvn_end_dt": "20260506",
        }
        assert await listed(door, PRCS_DVSN_CD="2") == []

    run(test, REAL, "07:00")


def test_what_the_exchange_refuses_is_told_in_the_list() -> None:
    async def test(door: Door) -> None:
        await reserve(door, ORD_UNPR="70050")
        come(door, "08:40")
        (row,) = await listed(door)
        assert (row["prcs_rslt"], row["rjct_rson2"], row["odno"]) == (
            "거부",
            "주식주문호가단위 오류입니다.",
            "",
        )

    run(test, REAL, "07:00")


def test_a_reservation_can_be_amended_and_cancelled_before_it_is_sent() -> None:
    async def test(door: Door) -> None:
        await reserve(door)
        answer = (await door.call(Call.RESERVE_REPLACE, ORDER | NUMBER | {"ORD_UNPR": "69000"})).body
        assert (answer["msg_cd"], answer["output"]) == ("KIOK0430", {"NRML_PRCS_YN": "Y"})
        assert (await listed(door))[0]["ord_rsvn_unpr"] == "69000"
        answer = (await door.call(Call.RESERVE_CANCEL, account_fields() | NUMBER)).body
        assert answer["msg_cd"] == "KIOK0430"
        again = await door.call(Call.RESERVE_CANCEL, account_fields() | NUMBER)
        assert again.code == "APBK0344"
        come(door, "08:40")
        (row,) = await listed(door)
        assert (row["prcs_rslt"], row["cncl_ord_dt"], row["odno"]) == ("취소", "20260506", "")
        assert await listed(door, CNCL_YN="Y") == []
        today = door.simulation.exchange.day
        assert door.simulation.exchange.orders("5001234501", today, today) == []

    run(test, REAL, "07:00")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"PDNO": "999999"}, "APBK0656"),
        ({"ORD_QTY": "0"}, "APBK0000"),
        ({"ORD_QTY": "x"}, "APBK0000"),
        ({"ORD_UNPR": "0"}, "APBK0000"),
        ({"ORD_DVSN_CD": "01"}, "APBK0000"),
        ({"ORD_DVSN_CD": "03"}, "APBK0963"),
        ({"SLL_BUY_DVSN_CD": "03"}, "APBK0963"),
        ({"ORD_OBJT_CBLC_DVSN_CD": "21"}, "APBK1271"),
        ({"RSVN_ORD_END_DT": "20260610"}, "OPSQ2001"),
        ({"RSVN_ORD_END_DT": "20260505"}, "OPSQ2001"),
        ({"RSVN_ORD_END_DT": "soon"}, "OPSQ2001"),
        ({"CANO": LEE.account[:8]}, "OPSQ2000"),
    ],
)
def test_what_cannot_be_reserved_is_refused(changed: dict[str, str], code: str) -> None:
    async def test(door: Door) -> None:
        assert (await reserve(door, **changed))["msg_cd"] == code
        assert await listed(door) == []

    run(test, REAL, "07:00")


def test_a_reservation_for_several_days_can_be_cancelled_between_them() -> None:
    async def test(door: Door) -> None:
        await reserve(door, RSVN_ORD_END_DT="20260508")
        come(door, "08:40")
        assert (await listed(door))[0]["prcs_rslt"] == "처리"
        come(door, "15:45")
        cancel = account_fields() | NUMBER
        other_day = await door.call(Call.RESERVE_CANCEL, cancel | {"RSVN_ORD_ORD_DT": "20260507"})
        assert other_day.code == "APBK0344"
        assert (await door.call(Call.RESERVE_CANCEL, cancel)).code == "KIOK0430"
        assert (await listed(door))[0]["prcs_rslt"] == "취소"

    run(test, REAL, "07:00")


def test_what_was_ordered_for_its_only_day_cannot_be_cancelled_any_more() -> None:
    async def test(door: Door) -> None:
        await reserve(door)
        come(door, "15:45")
        answer = await door.call(Call.RESERVE_CANCEL, account_fields() | NUMBER)
        assert answer.code == "APBK0344"

    run(test, REAL, "07:00")


def test_nothing_is_reserved_while_the_market_is_open() -> None:
    async def test(door: Door) -> None:
        assert (await reserve(door))["msg_cd"] == "APBK0918"

    run(test, REAL, "10:00")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 6, 7, 29, tzinfo=KST), date(2026, 5, 6)),
        (datetime(2026, 5, 6, 7, 30, tzinfo=KST), None),
        (datetime(2026, 5, 6, 15, 39, tzinfo=KST), None),
        (datetime(2026, 5, 6, 15, 40, tzinfo=KST), date(2026, 5, 7)),
        (datetime(2026, 5, 6, 23, 40, tzinfo=KST), None),
        (datetime(2026, 5, 7, 0, 9, tzinfo=KST), None),
        (datetime(2026, 5, 7, 0, 10, tzinfo=KST), date(2026, 5, 7)),
        (datetime(2026, 5, 9, 12, 0, tzinfo=KST), date(2026, 5, 11)),
    ],
)
def test_the_day_of_a_reservation_is_the_next_that_opens(now: datetime, day: date | None) -> None:

    if day is None:
        with pytest.raises(Declined):
            order_day(now)
    else:
        assert order_day(now) == day


def test_reservations_come_in_pages_of_twenty_newest_first() -> None:
    async def test(door: Door) -> None:
        for _ in range(21):
            await reserve(door)
        first = await door.call(Call.RESERVED, LIST)
        assert first.headers["tr_cont"] == "M"
        assert len(first.body["ctx_area_nk200"]) == 200
        assert [row["rsvn_ord_seq"] for row in first.body["output"]] == [str(n) for n in range(21, 1, -1)]
        rest = await listed(door, CTX_AREA_NK200=first.body["ctx_area_nk200"])
        assert [row["rsvn_ord_seq"] for row in rest] == ["1"]

    run(test, REAL, "07:00")


def test_paper_has_no_reservations() -> None:
    async def test(door: Door) -> None:
        assert (await door.call(Call.RESERVE, ORDER)).code == "EGW02006"

    run(test, PAPER, "07:00")
