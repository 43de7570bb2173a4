"""Which issues were interrupted today (변동성완화장치 현황), on the KIS wire.

Source: KIS's documents and answers of 2024 to 2026. An interruption that lasts has no end and is "Y". KIS
shows one row for each, with the reference price of its kind only; that both kinds at once show the same price
in both is unverified. Earlier days are not kept.
KIS's sample goes on to the next page by the header `tr_cont` alone, with the same query. How many rows a page
has is unverified; the exchange answers in one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hoga.brokers.kis import price_blocks as blocks
from hoga.brokers.kis.blocks import empty, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import INTERRUPTION_KINDS, Environment
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_instant,
    plain_code,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.notation import rate
from hoga.brokers.kis.question import asked_choice, asked_day, day_of, done_reply
from hoga.brokers.kis.services import Call
from hoga.domain.instrument import Market
from hoga.domain.quote import Interruption, VolatilityInterruption
from hoga.exchange.events import BoardKind, Event, PhaseChanged, Resumed, VolatilityInterrupted
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase

_SCREEN = "20139"
_MORE = frozenset({"F", "M"})
_UP, _DOWN = "1", "2"
_MARKETS = {"K": Market.KOSPI, "Q": Market.KOSDAQ}
_KINDS = {code: kind for kind, code in INTERRUPTION_KINDS.items()}

HEARD: Sequence[type[Event]] = (VolatilityInterrupted, Resumed, PhaseChanged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """A volatility interruption (VI) that has happened: `ended` is None while it lasts.

    `reference` is the price that `price` was too far from, `count` how many there have been with it.
    """

    code: str
    board: BoardKind
    name: str
    kind: Interruption
    began: datetime
    ended: datetime | None
    price: int
    reference: int
    count: int


@dataclass(frozen=True, slots=True)
class InterruptionsQuery:
    """Which interruptions a client wants; None is all of them."""

    day: date | None
    code: str
    direction: str
    market: Market | None
    kind: Interruption | None

    def takes(self, each: Interrupted, market: Market) -> bool:
        """Whether `each`, of an issue of `market`, is wanted."""
        return (
            self.day in (None, each.began.date())
            and self.code in ("", each.code)
            and self.market in (None, market)
            and self.kind in (None, each.kind)
            and not (self.direction == _UP and each.price < each.reference)
            and not (self.direction == _DOWN and each.price > each.reference)
        )


class Interruptions:
    """The interruptions of the running day, from the making of this on."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._found: list[Interrupted] = []
        simulation.on_roll(lambda _: self._found.clear())

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of what was interrupted and what goes on."""
        for event in events:
            match event:
                case VolatilityInterrupted():
                    self._begin(event)
                case Resumed():
                    self._end(event.at, event.code, event.board)
                case PhaseChanged() if event.phase is Phase.CLOSED:
                    self._end_all(event.at)
                case _:
                    pass

    def of(self, query: InterruptionsQuery) -> list[Interrupted]:
        """Those that `query` takes, oldest first."""
        exchange = self._simulation.exchange
        return [each for each in self._found if query.takes(each, exchange.instrument(each.code).market)]

    def _begin(self, event: VolatilityInterrupted) -> None:
        count = sum(each.code == event.code for each in self._found) + 1
        self._found.append(
            Interrupted(
                code=event.code,
                board=event.board,
                name=self._simulation.exchange.instrument(event.code).name,
                kind=event.kind,
                began=event.at,
                ended=None,
                price=event.price,
                reference=event.reference,
                count=count,
            )
        )

    def _end(self, at: datetime, code: str, board: BoardKind) -> None:
        for place, each in enumerate(self._found):
            if each.ended is None and (each.code, each.board) == (code, board):
                self._found[place] = replace(each, ended=at)

    def _end_all(self, at: datetime) -> None:
        """The market closes: what became part of the closing call is over too."""
        self._found = [replace(each, ended=each.ended or at) for each in self._found]


def interruptions_request(day: date, code: str, environment: Environment) -> Request:
    """변동성완화장치 현황 of a day, of one issue or ("") of all.

    Raises `BadInput` on paper, which lacks it.
    """
    query = {
        "FID_DIV_CLS_CODE": "0",
        "FID_COND_SCR_DIV_CODE": _SCREEN,
        "FID_MRKT_CLS_CODE": "0",
        "FID_INPUT_ISCD": code,
        "FID_RANK_SORT_CLS_CODE": "0",
        "FID_INPUT_DATE_1": day_text(day),
        "FID_TRGT_CLS_CODE": "",
        "FID_TRGT_EXLS_CLS_CODE": "",
    }
    return make_request(Call.INTERRUPTIONS, environment, query=query)


def read_interruptions(reply: Reply) -> list[VolatilityInterruption]:
    """변동성완화장치 현황, oldest first. Raises like `envelope.read`."""
    found = []
    for row in rows(read(reply, blocks.InterruptionsAnswer).output):
        day, kind = day_of(reply, row.bsop_date), _KINDS.get(text(row.vi_kind_code))
        began = parse_instant(day, text(row.cntg_vi_hour))
        if began is None or kind is None:
            raise unreadable(reply, "an interruption without its hour or its kind")
        found.append(
            VolatilityInterruption(
                code=plain_code(text(row.mksc_shrn_iscd)),
                name=text(row.hts_kor_isnm),
                kind=kind,
                began=began,
                # Some write noughts while it lasts.
                ended=None if text(row.vi_cls_code) == "Y" else parse_instant(day, text(row.vi_cncl_hour)),
                price=get_whole(row, "vi_prc"),
                static_reference=find_whole(row, "vi_stnd_prc") or None,
                dynamic_reference=find_whole(row, "vi_dmc_stnd_prc") or None,
                count=get_whole(row, "vi_count"),
            )
        )
    return sorted(found, key=lambda each: each.began)


def next_interruptions(request: Request, reply: Reply) -> Request | None:
    """The request for the page after `reply`, None when that was the last."""
    return request._replace(tr_cont="N") if reply.tr_cont.strip() in _MORE else None


def joined_interruptions(
    found: Sequence[VolatilityInterruption], page: Sequence[VolatilityInterruption]
) -> list[VolatilityInterruption]:
    """All of both, oldest first: what is on two pages counts once, as it was read last.

    A new interruption moves the older ones to the next page.
    """
    joined = {(each.code, each.kind, each.began): each for each in (*found, *page)}
    return sorted(joined.values(), key=lambda each: each.began)


def asked_interruptions(request: Request) -> InterruptionsQuery:
    """Which interruptions a client wants. Raises `Declined`."""
    query = request.query
    day = asked_day(request, "FID_INPUT_DATE_1") if needed(query, "FID_INPUT_DATE_1") else None
    kind = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", *_KINDS), "0")
    return InterruptionsQuery(
        day=day,
        code=plain_code(needed(query, "FID_INPUT_ISCD")),
        direction=asked_choice(request, "FID_DIV_CLS_CODE", ("0", _UP, _DOWN), "0"),
        market=_MARKETS.get(asked_choice(request, "FID_MRKT_CLS_CODE", ("0", *_MARKETS), "0")),
        kind=_KINDS.get(kind),
    )


def interruptions_reply(found: Sequence[Interrupted]) -> Reply:
    """변동성완화장치 현황, newest first."""
    output = [
        empty(
            blocks.Interruption,
            hts_kor_isnm=each.name,
            mksc_shrn_iscd=each.code,
            vi_cls_code="Y" if each.ended is None else "N",
            bsop_date=day_text(each.began.date()),
            cntg_vi_hour=time_text(each.began),
            vi_cncl_hour="" if each.ended is None else time_text(each.ended),
            vi_kind_code=INTERRUPTION_KINDS[each.kind],
            vi_prc=str(each.price),
            vi_count=str(each.count),
            **_references(each),
        )
        for each in sorted(found, key=lambda each: each.began, reverse=True)
    ]
    return done_reply(blocks.InterruptionsAnswer, output=output)


def _references(each: Interrupted) -> Mapping[str, str]:
    price, away = str(each.reference), rate(each.price, each.reference)
    references: dict[str, str] = {}
    if each.kind is not Interruption.DYNAMIC:
        references |= {"vi_stnd_prc": price, "vi_dprt": away}
    if each.kind is not Interruption.STATIC:
        references |= {"vi_dmc_stnd_prc": price, "vi_dmc_dprt": away}
    return references
