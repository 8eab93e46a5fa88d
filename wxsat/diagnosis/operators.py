"""The staff's side of the dilemmas: operators, liaisons and leaders of the accounts, roles weighted equally.

Everyone's answers are brought to severities (POMP in the problem direction), averaged within an account's role, then
over accounts, then over roles. Leaders answer a short form of their own; its items stand for the same parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.facts import DOCUMENT_PART, FACT_PART, score_documents, score_facts
from wxsat.diagnosis.pomp import mean_of_answered, pomp
from wxsat.errors import DataError, UsageError
from wxsat.numerics.labels import coded_labels
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

Floats = NDArray[np.float64]
ROLES = ("OP", "BD", "LD")
ROLE_CODES = {1: "OP", 2: "BD", 3: "LD"}
ROLE_QUESTION = "ROLE"
FEWEST_PERSONS = 3
REQUIRED = {"OP": 2, "BD": 1, "LD": 1}
GAP_PART, BLIND_PART, PERFORMANCE_PART = "SELF_OTHER_GAP", "BSI", "OPERF"
NEEDS = tuple(f"N{k:02d}" for k in range(1, 13))


@dataclass(frozen=True)
class StaffPart:
    """A scale of the staff: what operators and liaisons answer, and the items of the leaders' short form."""

    constructs: tuple[str, ...]
    leader_items: tuple[str, ...] = ()


STAFF_PARTS: Mapping[str, StaffPart] = {
    "OLC": StaffPart(("OLC",), ("LD1", "LD2", "LD3", "LD6")),
    "OAV": StaffPart(("OAV",), ("LD4", "LD5")),
    "OGC": StaffPart(("OGC",), ("LD7",)),
    "ORS": StaffPart(("ORS",), ("LD8",)),
    "OCO": StaffPart(("OCO",)),
    "OSU_OPR": StaffPart(("OSU", "OPR")),
}
"""Parts that come from people's answers; the others are computed from these, from facts and from the public."""

DILEMMA_PARTS: Mapping[str, tuple[str, ...]] = {
    "D1": ("OLC", "OAV", GAP_PART),
    "D2": ("OGC", DOCUMENT_PART),
    "D3": (BLIND_PART, PERFORMANCE_PART),
    "D4": ("ORS", "OCO", "OSU_OPR", FACT_PART),
}


@dataclass(frozen=True, eq=False)
class StaffAnswers:
    """
    The staff's answers as severities.

    Attributes
    ----------
    accounts : tuple of str
    account, role : ndarray of int, shape (n,)
        Positions in `accounts` and in `ROLES`.
    parts : tuple of str
    values : ndarray, shape (n, n_parts)
        Severities 0-100, NaN where not answered.
    documents, facts : ndarray, shape (n_accounts,)
        Severity of the document check and of the facts index; NaN where nothing is known.
    importance, performance : ndarray, shape (n, 12)
        POMP of what they believe the public needs, and of how well they think the account does; NaN where not asked.
    """

    accounts: tuple[str, ...]
    account: NDArray[np.intp]
    role: NDArray[np.intp]
    parts: tuple[str, ...]
    values: Floats
    documents: Floats
    facts: Floats
    importance: Floats
    performance: Floats

    @property
    def n(self) -> int:
        """Number of persons."""
        return len(self.role)

    def persons(self) -> Floats:
        """Return how many persons of each role an account has, shape (n_accounts, 3)."""
        out = np.zeros((len(self.accounts), len(ROLES)))
        np.add.at(out, (self.account, self.role), 1)
        return out

    def cell_means(self, values: Floats, weights: Floats | None = None) -> Floats:
        """
        Return the means of each account's roles.

        Parameters
        ----------
        values : ndarray, shape (n, k)
        weights : ndarray, shape (draws, n), optional
            Of persons; one draw of ones when left out.

        Returns
        -------
        ndarray, shape (draws, n_accounts, 3, k)
        """
        w = np.ones((1, self.n)) if weights is None else weights
        out = np.full((len(w), len(self.accounts), len(ROLES), values.shape[1]), np.nan)
        answered = ~np.isnan(values)
        filled = np.where(answered, values, 0.0)
        for a, r in {(int(a), int(r)) for a, r in zip(self.account, self.role, strict=True)}:
            rows = np.flatnonzero((self.account == a) & (self.role == r))
            with np.errstate(invalid="ignore", divide="ignore"):
                out[:, a, r] = (w[:, rows] @ filled[rows]) / (w[:, rows] @ answered[rows])
        return out


def score_staff(responses: Responses) -> StaffAnswers:
    """
    Bring the answers of operators, liaisons and leaders to severities.

    Parameters
    ----------
    responses : Responses
        Answers to ``gov-wechat-operators`` (or an instrument with its ids), cleaned, reverse-keyed items recoded.

    Returns
    -------
    StaffAnswers

    Raises
    ------
    UsageError
        DIAG-020 if these are not answers to an instrument of the staff.
    DataError
        DIAG-021 without role or account, DIAG-022 an unknown role, DIAG-003 reverse-keyed items in raw direction.

    Examples
    --------
    >>> score_staff(wx.clean(wx.read_responses("staff.csv", "gov-wechat-operators")))  # doctest: +SKIP
    """
    instrument = _staff_instrument(responses)
    frame = responses.frame
    account_column = next((q.id for q in instrument.background if q.role == "account"), "account")
    role, labels, account = _places(responses, account_column)
    columns = {}
    for name, part in STAFF_PARTS.items():
        others = _mean_severity(responses, [i for c in part.constructs for i in _items_of(instrument, c)])
        leaders = _mean_severity(responses, [i for i in part.leader_items if i in frame.columns])
        columns[name] = np.where(role == ROLES.index("LD"), leaders, others)
    performance = _needs(responses, "S")
    columns[PERFORMANCE_PART] = 100.0 - mean_of_answered(performance)
    return StaffAnswers(
        labels, account, role, tuple(columns), np.column_stack(list(columns.values())),
        score_documents(frame, account, len(labels)), score_facts(frame, account, len(labels)),
        _needs(responses, "E"), performance,
    )  # fmt: skip


def _staff_instrument(responses: Responses) -> Instrument:
    if not isinstance(responses, Responses) or responses.instrument is None:
        raise UsageError(
            "DIAG-020",
            f"operators= needs the staff's cleaned answers, got {type(responses).__name__} without an instrument.",
            hint="Read them with read_responses(file, load_instrument('gov-wechat-operators')) and clean() them.",
        )
    known = {c.id for c in responses.instrument.constructs}
    if not known & {c for part in STAFF_PARTS.values() for c in part.constructs}:
        raise UsageError(
            "DIAG-020",
            f"'{responses.instrument.id}' asks nothing of operators: none of OLC, OAV, OGC, ORS, OCO, OSU, OPR.",
            hint="The instrument of the staff is gov-wechat-operators.",
        )
    return responses.instrument


def _places(responses: Responses, account_column: str) -> tuple[NDArray[np.intp], tuple[str, ...], NDArray[np.intp]]:
    import pandas as pd

    frame = responses.frame
    missing = [c for c in (ROLE_QUESTION, account_column) if c not in frame.columns]
    if missing:
        raise DataError(
            "DIAG-021", f"the staff's answers have no column {', '.join(missing)}.", where="operators",
            hint="Every row needs the role (1 operator, 2 liaison, 3 leader) and the account.",
        )  # fmt: skip
    codes = pd.to_numeric(frame[ROLE_QUESTION], errors="coerce").to_numpy(dtype=np.float64)
    account, labels = coded_labels(frame[account_column])
    unknown = ~np.isin(codes, list(ROLE_CODES)) | (account < 0)
    if unknown.any():
        rows = ", ".join(str(r) for r in np.asarray(responses.rows)[unknown][:10])
        raise DataError(
            "DIAG-022", f"{int(unknown.sum())} rows name no known role or no account (rows {rows}).", where="operators",
            hint="Roles are 1 operator, 2 liaison, 3 leader.",
        )  # fmt: skip
    return (codes - 1).astype(np.intp), labels, account.astype(np.intp)


def _items_of(instrument: Instrument, construct: str) -> list[str]:
    return [item.id for c in instrument.constructs if c.id == construct for item in c.items]


def _mean_severity(responses: Responses, items: list[str]) -> Floats:
    """Mean severity of items over those answered; items of performance constructs are turned."""
    assert responses.instrument is not None
    instrument, frame = responses.instrument, responses.frame
    present = [i for i in items if i in frame.columns]
    if not present:
        return np.full(len(frame), np.nan)
    known = {item.id: (construct, item) for construct in instrument.constructs for item in construct.items}
    raw = [i for i in present if known[i][1].reversed and i not in responses.reversed_items]
    if raw:
        raise DataError(
            "DIAG-003", f"{len(raw)} reverse-keyed items still stand in raw direction: {', '.join(raw[:10])}.",
            where="operators", hint="Pass the answers through clean(), which recodes them once.",
        )  # fmt: skip
    columns = []
    for name in present:
        construct, item = known[name]
        x = _on_scale(frame, instrument, name, item)
        columns.append(x if construct.direction == "problem" else 100.0 - x)
    return mean_of_answered(np.column_stack(columns))


def _on_scale(frame: pd.DataFrame, instrument: Instrument, name: str, item: object) -> Floats:
    scale = instrument.scale_of(item)  # type: ignore[arg-type]
    x = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    low, high = scale.min, scale.max
    if low is None or high is None or ((x < low) | (x > high)).any():
        raise DataError("DIAG-004", f"{name}: answers lie off their scale.", where="operators")
    return pomp(x, low, high)


def _needs(responses: Responses, ending: str) -> Floats:
    """POMP of the twelve needs' questions with this ending; NaN where they were not asked."""
    frame = responses.frame
    out = np.full((len(frame), len(NEEDS)), np.nan)
    for k, need in enumerate(NEEDS):
        if f"{need}{ending}" in frame.columns:
            out[:, k] = pomp(frame[f"{need}{ending}"].to_numpy(dtype=np.float64, na_value=np.nan), 1, 7)
    return out
