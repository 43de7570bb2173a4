"""Which investors bought and sold an issue, on the KIS wire, both ways.

Source: KIS's documents and answers of 2022 to 2026. Quantities are shares, the money of investors is in
백만원. Today's figures are not told before 15:40: one call has a blank row for
it, the other is closed until then. KIS knows no 국가지자체: here it is 연기금등. What is not known is blank.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed, representative_market
from hoga.brokers.kis.blocks import Block, empty, find_whole, rows, text
from hoga.brokers.kis.codes import (
    DAYS_PER_CALL,
    OUT_OF_HOURS,
    Environment,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    message_reply,
    read,
)
from hoga.brokers.kis.notation import change, moved
from hoga.brokers.kis.question import (
    Venues,
    asked_day,
    day_of,
    done_reply,
    one_issue,
    venued_code,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.flows import Flow, Investor, InvestorFlows

TOLD_FROM = time(15, 40)
"""When the figures of the day become known."""

_MILLION = 1_000_000

_IN_THREE = {"prsn": Investor.INDIVIDUAL, "frgn": Investor.FOREIGN, "orgn": Investor.INSTITUTIONAL}
IN_ALL = {
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
FOREIGN_PARTS = {"frgn_reg": Investor.REGISTERED_FOREIGN, "frgn_nreg": Investor.OTHER_FOREIGN}
_NET_VOLUMES = ("pe_fund", "etc_corp", "etc_orgt")
"""The types whose net is named `_ntby_vol`; all others have `_ntby_qty`."""

ESTIMATED_AT = (time(9, 30), time(10), time(11, 20), time(13, 20), time(14, 30))
_ESTIMATE_WIDTH = 18


@dataclass(frozen=True, slots=True)
class FlowDay:
    """The bar of a day and who made it; None for a day that is not over, or not known."""

    bar: Bar
    flows: InvestorFlows | None


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


# The client understands -----------------------------------------------------------------------------------


def read_investors(reply: Reply, code: str) -> list[InvestorFlows]:
    """The days of inquire-investor that are known, oldest first. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.InvestorDaysAnswer).output)
    return _by_day(_flows_of(reply, row, code, _IN_THREE) for row in found if text(row.prsn_ntby_qty))


def read_investor_trades(reply: Reply, code: str) -> list[InvestorFlows]:
    """The days of investor-trade-by-stock-daily, oldest first. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.InvestorTradesAnswer).output2)
    return _by_day(_flows_of(reply, row, code, IN_ALL | FOREIGN_PARTS) for row in found)


def _flows_of(reply: Reply, row: Block, code: str, investors: dict[str, Investor]) -> InvestorFlows:
    flows = {}
    for prefix, investor in investors.items():
        is_part = prefix in FOREIGN_PARTS
        net = find_whole(row, net_name(prefix))
        if net is None:
            continue
        flows[investor] = Flow(
            net=net,
            bought=find_whole(row, f"{prefix}_bidp_qty" if is_part else f"{prefix}_shnu_vol"),
            sold=find_whole(row, f"{prefix}_askp_qty" if is_part else f"{prefix}_seln_vol"),
            net_value=won(row, f"{prefix}_ntby_pbmn" if is_part else f"{prefix}_ntby_tr_pbmn"),
            bought_value=won(row, f"{prefix}_bidp_pbmn" if is_part else f"{prefix}_shnu_tr_pbmn"),
            sold_value=won(row, f"{prefix}_askp_pbmn" if is_part else f"{prefix}_seln_tr_pbmn"),
        )
    return InvestorFlows(code, day_of(reply, getattr(row, "stck_bsop_date", "")), flows)


def _by_day(flows: Iterable[InvestorFlows]) -> list[InvestorFlows]:
    return sorted(flows, key=lambda each: each.day)


def won(row: Block, name: str) -> int | None:
    """Won of a field in 백만원, None when it is blank."""
    millions = find_whole(row, name)
    return None if millions is None else millions * _MILLION


# The server understands -----------------------------------------------------------------------------------


def asked_last_day(request: Request) -> tuple[str, Venues, date]:
    """The code, its venues and the newest day of a list that goes back from there. Raises `Declined`."""
    return (*venued_code(request), asked_day(request, "FID_INPUT_DATE_1"))


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
                fields |= flow_fields(prefix, day.flows.find(investor))
        output.append(
            empty(
                blocks.InvestorDay,
                stck_bsop_date=day_text(day.bar.at.date()),
                stck_clpr=str(day.bar.close),
                **moved(day.bar, last, with_rate=False),
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
            told = with_government(day.flows.flows)
            for prefix, investor in (IN_ALL | FOREIGN_PARTS).items():
                fields |= flow_fields(prefix, told.get(investor))
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
                **moved(bar, last),
                **fields,
            )
        )
    newest_first = output2[: -DAYS_PER_CALL - 1 : -1]
    return done_reply(blocks.InvestorTradesAnswer, output1=summary, output2=newest_first)


def investor_estimates_reply(flows: InvestorFlows | None, now: time) -> Reply:
    """외인기관 추정가집계: what is estimated five times a day, newest first; only the times that are past.

    The estimate is the part of the day's net that has passed since the open, in thousands of shares: how KIS
    estimates is not known.
    """
    output2 = []
    if flows is not None:
        foreign, institutional = flows.find(Investor.FOREIGN), flows.find(Investor.INSTITUTIONAL)
        for number, at in enumerate(ESTIMATED_AT, 1):
            if at > now or foreign is None or institutional is None:
                break
            first, second = estimate(foreign.net, at), estimate(institutional.net, at)
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


def estimate(net: int, at: time) -> int:
    """What is estimated at an hour of all that somebody buys net in the day: the part that has passed."""
    minutes = (at.hour - 9) * 60 + at.minute
    return _thousands(net * minutes, 390)


def with_government(told: Mapping[Investor, Flow]) -> Mapping[Investor, Flow]:
    """The same with 국가지자체 in 연기금, as KIS counts them."""
    pension, government = told.get(Investor.PENSION), told.get(Investor.GOVERNMENT)
    if pension is None or government is None:
        return told
    return {**told, Investor.PENSION: pension + government}


def _with_previous(days: Sequence[FlowDay], before: Bar | None) -> Iterable[tuple[FlowDay, Bar | None]]:
    return zip(days, [before, *(day.bar for day in days)], strict=False)


def net_name(prefix: str) -> str:
    """How KIS names the net of a type, in shares."""
    return f"{prefix}_ntby_vol" if prefix in _NET_VOLUMES else f"{prefix}_ntby_qty"


def _names_in_three() -> list[str]:
    return [name for prefix in _IN_THREE for name in flow_fields(prefix, None)]


def flow_fields(prefix: str, flow: Flow | None) -> dict[str, str]:
    """Both sides and the net of a type in shares and 백만원, blank when they are not known."""
    is_part = prefix in FOREIGN_PARTS
    net_value = f"{prefix}_ntby_pbmn" if is_part else f"{prefix}_ntby_tr_pbmn"
    bought, bought_value = ("bidp_qty", "bidp_pbmn") if is_part else ("shnu_vol", "shnu_tr_pbmn")
    sold, sold_value = ("askp_qty", "askp_pbmn") if is_part else ("seln_vol", "seln_tr_pbmn")
    return {
        net_name(prefix): _text(flow.net if flow else None),
        net_value: millions_text(flow.net_value if flow else None),
        f"{prefix}_{bought}": _text(flow.bought if flow else None),
        f"{prefix}_{bought_value}": millions_text(flow.bought_value if flow else None),
        f"{prefix}_{sold}": _text(flow.sold if flow else None),
        f"{prefix}_{sold_value}": millions_text(flow.sold_value if flow else None),
    }


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def millions_text(amount: int | None) -> str:
    """백만원, blank when it is not known."""
    return "" if amount is None else ratio_text(amount, _MILLION, 0)


def _thousands(part: int, whole: int) -> int:
    return int(ratio_text(part, whole * 1000, 0)) * 1000


def _padded(quantity: int) -> str:
    """Eighteen characters, the sign among them."""
    return f"{quantity:0{_ESTIMATE_WIDTH}}"
