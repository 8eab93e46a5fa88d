"""R's figures of tests/golden/psychometrics and the two data sets they were made on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "psychometrics"


@pytest.fixture(scope="session")
def reference() -> dict[str, Any]:
    return json.loads((GOLDEN / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def holzinger() -> pd.DataFrame:
    from semopy.examples import holzinger39

    return holzinger39.get_data()


@pytest.fixture(scope="session")
def simulated() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "simulated.csv")


@pytest.fixture(scope="session")
def recoded(simulated: pd.DataFrame) -> pd.DataFrame:
    return simulated.assign(EOU4=8 - simulated["EOU4"])
