from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.destinations.replies import Script, scripted


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script
