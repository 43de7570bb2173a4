"""Measurements of the hot paths, each as a ratio against an alternative in the same run."""
