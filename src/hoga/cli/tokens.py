"""`hoga tokens`: who may come in through the bridge."""

from typing import Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import said_clearly
from hoga.storage.bridge_tokens import Scope

tokens = typer.Typer(no_args_is_help=True, help="브리지의 토큰 / tokens of the bridge.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="누구의 토큰인지 / whose it is.")]


@tokens.command("create")
def create_token(
    name: NameArgument,
    scope: Annotated[
        Scope,
        typer.Option("--scope", help="조회, 주문, 재개까지 / what it may do, with those before it."),
    ] = Scope.READ,
    json: JsonOption = False,
) -> None:
    """토큰을 만들고 한 번만 보여 줌 / make a token, which is shown once."""
    with said_clearly(json):
        from hoga.clock import WallClock
        from hoga.settings import hoga_home
        from hoga.storage.bridge_tokens import BridgeTokens

        secret = BridgeTokens(hoga_home()).create(name, scope, WallClock().now())
        if json:
            print_json({"name": name, "scope": scope, "token": secret})
            return
        print(secret)
        print("다시 볼 수 없으니 지금 옮겨 적으십시오. / Copy it now: it cannot be shown again.")


@tokens.command("list")
def list_tokens(json: JsonOption = False) -> None:
    """토큰의 이름과 권한 / names and scopes. Shows no secret."""
    with said_clearly(json):
        from hoga.settings import hoga_home
        from hoga.storage.bridge_tokens import BridgeTokens

        known = BridgeTokens(hoga_home()).all()
        rows = [{"name": each.name, "scope": each.scope, "made_at": each.made_at} for each in known]
        if json:
            print_json({"tokens": rows})
            return
        for each in known:
            print(f"{each.name}  {each.scope}  {each.made_at:%Y-%m-%d %H:%M}")
        if not known:
            print("토큰이 없습니다. / There are no tokens.")


@tokens.command("revoke")
def revoke_token(name: NameArgument, json: JsonOption = False) -> None:
    """토큰을 없앰; 돌고 있는 브리지에도 바로 / revoke a token, at once for a running bridge too."""
    with said_clearly(json):
        from hoga.settings import hoga_home
        from hoga.storage.bridge_tokens import BridgeTokens

        revoked = BridgeTokens(hoga_home()).revoke(name)
        if json:
            print_json({"revoked": revoked.name})
            return
        print(f"{revoked.name}: 없앴습니다 / revoked")
