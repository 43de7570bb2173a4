"""The hash of an order's body: KIS gives one (hashkey) and looks at it in the header of the order."""

import hashlib

import msgspec

from hoga.brokers.kis import blocks
from hoga.brokers.kis.blocks import text
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    body_fields,
    fault_reply,
    make_request,
    unreadable,
)
from hoga.brokers.kis.services import Call


def hash_request(order: Request) -> Request:
    """Ask for the hash of an order's body. KIS does not demand it any more."""
    return make_request(Call.HASHKEY, order.environment, body=order.body)


def hash_reply(request: Request) -> Reply:
    """Answer of hashkey. How KIS computes the hash is not published (unverified); ours is SHA-256."""
    return block_reply(blocks.HashAnswer(body={**body_fields(request)}, hash=_hash(request)))


def check_hash(request: Request, hashkey: str) -> None:
    """Look whether the header `hashkey` is of this body; without it there is nothing to look at.

    Raises `Declined`. Spaces between fields and their order do not count (unverified).
    """
    if hashkey and hashkey != _hash(request):
        raise Declined(fault_reply("EGW00131"))


def _hash(request: Request) -> str:
    return hashlib.sha256(msgspec.json.encode(body_fields(request), order="sorted")).hexdigest()


def read_hash(reply: Reply) -> str:
    """The hash, for the header `hashkey`."""
    try:
        answer = msgspec.json.decode(reply.body, type=blocks.HashAnswer)
    except msgspec.DecodeError as error:
        raise unreadable(reply, str(error)) from error
    return text(answer.hash)
