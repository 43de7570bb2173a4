"""`python -m hoga` is the `hoga` command."""

from hoga.cli.main import run

if __name__ == "__main__":
    run()
