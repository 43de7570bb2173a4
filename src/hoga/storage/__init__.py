"""What survives a restart, and where the prices of a simulated day come from."""
