"""The design of seed 000, behind benchmarks.bridge: Flask, which makes its JSON anew for every request.

It gives the same fields as the bridge, of a market that stands still, to whoever asks; it has no tokens and
checks nothing. Run as a module it is served by Flask's own server on the port that is given; gunicorn takes
`app`.
"""

import json
import logging
import sys

from flask import Flask, Response, request

from benchmarks.market_server import listing, shown
from benchmarks.measure import keep_to
from hoga.rows import quote_row
from hoga.server.seed import book_rows

app = Flask(__name__)
_QUOTE, _BOOK = shown()
_NAMES = {_QUOTE.code: listing().instrument}


@app.get("/hogainfo")
def hogainfo() -> Response:
    """The book."""
    if request.args["code"][1:] != _BOOK.code:
        raise ValueError(request.args["code"])
    return _answer(book_rows(_BOOK, int(request.args.get("k", 5))))


@app.get("/v1/quotes")
def quotes() -> Response:
    """The price of the moment."""
    if request.args["code"] != _QUOTE.code:
        raise ValueError(request.args["code"])
    return _answer({"quotes": [{**quote_row(_QUOTE, _NAMES), "at": _QUOTE.at.isoformat()}]})


def _answer(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


if __name__ == "__main__":
    keep_to(int(sys.argv[1]))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.run(port=int(sys.argv[2]))
