"""Commands that speak to the account of a profile: how they connect, and what they have in common."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hoga.cli.outcome import said_clearly
from hoga.domain.errors import Unreachable
from hoga.loop import run as run_loop

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.settings import Settings
    from hoga.trading.desk import Desk

ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        envvar="HOGA_PROFILE",
        metavar="NAME",
        help="계좌: sim, kis-paper, kis-live 또는 hoga.toml 의 이름 / which account.",
    ),
]
LiveOption = Annotated[
    bool, typer.Option("--live", help="실계좌에 필요한 두 번째 스위치 / the second switch for real money.")
]
T = TypeVar("T")


def with_connection(
    profile: str,
    is_live: bool,
    json: bool,
    work: Callable[["Connection"], Awaitable[T]],
    *,
    has_stream: bool = False,
    settings: "Settings | None" = None,
) -> T:
    """What `work` comes to with the connected account. Errors end the command with a clear message.

    Without `settings` they are read.
    """
    with said_clearly(json):
        return run_loop(_connected(profile, is_live, has_stream, work, settings))


def with_desk(
    profile: str,
    is_live: bool,
    json: bool,
    work: Callable[["Connection", "Desk"], Awaitable[T]],
    *,
    only_looks: bool = False,
) -> T:
    """What `work` comes to with a desk of the account. One that `only_looks` writes nothing down.

    Where the broker's stream cannot be reached, lists that are read tell what it would have told: somebody
    who wants to cancel must be able to.
    """

    async def at_desk(connection: "Connection") -> T:
        from hoga.profiles import open_desk

        async with open_desk(connection, tell, only_looks=only_looks) as desk:
            return await work(connection, desk)

    with said_clearly(json):
        return run_loop(_connected(profile, is_live, not only_looks, at_desk, needs_stream=False))


def tell(message: str) -> None:
    """Tell the person, beside the result."""
    print(message, file=sys.stderr)


async def _connected(
    profile: str,
    is_live: bool,
    has_stream: bool,
    work: Callable[["Connection"], Awaitable[T]],
    settings: "Settings | None" = None,
    *,
    needs_stream: bool = True,
) -> T:
    from hoga.profiles import connect
    from hoga.settings import hoga_home, read_settings

    settings = settings or read_settings()
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(
                connect(profile, settings, hoga_home(), is_live=is_live, has_stream=has_stream, tell=tell)
            )
        except Unreachable as error:
            if needs_stream or not has_stream:
                raise
            # Nothing has been done yet. When it is not the stream that is missing, this fails alike.
            connection = await stack.enter_async_context(
                connect(profile, settings, hoga_home(), is_live=is_live, has_stream=False, tell=tell)
            )
            tell(f"실시간 없이 계속합니다. {error.korean} / It goes on without the stream. {error.english}")
        return await work(connection)
