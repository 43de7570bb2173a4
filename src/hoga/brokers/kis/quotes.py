"""Prices, books and daily bars on the KIS wire, both ways.

Source: KIS's documents and recorded answers as of 2026-08. KIS writes a price that does not exist as "0" and
answers an unknown code with zeros instead of an error; here the first is None and the second `BadInput`.
What our exchange cannot know (margin rates, earnings, foreign holdings, …) is handed in (`Background`); what
is not known is written in KIS's form for "nothing".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from hoga.brokers.kis import blocks
from hoga.brokers.kis.blocks import Block, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    EXPECTED_PHASES,
    FIELD_NOT_FOUND,
    INTERVAL_CODES,
    MARKET_DATA_DONE,
    PHASES,
    QUOTES_PER_CALL,
    Call,
    Environment,
    Message,
    PhaseCodes,
    Sign,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    day_text,
    make_request,
    message_reply,
    needed,
    parse_day,
    parse_instant,
    plain_code,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.price_blocks import PriceDetail, PriceDetailAnswer
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar, Interval
from hoga.domain.company import Company
from hoga.domain.errors import BadInput
from hoga.domain.flows import Holdings, Investor, InvestorFlows, ProgramFlows, ShortSale
from hoga.domain.instrument import Instrument
from hoga.domain.quote import Level, OrderBook, Quote
from hoga.domain.statement import Statement
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase
from hoga.krx.ticks import grid

_KRX = "J"
_LEVELS = range(1, 11)


@dataclass(frozen=True, slots=True)
class BarsQuery:
    """Bars from `first` to `last`; `is_adjusted` for splits and rights (수정주가)."""

    code: str
    first: date
    last: date
    is_adjusted: bool
    interval: Interval = Interval.DAY


@dataclass(frozen=True, slots=True)
class Peak:
    """A price that was the highest or lowest for a time, and the day on which it was."""

    price: int
    day: date


@dataclass(frozen=True, slots=True)
class Extremes:
    """The highest and the lowest price of a time."""

    high: Peak
    low: Peak

    def with_today(self, quote: Quote) -> "Extremes":
        """The same with the running day taken in."""
        if quote.high is None or quote.low is None:
            return self
        today = quote.at.astimezone(KST).date()
        return Extremes(
            Peak(quote.high, today) if quote.high >= self.high.price else self.high,
            Peak(quote.low, today) if quote.low <= self.low.price else self.low,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What KIS shows of an issue beside its market of today. Nothing (None) is not known.

    `statement` is the last of a whole year, `holdings` and `short_sale` are those of the day before; `flows`
    and `program` are of today, known after the close only. The three extremes are those of 250 trading days,
    of the calendar year and of 52 weeks, each until yesterday.
    """

    company: Company | None = None
    statement: Statement | None = None
    holdings: Holdings | None = None
    short_sale: ShortSale | None = None
    flows: InvestorFlows | None = None
    program: ProgramFlows | None = None
    yesterday: Bar | None = None
    of_250_days: Extremes | None = None
    of_year: Extremes | None = None
    of_52_weeks: Extremes | None = None


NOTHING_KNOWN = Background()


@dataclass(frozen=True, slots=True)
class Listed:
    """A quote, what it is a quote of, and what else is known of that."""

    quote: Quote
    instrument: Instrument
    background: Background = NOTHING_KNOWN


def extremes(bars: Sequence[Bar]) -> Extremes | None:
    """The extremes of daily bars; of equal ones the latest counts. None when nothing traded."""
    traded = [bar for bar in bars if bar.volume]
    if not traded:
        return None
    high = max(reversed(traded), key=lambda bar: bar.high)
    low = min(reversed(traded), key=lambda bar: bar.low)
    return Extremes(Peak(high.high, high.at.date()), Peak(low.low, low.at.date()))


# The client asks ------------------------------------------------------------------------------------------


def one_issue(code: str) -> dict[str, str]:
    """The query of nearly every call about one issue."""
    return {"FID_COND_MRKT_DIV_CODE": _KRX, "FID_INPUT_ISCD": code}


def price_request(code: str, environment: Environment) -> Request:
    """주식현재가 시세. It lacks the name and both sides of the book: see `read_quote`."""
    return make_request(Call.PRICE, environment, query=one_issue(code))


def book_request(code: str, environment: Environment) -> Request:
    """호가/예상체결."""
    return make_request(Call.BOOK, environment, query=one_issue(code))


def quotes_request(codes: Sequence[str], environment: Environment) -> Request:
    """관심종목(멀티종목) 시세: up to `QUOTES_PER_CALL` codes. Raises `BadInput` on paper, which lacks it."""
    if not 0 < len(codes) <= QUOTES_PER_CALL:
        raise BadInput(
            f"한 번에 {QUOTES_PER_CALL}종목까지 조회할 수 있습니다({len(codes)}종목). 나누어 조회하세요.",
            f"One call takes 1 to {QUOTES_PER_CALL} codes, not {len(codes)}. Split them.",
        )
    query = {}
    for slot, code in enumerate(codes, 1):
        query[f"FID_COND_MRKT_DIV_CODE_{slot}"] = _KRX
        query[f"FID_INPUT_ISCD_{slot}"] = code
    return make_request(Call.QUOTES, environment, query=query)


def daily_bars_request(
    code: str,
    first: date,
    last: date,
    environment: Environment,
    *,
    is_adjusted: bool = True,
    interval: Interval = Interval.DAY,
) -> Request:
    """기간별시세. KIS answers the newest 100 bars of those days; go on with `older_bars_request`."""
    query = one_issue(code) | {
        "FID_INPUT_DATE_1": day_text(first),
        "FID_INPUT_DATE_2": day_text(last),
        "FID_PERIOD_DIV_CODE": INTERVAL_CODES[interval],
        "FID_ORG_ADJ_PRC": "0" if is_adjusted else "1",
    }
    return make_request(Call.DAILY_BARS, environment, query=query)


def older_bars_request(request: Request, bars: Sequence[Bar]) -> Request | None:
    """What to ask after `request` was answered with `bars` (oldest first); None when nothing can be left."""
    if len(bars) < BARS_PER_CALL:
        return None
    last = bars[0].at.date() - timedelta(days=1)
    if day_text(last) < request.query["FID_INPUT_DATE_1"]:
        return None
    return replace(request, query={**request.query, "FID_INPUT_DATE_2": day_text(last)})


# The server understands -----------------------------------------------------------------------------------


def asked_code(request: Request) -> str:
    """The code of a price or a book. Raises `Declined`."""
    needed(request.query, "FID_COND_MRKT_DIV_CODE")
    return plain_code(needed(request.query, "FID_INPUT_ISCD"))


def asked_codes(request: Request) -> tuple[str, ...]:
    """The codes of a call for many quotes, in their order. Raises `Declined` when there is none."""
    slots = (
        request.query.get(f"FID_INPUT_ISCD_{slot}", "").strip() for slot in range(1, QUOTES_PER_CALL + 1)
    )
    codes = tuple(plain_code(code) for code in slots if code)
    return codes or (needed({}, "FID_INPUT_ISCD_1"),)


def asked_bars(request: Request) -> BarsQuery:
    """Which bars a client wants. Raises `Declined`.

    There are clients that leave the period empty, and some that ask from 00000101 for "all".
    """
    query = request.query
    last = asked_day(request, "FID_INPUT_DATE_2")
    return BarsQuery(
        code=asked_code(request),
        first=parse_day(needed(query, "FID_INPUT_DATE_1")) or date.min,
        last=last,
        is_adjusted=query.get("FID_ORG_ADJ_PRC", "").strip() != "1",
        interval=asked_interval(request),
    )


def asked_interval(request: Request) -> Interval:
    """How long the bars are to be; days where it is left empty. Raises `Declined`."""
    letter = request.query.get("FID_PERIOD_DIV_CODE", "").strip().upper() or "D"
    for interval, code in INTERVAL_CODES.items():
        if code == letter:
            return interval
    raise invalid("FID_PERIOD_DIV_CODE")


def asked_day(request: Request, name: str) -> date:
    """The day in the field `name`. Raises `Declined`."""
    day = parse_day(needed(request.query, name))
    if day is None:
        raise invalid(name)
    return day


def invalid(name: str) -> Declined:
    """What is raised about a field that is there and makes no sense. KIS's text is unverified."""
    text = f"ERROR : INPUT INVALID_CHECK_{name}"
    return Declined(message_reply(Message(FIELD_NOT_FOUND, text, "1", is_verified=False)))


# The server answers ---------------------------------------------------------------------------------------


def done_reply(kind: type[Block], *, message: Message = MARKET_DATA_DONE, **found: object) -> Reply:
    """The answer `kind` with the blocks `found`, and a message that says that all is done."""
    answer: Any = kind
    return block_reply(answer(**found, rt_cd=message.rt_cd, msg_cd=message.code, msg1=message.text))


def price_reply(listed: Listed | None) -> Reply:
    """주식현재가 시세; None for a code that does not exist, which KIS answers with zeros."""
    return done_reply(
        blocks.PriceAnswer, output=blocks.empty(blocks.Price) if listed is None else _price(listed)
    )


def price_detail_reply(listed: Listed | None) -> Reply:
    """주식현재가 시세2; None for a code that does not exist."""
    output = blocks.empty(PriceDetail) if listed is None else _price_detail(listed)
    return done_reply(PriceDetailAnswer, output=output)


def book_reply(book: OrderBook | None, quote: Quote | None, phase: Phase) -> Reply:
    """호가/예상체결 in a phase of the day; None for a code that does not exist."""
    phase_codes = codes_of(phase)
    if book is None or quote is None:
        output1, output2 = blocks.empty(blocks.Book), blocks.empty(blocks.Expected)
    else:
        output1 = _book(book, phase_codes)
        expected = book.indicative_price or 0
        output2 = blocks.empty(
            blocks.Expected,
            antc_mkop_cls_code=phase_codes.expected,
            stck_prpr=str(quote.last_price),
            stck_oprc=str(quote.open or 0),
            stck_hgpr=str(quote.high or 0),
            stck_lwpr=str(quote.low or 0),
            stck_sdpr=str(quote.base_price),
            antc_cnpr=str(expected),
            antc_cntg_vrss_sign=sign(expected, quote) if expected else Sign.NONE,
            antc_cntg_vrss=str(expected - quote.base_price if expected else 0),
            antc_cntg_prdy_ctrt=rate(expected, quote.base_price) if expected else "0.00",
            antc_vol=str(book.indicative_quantity or 0),
            stck_shrn_iscd=book.code,
            vi_cls_code="N" if quote.interruption is None else "Y",
        )
    return done_reply(blocks.BookAnswer, output1=output1, output2=output2)


def quotes_reply(codes: Sequence[str], found: Mapping[str, Listed], phase: Phase) -> Reply:
    """관심종목 시세 in the order of `codes`; a code that does not exist gets zeros (unverified)."""
    hour = codes_of(phase).hour
    output = [
        _watched(found[code], hour)
        if code in found
        else blocks.empty(blocks.WatchedQuote, inter_shrn_iscd=code)
        for code in codes
    ]
    return done_reply(blocks.QuotesAnswer, output=output)


def daily_bars_reply(
    listed: Listed | None,
    bars: Sequence[Bar],
    before: Bar | None = None,
    yesterday: Bar | None = None,
) -> Reply:
    """기간별시세: the newest 100 of `bars`, which are oldest first and include a running day.

    `before` is the bar before the first of them; without it, that one's change is written as nothing.
    `yesterday` is the daily bar of the day before; without it, the last of `bars` that ended before today.
    None for a code that does not exist.
    """
    if listed is None:
        summary, bars = blocks.empty(blocks.DailySummary), ()
    else:
        today = listed.quote.at.astimezone(KST).date()
        earlier = [bar for bar in (before, *bars) if bar is not None and bar.at.date() < today]
        summary = _daily_summary(listed, yesterday or (earlier[-1] if earlier else None))
    previous = [before, *bars][: len(bars)]
    output2 = [_daily_bar(bar, last) for bar, last in zip(bars, previous, strict=True)]
    return done_reply(blocks.DailyBarsAnswer, output1=summary, output2=output2[: -BARS_PER_CALL - 1 : -1])


# The client understands -----------------------------------------------------------------------------------


def read_quote(price: Reply, book: Reply, code: str, name: str, at: datetime) -> Quote:
    """One quote from a price and a book, which together hold everything but name and time.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    prices = _only(price, rows(read(price, blocks.PriceAnswer).output))
    levels = _only(book, rows(read(book, blocks.BookAnswer).output1))
    _check_exists(prices, "stck_prpr", "stck_sdpr", code)
    base_price = get_whole(prices, "stck_sdpr")
    return Quote(
        code=code,
        name=name,
        at=at,
        last_price=_price_of(prices, "stck_prpr") or base_price,
        base_price=base_price,
        upper_limit=get_whole(prices, "stck_mxpr"),
        lower_limit=get_whole(prices, "stck_llam"),
        open=_price_of(prices, "stck_oprc"),
        high=_price_of(prices, "stck_hgpr"),
        low=_price_of(prices, "stck_lwpr"),
        volume=get_whole(prices, "acml_vol"),
        value=get_whole(prices, "acml_tr_pbmn"),
        ask=_price_of(levels, "askp1"),
        bid=_price_of(levels, "bidp1"),
        ask_quantity=get_whole(levels, "askp_rsqn1"),
        bid_quantity=get_whole(levels, "bidp_rsqn1"),
        total_ask_quantity=get_whole(levels, "total_askp_rsqn"),
        total_bid_quantity=get_whole(levels, "total_bidp_rsqn"),
    )


def read_quotes(reply: Reply, codes: Sequence[str], at: datetime) -> dict[str, Quote]:
    """The quotes of `codes`, by code. They have no time of their own: `at` is when they were asked for.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    answer = read(reply, blocks.QuotesAnswer)
    found = {plain_code(text(row.inter_shrn_iscd)): row for row in rows(answer.output)}
    return {code: _quote(code, found.get(code), at) for code in codes}


def read_book(reply: Reply, code: str, day: date) -> OrderBook:
    """The book of `code` on the trading day `day`.

    The expected price is read during call auctions only: KIS goes on showing the last one afterwards.
    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    answer = read(reply, blocks.BookAnswer)
    book = _only(reply, rows(answer.output1))
    expected = _only(reply, rows(answer.output2))
    _check_exists(expected, "stck_prpr", "stck_sdpr", code)
    at = parse_instant(day, text(book.aspr_acpt_hour))
    if at is None:
        raise unreadable(reply, f"aspr_acpt_hour is {text(book.aspr_acpt_hour)!r}")
    price = None
    if text(expected.antc_mkop_cls_code) in EXPECTED_PHASES:
        price = _price_of(expected, "antc_cnpr")
    return OrderBook(
        code=code,
        at=at,
        asks=_levels(book, "askp"),
        bids=_levels(book, "bidp"),
        total_ask_quantity=get_whole(book, "total_askp_rsqn"),
        total_bid_quantity=get_whole(book, "total_bidp_rsqn"),
        indicative_price=price,
        indicative_quantity=None if price is None else find_whole(expected, "antc_vol"),
    )


def read_daily_bars(reply: Reply, code: str) -> list[Bar]:
    """Daily bars, oldest first, each at midnight of its day: KIS gives no hour.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    answer = read(reply, blocks.DailyBarsAnswer)
    found = rows(answer.output2)
    if not found:
        _check_exists(_only(reply, rows(answer.output1)), "stck_prpr", "stck_prpr", code)
    bars = []
    for row in found:
        day = parse_day(text(row.stck_bsop_date))
        if day is None:
            raise unreadable(reply, f"stck_bsop_date is {text(row.stck_bsop_date)!r}")
        bars.append(
            Bar(
                code=code,
                at=datetime.combine(day, time(), KST),
                open=get_whole(row, "stck_oprc"),
                high=get_whole(row, "stck_hgpr"),
                low=get_whole(row, "stck_lwpr"),
                close=get_whole(row, "stck_clpr"),
                volume=get_whole(row, "acml_vol"),
                value=get_whole(row, "acml_tr_pbmn"),
            )
        )
    return sorted(bars, key=lambda bar: bar.at)


# How KIS writes changes and phases ------------------------------------------------------------------------


class Limits(Protocol):
    """Anything with a base price and its limits."""

    @property
    def base_price(self) -> int: ...

    @property
    def upper_limit(self) -> int: ...

    @property
    def lower_limit(self) -> int: ...


def sign(price: int, limits: Limits) -> Sign:
    """대비 부호 of a price against the base price and the limits."""
    if price == limits.upper_limit:
        return Sign.UPPER_LIMIT
    if price == limits.lower_limit:
        return Sign.LOWER_LIMIT
    return change_sign(price - limits.base_price)


def change_sign(change: int) -> Sign:
    """대비 부호 of a change where no limit matters."""
    if change > 0:
        return Sign.UP
    return Sign.DOWN if change < 0 else Sign.SAME


def rate(price: int, base_price: int) -> str:
    """전일 대비율 in percent."""
    return ratio_text(100 * (price - base_price), base_price, 2)


def codes_of(phase: Phase) -> PhaseCodes:
    """How KIS writes a phase of the day."""
    return PHASES.get(phase, PHASES[Phase.CLOSED])


def _price(listed: Listed) -> blocks.Price:
    quote, instrument = listed.quote, listed.instrument
    ticks = grid(instrument.market, instrument.kind, quote.at.astimezone(KST).date())
    width = quote.base_price * 3 // 10
    return blocks.empty(
        blocks.Price,
        **_about(listed),
        rprs_mrkt_kor_name=representative_market(listed),
        stck_prpr=str(quote.last_price),
        prdy_vrss=str(quote.last_price - quote.base_price),
        prdy_vrss_sign=sign(quote.last_price, quote),
        prdy_ctrt=rate(quote.last_price, quote.base_price),
        acml_tr_pbmn=str(quote.value),
        acml_vol=str(quote.volume),
        stck_oprc=str(quote.open or 0),
        stck_hgpr=str(quote.high or 0),
        stck_lwpr=str(quote.low or 0),
        stck_mxpr=str(quote.upper_limit),
        stck_llam=str(quote.lower_limit),
        stck_sdpr=str(quote.base_price),
        wghn_avrg_stck_prc=ratio_text(quote.value, quote.volume, 2),
        rstc_wdth_prc=str(width - width % ticks.tick(quote.base_price)),
        aspr_unit=str(ticks.tick(quote.last_price)),
        hts_deal_qty_unit_val="1",
        lstn_stcn=str(shares_of(listed)),
        hts_avls=market_value(listed),
        vol_tnrt=ratio_text(100 * quote.volume, shares_of(listed), 2),
        stck_shrn_iscd=quote.code,
    )


def _about(listed: Listed) -> dict[str, str]:
    """The fields of a price that come from the background of the issue."""
    quote, known = listed.quote, listed.background
    fields = _state_fields(quote)
    if known.company is not None:
        fields |= _company_fields(known.company)
        if known.holdings is not None and known.holdings.foreign is not None:
            fields["frgn_hldn_qty"] = str(known.holdings.foreign)
            fields["hts_frgn_ehrt"] = foreign_rate(known.holdings, known.company) or "0.00"
    if known.statement is not None:
        fields |= _value_fields(quote.last_price, known.statement)
    if known.holdings is not None and known.holdings.margin_loan is not None:
        fields["whol_loan_rmnd_rate"] = ratio_text(100 * known.holdings.margin_loan, shares_of(listed), 2)
    if known.short_sale is not None:
        fields["last_ssts_cntg_qty"] = str(known.short_sale.quantity)
    foreign = known.flows.find(Investor.FOREIGN) if known.flows else None
    if foreign is not None:
        fields["frgn_ntby_qty"] = str(foreign.net)
    if known.program is not None:
        fields["pgtr_ntby_qty"] = str(known.program.total.net)
    if known.yesterday is not None:
        fields |= _pivots(known.yesterday)
        fields["prdy_vrss_vol_rate"] = ratio_text(100 * quote.volume, known.yesterday.volume, 2)
    for found, names in (
        (known.of_250_days, ("d250_hgpr", "d250_lwpr", "d250_{}_vrss_prpr_rate", "d250_{}_date")),
        (known.of_year, ("stck_dryy_hgpr", "stck_dryy_lwpr", "dryy_{}_vrss_prpr_rate", "dryy_{}_date")),
        (known.of_52_weeks, ("w52_hgpr", "w52_lwpr", "w52_{}_vrss_prpr_ctrt", "w52_{}_date")),
    ):
        if found is not None:
            fields |= _extreme_fields(quote, found.with_today(quote), *names)
    if known.of_52_weeks is not None and quote.high is not None and quote.low is not None:
        if quote.high >= known.of_52_weeks.high.price:
            fields["new_hgpr_lwpr_cls_code"] = "신고가"
        elif quote.low <= known.of_52_weeks.low.price:
            fields["new_hgpr_lwpr_cls_code"] = "신저가"
    return fields


def _state_fields(quote: Quote) -> dict[str, str]:
    """종목 상태 58 is a halted issue."""
    fields = {"vi_cls_code": "N" if quote.interruption is None else "Y"}
    return fields | {"iscd_stat_cls_code": "58", "temp_stop_yn": "Y"} if quote.is_halted else fields


def _company_fields(company: Company) -> dict[str, str]:
    fields: dict[str, str] = {}
    if company.margin_rate is not None:
        fields["marg_rate"] = f"{100 * company.margin_rate:.2f}"
    if company.industry is not None:
        fields["bstp_kor_isnm"] = company.industry.name
    if company.capital is not None:
        hundred_millions = company.capital // 100_000_000
        fields |= {"cpfn": str(hundred_millions), "cpfn_cnnm": f"{hundred_millions:,} 억"}
    if company.face_value is not None:
        fields |= {"stck_fcam": str(company.face_value), "fcam_cnnm": f"{company.face_value:,}"}
    if company.settlement_month is not None:
        fields["stac_month"] = f"{company.settlement_month:02}"
    return fields


def _value_fields(price: int, statement: Statement) -> dict[str, str]:
    """PER and PBR of an issuer without profit or equity are written as nothing: unverified."""
    fields: dict[str, str] = {}
    for share, name, multiple in ((statement.eps, "eps", "per"), (statement.bps, "bps", "pbr")):
        if share is not None:
            fields[name] = f"{share:.2f}"
            fields[multiple] = f"{price / share:.2f}" if share > 0 else "0.00"
    return fields


def _pivots(bar: Bar) -> dict[str, str]:
    """The pivot points and Demark's values that KIS computes from the day before, measured on its answers."""
    pivot = (bar.high + bar.low + bar.close) // 3
    width = bar.high - bar.low
    stretched = bar.high + bar.low + bar.close
    if bar.close > bar.open:
        stretched += bar.high
    elif bar.close < bar.open:
        stretched += bar.low
    else:
        stretched += bar.close
    return {
        "pvt_scnd_dmrs_prc": str(pivot + width),
        "pvt_frst_dmrs_prc": str(2 * pivot - bar.low),
        "pvt_pont_val": str(pivot),
        "pvt_frst_dmsp_prc": str(2 * pivot - bar.high),
        "pvt_scnd_dmsp_prc": str(pivot - width),
        "dmrs_val": str(stretched // 2 - bar.low),
        "dmsp_val": str(stretched // 2 - bar.high),
    }


def _extreme_fields(
    quote: Quote, found: Extremes, high: str, low: str, rate_name: str, day_name: str
) -> dict[str, str]:
    fields = {}
    for name, part, peak in ((high, "hgpr", found.high), (low, "lwpr", found.low)):
        fields[name] = str(peak.price)
        fields[rate_name.format(part)] = rate(quote.last_price, peak.price)
        fields[day_name.format(part)] = day_text(peak.day)
    return fields


def _price_detail(listed: Listed) -> PriceDetail:
    quote, known = listed.quote, listed.background
    fields: dict[str, str] = {}
    for name, price in (("oprc", quote.open), ("hgpr", quote.high), ("lwpr", quote.low)):
        if price is not None:
            fields |= {
                f"stck_{name}": str(price),
                f"{name}_vrss_prpr": str(quote.last_price - price),
                f"{name}_vrss_prpr_sign": change_sign(quote.last_price - price),
                f"prdy_clpr_vrss_{name}_rate": rate(price, quote.base_price),
            }
    if known.yesterday is not None:
        fields["prdy_vol"] = str(known.yesterday.volume)
        fields["prdy_vrss_vol_rate"] = ratio_text(100 * quote.volume, known.yesterday.volume, 2)
    if known.company is not None:
        fields |= {
            name: text
            for name, text in _company_fields(known.company).items()
            if name in ("marg_rate", "bstp_kor_isnm")
        }
    return blocks.empty(
        PriceDetail,
        vi_cls_code="N" if quote.interruption is None else "Y",
        trht_yn="Y" if quote.is_halted else "N",
        rprs_mrkt_kor_name=representative_market(listed),
        stck_mxpr=str(quote.upper_limit),
        stck_llam=str(quote.lower_limit),
        stck_sdpr=str(quote.base_price),
        # Recorded answers show the code of the issue here, although it is named the code of its industry.
        bstp_cls_code=quote.code,
        stck_prdy_clpr=str(known.yesterday.close if known.yesterday else quote.base_price),
        stck_prpr=str(quote.last_price),
        prdy_vrss=str(quote.last_price - quote.base_price),
        prdy_vrss_sign=sign(quote.last_price, quote),
        prdy_ctrt=rate(quote.last_price, quote.base_price),
        acml_tr_pbmn=str(quote.value),
        acml_vol=str(quote.volume),
        **fields,
    )


def representative_market(listed: Listed) -> str:
    """대표 시장: the index that an issue is in, else its market."""
    company = listed.background.company
    return "KOSPI200" if company and company.is_kospi200 else listed.instrument.market.value


def shares_of(listed: Listed) -> int:
    """상장 주수, 0 when it is not known."""
    company = listed.background.company
    return (company and company.listed_shares) or listed.instrument.listed_shares


def foreign_rate(holdings: Holdings, company: Company) -> str | None:
    """외국인 소진율: what foreigners hold of what they may hold, in percent."""
    if holdings.foreign is None or not company.foreign_limit:
        return None
    return ratio_text(100 * holdings.foreign, company.foreign_limit, 2)


def _book(book: OrderBook, phase_codes: PhaseCodes) -> blocks.Book:
    fields: dict[str, str] = {}
    for side, levels in (("askp", book.asks), ("bidp", book.bids)):
        for number, level in zip(_LEVELS, levels, strict=False):
            fields[f"{side}{number}"] = str(level.price)
            fields[f"{side}_rsqn{number}"] = str(level.quantity)
    return blocks.empty(
        blocks.Book,
        aspr_acpt_hour=time_text(book.at),
        total_askp_rsqn=str(book.total_ask_quantity),
        total_bidp_rsqn=str(book.total_bid_quantity),
        ntby_aspr_rsqn=str(book.total_bid_quantity - book.total_ask_quantity),
        new_mkop_cls_code=phase_codes.market,
        **fields,
    )


def _watched(listed: Listed, hour: str) -> blocks.WatchedQuote:
    quote = listed.quote
    return blocks.empty(
        blocks.WatchedQuote,
        kospi_kosdaq_cls_name=listed.instrument.market.value,
        hour_cls_code=hour,
        inter_shrn_iscd=quote.code,
        inter_kor_isnm=quote.name,
        inter2_prpr=str(quote.last_price),
        inter2_prdy_vrss=str(quote.last_price - quote.base_price),
        prdy_vrss_sign=sign(quote.last_price, quote),
        prdy_ctrt=rate(quote.last_price, quote.base_price),
        acml_vol=str(quote.volume),
        inter2_oprc=str(quote.open or 0),
        inter2_hgpr=str(quote.high or 0),
        inter2_lwpr=str(quote.low or 0),
        inter2_llam=str(quote.lower_limit),
        inter2_mxpr=str(quote.upper_limit),
        inter2_askp=str(quote.ask or 0),
        inter2_bidp=str(quote.bid or 0),
        seln_rsqn=str(quote.ask_quantity),
        shnu_rsqn=str(quote.bid_quantity),
        total_askp_rsqn=str(quote.total_ask_quantity),
        total_bidp_rsqn=str(quote.total_bid_quantity),
        acml_tr_pbmn=str(quote.value),
        # The base price is the previous close except on the day of a split or a right.
        inter2_prdy_clpr=str(quote.base_price),
        oprc_vrss_hgpr_rate=rate(quote.high or 0, quote.open or 0),
        inter2_sdpr=str(quote.base_price),
    )


def _daily_summary(listed: Listed, previous: Bar | None) -> blocks.DailySummary:
    quote = listed.quote
    yesterday: dict[str, str] = {}
    if previous is not None:
        yesterday = {
            "prdy_vol": str(previous.volume),
            "stck_prdy_oprc": str(previous.open),
            "stck_prdy_hgpr": str(previous.high),
            "stck_prdy_lwpr": str(previous.low),
            "prdy_vrss_vol": str(quote.volume - previous.volume),
        }
    known = listed.background
    about: dict[str, str] = {}
    if known.company is not None:
        about |= {
            name: text
            for name, text in _company_fields(known.company).items()
            if name in ("stck_fcam", "cpfn")
        }
    if known.statement is not None:
        about |= _value_fields(quote.last_price, known.statement)
        about.pop("bps", None)
    if known.holdings is not None and known.holdings.margin_loan is not None:
        loans = ratio_text(100 * known.holdings.margin_loan, shares_of(listed), 2)
        about["itewhol_loan_rmnd_ratem"] = loans
    return blocks.empty(
        blocks.DailySummary,
        **about,
        prdy_vrss=str(quote.last_price - quote.base_price),
        prdy_vrss_sign=sign(quote.last_price, quote),
        prdy_ctrt=rate(quote.last_price, quote.base_price),
        stck_prdy_clpr=str(previous.close if previous else quote.base_price),
        acml_vol=str(quote.volume),
        acml_tr_pbmn=str(quote.value),
        hts_kor_isnm=quote.name,
        stck_prpr=str(quote.last_price),
        stck_shrn_iscd=quote.code,
        stck_mxpr=str(quote.upper_limit),
        stck_llam=str(quote.lower_limit),
        stck_oprc=str(quote.open or 0),
        stck_hgpr=str(quote.high or 0),
        stck_lwpr=str(quote.low or 0),
        askp=str(quote.ask or 0),
        bidp=str(quote.bid or 0),
        vol_tnrt=ratio_text(100 * quote.volume, shares_of(listed), 2),
        lstn_stcn=str(shares_of(listed)),
        hts_avls=market_value(listed),
        **yesterday,
    )


def _daily_bar(bar: Bar, previous: Bar | None) -> blocks.DailyBar:
    change = 0 if previous is None else bar.close - previous.close
    return blocks.empty(
        blocks.DailyBar,
        stck_bsop_date=day_text(bar.at.astimezone(KST).date()),
        stck_clpr=str(bar.close),
        stck_oprc=str(bar.open),
        stck_hgpr=str(bar.high),
        stck_lwpr=str(bar.low),
        acml_vol=str(bar.volume),
        acml_tr_pbmn=str(bar.value),
        mod_yn="N" if bar.volume else "Y",
        prdy_vrss_sign=Sign.NONE if previous is None else change_sign(change),
        prdy_vrss=str(change),
    )


def market_value(listed: Listed) -> str:
    """시가총액 in 억원."""
    return str(listed.quote.last_price * shares_of(listed) // 100_000_000)


def _quote(code: str, row: blocks.WatchedQuote | None, at: datetime) -> Quote:
    if row is None:
        raise unknown_issue(code)
    _check_exists(row, "inter2_prpr", "inter2_sdpr", code)
    base_price = get_whole(row, "inter2_sdpr")
    return Quote(
        code=code,
        name=text(row.inter_kor_isnm),
        at=at,
        last_price=_price_of(row, "inter2_prpr") or base_price,
        base_price=base_price,
        upper_limit=get_whole(row, "inter2_mxpr"),
        lower_limit=get_whole(row, "inter2_llam"),
        open=_price_of(row, "inter2_oprc"),
        high=_price_of(row, "inter2_hgpr"),
        low=_price_of(row, "inter2_lwpr"),
        volume=get_whole(row, "acml_vol"),
        value=get_whole(row, "acml_tr_pbmn"),
        ask=_price_of(row, "inter2_askp"),
        bid=_price_of(row, "inter2_bidp"),
        ask_quantity=get_whole(row, "seln_rsqn"),
        bid_quantity=get_whole(row, "shnu_rsqn"),
        total_ask_quantity=get_whole(row, "total_askp_rsqn"),
        total_bid_quantity=get_whole(row, "total_bidp_rsqn"),
    )


def _levels(book: blocks.Book, side: str) -> tuple[Level, ...]:
    levels = (
        (_price_of(book, f"{side}{number}"), find_whole(book, f"{side}_rsqn{number}") or 0)
        for number in _LEVELS
    )
    return tuple(Level(price, quantity) for price, quantity in levels if price)


def _price_of(block: Block, name: str) -> int | None:
    return find_whole(block, name) or None


def _only(reply: Reply, found: Sequence[blocks.B]) -> blocks.B:
    if not found:
        raise unreadable(reply, "a block is missing")
    return found[0]


def _check_exists(block: Block, price: str, base_price: str, code: str) -> None:
    if not find_whole(block, price) and not find_whole(block, base_price):
        raise unknown_issue(code)


def unknown_issue(code: str) -> BadInput:
    """The error for a code that KIS has not."""
    return BadInput(
        f"한국투자증권에 종목 {code}이(가) 없습니다. 종목코드를 확인하세요.",
        f"KIS knows no issue {code}. Check the code.",
    )
