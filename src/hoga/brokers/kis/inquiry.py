"""The client as it is given to whoever asks and must not order: a notebook's `ask`."""

from hoga.brokers.kis.client import KisClient


class Inquiry:
    """All questions of a `KisClient`, by the same names, and nothing that places, replaces or cancels.

    A desk is the only door for orders: what passes it by is neither judged nor written down.
    """

    def __init__(self, client: KisClient) -> None:
        self.quotes, self.book, self.daily_bars = client.quotes, client.book, client.daily_bars
        self.account, self.buying_power, self.orders = client.account, client.buying_power, client.orders
        self.charts, self.market, self.companies = client.charts, client.market, client.companies
        self.flows, self.ledger = client.flows, client.ledger
