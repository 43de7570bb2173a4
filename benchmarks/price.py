"""The CPU time of one price, asked for over TLS and read into a typed object.

Another process answers at once; what counts is the time of this one. python-kis 2.1.6 asks by its own
`domestic_quote` with nothing changed but its address and the calls a second that it allows itself. "the
sample's way" is what KIS's official sample does with every call (`benchmarks.sample`). Hoga asks on the event
loop that its commands run on, which is uvloop where there is one; and, to compare, on Python's own loop, and
by aiohttp, which carries questions where httptools is not installed.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.measure import show, take_turns
from benchmarks.sample import Sample
from benchmarks.slow_kis import CODES
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.clock import ManualClock
from hoga.domain.zone import KST
from hoga.loop import factory

KEYS = Keys("k" * 36, "s" * 180)
ACCOUNT = "5001234501"
_AT = datetime(2026, 11, 20, 10, tzinfo=KST)
_PRICE = 70_100
_AIMS = {"python-kis": 7, "the sample's way": 30}
_PLAIN, _BY_AIOHTTP = "Python's own loop", "by aiohttp"

Prices = list[int]


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("A typed price over TLS", flush=True)
    count, rounds = (5, 1) if is_quick else (100, 5)
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = _make_certificate(Path(folder))
        kis = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.slow_kis", str(certificate), str(key)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert kis.stdout is not None
            url = kis.stdout.readline().split('"')[3]
            # Who trusts whom is read when a library is loaded.
            trust = {"SSL_CERT_FILE": str(certificate), "REQUESTS_CA_BUNDLE": str(certificate)}
            asked = [sys.executable, "-m", "benchmarks.price", url, str(count), str(rounds)]
            subprocess.run(asked, env=os.environ | trust, check=True, timeout=300)
        finally:
            kis.communicate()


def compare(url: str, count: int, rounds: int) -> None:
    """Ask in turns, and print."""
    with ExitStack() as opened:
        opened.enter_context(patch("pykis.kis.REAL_DOMAIN", url))
        peer, sample = _peer(), Sample(url, KEYS)
        ours = _asking(url, count, opened, factory())
        plain = _asking(url, count, opened, None)
        with patch("hoga.brokers.kis.messenger.IS_INSTALLED", False):
            by_aiohttp = _asking(url, count, opened, None)

        contenders: dict[str, Callable[[], Callable[[], Prices]]] = {
            "hoga": lambda: ours,
            _PLAIN: lambda: plain,
            _BY_AIOHTTP: lambda: by_aiohttp,
            "python-kis": lambda: lambda: [peer(code) for code in CODES[:count]],
            "the sample's way": lambda: lambda: [sample.price(code) for code in CODES[:count]],
        }

        def check(name: str, prices: Prices) -> None:
            if prices != [_PRICE] * count:
                raise ValueError(f"{name} reads other prices")

        take_turns(contenders, 1, check)  # what is made at first use is not timed
        timings = take_turns(contenders, rounds, check)
    show("us CPU a price", f"{1e6 / timings.rate('hoga', count):>12.0f}")
    for name, aim in _AIMS.items():
        show(f"/ {name}", f"{timings.ratio('hoga', name):>12.1f} x   (aim {aim})")
    for way in (_PLAIN, _BY_AIOHTTP):
        show(f"{way}: us CPU a price", f"{1e6 / timings.rate(way, count):>12.0f}")
        for name in _AIMS:
            show(f"{way} / {name}", f"{timings.ratio(way, name):>12.1f} x")


def _asking(
    url: str, count: int, opened: ExitStack, loop: Callable[[], asyncio.AbstractEventLoop] | None
) -> Callable[[], Prices]:
    """Ours, on such a loop."""
    runner = opened.enter_context(asyncio.Runner(loop_factory=loop))
    client = _client(url)
    runner.run(client.__aenter__())
    opened.callback(lambda: runner.run(client.__aexit__(None, None, None)))

    async def ask() -> Prices:
        return [(await client.quotes([code]))[code].last_price for code in CODES[:count]]

    return lambda: runner.run(ask())


def _client(url: str) -> KisClient:
    return KisClient(
        KEYS,
        ACCOUNT,
        "bench1",
        Environment.REAL,
        clock=ManualClock(_AT),
        luck=lambda: 0.5,
        rest_url=url,
        has_stream=False,
    )


def _peer() -> Callable[[str], int]:
    import pykis.kis
    from pykis.api.stock.quote import domestic_quote

    peer = pykis.kis.PyKis(
        id="bench1", account=ACCOUNT, appkey=KEYS.appkey, secretkey=KEYS.appsecret, use_websocket=False
    )
    for limiter in peer._rate_limiters.values():
        limiter.rate = 10**9
    return lambda code: int(domestic_quote(peer, code).price)


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """One for this machine, for a day, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.fromtimestamp(os.stat(folder).st_mtime, KST)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "kis.pem", folder / "kis.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


if __name__ == "__main__":
    compare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
