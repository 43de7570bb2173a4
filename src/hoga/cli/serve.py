"""`hoga serve --profile NAME`: the bridge and the desk of an account, day after day."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.profile import tell

if TYPE_CHECKING:
    from hoga.application import Hoga
    from hoga.day import DayPlan
    from hoga.profiles import Rehearsal
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


FakeOption = Annotated[
    bool,
    typer.Option("--fake", help="대신증권 단말을 모의로 / a terminal of Daishin's that is made, with a day."),
]


def serve_account(
    profile: str,
    is_live: bool,
    port: int | None,
    json: bool,
    *,
    plan: "Callable[[Settings], DayPlan] | None" = None,
    pace: Decimal = Decimal(1),
) -> None:
    """Serve until Ctrl-C. With a `plan` a terminal of Daishin's is made, in front of that day."""
    from hoga.server.loop import run
    from hoga.settings import hoga_home, read_settings

    settings = read_settings()
    if port is not None:
        settings = replace(settings, bridge=replace(settings.bridge, port=port))
    if plan is None:
        run(_serve(profile, settings, hoga_home(), is_live, json))
    else:
        run(_rehearse(profile, settings, hoga_home(), json, plan(settings), pace))


async def _rehearse(
    profile: str, settings: "Settings", home: Path, json: bool, plan: "DayPlan", pace: Decimal
) -> None:
    from hoga.rehearsal import made_terminal

    async with made_terminal(plan, pace) as rehearsal:
        await _serve(profile, settings, home, False, json, rehearsal)


async def _serve(
    profile: str,
    settings: "Settings",
    home: Path,
    is_live: bool,
    json: bool,
    rehearsal: "Rehearsal | None" = None,
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
            profile, settings, home, door, is_live=is_live, tell=tell, on_ready=show, rehearsal=rehearsal
        )
