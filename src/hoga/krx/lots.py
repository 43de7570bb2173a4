"""In which quantities an issue trades (매매수량단위).

Source: ER§33; one share on KOSPI since 2014-06-02 (ER 1017). Until then cheap KOSPI issues traded in tens
(below which price is unverified), which is not here: every stock and fund has lots of one on every day.
No fractions of a share trade on the exchange.
"""

from hoga.domain.instrument import Kind

_ELW_LOT = 10


def lot_size(kind: Kind) -> int:
    """The number of shares or units that every order must be a multiple of."""
    return _ELW_LOT if kind is Kind.ELW else 1
