"""Who bought and sold whole markets, and which issues they chose, on the KIS wire, both ways.

Source: KIS's documents and samples. Quantities are taken for shares and money for 백만원, as in the calls
about one issue (unverified). KIS knows no 국가지자체: here it is 연기금등. Futures, options and warrants are
not traded here, so their markets are all noughts. KIS speaks of 300 days in an answer, here it is thirty, as
to make the days of a market takes a while; how many issues are ranked is unverified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from hoga.brokers.kis import flow_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty, find_whole, get_decimal, rows
from hoga.brokers.kis.codes import DAYS_PER_CALL, INDEX_CODES, RANKS_PER_CALL, Environment
from hoga.brokers.kis.envelope import Reply, Request, day_text, make_request, needed, read
from hoga.brokers.kis.indices import level_change, points
from hoga.brokers.kis.investors import (
    ESTIMATED_AT,
    FOREIGN_PARTS,
    IN_ALL,
    estimate,
    flow_fields,
    millions_text,
    net_name,
    with_government,
    won,
)
from hoga.brokers.kis.notation import change
from hoga.brokers.kis.question import INDEX_DIVISION, asked_choice, asked_day, day_of, done_reply, invalid
from hoga.brokers.kis.services import Call
from hoga.domain import flows
from hoga.domain.flows import Flow, Investor, InvestorFlows
from hoga.domain.index import Index, IndexBar
from hoga.domain.instrument import Kind, Market

_MARKETS = {"KSP": Market.KOSPI, "KSQ": Market.KOSDAQ}
_FUNDS = {"ETF": Kind.ETF, "ETN": Kind.ETN}
_NOT_TRADED = frozenset({"ELW", "K2I", "999", "MKI", "WKM", "WKI", "KQI"})
_INDICES = {Market.KOSPI: "0001", Market.KOSDAQ: "1001"}
_RANKED = ("frgn", "orgn", "ivtr", "bank", "insu", "mrbn", "fund", "etc_orgt", "etc_corp")
_BY_SHARES, _BY_VALUE = "0", "1"
_BUYS, _SALES = "0", "1"
_SORTED_BY = {
    "0": ("frgn", "orgn"),
    "1": ("frgn",),
    "2": ("orgn",),
    "3": ("etc_orgt", "etc_corp"),
}
"""Whose nets issues are ranked by, by FID_ETC_CLS_CODE."""
_SECTION_DIGITS = 4


@dataclass(frozen=True, slots=True)
class SectionQuery:
    """Which issues a client means: of a market and a section of it, or of a kind; neither is none at all."""

    market: Market | None
    section: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class MarketDaysQuery:
    """The days of a market's section up to `last`, beside an index."""

    issues: SectionQuery
    index: Index | None
    last: date


@dataclass(frozen=True, slots=True)
class RanksQuery:
    """Of which section, by whose nets, by shares or by value, what was bought or what was sold."""

    section: str
    by: tuple[str, ...]
    is_by_value: bool
    is_bought: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """An issue with what is estimated that everybody bought net, by the names of KIS."""

    listed: Listed
    nets: Mapping[str, int]

    def net(self, query: RanksQuery) -> int:
        """The net that it is ranked by, in shares."""
        return sum(self.nets[name] for name in query.by)

    def weight(self, query: RanksQuery) -> int:
        """How far up it stands; nought and less is not ranked."""
        net = self.net(query) if query.is_bought else -self.net(query)
        return net * self.listed.quote.last_price if query.is_by_value else net


# The client asks and understands --------------------------------------------------------------------------


def market_investor_days_request(market: Market, last: date, environment: Environment) -> Request:
    """시장별 투자자매매동향(일별): the days up to `last`. Raises `BadInput` on paper, which lacks it."""
    code = _INDICES[market]
    query = {
        "FID_COND_MRKT_DIV_CODE": INDEX_DIVISION,
        "FID_INPUT_ISCD": code,
        "FID_INPUT_DATE_1": day_text(last),
        "FID_INPUT_ISCD_1": next(name for name, each in _MARKETS.items() if each is market),
        "FID_INPUT_DATE_2": day_text(last),
        "FID_INPUT_ISCD_2": code,
    }
    return make_request(Call.MARKET_INVESTOR_DAYS, environment, query=query)


def read_market_investor_days(reply: Reply, market: Market) -> list[flows.MarketFlows]:
    """시장별 투자자매매동향(일별), oldest first; of every group the net only. Raises like `envelope.read`."""
    found = []
    for row in rows(read(reply, blocks.MarketInvestorDaysAnswer).output):
        nets = {}
        for prefix, investor in (IN_ALL | FOREIGN_PARTS).items():
            net = find_whole(row, net_name(prefix))
            if net is not None:
                nets[investor] = Flow(net, net_value=won(row, _value_name(prefix)))
        found.append(
            flows.MarketFlows(
                market, day_of(reply, row.stck_bsop_date), get_decimal(row, "bstp_nmix_prpr"), nets
            )
        )
    return sorted(found, key=lambda each: each.day)


# The server understands and answers -----------------------------------------------------------------------


def asked_section(request: Request) -> SectionQuery:
    """Which issues a client of 시장별 투자자매매동향(시세) means. Raises `Declined`."""
    market = asked_choice(request, "FID_INPUT_ISCD", {*_MARKETS, *_FUNDS, *_NOT_TRADED})
    return SectionQuery(_MARKETS.get(market), needed(request.query, "FID_INPUT_ISCD_2"), _FUNDS.get(market))


def asked_market_days(request: Request) -> MarketDaysQuery:
    """Which market's days a client wants. Raises `Declined`."""
    market = asked_choice(request, "FID_INPUT_ISCD_1", _MARKETS)
    section, code = needed(request.query, "FID_INPUT_ISCD_2"), needed(request.query, "FID_INPUT_ISCD")
    asked_day(request, "FID_INPUT_DATE_2")
    return MarketDaysQuery(
        SectionQuery(_MARKETS[market], section or code),
        INDEX_CODES.get(code),
        asked_day(request, "FID_INPUT_DATE_1"),
    )


def asked_ranks(request: Request) -> RanksQuery:
    """Which issues a client wants ranked. Raises `Declined`."""
    section = needed(request.query, "FID_INPUT_ISCD")
    if not (section.isascii() and section.isdigit() and len(section) == _SECTION_DIGITS):
        raise invalid("FID_INPUT_ISCD")
    return RanksQuery(
        section,
        _SORTED_BY[asked_choice(request, "FID_ETC_CLS_CODE", _SORTED_BY, "0")],
        asked_choice(request, "FID_DIV_CLS_CODE", (_BY_SHARES, _BY_VALUE), _BY_SHARES) == _BY_VALUE,
        asked_choice(request, "FID_RANK_SORT_CLS_CODE", (_BUYS, _SALES), _BUYS) == _BUYS,
    )


def estimated(listed: Listed, told: InvestorFlows, now: time) -> Rank | None:
    """What is estimated of an issue, as 외인기관 추정가집계 tells it; None before the first estimate."""
    at = max((each for each in ESTIMATED_AT if each <= now), default=None)
    if at is None:
        return None
    nets = {}
    for prefix in _RANKED:
        flow = told.find(IN_ALL[prefix])
        nets[prefix] = estimate(flow.net, at) if flow else 0
    return Rank(listed, nets)


def market_investors_reply(total: Mapping[Investor, Flow] | None) -> Reply:
    """시장별 투자자매매동향(시세): what everybody did so far; None where nothing is traded."""
    fields: dict[str, str] = {}
    for prefix, investor in IN_ALL.items():
        if prefix != "etc" and total is not None:
            fields |= flow_fields(prefix, with_government(total).get(investor))
    return done_reply(blocks.MarketInvestorsAnswer, output=[empty(blocks.MarketInvestors, **fields)])


def market_investor_days_reply(
    days: Mapping[date, Mapping[Investor, Flow]], levels: Mapping[date, IndexBar], before: IndexBar | None
) -> Reply:
    """시장별 투자자매매동향(일별), newest first; `levels` are those of the index, `before` the bar before."""
    output = []
    close = before.close if before else None
    for day in sorted(days):
        total, fields = with_government(days[day]), dict[str, str]()
        for prefix, investor in (IN_ALL | FOREIGN_PARTS).items():
            flow = total.get(investor)
            fields[net_name(prefix)] = "" if flow is None else str(flow.net)
            fields[_value_name(prefix)] = millions_text(flow.net_value if flow else None)
        output.append(
            empty(
                blocks.MarketInvestorDay,
                stck_bsop_date=day_text(day),
                **_levels(levels.get(day), close),
                **fields,
            )
        )
        close = levels[day].close if day in levels else None
    return done_reply(blocks.MarketInvestorDaysAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def investor_ranks_reply(query: RanksQuery, found: Sequence[Rank]) -> Reply:
    """기관·외국인 매매종목 가집계: the issues that were bought, or sold, most net."""
    ranked = sorted(
        (each for each in found if each.weight(query) > 0),
        key=lambda each: (-each.weight(query), each.listed.quote.code),
    )
    output = []
    for each in ranked[:RANKS_PER_CALL]:
        quote = each.listed.quote
        fields = {net_name(name): str(net) for name, net in each.nets.items()}
        fields |= {
            f"{name}_ntby_tr_pbmn": millions_text(net * quote.last_price) for name, net in each.nets.items()
        }
        output.append(
            empty(
                blocks.InvestorRank,
                hts_kor_isnm=quote.name,
                mksc_shrn_iscd=quote.code,
                ntby_qty=str(each.net(query)),
                stck_prpr=str(quote.last_price),
                acml_vol=str(quote.volume),
                **change(quote.last_price, quote),
                **fields,
            )
        )
    return done_reply(blocks.InvestorRanksAnswer, output=output)


def _levels(bar: IndexBar | None, before: Decimal | None) -> dict[str, str]:
    if bar is None:
        return {}
    return {
        "bstp_nmix_prpr": points(bar.close),
        "bstp_nmix_oprc": points(bar.open),
        "bstp_nmix_hgpr": points(bar.high),
        "bstp_nmix_lwpr": points(bar.low),
        "stck_prdy_clpr": "0.00" if before is None else points(before),
        **level_change(bar.close, before),
    }


def _value_name(prefix: str) -> str:
    return f"{prefix}_ntby_pbmn" if prefix in FOREIGN_PARTS else f"{prefix}_ntby_tr_pbmn"
