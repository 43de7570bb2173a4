"""What is done on the COM thread: asking, ordering, listening. One session is one start of trading.

What the terminal pushes is copied into plain values at once, because the next push overwrites it, and nothing
is asked meanwhile. Objects and their sinks are kept for as long as they are to be heard.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hoga.brokers.cybos.apartment import Apartment, Steps, not_connected
from hoga.brokers.cybos.codes import CODE_LETTERS, NUMBER_HEADERS, Limit, Outcome, Program
from hoga.brokers.cybos.com import Codes, Request, Subscription, Trade, Value
from hoga.brokers.cybos.question import Page, Push, Question, Status, text, whole
from hoga.domain.errors import BadInput, BrokerError, Rejected, Unreachable
from hoga.domain.notices import Accepted, Answer, NoAnswer, Refused

_STOCK_GOODS = 1
_PENDING = 1
_LOOKS = 100
_LOOK_AGAIN = 0.05
"""Seconds between two looks whether a subscription is taken: five in all, as one public project waits.
What is not answered by then is taken for accepted; fills that it does not tell are in the order list."""


class Session:
    """The objects of one login. Everything here runs on the COM thread."""

    def __init__(self, apartment: Apartment, account: str) -> None:
        self.account = account
        self.goods = ""
        self._apartment = apartment
        self._com = apartment.com
        self._codes: Codes | None = None
        self._kept: list[object] = []
        self._followed: dict[tuple[Program, str], tuple[Subscription, object]] = {}
        self._full_codes: dict[str, str] = {}

    # The beginning ------------------------------------------------------------------------------------------

    def open(
        self, headers: Sequence[int], on_notice: Callable[[Push], None], on_loss: Callable[[], None]
    ) -> Steps[str]:
        """Begin trading, hear of orders (`headers` of each notice) and of the end. The account's number.

        TradeInit opens a window for the account's password when it is called first.
        """
        yield None
        self._codes = self._com.create(Program.CODES)
        trade: Trade = self._com.create(Program.TRADE)
        begun = trade.TradeInit(0)
        if begun != 0:
            raise Rejected(
                f"주문을 시작하지 못했습니다(TradeInit {begun}). 계좌 비밀번호와 주문 오브젝트 사용 동의를 "
                "확인하십시오.",
                f"trading could not be begun (TradeInit {begun}). Check the account's password and the "
                "agreement to use order objects.",
                str(begun),
            )
        self.account = _chosen(self.account, trade.AccountNumber)
        goods = trade.GoodsList(self.account, _STOCK_GOODS)
        if not goods:
            raise Rejected("주식을 거래할 수 없는 계좌입니다.", "The account cannot trade stocks.")
        self.goods = text(goods[0])
        connection = self._apartment.connection
        self._kept += [trade, self._com.listen(connection, "OnDisconnect", on_loss)]
        notices: Subscription = self._com.create(Program.NOTICES)
        self._kept += [notices, self._heard(notices, headers, on_notice)]
        yield from self._subscribe(notices)
        self._apartment.on_leave(self._leave)
        return self.account

    def _leave(self) -> None:
        for subscription, _ in self._followed.values():
            subscription.Unsubscribe()
        self._followed.clear()
        self._kept.clear()

    # What is listed -----------------------------------------------------------------------------------------

    def find_code(self, code: str) -> str | None:
        """The code with its letter; None when no such issue is listed."""
        if code not in self._full_codes:
            for letter in CODE_LETTERS:
                if text(self.codes.CodeToName(letter + code)):
                    self._full_codes[code] = letter + code
                    break
        return self._full_codes.get(code)

    def get_code(self, code: str) -> str:
        """The same. Raises `BadInput` for an issue that is not listed."""
        found = self.find_code(code)
        if found is None:
            raise BadInput(f"종목 {code}이(가) 없습니다.", f"There is no instrument {code}.")
        return found

    @property
    def codes(self) -> Codes:
        """The table of what is listed."""
        if self._codes is None:
            raise not_connected()
        return self._codes

    # Asking -------------------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Steps[list[Page]]:
        """The pages of an answer, newest first where it has an order by time.

        Raises:
            Rejected: it was refused.
            BrokerError: it could not be read.
        """
        target: Request = self._com.create(question.program)
        for kind, value in question.inputs.items():
            target.SetInputValue(kind, value)
        pages: list[Page] = []
        seen: list[Mapping[int, Value]] = []
        while True:
            yield question.limit
            status = _sent(target)
            if not status.is_good:
                raise _refusal(status)
            page = _read(target, question)
            # A list that is asked for more after its end begins anew.
            if page.rows and page.rows[0] in seen:
                return pages
            pages.append(page)
            if not page.rows or not question.is_paged or question.is_enough(page) or not target.Continue:
                return pages
            seen.append(page.rows[0])

    # Ordering -----------------------------------------------------------------------------------------------

    def order(self, question: Question, look: Callable[[], None] | None) -> Steps[Answer]:
        """Send an order, a replace or a cancel, once. `look` is called in the event loop at its turn.

        Raises:
            Unreachable: it was not sent.
        """
        target: Request = self._com.create(question.program)
        for kind, value in question.inputs.items():
            target.SetInputValue(kind, value)
        yield Limit.TRADE
        if look is not None:
            self._apartment.ask(look)
        try:
            status = _sent(target)
        except Exception as error:
            failure = self._com.failure(error)
            if failure is None:
                raise
            return NoAnswer(why=f"COM {failure}")
        match status.returned:
            case Outcome.OVER_LIMIT:
                raise Unreachable(
                    "주문 한도를 넘어 보내지 않았습니다. 15초 뒤에 다시 하십시오.",
                    "The order was not sent: too many requests. Try again in 15 seconds.",
                    "4",
                    status.said,
                )
            case Outcome.CANCELED_BY_PERSON:
                return Refused(code="2", message=status.said or "주문 확인 창에서 취소 / canceled by hand")
            case Outcome.DONE | None if status.status == 0:
                return self._number(target, question.program)
            case Outcome.DONE | None if status.status == -1:
                return Refused(code=status.code or "-1", message=status.message or "거부 / refused")
            case _:
                return NoAnswer(why=f"BlockRequest {status.returned}, {status.status} {status.said}".strip())

    def _number(self, target: Request, program: Program) -> Answer:
        try:
            number = target.GetHeaderValue(NUMBER_HEADERS[program])
        except Exception as error:
            failure = self._com.failure(error)
            if failure is None:
                raise
            return NoAnswer(why=f"COM {failure}")
        if not isinstance(number, int) or number <= 0:
            return NoAnswer(why=f"주문번호를 읽을 수 없음 / unreadable order number {number!r}")
        return Accepted(broker_order_id=str(number))

    # Listening ----------------------------------------------------------------------------------------------

    def follow(
        self,
        program: Program,
        codes: Sequence[str],
        headers: Sequence[int],
        heard: Callable[[str, Push], None],
    ) -> Steps[None]:
        """Hear what `program` pushes about `codes` from now on, and about no others."""
        yield None
        wanted = {code: self.get_code(code) for code in codes}
        for key in [key for key in self._followed if key[0] is program and key[1] not in wanted]:
            subscription, _ = self._followed.pop(key)
            subscription.Unsubscribe()
        missing = [code for code in wanted if (program, code) not in self._followed]
        if len(missing) > self._apartment.connection.GetLimitRemainCount(Limit.SUBSCRIPTION):
            raise BadInput(
                f"실시간 {len(wanted)}종목은 한도를 넘습니다. 종목을 줄이십시오.",
                f"{len(wanted)} issues are more than can be followed. Follow fewer.",
            )
        for code in missing:
            pushing: Subscription = self._com.create(program)
            pushing.SetInputValue(0, wanted[code])
            sink = self._heard(pushing, headers, partial(heard, code))
            yield from self._subscribe(pushing)
            self._followed[program, code] = pushing, sink

    def _heard(self, target: Subscription, headers: Sequence[int], tell: Callable[[Push], None]) -> object:
        def copied() -> None:
            tell({number: target.GetHeaderValue(number) for number in headers})

        return self._com.listen(target, "OnReceived", copied)

    def _subscribe(self, target: Subscription) -> Steps[None]:
        """Return when it is taken: the terminal may think about it for a moment, while others go on."""
        target.Subscribe()
        for _ in range(_LOOKS):
            if target.GetDibStatus() != _PENDING:
                break
            self._com.wait(_LOOK_AGAIN)
            yield None
        if target.GetDibStatus() == -1:
            raise Rejected(
                "실시간 수신이 거부되었습니다. CYBOS Plus에서 확인하십시오.",
                "A subscription was refused. Look at CYBOS Plus.",
                "-1",
                text(target.GetDibMsg1()),
            )

    def ask_all(self, questions: Sequence[Question]) -> Steps[dict[Program, list[Page]]]:
        """The pages of several questions, one after the other, by program."""
        found: dict[Program, list[Page]] = {}
        for question in questions:
            found[question.program] = yield from self.ask(question)
        return found


def _chosen(account: str, known: Sequence[str]) -> str:
    """The account of the login that `account` means; the first one when it is ""."""
    numbers = [text(number) for number in known]
    wanted = account.replace("-", "")
    for number in numbers:
        if not wanted or number.replace("-", "") == wanted:
            return number
    raise BadInput(
        f"이 로그인의 계좌가 아닙니다. 계좌 {len(numbers)}개가 있으니 hoga.toml 의 account 를 확인하십시오.",
        f"The account is none of the {len(numbers)} of this login. Check account in hoga.toml.",
    )


def _sent(target: Request) -> Status:
    returned = target.BlockRequest()
    return Status(returned, target.GetDibStatus(), text(target.GetDibMsg1()))


def _read(target: Request, question: Question) -> Page:
    headers = {number: target.GetHeaderValue(number) for number in question.headers}
    count = question.rows
    if question.count is not None:
        count = whole(target.GetHeaderValue(question.count), f"{question.program} rows")
    columns = question.columns
    rows = [
        {field: target.GetDataValue(column, row) for field, column in columns.items()} for row in range(count)
    ]
    return Page(headers=headers, rows=rows)


def _refusal(status: Status) -> BrokerError:
    if status.returned in (0, None) and status.status == -1:
        return Rejected(
            f"대신증권이 조회를 거부했습니다: {status.said}",
            f"Daishin refused the question: {status.said}",
            status.code,
            status.said,
        )
    return BrokerError(
        f"대신증권에서 읽지 못했습니다(BlockRequest {status.returned}). 다시 조회하십시오.",
        f"Daishin could not be read (BlockRequest {status.returned}). Ask again.",
        str(status.returned),
        status.said,
    )
