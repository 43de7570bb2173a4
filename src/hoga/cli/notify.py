"""`hoga notify`: the channels on which a person who is away is told of fills, refusals and halts."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import EXIT_FAILED, said_clearly
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.storage.keys import AddressBook

notify = typer.Typer(no_args_is_help=True, help="알림 / messages to Discord, Telegram, Slack, mail.")

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="[notify] channels 의 이름 / a name of channels.")
]


@notify.command("set")
def set_channel(name: NameArgument, json: JsonOption = False) -> None:
    """주소를 물어 보관 / ask for the address and keep it: a Discord or Slack webhook, or an Apprise URL.

    Without a terminal it is read from standard input, so that it stands on no command line.
    """
    with said_clearly(json):
        from hoga.notify import AppriseChannel
        from hoga.storage.keys import Address

        url = _ask()
        AppriseChannel(name, url)  # refuses what is no address
        book = _book()
        book.put(name, Address(url))
        if json:
            print_json({"channel": name, "where": book.where, "is_file": book.is_file})
        else:
            print(f"보관했습니다 / kept: {name}  ({book.where})")
            print(f'hoga.toml: [notify] channels = ["{name}"]')


@notify.command("list")
def list_channels(json: JsonOption = False) -> None:
    """설정된 알림과 주소가 있는지 / the channels of the settings, and whether they have an address."""
    with said_clearly(json):
        from hoga.settings import read_settings

        book = _book()
        channels = read_settings().notify.channels
        known = book.known(channels)
        if json:
            print_json({"channels": [{"name": name, "has_address": name in known} for name in channels]})
            return
        for name in channels:
            print(f"{name}  {'좋음 / ok' if name in known else '주소 없음 / no address'}")
        if not channels:
            print("없음 / none")


@notify.command("delete")
def delete_channel(name: NameArgument, json: JsonOption = False) -> None:
    """주소를 지움 / forget the address of a channel."""
    with said_clearly(json):
        if not _book().delete(name):
            raise BadInput(
                f"알림 {name} 의 주소가 없습니다.", f"the channel {name} has no address: nothing to delete."
            )
        if json:
            print_json({"deleted": name})
        else:
            print(f"지웠습니다 / deleted: {name}")


@notify.command("test")
def try_all(json: JsonOption = False) -> None:
    """모든 알림에 시험 문장을 보냄 / send a sentence to every channel of the settings, now."""
    with said_clearly(json):
        from hoga.messages import addresses
        from hoga.notify import try_channels
        from hoga.settings import hoga_home, read_settings

        settings = read_settings().notify
        if not settings.channels:
            raise BadInput(
                '알림이 설정되지 않았습니다. hoga.toml 에 [notify] channels = ["discord"] 처럼 쓰십시오.',
                'no channels are set. Write [notify] channels = ["discord"] into hoga.toml.',
            )
        sentence = "호가 알림 시험입니다 / a test message of Hoga"
        taken = try_channels(addresses(settings, hoga_home()), "Hoga", sentence)
    if json:
        print_json({"channels": [{"name": name, "is_taken": is_taken} for name, is_taken in taken.items()]})
    else:
        for name, is_taken in taken.items():
            print(f"{name}  {'보냄 / sent' if is_taken else '실패 / FAILED'}")
    if not all(taken.values()):
        raise typer.Exit(EXIT_FAILED)


def _ask() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("주소 / address", hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _book() -> "AddressBook":
    from hoga.settings import hoga_home
    from hoga.storage.keys import AddressBook, find_keyring

    return AddressBook(hoga_home(), find_keyring())
