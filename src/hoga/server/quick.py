"""The questions that are asked most, answered ahead of the routes from what the shelf keeps.

`Guard` asks here when it has let a caller in. What is answered is what the route would answer, made by the
same functions and kept encoded until the stream tells something new. Whatever is not plain is left to the
routes: another argument, a caller who may not, an issue that is not kept fresh. So this file refuses nobody
and reports no error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from fastapi import Response
from starlette.types import Scope as Connection

from hoga.application import Hoga
from hoga.domain.errors import BadInput
from hoga.krx.codes import parse_code
from hoga.server import seed
from hoga.server.access import Caller
from hoga.server.guard import Prompt
from hoga.server.shelf import Kept, Shelf
from hoga.server.v1 import Answer, book_body, quotes_body

BOOK, QUOTES, SEED_BOOK = "/v1/books/{code}", "/v1/quotes", "/hogainfo"
"""The routes whose answers are kept, by their patterns."""

DEEPEST_BOOK = 10
USUAL_DEPTH = 5
"""Levels a side of /hogainfo."""

LONGEST = 200
"""Characters of an address and its arguments. Those of these questions are shorter."""

_OUR_HEADERS = b"x-hoga-"
"""What a caller may ask beside, such as which account it means: the routes look at it."""

_DEPTHS = frozenset(str(depth) for depth in range(1, DEEPEST_BOOK + 1))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a route, an issue, and how many levels a side."""

    route: str
    code: str
    depth: int = 0


class Quick:
    """Answers for callers of whom `may_read` says that they may, by the route that they ask."""

    def __init__(
        self, hoga: Hoga, shelf: Shelf, answer: Answer, may_read: Callable[[Caller, str], bool]
    ) -> None:
        self._names = hoga.instruments
        self._shelf = shelf
        self._answer = answer
        self._may_read = may_read

    def find(self, connection: Connection, caller: Caller) -> Prompt | None:
        """The answer to a GET; None when the route must give it."""
        path, query = connection["path"], connection["query_string"]
        question = understood(path, query) if len(path) + len(query) <= LONGEST else None
        if question is None or question.code not in self._names or not self._may_read(caller, question.route):
            return None
        for name, _ in connection["headers"]:
            if name.startswith(_OUR_HEADERS):
                return None
        find = self._shelf.find_quote if question.route == QUOTES else self._shelf.find_book
        kept = find(question.code)
        if kept is None:
            return None
        name = f"{question.route} {question.depth}"
        found = kept.answers.get(name)
        if found is None:
            found = kept.answers[name] = _prompt(question.route, self._answer(self._body(question, kept)))
        return found

    def _body(self, question: Question, kept: Kept) -> object:
        if question.route == QUOTES:
            assert kept.quote is not None
            return quotes_body([kept.quote], self._names)
        assert kept.book is not None
        if question.route == BOOK:
            return book_body(kept.book)
        return seed.book_rows(kept.book, question.depth)


@lru_cache(maxsize=1024)
def understood(path: str, query: bytes) -> Question | None:
    """The question, None when it is none of these or is not written plainly."""
    try:
        given = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=bool(query))
        fields = dict(given)
        if len(fields) != len(given):
            return None
        match path, sorted(fields):
            case "/hogainfo", ["code"]:
                return Question(SEED_BOOK, parse_code(fields["code"]), USUAL_DEPTH)
            case "/hogainfo", ["code", "k"]:
                depth = fields["k"]
                if depth not in _DEPTHS:
                    return None
                return Question(SEED_BOOK, parse_code(fields["code"]), int(depth))
            case "/v1/quotes", ["code"]:
                return Question(QUOTES, parse_code(fields["code"]))
            case _, []:
                front, _, code = path.rpartition("/")
                return Question(BOOK, parse_code(code)) if front == "/v1/books" else None
            case _:
                return None
    except (ValueError, BadInput):
        return None


def _prompt(route: str, response: Response) -> Prompt:
    headers, body = response.raw_headers, bytes(response.body)
    return Prompt(
        route,
        {"type": "http.response.start", "status": response.status_code, "headers": headers},
        {"type": "http.response.body", "body": body},
        b"".join([*(b"%b: %b\r\n" % each for each in headers), b"\r\n", body]),
    )
