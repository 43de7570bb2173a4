"""How a command ends: one message in Korean and English, and an exit code."""

import contextlib
import errno
import sys
from collections.abc import Iterator

import typer

from hoga.cli.lines import print_json
from hoga.domain.errors import BadInput, HogaError, JournalError

EXIT_BAD_INPUT = 2
EXIT_CANNOT_REMEMBER = 3
EXIT_FAILED = 4
EXIT_INTERRUPTED = 130


@contextlib.contextmanager
def said_clearly(json: bool) -> Iterator[None]:
    """Turns every error of ours, Ctrl-C and what the system refuses into one message and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        korean = "멈췄습니다. 같은 명령을 다시 실행하면 이어 갑니다."
        english = "Paused. The same command continues the day."
        if json:
            print_json({"error": "Interrupted", "korean": korean, "english": english})
        print(f"{korean}\n{english}", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except HogaError as error:
        say_error(error, json)
        raise typer.Exit(_exit_code(error)) from None
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever was reading has seen enough
            raise
        refused = HogaError(
            f"시스템 오류로 멈췄습니다({error}). 고친 뒤 같은 명령을 다시 실행하십시오.",
            f"stopped by an error of the system ({error}). Put it right and give the same command again.",
        )
        say_error(refused, json)
        raise typer.Exit(EXIT_FAILED) from None


def say_error(error: HogaError, json: bool) -> None:
    if json:
        # Standard output may be what failed. The message is then on standard error alone.
        with contextlib.suppress(OSError):
            print_json({"error": type(error).__name__, "korean": error.korean, "english": error.english})
    print(f"오류: {error.korean}\nerror: {error.english}", file=sys.stderr)


def _exit_code(error: HogaError) -> int:
    match error:
        case BadInput():
            return EXIT_BAD_INPUT
        case JournalError():
            return EXIT_CANNOT_REMEMBER
        case _:
            return EXIT_FAILED
