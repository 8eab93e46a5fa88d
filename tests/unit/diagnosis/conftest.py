"""A hand-built instrument of the dilemma hierarchy and answers with a known truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.instrument.instrument import Instrument
from wxsat.responses.responses import CleanResponses

D1, D2, D4 = ("SHOW", "LDR"), ("AUD", "GEO", "FUN", "LAND"), ("FRAG", "LOOP", "CAP")
SYMPTOMS = ("COPY", "UNA", "VASE")
PROBLEMS = (*D1, *D2, *D4, *SYMPTOMS)
PERFORMANCE = ("EOU", "PU", "PVAL", "SAT", "TRU", "CI")
CONSTRUCTS = (*PROBLEMS, *PERFORMANCE, "CMI")
COMPOSITES = [
    {"id": "D1", "parts": list(D1)},
    {"id": "D2", "parts": list(D2)},
    {
        "id": "D3",
        "parts": ["COPY", "UNA", "VASE", "PVAL", "SAT"],
        "weights": {"COPY": 0.25, "UNA": 0.25, "VASE": 0.25, "PVAL": 0.125, "SAT": 0.125},
    },
    {"id": "D4", "parts": list(D4)},
]


def build_instrument(
    constructs: dict[str, int],
    *,
    composites: list[dict[str, Any]] | None = None,
    reverse: tuple[str, ...] = (),
) -> Instrument:
    """Return an instrument with so many seven-point items a construct."""

    def direction(name: str) -> str:
        return "problem" if name in PROBLEMS else "neutral" if name == "CMI" else "performance"

    declared = [
        {
            "id": name,
            "name": {"en": name},
            "direction": direction(name),
            "items": [
                {
                    "id": f"{name}{i}",
                    "text": {"en": f"{name} {i}"},
                    "construct_id": name,
                    "key": "R" if f"{name}{i}" in reverse else "+",
                }
                for i in range(1, n_items + 1)
            ],
        }
        for name, n_items in constructs.items()
    ]
    chosen = COMPOSITES if composites is None else composites
    present = [c for c in chosen if all(p in constructs for p in c["parts"])]
    return Instrument.model_validate(
        {
            "instrument": {"id": "small", "version": "1", "default_scale": "seven"},
            "scales": {"seven": {"id": "seven", "min": 1, "max": 7}},
            "constructs": declared,
            "composites": [{"name": {"en": c["id"]}, **c} for c in present],
            "background": [{"id": "account", "text": {"en": "Account"}, "kind": "text", "role": "account"}],
        }
    )


def build_responses(frame: pd.DataFrame, instrument: Instrument, **kwargs: Any) -> CleanResponses:
    """Return cleaned answers around a frame."""
    reversed_items = tuple(i.id for i in instrument.items_in() if i.reversed and i.id in frame.columns)
    return CleanResponses(
        frame=frame,
        reasons=pd.DataFrame("", index=frame.index, columns=frame.columns),
        paradata=pd.DataFrame(index=frame.index),
        rows=np.arange(1, len(frame) + 1),
        instrument=instrument,
        **{"reversed_items": reversed_items, **kwargs},
    )


def simulate_answers(
    n: int, n_accounts: int, seed: int, *, n_items: int = 3, missing: float = 0.0, account_sd: float = 0.4
) -> pd.DataFrame:
    """Return seven-point answers along the hierarchy, accounts differing in every construct."""
    rng = np.random.default_rng(seed)
    account = np.sort(rng.integers(0, n_accounts, n))
    shift = rng.normal(0, account_sd, (n_accounts, len(CONSTRUCTS)))[account]

    def noise(name: str) -> np.ndarray:
        return 0.8 * rng.normal(size=n) + shift[:, CONSTRUCTS.index(name)]

    eta: dict[str, np.ndarray] = {}
    common = rng.normal(size=n)
    for name in D1:
        eta[name] = 0.7 * common + noise(name)
    d1 = (eta["SHOW"] + eta["LDR"]) / 2
    for name in (*D2, *D4):
        eta[name] = 0.5 * d1 + noise(name)
    d2, d4 = (np.mean([eta[name] for name in parts], axis=0) for parts in (D2, D4))
    eta["COPY"] = 0.45 * d2 + 0.15 * d4 + noise("COPY")
    eta["UNA"] = 0.5 * d4 + 0.2 * d1 + noise("UNA")
    eta["VASE"] = 0.5 * eta["UNA"] + noise("VASE")
    eta["EOU"] = -0.25 * d2 - 0.25 * d4 + noise("EOU")
    eta["PU"] = 0.4 * eta["EOU"] - 0.3 * d2 - 0.2 * eta["COPY"] + noise("PU")
    eta["PVAL"] = 0.4 * eta["PU"] + 0.15 * eta["EOU"] - 0.2 * eta["UNA"] - 0.15 * d1 + noise("PVAL")
    eta["SAT"] = 0.25 * eta["PU"] + 0.1 * eta["EOU"] + 0.35 * eta["PVAL"] - 0.2 * eta["UNA"] + noise("SAT")
    eta["TRU"] = 0.45 * eta["SAT"] - 0.15 * eta["UNA"] - 0.2 * d1 + noise("TRU")
    eta["CI"] = 0.35 * eta["SAT"] + 0.25 * eta["PU"] + 0.15 * eta["TRU"] + noise("CI")
    eta["CMI"] = -0.3 * eta["SAT"] - 0.15 * eta["TRU"] + noise("CMI")
    columns: dict[str, np.ndarray] = {}
    for name in CONSTRUCTS:
        for i in range(1, n_items + 1):
            answer = np.clip(np.round(4.2 + eta[name] + 0.6 * rng.normal(size=n)), 1, 7)
            columns[f"{name}{i}"] = np.where(rng.random(n) < missing, np.nan, answer)
    columns["account"] = np.char.add("a", account.astype(str))
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    """The whole hierarchy, three items a construct."""
    return build_instrument(dict.fromkeys(CONSTRUCTS, 3), reverse=("SHOW3", "UNA3"))


@pytest.fixture(scope="session")
def clean(instrument: Instrument) -> CleanResponses:
    """600 respondents of 30 accounts, 5 % of the answers missing."""
    return build_responses(simulate_answers(600, 30, 7, missing=0.05), instrument)


@pytest.fixture(scope="session")
def small() -> Callable[..., CleanResponses]:
    """Return a factory: frame and items per construct -> responses of an instrument of their own."""

    def make(frame: pd.DataFrame, constructs: dict[str, int], **kwargs: Any) -> CleanResponses:
        given = {key: kwargs.pop(key) for key in ("composites", "reverse") if key in kwargs}
        return build_responses(frame, build_instrument(constructs, **given), **kwargs)

    return make


@pytest.fixture(scope="session")
def simulate() -> Callable[..., pd.DataFrame]:
    """Return the simulation of answers along the hierarchy."""
    return simulate_answers
