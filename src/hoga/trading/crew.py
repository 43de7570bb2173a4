"""The strategies that work at one desk beside each other, while the desk is watched by whoever opened it."""

from hoga.domain.errors import BadInput
from hoga.ports import Clock, Strategy
from hoga.trading import shift
from hoga.trading.desk import Desk
from hoga.trading.runner import Runner
from hoga.trading.shared_market import SharedMarket
from hoga.trading.shift import ShiftReport


class Crew:
    """Everybody who works, or has worked, at one desk today.

    `cancels_on_error` says whether the open orders of a strategy that raised are cancelled.
    """

    def __init__(
        self, desk: Desk, market: SharedMarket, clock: Clock, *, cancels_on_error: bool = True
    ) -> None:
        self._desk = desk
        self._market = market
        self._clock = clock
        self._cancels_on_error = cancels_on_error
        self._working: set[str] = set()
        self.runners: list[Runner] = []
        """In the order in which they began; one that began again stands there once."""

    async def work(self, strategy: Strategy) -> ShiftReport:
        """Run `strategy` to the end of its shift.

        Raises:
            BadInput: one of that name is at work: their orders could not be told apart.
            JournalError: the desk has halted.
        """
        if strategy.name in self._working:
            raise BadInput(
                f"전략 {strategy.name} 이(가) 이 계좌에서 이미 돌고 있습니다. 끝난 뒤에 다시 시작하십시오.",
                f"the strategy {strategy.name} is at work at this account. Begin it when it has ended.",
            )
        part = self._market.part(is_first=True)
        runner = Runner(
            self._desk,
            part,
            strategy,
            self._clock,
            cancels_on_error=self._cancels_on_error,
        )
        self.runners = [*(each for each in self.runners if each.name != runner.name), runner]
        self._working.add(runner.name)
        try:
            await shift.attend(self._desk, runner, part, self._clock)
        finally:
            self._working.discard(runner.name)
            self._market.dismiss(part)
        return shift.report(self._desk, runner)

    def is_working(self, runner: Runner) -> bool:
        """Whether its shift goes on."""
        return runner.name in self._working and runner in self.runners
