"""Places, watches and settles orders, checks risk, keeps positions, and wakes strategies."""
