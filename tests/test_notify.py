from hoga.notify import LineNotifier


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
