"""The PostgreSQL and the Spark that the tests of plugins share: one of each for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.postgres import programs_or_stop, server
from tests.plugins.spark import java, session

if TYPE_CHECKING:
    from psycopg import Connection
    from pyspark.sql import SparkSession


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


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One Spark for all tests; where there is no Java CI fails, others skip."""
    if java() is None:
        reason = "no Java is installed (`java` is neither on the path nor in JAVA_HOME)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with session(tmp_path_factory.mktemp("spark")) as opened:
        yield opened
