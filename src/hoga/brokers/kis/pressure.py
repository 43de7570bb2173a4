"""What presses issues up or down, on the KIS wire: strength, waiting orders, expected prices.

Source: KIS's samples, and its examples of 2024 for how ratios are computed. How a ranking of expected prices
treats issues that stay where they are is unverified, and so are that it goes on telling what a call expected
last when that is over (as other calls about it do), and that no strength is above that of no sellers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hoga.brokers.kis import ranking_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import RANKS_PER_CALL
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.notation import change
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.quote import OrderBook

WAITING_SORTS = ("0", "1", "2", "3")
"""FID_RANK_SORT_CLS_CODE of 호가잔량 순위: 순매수, 순매도, 매수비율, 매도비율."""
EXPECTED_SORTS = ("0", "1", "2", "3", "4", "5", "6")
"""That of 예상체결 상위: 상승률, 상승폭, 보합, 하락률, 하락폭, 체결량, 거래대금."""
_SAME = "2"
_THOUSAND = 1_000
_STRONGEST = Decimal("999.99")


@dataclass(frozen=True, slots=True)
class Strength:
    """An issue and what buyers and sellers took of it today."""

    listed: Listed
    bought: int
    sold: int

    @property
    def value(self) -> Decimal:
        """체결강도 in percent: what buyers took to what sellers took; KIS shows 999.99 where nobody sold."""
        if not self.sold:
            return _STRONGEST
        return min(Decimal(ratio_text(100 * self.bought, self.sold, 2)), _STRONGEST)


@dataclass(frozen=True, slots=True)
class Expectation:
    """An issue and what its call would trade at now, or would have last."""

    listed: Listed
    price: int
    quantity: int

    @classmethod
    def of(cls, listed: Listed, book: OrderBook) -> "Expectation | None":
        """None when its orders do not meet, or when there is no call."""
        if book.indicative_price is None:
            return None
        return cls(listed, book.indicative_price, book.indicative_quantity or 0)

    @property
    def move(self) -> int:
        return self.price - self.listed.quote.base_price

    @property
    def value(self) -> int:
        return self.price * self.quantity


def strength_ranking_reply(found: Sequence[Strength]) -> Reply:
    """체결강도 상위, of equal ones what was bought more; what nobody took has no strength."""
    ranked = sorted(
        (each for each in found if each.bought or each.sold),
        key=lambda each: (-each.value, -each.bought, _code(each.listed)),
    )
    output = [
        empty(
            blocks.StrengthRank,
            stck_shrn_iscd=_code(each.listed),
            data_rank=str(rank),
            hts_kor_isnm=each.listed.quote.name,
            stck_prpr=str(each.listed.quote.last_price),
            acml_vol=str(each.listed.quote.volume),
            tday_rltv=str(each.value),
            seln_cnqn_smtn=str(each.sold),
            shnu_cnqn_smtn=str(each.bought),
            **change(each.listed.quote.last_price, each.listed.quote),
        )
        for rank, each in enumerate(ranked[:RANKS_PER_CALL], 1)
    ]
    return done_reply(blocks.StrengthRanksAnswer, output=output)


def waiting_ranking_reply(found: Sequence[Listed], sort: str) -> Reply:
    """호가잔량 순위, `sort` one of `WAITING_SORTS`."""

    def score(listed: Listed) -> float:
        asks, bids = listed.quote.total_ask_quantity, listed.quote.total_bid_quantity
        if sort in ("0", "1"):
            return bids - asks if sort == "0" else asks - bids
        return (bids if sort == "2" else asks) / (asks + bids) if asks + bids else 0.0

    ranked = sorted(found, key=lambda listed: (-score(listed), _code(listed)))
    output = []
    for rank, listed in enumerate(ranked[:RANKS_PER_CALL], 1):
        quote = listed.quote
        asks, bids = quote.total_ask_quantity, quote.total_bid_quantity
        output.append(
            empty(
                blocks.WaitingRank,
                mksc_shrn_iscd=quote.code,
                data_rank=str(rank),
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                acml_vol=str(quote.volume),
                total_askp_rsqn=str(asks),
                total_bidp_rsqn=str(bids),
                total_ntsl_bidp_rsqn=str(bids - asks),
                shnu_rsqn_rate=ratio_text(100 * bids, asks + bids, 2),
                seln_rsqn_rate=ratio_text(100 * asks, asks + bids, 2),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.WaitingRanksAnswer, output=output)


def expected_ranking_reply(found: Sequence[Expectation], sort: str, least_value: int) -> Reply:
    """예상체결 상승/하락 상위, `sort` one of `EXPECTED_SORTS`; `least_value` is in thousands of won."""
    scores: dict[str, Callable[[Expectation], float]] = {
        "0": lambda each: each.move / each.listed.quote.base_price,
        "1": lambda each: each.move,
        _SAME: lambda each: each.quantity,
        "3": lambda each: -each.move / each.listed.quote.base_price,
        "4": lambda each: -each.move,
        "5": lambda each: each.quantity,
        "6": lambda each: each.value,
    }
    score = scores[sort]
    chosen = [each for each in found if each.value >= _THOUSAND * least_value]
    if sort == _SAME:
        chosen = [each for each in chosen if not each.move]
    chosen.sort(key=lambda each: (-score(each), _code(each.listed)))
    output = []
    for each in chosen[:RANKS_PER_CALL]:
        quote = each.listed.quote
        output.append(
            empty(
                blocks.ExpectedChange,
                stck_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                stck_prpr=str(each.price),
                stck_sdpr=str(quote.base_price),
                seln_rsqn=str(quote.ask_quantity),
                askp=str(quote.ask or 0),
                bidp=str(quote.bid or 0),
                shnu_rsqn=str(quote.bid_quantity),
                cntg_vol=str(each.quantity),
                antc_tr_pbmn=str(each.value),
                total_askp_rsqn=str(quote.total_ask_quantity),
                total_bidp_rsqn=str(quote.total_bid_quantity),
                **change(each.price, quote),
            )
        )
    return done_reply(blocks.ExpectedChangesAnswer, output=output)


def _code(listed: Listed) -> str:
    return listed.quote.code
