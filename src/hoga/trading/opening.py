"""The account that a day begins with.

All that is counted later starts from it, so it is taken at a moment when orders and account tell the same. An
account that is read as empty is not believed at once: when something should be held by all that is known it
is read some more times, and a person is told if it stays so; when no earlier day is known, twice. Should it
have been wrong all the same, the next reconciliation finds holdings that we do not count, which is an alarm.
"""

from collections.abc import Awaitable, Callable, Sequence

from hoga.domain.account import Account
from hoga.domain.errors import BrokerError
from hoga.domain.position import Fill
from hoga.ports import Broker
from hoga.trading.reconcile import should_hold
from hoga.trading.records import Records

_ATTEMPTS = 5
"""To read account and orders without an execution in between."""
_EMPTY_READINGS = 2
"""How often an account of which no earlier day is known must be read as empty before it is believed."""


async def read_quiet_account(
    records: Records, broker: Broker, read_orders: Callable[[], Awaitable[object]], past: Sequence[Fill]
) -> Account:
    """The account at a moment when orders and account tell the same executions.

    `read_orders` takes over what the list of the day's orders tells. `past` are the executions of the days
    before; they count when no earlier day is known.

    Raises:
        BrokerError: it could not be read, or kept changing. Nothing has been written of it.
    """
    await read_orders()
    quiet, empty = None, 0
    held: frozenset[str] = frozenset()
    for _ in range(_ATTEMPTS):
        before = len(records.portfolio.fills)
        account = await broker.account()
        await read_orders()
        if len(records.portfolio.fills) != before:
            continue
        held = _held(records, past)
        quiet, empty = account, empty + 1
        is_enough = not held and (records.before is not None or empty >= _EMPTY_READINGS)
        if account.positions or is_enough:
            return account
    if quiet is not None and held:
        shown = ", ".join(sorted(held))
        records.tell(
            f"계좌에 보유 종목이 없습니다. 기록으로는 있어야 합니다({shown}). 증권사 화면에서 확인하십시오",
            f"the account shows no holdings, and by all that is known it should ({shown}): look at the "
            "broker's screens",
        )
        return quiet
    raise BrokerError(
        "계좌가 계속 바뀌어 시작 잔고를 정할 수 없습니다. 잠시 뒤에 다시 여십시오.",
        "the account keeps changing: its opening state cannot be told. Open again a moment later.",
    )


def _held(records: Records, past: Sequence[Fill]) -> frozenset[str]:
    """What should be held, by the last day that is known and what has traded since."""
    today = records.portfolio.fills
    if records.before is None:
        return should_hold({}, (*past, *today))
    return should_hold({each.code: each.quantity for each in records.before.positions}, today)
