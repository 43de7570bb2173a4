"""Real answers of KIS, when they lie beside the repository or in the folder that HOGA_RECORDED names."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoga.brokers.kis.services import SERVICES

_SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kis_recorded"
_PATHS = {service.path for service in SERVICES.values()}
_IDS = {tr_id for service in SERVICES.values() for tr_id in (*service.real, *service.paper)}


def _documents() -> Iterator[tuple[str, Any]]:
    named = os.environ.get("HOGA_RECORDED")
    for folder in (_SHARED, Path(named) if named else None):
        if folder is not None and folder.is_dir():
            for file in sorted(folder.rglob("*.json")):
                document = json.loads(file.read_text("utf-8"))
                if isinstance(document, dict):
                    yield str(file.relative_to(folder)), _tidied(document)


def _tidied(document: Any) -> Any:
    """The same with one path and one id: a file about several calls names all of them in one line."""
    provenance = document.get("_provenance")
    if isinstance(provenance, dict) and isinstance(provenance.get("path"), str):
        told = f"{provenance['path']} {provenance.get('tr_id') or ''}"
        provenance["path"] = provenance["path"].split(" ")[0]
        provenance["tr_id"] = next((word for word in told.split() if word in _IDS), "")
    return document


def _is_answer(document: Any) -> bool:
    """Whether it is a whole answer to a call that Hoga speaks."""
    provenance = document.get("_provenance") or {}
    return (
        isinstance(document.get("response"), dict)
        and provenance.get("path") in _PATHS
        and provenance.get("kind") in ("recorded", "official_example")
    )


def _is_stream(document: Any) -> bool:
    return any(key in document for key in ("frames", "raw")) or any(
        "header" in message for message in document.get("messages", [])
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `recorded_answer` or `recorded_stream` each of those there are."""
    for name, wanted in (("recorded_answer", _is_answer), ("recorded_stream", _is_stream)):
        if name in metafunc.fixturenames:
            found = [pytest.param(document, id=file) for file, document in _documents() if wanted(document)]
            missing = pytest.mark.skip(reason="no recorded answers: ../shared/data is missing")
            metafunc.parametrize(name, found or [pytest.param(None, marks=missing, id="none")])


@pytest.fixture
def recorded() -> Callable[[str], Any]:
    """One recorded file by its name in ../shared/data/kis_recorded."""

    def load(name: str) -> Any:
        file = _SHARED / name
        if not file.is_file():
            pytest.skip(f"no recorded answers: {file} is missing")
        return json.loads(file.read_text("utf-8"))

    return load
