import threading

import pytest

from hoga.domain.errors import BadInput
from hoga.notify import MOST_TEXT, MOST_WAITING, AppriseChannel, LineNotifier, Messenger


def test_a_message_is_handed_on_as_it_is() -> None:
    lines: list[str] = []
    notifier = LineNotifier(lines.append)
    notifier.tell("주문이 체결되었습니다")
    assert lines == ["주문이 체결되었습니다"]
    assert notifier.lost == 0


def test_a_message_that_cannot_be_written_stops_nothing_and_is_counted() -> None:
    def broken(message: str) -> None:
        raise OSError(28, "No space left on device")

    notifier = LineNotifier(broken)
    notifier.tell("one")
    notifier.tell("two")
    assert notifier.lost == 2


# Channels


class Phone:
    """A channel that keeps what it gets, hangs while `is_free` is not set, and fails when told to."""

    name = "phone"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.is_free = threading.Event()
        self.is_free.set()
        self.is_holding = threading.Event()
        self.faults: list[object] = []

    def send(self, title: str, text: str) -> bool:
        self.texts.append(text)
        self.is_holding.set()
        self.is_free.wait(30)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault is None


def messenger(phone: Phone, complaints: list[str]) -> Messenger:
    return Messenger("Hoga", lambda: [phone], complaints.append, every=0.001, gather=0)


def test_a_message_reaches_the_channel_and_what_waits_meanwhile_goes_together() -> None:
    phone = Phone()
    phone.is_free.clear()
    messages = messenger(phone, [])
    messages.tell("first")
    assert phone.is_holding.wait(30)
    for word in ("second", "third", "fourth"):
        messages.tell(word)
    phone.is_free.set()
    assert messages.close(30)
    assert phone.texts == ["first", "second\nthird\nfourth"]


def test_a_channel_that_hangs_delays_nobody_and_the_oldest_messages_are_dropped_and_counted() -> None:
    phone = Phone()
    phone.is_free.clear()
    messages = messenger(phone, [])
    messages.tell("first")
    assert phone.is_holding.wait(30)
    for number in range(MOST_WAITING + 50):
        messages.tell(str(number))
    assert not messages.close(0)
    phone.is_free.set()
    assert messages.close(30)
    count, *kept = phone.texts[1].splitlines()
    assert kept[-1] == str(MOST_WAITING + 49)
    assert len(phone.texts[1]) < MOST_TEXT + 100
    untold = MOST_WAITING + 50 - len(kept)
    assert count == f"… 그 밖에 {untold}개 / and {untold} more"


def test_what_is_too_much_for_one_text_goes_with_the_next_ones() -> None:
    phone = Phone()
    phone.is_free.clear()
    messages = messenger(phone, [])
    messages.tell("first")
    assert phone.is_holding.wait(30)
    fills = [f"filled {number:03}" for number in range(300)]
    for sentence in [*fills, "HALTED"]:
        messages.tell(sentence)
    phone.is_holding.clear()
    phone.is_free.set()
    while "HALTED" not in phone.texts[-1]:
        assert phone.is_holding.wait(30)
        phone.is_holding.clear()
    assert messages.close(30)
    assert "\n".join(phone.texts[1:]).splitlines() == [*fills, "HALTED"]
    assert all(len(text) <= MOST_TEXT for text in phone.texts)


def test_a_failing_channel_is_reported_once_until_it_has_worked_again() -> None:
    phone, complaints = Phone(), list[str]()
    phone.faults = [False, OSError("https://secret"), None, False]
    messages = messenger(phone, complaints)
    for number in range(4):
        phone.is_holding.clear()
        messages.tell(str(number))
        assert phone.is_holding.wait(30)
    assert messages.close(30)
    assert phone.texts == ["0", "1", "2", "3"]
    assert len(complaints) == 2
    assert "phone" in complaints[0]
    assert "secret" not in "".join(complaints)


def test_channels_that_cannot_be_opened_are_told_and_stop_nothing() -> None:
    def unopened() -> list[Phone]:
        raise BadInput("주소가 없습니다", "there is no address")

    complaints: list[str] = []
    messages = Messenger("Hoga", unopened, complaints.append, every=1, gather=0)
    messages.tell("one")
    assert messages.close(30)
    assert ["there is no address" in complaint for complaint in complaints] == [True]


def test_a_very_long_message_is_cut() -> None:
    phone = Phone()
    messages = messenger(phone, [])
    messages.tell("가" * 5_000)
    assert messages.close(30)
    assert phone.texts == ["가" * MOST_TEXT]


def test_what_is_no_address_is_refused_without_being_shown() -> None:
    with pytest.raises(BadInput) as wrong:
        AppriseChannel("phone", "nonsense-secret")
    assert "secret" not in str(wrong.value)
    assert "hoga notify set phone" in wrong.value.english


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/webhooks/1234567890/abcdefghijkl",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
        "mailto://user:pass@gmail.com",
    ],
)
def test_the_usual_services_are_known(url: str) -> None:
    assert AppriseChannel("phone", url).name == "phone"
