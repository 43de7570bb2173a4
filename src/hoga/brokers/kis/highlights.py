"""Issues that stand out, on the KIS wire: far from their averages, near a peak, much traded, lent or watched.

Source: KIS's documents, samples and examples of 2024. In the examples the number of registrations (관심종목
등록 건수) is to the last digit the market value at the close before, in 억원, so it is that here too. Nobody
counts who looks at what here, so 조회상위 are those with the largest value traded. Unverified are the time of
the highs and lows (here 52 weeks), in what unit 건별금액 is (here won), and what large trades are netted by
(here the shares that were taken).
신용잔고 is of "종합" (1001) in the examples, and its days are those of settlement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoga.brokers.kis import ranking_blocks as blocks
from hoga.brokers.kis.background import Extremes, Listed, shares_of
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import RANKS_PER_CALL, VIEWS_PER_CALL
from hoga.brokers.kis.envelope import Reply, day_text
from hoga.brokers.kis.notation import priced
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.tape import LargeTrades
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.credit import Lent
from hoga.domain.instrument import Market

CREDIT_SORTS = tuple("0123456789")
"""FID_RANK_SORT_CLS_CODE of 신용잔고 상위: 융자 잔고비율, 수량, 금액, 증가, 감소; the same of 대주."""
AVERAGES = {"5": 5, "10": 10, "20": 20, "60": 60, "120": 120, "0000": 5, "0": 5}
"""FID_HOUR_CLS_CODE of 이격도 순위. KIS's example asks for 0000 and is sorted by five days."""
LONGEST_AVERAGE = 120
_HUNDRED_MILLION, _TEN_THOUSAND = 100_000_000, 10_000
_MARKET_NAMES = {Market.KOSPI: "코스피", Market.KOSDAQ: "코스닥"}
_MARKET_LETTERS = {Market.KOSPI: "J", Market.KOSDAQ: "Q"}


@dataclass(frozen=True, slots=True)
class Averaged:
    """An issue and its closes, oldest first, with the price of the running day for the last."""

    listed: Listed
    closes: Sequence[int]

    def disparity(self, days: int) -> str:
        """이격도: the price to the average of so many closes, in percent; nothing when there are fewer."""
        if len(self.closes) < days:
            return "0.00"
        return ratio_text(100 * self.closes[-1] * days, sum(self.closes[-days:]), 2)

    def stretch(self, days: int) -> float:
        """The same, to sort by."""
        return self.closes[-1] * days / sum(self.closes[-days:])


@dataclass(frozen=True, slots=True)
class NearPeak:
    """An issue and the highest and lowest price of its year, today included."""

    listed: Listed
    year: Extremes

    def distance(self, *, is_high: bool) -> Decimal:
        """How far the high or the low is away, in percent of the price."""
        price = self.listed.quote.last_price
        away = self.year.high.price - price if is_high else price - self.year.low.price
        return Decimal(100 * away) / price


@dataclass(frozen=True, slots=True)
class Pushed:
    """An issue and its large trades of today."""

    listed: Listed
    trades: LargeTrades


@dataclass(frozen=True, slots=True)
class FirmTrades:
    """An issue and what the customers of a member firm sold and bought of it in some days."""

    listed: Listed
    sold: int
    bought: int


@dataclass(frozen=True, slots=True)
class Borrowed:
    """What is borrowed of an issue, in shares and what they are worth, and how many shares were `before`."""

    quantity: int
    value: int
    before: int | None

    @classmethod
    def of(cls, lent: Lent | None, price: int | None, before: Lent | None) -> "Borrowed | None":
        """None when it is not known."""
        if lent is None:
            return None
        return cls(lent.left, lent.left * (price or 0), before.left if before else None)

    @property
    def growth(self) -> float | None:
        return (self.quantity - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Credit:
    """An issue, what of it was bought on credit (융자) and what was borrowed to be sold (대주)."""

    listed: Listed
    loan: Borrowed | None
    stock_loan: Borrowed | None


def disparity_ranking_reply(found: Sequence[Averaged], days: int, *, is_highest_first: bool) -> Reply:
    """이격도 순위 by the average of `days`; who has not so many closes is not ranked."""
    direction = -1 if is_highest_first else 1
    ranked = sorted(
        (each for each in found if len(each.closes) >= days),
        key=lambda each: (direction * each.stretch(days), each.listed.quote.code),
    )
    output = [
        empty(
            blocks.DisparityRank,
            mksc_shrn_iscd=each.listed.quote.code,
            data_rank=str(rank),
            hts_kor_isnm=each.listed.quote.name,
            d5_dsrt=each.disparity(5),
            d10_dsrt=each.disparity(10),
            d20_dsrt=each.disparity(20),
            d60_dsrt=each.disparity(60),
            d120_dsrt=each.disparity(LONGEST_AVERAGE),
            **priced(each.listed.quote),
        )
        for rank, each in enumerate(ranked[:RANKS_PER_CALL], 1)
    ]
    return done_reply(blocks.DisparityRanksAnswer, output=output)


def peak_ranking_reply(
    found: Sequence[NearPeak], least: Decimal | None, most: Decimal | None, *, is_high: bool
) -> Reply:
    """신고/신저 근접종목 between two distances in percent, the nearest first."""
    ranked = sorted(
        (
            each
            for each in found
            if (least is None or each.distance(is_high=is_high) >= least)
            and (most is None or each.distance(is_high=is_high) <= most)
        ),
        key=lambda each: (each.distance(is_high=is_high), each.listed.quote.code),
    )
    output = []
    for each in ranked[:RANKS_PER_CALL]:
        quote, high, low = each.listed.quote, each.year.high.price, each.year.low.price
        output.append(
            empty(
                blocks.PeakRank,
                hts_kor_isnm=quote.name,
                mksc_shrn_iscd=quote.code,
                askp=str(quote.ask or 0),
                askp_rsqn1=str(quote.ask_quantity),
                bidp=str(quote.bid or 0),
                bidp_rsqn1=str(quote.bid_quantity),
                new_hgpr=str(high),
                hprc_near_rate=ratio_text(100 * (high - quote.last_price), quote.last_price, 2),
                new_lwpr=str(low),
                lwpr_near_rate=ratio_text(100 * (low - quote.last_price), quote.last_price, 2),
                stck_sdpr=str(quote.base_price),
                **priced(quote),
            )
        )
    return done_reply(blocks.PeakRanksAnswer, output=output)


def large_trade_ranking_reply(found: Sequence[Pushed], *, is_buying: bool) -> Reply:
    """대량체결건수 상위 by how many large trades were buyers' or sellers'; who had none is not ranked."""

    def count(each: Pushed) -> int:
        return each.trades.buys if is_buying else each.trades.sells

    ranked = sorted((each for each in found if count(each)), key=lambda each: (-count(each), _code(each)))
    output = [
        empty(
            blocks.LargeTradeRank,
            mksc_shrn_iscd=each.listed.quote.code,
            data_rank=str(rank),
            hts_kor_isnm=each.listed.quote.name,
            shnu_cntg_csnu=str(each.trades.buys),
            seln_cntg_csnu=str(each.trades.sells),
            ntby_cnqn=str(each.trades.net),
            **priced(each.listed.quote),
        )
        for rank, each in enumerate(ranked[:RANKS_PER_CALL], 1)
    ]
    return done_reply(blocks.LargeTradeRanksAnswer, output=output)


def interest_ranking_reply(found: Sequence[Listed], first: int) -> Reply:
    """관심종목등록 상위 from the `first` rank on."""
    ranked = sorted(found, key=lambda listed: (-_registrations(listed), listed.quote.code))
    output = [
        empty(
            blocks.InterestRank,
            mrkt_div_cls_name=_MARKET_NAMES.get(listed.instrument.market, ""),
            mksc_shrn_iscd=listed.quote.code,
            hts_kor_isnm=listed.quote.name,
            acml_tr_pbmn=str(listed.quote.value),
            askp=str(listed.quote.ask or 0),
            bidp=str(listed.quote.bid or 0),
            data_rank=str(rank),
            inter_issu_reg_csnu=str(_registrations(listed)),
            **priced(listed.quote),
        )
        for rank, listed in enumerate(ranked[first - 1 : first - 1 + RANKS_PER_CALL], first)
    ]
    return done_reply(blocks.InterestRanksAnswer, output=output)


def view_ranking_reply(found: Sequence[Listed]) -> Reply:
    """HTS조회상위20종목: only which issues, the first first."""
    ranked = sorted(found, key=lambda listed: (-listed.quote.value, listed.quote.code))
    output1 = [
        empty(
            blocks.ViewRank,
            mrkt_div_cls_code=_MARKET_LETTERS.get(listed.instrument.market, ""),
            mksc_shrn_iscd=listed.quote.code,
        )
        for listed in ranked[:VIEWS_PER_CALL]
    ]
    return done_reply(blocks.ViewRanksAnswer, output1=output1)


def firm_ranking_reply(found: Sequence[FirmTrades], *, is_buying: bool) -> Reply:
    """당사매매종목 상위 by what the firm's customers bought net (매수상위) or sold net (매도상위)."""
    direction = -1 if is_buying else 1
    ranked = sorted(
        (each for each in found if each.bought or each.sold),
        key=lambda each: (direction * (each.bought - each.sold), each.listed.quote.code),
    )
    output = [
        empty(
            blocks.FirmRank,
            data_rank=str(rank),
            mksc_shrn_iscd=each.listed.quote.code,
            hts_kor_isnm=each.listed.quote.name,
            acml_tr_pbmn=str(each.listed.quote.value),
            seln_cnqn_smtn=str(each.sold),
            shnu_cnqn_smtn=str(each.bought),
            ntby_cnqn=str(each.bought - each.sold),
            **priced(each.listed.quote),
        )
        for rank, each in enumerate(ranked[:RANKS_PER_CALL], 1)
    ]
    return done_reply(blocks.FirmRanksAnswer, output=output)


def credit_ranking_reply(found: Sequence[Credit], sort: str, first: date, last: date) -> Reply:
    """신용잔고 상위, `sort` one of `CREDIT_SORTS`; growth is from the `first` day to the `last`.

    Of what nothing is known or nothing is borrowed is not ranked.
    """
    is_of_shares, by = divmod(int(sort), len(CREDIT_SORTS) // 2)
    scores: Sequence[Callable[[Borrowed, int], float | None]] = (
        lambda borrowed, shares: borrowed.quantity / shares if shares else None,
        lambda borrowed, _: borrowed.quantity,
        lambda borrowed, _: borrowed.value,
        lambda borrowed, _: borrowed.growth,
        lambda borrowed, _: None if borrowed.growth is None else -borrowed.growth,
    )
    ranked: list[tuple[float, str, Credit]] = []
    for each in found:
        borrowed = each.stock_loan if is_of_shares else each.loan
        if borrowed is not None and borrowed.quantity:
            score = scores[by](borrowed, shares_of(each.listed))
            ranked += [] if score is None else [(-score, each.listed.quote.code, each)]
    output2 = [
        empty(
            blocks.CreditRank,
            mksc_shrn_iscd=code,
            hts_kor_isnm=each.listed.quote.name,
            **_borrowed_fields("loan", each.loan, shares_of(each.listed)),
            **_borrowed_fields("stln", each.stock_loan, shares_of(each.listed)),
            **priced(each.listed.quote),
        )
        for _, code, each in sorted(ranked, key=lambda row: row[:2])[:RANKS_PER_CALL]
    ]
    summary = empty(
        blocks.CreditSummary,
        bstp_cls_code="1001",
        hts_kor_isnm="종합",
        stnd_date1=day_text(first),
        stnd_date2=day_text(last),
    )
    return done_reply(blocks.CreditRanksAnswer, output1=[summary], output2=output2)


def _borrowed_fields(name: str, borrowed: Borrowed | None, shares: int) -> dict[str, str]:
    if borrowed is None:
        return {}
    before = borrowed.before or 0
    return {
        f"whol_{name}_rmnd_stcn": str(borrowed.quantity),
        f"whol_{name}_rmnd_amt": str(borrowed.value // _TEN_THOUSAND),
        f"whol_{name}_rmnd_rate": ratio_text(100 * borrowed.quantity, shares, 2),
        f"nday_vrss_{name}_rmnd_inrt": ratio_text(100 * (borrowed.quantity - before), before, 2),
    }


def _registrations(listed: Listed) -> int:
    """관심 종목 등록 건수: the market value at the close before in 억원, rounded half up."""
    value = listed.quote.base_price * shares_of(listed)
    return (value + _HUNDRED_MILLION // 2) // _HUNDRED_MILLION


def _code(each: Pushed) -> str:
    return each.listed.quote.code
