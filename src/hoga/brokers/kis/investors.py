"""Who bought and who sold an issue, on the KIS wire, both ways: investor types, member firms, short sellers.

Source: KIS's documents and answers of 2022 to 2026. Quantities are shares, the money of investors is in
백만원, that of short sellers in won. Today's figures are not told before 15:40: one call has a blank row for
it, the other is closed until then. KIS knows no 국가지자체: here it is 연기금등. What is not known is blank.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed, representative_market
from hoga.brokers.kis.blocks import Block, empty, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    DAYS_PER_CALL,
    OUT_OF_HOURS,
    RANKS_PER_CALL,
    SHORT_SALES_PER_CALL,
    Call,
    Environment,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    message_reply,
    needed,
    parse_day,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.notation import change, change_sign, rate
from hoga.brokers.kis.question import (
    Venues,
    asked_day,
    asked_first_day,
    done_reply,
    invalid,
    listed_code,
    one_issue,
    venued_code,
)
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.flows import Flow, Investor, InvestorFlows, MemberFlow, ProgramFlows, ShortSale

TOLD_FROM = time(15, 40)
"""When the figures of the day become known."""

_MILLION = 1_000_000
_SCREEN = "20482"
_TOP = 5
MEMBER_DIGITS = 5

_IN_THREE = {"prsn": Investor.INDIVIDUAL, "frgn": Investor.FOREIGN, "orgn": Investor.INSTITUTIONAL}
_IN_ALL = {
    **_IN_THREE,
    "scrt": Investor.SECURITIES_FIRM,
    "ivtr": Investor.INVESTMENT_TRUST,
    "pe_fund": Investor.PRIVATE_FUND,
    "bank": Investor.BANK,
    "insu": Investor.INSURANCE,
    "mrbn": Investor.OTHER_FINANCIAL,
    "fund": Investor.PENSION,
    "etc": Investor.OTHER,
    "etc_corp": Investor.OTHER_CORPORATE,
    "etc_orgt": Investor.OTHER_ORGANIZATION,
}
_FOREIGN_PARTS = {"frgn_reg": Investor.REGISTERED_FOREIGN, "frgn_nreg": Investor.OTHER_FOREIGN}
_NET_VOLUMES = ("pe_fund", "etc_corp", "etc_orgt")
"""The types whose net is named `_ntby_vol`; all others have `_ntby_qty`."""

_ESTIMATED_AT = (time(9, 30), time(10), time(11, 20), time(13, 20), time(14, 30))
_ESTIMATE_WIDTH = 18


@dataclass(frozen=True, slots=True)
class FlowDay:
    """The bar of a day and who made it; None for a day that is not over, or not known."""

    bar: Bar
    flows: InvestorFlows | None


@dataclass(frozen=True, slots=True)
class ProgramDay:
    """The bar of a day and the program trading in it."""

    bar: Bar
    flows: ProgramFlows


@dataclass(frozen=True, slots=True)
class ShortDay:
    """The bar of a day and what was sold short in it."""

    bar: Bar
    sale: ShortSale


@dataclass(frozen=True, slots=True)
class ShortRank:
    """What was sold short of an issue in some days, beside all that was traded, in shares and won."""

    listed: Listed
    quantity: int
    value: int
    volume: int
    day_value: int


# The client asks ------------------------------------------------------------------------------------------


def investors_request(code: str, environment: Environment) -> Request:
    """주식현재가 투자자: the last thirty days in three groups."""
    return make_request(Call.INVESTORS, environment, query=one_issue(code))


def investor_trades_request(code: str, last: date, environment: Environment) -> Request:
    """종목별 투자자매매동향(일별): thirty days up to `last`. Raises `BadInput` on paper, which lacks it."""
    query = one_issue(code) | {
        "FID_INPUT_DATE_1": day_text(last),
        "FID_ORG_ADJ_PRC": "",
        "FID_ETC_CLS_CODE": "1",
    }
    return make_request(Call.INVESTOR_TRADES, environment, query=query)


def short_sales_request(code: str, first: date, last: date, environment: Environment) -> Request:
    """공매도 일별추이: the newest hundred days. Raises `BadInput` on paper, which lacks it."""
    query = one_issue(code) | {"FID_INPUT_DATE_1": day_text(first), "FID_INPUT_DATE_2": day_text(last)}
    return make_request(Call.SHORT_SALES, environment, query=query)


def short_ranking_request(market: str, environment: Environment) -> Request:
    """공매도 상위종목 of the last day; `market` is an index code, "0000" for all of them."""
    query = {
        "FID_APLY_RANG_VOL": "",
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_COND_SCR_DIV_CODE": _SCREEN,
        "FID_INPUT_ISCD": market,
        "FID_PERIOD_DIV_CODE": "D",
        "FID_INPUT_CNT_1": "0",
        "FID_TRGT_EXLS_CLS_CODE": "",
        "FID_TRGT_CLS_CODE": "",
        "FID_APLY_RANG_PRC_1": "",
        "FID_APLY_RANG_PRC_2": "",
    }
    return make_request(Call.SHORT_SALE_RANKING, environment, query=query)


# The client understands -----------------------------------------------------------------------------------


def read_investors(reply: Reply, code: str) -> list[InvestorFlows]:
    """The days of inquire-investor that are known, oldest first. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.InvestorDaysAnswer).output)
    return _by_day(_flows_of(reply, row, code, _IN_THREE) for row in found if text(row.prsn_ntby_qty))


def read_investor_trades(reply: Reply, code: str) -> list[InvestorFlows]:
    """The days of investor-trade-by-stock-daily, oldest first. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.InvestorTradesAnswer).output2)
    return _by_day(_flows_of(reply, row, code, _IN_ALL | _FOREIGN_PARTS) for row in found)


def read_short_sales(reply: Reply, code: str) -> list[ShortSale]:
    """공매도 일별추이, oldest first. Raises like `envelope.read`."""
    found = [
        ShortSale(
            code,
            _day(reply, row.stck_bsop_date),
            get_whole(row, "ssts_cntg_qty"),
            get_whole(row, "ssts_tr_pbmn"),
        )
        for row in rows(read(reply, blocks.ShortSalesAnswer).output2)
    ]
    return sorted(found, key=lambda sale: sale.day)


def read_short_ranking(reply: Reply) -> list[tuple[str, int, int]]:
    """공매도 상위종목: code, shares sold short, their value in won. Raises like `envelope.read`."""
    return [
        (text(row.mksc_shrn_iscd), get_whole(row, "ssts_cntg_qty"), get_whole(row, "ssts_tr_pbmn"))
        for row in rows(read(reply, blocks.ShortRanksAnswer).output)
    ]


def _flows_of(reply: Reply, row: Block, code: str, investors: dict[str, Investor]) -> InvestorFlows:
    flows = {}
    for prefix, investor in investors.items():
        is_part = prefix in _FOREIGN_PARTS
        net = find_whole(row, _net_name(prefix))
        if net is None:
            continue
        flows[investor] = Flow(
            net=net,
            bought=find_whole(row, f"{prefix}_bidp_qty" if is_part else f"{prefix}_shnu_vol"),
            sold=find_whole(row, f"{prefix}_askp_qty" if is_part else f"{prefix}_seln_vol"),
            net_value=_won(row, f"{prefix}_ntby_pbmn" if is_part else f"{prefix}_ntby_tr_pbmn"),
            bought_value=_won(row, f"{prefix}_bidp_pbmn" if is_part else f"{prefix}_shnu_tr_pbmn"),
            sold_value=_won(row, f"{prefix}_askp_pbmn" if is_part else f"{prefix}_seln_tr_pbmn"),
        )
    return InvestorFlows(code, _day(reply, getattr(row, "stck_bsop_date", "")), flows)


def _by_day(flows: Iterable[InvestorFlows]) -> list[InvestorFlows]:
    return sorted(flows, key=lambda each: each.day)


def _won(row: Block, name: str) -> int | None:
    millions = find_whole(row, name)
    return None if millions is None else millions * _MILLION


def _day(reply: Reply, value: object) -> date:
    day = parse_day(str(value).strip())
    if day is None:
        raise unreadable(reply, f"stck_bsop_date is {value!r}")
    return day


# The server understands -----------------------------------------------------------------------------------


def asked_last_day(request: Request) -> tuple[str, Venues, date]:
    """The code, its venues and the newest day of a list that goes back from there. Raises `Declined`."""
    return (*venued_code(request), asked_day(request, "FID_INPUT_DATE_1"))


def asked_short_sales(request: Request) -> tuple[str, date, date]:
    """The code, first and last day; without a first day all of them. Raises `Declined`."""
    return (
        listed_code(request),
        asked_first_day(request, "FID_INPUT_DATE_1"),
        asked_day(request, "FID_INPUT_DATE_2"),
    )


def asked_short_days(request: Request) -> int:
    """How many trading days a ranking is to be about. Raises `Declined`.

    KIS counts one less than the days, and in weeks from 4 on; there are clients that leave the period empty.
    """
    period = needed(request.query, "FID_PERIOD_DIV_CODE").upper()
    count = needed(request.query, "FID_INPUT_CNT_1") or "0"
    if period not in ("", "D", "M") or not (count.isascii() and count.isdigit() and len(count) < 3):
        raise invalid("FID_PERIOD_DIV_CODE")
    return int(count) * 21 if period == "M" and int(count) else int(count) + 1


def out_of_hours_reply() -> Reply:
    """What KIS says before the figures of the day are known."""
    return message_reply(OUT_OF_HOURS)


# The server answers ---------------------------------------------------------------------------------------


def investors_reply(days: Sequence[FlowDay], before: Bar | None) -> Reply:
    """주식현재가 투자자 of `days`, oldest first; `before` is the bar before the first of them."""
    output = []
    for day, last in _with_previous(days, before):
        fields = dict.fromkeys(_names_in_three(), "")
        if day.flows is not None:
            for prefix, investor in _IN_THREE.items():
                fields |= _flow_fields(prefix, day.flows.find(investor))
        output.append(
            empty(
                blocks.InvestorDay,
                stck_bsop_date=day_text(day.bar.at.date()),
                stck_clpr=str(day.bar.close),
                **_moved(day.bar, last, with_rate=False),
                **fields,
            )
        )
    return done_reply(blocks.InvestorDaysAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def investor_trades_reply(
    listed: Listed | None, days: Sequence[FlowDay], before: Bar | None, previous_volume: int
) -> Reply:
    """종목별 투자자매매동향(일별) of `days`, oldest first. None for a code that does not exist."""
    if listed is None:
        return done_reply(blocks.InvestorTradesAnswer, output1=empty(blocks.InvestorSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.InvestorSummary,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        prdy_vol=str(previous_volume),
        rprs_mrkt_kor_name=representative_market(listed),
        **change(quote.last_price, quote),
    )
    output2 = []
    for day, last in _with_previous(days, before):
        fields: dict[str, str] = {}
        if day.flows is not None:
            for prefix, investor in (_IN_ALL | _FOREIGN_PARTS).items():
                flow = day.flows.find(investor)
                government = day.flows.find(Investor.GOVERNMENT)
                if investor is Investor.PENSION and flow is not None and government is not None:
                    flow += government
                fields |= _flow_fields(prefix, flow)
        bar = day.bar
        output2.append(
            empty(
                blocks.InvestorTrade,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                acml_tr_pbmn=str(bar.value),
                stck_oprc=str(bar.open),
                stck_hgpr=str(bar.high),
                stck_lwpr=str(bar.low),
                **_moved(bar, last),
                **fields,
            )
        )
    newest_first = output2[: -DAYS_PER_CALL - 1 : -1]
    return done_reply(blocks.InvestorTradesAnswer, output1=summary, output2=newest_first)


def program_days_reply(days: Sequence[ProgramDay], before: Bar | None) -> Reply:
    """종목별 프로그램매매추이(일별) of `days`, oldest first; `before` is the bar before the first of them.

    The changes (증감) are those of the nets from one day to the next.
    """
    output = []
    previous: Bar | None = before
    net = value = None
    for day in days:
        flow, bar = day.flows.total, day.bar
        fields = {
            "whol_smtn_seln_vol": str(flow.sold or 0),
            "whol_smtn_shnu_vol": str(flow.bought or 0),
            "whol_smtn_ntby_qty": str(flow.net),
            "whol_smtn_seln_tr_pbmn": str(flow.sold_value or 0),
            "whol_smtn_shnu_tr_pbmn": str(flow.bought_value or 0),
            "whol_smtn_ntby_tr_pbmn": str(flow.net_value or 0),
        }
        if net is not None and value is not None:
            fields["whol_ntby_vol_icdc"] = str(flow.net - net)
            fields["whol_ntby_tr_pbmn_icdc2"] = str((flow.net_value or 0) - value)
        output.append(
            empty(
                blocks.ProgramDay,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                acml_tr_pbmn=str(bar.value),
                **_moved(bar, previous),
                **fields,
            )
        )
        previous, net, value = bar, flow.net, flow.net_value or 0
    return done_reply(blocks.ProgramDaysAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def program_minutes_reply(
    listed: Listed | None, flows: ProgramFlows | None, minutes: Sequence[Bar], volume: int
) -> Reply:
    """종목별 프로그램매매추이(체결), newest first: the part of the day's `flows` by each of its minutes.

    The day's whole `volume` tells how much of it has passed. How KIS counts as the day goes is not known.
    """
    output = []
    traded = net = value = 0
    for bar in minutes if listed and flows else ():
        traded += bar.volume
        part = [_part(amount, min(traded, volume), volume) for amount in _two_sides(flows)]
        bought, sold, bought_value, sold_value = part
        output.append(
            empty(
                blocks.ProgramMinute,
                bsop_hour=time_text(bar.at),
                stck_prpr=str(bar.close),
                acml_vol=str(traded),
                whol_smtn_seln_vol=str(sold),
                whol_smtn_shnu_vol=str(bought),
                whol_smtn_ntby_qty=str(bought - sold),
                whol_smtn_seln_tr_pbmn=str(sold_value),
                whol_smtn_shnu_tr_pbmn=str(bought_value),
                whol_smtn_ntby_tr_pbmn=str(bought_value - sold_value),
                whol_ntby_vol_icdc=str(bought - sold - net),
                whol_ntby_tr_pbmn_icdc=str(bought_value - sold_value - value),
                **(change(bar.close, listed.quote) if listed else {}),
            )
        )
        net, value = bought - sold, bought_value - sold_value
    return done_reply(blocks.ProgramMinutesAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def _two_sides(flows: ProgramFlows | None) -> tuple[int, int, int, int]:
    total = flows.total if flows else Flow(0)
    return total.bought or 0, total.sold or 0, total.bought_value or 0, total.sold_value or 0


def _part(amount: int, traded: int, volume: int) -> int:
    return amount * traded // volume if volume else 0


def investor_estimates_reply(flows: InvestorFlows | None, now: time) -> Reply:
    """외인기관 추정가집계: what is estimated five times a day, newest first; only the times that are past.

    The estimate is the part of the day's net that has passed since the open, in thousands of shares: how KIS
    estimates is not known.
    """
    output2 = []
    if flows is not None:
        foreign, institutional = flows.find(Investor.FOREIGN), flows.find(Investor.INSTITUTIONAL)
        for number, at in enumerate(_ESTIMATED_AT, 1):
            if at > now or foreign is None or institutional is None:
                break
            minutes = (at.hour - 9) * 60 + at.minute
            first, second = (_thousands(flow.net * minutes, 390) for flow in (foreign, institutional))
            output2.append(
                empty(
                    blocks.InvestorEstimate,
                    bsop_hour_gb=str(number),
                    frgn_fake_ntby_qty=_padded(first),
                    orgn_fake_ntby_qty=_padded(second),
                    sum_fake_ntby_qty=_padded(first + second),
                )
            )
    return done_reply(blocks.InvestorEstimatesAnswer, output2=output2[::-1])


def members_reply(listed: Listed | None, members: Sequence[MemberFlow]) -> Reply:
    """주식현재가 회원사; `members` are all firms, with what they have done so far."""
    volume = listed.quote.volume if listed else 0
    fields: dict[str, str] = {}
    for side, firms in zip(("seln", "shnu"), top_members(members), strict=True):
        for place, firm in enumerate(firms, 1):
            quantity = firm.sold if side == "seln" else firm.bought
            fields[f"{side}_mbcr_no{place}"] = firm.number.zfill(MEMBER_DIGITS)
            fields[f"{side}_mbcr_name{place}"] = firm.name
            fields[f"total_{side}_qty{place}"] = str(quantity)
            fields[f"{side}_mbcr_rlim{place}"] = ratio_text(100 * quantity, volume, 2)
            fields[f"{side}_mbcr_glob_yn_{place}"] = "Y" if firm.is_foreign else "N"
    sold = sum(each.sold for each in members if each.is_foreign)
    bought = sum(each.bought for each in members if each.is_foreign)
    output = empty(
        blocks.Members,
        glob_total_seln_qty=str(sold),
        glob_seln_rlim=ratio_text(100 * sold, volume, 2),
        glob_ntby_qty=str(bought - sold),
        glob_total_shnu_qty=str(bought),
        glob_shnu_rlim=ratio_text(100 * bought, volume, 2),
        **fields,
    )
    return done_reply(blocks.MembersAnswer, output=output)


def top_members(members: Sequence[MemberFlow]) -> tuple[list[MemberFlow], list[MemberFlow]]:
    """The five firms that sold most and the five that bought most, the first first."""
    sellers = sorted((each for each in members if each.sold), key=lambda each: (-each.sold, each.number))
    buyers = sorted((each for each in members if each.bought), key=lambda each: (-each.bought, each.number))
    return sellers[:_TOP], buyers[:_TOP]


def short_sales_reply(
    listed: Listed | None, days: Sequence[ShortDay], before: Bar | None, previous_volume: int
) -> Reply:
    """공매도 일별추이 of `days`, oldest first: the newest hundred, added up from the first of all."""
    if listed is None:
        return done_reply(blocks.ShortSalesAnswer, output1=empty(blocks.ShortSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.ShortSummary,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        prdy_vol=str(previous_volume),
        **change(quote.last_price, quote),
    )
    output2 = []
    quantity = value = volume = traded = 0
    previous = [before, *(day.bar for day in days)]
    for day, last in zip(days, previous, strict=False):
        bar, sold, won = day.bar, day.sale.quantity, day.sale.value or 0
        quantity, value, volume, traded = (
            quantity + sold,
            value + won,
            volume + bar.volume,
            traded + bar.value,
        )
        output2.append(
            empty(
                blocks.ShortDay,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                stnd_vol_smtn=str(volume),
                ssts_cntg_qty=str(sold),
                ssts_vol_rlim=ratio_text(100 * sold, bar.volume, 2),
                acml_ssts_cntg_qty=str(quantity),
                acml_ssts_cntg_qty_rlim=ratio_text(100 * quantity, volume, 2),
                acml_tr_pbmn=str(bar.value),
                stnd_tr_pbmn_smtn=str(traded),
                ssts_tr_pbmn=str(won),
                ssts_tr_pbmn_rlim=ratio_text(100 * won, bar.value, 2),
                acml_ssts_tr_pbmn=str(value),
                acml_ssts_tr_pbmn_rlim=ratio_text(100 * value, traded, 2),
                stck_oprc=str(bar.open),
                stck_hgpr=str(bar.high),
                stck_lwpr=str(bar.low),
                avrg_prc=ratio_text(won, sold, 0),
                **_moved(bar, last),
            )
        )
    newest_first = output2[: -SHORT_SALES_PER_CALL - 1 : -1]
    return done_reply(blocks.ShortSalesAnswer, output1=summary, output2=newest_first)


def short_ranking_reply(ranks: Sequence[ShortRank], first: date, last: date) -> Reply:
    """공매도 상위종목 from day `first` to `last`, which stand in the first row only."""
    chosen = sorted(ranks, key=lambda rank: (-rank.value, rank.listed.quote.code))[:RANKS_PER_CALL]
    output = []
    for place, each in enumerate(chosen):
        quote = each.listed.quote
        output.append(
            empty(
                blocks.ShortRank,
                mksc_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                acml_vol=str(each.volume),
                acml_tr_pbmn=str(each.day_value),
                ssts_cntg_qty=str(each.quantity),
                ssts_vol_rlim=ratio_text(100 * each.quantity, each.volume, 2),
                ssts_tr_pbmn=str(each.value),
                ssts_tr_pbmn_rlim=ratio_text(100 * each.value, each.day_value, 2),
                stnd_date1="0" if place else day_text(first),
                stnd_date2="0" if place else day_text(last),
                avrg_prc=ratio_text(each.value, each.quantity, 0),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.ShortRanksAnswer, output=output)


def _with_previous(days: Sequence[FlowDay], before: Bar | None) -> Iterable[tuple[FlowDay, Bar | None]]:
    return zip(days, [before, *(day.bar for day in days)], strict=False)


def _moved(bar: Bar, last: Bar | None, *, with_rate: bool = True) -> dict[str, str]:
    """The change of a day; nothing when the day before is not known."""
    if last is None:
        return {}
    moved = {"prdy_vrss": str(bar.close - last.close), "prdy_vrss_sign": change_sign(bar.close - last.close)}
    return moved | {"prdy_ctrt": rate(bar.close, last.close)} if with_rate else moved


def _net_name(prefix: str) -> str:
    return f"{prefix}_ntby_vol" if prefix in _NET_VOLUMES else f"{prefix}_ntby_qty"


def _names_in_three() -> list[str]:
    return [name for prefix in _IN_THREE for name in _flow_fields(prefix, None)]


def _flow_fields(prefix: str, flow: Flow | None) -> dict[str, str]:
    is_part = prefix in _FOREIGN_PARTS
    net_value = f"{prefix}_ntby_pbmn" if is_part else f"{prefix}_ntby_tr_pbmn"
    bought, bought_value = ("bidp_qty", "bidp_pbmn") if is_part else ("shnu_vol", "shnu_tr_pbmn")
    sold, sold_value = ("askp_qty", "askp_pbmn") if is_part else ("seln_vol", "seln_tr_pbmn")
    return {
        _net_name(prefix): _text(flow.net if flow else None),
        net_value: _millions(flow.net_value if flow else None),
        f"{prefix}_{bought}": _text(flow.bought if flow else None),
        f"{prefix}_{bought_value}": _millions(flow.bought_value if flow else None),
        f"{prefix}_{sold}": _text(flow.sold if flow else None),
        f"{prefix}_{sold_value}": _millions(flow.sold_value if flow else None),
    }


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _millions(won: int | None) -> str:
    return "" if won is None else ratio_text(won, _MILLION, 0)


def _thousands(part: int, whole: int) -> int:
    return int(ratio_text(part, whole * 1000, 0)) * 1000


def _padded(quantity: int) -> str:
    """Eighteen characters, the sign among them."""
    return f"{quantity:0{_ESTIMATE_WIDTH}}"
