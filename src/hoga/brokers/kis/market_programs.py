"""Program trading (프로그램매매) of whole markets on the KIS wire, both ways: by minutes, by days, by whom.

Source: KIS's documents and samples. Shares are in thousands and money in 백만원, as in the stream of an
index's programs (unverified here). 위탁 and 자기 are not told apart: all of it is written as 위탁. Rates are
parts of all that the market traded. KIS's document names the block of the minutes `output1`; its sample and
its clients read `output`.

Who is behind the programs is nowhere told: all arbitrage is taken to be that of securities firms and all the
rest that of foreigners, of whose business they are parts. The eleven types of investors have KRX's numbers;
that KIS uses them is unverified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hoga.brokers.kis import program_blocks as blocks
from hoga.brokers.kis.blocks import Block, empty, get_whole, rows
from hoga.brokers.kis.codes import DAYS_PER_CALL, MARKET_MINUTES_PER_CALL, Environment
from hoga.brokers.kis.envelope import Reply, Request, day_text, make_request, needed, read, time_text
from hoga.brokers.kis.indices import level_change, points
from hoga.brokers.kis.question import asked_choice, asked_day, day_of, done_reply
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain import flows
from hoga.domain.flows import Flow
from hoga.domain.instrument import Market

_THOUSAND, _MILLION = 1_000, 1_000_000
_MARKETS = {"K": Market.KOSPI, "Q": Market.KOSDAQ}
_CODES = {market: code for code, market in _MARKETS.items()}
_INVESTOR_MARKETS = {"1": Market.KOSPI, "4": Market.KOSDAQ}
_KRX = "J"
_ARBITRAGE, _NON_ARBITRAGE, _WHOLE = "arbt", "nabt", "whol"
_INVESTORS = (
    ("1000", "금융투자"),
    ("2000", "보험"),
    ("3000", "투신"),
    ("3100", "사모"),
    ("4000", "은행"),
    ("5000", "기타금융"),
    ("6000", "연기금"),
    ("7100", "기타법인"),
    ("8000", "개인"),
    ("9000", "외국인"),
    ("9001", "기타외국인"),
)
_ARBITRAGEUR, _FOREIGNER = "1000", "9000"
_NOTHING = Flow.of(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ProgramsAt:
    """What programs had traded of a market by an instant, beside all of it, and how its index stood."""

    at: datetime
    arbitrage: Flow
    non_arbitrage: Flow
    value: int
    level: Decimal | None


@dataclass(frozen=True, slots=True)
class ProgramsOn:
    """What programs traded of a market on a day, beside all of it."""

    day: date
    arbitrage: Flow
    non_arbitrage: Flow
    volume: int
    value: int


@dataclass(frozen=True, slots=True)
class ProgramDaysQuery:
    """The days of a market from `first` to `last`; None is as early or as late as there are."""

    market: Market
    first: date | None
    last: date | None


# The client asks and understands --------------------------------------------------------------------------


def market_program_days_request(market: Market, first: date, last: date, environment: Environment) -> Request:
    """프로그램매매 종합현황(일별) from `first` to `last`. Raises `BadInput` on paper, which lacks it."""
    query = {
        "FID_COND_MRKT_DIV_CODE": _KRX,
        "FID_MRKT_CLS_CODE": _CODES[market],
        "FID_INPUT_DATE_1": day_text(first),
        "FID_INPUT_DATE_2": day_text(last),
    }
    return make_request(Call.MARKET_PROGRAM_DAYS, environment, query=query)


def read_market_program_days(reply: Reply, market: Market) -> list[flows.MarketProgramFlows]:
    """프로그램매매 종합현황(일별), oldest first. Raises like `envelope.read`."""
    found = [
        flows.MarketProgramFlows(
            market, day_of(reply, row.stck_bsop_date), _flow(row, _ARBITRAGE), _flow(row, _NON_ARBITRAGE)
        )
        for row in rows(read(reply, blocks.MarketProgramDaysAnswer).output)
    ]
    return sorted(found, key=lambda each: each.day)


def _flow(row: Block, kind: str) -> Flow:
    return Flow(
        net=get_whole(row, f"{kind}_smtn_ntby_qty") * _THOUSAND,
        bought=get_whole(row, f"{kind}_smtn_shnu_vol") * _THOUSAND,
        sold=get_whole(row, f"{kind}_smtn_seln_vol") * _THOUSAND,
        net_value=get_whole(row, f"{kind}_smtn_ntby_tr_pbmn") * _MILLION,
        bought_value=get_whole(row, f"{kind}_smtn_shnu_tr_pbmn") * _MILLION,
        sold_value=get_whole(row, f"{kind}_smtn_seln_tr_pbmn") * _MILLION,
    )


# The server understands and answers -----------------------------------------------------------------------


def asked_program_market(request: Request) -> Market:
    """Of which market a client wants the programs. Raises `Declined`."""
    return _MARKETS[asked_choice(request, "FID_MRKT_CLS_CODE", _MARKETS)]


def asked_program_days(request: Request) -> ProgramDaysQuery:
    """Which days a client wants. Raises `Declined`.

    KIS's document says that one day alone is the newest one; its sample gives two, from which to which.
    """
    first, last = (
        asked_day(request, name) if needed(request.query, name) else None
        for name in ("FID_INPUT_DATE_1", "FID_INPUT_DATE_2")
    )
    if last is None:
        first, last = None, first
    return ProgramDaysQuery(asked_program_market(request), first, last)


def asked_investor_market(request: Request) -> Market:
    """Of which market a client wants the investors behind programs. Raises `Declined`."""
    return _INVESTOR_MARKETS[asked_choice(request, "MRKT_DIV_CLS_CODE", _INVESTOR_MARKETS)]


def market_programs_reply(minutes: Sequence[ProgramsAt], base: Decimal | None) -> Reply:
    """프로그램매매 종합현황(시간), newest first: the last of the `minutes` of today, oldest first."""
    output = []
    for each in minutes[: -MARKET_MINUTES_PER_CALL - 1 : -1]:
        fields = _kinds(each.arbitrage, each.non_arbitrage, 0, each.value)
        both = each.arbitrage + each.non_arbitrage
        fields["whol_smtn_ntby_tr_pbmn"] = _text(both.bought_value, both.sold_value, _MILLION)
        fields["whol_ntby_tr_pbmn_rate"] = _rate(both.bought_value, both.sold_value, each.value)
        if each.level is not None:
            fields |= {"bstp_nmix_prpr": points(each.level), **level_change(each.level, base)}
        output.append(
            empty(
                blocks.MarketProgramMinute,
                bsop_hour=time_text(each.at),
                **_those_of(blocks.MarketProgramMinute, fields),
            )
        )
    return done_reply(blocks.MarketProgramsAnswer, output=output)


def market_program_days_reply(days: Sequence[ProgramsOn]) -> Reply:
    """프로그램매매 종합현황(일별) of `days`, oldest first."""
    output = [
        empty(
            blocks.MarketProgramDay,
            stck_bsop_date=day_text(each.day),
            **_those_of(
                blocks.MarketProgramDay, _kinds(each.arbitrage, each.non_arbitrage, each.volume, each.value)
            ),
        )
        for each in days[: -DAYS_PER_CALL - 1 : -1]
    ]
    return done_reply(blocks.MarketProgramDaysAnswer, output=output)


def program_investors_reply(told: tuple[Flow, Flow] | None) -> Reply:
    """프로그램매매 투자자매매동향(당일): arbitrage and the rest so far by investors; None is not known."""
    output1 = []
    arbitrage, non_arbitrage = told or (_NOTHING, _NOTHING)
    for code, name in _INVESTORS if told else ():
        first = arbitrage if code == _ARBITRAGEUR else _NOTHING
        second = non_arbitrage if code == _FOREIGNER else _NOTHING
        fields: dict[str, str] = {}
        for prefix, flow in (("all", first + second), ("arbt", first), ("nabt", second)):
            fields |= {
                f"{prefix}_seln_qty": _text(flow.sold, 0, _THOUSAND),
                f"{prefix}_shnu_qty": _text(flow.bought, 0, _THOUSAND),
                f"{prefix}_ntby_qty": _text(flow.bought, flow.sold, _THOUSAND),
                f"{prefix}_seln_amt": _text(flow.sold_value, 0, _MILLION),
                f"{prefix}_shnu_amt": _text(flow.bought_value, 0, _MILLION),
                f"{prefix}_ntby_amt": _text(flow.bought_value, flow.sold_value, _MILLION),
            }
        output1.append(empty(blocks.ProgramInvestor, invr_cls_code=code, invr_cls_name=name, **fields))
    return done_reply(blocks.ProgramInvestorsAnswer, output1=output1)


def _kinds(arbitrage: Flow, non_arbitrage: Flow, volume: int, value: int) -> dict[str, str]:
    """Every figure that KIS has a name for, of both kinds and of the whole: customers', own, and the sum."""
    fields: dict[str, str] = {}
    for kind, flow in (
        (_ARBITRAGE, arbitrage),
        (_NON_ARBITRAGE, non_arbitrage),
        (_WHOLE, arbitrage + non_arbitrage),
    ):
        for owner, amount in (("entm", flow), ("onsl", _NOTHING), ("smtn", flow)):
            for side, measure, first, second, unit, whole in (
                ("seln", "vol", amount.sold, 0, _THOUSAND, volume),
                ("shnu", "vol", amount.bought, 0, _THOUSAND, volume),
                ("ntby", "qty", amount.bought, amount.sold, _THOUSAND, volume),
                ("seln", "tr_pbmn", amount.sold_value, 0, _MILLION, value),
                ("shnu", "tr_pbmn", amount.bought_value, 0, _MILLION, value),
                ("ntby", "tr_pbmn", amount.bought_value, amount.sold_value, _MILLION, value),
            ):
                fields[f"{kind}_{owner}_{side}_{measure}"] = _text(first, second, unit)
                fields[_rate_name(kind, owner, side, measure)] = _rate(first, second, whole)
    return fields


def _rate_name(kind: str, owner: str, side: str, measure: str) -> str:
    """How KIS names a rate: sums it misspells, and those of the whole it shortens."""
    if owner != "smtn":
        return f"{kind}_{owner}_{side}_{measure}_rate"
    misspelt = "shun" if side == "shnu" else side
    return f"{kind}_{misspelt}_{measure}_rate" if kind == _WHOLE else f"{kind}_smtm_{misspelt}_{measure}_rate"


def _those_of(block: type[Block], fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in block.__struct_fields__ if name in fields}


def _text(first: int | None, second: int | None, unit: int) -> str:
    """The difference of two amounts as they are written, so that a record adds up."""
    return str((first or 0) // unit - (second or 0) // unit)


def _rate(first: int | None, second: int | None, whole: int) -> str:
    return ratio_text(100 * ((first or 0) - (second or 0)), whole, 2)
