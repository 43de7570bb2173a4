"""`hoga halt`, `reduce`, `resume`: the switch of an account. It works whether or not a desk lives.

The change is written beside the journal, without asking the broker; a living desk sees it before its next
order, and a desk that starts later starts with it.
"""

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.account import ORDER_HEADINGS
from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import EXIT_BAD_INPUT, EXIT_FAILED, said_clearly
from hoga.cli.profile import LiveOption, ProfileOption, tell, with_connection
from hoga.cli.tables import show_rows
from hoga.domain.errors import AccountTaken
from hoga.domain.order import OUTSIDE, Order
from hoga.domain.trading_state import TradingChanged, TradingState

if TYPE_CHECKING:
    from datetime import datetime

    from hoga.accounts.connection import Connection
    from hoga.ports import Clock
    from hoga.rows import Row
    from hoga.salvage import Salvaged
    from hoga.settings import Settings
    from hoga.trading.desk import Desk

CANCEL_PATIENCE = timedelta(seconds=60)
"""How long `--cancel-all` waits until nothing of ours is open any more: longer than the lease of a desk that
has stood still since its last heartbeat."""

_LOOK = timedelta(seconds=1)
_WORDS = {
    TradingState.ACTIVE: "매매합니다 / trading",
    TradingState.REDUCING: "줄이기만 합니다 / only what lowers risk is sent",
    TradingState.HALTED: "멈췄습니다. 취소만 나갑니다 / halted: only cancels are sent",
}

WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="이유 / why, for the record.")]


def halt(
    cancel_all: Annotated[
        bool, typer.Option("--cancel-all", help="열린 주문도 모두 취소 / cancel what is open, too.")
    ] = False,
    why: WhyOption = "",
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """비상 정지: 취소 말고는 아무것도 보내지 않음 / the kill switch: nothing but cancels is sent."""
    salvaged = _salvage(profile, json)
    _throw(TradingState.HALTED, profile, salvaged.settings, why, json, cancels_all=cancel_all)
    rows: list[Row] = []
    if cancel_all:
        rows = with_connection(profile, live, json, _wait_until_canceled, settings=salvaged.settings)
        show_rows("open_orders", rows, ORDER_HEADINGS, profile=profile, json=json)
    _warn(salvaged, profile)
    if rows:
        raise typer.Exit(EXIT_FAILED)


def reduce(why: WhyOption = "", profile: ProfileOption = "sim", json: JsonOption = False) -> None:
    """위험을 줄이는 주문만: 보유 주식의 매도와 취소 / only sells of held shares, and cancels."""
    salvaged = _salvage(profile, json)
    _throw(TradingState.REDUCING, profile, salvaged.settings, why, json)
    _warn(salvaged, profile)


def resume(why: WhyOption = "", profile: ProfileOption = "sim", json: JsonOption = False) -> None:
    """다시 매매 / trade again."""
    with said_clearly(json):
        from hoga.settings import read_settings

        settings = read_settings()
    _throw(TradingState.ACTIVE, profile, settings, why, json)


def _salvage(profile: str, json: bool) -> "Salvaged":
    """What can be read of the settings; what is wrong with them is said."""
    with said_clearly(json):
        from hoga.salvage import salvage_settings

        salvaged = salvage_settings(profile)
    if salvaged.wrong is not None:
        tell(f"{salvaged.wrong.korean}\n{salvaged.wrong.english}")
    return salvaged


def _warn(salvaged: "Salvaged", profile: str) -> None:
    """End with a failure when the switch may have been thrown for another account than the one meant."""
    if salvaged.is_doubtful:
        tell(
            f"[profiles.{profile}] 을(를) 다 읽지 못해 다른 계좌의 스위치일 수 있습니다. 파일을 고친 뒤 다시 "
            "하고, 열린 주문을 증권사 화면에서 확인하십시오.\n"
            f"[profiles.{profile}] could not be read whole: this may be the switch of another account. "
            "Correct the file and do it again, and look at the open orders on the broker's own screen."
        )
        raise typer.Exit(EXIT_BAD_INPUT)


def _throw(
    state: TradingState,
    profile: str,
    settings: "Settings",
    why: str,
    json: bool,
    *,
    cancels_all: bool = False,
) -> None:
    """Write the change beside the journal, and say what holds now."""
    with said_clearly(json):
        from hoga.clock import WallClock
        from hoga.profiles import find_journal
        from hoga.settings import hoga_home
        from hoga.storage.control import SqlControl

        change = TradingChanged(
            at=WallClock().now(), state=state, by="person", why=why, cancels_all=cancels_all
        )
        with contextlib.closing(SqlControl(find_journal(profile, settings, hoga_home()))) as control:
            control.write(change)
        if json:
            print_json({"profile": profile, "state": state, "cancel_all": cancels_all})
        else:
            print(_WORDS[state])


async def _wait_until_canceled(connection: "Connection") -> "list[Row]":
    """Let the desk that lives cancel what is open, or a desk of our own; what is still open in the end.

    One that lives and does not move (a paused process, a computer that sleeps) loses its lease before long.
    """
    from hoga.clock import WallClock

    clock = WallClock()
    over = clock.steady() + CANCEL_PATIENCE
    while True:
        try:
            return await _cancel(connection, clock, over)
        except AccountTaken:
            pass  # the desk that has the account sees the switch
        rows = await _look(connection)
        if not rows or clock.steady() >= over:
            return rows
        await clock.sleep(_LOOK)


async def _cancel(connection: "Connection", clock: "Clock", over: "datetime") -> "list[Row]":
    """Cancel by a desk of our own. Raises `AccountTaken` while another one has the account."""
    from hoga.profiles import open_desk

    async with open_desk(connection, _unheard) as desk:
        watching = asyncio.create_task(desk.watch())  # it sees the switch, as every living desk does
        while _open(desk) and clock.steady() < over:
            await clock.sleep(_LOOK)
        watching.cancel()
        await asyncio.wait([watching])
        return _rows(connection, desk)


async def _look(connection: "Connection") -> "list[Row]":
    from hoga.profiles import open_desk

    async with open_desk(connection, _unheard, only_looks=True) as desk:
        return _rows(connection, desk)


def _rows(connection: "Connection", desk: "Desk") -> "list[Row]":
    from hoga.rows import order_row

    return [order_row(order, connection.instruments) for order in _open(desk)]


def _open(desk: "Desk") -> list[Order]:
    """Orders of ours that are not over. Those that were placed elsewhere are left alone."""
    return [order for order in desk.orders if not order.is_done and order.source != OUTSIDE]


def _unheard(message: str) -> None:
    """The orders that are left tell everything."""
