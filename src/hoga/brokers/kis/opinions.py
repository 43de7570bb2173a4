"""What securities firms think of issues (투자의견) on the KIS wire: of one issue, or those of one firm.

Source: KIS's documents and answers of 2024 to 2026. A 괴리 is a price without the target, in won and in
percent of the target: at the close before the opinion, and at the price of now. KIS tells opinions in the
firms' own words and with codes that do not follow them; here they are told in Korean, 매수 as 2. The codes of
the others are unverified, and so is that all of a time are told at once, newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole, empty
from hoga.brokers.kis.envelope import Reply, day_text
from hoga.brokers.kis.notation import change
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.opinion import Opinion, Stance

_WORDS = {Stance.BUY: ("매수", "2"), Stance.HOLD: ("중립", "3"), Stance.SELL: ("매도", "4")}
STANCE_NAMES = {stance: word for stance, (word, _) in _WORDS.items()}
STANCES = {"1": Stance.BUY, "2": Stance.HOLD, "3": Stance.SELL}
"""FID_DIV_CLS_CODE of 증권사별 투자의견; 0 is all."""


class IssueOpinion(Block):
    """A row of `output` of invest-opinion (종목투자의견)."""

    stck_bsop_date: Text = UNSET  # 주식영업일자
    invt_opnn: Text = UNSET  # 투자의견
    invt_opnn_cls_code: Text = UNSET  # 투자의견구분코드
    rgbf_invt_opnn: Text = UNSET  # 직전투자의견
    rgbf_invt_opnn_cls_code: Text = UNSET  # 직전투자의견구분코드
    mbcr_name: Text = UNSET  # 회원사명
    hts_goal_prc: Whole = UNSET  # HTS목표가격
    stck_prdy_clpr: Whole = UNSET  # 주식전일종가
    stck_nday_esdg: Whole = UNSET  # 주식N일괴리도
    nday_dprt: Percent = UNSET  # N일괴리율
    stft_esdg: Whole = UNSET  # 주식선물괴리도
    dprt: Percent = UNSET  # 괴리율


class IssueOpinionsAnswer(Block):
    output: Rows[IssueOpinion] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FirmOpinion(Block):
    """A row of `output` of invest-opbysec (증권사별 투자의견)."""

    stck_bsop_date: Text = UNSET  # 주식영업일자
    stck_shrn_iscd: Text = UNSET  # 주식단축종목코드
    hts_kor_isnm: Text = UNSET  # HTS한글종목명
    invt_opnn: Text = UNSET  # 투자의견
    invt_opnn_cls_code: Text = UNSET  # 투자의견구분코드
    rgbf_invt_opnn: Text = UNSET  # 직전투자의견
    rgbf_invt_opnn_cls_code: Text = UNSET  # 직전투자의견구분코드
    mbcr_name: Text = UNSET  # 회원사명
    stck_prpr: Whole = UNSET  # 주식현재가
    prdy_vrss: Whole = UNSET  # 전일대비
    prdy_vrss_sign: Whole = UNSET  # 전일대비부호
    prdy_ctrt: Percent = UNSET  # 전일대비율
    hts_goal_prc: Whole = UNSET  # HTS목표가격
    stck_prdy_clpr: Whole = UNSET  # 주식전일종가
    stft_esdg: Whole = UNSET  # 주식선물괴리도
    dprt: Percent = UNSET  # 괴리율


class FirmOpinionsAnswer(Block):
    output: Rows[FirmOpinion] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


@dataclass(frozen=True, slots=True)
class ToldOpinion:
    """An opinion, the issue as it stands, and its close on the day before the opinion, if that is known."""

    listed: Listed
    opinion: Opinion
    close_before: int | None


def issue_opinions_reply(opinions: Sequence[ToldOpinion]) -> Reply:
    """종목투자의견, newest first."""
    output = []
    for each in _newest_first(opinions):
        then, rate = _away(each.close_before, each.opinion.target)
        output.append(
            empty(IssueOpinion, stck_nday_esdg=then, nday_dprt=rate, **_advice(each), **_goal(each))
        )
    return done_reply(IssueOpinionsAnswer, output=output)


def firm_opinions_reply(opinions: Sequence[ToldOpinion]) -> Reply:
    """증권사별 투자의견, newest first."""
    output = []
    for each in _newest_first(opinions):
        quote = each.listed.quote
        output.append(
            empty(
                FirmOpinion,
                stck_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                **change(quote.last_price, quote),
                **_advice(each),
                **_goal(each),
            )
        )
    return done_reply(FirmOpinionsAnswer, output=output)


def _newest_first(opinions: Sequence[ToldOpinion]) -> list[ToldOpinion]:
    def place(each: ToldOpinion) -> tuple[int, str, str]:
        return -each.opinion.day.toordinal(), each.opinion.code, each.opinion.firm

    return sorted(opinions, key=place)


def _advice(each: ToldOpinion) -> dict[str, str]:
    opinion = each.opinion
    word, code = _WORDS[opinion.stance]
    before, code_before = _WORDS[opinion.before] if opinion.before else ("", "")
    return {
        "stck_bsop_date": day_text(opinion.day),
        "invt_opnn": word,
        "invt_opnn_cls_code": code,
        "rgbf_invt_opnn": before,
        "rgbf_invt_opnn_cls_code": code_before,
        "mbcr_name": opinion.firm_name,
    }


def _goal(each: ToldOpinion) -> dict[str, str]:
    now, rate = _away(each.listed.quote.last_price, each.opinion.target)
    return {
        "hts_goal_prc": str(each.opinion.target or 0),
        "stck_prdy_clpr": str(each.close_before or 0),
        "stft_esdg": now,
        "dprt": rate,
    }


def _away(price: int | None, target: int | None) -> tuple[str, str]:
    if price is None or target is None:
        return "0", "0.00"
    return str(price - target), ratio_text(100 * (price - target), target, 2)
