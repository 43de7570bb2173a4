"""The hash of an order's body: KIS gives one (hashkey) and looks at it in the header of the order.

KIS does not demand it any more, and it counts as a call, so our client never asks for one.
"""

import hashlib

import msgspec

from hoga.brokers.kis import login_blocks
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    body_fields,
    fault_reply,
)


def hash_reply(request: Request) -> Reply:
    """Answer of hashkey. How KIS computes the hash is not published (unverified); ours is SHA-256."""
    return block_reply(login_blocks.HashAnswer(body={**body_fields(request)}, hash=_hash(request)))


def check_hash(request: Request, hashkey: str) -> None:
    """Look whether the header `hashkey` is of this body; without it there is nothing to look at.

    Raises `Declined`. Spaces between fields and their order do not count (unverified).
    """
    if hashkey and hashkey != _hash(request):
        raise Declined(fault_reply("EGW00131"))


def _hash(request: Request) -> str:
    return hashlib.sha256(msgspec.json.encode(body_fields(request), order="sorted")).hexdigest()
