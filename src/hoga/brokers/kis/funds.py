"""ETFs and ETNs on the KIS wire: price beside NAV, as the day and the days go, and what a fund consists of.

Source: KIS's documents and examples of 2024. Its example of 구성종목시세 shows that the worth of a member is
told at the price of now, the amount that it is valued at (평가금액) at its base price, and the sum of all in
만원; 순자산총액 follows the NAV of the day before. Tracking errors, 대용가 and what liquidity providers hold
are not known here. Unverified: that an ETN has no NAV here, that all members are told by their worth, and
the codes of a distribution.

What nobody publishes here is made: the NAV of now is the middle of the book within the prices of the day,
that of a past minute the middle of its prices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from hoga.brokers.kis import fund_blocks as blocks
from hoga.brokers.kis.background import Listed, market_value, shares_of
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.books import midpoint_texts
from hoga.brokers.kis.codes import INDEX_CODES, MINUTES_PER_CALL
from hoga.brokers.kis.envelope import Reply, day_text, time_text
from hoga.brokers.kis.index_ticks import NavTick
from hoga.brokers.kis.indices import point_rate, point_sign, points
from hoga.brokers.kis.notation import change, codes_of, moved, rate
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.quotes import book_fields, extreme_fields
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.fund import Fund
from hoga.domain.quote import Midpoint, OrderBook, Quote
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

STEPS = tuple(str(60 * minutes) for minutes in (1, 3, 5, 10, 15, 30, 60, 120))
"""Seconds between the rows of NAV 비교추이 (분)."""
_QUARTERLY, _MATURES_NEVER, _NO_DISTRIBUTION = "2", "0", "  "
_TEN_THOUSAND, _HUNDRED_MILLION = 10_000, 100_000_000
_TWO = Decimal(2)


@dataclass(frozen=True, slots=True)
class Valued:
    """An issue and what a share of it is worth now and was worth yesterday."""

    listed: Listed
    nav: NavTick
    fund: Fund | None

    @property
    def nav_before(self) -> Decimal:
        return self.nav.value - self.nav.change

    @property
    def net_assets(self) -> int:
        """순자산 총액 in 억원, of yesterday."""
        return int(self.nav_before * shares_of(self.listed)) // _HUNDRED_MILLION


def nav_now(quote: Quote, before: Decimal | None) -> NavTick:
    """What a share of a fund is worth, `before` yesterday; the base price stands for what is not known."""
    base = Decimal(quote.base_price)
    middle = Decimal(quote.last_price)
    if quote.bid is not None and quote.ask is not None:
        middle = (quote.bid + quote.ask) / _TWO
    if quote.open is None or quote.high is None or quote.low is None:
        return NavTick(
            quote.code, middle, middle - (before or base), base, max(middle, base), min(middle, base)
        )
    high, low = Decimal(quote.high), Decimal(quote.low)
    value = min(max(middle, low), high)
    return NavTick(quote.code, value, value - (before or base), Decimal(quote.open), high, low)


def fund_price_reply(valued: Valued | None, listed: Listed | None) -> Reply:
    """ETF/ETN 현재가. `valued` is None for an ETN, both for what is neither."""
    output = empty(blocks.FundPrice)
    if listed is not None:
        output = empty(blocks.FundPrice, **_price_fields(listed), **_fund_fields(valued))
    return done_reply(blocks.FundPriceAnswer, output=output)


def fund_book_reply(
    book: OrderBook | None, phase: Phase, closing: Sequence[OrderBook], midpoint: Midpoint | None
) -> Reply:
    """ETF 현재가 호가, `closing` being the books at closing prices. None for what is no fund."""
    if book is None:
        return done_reply(blocks.FundBookAnswer, output=empty(blocks.FundBook))
    price, quantity, side = midpoint_texts(midpoint)
    output = empty(
        blocks.FundBook,
        mid_prc=price,
        midp_total_rsqn=quantity,
        midp_cls_code=side,
        **book_fields(book, codes_of(phase), closing),
    )
    return done_reply(blocks.FundBookAnswer, output=output)


def fund_nav_reply(valued: Valued | None) -> Reply:
    """NAV 비교추이 (종목)."""
    if valued is None:
        return done_reply(
            blocks.FundNavAnswer, output1=empty(blocks.TradedFund), output2=empty(blocks.ValuedFund)
        )
    quote = valued.listed.quote
    output1 = empty(
        blocks.TradedFund,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        acml_tr_pbmn=str(quote.value),
        stck_prdy_clpr=_close_before(valued.listed),
        stck_oprc=str(quote.open or 0),
        stck_hgpr=str(quote.high or 0),
        stck_lwpr=str(quote.low or 0),
        stck_mxpr=str(quote.upper_limit),
        stck_llam=str(quote.lower_limit),
        **change(quote.last_price, quote),
    )
    output2 = empty(blocks.ValuedFund, **_nav_of_day(valued))
    return done_reply(blocks.FundNavAnswer, output1=output1, output2=output2)


def fund_nav_days_reply(bars: Sequence[Bar], navs: Mapping[date, Decimal], first: date) -> Reply:
    """NAV 비교추이 (일), newest first: `bars` are oldest first, those before `first` only measured from."""
    output = []
    for bar, before in zip(bars, (None, *bars), strict=False):
        day = bar.at.date()
        if day < first:
            continue
        nav = navs.get(day)
        output.append(
            empty(
                blocks.FundNavDay,
                stck_bsop_date=day_text(day),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                **moved(bar, before),
                **(_away(bar.close, nav) | _nav(nav, navs.get(before.at.date()) if before else None))
                if nav is not None
                else {},
            )
        )
    return done_reply(blocks.FundNavDaysAnswer, output=output[::-1])


def fund_nav_minutes_reply(valued: Valued | None, minutes: Sequence[Bar], seconds: int) -> Reply:
    """NAV 비교추이 (분), newest first: `minutes` of today, oldest first, in steps of `seconds`."""
    if valued is None:
        return done_reply(blocks.FundNavMinutesAnswer, output=[])
    quote, output, traded = valued.listed.quote, [], 0
    for step, group in groupby(minutes, key=lambda bar: _second(bar.at) // seconds):
        bars = list(group)
        price, volume = bars[-1].close, sum(bar.volume for bar in bars)
        traded += volume
        nav = (max(bar.high for bar in bars) + min(bar.low for bar in bars)) / _TWO
        if bars[-1] is minutes[-1]:
            nav = valued.nav.value
        output.append(
            empty(
                blocks.FundNavMinute,
                bsop_hour=time_text(bars[0].at - timedelta(seconds=_second(bars[0].at) - step * seconds)),
                stck_prpr=str(price),
                acml_vol=str(traded),
                cntg_vol=str(volume),
                **change(price, quote),
                **_away(price, nav),
                **_nav(nav, valued.nav_before),
            )
        )
    return done_reply(blocks.FundNavMinutesAnswer, output=output[: -MINUTES_PER_CALL - 1 : -1])


def fund_members_reply(valued: Valued | None, members: Sequence[tuple[Listed, int]]) -> Reply:
    """ETF 구성종목시세: `members` with how many shares of each lie in a unit, the largest first."""
    if valued is None:
        return done_reply(blocks.FundMembersAnswer, output1=empty(blocks.FundSummary), output2=[])
    quote, fund = valued.listed.quote, valued.fund
    worth = sum(listed.quote.last_price * count for listed, count in members)
    output1 = empty(
        blocks.FundSummary,
        stck_prpr=str(quote.last_price),
        etf_cnfg_issu_avls=str(worth // _TEN_THOUSAND),
        etf_ntas_ttam=str(valued.net_assets),
        etf_cu_unit_scrt_cnt=str(fund.unit_shares if fund else 0),
        etf_cnfg_issu_cnt=str(len(fund.holdings) if fund else 0),
        **change(quote.last_price, quote),
        **_nav_of_day(valued),
    )
    output2 = []
    for listed, count in sorted(
        members, key=lambda each: (-each[0].quote.last_price * each[1], each[0].quote.code)
    ):
        each = listed.quote
        fields = {}
        if each.high is not None and each.low is not None:
            fields["tday_rsfl_rate"] = ratio_text(100 * (each.high - each.low), each.base_price, 2)
        yesterday = listed.background.yesterday
        if yesterday is not None:
            fields["prdy_vrss_vol"] = str(each.volume - yesterday.volume)
        output2.append(
            empty(
                blocks.FundMember,
                stck_shrn_iscd=each.code,
                hts_kor_isnm=each.name,
                stck_prpr=str(each.last_price),
                acml_vol=str(each.volume),
                acml_tr_pbmn=str(each.value),
                tr_pbmn_tnrt=ratio_text(100 * each.value, each.last_price * shares_of(listed), 2),
                hts_avls=market_value(listed),
                etf_cnfg_issu_avls=str(each.last_price * count),
                etf_cnfg_issu_rlim=ratio_text(100 * each.last_price * count, worth, 2),
                etf_vltn_amt=str(each.base_price * count),
                **change(each.last_price, each),
                **fields,
            )
        )
    return done_reply(blocks.FundMembersAnswer, output1=output1, output2=output2)


def _price_fields(listed: Listed) -> dict[str, str]:
    quote, known = listed.quote, listed.background
    shares = str(shares_of(listed))
    fields = {
        "stck_prpr": str(quote.last_price),
        "acml_vol": str(quote.volume),
        "stck_mxpr": str(quote.upper_limit),
        "stck_llam": str(quote.lower_limit),
        "stck_prdy_clpr": _close_before(listed),
        "stck_sdpr": str(quote.base_price),
        "etf_crcl_stcn": shares,
        "lstn_stcn": shares,
        "crcd": "KRW",
        "vi_cls_code": "N" if quote.interruption is None else "Y",
        "etf_trc_ert_mltp": points(listed.instrument.leverage),
        "mtrt_date": _MATURES_NEVER,
        "shrg_type_code": _NO_DISTRIBUTION,
        **change(quote.last_price, quote),
    }
    for name, price in (("oprc", quote.open), ("hgpr", quote.high), ("lwpr", quote.low)):
        if price is not None:
            fields[f"stck_{name}"] = str(price)
            fields[f"prdy_clpr_vrss_{name}_rate"] = rate(price, quote.base_price)
    if known.yesterday is not None:
        fields["prdy_vol"] = str(known.yesterday.volume)
    if known.of_year is not None:
        year = known.of_year.with_today(quote)
        fields |= extreme_fields(
            quote, year, "stck_dryy_hgpr", "stck_dryy_lwpr", "dryy_{}_vrss_prpr_rate", "dryy_{}_date"
        )
    company, held = known.company, known.holdings
    if company is not None and company.listing_day is not None:
        fields["stck_lstn_date"] = day_text(company.listing_day)
    if company is not None and company.foreign_limit is not None:
        foreign = (held and held.foreign) or 0
        fields |= {
            "frgn_limt_rate": ratio_text(100 * company.foreign_limit, shares_of(listed), 4),
            "frgn_oder_able_qty": str(company.foreign_limit - foreign),
            "frgn_hldn_qty": str(foreign),
            "frgn_hldn_qty_rate": ratio_text(100 * foreign, shares_of(listed), 2),
        }
    return fields


def _fund_fields(valued: Valued | None) -> dict[str, str]:
    if valued is None:
        return {}
    fund = valued.fund
    fields = {
        "prdy_last_nav": points(valued.nav_before),
        "etf_ntas_ttam": str(valued.net_assets),
        "etf_dvdn_cycl": _QUARTERLY,
        "etf_div_name": "수익증권형",
        "dprt": _away(valued.listed.quote.last_price, valued.nav.value)["dprt"],
        **_nav(valued.nav.value, valued.nav_before),
    }
    if fund is not None:
        codes = [code for code, index in INDEX_CODES.items() if index.value == fund.index]
        fields |= {
            "etf_cu_unit_scrt_cnt": str(fund.unit_shares),
            "etf_cnfg_issu_cnt": str(len(fund.holdings)),
            "mbcr_name": fund.manager,
            "etf_trgt_nmix_bstp_code": codes[0] if codes else "",
            "etf_rprs_bstp_kor_isnm": fund.index,
        }
    return fields


def _nav(value: Decimal, before: Decimal | None) -> dict[str, str]:
    """NAV with its change."""
    if before is None:
        return {"nav": points(value)}
    return {
        "nav": points(value),
        "nav_prdy_vrss": points(value - before),
        "nav_prdy_vrss_sign": point_sign(value - before),
        "nav_prdy_ctrt": point_rate(value, before),
    }


def _nav_of_day(valued: Valued) -> dict[str, str]:
    nav = valued.nav
    return _nav(nav.value, valued.nav_before) | {
        "prdy_clpr_nav": points(valued.nav_before),
        "oprc_nav": points(nav.open),
        "hprc_nav": points(nav.high),
        "lprc_nav": points(nav.low),
    }


def _away(price: int, nav: Decimal) -> dict[str, str]:
    """괴리: the price without the NAV, in won and in percent of the NAV."""
    return {"nav_vrss_prpr": points(price - nav), "dprt": point_rate(Decimal(price), nav)}


def _close_before(listed: Listed) -> str:
    yesterday = listed.background.yesterday
    return str(yesterday.close if yesterday else listed.quote.base_price)


def _second(at: datetime) -> int:
    local = at.astimezone(KST)
    return 3600 * local.hour + 60 * local.minute
