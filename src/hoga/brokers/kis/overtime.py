"""시간외 단일가, the auctions of the evening until 2026-09-11, on the KIS wire.

Source: KIS's documents and their examples. Prices may move by ten per cent of the close, inside the limits of
the day. Where nothing has traded in the evening, prices are "0". What traded on earlier evenings is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET

from hoga.brokers.kis import overtime_blocks as blocks
from hoga.brokers.kis.background import Listed, company_fields, representative_market
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import DAYS_PER_CALL, Sign
from hoga.brokers.kis.envelope import Reply, day_text, time_text
from hoga.brokers.kis.lending import credit_rate
from hoga.brokers.kis.notation import change, change_sign, rate
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.state import state_fields
from hoga.brokers.kis.tape import Print
from hoga.domain.bar import Bar
from hoga.domain.quote import OrderBook, Quote


@dataclass(frozen=True, slots=True)
class Evening:
    """What an issue may cost and has traded at in the auctions of this evening."""

    close: int
    upper_limit: int
    lower_limit: int
    book: OrderBook
    quote: Quote
    prints: Sequence[Print] = ()
    """Oldest first."""

    @property
    def base_price(self) -> int:
        """The auctions start from the close of the day."""
        return self.close


def overtime_ticks_reply(listed: Listed | None, evening: Evening | None) -> Reply:
    """시간외 시간별체결, newest first. None for a code that does not exist."""
    if listed is None or evening is None:
        return done_reply(blocks.OvertimeTicksAnswer, output1=empty(blocks.OvertimeSummary), output2=[])
    output2 = [
        empty(
            blocks.OvertimeTick,
            stck_cntg_hour=time_text(each.at),
            stck_prpr=str(each.price),
            askp=str(each.ask),
            bidp=str(each.bid),
            acml_vol=str(each.volume),
            cntg_vol=str(each.quantity),
            **change(each.price, evening),
        )
        for each in evening.prints
    ]
    summary = empty(
        blocks.OvertimeSummary,
        **_summary(evening),
        uplm_sign=Sign.UPPER_LIMIT,
        lslm_sign=Sign.LOWER_LIMIT,
    )
    return done_reply(blocks.OvertimeTicksAnswer, output1=summary, output2=output2[::-1])


def overtime_days_reply(
    listed: Listed | None, evening: Evening | None, days: Sequence[Bar], before: Bar | None, today: date
) -> Reply:
    """시간외 일자별주가 beside the ordinary `days`, oldest first. None for a code that does not exist."""
    if listed is None or evening is None:
        summary = empty(blocks.OvertimeSummary, uplm_sign=UNSET, lslm_sign=UNSET)
        return done_reply(blocks.OvertimeDaysAnswer, output1=summary, output2=[])
    output2 = []
    for bar, last in zip(days, [before, *days], strict=False):
        moved: dict[str, str] = {}
        if last is not None:
            moved = {
                "prdy_vrss": str(bar.close - last.close),
                "prdy_vrss_sign": change_sign(bar.close - last.close),
                "prdy_ctrt": rate(bar.close, last.close),
            }
        fields = evening_fields(evening) if bar.at.date() == today else {}
        output2.append(
            empty(
                blocks.OvertimeDay,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                **moved,
                **fields,
            )
        )
    summary = empty(blocks.OvertimeSummary, **_summary(evening), uplm_sign=UNSET, lslm_sign=UNSET)
    newest_first = output2[: -DAYS_PER_CALL - 1 : -1]
    return done_reply(blocks.OvertimeDaysAnswer, output1=summary, output2=newest_first)


def overtime_price_reply(listed: Listed | None, evening: Evening | None) -> Reply:
    """시간외현재가. None for a code that does not exist."""
    if listed is None or evening is None:
        return done_reply(blocks.OvertimePriceAnswer, output=empty(blocks.OvertimePrice))
    company = listed.background.company
    fields = company_fields(company) if company else {}
    about = {name: text for name, text in fields.items() if name in ("bstp_kor_isnm", "marg_rate")}
    about["crdt_able_yn"] = "N" if credit_rate(company) is None else "Y"
    states = state_fields(listed)
    about |= {name: states[name] for name in ("mrkt_warn_cls_code", "sltr_yn") if name in states}
    summary = _summary(evening) | expected_fields(evening, "ovtm_untp_antc_cnqn")
    summary.pop("ovtm_untp_antc_vol", None)
    output = empty(
        blocks.OvertimePrice,
        **about,
        **summary,
        trht_yn="Y" if listed.quote.is_halted else "N",
        mang_issu_yn="Y" if listed.is_administrative else "N",
        ovtm_untp_sdpr=str(evening.close),
        rprs_mrkt_kor_name=representative_market(listed),
        ovtm_vi_cls_code="N" if evening.quote.interruption is None else "Y",
        bidp=str(evening.quote.bid or 0),
        askp=str(evening.quote.ask or 0),
    )
    return done_reply(blocks.OvertimePriceAnswer, output=output)


def overtime_book_reply(
    listed: Listed | None, evening: Evening | None, closing: Sequence[OrderBook]
) -> Reply:
    """시간외호가 beside the totals of the regular session and of the `closing` price markets.

    The changes since the last book are not kept. None for a code that does not exist.
    """
    if listed is None or evening is None:
        return done_reply(blocks.OvertimeBookAnswer, output=empty(blocks.OvertimeBook))
    quote, book = listed.quote, evening.book
    fields: dict[str, str] = {}
    for side, levels in (("askp", book.asks), ("bidp", book.bids)):
        for number, level in enumerate(levels, 1):
            fields[f"ovtm_untp_{side}{number}"] = str(level.price)
            fields[f"ovtm_untp_{side}_rsqn{number}"] = str(level.quantity)
    output = empty(
        blocks.OvertimeBook,
        **fields,
        ovtm_untp_last_hour=time_text(book.at),
        ovtm_untp_total_askp_rsqn=str(book.total_ask_quantity),
        ovtm_untp_total_bidp_rsqn=str(book.total_bid_quantity),
        ovtm_untp_ntby_bidp_rsqn=str(book.total_bid_quantity - book.total_ask_quantity),
        total_askp_rsqn=str(quote.total_ask_quantity),
        total_bidp_rsqn=str(quote.total_bid_quantity),
        ovtm_total_askp_rsqn=str(sum(each.total_ask_quantity for each in closing)),
        ovtm_total_bidp_rsqn=str(sum(each.total_bid_quantity for each in closing)),
    )
    return done_reply(blocks.OvertimeBookAnswer, output=output)


def _summary(evening: Evening) -> dict[str, str]:
    prices = [each.price for each in evening.prints]
    fields = {
        **evening_fields(evening),
        **expected_fields(evening, "ovtm_untp_antc_vol"),
        "ovtm_untp_mxpr": str(evening.upper_limit),
        "ovtm_untp_llam": str(evening.lower_limit),
    }
    if prices:
        fields |= {
            "ovtm_untp_oprc": str(prices[0]),
            "ovtm_untp_hgpr": str(max(prices)),
            "ovtm_untp_lwpr": str(min(prices)),
        }
    return fields


def expected_fields(evening: Evening, quantity: str) -> dict[str, str]:
    """What the next auction would trade at, and how much; nothing when orders do not meet."""
    price = evening.book.indicative_price
    if price is None:
        return {"ovtm_untp_antc_cntg_vrss_sign": str(Sign.SAME)}
    moved = change(price, evening)
    return {
        "ovtm_untp_antc_cnpr": str(price),
        "ovtm_untp_antc_cntg_vrss": moved["prdy_vrss"],
        "ovtm_untp_antc_cntg_vrss_sign": moved["prdy_vrss_sign"],
        "ovtm_untp_antc_cntg_ctrt": moved["prdy_ctrt"],
        quantity: str(evening.book.indicative_quantity or 0),
    }


def evening_fields(evening: Evening) -> dict[str, str]:
    """The last price and the totals of an evening; nothing when it had no trade."""
    if not evening.prints:
        return {"ovtm_untp_prdy_vrss_sign": str(Sign.SAME)}
    price = evening.prints[-1].price
    moved = change(price, evening)
    return {
        "ovtm_untp_prpr": str(price),
        "ovtm_untp_prdy_vrss": moved["prdy_vrss"],
        "ovtm_untp_prdy_vrss_sign": moved["prdy_vrss_sign"],
        "ovtm_untp_prdy_ctrt": moved["prdy_ctrt"],
        "ovtm_untp_vol": str(evening.prints[-1].volume),
        "ovtm_untp_tr_pbmn": str(sum(each.price * each.quantity for each in evening.prints)),
    }
