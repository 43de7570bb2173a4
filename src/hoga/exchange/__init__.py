"""The simulated market itself: command in, events out. No I/O, no clock, no luck."""
