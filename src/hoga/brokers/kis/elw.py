"""ELW 현재가 시세 on the KIS wire. No ELW is listed here, so every code is one that KIS does not have.

Source: KIS's documents and the example in them, which is such a code's answer.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole, empty
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.question import done_reply, listed_code
from hoga.brokers.kis.register import Handler
from hoga.brokers.kis.services import Call

_DIVISIONS = frozenset({"W", "J"})
"""KIS's documents ask with the one and show the other."""


class ElwPrice(Block):
    """`output` of inquire-elw-price (ELW 현재가 시세)."""

    elw_shrn_iscd: Text = UNSET  # ELW 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    elw_prpr: Whole = UNSET  # ELW 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vrss_vol_rate: Percent = UNSET  # 전일 대비 거래량 비율
    unas_shrn_iscd: Text = UNSET  # 기초자산 단축 종목코드
    unas_isnm: Text = UNSET  # 기초자산 종목명
    unas_prpr: Percent = UNSET  # 기초자산 현재가
    unas_prdy_vrss: Percent = UNSET  # 기초자산 전일 대비
    unas_prdy_vrss_sign: Whole = UNSET  # 기초자산 전일 대비 부호
    unas_prdy_ctrt: Percent = UNSET  # 기초자산 전일 대비율
    bidp: Whole = UNSET  # 매수호가
    askp: Whole = UNSET  # 매도호가
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    vol_tnrt: Percent = UNSET  # 거래량 회전율
    elw_oprc: Whole = UNSET  # ELW 시가
    elw_hgpr: Whole = UNSET  # ELW 최고가
    elw_lwpr: Whole = UNSET  # ELW 최저가
    stck_prdy_clpr: Whole = UNSET  # 주식 전일 종가
    hts_thpr: Percent = UNSET  # HTS 이론가
    dprt: Percent = UNSET  # 괴리율
    atm_cls_name: Text = UNSET  # ATM구분명
    hts_ints_vltl: Percent = UNSET  # HTS 내재 변동성
    acpr: Percent = UNSET  # 행사가
    pvt_scnd_dmrs_prc: Whole = UNSET  # 피벗 2차 디저항 가격
    pvt_frst_dmrs_prc: Whole = UNSET  # 피벗 1차 디저항 가격
    pvt_pont_val: Whole = UNSET  # 피벗 포인트 값
    pvt_frst_dmsp_prc: Whole = UNSET  # 피벗 1차 디지지 가격
    pvt_scnd_dmsp_prc: Whole = UNSET  # 피벗 2차 디지지 가격
    dmsp_val: Whole = UNSET  # 디지지 값
    dmrs_val: Whole = UNSET  # 디저항 값
    elw_sdpr: Whole = UNSET  # ELW 기준가
    apprch_rate: Percent = UNSET  # 접근도
    tick_conv_prc: Percent = UNSET  # 틱환산가
    invt_epmd_cntt: Text = UNSET  # 투자 유의 내용


class ElwPriceAnswer(Block):
    output: Rows[ElwPrice] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


def _price(request: Request, _: Customer) -> Reply:
    listed_code(request, _DIVISIONS)
    return done_reply(ElwPriceAnswer, output=empty(ElwPrice))


HANDLERS: dict[Call, Handler] = {Call.ELW_PRICE: _price}
