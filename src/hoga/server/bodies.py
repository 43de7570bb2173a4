"""What a request of /v1 may hold in its body, with what is described of it in the manual of the routes."""

import json
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hoga.domain.errors import BadInput
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.trading.doubt import Verdict
from hoga.trading.parts import Finding
from hoga.trading.petitions import find_decision

MOST = 10**12
"""More shares or won than an order can have: what is above is a slip of the client."""

Whole = Annotated[int, Field(ge=1, le=MOST)]
T = TypeVar("T", bound="Body")


class Body(BaseModel):
    """Holds what is said of it and nothing else; a number in quotes is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NewOrder(Body):
    """An order. A limit order needs a price; the other types are those of the manual."""

    code: Annotated[str, Field(max_length=8, examples=["005930"])]
    side: Side
    quantity: Annotated[int, Field(ge=1, le=MOST, examples=[1])]
    price: Annotated[Whole | None, Field(examples=[70_000])] = None
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_price: Whole | None = None
    venue: Venue = Venue.KRX

    def request(self, code: str) -> OrderRequest:
        """The order as the desk takes it, of the issue `code`."""
        return OrderRequest(
            code=code,
            side=self.side,
            quantity=self.quantity,
            price=self.price,
            order_type=self.type,
            time_in_force=self.time_in_force,
            stop_price=self.stop_price,
            venue=self.venue,
        )


class NewPrice(Body):
    """A price for all that is left of a limit order."""

    price: Annotated[int, Field(ge=1, le=MOST, examples=[70_100])]


class PartCancel(Body):
    """How many shares of an order are cancelled; all that is left without."""

    quantity: Annotated[Whole | None, Field(examples=[1])] = None


class Settlement(Body):
    """What a person says became of an order, or of a number that may be a part of it.

    The broker's number of the order, or that it never arrived; or whose a number is that is kept apart.
    """

    arrived: Annotated[str | None, Field(examples=["0000012345"])] = None
    never_arrived: bool = False
    part: Annotated[str | None, Field(examples=["0000012346"])] = None
    outside: Annotated[str | None, Field(examples=["0000012346"])] = None

    def verdict(self) -> Verdict | Finding:
        """Raises `BadInput` unless it is one of the four."""
        found = find_decision(self.arrived, self.part, self.outside, never_arrived=self.never_arrived)
        if found is None:
            raise BadInput(
                "하나만 쓰십시오: arrived, part, outside 에는 증권사의 번호, never_arrived 에는 true.",
                "write exactly one: the broker's number into arrived, part or outside, or true into "
                "never_arrived.",
            )
        return found


class Why(Body):
    """Why trading is stopped, reduced or resumed, for the record."""

    why: Annotated[str, Field(max_length=200, examples=["뉴스 확인"])] = ""


class Halt(Why):
    """`cancel_all` cancels what the desk has open, too."""

    cancel_all: bool = False


async def read_body(request: Request, kind: type[T]) -> T:
    """The body of a request. Raises `BadInput` for what is not JSON, or not of this kind."""
    content = await request.body()
    try:
        body = kind.model_validate_json(content or b"{}")
        json.loads(content or b"{}", object_pairs_hook=_require_once)
        return body
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])
        said = f"{place}: {wrong['msg']}" if place else wrong["msg"]
        raise BadInput(
            f"본문을 읽을 수 없습니다({said}). /docs 의 예를 보십시오.",
            f"the body cannot be read ({said}). See the examples at /docs.",
        ) from error


def _require_once(pairs: list[tuple[str, Any]]) -> None:
    """Raise `BadInput` when a name stands twice: nobody chooses which of two is ordered."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(
            f"본문에 {twice} 이(가) 두 번 있습니다. 한 번만 쓰십시오.",
            f"{twice} stands twice in the body. Write it once.",
        )


def described(kind: type[Body]) -> dict[str, Any]:
    """How a body is described in OpenAPI."""
    schema = kind.model_json_schema()
    parts = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _whole(schema, parts)}},
        }
    }


def _whole(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema without references, so that every route describes its body by itself."""
    match schema:
        case {"$ref": str(reference)}:
            return _whole(parts[reference.rpartition("/")[2]], parts)
        case dict():
            return {key: _whole(value, parts) for key, value in schema.items()}
        case list():
            return [_whole(value, parts) for value in schema]
        case _:
            return schema
