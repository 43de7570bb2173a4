"""The `hoga` command."""
