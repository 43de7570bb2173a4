"""An account at Daishin, by the terminal of this computer, or by one that is made."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from hoga.accounts.connection import Connection, Rehearsal, account_of, journal_path, secrets_of
from hoga.accounts.naming import Naming
from hoga.brokers.cybos.client import LOGIN, NO_WAIT, CybosClient
from hoga.brokers.cybos.com import open_com
from hoga.brokers.cybos.research import CybosResearch
from hoga.brokers.cybos.terminal import Login, Terminal, run_program
from hoga.clock import WallClock
from hoga.domain.errors import BadInput
from hoga.settings import ProfileSettings, Settings
from hoga.storage.english_names import real_names


@contextlib.asynccontextmanager
async def at_daishin(
    name: str,
    profile: ProfileSettings,
    settings: Settings,
    home: Path,
    rehearsal: Rehearsal | None,
    tell: Callable[[str], object],
) -> AsyncIterator[Connection]:
    """Connect to the terminal of this computer; start it first when the profile says with what."""
    watch = WallClock()
    is_real = rehearsal is None
    if rehearsal is None:
        account = account_of(name, profile, home)
        rehearsal = Rehearsal(com=open_com(), clock=watch, account=account, prices="live", session="")
        if profile.starter:
            tell("CYBOS Plus 를 시작합니다 / starting CYBOS Plus")
            await Terminal(profile.starter, _login(name, profile, home), run_program, watch).restart()
    account, clock = rehearsal.account, rehearsal.clock
    async with CybosClient(
        rehearsal.com, account, clock=clock, watch=watch, login_patience=LOGIN if profile.starter else NO_WAIT
    ) as client:
        instruments = await client.instruments()
        if is_real:
            Naming(real_names(home), instruments)  # its code book has none of its own
        yield Connection(
            profile=name,
            broker=client,
            research=CybosResearch(client),
            clock=clock,
            instruments=instruments,
            account=client.account_number.replace("-", ""),
            journal=profile.journal or journal_path(home, "daishin", account, rehearsal.session),
            prices=rehearsal.prices,
            rest_url="",
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=is_real,
            session=rehearsal.session,
            terminal=client,
            named=profile.holder,
        )


def _login(name: str, profile: ProfileSettings, home: Path) -> Login:
    secrets = secrets_of(name, home)
    if secrets is None or not secrets.password:
        raise BadInput(
            f"{name} 의 아이디와 비밀번호가 없습니다. hoga keys set --profile {name} 으로 넣거나, "
            "직접 로그인하고 starter 를 지우십시오.",
            f"there is no login for {name}. Put it in with hoga keys set --profile {name}, or log in by hand "
            "and take starter away.",
        )
    return Login(
        user=profile.hts_id or secrets.hts_id,
        password=secrets.password,
        certificate_password=secrets.certificate_password,
    )
