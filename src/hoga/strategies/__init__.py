"""Decisions only: a strategy sees a view and says what it wants; it never calls a broker or asks the time."""
