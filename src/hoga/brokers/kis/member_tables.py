"""Member firms (회원사) on the KIS WebSocket, both ways: the five that sold and the five that bought most.

Shares and their changes since the record before; 비중 is the firm's part of what was traded, in percent.
English names are empty in everything that was received.
"""

from collections.abc import Mapping, Sequence

from hoga.brokers.kis.members import MEMBER_DIGITS, top_members
from hoga.brokers.kis.records import decimal, named
from hoga.brokers.kis.streams import MEMBERS, Stream
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.flows import MemberFlow, MemberRank, MemberTable

_PLACES = range(1, 6)


def read_members(stream: Stream, payload: str, count: int) -> tuple[MemberTable, ...]:
    """The tables of a frame. Raises `ValueError` for what are none."""
    return tuple(
        MemberTable(
            code=fields["mksc_shrn_iscd"],
            sellers=_ranks(fields, "seln2_mbcr_name", "seln"),
            buyers=_ranks(fields, "byov_mbcr_name", "shnu"),
            foreign_sold=int(fields["glob_total_seln_qty"]),
            foreign_bought=int(fields["glob_total_shnu_qty"]),
            foreign_sold_change=int(fields["glob_total_seln_qty_icdc"]),
            foreign_bought_change=int(fields["glob_total_shnu_qty_icdc"]),
        )
        for fields in named(stream, payload, count)
    )


def member_record(
    code: str, members: Sequence[MemberFlow], volume: int, before: Mapping[str, MemberFlow]
) -> dict[str, str]:
    """What all `members` did so far of `volume` shares; `before` is what the last record told, by number."""
    record = dict.fromkeys(MEMBERS, "") | {"mksc_shrn_iscd": code}
    sides = (("seln2_mbcr_name", "seln"), ("byov_mbcr_name", "shnu"))
    for (name, side), firms in zip(sides, top_members(members), strict=True):
        for place in _PLACES:
            firm = firms[place - 1] if place <= len(firms) else None
            quantity, change = _moved(firm, before, is_sale=side == "seln")
            record |= {
                f"{name}{place}": firm.name if firm else "",
                f"total_{side}_qty{place}": str(quantity),
                f"{side}_mbcr_glob_yn_{place}": "Y" if firm and firm.is_foreign else "N",
                f"{side}_mbcr_no{place}": firm.number.zfill(MEMBER_DIGITS) if firm else "",
                f"{side}_mbcr_rlim{place}": ratio_text(100 * quantity, volume, 2),
                f"{side}_qty_icdc{place}": str(change),
            }
    foreign = [firm for firm in members if firm.is_foreign]
    sold = [_moved(firm, before, is_sale=True) for firm in foreign]
    bought = [_moved(firm, before, is_sale=False) for firm in foreign]
    all_sold, all_bought = (sum(quantity for quantity, _ in moved) for moved in (sold, bought))
    return record | {
        "glob_total_seln_qty": str(all_sold),
        "glob_total_shnu_qty": str(all_bought),
        "glob_total_seln_qty_icdc": str(sum(change for _, change in sold)),
        "glob_total_shnu_qty_icdc": str(sum(change for _, change in bought)),
        "glob_ntby_qty": str(all_bought - all_sold),
        "glob_seln_rlim": ratio_text(100 * all_sold, volume, 2),
        "glob_shnu_rlim": ratio_text(100 * all_bought, volume, 2),
    }


def _ranks(fields: Mapping[str, str], name: str, side: str) -> tuple[MemberRank, ...]:
    return tuple(
        MemberRank(
            number=fields[f"{side}_mbcr_no{place}"],
            name=fields[f"{name}{place}"],
            is_foreign=fields[f"{side}_mbcr_glob_yn_{place}"] == "Y",
            quantity=int(fields[f"total_{side}_qty{place}"]),
            change=int(fields[f"{side}_qty_icdc{place}"]),
            part=decimal(fields[f"{side}_mbcr_rlim{place}"]),
        )
        for place in _PLACES
        if fields[f"{side}_mbcr_no{place}"].strip()
    )


def _moved(firm: MemberFlow | None, before: Mapping[str, MemberFlow], *, is_sale: bool) -> tuple[int, int]:
    """Shares of a firm, and how many of them are new; none are when there was no record before."""
    if firm is None:
        return 0, 0
    last = before.get(firm.number, firm)
    return (firm.sold, firm.sold - last.sold) if is_sale else (firm.bought, firm.bought - last.bought)
