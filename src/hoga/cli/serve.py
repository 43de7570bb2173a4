"""`hoga serve --profile NAME`: the bridge and the desk of an account, day after day."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.profile import tell
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.accounts.connection import Rehearsal
    from hoga.application import Hoga
    from hoga.day import DayPlan
    from hoga.server.duty import Duty
    from hoga.settings import Settings

ServedProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        envvar="HOGA_PROFILE",
        metavar="NAME",
        help="계좌 (기본: 이 명령이 여는 모의 하루) / which account; default a simulated day of its own.",
    ),
]


ScheduleOption = Annotated[
    bool,
    typer.Option(
        "--schedule",
        help="이 계좌의 [[schedule]] 을 이 데스크에서 / run what is scheduled for this account at its desk.",
    ),
]

FakeOption = Annotated[
    bool,
    typer.Option("--fake", help="대신증권 단말을 모의로 / a terminal of Daishin's that is made, with a day."),
]


def _unsent(message: str) -> None:
    """A rehearsal is no news."""


def serve_account(
    profile: str,
    is_live: bool,
    port: int | None,
    json: bool,
    *,
    is_on_duty: bool = False,
    plan: "Callable[[Settings], DayPlan] | None" = None,
    pace: Decimal = Decimal(1),
) -> None:
    """Serve until Ctrl-C. With a `plan` a terminal of Daishin's is made, in front of that day.

    One that `is_on_duty` begins what is scheduled for the account.
    """
    from hoga.loop import run
    from hoga.settings import hoga_home, read_settings

    settings = read_settings()
    if port is not None:
        settings = replace(settings, bridge=replace(settings.bridge, port=port))
    if plan is None:
        with _duty(profile, settings, hoga_home(), is_on_duty) as duty, _news(profile, settings) as send:
            run(_serve(profile, settings, hoga_home(), is_live, json, duty=duty, send=send))
    else:
        run(_rehearse(profile, settings, hoga_home(), json, plan(settings), pace))


async def _rehearse(
    profile: str, settings: "Settings", home: Path, json: bool, plan: "DayPlan", pace: Decimal
) -> None:
    from hoga.rehearsal import made_terminal

    async with made_terminal(plan, pace) as rehearsal:
        await _serve(profile, settings, home, False, json, rehearsal)


@contextlib.contextmanager
def _duty(profile: str, settings: "Settings", home: Path, is_wanted: bool) -> "Iterator[Duty | None]":
    """What the bridge is to begin by itself, while no other one does."""
    from hoga.server.duty import Duty, on_duty

    if not is_wanted:
        yield None
        return
    duty = Duty(profile, settings, home)
    if not duty.runs:
        raise BadInput(
            f'{profile} 의 예약이 없습니다. hoga.toml 의 [[schedule]] 에 profile = "{profile}" 을 쓰십시오.',
            f'nothing is scheduled for {profile}. Write a [[schedule]] table with profile = "{profile}" '
            "into hoga.toml.",
        )
    with on_duty(home, profile) as is_ours:
        if not is_ours:
            raise BadInput(
                f"{profile} 의 예약은 다른 hoga serve 가 이미 실행하고 있습니다.",
                f"another hoga serve begins already what is scheduled for {profile}.",
            )
        yield duty


def _news(profile: str, settings: "Settings") -> "AbstractContextManager[Callable[[str], object]]":
    from hoga.messages import messages
    from hoga.settings import hoga_home

    return messages(settings.notify, hoga_home(), f"Hoga {profile}", tell)


async def _serve(
    profile: str,
    settings: "Settings",
    home: Path,
    is_live: bool,
    json: bool,
    rehearsal: "Rehearsal | None" = None,
    *,
    duty: "Duty | None" = None,
    send: "Callable[[str], object]" = _unsent,
) -> None:
    from hoga.server.door import open_door
    from hoga.server.logs import logged
    from hoga.server.service import serve_profile

    with logged(home), open_door(settings.bridge, home) as door:

        def show(hoga: "Hoga", url: str) -> None:
            if json:
                print_json(
                    {
                        "ready": True,
                        "url": url,
                        "token": door.secret,
                        "profile": profile,
                        "account": hoga.account_number,
                        "day": str(hoga.day),
                        "source": hoga.prices,
                    }
                )
                return
            print(f"{hoga.day} {profile} ({hoga.prices})", flush=True)
            print(f"브리지 / bridge  {url}   계좌 / account  {hoga.account_number}", flush=True)
            print(f"토큰 / token     {door.secret}", flush=True)

        await serve_profile(
            profile,
            settings,
            home,
            door,
            is_live=is_live,
            tell=tell,
            on_ready=show,
            send=send,
            duty=duty,
            rehearsal=rehearsal,
        )
