"""Made-up staff of accounts: operators, liaisons and leaders who answer for accounts in a known condition.

They answer by the same four figures an account (0 good, 1 bad) from which its records are made, so that sources agree
where nothing else is put in; what the staff see differently is put in as a shift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.simulate.records import AccountCondition

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

ROLE_COUNTS = {1: 2, 2: 1, 3: 1}
LEVER_OF = {
    "OLC": "leadership", "OAV": "leadership", "OGC": "positioning", "ORS": "institution", "OCO": "institution",
    "OSU": "institution", "OPR": "institution", "OBO": "institution", "NEEDPERF": "value", "NEEDIMP": "value",
}  # fmt: skip
LEADER_ITEMS = {
    "LD1": "leadership", "LD2": "leadership", "LD3": "leadership", "LD4": "leadership", "LD5": "leadership",
    "LD6": "leadership", "LD7": "positioning", "LD8": "institution",
}  # fmt: skip
PERSON_SD, ITEM_SD = 0.07, 0.13
LEADERS_FLATTER = 0.10


def simulate_staff(
    instrument: Instrument,
    conditions: Sequence[AccountCondition],
    *,
    rosier: Mapping[str, float] | None = None,
    importance: Mapping[str, float] | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """
    Simulate the answers of an account's staff.

    Parameters
    ----------
    instrument : Instrument
        ``gov-wechat-operators``.
    conditions : sequence of AccountCondition
    rosier : mapping of str to float, optional
        ``leadership``, ``positioning``, ``value``, ``institution`` to how much better (0-1) the staff see it.
    importance : mapping of str to float, optional
        Need (``N01``) to the importance on 1-7 that the staff believe in.
    seed : int

    Returns
    -------
    DataFrame
        One row a person: ``ROLE``, the account, items as codes in raw direction, facts; blank where not asked. A column
        ``simulated`` says that nobody answered.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> from wxsat.simulate.records import AccountCondition
    >>> staff = simulate_staff(load_instrument("gov-wechat-operators"), [AccountCondition("A01", 0.5, 0.5, 0.5, 0.5)])
    >>> staff["ROLE"].tolist()
    [1, 1, 2, 3]
    """
    import pandas as pd

    account = next((q.id for q in instrument.background if q.role == "account"), "account")
    streams = np.random.SeedSequence(seed).spawn(len(conditions))
    rows = []
    for condition, stream in zip(conditions, streams, strict=True):
        rng = np.random.default_rng(stream)
        facts = _facts(condition, rng)
        for role, count in ROLE_COUNTS.items():
            for _ in range(count):
                person = _answers(instrument, condition, role, rosier or {}, importance or {}, rng)
                asked = facts if role == 1 else {k: v for k, v in facts.items() if role == 3 and k in ("F12", "F13")}
                rows.append({"ROLE": role, account: condition.account, **person, **asked})
    return pd.DataFrame(rows).assign(simulated=f"staff, seed {seed}")


def _answers(
    instrument: Instrument,
    condition: AccountCondition,
    role: int,
    rosier: Mapping[str, float],
    importance: Mapping[str, float],
    rng: np.random.Generator,
) -> dict[str, Any]:
    own = rng.normal(0.0, PERSON_SD)
    out: dict[str, Any] = {}
    for construct in instrument.constructs:
        for item in construct.items:
            noise = rng.normal(0.0, ITEM_SD)
            if not _asked(construct.id, role):
                continue
            lever = LEADER_ITEMS.get(item.id) or LEVER_OF[construct.id]
            bad = getattr(condition, lever) - rosier.get(lever, 0.0) - (LEADERS_FLATTER if role == 3 else 0.0)
            if construct.id == "NEEDIMP":
                level = (importance.get(item.id[:3], 5.0) - 1) / 6
            else:
                level = bad if construct.direction == "problem" else 1.0 - bad
            share = level + own * (1 if construct.direction == "problem" else -1) + noise
            code = int(np.clip(np.rint(1 + 6 * share), 1, 7))
            out[item.id] = 8 - code if item.reversed else code
    return out


def _asked(construct: str, role: int) -> bool:
    if construct in ("NEEDIMP", "NEEDPERF"):
        return True
    if construct == "LD":
        return role == 3
    return role == 1 if construct == "OBO" else role in (1, 2)


def _facts(c: AccountCondition, rng: np.random.Generator) -> dict[str, Any]:
    """Facts of the account as its operators state them."""
    good = 1.0 - c.institution
    followers = int(rng.integers(8_000, 60_000))
    facts: dict[str, Any] = {
        "F01": int(np.rint(followers / 10_000 * np.clip(0.1 + 1.0 * good + 0.1 * rng.normal(), 0, 2))),
        "F02A": int(rng.integers(0, 3)), "F02B": int(rng.integers(2, 8) * 5),
        "F03": int(rng.integers(0, 3)), "F05": int(rng.integers(0, 40)),
        "F09": int(rng.random() < good + 0.1), "F10": int(rng.random() < good),
        "F11": int(rng.poisson(6 * good)), "F12": round(float(np.clip(6 * good + rng.normal(0, 0.5), 0, 10)), 1),
        "F13": int(rng.poisson(10 * (1 - c.leadership))), "F19A": followers,
        "F21": int(rng.random() < 1.0 - c.positioning), "F22": int(rng.random() < 1.0 - c.positioning),
    }  # fmt: skip
    if rng.random() < good + 0.1:
        facts |= {"F08A": 3, "F08B": 7}
    return facts
