"""Flows: adding them, and firms in the middle of a day."""

from datetime import date

from hoga.domain.flows import EVERYBODY, PARTS, Flow, Investor, InvestorFlows, MemberFlow, ProgramFlows

DAY = date(2026, 11, 20)


def test_a_flow_of_two_sides_knows_its_nets() -> None:
    flow = Flow.of(10, 4, 1_000, 410)

    assert (flow.net, flow.net_value) == (6, 590)


def test_adding_flows_keeps_what_is_known_of_both() -> None:
    assert Flow.of(10, 4, 1_000, 410) + Flow.of(1, 2, 90, 200) == Flow.of(11, 6, 1_090, 610)
    assert Flow(5) + Flow.of(1, 2, 90, 200) == Flow(4)


def test_program_trading_is_arbitrage_and_the_rest() -> None:
    flows = ProgramFlows("005930", DAY, Flow.of(1, 2, 10, 20), Flow.of(5, 3, 50, 30))

    assert flows.total == Flow.of(6, 5, 60, 50)


def test_an_investor_that_is_missing_is_not_known() -> None:
    flows = InvestorFlows("005930", DAY, {Investor.FOREIGN: Flow(7)})

    assert flows.find(Investor.FOREIGN) == Flow(7)
    assert flows.find(Investor.PENSION) is None


def test_every_type_belongs_to_one_group() -> None:
    parts = [part for group in PARTS.values() for part in group]

    assert sorted(
        [Investor.FOREIGN, Investor.INSTITUTIONAL, Investor.OTHER, *parts, Investor.INDIVIDUAL]
    ) == sorted(Investor)
    assert set(PARTS) < set(EVERYBODY)


def test_a_firm_has_done_its_share_of_what_was_traded_so_far() -> None:
    firm = MemberFlow("003", "키움증권", False, 100, 50)

    assert firm.until(0, 1_000) == MemberFlow("003", "키움증권", False, 0, 0)
    assert firm.until(333, 1_000) == MemberFlow("003", "키움증권", False, 33, 16)
    assert firm.until(1_000, 1_000) == firm
    assert firm.until(0, 0).bought == 0
