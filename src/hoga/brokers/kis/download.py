"""Fetch KIS's master files: what is listed on a market today, and how indices are called.

No keys are sent: the files are for everybody and lie on another host than the API. Source: KIS's samples as
of 2026-08. Redirects are not followed, and the certificate is checked.
"""

import aiohttp

from hoga.brokers.kis.master import PATH
from hoga.brokers.kis.rest import Patience
from hoga.domain.errors import Unreachable

HOST_URL = "https://new.real.download.dws.co.kr"
"""KIS's own host of master files."""


async def download_archive(host_url: str, file: str, patience: Patience | None = None) -> bytes:
    """A master file, zipped as it lies at `host_url` (a scheme and a host). Raises `Unreachable`."""
    patience = patience or Patience()
    url = f"{host_url.rstrip('/')}{PATH}{file}.zip"
    timeout = aiohttp.ClientTimeout(total=patience.answer, connect=patience.connect)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise _not_there(url, f"HTTP {response.status}")
            return await response.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _not_there(url, str(error) or type(error).__name__) from error


def _not_there(url: str, why: str) -> Unreachable:
    return Unreachable(
        f"종목 마스터 파일 {url} 을(를) 받지 못했습니다: {why}. 주소와 연결을 확인하세요.",
        f"The master file {url} could not be fetched: {why}. Check the address and the connection.",
    )
