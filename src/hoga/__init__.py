"""Hoga (호가): trading software for the Korean stock market."""

__version__ = "0.1.0"
