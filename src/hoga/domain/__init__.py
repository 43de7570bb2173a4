"""What things are: plain values of the Korean stock market and the life of an order.

Nothing here does I/O, reads a clock or knows a broker. Won and shares are `int`, rates are `Decimal`,
instants carry a zone.
"""
