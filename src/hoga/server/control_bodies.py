"""What the control plane is sent and what it shows of faults, in JSON."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import (
    LONGEST,
    ArmedFault,
    Chance,
    Direction,
    Effect,
    Fault,
    Filter,
    Nth,
    When,
    Window,
)
from hoga.brokers.kis.services import Call
from hoga.domain.instrument import Kind, Market
from hoga.domain.zone import KST
from hoga.exchange.commands import ListIssue

FASTEST = 100_000.0
"""Simulated seconds in a real one: a day is over in less than a second."""


class Body(BaseModel):
    """Fields that nobody knows are a slip of the client, and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PaceBody(Body):
    pace: float = Field(gt=0, le=FASTEST, description="Simulated seconds in a real second")


class StepBody(Body):
    seconds: float = Field(gt=0, le=31 * 86_400, description="Simulated seconds")


class JumpBody(Body):
    at: datetime = Field(description="Korean time if it names no zone")


class CashBody(Body):
    amount: int = Field(ge=1, le=10**15, description="Won")


class IndexBody(Body):
    level: Decimal = Field(gt=0, le=10**6)
    previous_close: Decimal = Field(gt=0, le=10**6)


class ListingBody(Body):
    code: str = Field(
        pattern="^[0-9A-Z]{6}$", description="Six letters, of which no instrument is listed yet"
    )
    name: str = Field(min_length=1, max_length=40)
    market: Literal[Market.KOSPI, Market.KOSDAQ] = Market.KOSPI
    base_price: int = Field(ge=1, le=10**8, description="기준가, on the tick grid of market and kind")
    kind: Literal[Kind.STOCK, Kind.ETF, Kind.ETN] = Kind.STOCK
    listed_shares: int = Field(default=0, ge=0, le=10**12)
    leverage: Decimal = Field(default=Decimal(1), ge=-3, le=3, description="Of an ETF or ETN")
    flow: Literal["quiet", "made"] = Field(
        default="quiet", description="Whether everybody else trades it too; on recorded days nobody does"
    )

    def command(self) -> ListIssue:
        return ListIssue(
            code=self.code,
            name=self.name,
            market=self.market,
            base_price=self.base_price,
            kind=self.kind,
            listed_shares=self.listed_shares,
            leverage=self.leverage,
            has_flow=self.flow == "made",
        )


class NthBody(Body):
    kind: Literal["nth"]
    number: int = Field(default=1, ge=1, description="The how-many-th matching passage since arming")
    times: int = Field(default=1, ge=1, description="How many are struck from it on")

    def when(self) -> When:
        return Nth(self.number, self.times)


class ChanceBody(Body):
    kind: Literal["chance"]
    probability: float = Field(ge=0, le=1)
    seed: int = Field(default=0, ge=0, le=2**64)

    def when(self) -> When:
        return Chance(self.probability, self.seed)


class WindowBody(Body):
    kind: Literal["window"]
    start: datetime = Field(description="In the time of the market; Korean time if it names no zone")
    end: datetime

    def when(self) -> When:
        return Window(korean(self.start), korean(self.end))


class FilterBody(Body):
    environment: Environment | None = None
    call: Call | None = None
    path: str | None = None
    tr_id: str | None = Field(default=None, description="The id of a call, or the stream of a frame")
    appkey: str | None = None

    def filter(self) -> Filter:
        return Filter(
            environment=self.environment,
            call=self.call,
            path=self.path,
            tr_id=self.tr_id,
            appkey=self.appkey,
        )


class FaultBody(Body):
    effect: Effect
    when: Annotated[NthBody | ChanceBody | WindowBody, Field(discriminator="kind")] = NthBody(kind="nth")
    only: FilterBody = FilterBody()
    direction: Direction | None = Field(default=None, description="Seen from the exchange")
    seconds: float | None = Field(
        default=None, ge=0, le=LONGEST, description="Of real time; those of late_orders of the market's"
    )
    code: str = Field(default="", description="The msg_cd to answer, or 500")
    text: str = Field(default="", max_length=200)
    status: int | None = Field(default=None, ge=200, le=599)

    def fault(self) -> Fault:
        """Raises `BadInput` for a fault that is not whole."""
        return Fault(
            effect=self.effect,
            when=self.when.when(),
            only=self.only.filter(),
            direction=self.direction,
            seconds=self.seconds,
            code=self.code,
            text=self.text,
            status=self.status,
        )


def korean(at: datetime) -> datetime:
    """`at`, which is Korean time if it names no zone."""
    return at.replace(tzinfo=KST) if at.tzinfo is None else at


def fault_row(armed: ArmedFault, *, with_hits: bool = False) -> dict[str, object]:
    """A fault as the control plane shows it."""
    fault = armed.fault
    row: dict[str, object] = {
        "number": armed.number,
        "effect": fault.effect,
        "when": _when_row(fault.when),
        "only": fault.only,
        "direction": fault.way,
        "seconds": fault.seconds,
        "code": fault.code,
        "text": fault.text,
        "status": fault.status,
        "matched": armed.matched,
        "struck": armed.struck,
    }
    if with_hits:
        row["hits"] = armed.hits
    return row


def _when_row(when: When) -> dict[str, object]:
    match when:
        case Nth(number, times):
            return {"kind": "nth", "number": number, "times": times}
        case Chance(probability, seed):
            return {"kind": "chance", "probability": probability, "seed": seed}
        case Window(start, end):
            return {"kind": "window", "start": start, "end": end}
