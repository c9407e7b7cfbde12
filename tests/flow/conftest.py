from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.town import Town, town_in


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_in(tmp_path)
