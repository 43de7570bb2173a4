"""Numbers for Prometheus. What the desk knows is read when somebody asks; requests are counted."""

from collections import Counter as Count
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hoga.application import Hoga
from hoga.domain.order import OrderStatus
from hoga.domain.trading_state import TradingState
from hoga.server.feed import Feed
from hoga.server.health import hindrances, reconciliation_age

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""

METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Metrics(Collector):
    """The numbers of one bridge."""

    def __init__(self, hoga: Hoga, feed: Feed) -> None:
        self._hoga = hoga
        self._feed = feed
        self._waiting: Mapping[str, int] = {}
        self._counted: dict[tuple[str, str, int], tuple[Histogram, Counter]] = {}
        """What counts the requests of one kind: to look it up again each time takes longer than to count."""
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._seconds = Histogram(
            "hoga_request_seconds", "Requests answered.", ("route",), registry=self._registry, buckets=BUCKETS
        )
        self._requests = Counter(
            "hoga_requests", "Requests by answer.", ("route", "method", "status"), registry=self._registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request. Strangers think of methods without end: those of no route are one."""
        if method not in METHODS:
            method = "other"
        kind = route, method, status
        if kind not in self._counted:
            self._counted[kind] = (
                self._seconds.labels(route),
                self._requests.labels(route, method, str(status)),
            )
        histogram, counter = self._counted[kind]
        histogram.observe(seconds)
        counter.inc()

    async def text(self) -> bytes:
        """All numbers in Prometheus's text format."""
        self._waiting = await self._hoga.calls_waiting()
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the desk knows at this moment."""
        hoga, desk = self._hoga, self._hoga.desk
        orders = GaugeMetricFamily("hoga_orders", "Orders of the day by status.", labels=("status",))
        statuses = Count(order.status for order in desk.orders)
        for status in OrderStatus:
            orders.add_metric((str(status),), statuses[status])
        yield orders
        state = GaugeMetricFamily("hoga_trading_state", "1 for where the switch stands.", labels=("state",))
        for each in TradingState:
            state.add_metric((str(each),), each is desk.trading_state)
        yield state
        waiting = GaugeMetricFamily("hoga_broker_calls_waiting", "Calls that wait.", labels=("kind",))
        for kind, count in self._waiting.items():
            waiting.add_metric((kind,), count)
        yield waiting
        age = reconciliation_age(hoga)
        numbers = {
            ("hoga_safe_to_trade", "1 when nothing speaks against trading."): not hindrances(hoga),
            ("hoga_fills", "Executions of the day."): len(desk.fills),
            ("hoga_unconfirmed_orders", "Orders whose answer is missing."): len(desk.unconfirmed),
            ("hoga_differences", "What the broker counts differently."): len(desk.differences),
            ("hoga_stream_readers", "Readers of /v1/stream."): self._feed.readers,
            ("hoga_stream_updates", "Updates told since the start."): self._feed.number,
            ("hoga_stream_dropped", "Readers dropped since the start."): self._feed.dropped,
        }
        for (name, what), number in numbers.items():
            yield GaugeMetricFamily(name, what, value=number)
        if age is not None:
            yield GaugeMetricFamily(
                "hoga_reconciliation_age_seconds",
                "Since the account was held against our own count.",
                value=age.total_seconds(),
            )
