"""What is used of COM, and the real thing on Windows.

The names of the members are Daishin's. An object may be used only on the thread that made it, and what it
pushes arrives only while that thread waits in `wait`. A fake keeps the same promises (`fake`).
"""

import sys
from collections.abc import Callable
from typing import Any, Protocol

from hoga.brokers.cybos.codes import Program
from hoga.domain.errors import Unreachable

Value = Any
"""What COM hands over: whole numbers, floats, text, None. A `char` of Daishin's is a whole number (`ord`)."""

Input = int | str | tuple[int, ...] | tuple[str, ...]


class ComFailure(Exception):
    """A COM call failed. `hresult` is unsigned, `said` what the object says about it."""

    def __init__(self, hresult: int, said: str = "") -> None:
        super().__init__(f"{hresult:#010x} {said}".strip())
        self.hresult = hresult
        self.said = said


class Request(Protocol):
    """An object that is filled in, asked, and read: prices, accounts, orders."""

    @property
    def Continue(self) -> int: ...

    def SetInputValue(self, kind: int, value: Input) -> None: ...

    def BlockRequest(self) -> int | None: ...

    def GetDibStatus(self) -> int: ...

    def GetDibMsg1(self) -> str: ...

    def GetHeaderValue(self, kind: int) -> Value: ...

    def GetDataValue(self, kind: int, row: int) -> Value: ...


class Subscription(Protocol):
    """An object that pushes: prints, notices."""

    def SetInputValue(self, kind: int, value: Input) -> None: ...

    def Subscribe(self) -> None: ...

    def Unsubscribe(self) -> None: ...

    def GetDibStatus(self) -> int: ...

    def GetDibMsg1(self) -> str: ...

    def GetHeaderValue(self, kind: int) -> Value: ...


class Connection(Protocol):
    """CpCybos: whether the terminal is connected, and how much may still be asked."""

    @property
    def IsConnect(self) -> int: ...

    @property
    def ServerType(self) -> int: ...

    @property
    def LimitRequestRemainTime(self) -> int: ...

    def GetLimitRemainCount(self, kind: int) -> int: ...


class Trade(Protocol):
    """CpTdUtil: opens trading once in a process, and knows the accounts."""

    @property
    def AccountNumber(self) -> tuple[str, ...]: ...

    def TradeInit(self, kind: int) -> int: ...

    def GoodsList(self, account: str, kind: int) -> tuple[str, ...]: ...


class Codes(Protocol):
    """CpCodeMgr: what is listed. It answers from tables of the terminal, without asking a server."""

    def CodeToName(self, code: str) -> str: ...

    def GetStockListByMarket(self, kind: int) -> tuple[str, ...]: ...

    def GetStockSectionKind(self, code: str) -> int: ...

    def GetStockStdPrice(self, code: str) -> int: ...

    def GetStockStatusKind(self, code: str) -> int: ...

    def GetStockControlKind(self, code: str) -> int: ...

    def GetStockSupervisionKind(self, code: str) -> int: ...

    def GetStockMarginRate(self, code: str) -> int: ...

    def GetStockFiscalMonth(self, code: str) -> int: ...

    def GetStockKospi200Kind(self, code: str) -> int: ...

    def GetStockIndustryCode(self, code: str) -> str: ...

    def GetStockListedDate(self, code: str) -> int: ...

    def IsStockCreditEnable(self, code: str) -> int: ...


class Com(Protocol):
    """COM, on one thread. All but `wake` and `failure` are called on it alone."""

    def enter(self) -> None:
        """Begin to use COM on this thread."""

    def leave(self) -> None:
        """Be done with it."""

    def create(self, program: Program) -> Any:
        """A new object. Raises what `failure` understands."""

    def listen(self, target: object, event: str, heard: Callable[[], None]) -> object:
        """Call `heard` whenever `target` fires `event`, for as long as what is returned is kept."""

    def wait(self, seconds: float | None) -> None:
        """Deliver what has been pushed, and wait for more, for `wake`, or for `seconds` to pass."""

    def wake(self) -> None:
        """End `wait`, from any thread."""

    def failure(self, error: Exception) -> ComFailure | None:
        """What COM means by `error`; None when it is not COM's."""


def open_com() -> Com:
    """The COM of this computer. Raises `Unreachable` where there is none, with the reason."""
    if sys.platform != "win32":
        raise Unreachable(
            "CYBOS Plus는 윈도우에서만 됩니다. 윈도우의 호가에 원격으로 접속하십시오.",
            "CYBOS Plus needs Windows. Connect to a Hoga that runs there.",
        )
    return WindowsCom()


class WindowsCom:
    """COM by pywin32."""

    def __init__(self) -> None:
        """Raises `Unreachable` when pywin32 cannot be used."""
        try:
            import pythoncom
            import pywintypes
            import win32com.client
            import win32event
        except ImportError as error:
            raise Unreachable(
                "pywin32가 없습니다. 32비트 파이썬에서 pip install hoga[daishin] 하십시오.",
                "pywin32 is missing. In a 32-bit Python: pip install hoga[daishin].",
            ) from error
        self._pythoncom = pythoncom
        self._client = win32com.client
        self._win32event = win32event
        self._error: type[Exception] = pywintypes.com_error
        self._woken = win32event.CreateEvent(None, False, False, None)

    def enter(self) -> None:
        self._pythoncom.CoInitialize()

    def leave(self) -> None:
        self._pythoncom.CoUninitialize()

    def create(self, program: Program) -> Any:
        return self._client.Dispatch(str(program))

    def listen(self, target: object, event: str, heard: Callable[[], None]) -> object:
        sink = type("Sink", (), {event: lambda _, *said: heard()})
        return self._client.WithEvents(target, sink)

    def wait(self, seconds: float | None) -> None:
        event = self._win32event
        milliseconds = event.INFINITE if seconds is None else max(0, round(seconds * 1000))
        event.MsgWaitForMultipleObjects((self._woken,), False, milliseconds, event.QS_ALLINPUT)
        self._pythoncom.PumpWaitingMessages()

    def wake(self) -> None:
        self._win32event.SetEvent(self._woken)

    def failure(self, error: Exception) -> ComFailure | None:
        if not isinstance(error, self._error):
            return None
        hresult, text, details, _ = error.args
        source = details[5] if details and details[5] else hresult
        said = details[2] if details and details[2] else text
        return ComFailure(source & 0xFFFFFFFF, str(said or "").strip())
