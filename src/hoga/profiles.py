"""From the name of a profile to a broker that answers: keys, addresses, clock, what is listed.

`sim` is the exchange that runs in another terminal on this computer (`hoga exchange`); it shows the time of
its own market. `remote` is another Hoga, with its money and its time. All others follow real time. Real money
needs two switches: `live = true` in the profile and `--live` on the command; a doubt means no.
"""

import contextlib
import hashlib
import random
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

from hoga.brokers.cybos.client import LOGIN, NO_WAIT, CybosClient
from hoga.brokers.cybos.com import Com, open_com
from hoga.brokers.cybos.research import CybosResearch
from hoga.brokers.cybos.terminal import Login, Terminal, run_program
from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import PROFILES, Environment
from hoga.brokers.kis.download import HOST_URL, download_archive
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.governor import Governor
from hoga.brokers.kis.master import read_issues
from hoga.brokers.kis.research import KisResearch
from hoga.brokers.kis.tokens import LOGIN_PAUSE, TOKEN_PAUSE, Tokens
from hoga.brokers.remote.client import RemoteClient
from hoga.brokers.remote.research import RemoteResearch
from hoga.clock import WallClock
from hoga.domain.errors import BadInput, Unreachable
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.notices import number_key
from hoga.domain.order import Order, OrderStatus
from hoga.krx.calendar import is_trading_day, previous_trading_day
from hoga.market_clock import ClockReading, exchange_clock, following
from hoga.notify import LineNotifier
from hoga.ports import Clock, Control, Journal, Receipts
from hoga.settings import ProfileSettings, Settings
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.storage.keys import KeyStore, Secrets, find_keyring
from hoga.storage.lease import SqlLease, require_free
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.storage.open_exchange import OpenExchange, find_exchange
from hoga.storage.register import KeptFiles
from hoga.trading.desk import KINDS, Desk, Patience
from hoga.trading.limits import RiskLimits

OPENS = time(7)
"""When a trading day is opened, before the first session that a broker takes orders for."""

HISTORY_DAYS = 20
"""Trading days back to which purchases are dated."""

SETTLE_WAIT = timedelta(seconds=5)
"""How long whoever ordered waits for what is in doubt, in the market's time."""

FILL_WAIT = timedelta(seconds=1)
"""How long they wait for the fills of an order without a price, in the market's time."""

SIMULATED_PAUSE = LOGIN_PAUSE
"""Between two requests for a token of the exchange on this computer."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A profile that is connected: one account at one broker. `prices` is live, made or recorded."""

    profile: str
    broker: KisClient | CybosClient | RemoteClient
    research: KisResearch | CybosResearch | RemoteResearch
    clock: Clock
    instruments: Mapping[str, Instrument]
    account: str
    journal: str | Path
    prices: str
    environment: Environment
    rest_url: str
    """Where its calls go; "" for a broker on this computer."""
    limits: RiskLimits
    patience: Patience
    is_real: bool
    """Whether real money is at stake."""
    session: str = ""
    """Tells one simulated market from another one of the same day."""
    served: date | None = None
    """The day that another Hoga serves, None at any other broker."""

    @property
    def receipts(self) -> Receipts | None:
        """Those of a broker that knows orders by keys of ours."""
        return self.broker if isinstance(self.broker, RemoteClient) else None

    @property
    def answers(self) -> int:
        """How many calls have been answered, where they are counted."""
        return 0 if isinstance(self.broker, CybosClient) else self.broker.answers

    @property
    def kis(self) -> KisClient:
        """The broker, for questions that only KIS is asked. Raises `BadInput` when it is another one."""
        if not isinstance(self.broker, KisClient):
            raise BadInput(
                f"{self.profile} 에는 이 조회가 없습니다. 한국투자증권 계좌로 하십시오.",
                f"{self.profile} cannot be asked that. Use an account at KIS.",
            )
        return self.broker

    @property
    def day(self) -> date:
        """The trading day that is running, or else the last one; at another Hoga the one that it serves."""
        if self.served is not None:
            return self.served
        today = self.clock.now().date()
        return today if is_trading_day(today) else previous_trading_day(today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A terminal of Daishin's that is made, in place of the real one: no money is at stake.

    `session` tells its journal from those of other days that were made.
    """

    com: Com
    clock: Clock
    account: str
    prices: str
    session: str


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a profile leads."""

    environment: Environment
    secrets: Secrets
    rest_url: str | None
    websocket_url: str | None
    master_url: str
    control_url: str | None
    prices: str
    session: str
    calls_per_second: int | None = None
    """The limit of a simulated market; a real broker's is known by its environment and the date."""


def _unheard(sentence: str) -> None:
    """Nobody wants to be told."""


@contextlib.asynccontextmanager
async def connect(
    name: str,
    settings: Settings,
    home: Path,
    *,
    is_live: bool = False,
    has_stream: bool = False,
    tell: Callable[[str], object] = _unheard,
    rehearsal: Rehearsal | None = None,
) -> AsyncIterator[Connection]:
    """Connect to the account of the profile `name`. `is_live` is the person's second switch for real money.

    `has_stream` is for whoever is about to trade: KIS has one stream for an app key, and the lease one desk
    for an account, which is looked at first.

    With a `rehearsal` a profile of Daishin's needs neither Windows nor the switches.

    `tell` hears beforehand of questions that will take long because of the broker's limits, and of what is
    wrong with the stream.

    Raises:
        BadInput: no such profile, no keys, no running exchange, or real money without both switches.
        JournalError: with a stream, the journal cannot be used, or another desk trades the account.
        BrokerError: the broker cannot be reached, or does not let us in.
    """
    profile = settings.profile(name)
    if rehearsal is not None and profile.broker != "daishin":
        raise BadInput(
            f"{name} 은(는) 대신증권이 아닙니다. --fake 는 대신증권에만 있습니다.",
            f"{name} is not Daishin's. Only Daishin can be made up.",
        )
    if rehearsal is None and profile.is_real:
        _require_switches(name, profile, is_live=is_live)
    if profile.broker == "daishin":
        async with _at_daishin(name, profile, settings, home, rehearsal, tell) as connection:
            yield connection
        return
    if profile.broker == "remote":
        async with _at_remote(
            name, profile, settings, home, is_live=is_live, has_stream=has_stream
        ) as connection:
            yield connection
        return
    target = _target(name, profile, home)
    account, journal = target.secrets.account.replace("-", ""), _journal_place(profile, target, home)
    if has_stream:
        # KIS would only say that the app key is in use; the lease says who uses it.
        require_free(journal, account, WallClock().now)
    async with contextlib.AsyncExitStack() as stack:
        clock: Clock = WallClock()
        if target.control_url is not None:
            clock = await stack.enter_async_context(exchange_clock(target.control_url))
        instruments = await _register(target, home, clock.now().date())
        tokens, governor, attempts = _shared(target, profile, home, tell)
        broker = await stack.enter_async_context(
            KisClient(
                Keys(target.secrets.appkey, target.secrets.appsecret),
                target.secrets.account,
                target.secrets.hts_id,
                target.environment,
                clock=clock,
                luck=random.Random().random,  # noqa: S311  (scatters reconnections)
                rest_url=target.rest_url,
                websocket_url=target.websocket_url,
                names={instrument.code: instrument.name for instrument in instruments.values()},
                etns=[instrument.code for instrument in instruments.values() if instrument.kind is Kind.ETN],
                has_stream=has_stream,
                tokens=tokens,
                governor=governor,
                attempts=attempts,
                tell=tell,
            )
        )
        yield Connection(
            profile=name,
            broker=broker,
            research=KisResearch(broker),
            clock=clock,
            instruments=instruments,
            account=account,
            journal=journal,
            prices=target.prices,
            environment=target.environment,
            rest_url=target.rest_url or PROFILES[target.environment].rest_url,
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=profile.is_real,
            session=target.session,
        )


def _require_switches(name: str, profile: ProfileSettings, *, is_live: bool) -> None:
    """Raises `BadInput` unless both switches for real money are on."""
    if not (profile.live and is_live):
        raise BadInput(
            f"{name} 은(는) 실계좌입니다. hoga.toml 의 [profiles.{name}] 에 live = true 를 적고 "
            "명령에 --live 를 붙여야 합니다.",
            f"{name} is real money. Write live = true into [profiles.{name}] of hoga.toml and add --live to "
            "the command.",
        )


@contextlib.asynccontextmanager
async def _at_daishin(
    name: str,
    profile: ProfileSettings,
    settings: Settings,
    home: Path,
    rehearsal: Rehearsal | None,
    tell: Callable[[str], object],
) -> AsyncIterator[Connection]:
    """Connect to the terminal of this computer; start it first when the profile says with what."""
    watch = WallClock()
    environment = Environment.PAPER
    if rehearsal is None:
        environment = Environment.REAL
        account = _account_of(name, profile, home)
        rehearsal = Rehearsal(com=open_com(), clock=watch, account=account, prices="live", session="")
        if profile.starter:
            tell("CYBOS Plus 를 시작합니다 / starting CYBOS Plus")
            await Terminal(profile.starter, _login(name, profile, home), run_program, watch).restart()
    account, clock = rehearsal.account, rehearsal.clock
    async with CybosClient(
        rehearsal.com, account, clock=clock, watch=watch, login_patience=LOGIN if profile.starter else NO_WAIT
    ) as client:
        yield Connection(
            profile=name,
            broker=client,
            research=CybosResearch(client),
            clock=clock,
            instruments=await client.instruments(),
            account=client.account_number.replace("-", ""),
            journal=profile.journal or journal_path(home, "daishin", account, rehearsal.session),
            prices=rehearsal.prices,
            environment=environment,
            rest_url="",
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=environment is Environment.REAL,
            session=rehearsal.session,
        )


@contextlib.asynccontextmanager
async def _at_remote(
    name: str, profile: ProfileSettings, settings: Settings, home: Path, *, is_live: bool, has_stream: bool
) -> AsyncIterator[Connection]:
    """Connect to another Hoga's bridge. It says itself whether real money is at stake there."""
    account = _account_of(name, profile, home)
    async with contextlib.AsyncExitStack() as stack:
        broker = await stack.enter_async_context(
            RemoteClient(
                _require_url(name, profile),
                _remote_token(name, home),
                luck=random.Random().random,  # noqa: S311  (scatters reconnections)
                account=account,
                tls=_trusted(name, profile),
                has_stream=has_stream,
            )
        )
        about = await broker.about()
        if about.is_real:
            _require_switches(name, profile, is_live=is_live)
        today = about.now.date()
        if has_stream and about.day < today and is_trading_day(today) and about.now.time() >= OPENS:
            raise Unreachable(
                f"{name}: 그 호가가 아직 {today} 을(를) 열지 않았습니다. 잠시 뒤에 다시 하십시오.",
                f"{name}: that Hoga has not opened {today} yet. Try again in a moment.",
            )
        keep_session(home, account, about.session)
        journal = profile.journal or journal_path(home, "remote", account, about.session)
        if has_stream:
            require_free(journal, account, WallClock().now)

        async def read() -> ClockReading:
            now = await broker.about()
            return ClockReading(now.now, now.is_running, now.pace)

        clock: Clock = WallClock()
        if about.prices != "live":
            clock = await stack.enter_async_context(following(read))
        yield Connection(
            profile=name,
            broker=broker,
            research=RemoteResearch(broker),
            clock=clock,
            instruments=await broker.instruments(),
            account=account,
            journal=journal,
            prices=about.prices,
            environment=Environment.REAL if about.is_real else Environment.PAPER,
            rest_url=profile.url,
            limits=settings.risk,
            patience=settings.desk.patience,
            is_real=about.is_real,
            session=about.session,
            served=about.day,
        )


def _require_url(name: str, profile: ProfileSettings) -> str:
    if not profile.url:
        raise BadInput(
            f"{name}: 다른 호가의 주소가 없습니다. hoga.toml 의 [profiles.{name}] 에 url 을 적으십시오.",
            f"{name}: there is no address of another Hoga. Write url into [profiles.{name}] of hoga.toml.",
        )
    return profile.url


def _remote_token(name: str, home: Path) -> str:
    secrets = KeyStore(home, find_keyring()).get(name)
    if secrets is None or not secrets.token:
        raise BadInput(
            f"{name} 의 토큰이 없습니다. 그 호가에서 hoga tokens create 로 만들고, 여기서 "
            f"hoga keys set --profile {name} 으로 넣으십시오.",
            f"there is no token for {name}. Make one at that Hoga with hoga tokens create, and put it in "
            f"here with hoga keys set --profile {name}.",
        )
    return secrets.token


def _trusted(name: str, profile: ProfileSettings) -> ssl.SSLContext | None:
    """Who is trusted beside whom the operating system trusts; None when nobody is named."""
    if not profile.certificate:
        return None
    file = Path(profile.certificate).expanduser()
    try:
        context = ssl.create_default_context()
        context.load_verify_locations(file)
    except OSError as error:  # ssl.SSLError is one
        raise BadInput(
            f"[profiles.{name}] certificate = {file}: 인증서로 읽을 수 없습니다({type(error).__name__}). "
            "PEM 파일을 주십시오.",
            f"[profiles.{name}] certificate = {file}: cannot be read as a certificate "
            f"({type(error).__name__}). Give a PEM file.",
        ) from error
    return context


def keep_session(home: Path, account: str, session: str) -> None:
    """Remember which market another Hoga showed last, so that the journal is found without asking."""
    file = _session_file(home, account)
    if session:
        file.write_text(session)
    else:
        file.unlink(missing_ok=True)


def _session_file(home: Path, account: str) -> Path:
    return journal_path(home, "remote", account, "").with_suffix(".session")


def _account_of(name: str, profile: ProfileSettings, home: Path) -> str:
    """The account as settings or keys have it: its journal is found by it without asking the broker."""
    secrets = KeyStore(home, find_keyring()).get(name) or Secrets()
    account = (profile.account or secrets.account).replace("-", "")
    if not account:
        raise BadInput(
            f"{name} 의 계좌번호가 없습니다. hoga.toml 의 [profiles.{name}] 에 account 를 적으십시오.",
            f"{name} has no account number. Write account into [profiles.{name}] of hoga.toml.",
        )
    return account


def _login(name: str, profile: ProfileSettings, home: Path) -> Login:
    secrets = KeyStore(home, find_keyring()).get(name)
    if secrets is None or not secrets.password:
        raise BadInput(
            f"{name} 의 아이디와 비밀번호가 없습니다. hoga keys set --profile {name} 으로 넣거나, "
            "직접 로그인하고 starter 를 지우십시오.",
            f"there is no login for {name}. Put it in with hoga keys set --profile {name}, or log in by hand "
            "and take starter away.",
        )
    return Login(
        user=profile.hts_id or secrets.hts_id,
        password=secrets.password,
        certificate_password=secrets.certificate_password,
    )


def find_journal(name: str, settings: Settings, home: Path) -> str | Path:
    """Where the journal of a profile's account is, without asking the broker: for the switch beside it.

    Raises:
        BadInput: no such profile, no keys, or no running exchange.
    """
    profile = settings.profile(name)
    if profile.broker == "daishin":
        return profile.journal or journal_path(home, "daishin", _account_of(name, profile, home), "")
    if profile.broker == "remote":
        account = _account_of(name, profile, home)
        file = _session_file(home, account)
        session = file.read_text() if file.exists() else ""
        return profile.journal or journal_path(home, "remote", account, session)
    return _journal_place(profile, _target(name, profile, home), home)


def _journal_place(profile: ProfileSettings, target: _Target, home: Path) -> str | Path:
    account = target.secrets.account.replace("-", "")
    kind = profile.broker if profile.broker == "sim" else f"kis-{target.environment.name.lower()}"
    return profile.journal or journal_path(home, kind, account, target.session)


def _target(name: str, profile: ProfileSettings, home: Path) -> _Target:
    if profile.broker == "sim":
        return _simulated(name, profile, home)
    store = KeyStore(home, find_keyring())
    secrets = store.get(name)
    if secrets is None:
        raise BadInput(
            f"{name} 의 키가 없습니다. hoga keys set --profile {name} 또는 hoga keys import 로 넣으십시오.",
            f"there are no keys for {name}. Put them in with hoga keys set --profile {name} "
            "or hoga keys import.",
        )
    secrets = replace(
        secrets, account=profile.account or secrets.account, hts_id=profile.hts_id or secrets.hts_id
    )
    return _Target(
        Environment.REAL if profile.is_real else Environment.PAPER,
        secrets,
        profile.rest_url or None,
        profile.websocket_url or None,
        profile.master_url or HOST_URL,
        None,
        "live",
        "",
    )


def _simulated(name: str, profile: ProfileSettings, home: Path) -> _Target:
    running = find_exchange(home)
    if running is None:
        raise BadInput(
            "돌고 있는 거래소가 없습니다. 다른 터미널에서 hoga exchange 를 시작하십시오.",
            "no exchange is running. Start hoga exchange in another terminal.",
        )
    is_paper = profile.environment == "paper"
    rest, ws = (running.paper_rest, running.paper_ws) if is_paper else (running.rest, running.ws)
    return _Target(
        Environment.PAPER if is_paper else Environment.REAL,
        _secrets_of(name, profile, running, home),
        profile.rest_url or rest,
        profile.websocket_url or ws,
        profile.master_url or running.rest,
        profile.control_url or running.control,
        running.source,
        running.session,
        calls_per_second=running.paper_calls_per_second if is_paper else running.calls_per_second,
    )


def _secrets_of(name: str, profile: ProfileSettings, running: OpenExchange, home: Path) -> Secrets:
    """Keys of the person's own for this exchange, else those that it shows."""
    own = KeyStore(home, find_keyring()).get(name)
    if own is not None:
        return own
    is_paper = profile.environment == "paper"
    return Secrets(
        appkey=running.paper_appkey if is_paper else running.appkey,
        appsecret=running.paper_appsecret if is_paper else running.appsecret,
        account=profile.account or (running.paper_account if is_paper else running.account),
        hts_id=profile.hts_id or running.htsid,
    )


def _shared(
    target: _Target, profile: ProfileSettings, home: Path, tell: Callable[[str], object]
) -> tuple[Tokens, Governor | None, Attempts | None]:
    """What all programs of this computer share for an app key. All live by real time.

    An exchange on this computer blocks nobody who connects often.
    """
    keys = Keys(target.secrets.appkey, target.secrets.appsecret)
    url = target.rest_url or PROFILES[target.environment].rest_url
    # An exchange that was started afresh knows no token of before, and counts its own minute.
    pause = SIMULATED_PAUSE if profile.broker == "sim" else TOKEN_PAUSE
    try:
        tokens = Tokens.open(home, keys, url, WallClock(), pause=pause)
        if profile.broker == "sim":
            return tokens, _governor(target.calls_per_second, home, keys, tell), None
        since, clock = profile.customer_since, WallClock()
        governor = Governor.open(home, keys, target.environment, clock, customer_since=since, tell=tell)
        return tokens, governor, Attempts.open(home, keys, clock)
    except OSError as error:
        raise BadInput(
            f"호가 폴더 {home} 에 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
            f"Hoga's folder {home} cannot be written ({error.strerror}). Check permissions and free space.",
        ) from error


def _governor(calls: int | None, home: Path, keys: Keys, tell: Callable[[str], object]) -> Governor | None:
    """The governor that keeps the limit of a simulated market, None where there is none."""
    if calls is None:
        return None
    return Governor(Governor.file(home, keys), WallClock(), lambda day: calls, tell)


def journal_path(home: Path, kind: str, account: str, session: str) -> Path:
    """One journal an account, whatever profile leads to it; its number is not shown in the name.

    A simulated market has its own history.
    """
    digest = hashlib.sha256(f"{account}:{session}".encode()).hexdigest()[:12]
    folder = home / "desks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{kind}-{digest}.sqlite"


async def _register(target: _Target, home: Path, day: date) -> dict[str, Instrument]:
    """What is listed, from the master files; those of a real broker are fetched once a day."""
    kept = KeptFiles(home, "kis", day) if target.control_url is None else None
    listed: dict[str, Instrument] = {}
    for market in Market:
        archive = kept.find(f"{market}.zip") if kept is not None else None
        if archive is None:
            archive = await download_archive(target.master_url, market)
            if kept is not None:
                kept.keep(f"{market}.zip", archive)
        for issue in read_issues(market, archive):
            listed[issue.instrument.code] = issue.instrument
    return listed


def _stop_hearing(broker: KisClient | CybosClient | RemoteClient) -> None:
    """What is told from now on is nobody's: it is read when a desk opens again."""
    broker.on_notice(lambda notice: None)
    broker.on_gap(lambda: None)


@contextlib.asynccontextmanager
async def open_desk(
    connection: Connection,
    tell: Callable[[str], object],
    *,
    only_looks: bool = False,
    prepare: Callable[[Desk], object] | None = None,
) -> AsyncIterator[Desk]:
    """A desk of the connected account, open for the day. `tell` is told every message to the person.

    `prepare` gets the desk before it opens, so that a listener misses nothing of what it learns then.

    One that `only_looks` writes nothing down: it knows what the journal and the broker tell, and what it
    learns is forgotten. It must not place orders. Any other holds the account's lease.

    Raises:
        JournalError: the journal cannot be used, or another desk trades the account.
        BrokerError: orders or account could not be read.
    """
    async with contextlib.AsyncExitStack() as stack:
        journal: Journal
        control: Control
        if only_looks:
            journal, control = _copies(connection)
        else:
            journal, control = await _memory(connection, stack)
        desk = Desk(
            connection.broker,
            connection.broker,
            journal,
            connection.clock,
            LineNotifier(tell),
            connection.instruments.values(),
            control=control,
            limits=connection.limits,
            patience=connection.patience,
            history_days=1 if only_looks else HISTORY_DAYS,
            # To ask for a receipt is to withdraw the key: that is for whoever trades.
            receipts=None if only_looks else connection.receipts,
        )
        connection.broker.on_gap(desk.on_gap)
        stack.callback(_stop_hearing, connection.broker)
        if prepare is not None:
            prepare(desk)
        recovery = await desk.open(connection.day)
        for line in recovery.lines if not only_looks else ():
            tell(line)
        yield desk


async def _memory(connection: Connection, stack: contextlib.AsyncExitStack) -> tuple[SqlJournal, SqlControl]:
    """The journal and the switch of the account, while its lease is ours."""
    place = connection.journal
    lease = SqlLease(place, connection.account, WallClock().now)
    stack.enter_context(contextlib.closing(lease))
    await stack.enter_async_context(lease.kept())
    journal = stack.enter_context(contextlib.closing(SqlJournal(place, KINDS, lease=lease)))
    return journal, stack.enter_context(contextlib.closing(SqlControl(place)))


def _copies(connection: Connection) -> tuple[MemoryJournal, MemoryControl]:
    """What journal and switch tell now."""
    place = connection.journal
    if isinstance(place, Path) and not place.exists():
        return MemoryJournal(), MemoryControl()
    with (
        contextlib.closing(SqlJournal(place, KINDS)) as journal,
        contextlib.closing(SqlControl(place)) as control,
    ):
        return MemoryJournal(journal.read()), MemoryControl(control.read())


async def settled(connection: Connection, desk: Desk, order: Order) -> Order:
    """The order as it is after waiting a little for what is in doubt, or for the fills of a market order.

    For a desk that nobody watches yet, or that is about to close.
    """
    over = connection.clock.now() + SETTLE_WAIT
    while _is_moving(desk.get_order(order.order_id)) and connection.clock.now() < over:
        await connection.clock.sleep_until(min(over, desk.look_at or over))
        await desk.settle()
    if order.status is OrderStatus.OPEN and not order.request.order_type.has_price:
        # It trades at once where there is anybody to trade with: look whether it has.
        await connection.clock.sleep_until(connection.clock.now() + FILL_WAIT)
        await desk.settle()
    return desk.get_order(order.order_id)


def find_order(desk: Desk, text: str) -> Order:
    """The order of today with this id of ours, or this number at the broker. Raises `BadInput`."""
    for order in desk.orders:
        numbers = {number_key(number) for number in order.broker_order_ids}
        if order.order_id == text or number_key(text) in numbers:
            return order
    raise BadInput(
        f"{text}: 오늘 그런 주문이 없습니다. hoga orders 로 확인하십시오.",
        f"{text}: there is no such order today. Look at hoga orders.",
    )


def _is_moving(order: Order) -> bool:
    return order.is_in_doubt or order.status in (OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE)
