"""Which strategy is meant: `swing` with its candidates, or one of somebody's own in a file."""

from collections.abc import Mapping
from pathlib import Path

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.krx.fees import KIS_FUND
from hoga.ports import Strategy
from hoga.script import Script
from hoga.settings import Settings
from hoga.storage.candidates import read_candidates
from hoga.strategies.swing import Swing
from hoga.trading.runner import not_listed

SWING = "swing"


def chosen_strategy(
    script: Script | None,
    candidates: Path | None,
    settings: Settings,
    instruments: Mapping[str, Instrument],
) -> Strategy:
    """The strategy of `script`, else swing, at its beginning. Raises `BadInput`."""
    if script is not None:
        strategy = script.make()
        if unlisted := sorted(strategy.codes - instruments.keys()):
            raise not_listed(unlisted)
        return strategy
    if candidates is None:
        raise BadInput(
            "swing 은 후보 종목이 필요합니다. --candidates FILE 을 주십시오.",
            "swing needs candidates. Give --candidates FILE.",
        )
    return Swing(
        read_candidates(candidates, frozenset(instruments)), settings.swing, KIS_FUND, instruments.values()
    )
