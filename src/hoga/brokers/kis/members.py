"""What member firms (회원사) do as the day goes, on the KIS wire: the ranking of them, and each by itself.

Source: KIS's documents and their example. A firm's business is known for the whole day; of the running day it
is told as far as the issue has traded, minute by minute, as the ranking of members is. That 99999 means all
foreign firms, and how many rows there are, is unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import Block, empty, find_whole, get_decimal, get_whole, rows, text
from hoga.brokers.kis.codes import FOREIGN_FIRMS_PER_CALL, MEMBER_TRADES_PER_CALL, Environment
from hoga.brokers.kis.envelope import Reply, Request, make_request, needed, plain_code, read, time_text
from hoga.brokers.kis.notation import change
from hoga.brokers.kis.question import asked_number, done_reply, invalid, one_issue, unknown_issue
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.flows import MemberFlow, MemberRank, MemberTable
from hoga.domain.instrument import Market

FOREIGN_FIRMS = "99999"
MEMBER_DIGITS = 5
_TOP = 5
_MINUTE = timedelta(minutes=1)
_MARKETS: dict[str, Market | None] = {
    "": None,
    "A": None,
    "K": Market.KOSPI,
    "Q": Market.KOSDAQ,
    "K2": Market.KOSPI,
    "W": None,
}
_KOSPI200, _ELW = "K2", "W"


@dataclass(frozen=True, slots=True)
class MembersQuery:
    """Whose trades a client wants: of one issue or of a market, of one firm or of all foreign ones."""

    code: str
    firm: str
    market: str
    least: int

    def takes(self, listed: Listed) -> bool:
        """Whether trades in an issue are wanted."""
        if self.code:
            return listed.quote.code == self.code
        if self.market == _ELW:
            return False
        company = listed.background.company
        if self.market == _KOSPI200 and not (company and company.is_kospi200):
            return False
        return _MARKETS[self.market] in (None, listed.instrument.market)

    def takes_firm(self, firm: MemberFlow) -> bool:
        """Whether the trades of a firm are wanted."""
        if self.firm == FOREIGN_FIRMS:
            return firm.is_foreign
        return firm.number.zfill(MEMBER_DIGITS) == self.firm


@dataclass(frozen=True, slots=True)
class MemberTrade:
    """What a firm bought net in some time, in all until then, and what all foreign firms had by then."""

    listed: Listed
    at: datetime
    name: str
    price: int
    net: int
    total: int
    foreign_total: int


# The client asks and understands --------------------------------------------------------------------------


def members_request(code: str, environment: Environment) -> Request:
    """주식현재가 회원사: who bought and who sold most today."""
    return make_request(Call.MEMBERS, environment, query=one_issue(code))


def read_members(reply: Reply, code: str) -> MemberTable:
    """주식현재가 회원사. Raises like `envelope.read`, and `BadInput` when nothing is told of the code."""
    found = rows(read(reply, blocks.MembersAnswer).output)
    if not found:
        raise unknown_issue(code)
    row = found[0]
    return MemberTable(
        code=code,
        sellers=_ranks(row, "seln"),
        buyers=_ranks(row, "shnu"),
        foreign_sold=get_whole(row, "glob_total_seln_qty"),
        foreign_bought=get_whole(row, "glob_total_shnu_qty"),
        foreign_sold_change=find_whole(row, "glob_total_seln_qty_icdc") or 0,
        foreign_bought_change=find_whole(row, "glob_total_shnu_qty_icdc") or 0,
    )


def _ranks(row: Block, side: str) -> tuple[MemberRank, ...]:
    return tuple(
        MemberRank(
            number=text(getattr(row, f"{side}_mbcr_no{place}")),
            name=text(getattr(row, f"{side}_mbcr_name{place}")),
            is_foreign=text(getattr(row, f"{side}_mbcr_glob_yn_{place}")) == "Y",
            quantity=get_whole(row, f"total_{side}_qty{place}"),
            change=find_whole(row, f"{side}_qty_icdc{place}") or 0,
            part=get_decimal(row, f"{side}_mbcr_rlim{place}"),
        )
        for place in range(1, _TOP + 1)
        if text(getattr(row, f"{side}_mbcr_no{place}"))
    )


# The server understands and answers -----------------------------------------------------------------------


def asked_member_trades(request: Request) -> MembersQuery:
    """Whose trades a client wants. Raises `Declined`."""
    query = request.query
    market = needed(query, "FID_MRKT_CLS_CODE").upper()
    if market not in _MARKETS:
        raise invalid("FID_MRKT_CLS_CODE")
    return MembersQuery(
        code=plain_code(needed(query, "FID_INPUT_ISCD")),
        firm=needed(query, "FID_INPUT_ISCD_2").zfill(MEMBER_DIGITS),
        market=market,
        least=asked_number(request, "FID_VOL_CNT"),
    )


def member_trades(
    query: MembersQuery, listed: Listed, firms: Sequence[MemberFlow], minutes: Sequence[Bar], now: datetime
) -> list[MemberTrade]:
    """What the firms of an issue did in its `minutes` so far, oldest first.

    A minute is told at its end, or `now`.
    """
    whole = sum(firm.bought for firm in firms)
    wanted = [firm for firm in firms if query.takes_firm(firm)]
    abroad = [firm for firm in firms if firm.is_foreign]
    found: list[MemberTrade] = []
    before = dict.fromkeys((firm.number for firm in firms), 0)
    foreign_total = volume = 0
    for bar in minutes:
        volume = min(volume + bar.volume, whole)
        at = _told_at(bar, now)
        for firm in {each.number: each for each in (*abroad, *wanted)}.values():
            so_far = firm.until(volume, whole)
            net, total = so_far.bought - so_far.sold - before[firm.number], so_far.bought - so_far.sold
            before[firm.number] = total
            if firm.is_foreign:
                foreign_total += net
            if net and abs(net) >= query.least and query.takes_firm(firm):
                found.append(MemberTrade(listed, at, firm.name, bar.close, net, total, foreign_total))
    return found


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


def foreign_firms_reply(
    listed: Listed | None, firms: Sequence[MemberFlow], minutes: Sequence[Bar], now: datetime
) -> Reply:
    """종목별 외국계 순매수추이: what `firms` had bought and sold by each minute, newest first."""
    if listed is None:
        return done_reply(blocks.ForeignFirmsAnswer, output=[])
    whole, wanted = sum(firm.bought for firm in firms), [firm for firm in firms if firm.is_foreign]
    output = []
    volume = before = 0
    for bar in minutes:
        volume += bar.volume
        so_far = [firm.until(min(volume, whole), whole) for firm in wanted]
        sold, bought = sum(firm.sold for firm in so_far), sum(firm.bought for firm in so_far)
        output.append(
            empty(
                blocks.ForeignFirms,
                bsop_hour=time_text(_told_at(bar, now)),
                stck_prpr=str(bar.close),
                acml_vol=str(volume),
                frgn_seln_vol=str(sold),
                frgn_shnu_vol=str(bought),
                glob_ntby_qty=str(bought - sold),
                frgn_ntby_qty_icdc=str(bought - sold - before),
                **change(bar.close, listed.quote),
            )
        )
        before = bought - sold
    return done_reply(blocks.ForeignFirmsAnswer, output=output[: -FOREIGN_FIRMS_PER_CALL - 1 : -1])


def _told_at(bar: Bar, now: datetime) -> datetime:
    """A minute is told at its end, the running one now."""
    return min(bar.at + _MINUTE - timedelta(seconds=1), now)


def member_trades_reply(found: Sequence[MemberTrade], sold: int, bought: int) -> Reply:
    """회원사 실시간 매매동향(틱), newest first, with what the firms `sold` and `bought` today."""
    output2 = [
        empty(
            blocks.MemberTrade,
            bsop_hour=time_text(each.at),
            mbcr_name=each.name,
            hts_kor_isnm=each.listed.quote.name,
            stck_prpr=str(each.price),
            cntg_vol=str(each.net),
            acml_ntby_qty=str(each.total),
            glob_ntby_qty=str(each.foreign_total),
            frgn_ntby_qty_icdc=str(each.net),
            prdy_vrss=moved["prdy_vrss"],
            prdy_vrss_sign=moved["prdy_vrss_sign"],
        )
        for each in found[: -MEMBER_TRADES_PER_CALL - 1 : -1]
        for moved in (change(each.price, each.listed.quote),)
    ]
    output1 = [empty(blocks.MemberTotals, total_seln_qty=str(sold), total_shnu_qty=str(bought))]
    return done_reply(blocks.MemberTradesAnswer, output1=output1, output2=output2)
