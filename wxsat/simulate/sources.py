"""Made-up staff and records for the accounts of a simulated survey, from the same truth as its respondents.

What an account does follows from the same between-account scores that its respondents carry, so that the sources agree
where the truth is one. Leaders are made to see their own part in a better light than the others do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.simulate.draws import Draws
from wxsat.simulate.operators import simulate_staff
from wxsat.simulate.panel import simulate_panel
from wxsat.simulate.people import between_accounts
from wxsat.simulate.population import solve_population
from wxsat.simulate.records import AccountCondition, simulate_records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.simulate.truth import Truth

AS_OF = dt.date(2026, 3, 31)
SPREAD = 0.09
STAFF_LEVEL = {"leadership": 0.66, "positioning": 0.50, "value": 0.56, "institution": 0.58}
RECORDS_LEVEL = {"leadership": 0.72, "positioning": 0.82, "value": 0.52, "institution": 0.80}
"""Middle condition of the accounts: chosen so that the records' severities lie where the public's do."""

DILEMMA_OF = {"leadership": "D1", "positioning": "D2", "value": "D3", "institution": "D4"}
SYMPTOMS = ("COPY", "UNA")
LATE_ANSWER_BELOW = 0.62
SILENT_ACCOUNT_SHARE = 0.05
VETO_SILENCE_DAYS = 14


@dataclass(frozen=True, eq=False)
class SimulatedSources:
    """Staff answers, tables of records by name, the day of the cut-off, and the supervisors' sheets."""

    staff: pd.DataFrame
    records: dict[str, pd.DataFrame]
    as_of: dt.date
    panel: pd.DataFrame


def simulate_sources(
    truth: Truth, staff_instrument: Instrument, *, accounts: int, seed: int, messages: int = 60
) -> SimulatedSources:
    """
    Simulate what the staff say and what the records show of the accounts of a simulated survey.

    Parameters
    ----------
    truth : Truth
    staff_instrument : Instrument
        ``gov-wechat-operators``.
    accounts : int
    seed : int
        That of the respondents: the accounts are theirs.
    messages : int
        Mean number of messages an account within the window.

    Returns
    -------
    SimulatedSources
    """
    standing = _standing(truth, accounts, seed)
    staff = simulate_staff(
        staff_instrument, _conditions(standing, STAFF_LEVEL, accounts), importance=_needs_of(truth), seed=seed
    )
    conditions = _conditions(standing, RECORDS_LEVEL, accounts)
    records = simulate_records(conditions, as_of=AS_OF, messages=messages, seed=seed)
    late = {c.account for c in conditions if c.value < LATE_ANSWER_BELOW}
    return SimulatedSources(staff, _answered_late(records, late, seed), AS_OF, _sheets(standing, conditions, seed))


def _sheets(standing: dict[str, np.ndarray], conditions: list[AccountCondition], seed: int) -> pd.DataFrame:
    """
    A year of supervisors' sheets; they see what the records and the public see.

    Those that are silent at the cut-off had a veto in the last month.
    """
    mean = np.mean(list(standing.values()), axis=0)
    spread = mean.std()
    scaled = mean / (spread if spread > 0 else 1.0)
    by_account = {c.account: round(float(value), 6) for c, value in zip(conditions, scaled, strict=True)}
    vetoed = {c.account: 1 for c in conditions if c.silent_days > VETO_SILENCE_DAYS}
    return simulate_panel(by_account, as_of=AS_OF, vetoed=vetoed, seed=seed)


def _standing(truth: Truth, accounts: int, seed: int) -> dict[str, np.ndarray]:
    """How each account stands on each dilemma, standardised over accounts, from its respondents' shared scores."""
    between = between_accounts(solve_population(truth), Draws(seed), accounts)
    found = {}
    for field, dilemma in DILEMMA_OF.items():
        parts = truth.composites.get(dilemma, list(SYMPTOMS))
        score = np.mean([between[name] for name in parts if name in between], axis=0)
        spread = score.std()
        found[field] = (score - score.mean()) / (spread if spread > 0 else 1.0)
    return found


def _conditions(standing: dict[str, np.ndarray], level: dict[str, float], accounts: int) -> list[AccountCondition]:
    values = {field: np.clip(level[field] + SPREAD * score, 0.02, 0.98) for field, score in standing.items()}
    quiet = np.argsort(-standing["value"], kind="stable")[: max(1, round(SILENT_ACCOUNT_SHARE * accounts))]
    return [
        AccountCondition(
            f"A{i + 1:02d}",
            leadership=round(float(values["leadership"][i]), 6),
            positioning=round(float(values["positioning"][i]), 6),
            value=round(float(values["value"][i]), 6),
            institution=round(float(values["institution"][i]), 6),
            silent_days=18 if i in quiet else 0,
        )
        for i in range(accounts)
    ]


def _needs_of(truth: Truth) -> dict[str, float]:
    """What the staff believe in: the middle of what the public finds important, drawn half-way to indifference."""
    found = {}
    for need in (f"N{k:02d}" for k in range(1, 13)):
        answer = truth.background.get(f"{need}I")
        if answer is not None and answer.quantiles:
            middle = answer.quantiles[len(answer.quantiles) // 2]
            found[need] = 0.5 * middle + 0.5 * 4.5
    return found


def _answered_late(records: dict[str, pd.DataFrame], accounts: set[str], seed: int) -> dict[str, pd.DataFrame]:
    """Let these accounts answer, late and in a word, what they left unanswered for three months."""
    import pandas as pd

    messages, replies = records["messages"], records["replies"]
    human = set(replies.loc[replies["by"] != "auto", "message_id"])
    old = messages["time"] < pd.Timestamp(AS_OF) - pd.Timedelta(days=75)
    late = messages[messages["account"].isin(accounts) & old & ~messages["message_id"].isin(human)]
    wait = np.random.default_rng(seed).uniform(20, 60, len(late))
    answers = pd.DataFrame(
        {
            "message_id": late["message_id"].to_numpy(), "time": late["time"] + pd.to_timedelta(wait, "D"),
            "by": "staff", "score": 2.0,
        }
    )  # fmt: skip
    return {**records, "replies": pd.concat([replies, answers], ignore_index=True)}
