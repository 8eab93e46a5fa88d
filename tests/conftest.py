"""Fixtures for every test: the bundled instrument and, where they are there, the shared real data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Return a function: path below the shared folder -> Path, skipping the test where it is absent."""

    def locate(relative: str) -> Path:
        path = SHARED / relative
        if not path.exists():
            pytest.skip(f"shared data set {relative} is not on this machine")
        return path

    return locate
