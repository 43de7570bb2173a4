"""The messages of logins, and of the hash of an order.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET, UnsetType

from hoga.brokers.kis.blocks import Block, Field, Text, Variant


class LoginRefusal(Block):
    """How the login services refuse: no `rt_cd`."""

    error_description: Variant = UNSET
    error_code: Variant = UNSET


class TokenAnswer(Block):
    """Answer of tokenP (접근토큰발급). `expires_in` is the only number."""

    access_token: Variant = UNSET
    access_token_token_expired: Variant = UNSET  # 만료 일시, KST
    token_type: Variant = UNSET
    expires_in: Variant = UNSET  # 초

    def __repr__(self) -> str:
        return f"TokenAnswer(***, {self.access_token_token_expired!r})"


class ApprovalAnswer(Block):
    """Answer of Approval (실시간 접속키 발급)."""

    approval_key: Variant = UNSET

    def __repr__(self) -> str:
        return "ApprovalAnswer(***)"


class RevokeAnswer(Block):
    """Answer of revokeP (접근토큰폐기). `code` is a number."""

    code: Variant = UNSET
    message: Variant = UNSET


class HashAnswer(Block, rename="upper"):
    """Answer of hashkey: the body as it was sent, and its hash."""

    body: dict[str, Field] | UnsetType = UNSET
    hash: Text = UNSET
