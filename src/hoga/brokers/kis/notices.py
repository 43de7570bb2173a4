"""Order notices (체결통보) on the KIS WebSocket, both ways.

They are encrypted with a key and iv that the answer to their registration carries, and name no fill: two
equal partial fills are two equal notices. They tell of all accounts of an HTS id.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from hoga.brokers.kis.codes import (
    CONDITIONS,
    SIDE_CODES,
    SIDES,
    Action,
)
from hoga.brokers.kis.divisions import AFTER_MARKET_DIVISIONS, DIVISIONS, division_of
from hoga.brokers.kis.envelope import plain_code, time_text
from hoga.brokers.kis.records import ENCRYPTED, instant, split, width_of
from hoga.brokers.kis.wire import has_number
from hoga.domain.notices import CancelNotice, FillNotice, Notice, ReceivedNotice, RejectNotice, ReplaceNotice
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue

NOTICE_FIELDS = frozenset({23, 26})
"""Record lengths that have been seen and documented."""


class NoticeCipher:
    """AES-256-CBC with PKCS#7 and base64, for the notices of one registration on one socket."""

    __slots__ = ("_cipher", "iv", "key")

    def __init__(self, key: str, iv: str) -> None:
        self.key = key
        self.iv = iv
        self._cipher = Cipher(algorithms.AES256(key.encode()), modes.CBC(iv.encode()))

    def __repr__(self) -> str:
        return "NoticeCipher(***)"

    def encrypt(self, plain: str) -> str:
        """The base64 text that stands in a frame."""
        padder = PKCS7(128).padder()
        padded = padder.update(plain.encode()) + padder.finalize()
        encryptor = self._cipher.encryptor()
        return b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, payload: str) -> str:
        """The record in a frame. Raises `ValueError` when the key is not its key, or it is torn."""
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(b64decode(payload, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()


class Outcome(Enum):
    """What a notice says about a request: 접수, 확인, 체결, IOC·FOK 잔량 취소, 거부."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    FILLED = "filled"
    UNFILLED_CANCELED = "unfilled_canceled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptNotice(Notice):
    """접수 of a 정정 or 취소: the broker has passed it on. Nothing has changed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One 체결통보 in full.

    `number` is the request's own number, `original` the number it is about ("" for a new order). `quantity`
    is filled shares in a fill, else the shares that the request is about; `price` is the price of the fill,
    else of the request (0 for a cancel). `order_price` is told in fills only. HTS id and holder are hidden.
    """

    account: str = field(repr=False)
    number: str
    original: str = ""
    action: Action
    outcome: Outcome
    side: Side
    code: str
    quantity: int
    price: int
    at: datetime
    order_quantity: int
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    order_price: int | None = None
    stop_price: int | None = None
    in_after_market: bool = False
    """Whether it was placed in KRX's after-market, whose divisions are others."""
    venue: Venue = Venue.KRX
    """Where the order is, never SOR."""
    is_sor: bool = False
    """Whether SOR chose the venue."""
    name: str = ""
    branch: str = ""
    hts_id: str = field(default="", repr=False)
    holder: str = field(default="", repr=False)

    @property
    def notice(self) -> Notice:
        """What it means to the order.

        A refused 정정 or 취소 is a `RejectNotice` about the request's own number: the order is as it was.
        That it does not bear the number of the original is unverified.
        """
        match self.outcome, self.action:
            case Outcome.REFUSED, _:
                return RejectNotice(
                    broker_order_id=self.number,
                    at=self.at,
                    message=f"{self.action} refused by the exchange",
                    is_revision=self.action is not Action.PLACE,
                )
            case Outcome.FILLED, _:
                return FillNotice(
                    broker_order_id=self.number, at=self.at, quantity=self.quantity, price=self.price
                )
            case Outcome.UNFILLED_CANCELED, _:
                return CancelNotice(broker_order_id=self.number, at=self.at, quantity=self.quantity)
            case Outcome.CONFIRMED, Action.CANCEL:
                return CancelNotice(broker_order_id=self.original, at=self.at, quantity=self.quantity)
            case Outcome.CONFIRMED, Action.REPLACE:
                return ReplaceNotice(
                    broker_order_id=self.original,
                    at=self.at,
                    new_broker_order_id=self.number,
                    price=self.price,
                )
            case Outcome.RECEIVED, Action.PLACE:
                return ReceivedNotice(broker_order_id=self.number, at=self.at, request=self._request)
            case _:
                return ReceiptNotice(broker_order_id=self.number, at=self.at)

    @property
    def _request(self) -> OrderRequest:
        return OrderRequest(
            code=self.code,
            side=self.side,
            quantity=self.quantity,
            price=self.price or None,
            order_type=self.order_type,
            time_in_force=self.time_in_force,
            stop_price=self.stop_price,
            venue=Venue.SOR if self.is_sor else self.venue,
        )


@dataclass(frozen=True, slots=True)
class Notices:
    """Order notices, in their order: of all accounts of the HTS id, so look at `record.account`.

    `records` are all their fields as they came, decrypted: personal data.
    """

    notices: tuple[NoticeRecord, ...]
    has_drifted: bool
    payload: str = field(repr=False)

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.notices))


def read_notices(payload: str, count: int, day: date) -> Notices:
    fields = payload.split("^")
    width = width_of(len(fields), count, min(NOTICE_FIELDS))
    notices = tuple(_notice(fields[start : start + width], day) for start in range(0, len(fields), width))
    return Notices(notices, width not in NOTICE_FIELDS, payload)


def _notice(fields: Sequence[str], day: date) -> NoticeRecord:
    # Only the first 18 fields stand where the documents have them. Name and order price are the last two of
    # the 23 that arrive and of the 26 that are documented; in longer records they are not looked for.
    is_known = len(fields) in NOTICE_FIELDS
    # A fill must not be lost for a division that is not ours to send.
    division = fields[6].strip()
    order_type, time_in_force, _ = DIVISIONS.get(division, DIVISIONS["00"])
    # What stands between the holder and the last four is one field on the wire, four in the documents.
    routed = _ROUTE.fullmatch("".join(fields[18:-4])) if is_known else None
    venue, is_sor = _ROUTES[routed[2]] if routed else (Venue.KRX, False)
    return NoticeRecord(
        account=fields[1],
        number=fields[2].strip(),
        original=fields[3].strip() if has_number(fields[3]) else "",
        action=_ACTIONS[fields[5]],
        outcome=_outcome(fields),
        side=SIDES[fields[4]],
        code=plain_code(fields[8]),
        quantity=int(fields[9] or 0),
        price=int(fields[10] or 0),
        at=instant(day, fields[11]),
        order_quantity=int(fields[16] or 0),
        order_type=order_type,
        time_in_force=time_in_force,
        in_after_market=division in AFTER_MARKET_DIVISIONS,
        order_price=int(fields[-1]) if is_known and fields[-1].strip() else None,
        stop_price=int(routed[1]) if routed and routed[1] else None,
        venue=venue,
        is_sor=is_sor,
        name=fields[-2].strip() if is_known else "",
        branch=fields[15],
        hts_id=fields[0],
        holder=fields[17],
    )


def _outcome(fields: Sequence[str]) -> Outcome:
    refused, traded, accepted = fields[12:15]
    if refused == "1":
        return Outcome.REFUSED
    if traded == "2":
        return Outcome.FILLED
    return _OUTCOMES[accepted]


_ROUTE = re.compile(r"([0-9]+)?([1-4])[YN ]*", re.ASCII)
"""호가조건가격 and 거래소 구분, then whether a window is shown."""
_ROUTES = {
    "1": (Venue.KRX, False),
    "2": (Venue.NXT, False),
    "3": (Venue.KRX, True),
    "4": (Venue.NXT, True),
}
_ACTIONS = {"0": Action.PLACE, "1": Action.REPLACE, "2": Action.CANCEL}
_OUTCOMES = {"1": Outcome.RECEIVED, "2": Outcome.CONFIRMED, "3": Outcome.UNFILLED_CANCELED}


def notice_frame(
    tr_id: str, records: Sequence[NoticeRecord], cipher: NoticeCipher, width: int = min(NOTICE_FIELDS)
) -> str:
    """H0STCNI0 or H0STCNI9: order notices, encrypted. `width` 23 is what arrives, 26 what is documented."""
    payload = "^".join("^".join(_notice_fields(record, width)) for record in records)
    return f"{ENCRYPTED}|{tr_id}|{len(records):03}|{cipher.encrypt(payload)}"


def _notice_fields(record: NoticeRecord, width: int) -> list[str]:
    order_price = "" if record.order_price is None else f"{record.order_price:09}"
    head = [
        record.hts_id,
        record.account,
        record.number.zfill(10),
        record.original.zfill(10) if record.original else "",
        SIDE_CODES[record.side],
        _ACTION_CODES[record.action],
        division_of(record.order_type, record.time_in_force, in_after_market=record.in_after_market),
        CONDITIONS[record.time_in_force],
        record.code,
        f"{record.quantity:010}",
        f"{record.price:09}",
        time_text(record.at),
        "1" if record.outcome is Outcome.REFUSED else "0",
        "2" if record.outcome is Outcome.FILLED else "1",
        _RECEIPTS[record.outcome],
        record.branch,
        f"{record.order_quantity:09}",
        record.holder,
    ]
    # 호가조건가격, 거래소 구분, 체결창 표시 여부, 필러: one field on the wire, four in the documents. How a
    # stop price stands in the one field is unverified.
    stop_price = "" if record.stop_price is None else f"{record.stop_price:09}"
    middle = [stop_price, _ROUTE_CODES[record.venue, record.is_sor], "Y", ""]
    if width == min(NOTICE_FIELDS):
        middle = ["".join(middle)]
    fields = [*head, *middle, _CASH, "", record.name, order_price]
    return [value.replace("^", " ") for value in fields]


_CASH = "10"
_ROUTE_CODES = {route: code for code, route in _ROUTES.items()}
_ACTION_CODES = {action: code for code, action in _ACTIONS.items()}
_RECEIPTS = {
    Outcome.RECEIVED: "1",
    Outcome.CONFIRMED: "2",
    Outcome.FILLED: "2",
    Outcome.UNFILLED_CANCELED: "3",
    Outcome.REFUSED: "1",  # unverified: no refused notice has been seen
}
