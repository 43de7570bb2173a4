"""What single member firms do as the day goes (회원사 실시간 매매동향), on the KIS wire.

Source: KIS's documents and their example. A firm's business is known for the whole day; of the running day it
is told as far as the issue has traded, minute by minute, as the ranking of members is. That 99999 means all
foreign firms, and how many rows there are, is unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import FOREIGN_FIRMS_PER_CALL, MEMBER_TRADES_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code, time_text
from hoga.brokers.kis.notation import change
from hoga.brokers.kis.question import asked_number, done_reply, invalid
from hoga.domain.bar import Bar
from hoga.domain.flows import MemberFlow
from hoga.domain.instrument import Market

_FOREIGN_FIRMS = "99999"
_MEMBER_DIGITS = 5
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
        if self.firm == _FOREIGN_FIRMS:
            return firm.is_foreign
        return firm.number.zfill(_MEMBER_DIGITS) == self.firm


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


def asked_member_trades(request: Request) -> MembersQuery:
    """Whose trades a client wants. Raises `Declined`."""
    query = request.query
    market = needed(query, "FID_MRKT_CLS_CODE").upper()
    if market not in _MARKETS:
        raise invalid("FID_MRKT_CLS_CODE")
    return MembersQuery(
        code=plain_code(needed(query, "FID_INPUT_ISCD")),
        firm=needed(query, "FID_INPUT_ISCD_2").zfill(_MEMBER_DIGITS),
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
