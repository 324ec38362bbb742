"""The rules that the tests of the prose reading speak of: those of the page, and the shipped editions."""

from __future__ import annotations

import pytest

from parcore.editions.edition import Edition
from parcore.registry import Registry
from tests.readings.speech import page_editions, policy_editions


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """Each rule of the page as an edition."""
    return page_editions(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """Each policy of the page on policies as an edition."""
    return policy_editions(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="session")
def known(page: list[Edition], policies: list[Edition]) -> list[Edition]:
    """The rules and policies of the pages and all shipped editions."""
    registry = Registry()
    documents = registry.edition_documents()
    return [*page, *policies, *(registry.edition(f"{each.methodology}@{each.name}") for each in documents)]
