import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from hoga.app import Report, SimulatedDay, run_at_full_speed, run_at_pace
from hoga.clock import WallClock
from hoga.day import ACCOUNT, SWING, DayPlan, plan_day
from hoga.domain.errors import BadInput, JournalError
from hoga.domain.events import OrderSubmitted
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.krx.calendar import is_trading_day, next_trading_day
from hoga.settings import BridgeSettings, Settings, SimulationSettings
from hoga.storage.exchange_log import ExchangeLog
from hoga.storage.journal import SqlJournal
from hoga.storage.runs import open_run
from hoga.strategies.swing import SwingSettings
from hoga.trading.desk import KINDS

DAY = date(2026, 11, 20)
EXAM_DAY = date(2026, 11, 19)
RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "minute" / "kis_1min_2025-11.parquet"


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), KST)


def a_plan(seed: int = 7, end: str = "09:02", start: str = "08:59", day: date = DAY) -> DayPlan:
    """A few minutes around the open, in which the strategy buys."""
    return plan_day(
        Settings(), day=day, seed=seed, start=time.fromisoformat(start), end=time.fromisoformat(end)
    )


def run(
    plan: DayPlan,
    home: Path,
    on_time: Callable[[datetime], None] = lambda at: None,
    on_note: Callable[[str], None] = lambda note: None,
    *,
    fresh: bool = False,
) -> Report:
    """The day at full speed; a day that hangs fails."""

    async def watched() -> Report:
        async with asyncio.timeout(30):
            return await run_at_full_speed(plan, home, on_time, on_note, fresh=fresh)

    return asyncio.run(watched())


@contextlib.asynccontextmanager
async def nobody(hoga: SimulatedDay) -> AsyncIterator[None]:
    """Looks at the day without a word."""
    yield


def pace(
    plan: DayPlan,
    home: Path,
    face: Callable[[SimulatedDay], contextlib.AbstractAsyncContextManager[None]] = nobody,
) -> Report:
    async def watched() -> Report:
        async with asyncio.timeout(30):
            # Fast, and yet slow enough that a busy machine hears of the first trades in time.
            return await run_at_pace(plan, home, Decimal(150), face)

    return asyncio.run(watched())


def assert_nothing_lost(report: Report) -> None:
    assert report.open_orders == 0
    assert report.unconfirmed == 0
    assert report.won_conserved
    assert report.books_agree


def journal_of(folder: Path) -> list[object]:
    with contextlib.closing(SqlJournal(folder / "desk.sqlite", KINDS)) as journal:
        return list(journal.read())


def folders(home: Path) -> list[Path]:
    return sorted(path for path in (home / "runs").iterdir() if path.is_dir())


def write_bars(path: Path, day: date = date(2025, 11, 14), price: int = 100_000) -> Path:
    """Ten minutes of one issue, up and down by a tick."""
    rows = ["code,date,time,open,high,low,close,volume,cum_amount"]
    amount = 0
    for minute in range(10):
        amount += 1_000 * price
        rows.append(
            f"005930,{day:%Y%m%d},{900 + minute},{price},{price + 100},{price},{price + 100},1000,{amount}"
        )
    path.write_text("\n".join(rows) + "\n")
    return path


# The plan -------------------------------------------------------------------------------------------------


def test_by_default_it_is_the_latest_trading_day_on_made_prices() -> None:
    before = WallClock().now().date()
    plan = plan_day(Settings())
    today = WallClock().now().date()
    assert is_trading_day(plan.day)
    assert plan.day <= today
    assert next_trading_day(plan.day) > before
    assert (plan.source, plan.seed, plan.cash) == ("made", 0, 100_000_000)
    assert plan.wanted is SWING
    assert plan.candidates
    assert any("not real" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (DAY, "08:55", "15:31"),
        (EXAM_DAY, "09:55", "16:31"),
        (date(2026, 1, 2), "09:55", "15:31"),
    ],
    ids=["usual day", "exam day", "first day of the year"],
)
def test_a_day_lasts_from_before_the_open_until_after_the_close(day: date, start: str, end: str) -> None:
    plan = plan_day(Settings(), day=day)
    assert (plan.start, plan.end) == (at(start, day), at(end, day))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 12, 25),
        date(2026, 11, 21),
        date(2026, 11, 22),
        date(2025, 12, 31),
    ],
    ids=["holiday", "Saturday", "Sunday", "closing of the year"],
)
def test_a_day_without_trading_is_refused(day: date) -> None:
    with pytest.raises(BadInput, match=rf"{day}.*{day} is not a trading day"):
        plan_day(Settings(), day=day)


@pytest.mark.parametrize("day", [date(2009, 1, 5), date(2101, 1, 3)])
def test_a_year_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(BadInput, match=str(day.year)):
        plan_day(Settings(), day=day)


@pytest.mark.parametrize("name", ["bars.parquet", "bars.csv", "bars.csv.gz"])
def test_a_file_of_bars_that_does_not_exist_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=re.escape(name)):
        plan_day(Settings(), bars=tmp_path / name)


@pytest.mark.parametrize("name", ["bars.parquet", "bars.csv", "bars.csv.gz", "bars.xlsx"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe not bars \x80"], ids=["empty", "noise"])
def test_a_file_of_bars_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=re.escape(name)):
        plan_day(Settings(), bars=tmp_path / name)


def test_a_folder_in_place_of_bars_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").mkdir()
    with pytest.raises(BadInput, match=re.escape("bars.csv")):
        plan_day(Settings(), bars=tmp_path / "bars.csv")


def test_recorded_bars_are_traded_on_their_last_day(tmp_path: Path) -> None:
    plan = plan_day(Settings(), bars=write_bars(tmp_path / "bars.csv"))
    assert (plan.day, plan.source) == (date(2025, 11, 14), "recorded")
    assert plan.notes


def test_a_day_that_the_bars_do_not_have_is_refused_and_those_they_have_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"2025-11-13.*2025-11-14"):
        plan_day(Settings(), bars=write_bars(tmp_path / "bars.csv"), day=date(2025, 11, 13))


def test_candidates_of_a_file_take_the_place_of_chosen_ones(tmp_path: Path) -> None:
    file = tmp_path / "picks.csv"
    file.write_text("code,reference\n005930,61000\nA000660,250000\n")
    plan = plan_day(Settings(), day=DAY, candidates=file)
    assert [(pick.code, pick.reference) for pick in plan.candidates] == [
        ("005930", 61_000),
        ("000660", 250_000),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code,reference\n999999,1000\n", "999999"),
        ("code,reference\n005930,cheap\n", "cheap"),
        ("005930;61000\n", "picks.csv"),
        ("", "picks.csv"),
    ],
    ids=["unknown code", "no price", "no heading", "empty"],
)
def test_wrong_candidates_are_refused_by_file_and_place(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "picks.csv"
    file.write_text(content)
    with pytest.raises(BadInput, match=rf"(?s)picks\.csv.*{said}|{said}"):
        plan_day(Settings(), day=DAY, candidates=file)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("10:00", "09:00"),
        ("10:00", "10:00"),
        ("08:29", None),
        (None, "16:01"),
        (None, "08:00"),
        ("16:00", None),
        ("00:00", "23:59"),
    ],
)
def test_times_outside_the_session_or_out_of_order_are_refused(start: str | None, end: str | None) -> None:
    with pytest.raises(BadInput, match="09:00 to 15:30"):
        plan_day(
            Settings(),
            day=DAY,
            start=None if start is None else time.fromisoformat(start),
            end=None if end is None else time.fromisoformat(end),
        )


@pytest.mark.parametrize(
    ("seed", "cash"), [(-1, None), (None, 0), (None, -5), (None, 10**12 + 1), (None, 10**30)]
)
def test_a_seed_or_cash_that_the_settings_would_not_allow_is_refused(
    seed: int | None, cash: int | None
) -> None:
    with pytest.raises(BadInput, match=rf"(seed|cash) = {cash if seed is None else seed}"):
        plan_day(Settings(), day=DAY, seed=seed, cash=cash)


def test_the_same_inputs_give_the_same_name_however_they_are_given() -> None:
    name = plan_day(Settings(), day=DAY, seed=5, cash=1_000_000).name
    assert plan_day(Settings(), day=DAY, seed=5, cash=1_000_000).name == name
    by_file = SimulationSettings(seed=5, cash=1_000_000, pace=None)
    assert plan_day(Settings(simulation=by_file, bridge=BridgeSettings(port=0)), day=DAY).name == name
    assert plan_day(Settings(), day=DAY, seed=5, cash=1_000_000, start=time(8, 55)).name == name


def test_different_inputs_give_different_names(tmp_path: Path) -> None:
    picks = tmp_path / "picks.csv"
    picks.write_text("code,reference\n005930,61000\n")
    cheaper = tmp_path / "cheaper.csv"
    cheaper.write_text("code,reference\n005930,60000\n")
    bars = write_bars(tmp_path / "bars.csv")
    other_bars = write_bars(tmp_path / "other.csv", price=100_500)
    careful = Settings(swing=SwingSettings(stop_loss=Decimal("0.02")))
    plans = [
        plan_day(Settings(), day=DAY),
        plan_day(Settings(), day=EXAM_DAY),
        plan_day(Settings(), day=DAY, seed=1),
        plan_day(Settings(), day=DAY, cash=1_000_000),
        plan_day(Settings(), day=DAY, start=time(9)),
        plan_day(Settings(), day=DAY, end=time(15)),
        plan_day(Settings(), day=DAY, wanted=None),
        plan_day(Settings(), day=DAY, candidates=picks),
        plan_day(Settings(), day=DAY, candidates=cheaper),
        plan_day(careful, day=DAY),
        plan_day(Settings(), bars=bars),
        plan_day(Settings(), bars=other_bars),
    ]
    assert len({plan.name for plan in plans}) == len(plans)


# A day at full speed --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    home = tmp_path_factory.mktemp("whole day")
    return run(plan_day(Settings(), day=DAY, seed=7), home), home


def test_a_whole_day_trades_and_ends_with_nothing_open(whole_day: tuple[Report, Path]) -> None:
    report, _ = whole_day
    assert (report.day, report.source, report.seed) == ("2026-11-20", "made", 7)
    assert report.orders > 0
    assert report.fills > 0
    assert_nothing_lost(report)
    assert report.recovered == ()


def test_the_numbers_of_the_report_add_up(whole_day: tuple[Report, Path]) -> None:
    report, _ = whole_day
    assert report.profit == report.value_end - report.value_start
    market_value = sum(each.quantity * each.last_price for each in report.positions)
    assert report.value_end == report.cash_end + market_value
    assert all(
        each.unrealized_pnl == each.quantity * each.last_price - each.cost for each in report.positions
    )
    assert report.fees > 0


def test_what_has_been_held_for_five_trading_days_is_gone_by_the_evening(
    whole_day: tuple[Report, Path],
) -> None:
    report, home = whole_day
    kinds = {entry.__class__.__name__: entry for entry in journal_of(folders(home)[0])}
    opening, closing = kinds["DayOpened"], kinds["DayClosed"]
    held = {position.code for position in opening.account.positions}  # type: ignore[attr-defined]
    left = {position.code for position in closing.account.positions}  # type: ignore[attr-defined]
    assert held
    assert held - left
    assert left == {each.code for each in report.positions}


def test_the_report_is_kept_beside_the_journal_whose_fingerprint_it_tells(
    whole_day: tuple[Report, Path],
) -> None:
    report, home = whole_day
    (folder,) = folders(home)
    assert msgspec.json.decode((folder / "report.json").read_bytes(), type=Report) == report
    with contextlib.closing(SqlJournal(folder / "desk.sqlite", KINDS)) as journal:
        assert journal.sha256() == report.journal_sha256
    assert len(report.journal_sha256) == len(hashlib.sha256().hexdigest())


def test_the_same_seed_gives_the_same_journal_in_two_homes_and_another_seed_another(tmp_path: Path) -> None:
    first = run(a_plan(), tmp_path / "a")
    assert first.orders > 0
    assert run(a_plan(), tmp_path / "b") == first
    assert run(a_plan(seed=8), tmp_path / "c").journal_sha256 != first.journal_sha256


def test_a_finished_day_is_kept_and_the_next_run_begins_anew(tmp_path: Path) -> None:
    first = run(a_plan(), tmp_path)
    second = run(a_plan(), tmp_path)
    assert second == first
    assert len(folders(tmp_path)) == 2


def test_an_exam_day_opens_at_ten(tmp_path: Path) -> None:
    report = run(a_plan(day=EXAM_DAY, start="09:59", end="10:02"), tmp_path)
    assert report.orders > 0
    assert_nothing_lost(report)
    bought = [entry for entry in journal_of(folders(tmp_path)[0]) if isinstance(entry, OrderSubmitted)]
    assert all(entry.at >= at("10:00", EXAM_DAY) for entry in bought)


def test_a_part_of_a_day_ends_with_what_it_holds_and_nothing_open(tmp_path: Path) -> None:
    report = run(a_plan(), tmp_path)
    assert_nothing_lost(report)
    assert len(report.positions) > 2
    last = journal_of(folders(tmp_path)[0])[-1]
    assert last.at <= at("09:02")  # type: ignore[attr-defined]


def test_a_day_that_begins_at_noon_finds_a_market_that_has_traded(tmp_path: Path) -> None:
    report = run(a_plan(start="12:00", end="12:02"), tmp_path)
    assert_nothing_lost(report)
    opening = journal_of(folders(tmp_path)[0])[0]
    assert opening.at == at("12:00")  # type: ignore[attr-defined]


def test_without_a_strategy_nothing_is_traded(tmp_path: Path) -> None:
    plan = plan_day(Settings(), day=DAY, start=time(8, 59), end=time(9, 2), wanted=None)
    report = run(plan, tmp_path)
    assert report.orders == report.fills == 0
    assert report.cash_end == report.cash_start


def test_a_minute_is_told_once_and_every_message_with_its_time(tmp_path: Path) -> None:
    times: list[datetime] = []
    notes: list[str] = []
    report = run(a_plan(end="09:10"), tmp_path, times.append, notes.append)
    assert len(times) > 5
    assert all(later - sooner >= timedelta(minutes=1) for sooner, later in pairwise(times))
    assert tuple(notes) == report.messages
    assert all(re.match(r"\d\d:\d\d:\d\d .", note) for note in notes)


def broken_pipe(note: str) -> None:
    raise BrokenPipeError


def test_a_listener_that_fails_stops_nothing(tmp_path: Path) -> None:
    report = run(a_plan(), tmp_path / "a", on_note=broken_pipe)
    assert report == run(a_plan(), tmp_path / "b")
    with pytest.raises(Interrupted):
        run(a_plan(), tmp_path / "c", stop_after(2), broken_pipe)
    again = run(a_plan(), tmp_path / "c", on_note=broken_pipe)
    assert again.recovered
    assert again.journal_sha256 == report.journal_sha256


def test_recorded_bars_of_a_file_are_traded(tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "bars.csv")
    picks = tmp_path / "picks.csv"
    picks.write_text("code,reference\n005930,99900\n")
    report = run(plan_day(Settings(), bars=bars, candidates=picks), tmp_path)
    assert report.source == "recorded"
    assert report.orders > 0
    assert report.fills > 0
    assert report.notes
    assert_nothing_lost(report)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded bars of ../shared/data are not here")
def test_a_real_recorded_day_is_traded(tmp_path: Path) -> None:
    plan = plan_day(Settings(), bars=RECORDED, day=date(2025, 11, 14), end=time(9, 40))
    report = run(plan, tmp_path)
    assert report.source == "recorded"
    assert report.orders > 0
    assert report.fills > 0
    assert_nothing_lost(report)


# Interrupted and continued --------------------------------------------------------------------------------


class Interrupted(Exception):
    """Somebody stopped the program between two steps of the market."""


def stop_after(minutes: int) -> Callable[[datetime], None]:
    left = minutes

    def on_time(at: datetime) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Interrupted

    return on_time


def test_a_day_that_was_interrupted_again_and_again_ends_with_the_same_journal(
    tmp_path: Path, whole_day: tuple[Report, Path]
) -> None:
    plan = plan_day(Settings(), day=DAY, seed=7)
    for minutes in (4, 1, 250):
        with pytest.raises(Interrupted):
            run(plan, tmp_path, stop_after(minutes))
    notes: list[str] = []
    report = run(plan, tmp_path, on_note=notes.append)
    assert report.journal_sha256 == whole_day[0].journal_sha256
    assert_nothing_lost(report)
    assert any("continued with" in line for line in report.recovered)
    assert notes[0] == report.recovered[0]
    assert len(folders(tmp_path)) == 1


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("minutes", [1, 2, 5])
def test_an_interrupted_morning_ends_with_the_same_journal(tmp_path: Path, seed: int, minutes: int) -> None:
    plan = a_plan(seed=seed, end="09:08")
    with pytest.raises(Interrupted):
        run(plan, tmp_path / "interrupted", stop_after(minutes))
    again = run(plan, tmp_path / "interrupted")
    assert again.journal_sha256 == run(plan, tmp_path / "whole").journal_sha256


def test_fresh_begins_anew_and_leaves_the_interrupted_day_behind(tmp_path: Path) -> None:
    plan = a_plan(end="09:05")
    with pytest.raises(Interrupted):
        run(plan, tmp_path, stop_after(3))
    before = journal_of(folders(tmp_path)[0])
    report = run(plan, tmp_path, fresh=True)
    assert report.recovered == ()
    first, second = folders(tmp_path)
    assert journal_of(first) == before
    assert not (first / "report.json").exists()
    assert (second / "report.json").exists()


def test_a_day_that_is_running_is_not_run_a_second_time(tmp_path: Path) -> None:
    plan = a_plan()
    with open_run(tmp_path, plan.name):
        with pytest.raises(BadInput, match="another Hoga"):
            run(plan, tmp_path)
        with pytest.raises(BadInput, match="another Hoga"):
            pace(plan, tmp_path)
        assert run(a_plan(seed=8), tmp_path).orders > 0
    assert run(plan, tmp_path).orders > 0


class Killed(BaseException):
    """The process is gone: nothing is written any more, not even by whoever cleans up."""


class Power:
    """Cuts the power when a run has written its files `cut` times in all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes = 0
        self.cut: int | None = None
        write = SqlJournal.append

        def append(journal: SqlJournal, *entries: object) -> None:
            if self.writes != self.cut:
                write(journal, *entries)
                self.writes += 1
            if self.writes == self.cut:
                raise Killed

        monkeypatch.setattr(SqlJournal, "append", append)

    def restore(self, cut: int | None = None) -> None:
        self.writes, self.cut = 0, cut


def orders_of_the_exchange(folder: Path) -> int:
    with contextlib.closing(ExchangeLog(folder / "exchange.sqlite")) as log:
        return sum(isinstance(command, Place) for _, command in log.replay())


def test_a_power_cut_after_any_write_loses_and_doubles_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    power = Power(monkeypatch)
    plan = a_plan(end="09:01")
    whole = run(plan, tmp_path / "whole")
    assert whole.orders > 1
    for cut in range(1, power.writes + 1):
        home = tmp_path / str(cut)
        power.restore(cut)
        with pytest.raises(Killed):
            run(plan, home)
        power.restore()
        report = run(plan, home)
        assert_nothing_lost(report)
        (folder,) = folders(home)
        submitted = [entry for entry in journal_of(folder) if isinstance(entry, OrderSubmitted)]
        assert len({entry.order_id for entry in submitted}) == len(submitted) == report.orders
        assert orders_of_the_exchange(folder) in (report.orders, report.orders - 1)
        wanted = [(entry.request.code, entry.request.side) for entry in submitted]
        assert len(set(wanted)) == len(wanted), "one entry a name, also after a power cut"
        # Only a cut between the desk's intent and the end of its answer leaves a trace in the journal.
        if not any("in doubt" in line or "fills" in line for line in report.recovered):
            assert report.journal_sha256 == whole.journal_sha256


def test_a_report_that_cannot_be_kept_is_written_by_the_next_start(tmp_path: Path) -> None:
    plan = a_plan()
    whole = run(plan, tmp_path / "whole")
    home = tmp_path / "cut"
    with open_run(home, plan.name) as opened:
        (opened.folder / "report.json.part").mkdir()
    with pytest.raises(JournalError, match="cannot be written"):
        run(plan, home)
    (opened.folder / "report.json.part").rmdir()
    assert run(plan, home).journal_sha256 == whole.journal_sha256
    assert len(folders(home)) == 1


def test_a_day_that_is_over_wants_no_more_orders_when_its_report_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sale that never arrived is settled after the end of the day. It is not tried again then."""
    power = Power(monkeypatch)
    for seed in range(10):
        home, plan = tmp_path / str(seed), a_plan(seed=seed, end="09:01")
        power.restore()
        run(plan, home / "whole")
        wanted = [e for e in journal_of(folders(home / "whole")[0]) if isinstance(e, OrderSubmitted)]
        if wanted and wanted[0].request.side is Side.SELL:
            break
    else:
        pytest.fail("no seed begins with a sale")
    power.restore(3)  # the market's first step, the opening, the first order
    with pytest.raises(Killed):
        run(plan, home)
    power.restore()
    (folder,) = folders(home)
    assert isinstance(journal_of(folder)[-1], OrderSubmitted)
    (folder / "report.json.part").mkdir()
    with pytest.raises(JournalError):
        run(plan, home)
    last = journal_of(folder)[-1]
    assert last.at > plan.end  # type: ignore[attr-defined]
    (folder / "report.json.part").rmdir()
    assert_nothing_lost(run(plan, home))
    assert journal_of(folder)[-1] == last


def test_an_exchange_that_has_forgotten_the_orders_is_not_said_to_agree(tmp_path: Path) -> None:
    plan = a_plan(end="09:05")
    with pytest.raises(Interrupted):
        run(plan, tmp_path, stop_after(3))
    for file in folders(tmp_path)[0].glob("exchange.sqlite*"):
        file.unlink()
    report = run(plan, tmp_path)
    assert report.won_conserved
    assert not report.books_agree


def test_a_desk_that_has_lost_its_journal_takes_the_orders_from_the_exchange(tmp_path: Path) -> None:
    plan = a_plan(end="09:05")
    with pytest.raises(Interrupted):
        run(plan, tmp_path, stop_after(3))
    for file in folders(tmp_path)[0].glob("desk.sqlite*"):
        file.unlink()
    report = run(plan, tmp_path)
    assert_nothing_lost(report)
    assert any("adopted" in line for line in report.recovered)


class FullDisk:
    """Refuses every write to a journal from the first entry of a kind on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        self.refused: list[str] = []
        full: set[SqlJournal] = set()
        write = SqlJournal.append

        def append(journal: SqlJournal, *entries: object) -> None:
            kinds = [type(entry).__name__ for entry in entries]
            if journal in full or kind in kinds:
                full.add(journal)
                self.refused.append(kinds[-1])
                raise JournalError("가득 찼습니다", "it is full")
            write(journal, *entries)

        monkeypatch.setattr(SqlJournal, "append", append)


@pytest.mark.parametrize("failing", ["OrderSubmitted", "Place", "OrderAccepted", "OrderFilled", "Step"])
def test_a_journal_that_cannot_be_written_stops_trading_and_the_day_can_be_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    disk = FullDisk(monkeypatch, failing)
    with pytest.raises(JournalError, match="it is full"):
        run(a_plan(), tmp_path)
    assert disk.refused
    assert "Place" not in disk.refused[1:], "nothing may be sent after a failure"
    monkeypatch.undo()
    assert_nothing_lost(run(a_plan(), tmp_path))


# A day at a pace ------------------------------------------------------------------------------------------


def test_a_morning_at_a_pace_trades_through_the_kis_client(tmp_path: Path) -> None:
    seen: list[SimulatedDay] = []

    @contextlib.asynccontextmanager
    async def face(hoga: SimulatedDay) -> AsyncIterator[None]:
        seen.append(hoga)
        yield
        assert hoga.snapshot().at >= at("09:06")

    report = pace(a_plan(end="09:06"), tmp_path, face)
    assert report.orders > 0
    assert report.fills > 0
    assert_nothing_lost(report)
    assert seen[0].broker.name == "KIS"
    assert seen[0].account_number == ACCOUNT
    assert (folders(tmp_path)[0] / "report.json").exists()


def test_what_a_person_leaves_open_is_canceled_at_an_early_end(tmp_path: Path) -> None:
    plan = plan_day(Settings(), day=DAY, seed=7, start=time(9, 5), end=time(9, 9), wanted=None)
    orders: list[str] = []

    @contextlib.asynccontextmanager
    async def face(hoga: SimulatedDay) -> AsyncIterator[None]:
        held = hoga.snapshot().account.positions[0]
        (quote,) = (await hoga.market.quotes([held.code])).values()
        for price in (quote.lower_limit, quote.lower_limit + 1_000):
            request = OrderRequest(
                code=held.code, side=Side.BUY, quantity=1, price=price, order_type=OrderType.LIMIT
            )
            orders.append((await hoga.desk.place(request, "person")).order_id)
        assert {hoga.desk.get_order(each).status for each in orders} == {OrderStatus.OPEN}
        yield
        assert {hoga.desk.get_order(each).status for each in orders} == {OrderStatus.CANCELED}

    report = pace(plan, tmp_path, face)
    assert report.orders == 2
    assert report.fills == 0
    assert_nothing_lost(report)
    assert report.cash_end == report.cash_start


def test_an_order_on_its_way_at_the_end_of_a_day_is_settled(tmp_path: Path) -> None:
    plan = plan_day(Settings(), day=DAY, seed=7, start=time(9, 5), end=time(9, 7), wanted=None)

    @contextlib.asynccontextmanager
    async def face(hoga: SimulatedDay) -> AsyncIterator[None]:
        held = hoga.snapshot().account.positions[0]
        request = OrderRequest(code=held.code, side=Side.SELL, quantity=1, order_type=OrderType.MARKET)
        task = asyncio.create_task(hoga.desk.place(request, "person"))
        while not hoga.desk.orders:  # noqa: ASYNC110 - as soon as it is written down
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert hoga.desk.unconfirmed
        yield

    report = pace(plan, tmp_path, face)
    assert report.orders == 1
    assert_nothing_lost(report)


def test_a_day_at_a_pace_is_continued_and_says_so(tmp_path: Path) -> None:
    plan = a_plan(end="09:12")

    @contextlib.asynccontextmanager
    async def leave_early(hoga: SimulatedDay) -> AsyncIterator[None]:
        async def leave() -> None:
            while not hoga.desk.fills:  # noqa: ASYNC110 - until something was bought
                await asyncio.sleep(0.01)
            raise Interrupted

        async with asyncio.TaskGroup() as group:
            group.create_task(leave())
            yield

    with pytest.raises(ExceptionGroup) as interrupted:
        pace(plan, tmp_path, leave_early)
    assert interrupted.value.subgroup(Interrupted) is not None
    first = [entry for entry in journal_of(folders(tmp_path)[0]) if isinstance(entry, OrderSubmitted)]
    assert first
    told: list[tuple[str, ...]] = []

    @contextlib.asynccontextmanager
    async def face(hoga: SimulatedDay) -> AsyncIterator[None]:
        told.append(hoga.recovered)
        yield

    report = pace(plan, tmp_path, face)
    assert_nothing_lost(report)
    assert told == [report.recovered]
    assert any("continued with" in line for line in report.recovered)
    assert report.orders >= len(first)
    submitted = [e for e in journal_of(folders(tmp_path)[0]) if isinstance(e, OrderSubmitted)]
    wanted = [(entry.request.code, entry.request.side) for entry in submitted]
    assert len(set(wanted)) == len(wanted)


def test_a_day_that_began_at_a_pace_can_end_at_full_speed(tmp_path: Path) -> None:
    plan = a_plan(end="09:12")

    async def cut_off() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await run_at_pace(plan, tmp_path, Decimal(600), nobody)

    asyncio.run(cut_off())
    report = run(plan, tmp_path)
    assert_nothing_lost(report)
    assert len(folders(tmp_path)) == 1


@pytest.mark.parametrize("failing", ["OrderSubmitted", "Place", "OrderAccepted", "OrderFilled", "Step"])
def test_a_journal_that_cannot_be_written_ends_a_day_at_a_pace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    disk = FullDisk(monkeypatch, failing)
    with pytest.raises(JournalError, match="it is full"):
        pace(a_plan(end="09:12"), tmp_path)
    assert "OrderSubmitted" not in disk.refused[1:], "nothing may be wanted after a failure"
    monkeypatch.undo()
    assert_nothing_lost(run(a_plan(end="09:12"), tmp_path))
