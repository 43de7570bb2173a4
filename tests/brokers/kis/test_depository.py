"""The central depository's calendars: KIS's examples to the letter, and made actions that agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.brokers.kis.test_facts_on_the_wire import body, listed
from tests.brokers.kis.test_market_calls import MadeDays

from hoga.brokers.kis.depository import CALENDARS, calendar_entry, calendar_reply
from hoga.brokers.kis.services import Call
from hoga.domain.corporate_action import ActionKind, CorporateAction

ACTION = CorporateAction(
    code="005930",
    kind=ActionKind.BONUS_ISSUE,
    record_day=date(2024, 3, 26),
    ratio=Decimal(10),
    shares_before=1_885_394,
    new_shares=18_853_940,
    ex_day=date(2024, 3, 25),
    first_day=date(2024, 3, 27),
    last_day=date(2024, 3, 28),
    listing_day=date(2024, 4, 16),
)


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def row(call: Call, **facts: object) -> dict[str, str]:
    """How a calendar writes `ACTION` with other facts, without what every row begins with."""
    action = replace(ACTION, **facts)  # type: ignore[arg-type]
    entry = calendar_entry(CALENDARS[call], listed(), action, action.record_day)
    (found,) = body(calendar_reply([entry]))["output1"]
    assert found.pop("sht_cd") == "005930"
    found.pop("isin_name", "")
    return found  # type: ignore[no-any-return]


def test_a_bonus_issue_is_written_as_in_the_example() -> None:
    assert row(Call.BONUS_ISSUES) == {
        "record_date": "20240326",
        "fix_rate": "1000.0",
        "odd_rec_price": "000000000",
        "right_dt": "20240325",
        "odd_pay_dt": "",
        "list_date": "20240416",
        "tot_issue_stk_qty": "     1885394",
        "issue_stk_qty": "    18853940",
        "stk_kind": "01",
    }


def test_a_paid_in_increase_is_written_as_in_the_example() -> None:
    found = row(Call.PAID_IN, ratio=Decimal("0.2"), price=500, shares_before=31_000_000, new_shares=273_199)
    assert found == {
        "record_date": "20240326",
        "tot_issue_stk_qty": "    31000000",
        "issue_stk_qty": "      273199",
        "fix_rate": " 20.00",
        "disc_rate": " 0.00",
        "fix_price": "     500",
        "right_dt": "20240325",
        "sub_term_ft": "20240327",
        "sub_term": "2024/03/27 ~ 2024/03/28",
        "list_date": "2024/04/16",
        "stk_kind": "01",
    }


def test_forfeited_shares_are_written_as_in_the_example() -> None:
    found = row(Call.FORFEITED, price=7460, new_shares=62_000_000, manager="케이비증권")
    assert found == {
        "record_date": "20240326",
        "subscr_dt": "2024/03/27 ~ 2024/03/28",
        "subscr_price": "000007460",
        "subscr_stk_qty": "    62000000",
        "refund_dt": "",
        "list_dt": "2024/04/16",
        "lead_mgr": "케이비증권",
    }


def test_a_change_of_face_value_is_written_as_in_the_example() -> None:
    assert row(Call.FACE_CHANGES, face_before=5000, face_after=1000) == {
        "record_date": "20240326",
        "inter_bf_face_amt": "000005000",
        "inter_af_face_amt": "000001000",
        "td_stop_dt": "2024/03/27 ~ 2024/03/28",
        "list_dt": "2024/04/16",
    }


def test_a_reduction_is_written_as_in_the_example() -> None:
    assert row(Call.REDUCTIONS, ratio=Decimal("0.5"), reason="무상감자", last_day=None, listing_day=None) == {
        "record_date": "20240326",
        "stk_kind": "보통",
        "reduce_cap_type": "무상감자",
        "reduce_cap_rate": " 0.50",
        "comp_way": "곱하기",
        "td_stop_dt": "2024/03/27 ~",
        "list_dt": "",
    }


def test_a_merger_is_written_as_in_the_example() -> None:
    found = row(
        Call.MERGERS,
        ratio=Decimal("0.66"),
        reason="흡수합병",
        partner="22402",
        partner_name="에스케이씨에스",
        pay_day=date(2024, 4, 5),
        shares_before=0,
        new_shares=0,
    )
    assert found == {
        "record_date": "20240326",
        "opp_cust_cd": "22402",
        "opp_cust_nm": "에스케이씨에스",
        "cust_cd": "00593",
        "cust_nm": listed().quote.name,
        "merge_type": "흡수합병",
        "merge_rate": " 0.66",
        "td_stop_dt": "2024/03/27 ~ 2024/03/28",
        "list_dt": "20240416",
        "odd_amt_pay_dt": "2024/04/05",
        "tot_issue_stk_qty": "           0",
        "issue_stk_qty": "           0",
        "seq": "00",
    }


def test_a_purchase_request_is_written_as_in_the_example() -> None:
    found = row(Call.PURCHASE_REQUESTS, first_day=date(2024, 6, 14), last_day=None)
    assert found == {
        "record_date": "20240326",
        "stk_kind": "보통",
        "opp_opi_rcpt_term": "020240614",
        "buy_req_rcpt_term": "",
        "buy_req_price": "000000000000",
        "buy_amt_pay_dt": "",
        "get_meet_dt": "",
    }


def test_a_public_offer_is_written_as_in_the_example() -> None:
    found = row(
        Call.PUBLIC_OFFERS,
        kind=ActionKind.PUBLIC_OFFER,
        price=2000,
        face_after=100,
        shares_before=1_450_000,
        new_shares=212_500,
        pay_day=date(2024, 5, 23),
        refund_day=date(2024, 5, 23),
        manager="미래에셋증권",
    )
    assert found == {
        "record_date": "20240326",
        "fix_subscr_pri": "        2000",
        "face_value": "000000100",
        "subscr_dt": "2024/03/27 ~ 2024/03/28",
        "pay_dt": "2024/05/23",
        "refund_dt": "2024/05/23",
        "list_dt": "2024/04/16",
        "lead_mgr": "미래에셋증권",
        "pub_bf_cap": "      145000",
        "pub_af_cap": "      166250",
        "assign_stk_qty": "           0",
    }


def test_a_listing_is_written_as_in_the_example() -> None:
    found = row(
        Call.LISTINGS,
        kind=ActionKind.PAID_IN,
        price=9090,
        shares_before=357_815_700,
        new_shares=142_184_300,
    )
    assert found == {
        "list_dt": "20240416",
        "stk_kind": "보통",
        "issue_type": "유상증자",
        "issue_stk_qty": "   142184300",
        "tot_issue_stk_qty": "   500000000",
        "issue_price": "     9090",
    }


def test_what_is_exercised_is_written_as_in_the_example() -> None:
    found = row(
        Call.LISTINGS,
        kind=ActionKind.EXERCISE,
        price=15_000,
        shares_before=11_475_232,
        new_shares=13_000,
        reason="STOCKOPTION행사",
    )
    assert found == {
        "list_dt": "20240416",
        "stk_kind": "보통",
        "issue_type": "STOCKOPTION행사",
        "issue_stk_qty": "       13000",
        "tot_issue_stk_qty": "    11488232",
        "issue_price": "    15000",
    }
    assert row(Call.LISTINGS, kind=ActionKind.EXERCISE, reason="국내CB행사")["issue_type"] == "국내CB행사"


def test_a_deposit_is_written_as_in_the_example() -> None:
    found = row(Call.DEPOSITS, shares_before=46_705_673, new_shares=705_219, reason="모집매출")
    assert found == {
        "stk_qty": "      705219",
        "depo_date": "2024/03/27 ~ 2024/03/28",
        "depo_reason": "모집매출",
        "tot_issue_qty_per_rate": "148.7",
    }
    assert row(Call.DEPOSITS, shares_before=0, new_shares=1)["tot_issue_qty_per_rate"] == "10000"


def test_a_meeting_is_written_as_in_the_example() -> None:
    found = row(
        Call.MEETINGS,
        meeting_day=date(2024, 4, 18),
        reason="임시총회",
        agenda="정관변경",
        shares_before=959_800,
    )
    assert found == {
        "record_date": "20240326",
        "gen_meet_dt": "2024/04/18",
        "gen_meet_type": "임시총회",
        "agenda": "정관변경",
        "vote_tot_qty": "      959800",
    }


# Made actions on the wire ---------------------------------------------------------------------------------


def test_every_new_share_is_in_the_calendar_of_listings(made: MadeDays) -> None:
    listings = {
        (row["sht_cd"], row["list_dt"], row["issue_stk_qty"]) for row in made.answer(Call.LISTINGS)["output1"]
    }
    assert listings
    issues = [
        *made.answer(Call.BONUS_ISSUES)["output1"],
        *made.answer(Call.PAID_IN)["output1"],
        *made.answer(Call.MERGERS)["output1"],
    ]
    told = {
        (row["sht_cd"], (row.get("list_date") or row["list_dt"]).replace("/", ""), row["issue_stk_qty"])
        for row in issues
    }
    assert told <= listings
    assert told


def test_the_last_listing_leaves_the_shares_of_the_register(made: MadeDays) -> None:
    rows = {row["sht_cd"]: row for row in made.answer(Call.LISTINGS)["output1"]}
    for code, last in rows.items():
        info = made.ask(Call.STOCK_INFO, PDNO=code).body["output"]
        assert last["tot_issue_stk_qty"].strip() == info["lstg_stqt"]


def test_days_codes_and_markets_choose(made: MadeDays) -> None:
    everything = made.answer(Call.MEETINGS)["output1"]
    codes = {row["sht_cd"] for row in everything}
    assert len(codes) > 1
    code = min(codes)
    assert made.ask(Call.MEETINGS, SHT_CD=code).body["output1"] == [
        row for row in everything if row["sht_cd"] == code
    ]
    year = made.ask(Call.MEETINGS, F_DT="20200101", T_DT="20201231").body["output1"]
    assert year == [row for row in everything if row["record_date"].startswith("2020")]
    assert sorted(everything, key=lambda row: (row["record_date"], row["sht_cd"])) == everything
    assert made.ask(Call.MEETINGS, SHT_CD="999990").body["output1"] == []
    both = [made.ask(Call.FACE_CHANGES, MARKET_GB=market).body["output1"] for market in ("1", "2")]
    assert sorted(map(str, both[0] + both[1])) == sorted(map(str, made.answer(Call.FACE_CHANGES)["output1"]))


def test_increases_are_asked_by_subscription_or_by_record_day(made: MadeDays) -> None:
    rows = made.answer(Call.PAID_IN)["output1"]
    chosen = next(row for row in rows if row["sub_term_ft"] > row["record_date"])
    day, record = chosen["sub_term_ft"], chosen["record_date"]
    assert chosen in made.ask(Call.PAID_IN, GB1="1", F_DT=day, T_DT=day).body["output1"]
    assert chosen not in made.ask(Call.PAID_IN, GB1="2", F_DT=day, T_DT=day).body["output1"]
    assert chosen in made.ask(Call.PAID_IN, GB1="2", F_DT=record, T_DT=record).body["output1"]
