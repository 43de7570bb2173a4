"""Builds the wheels of Hoga: one for 32-bit Windows, and one for everything else.

32-bit Windows is where CYBOS Plus runs. Some packages have no wheels for it, so its wheel does without them;
pip takes it there by its tag. Built on such a computer, or anywhere with HOGA_WHEEL=win32.
"""

import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


def _is_for_32_bit_windows() -> bool:
    is_here = sys.platform == "win32" and sys.maxsize < 2**32
    return is_here or os.environ.get("HOGA_WHEEL") == "win32"


class Needs(MetadataHookInterface):
    """What Hoga needs, by pyproject.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        more = [] if _is_for_32_bit_windows() else self.config["not-on-32-bit-windows"]
        metadata["dependencies"] = sorted([*self.config["everywhere"], *more])


class Tag(BuildHookInterface[Any]):
    """The tag of the wheel for 32-bit Windows."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if _is_for_32_bit_windows():
            build_data["pure_python"] = False
            build_data["tag"] = "py3-none-win32"
