"""The databases that journal, switch and lease are promised on: SQLite, and a PostgreSQL when there is one.

`HOGA_TEST_POSTGRES` is the URL of a server whose user may make schemas; `.ci/run` starts one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

POSTGRES = "HOGA_TEST_POSTGRES"
POSTGRES_ONLY = pytest.param(
    "postgres",
    marks=pytest.mark.skipif(
        POSTGRES not in os.environ, reason=f"no PostgreSQL: {POSTGRES} is not set (.ci/run sets it)"
    ),
)
KINDS = ("sqlite", POSTGRES_ONLY)


@contextmanager
def new_store(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield str(folder / "desk.sqlite")
        return
    server, schema = sa.engine.make_url(os.environ[POSTGRES]), f"hoga_{uuid4().hex}"
    with admin(str(server)) as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        own = server.update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin(str(server)) as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def admin(address: str) -> Iterator[sa.Connection]:
    """A connection of our own to the database, past everything that is tested."""
    url = sa.engine.make_url(address if "://" in address else f"sqlite:///{address}")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        yield connection
