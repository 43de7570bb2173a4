"""`hoga serve --profile NAME`: the bridge and the desk of an account, day after day."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.profile import tell

if TYPE_CHECKING:
    from hoga.application import Hoga
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


def serve_account(profile: str, is_live: bool, port: int | None, json: bool) -> None:
    """Serve until Ctrl-C."""
    from hoga.settings import hoga_home, read_settings

    settings = read_settings()
    if port is not None:
        settings = replace(settings, bridge=replace(settings.bridge, port=port))
    asyncio.run(_serve(profile, settings, hoga_home(), is_live, json))


async def _serve(profile: str, settings: "Settings", home: Path, is_live: bool, json: bool) -> None:
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

        await serve_profile(profile, settings, home, door, is_live=is_live, tell=tell, on_ready=show)
