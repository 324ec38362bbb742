"""The PostgreSQL that the tests of plugins share: one server and one connection for the whole session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.postgres import programs_or_stop, server

if TYPE_CHECKING:
    from psycopg import Connection


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """How to connect to a server of the tests' own; where none is installed CI fails, others skip."""
    with server(programs_or_stop()) as connecting:
        yield connecting


@pytest.fixture(scope="session")
def postgres(postgres_server: str) -> Iterator[Connection[Any]]:
    """One connection for all statements."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        yield connection
