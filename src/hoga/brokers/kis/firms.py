"""What one member firm (회원사) did of an issue day by day, and what foreign firms did of all issues today.

Source: KIS's documents and samples. Of the running day a firm's business is told as far as its issue has
traded. Unverified: how many rows there are, and that 순매도 (`ntsl`) is what was sold less what was bought.
That 1001 means KOSPI and 2001 KOSDAQ here is what KIS's sample says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoga.brokers.kis import flow_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import MEMBER_DAYS_PER_CALL, RANKS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, day_text, needed, plain_code
from hoga.brokers.kis.members import FOREIGN_FIRMS, MEMBER_DIGITS
from hoga.brokers.kis.notation import change, moved
from hoga.brokers.kis.question import asked_choice, asked_day, done_reply
from hoga.domain.bar import Bar
from hoga.domain.flows import MemberFlow
from hoga.domain.instrument import Market

_SECTIONS: dict[str, Market | None] = {"0000": None, "1001": Market.KOSPI, "2001": Market.KOSDAQ}
_BY_VALUE, _BY_SHARES = "0", "1"
_BUYS, _SALES = "0", "1"


@dataclass(frozen=True, slots=True)
class MemberDaysQuery:
    """What a firm, or all foreign ones, did of an issue from a first to a last day."""

    code: str
    firm: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ForeignRanksQuery:
    """Of which market, sorted by value or by shares, what was bought or what was sold."""

    market: Market | None
    is_by_value: bool
    is_bought: bool


@dataclass(frozen=True, slots=True)
class ForeignRank:
    """What all foreign firms bought and sold of an issue so far."""

    listed: Listed
    bought: int
    sold: int

    def weight(self, query: ForeignRanksQuery) -> int:
        """What an issue is ranked by: its net on the side that is asked for."""
        net = self.bought - self.sold if query.is_bought else self.sold - self.bought
        return net * self.listed.quote.last_price if query.is_by_value else net


def asked_member_days(request: Request) -> MemberDaysQuery:
    """Which firm's days a client wants. Raises `Declined`."""
    return MemberDaysQuery(
        plain_code(needed(request.query, "FID_INPUT_ISCD")),
        needed(request.query, "FID_INPUT_ISCD_2").zfill(MEMBER_DIGITS),
        asked_day(request, "FID_INPUT_DATE_1"),
        asked_day(request, "FID_INPUT_DATE_2"),
    )


def asked_foreign_ranks(request: Request) -> ForeignRanksQuery:
    """Which issues a client wants ranked. Raises `Declined`."""
    return ForeignRanksQuery(
        _SECTIONS[asked_choice(request, "FID_INPUT_ISCD", _SECTIONS)],
        asked_choice(request, "FID_RANK_SORT_CLS_CODE", (_BY_VALUE, _BY_SHARES)) == _BY_VALUE,
        asked_choice(request, "FID_RANK_SORT_CLS_CODE_2", (_BUYS, _SALES)) == _BUYS,
    )


def of_firm(number: str, firms: Sequence[MemberFlow]) -> tuple[int, int]:
    """What the firm with that number bought and sold, or all foreign ones together."""
    wanted = [
        firm
        for firm in firms
        if (firm.is_foreign if number == FOREIGN_FIRMS else firm.number.zfill(MEMBER_DIGITS) == number)
    ]
    return sum(firm.bought for firm in wanted), sum(firm.sold for firm in wanted)


def member_days_reply(days: Sequence[tuple[Bar, int, int]], before: Bar | None) -> Reply:
    """회원사 종목매매동향 of `days` with what was bought and sold, oldest first, after the day `before`."""
    output = []
    last = before
    for bar, bought, sold in days:
        output.append(
            empty(
                blocks.MemberDay,
                stck_bsop_date=day_text(bar.at.date()),
                total_seln_qty=str(sold),
                total_shnu_qty=str(bought),
                ntby_qty=str(bought - sold),
                stck_prpr=str(bar.close),
                acml_vol=str(bar.volume),
                **moved(bar, last),
            )
        )
        last = bar
    return done_reply(blocks.MemberDaysAnswer, output=output[: -MEMBER_DAYS_PER_CALL - 1 : -1])


def foreign_ranks_reply(query: ForeignRanksQuery, found: Sequence[ForeignRank]) -> Reply:
    """외국계 매매종목 가집계: what foreign firms bought, or sold, most net."""
    ranked = sorted(
        (each for each in found if each.weight(query) > 0),
        key=lambda each: (-each.weight(query), each.listed.quote.code),
    )
    output = [
        empty(
            blocks.ForeignFirmRank,
            stck_shrn_iscd=each.listed.quote.code,
            hts_kor_isnm=each.listed.quote.name,
            glob_ntsl_qty=str(each.sold - each.bought),
            stck_prpr=str(each.listed.quote.last_price),
            acml_vol=str(each.listed.quote.volume),
            glob_total_seln_qty=str(each.sold),
            glob_total_shnu_qty=str(each.bought),
            **change(each.listed.quote.last_price, each.listed.quote),
        )
        for each in ranked[:RANKS_PER_CALL]
    ]
    return done_reply(blocks.ForeignFirmRanksAnswer, output=output)
