"""The market's surveillance (시장감시): halts of issues, their resumptions, and the circuit breakers.

A halt that ends in the last twenty minutes lets the closing call begin at once (ER§35(1)3): what may be
entered, and what becomes of conditional and midpoint orders, is the closing call's from then on. NXT follows
KRX: it trades again when KRX does, since 2026-09-14 after a call of half a minute (that it begins as KRX's
call has ended, and that NXT waited for KRX before 2025-09, is unverified).
"""

from datetime import datetime

from hoga.domain.instrument import Market
from hoga.domain.quote import Interruption
from hoga.exchange.board import Board, Call, State
from hoga.exchange.breaker import Breaker
from hoga.exchange.commands import HaltIssue, InterruptIssue, ReportIndex, ResumeIssue
from hoga.exchange.events import (
    BoardKind,
    Event,
    IssueHalted,
    MarketHalted,
    Refusal,
    Resumed,
    ResumptionBegun,
)
from hoga.exchange.floor import Floor, bound
from hoga.exchange.issue import Issue
from hoga.krx import circuit_breaker, sessions
from hoga.krx.sessions import Phase


class Surveillance:
    """Whoever may stop trading on a floor."""

    __slots__ = ("_breakers", "_floor")

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._breakers: dict[Market, Breaker] = {}
        floor.on_moved = self._resume_nxt

    def survey(
        self, command: HaltIssue | ResumeIssue | InterruptIssue, events: list[Event]
    ) -> Refusal | None:
        """Halt, resume or interrupt an issue, or say why not."""
        try:
            issue = self._floor.issues[command.code]
        except KeyError:
            return Refusal.UNKNOWN_INSTRUMENT
        match command:
            case HaltIssue():
                if issue.is_halted:
                    return Refusal.NO_CHANGE
                issue.is_halted = True
                events.append(IssueHalted(self._floor.now, issue.code))
                self._halt(issue)
            case ResumeIssue():
                if not issue.is_halted:
                    return Refusal.NO_CHANGE
                issue.is_halted = False
                if issue.instrument.market not in self._floor.halted_markets:
                    self._resume(issue, events)
            case InterruptIssue():
                board = issue.main
                if board.phase is not Phase.CONTINUOUS or board.state is not State.CONTINUOUS:
                    return Refusal.WRONG_PHASE
                last = board.book.last_price
                self._floor.interrupt(board, Interruption.STATIC, last, last, events)
        return None

    def _halt(self, issue: Issue) -> None:
        issue.nxt_waits = False
        for board in issue.boards.values():
            board.is_halted = True
            board.call = board.interruption = None
            board.token += 1
            board.refresh()

    def _resume(self, issue: Issue, events: list[Event]) -> None:
        """Let a halted issue find a price to go on with."""
        issue.resumed_at = self._floor.now
        for board in issue.boards.values():
            if board.kind is BoardKind.NXT and self._finds_price(issue.main):
                issue.nxt_waits = True
            else:
                self._resume_board(board, events)
        if issue.main.call is None:
            events.append(Resumed(self._floor.now, issue.code))

    def _resume_board(self, board: Board, events: list[Event]) -> None:
        board.is_halted = False
        board.refresh()
        until = self._resumption_end(board)
        if until is None or until <= self._floor.now:
            return
        if board is board.issue.main:
            events.append(ResumptionBegun(self._floor.now, board.issue.code, until))
        if board.phase is Phase.CONTINUOUS and until == sessions.regular_session(self._floor.day)[2].end:
            self._floor.go_into(board, Phase.CLOSE_CALL, events)
            return
        board.call = Call.RESUMPTION
        board.token += 1
        board.refresh()
        self._floor.end_later(board, until, "resumption")

    def _finds_price(self, board: Board) -> bool:
        """Whether KRX is in the call after a halt, or in its closing call."""
        return board.call is not None or board.phase is Phase.CLOSE_CALL

    def _resume_nxt(self, board: Board, events: list[Event]) -> None:
        """A board has gone into a phase: NXT may have waited for KRX to find a price."""
        issue = board.issue
        if board is issue.main and issue.nxt_waits and not self._finds_price(board):
            issue.nxt_waits = False
            self._resume_board(issue.boards[BoardKind.NXT], events)

    def _resumption_end(self, board: Board) -> datetime | None:
        """The nominal end of the call after a halt; None when the board needs none of its own."""
        if board.state is not State.CONTINUOUS and board.phase is not Phase.OPEN_CALL:
            return None
        if board.price is not None:
            return None
        venue = board.venue.value
        if board.kind is BoardKind.NXT and board.phase not in sessions.phases_at(self._floor.now, venue):
            return None  # its phase is just ending
        end = sessions.resumption_end(self._floor.now, venue)
        if board.phase is Phase.OPEN_CALL:
            opens = sessions.regular_session(self._floor.day)[1].start
            # The opening call may be running late, by an interruption or its random end.
            return end if end > opens and self._floor.now < opens else None
        return end

    def watch_index(self, command: ReportIndex) -> None:
        """Take in where an index stands."""
        breaker = self._breakers.setdefault(command.market, Breaker())
        due = breaker.report(command.level, command.previous_close, self._floor.now)
        if due is not None:
            self._floor.schedule(due, bound(self._judge_index, command.market))

    def _judge_index(self, market: Market, events: list[Event]) -> None:
        stage = self._breakers[market].judge(self._floor.now)
        if stage is None:
            return
        until = None if circuit_breaker.closes_market(stage) else self._floor.now + circuit_breaker.HALT
        events.append(MarketHalted(self._floor.now, market, stage, until))
        for issue in self._floor.of_market(market):
            if until is None:
                for board in issue.boards.values():
                    self._floor.go_into(board, Phase.CLOSED, events)
                issue.is_over = True
            else:
                self._halt(issue)
        if until is None:
            self._floor.closed_markets.add(market)
        else:
            self._floor.halted_markets.add(market)
            self._floor.schedule(until, bound(self._resume_market, market))

    def _resume_market(self, market: Market, events: list[Event]) -> None:
        if market in self._floor.closed_markets:
            return
        self._floor.halted_markets.discard(market)
        self._floor.restart_slots(market)
        for issue in self._floor.of_market(market):
            if not issue.is_halted:
                self._resume(issue, events)
