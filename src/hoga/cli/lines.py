"""Lines of output that every terminal and every program can take."""

import io
import sys

from hoga.typed_json import encode


def print_json(body: object) -> None:
    """One line of JSON on standard output, in UTF-8 whatever the terminal speaks."""
    sys.stdout.flush()
    sys.stdout.buffer.write(encode(body, has_decimal_numbers=True) + b"\n")
    sys.stdout.buffer.flush()


def never_fail_on_a_letter() -> None:
    """Let a terminal that cannot show Korean show question marks instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
