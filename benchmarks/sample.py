"""A price by the way of KIS's official sample (`kis_auth.py` of open-trading-api), written anew.

What it does with every call is done here, too: copied headers, a new connection by `requests`, a named tuple
made of the answer's headers and one of its blocks, the answer read twice, a pandas DataFrame in the end. It
leaves `PAUSE` between two calls. 0.05 s stands there for real accounts and 0.5 s for paper, in a function
that sets a variable of its own (no `global`), so the 0.1 s of the module hold for both.
"""

import copy
from collections import namedtuple
from time import sleep
from typing import Any

from hoga.brokers.kis.envelope import Keys

PAUSE = 0.1


class Sample:
    """Asks for one price after the other."""

    def __init__(self, url: str, keys: Keys) -> None:
        self._url = url
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "text/plain",
            "charset": "UTF-8",
            "User-Agent": "benchmark",
            "authorization": "Bearer token",
            "appkey": keys.appkey,
            "appsecret": keys.appsecret,
        }

    def price(self, code: str) -> int:
        """The last price."""
        import pandas
        import requests

        signed = copy.deepcopy(self._headers) | {"tr_id": "FHKST01010100", "custtype": "P", "tr_cont": ""}
        reply = requests.get(
            f"{self._url}/uapi/domestic-stock/v1/quotations/inquire-price",
            headers=signed,
            params={"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code},
            timeout=10,
        )
        named = {
            name: reply.headers[name] for name in reply.headers if name.islower() and name.isidentifier()
        }
        _tuple("header", named)
        body = _tuple("body", reply.json(), reply.json())
        if body.rt_cd != "0":
            raise ValueError(body.msg1)
        return int(pandas.DataFrame(body.output, index=[0])["stck_prpr"][0])

    def pause(self) -> None:
        """What it leaves between two calls."""
        sleep(PAUSE)


def _tuple(name: str, keys: dict[str, Any], values: dict[str, Any] | None = None) -> Any:
    """A type for this one answer, as there."""
    return namedtuple(name, keys)(**(keys if values is None else values))
