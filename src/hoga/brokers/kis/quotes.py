"""Prices and books on the KIS wire, both ways.

Source: KIS's documents and recorded answers as of 2026-08. KIS writes a price that does not exist as "0" and
answers an unknown code with zeros instead of an error; here the first is None and the second `BadInput`.
What our exchange cannot know (margin rates, earnings, foreign holdings, …) is handed in (`Background`); what
is not known is written in KIS's form for "nothing".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hoga.brokers.kis import blocks, quote_blocks
from hoga.brokers.kis.background import (
    Extremes,
    Listed,
    company_fields,
    foreign_rate,
    market_value,
    representative_market,
    shares_of,
    value_fields,
)
from hoga.brokers.kis.blocks import Block, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    EXPECTED_PHASES,
    QUOTES_PER_CALL,
    Environment,
    PhaseCodes,
    Sign,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_instant,
    plain_code,
    read,
    read_plain,
    time_text,
    unreadable,
)
from hoga.brokers.kis.indices import IndexNow, watched_index
from hoga.brokers.kis.lending import credit_fields, credit_rate
from hoga.brokers.kis.notation import OWN_CALL, change, change_sign, codes_of, hour_of, rate, sign
from hoga.brokers.kis.price_blocks import PriceDetail, PriceDetailAnswer
from hoga.brokers.kis.question import (
    done_reply,
    one_issue,
    unknown_issue,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.state import state_fields
from hoga.brokers.kis.streams import HALTED_STATE
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.flows import Investor
from hoga.domain.quote import Interruption, Level, OrderBook, Quote
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase
from hoga.krx.short_sale import is_banned
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid

_KRX = "J"
_HALTED = "거래정지"
"""시장 조치 of an issue that is halted (the wording is unverified)."""
_LEVELS = range(1, 11)
_SLOTS = tuple(
    (f"FID_COND_MRKT_DIV_CODE_{number}", f"FID_INPUT_ISCD_{number}")
    for number in range(1, QUOTES_PER_CALL + 1)
)
"""What the 시장분류 and the code of each quote are called in a call for many."""
_THIN = (Regime.LOW_LIQUIDITY, Regime.THIN_PREFERRED)


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the quotes that a call for many asks for: a code and its 시장분류."""

    code: str
    division: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of the code in a slot: an issue with its book, or an index; nothing if it has neither."""

    code: str
    listed: Listed | None = None
    book: OrderBook | None = None
    index: IndexNow | None = None
    phase: Phase = Phase.CONTINUOUS


# The client asks ------------------------------------------------------------------------------------------


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
    for (market, issue), code in zip(_SLOTS, codes, strict=False):
        query[market] = _KRX
        query[issue] = code
    return make_request(Call.QUOTES, environment, query=query)


# The server understands -----------------------------------------------------------------------------------


def asked_slots(request: Request) -> tuple[Slot, ...]:
    """What a call for many quotes asks for, in its order. Raises `Declined` when that is nothing.

    A code without its 시장분류 beside it is not looked at (unverified), which is what becomes of all but the
    first when KIS's own sample asks.
    """
    slots = tuple(
        Slot(code, division)
        for market, issue in _SLOTS
        if (code := request.query.get(issue, "").strip())
        and (division := request.query.get(market, "").strip().upper())
    )
    return slots or (Slot(needed({}, "FID_INPUT_ISCD_1"), ""),)


# The server answers ---------------------------------------------------------------------------------------


def price_reply(listed: Listed | None) -> Reply:
    """주식현재가 시세; None for a code that does not exist, which KIS answers with zeros."""
    return done_reply(
        quote_blocks.PriceAnswer,
        output=blocks.empty(quote_blocks.Price) if listed is None else _price(listed),
    )


def price_detail_reply(listed: Listed | None) -> Reply:
    """주식현재가 시세2; None for a code that does not exist."""
    output = blocks.empty(PriceDetail) if listed is None else _price_detail(listed)
    return done_reply(PriceDetailAnswer, output=output)


def book_reply(
    book: OrderBook | None, quote: Quote | None, phase: Phase, closing: Sequence[OrderBook] = ()
) -> Reply:
    """호가/예상체결 in a phase of the day, beside the totals of the `closing` price markets (시간외종가).

    None for a code that does not exist.
    """
    phase_codes = codes_of(phase)
    if book is None or quote is None:
        output1, output2 = blocks.empty(quote_blocks.Book), blocks.empty(quote_blocks.Expected)
    else:
        output1 = blocks.empty(quote_blocks.Book, **book_fields(book, phase_codes, closing))
        expected = book.indicative_price or 0
        output2 = blocks.empty(
            quote_blocks.Expected,
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
    return done_reply(quote_blocks.BookAnswer, output1=output1, output2=output2)


def quotes_reply(rows: Sequence[Watched]) -> Reply:
    """관심종목 시세 in the order of `rows`; a code that does not exist gets zeros (unverified)."""
    return done_reply(quote_blocks.QuotesAnswer, output=[_watched(row) for row in rows])


# The client understands -----------------------------------------------------------------------------------


def read_quote(price: Reply, book: Reply, code: str, name: str, at: datetime) -> Quote:
    """One quote from a price and a book, which together hold everything but name and time.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    prices = only(price, rows(read(price, quote_blocks.PriceAnswer).output))
    levels = only(book, rows(read(book, quote_blocks.BookAnswer).output1))
    check_exists(prices, "stck_prpr", "stck_sdpr", code)
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
        interruption=Interruption.UNTOLD if text(prices.vi_cls_code) == "Y" else None,
        is_halted=text(prices.temp_stop_yn) == "Y" or text(prices.iscd_stat_cls_code) == HALTED_STATE,
    )


def read_quotes(reply: Reply, codes: Sequence[str], at: datetime) -> dict[str, Quote]:
    """The quotes of `codes`, by code. They have no time of their own: `at` is when they were asked for.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    if plain := read_plain(reply, quote_blocks.PlainQuotesAnswer):
        quotes = {plain_code(row.inter_shrn_iscd): row for row in plain.output}
    else:
        answer = read(reply, quote_blocks.QuotesAnswer)
        found = {plain_code(text(row.inter_shrn_iscd)): row for row in rows(answer.output)}
        quotes = {code: _plain(code, found[code]) for code in codes if code in found}
    return {code: _quote(code, quotes.get(code), at) for code in codes}


def read_book(reply: Reply, code: str, day: date) -> OrderBook:
    """The book of `code` on the trading day `day`.

    The expected price is read during call auctions only: KIS goes on showing the last one afterwards.
    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    answer = read(reply, quote_blocks.BookAnswer)
    book = only(reply, rows(answer.output1))
    expected = only(reply, rows(answer.output2))
    check_exists(expected, "stck_prpr", "stck_sdpr", code)
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


def _price(listed: Listed) -> quote_blocks.Price:
    quote, instrument = listed.quote, listed.instrument
    ticks = grid(instrument.market, instrument.kind, quote.at.astimezone(KST).date())
    width = quote.base_price * 3 // 10
    return blocks.empty(
        quote_blocks.Price,
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
    fields = state_fields(listed)
    is_large = bool(known.company and known.company.is_kospi200)
    fields["ssts_yn"] = "N" if is_banned(quote.at.astimezone(KST).date(), is_large=is_large) else "Y"
    if known.company is not None:
        fields |= company_fields(known.company)
        fields["crdt_able_yn"] = "N" if credit_rate(known.company) is None else "Y"
        if known.holdings is not None and known.holdings.foreign is not None:
            fields["frgn_hldn_qty"] = str(known.holdings.foreign)
            fields["hts_frgn_ehrt"] = foreign_rate(known.holdings, known.company) or "0.00"
    if known.statement is not None:
        fields |= value_fields(quote.last_price, known.statement)
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
            fields |= extreme_fields(quote, found.with_today(quote), *names)
    if known.of_52_weeks is not None and quote.high is not None and quote.low is not None:
        if quote.high >= known.of_52_weeks.high.price:
            fields["new_hgpr_lwpr_cls_code"] = "신고가"
        elif quote.low <= known.of_52_weeks.low.price:
            fields["new_hgpr_lwpr_cls_code"] = "신저가"
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


def extreme_fields(
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
            for name, text in company_fields(known.company).items()
            if name in ("marg_rate", "bstp_kor_isnm")
        } | credit_fields(known.company)
    states = ("vi_cls_code", "short_over_yn", "mrkt_warn_cls_code", "invt_caful_yn", "sltr_yn")
    fields |= {name: text for name, text in state_fields(listed).items() if name in states}
    fields["mang_issu_yn"] = "Y" if listed.is_administrative else "N"
    fields["low_current_yn"] = "Y" if listed.regime in _THIN else "N"
    fields["stange_runup_yn"] = "Y" if listed.regime is Regime.ABNORMAL_RISE else "N"
    return blocks.empty(
        PriceDetail,
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


def book_fields(book: OrderBook, phase_codes: PhaseCodes, closing: Sequence[OrderBook]) -> dict[str, str]:
    """Ten levels and the totals, as all calls about a book have them."""
    fields: dict[str, str] = {}
    for side, levels in (("askp", book.asks), ("bidp", book.bids)):
        for number, level in zip(_LEVELS, levels, strict=False):
            fields[f"{side}{number}"] = str(level.price)
            fields[f"{side}_rsqn{number}"] = str(level.quantity)
    return fields | {
        "aspr_acpt_hour": time_text(book.at),
        "total_askp_rsqn": str(book.total_ask_quantity),
        "total_bidp_rsqn": str(book.total_bid_quantity),
        "ovtm_total_askp_rsqn": str(sum(each.total_ask_quantity for each in closing)),
        "ovtm_total_bidp_rsqn": str(sum(each.total_bid_quantity for each in closing)),
        "ntby_aspr_rsqn": str(book.total_bid_quantity - book.total_ask_quantity),
        "new_mkop_cls_code": phase_codes.market,
    }


def _watched(row: Watched) -> quote_blocks.WatchedQuote:
    if row.index is not None:
        return watched_index(row.index, row.code, codes_of(row.phase).hour)
    if row.listed is None:
        return blocks.empty(quote_blocks.WatchedQuote, inter_shrn_iscd=row.code)
    quote, instrument = row.listed.quote, row.listed.instrument
    expected: dict[str, str] = {}
    in_call = quote.interruption is not None
    if row.book is not None and row.book.indicative_price is not None:
        in_call = True
        moved = change(row.book.indicative_price, quote)
        expected = {
            "intr_antc_cntg_vrss": moved["prdy_vrss"],
            "intr_antc_cntg_vrss_sign": moved["prdy_vrss_sign"],
            "intr_antc_cntg_prdy_ctrt": moved["prdy_ctrt"],
            "intr_antc_vol": str(row.book.indicative_quantity or 0),
        }
    return blocks.empty(
        quote_blocks.WatchedQuote,
        **expected,
        kospi_kosdaq_cls_name=instrument.market.value,
        mrkt_trtm_cls_name=_HALTED if quote.is_halted else "",
        hour_cls_code=hour_of(row.phase, in_call=in_call),
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


_MAYBE_PRICES = (
    "inter2_prpr",
    "inter2_sdpr",
    "inter2_oprc",
    "inter2_hgpr",
    "inter2_lwpr",
    "inter2_askp",
    "inter2_bidp",
)
"""What is no number, or 0, where there is no price."""
_NUMBERS = (
    "inter2_mxpr",
    "inter2_llam",
    "acml_vol",
    "acml_tr_pbmn",
    "seln_rsqn",
    "shnu_rsqn",
    "total_askp_rsqn",
    "total_bidp_rsqn",
)
"""What is a number in every row of an issue, as the base price is."""


def _plain(code: str, row: quote_blocks.WatchedQuote) -> quote_blocks.PlainQuote:
    check_exists(row, "inter2_prpr", "inter2_sdpr", code)
    prices = {name: find_whole(row, name) or 0 for name in _MAYBE_PRICES}
    prices["inter2_sdpr"] = get_whole(row, "inter2_sdpr")
    return quote_blocks.PlainQuote(
        inter_shrn_iscd=code,
        inter_kor_isnm=text(row.inter_kor_isnm),
        mrkt_trtm_cls_name=text(row.mrkt_trtm_cls_name),
        hour_cls_code=text(row.hour_cls_code),
        **prices,
        **{name: get_whole(row, name) for name in _NUMBERS},
    )


def _quote(code: str, row: quote_blocks.PlainQuote | None, at: datetime) -> Quote:
    if row is None or not (row.inter2_prpr or row.inter2_sdpr):
        raise unknown_issue(code)
    return Quote(
        code=code,
        name=row.inter_kor_isnm.strip(),
        at=at,
        last_price=row.inter2_prpr or row.inter2_sdpr,
        base_price=row.inter2_sdpr,
        upper_limit=row.inter2_mxpr,
        lower_limit=row.inter2_llam,
        open=row.inter2_oprc or None,
        high=row.inter2_hgpr or None,
        low=row.inter2_lwpr or None,
        volume=row.acml_vol,
        value=row.acml_tr_pbmn,
        ask=row.inter2_askp or None,
        bid=row.inter2_bidp or None,
        ask_quantity=row.seln_rsqn,
        bid_quantity=row.shnu_rsqn,
        total_ask_quantity=row.total_askp_rsqn,
        total_bid_quantity=row.total_bidp_rsqn,
        interruption=Interruption.UNTOLD if row.hour_cls_code.strip() == OWN_CALL else None,
        is_halted=_HALTED in row.mrkt_trtm_cls_name,
    )


def _levels(book: quote_blocks.Book, side: str) -> tuple[Level, ...]:
    levels = (
        (_price_of(book, f"{side}{number}"), find_whole(book, f"{side}_rsqn{number}") or 0)
        for number in _LEVELS
    )
    return tuple(Level(price, quantity) for price, quantity in levels if price)


def _price_of(block: Block, name: str) -> int | None:
    return find_whole(block, name) or None


def only(reply: Reply, found: Sequence[blocks.B]) -> blocks.B:
    """The first row of a block that must have one. Raises `WireError`."""
    if not found:
        raise unreadable(reply, "a block is missing")
    return found[0]


def check_exists(block: Block, price: str, base_price: str, code: str) -> None:
    """Raises `BadInput` for a code that KIS answers with zeros."""
    if not find_whole(block, price) and not find_whole(block, base_price):
        raise unknown_issue(code)
