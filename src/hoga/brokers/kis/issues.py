"""What an issue is (주식기본조회, 상품기본조회) on the KIS wire, both ways.

Source: KIS's documents and recorded answers of 2024. The register of KIS pads its message with blanks and
refuses a code that it has not. Industries are those of KRX's indices, three digits of our four.
"""

from dataclasses import replace

from hoga.brokers.kis import company_blocks as blocks
from hoga.brokers.kis.background import Listed, shares_of
from hoga.brokers.kis.blocks import empty, get_whole, rows, text
from hoga.brokers.kis.codes import REGISTER_DONE, REGISTER_EMPTY, Environment
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    day_text,
    make_request,
    message_reply,
    needed,
    padded,
    parse_day,
    plain_code,
    read,
)
from hoga.brokers.kis.question import done_reply, unknown_issue
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar
from hoga.domain.company import Company, Industry, Product, Size
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.codes import isin

_STOCKS = "300"
_DONE = replace(REGISTER_DONE, text=padded(REGISTER_DONE.text))
_MARKETS = {Market.KOSPI: ("STK", "02"), Market.KOSDAQ: ("KSQ", "03"), Market.KONEX: ("KNX", "")}
_GROUPS = {Kind.STOCK: "ST", Kind.ETF: "EF", Kind.ETN: "EN", Kind.ELW: "EW"}
_LETTERS = {Kind.STOCK: "A", Kind.ETF: "A", Kind.ETN: "Q", Kind.ELW: "J"}
_SIZES = {
    Size.LARGE: ("002", "시가총액규모대"),
    Size.MID: ("003", "시가총액규모중"),
    Size.SMALL: ("004", "시가총액규모소"),
}
_COMMON, _PREFERRED, _NO_SHARE = "101", "201", "000"


# The client asks and understands --------------------------------------------------------------------------


def stock_info_request(code: str, environment: Environment) -> Request:
    """주식기본조회. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.STOCK_INFO, environment, query={"PRDT_TYPE_CD": _STOCKS, "PDNO": code})


def read_company(reply: Reply, code: str) -> Company:
    """What KIS knows of an issue. Raises `BadInput` for one that does not exist, and like `envelope.read`."""
    found = rows(read(reply, blocks.StockInfoAnswer).output)
    if not found:
        raise unknown_issue(code)
    row = found[0]
    is_preferred = text(row.stck_kind_cd) not in (_COMMON, _NO_SHARE, "")
    listed_on = text(row.scts_mket_lstg_dt) or text(row.kosdaq_mket_lstg_dt)
    month = text(row.setl_mmdd)[:2]
    industry, of_size = text(row.idx_bztp_mcls_cd), text(row.idx_bztp_lcls_cd)
    return Company(
        code=code,
        issuer=f"{code[:5]}0" if is_preferred else code,
        name_english=text(row.prdt_eng_name) or None,
        listed_shares=get_whole(row, "lstg_stqt") or None,
        face_value=get_whole(row, "papr") or None,
        capital=get_whole(row, "cpta") or None,
        listing_day=parse_day(listed_on),
        settlement_month=int(month) if month.isascii() and month.isdigit() else None,
        size=next((size for size, (number, _) in _SIZES.items() if number == of_size), None),
        industry=Industry(industry.zfill(4), text(row.idx_bztp_mcls_cd_name)) if industry else None,
        is_kospi200=text(row.kospi200_item_yn) == "Y",
    )


def product_info_request(code: str, environment: Environment) -> Request:
    """상품기본조회. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.PRODUCT_INFO, environment, query={"PRDT_TYPE_CD": _STOCKS, "PDNO": code})


def read_product(reply: Reply, code: str) -> Product:
    """How KIS's register names an issue. Raises like `read_company`."""
    found = rows(read(reply, blocks.ProductInfoAnswer).output)
    if not found:
        raise unknown_issue(code)
    row = found[0]
    return Product(
        code=code,
        isin=text(row.std_pdno),
        name=text(row.prdt_name),
        name_english=text(row.prdt_eng_name),
        short_name=text(row.prdt_abrv_name),
        sale_state=text(row.prdt_sale_stat_cd),
        risk_grade=text(row.prdt_risk_grad_cd),
        classification=text(row.prdt_clsf_name),
    )


# The server understands and answers -----------------------------------------------------------------------


def asked_product(request: Request) -> str:
    """The code of an issue. Raises `Declined`, also for other products: our exchange has stocks only."""
    if needed(request.query, "PRDT_TYPE_CD") != _STOCKS:
        raise Declined(message_reply(REGISTER_EMPTY))
    return plain_code(needed(request.query, "PDNO"))


def stock_info_reply(listed: Listed | None, last: Bar | None, before: Bar | None) -> Reply:
    """주식기본조회; `last` is the last bar that is closed, `before` the one before. None: an unknown code."""
    if listed is None:
        return message_reply(REGISTER_EMPTY)
    instrument, company = listed.instrument, listed.background.company
    market, exchange = _MARKETS[instrument.market]
    fields = _company_fields(company) if company else {}
    if company is not None and company.listing_day is not None:
        day = day_text(company.listing_day)
        is_kosdaq = instrument.market is Market.KOSDAQ
        fields["kosdaq_mket_lstg_dt" if is_kosdaq else "scts_mket_lstg_dt"] = day
        fields["frbd_mket_lstg_dt"] = day
    if last is not None:
        fields |= {"thdt_clpr": str(last.close), "clpr_chng_dt": day_text(last.at.date())}
    if before is not None:
        fields["bfdy_clpr"] = str(before.close)
    is_share = instrument.kind is Kind.STOCK
    is_preferred = company.is_preferred if company else instrument.code[-1] != "0"
    output = empty(
        blocks.StockInfo,
        **_names(listed),
        pdno=f"00000{_LETTERS[instrument.kind]}{instrument.code}",
        mket_id_cd=market,
        scty_grp_id_cd=_GROUPS[instrument.kind],
        excg_dvsn_cd=exchange,
        lstg_stqt=str(shares_of(listed)),
        etf_dvsn_cd="1" if instrument.kind is Kind.ETF else "0",
        stck_kind_cd=(_PREFERRED if is_preferred else _COMMON) if is_share else _NO_SHARE,
        dpsi_aptm_erlm_yn="Y",
        etf_txtn_type_cd="00",
        nwst_odst_dvsn_cd="1",
        tr_stop_yn="Y" if listed.quote.is_halted else "N",
        admn_item_yn="Y" if listed.is_administrative else "N",
        elec_scty_yn="Y",
        cptt_trad_tr_psbl_yn="Y" if listed.is_on_nxt else "N",
        nxt_tr_stop_yn="Y" if listed.is_on_nxt and listed.quote.is_halted else "N",
        **fields,
    )
    return done_reply(blocks.StockInfoAnswer, message=_DONE, output=output)


def product_info_reply(listed: Listed | None) -> Reply:
    """상품기본조회. None for a code that does not exist."""
    if listed is None:
        return message_reply(REGISTER_EMPTY)
    output = empty(
        blocks.ProductInfo,
        **_names(listed),
        pdno=f"00000{_LETTERS[listed.instrument.kind]}{listed.instrument.code}",
        shtn_pdno=listed.instrument.code,
    )
    return done_reply(blocks.ProductInfoAnswer, message=_DONE, output=output)


def _names(listed: Listed) -> dict[str, str]:
    name = listed.instrument.name
    company = listed.background.company
    english = (company and company.name_english) or listed.instrument.name_english
    return {
        "prdt_type_cd": _STOCKS,
        "prdt_name": name,
        "prdt_name120": name,
        "prdt_abrv_name": name,
        "std_pdno": _find_isin(listed.instrument.code),
        "prdt_eng_name": english,
        "prdt_eng_name120": english,
        "prdt_eng_abrv_name": english,
    }


def _company_fields(company: Company) -> dict[str, str]:
    fields = {"kospi200_item_yn": "Y" if company.is_kospi200 else "N"}
    if company.settlement_month is not None:
        fields["setl_mmdd"] = f"{company.settlement_month:02}"
    if company.capital is not None:
        fields["cpta"] = str(company.capital)
    if company.face_value is not None:
        fields["papr"] = fields["issu_pric"] = str(company.face_value)
    if company.size is not None:
        fields["idx_bztp_lcls_cd"], fields["idx_bztp_lcls_cd_name"] = _SIZES[company.size]
    if company.industry is not None:
        number = company.industry.code[-3:]
        fields["idx_bztp_mcls_cd"] = fields["idx_bztp_scls_cd"] = number
        fields["idx_bztp_mcls_cd_name"] = fields["idx_bztp_scls_cd_name"] = company.industry.name
    return fields


def _find_isin(code: str) -> str:
    """The ISIN, "" where no rule gives it."""
    try:
        return isin(code)
    except BadInput:
        return ""
