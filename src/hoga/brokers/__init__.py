"""The brokers that Hoga trades through, one folder each. They keep the promises of `ports`."""
