"""The staff's side as tables that may be published: roles over all accounts, accounts without leaders, needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.accounts import suppressed_cells
from wxsat.diagnosis.facts import DOCUMENT_PART, FACT_PART
from wxsat.diagnosis.gap_intervals import add_gap_intervals
from wxsat.diagnosis.gaps import (
    GAP_COLUMNS,
    blind_spot_index,
    difference_reliability,
    rank_agreement,
    response_surface,
    tabulate_gaps,
)
from wxsat.diagnosis.operators import DILEMMA_PARTS, FEWEST_PERSONS, NEEDS, ROLES, StaffAnswers
from wxsat.diagnosis.pomp import score_constructs

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.staff_severity import StaffSeverity
    from wxsat.diagnosis.three_sources import PublicNeeds
    from wxsat.responses.responses import Responses

LEADERS = ROLES.index("LD")
Floats = NDArray[np.float64]
STAFF_COLUMNS = ["dilemma", "part", "role", "n", "S", "suppressed"]


def tabulate_staff(staff: StaffAnswers | None, staffed: StaffSeverity | None) -> pd.DataFrame:
    """
    Return the staff's parts by role, over all accounts.

    Cells of fewer than three persons are empty, and one more where the figure over the roles would give it away.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    if staff is not None and staffed is not None:
        for j, part in enumerate(staffed.parts):
            dilemma = next((d for d, parts in DILEMMA_PARTS.items() if part in parts), "")
            n = np.array([int(np.isfinite(staff.values[staff.role == r, j]).sum()) for r in range(len(ROLES))])
            hidden = suppressed_cells(n, FEWEST_PERSONS)
            # Accounts are told without their leaders: that figure, too, must not give a role away.
            hidden[:LEADERS] |= suppressed_cells(n[:LEADERS], FEWEST_PERSONS)
            rows += [
                {
                    "dilemma": dilemma, "part": part, "role": role, "n": int(n[r]),
                    "S": np.nan if hidden[r] else staffed.by_role[r, j], "suppressed": bool(hidden[r]),
                }
                for r, role in enumerate(ROLES)
                if n[r]
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=STAFF_COLUMNS)


def account_staff(
    staff: StaffAnswers | None, accounts: tuple[str, ...], dilemmas: tuple[str, ...]
) -> tuple[Floats, Floats]:
    """
    Return the number of operators and liaisons of each account, and their severities; leaders take no part.

    Returns
    -------
    n : ndarray, shape (n_accounts,)
    severities : ndarray, shape (n_accounts, n_dilemmas)
        Means over what people answered, documents and facts; not yet suppressed.
    """
    n, out = np.zeros(len(accounts)), np.full((len(accounts), len(dilemmas)), np.nan)
    if staff is None:
        return n, out
    place = {name: i for i, name in enumerate(staff.accounts)}
    cells = staff.cell_means(staff.values)[0][:, :2]
    known = ~np.isnan(cells)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(count > 0, np.where(known, cells, 0.0).sum(axis=1) / count, np.nan)
    persons = staff.persons()[:, :2].sum(axis=1)
    for a, name in enumerate(accounts):
        if name not in place:
            continue
        i = place[name]
        n[a] = persons[i]
        given = dict(zip(staff.parts, means[i], strict=True))
        given |= {DOCUMENT_PART: staff.documents[i], FACT_PART: staff.facts[i]}
        for d, dilemma in enumerate(dilemmas):
            values = [given[p] for p in DILEMMA_PARTS[dilemma] if np.isfinite(given.get(p, np.nan))]
            out[a, d] = float(np.mean(values)) if values else np.nan
    return n, out


def tabulate_need_gaps(
    staff: StaffAnswers | None,
    staffed: StaffSeverity | None,
    needs: PublicNeeds | None,
    responses: Responses,
    df: float | None,
) -> tuple[pd.DataFrame, dict[str, float], pd.DataFrame]:
    """Return the gaps of the needs with their intervals, their figures, and the response surface over accounts."""
    import pandas as pd

    figures: dict[str, float] = {} if staffed is None else {"self_other_gap": staffed.gap}
    empty = pd.DataFrame(columns=GAP_COLUMNS), figures, pd.DataFrame()
    if needs is None:
        return empty
    believed = _over_staff(staff, "importance")
    claimed = _over_staff(staff, "performance")
    importance = needs.draws[0]
    performance = _mean_columns(needs.performance)
    told = staffed is not None and bool(np.isfinite(believed).any() or np.isfinite(claimed).any())
    frame = add_gap_intervals(
        tabulate_gaps(NEEDS, importance, performance, believed, claimed),
        (needs.draws[1:], needs.performance_draws),
        (staffed.believed, staffed.claimed) if staffed is not None and told else None,
        df,
    )
    figures["bsi"] = float(blind_spot_index(importance[None], believed[None])[0])
    figures["rank_agreement"] = rank_agreement(importance, believed)
    surface = pd.DataFrame()
    if staff is not None and needs.account.size:
        reliability, surface = _paired(staff, needs, responses)
        figures |= reliability
    return frame, figures, surface


def _over_staff(staff: StaffAnswers | None, what: str) -> Floats:
    """Mean over roles of the mean over accounts of each need; NaN without staff."""
    if staff is None or staff.n < FEWEST_PERSONS:
        return np.full(len(NEEDS), np.nan)
    cells = staff.cell_means(getattr(staff, what))[0]
    return _mean_columns(np.stack([_mean_columns(cells[:, r]) for r in range(len(ROLES))]))


def _mean_columns(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / count, np.nan)
    return out


def _paired(staff: StaffAnswers, needs: PublicNeeds, responses: Responses) -> tuple[dict[str, float], pd.DataFrame]:
    """Experienced against claimed performance, paired by account: reliability of the difference, response surface."""
    import pandas as pd

    claims = staff.cell_means(staff.performance)[0]
    by_account = {name: _mean_columns(np.concatenate(list(claims[i]))[None].reshape(-1, len(NEEDS))) for i, name in
                  enumerate(staff.accounts)}  # fmt: skip
    experienced = _person_mean(needs.performance)
    own = np.array([float(np.nanmean(by_account[a])) if a in by_account and np.isfinite(by_account[a]).any() else np.nan
                    for a in needs.account])  # fmt: skip
    scores = score_constructs(responses, ["SAT"])
    same = scores.names == ("SAT",) and len(scores.values) == len(experienced)
    fitted = response_surface(scores.values[:, 0], experienced, own, needs.account) if same else None
    table = pd.DataFrame()
    if fitted:
        ends = {
            "x_lower": float(np.nanmin(experienced)), "x_upper": float(np.nanmax(experienced)),
            "y_lower": float(np.nanmin(own)), "y_upper": float(np.nanmax(own)),
        }  # fmt: skip
        table = fitted.coefficients.assign(n=fitted.n, r2=fitted.r2, **ends)
    pairs = pd.DataFrame({"a": needs.account, "x": experienced, "y": own}).dropna().groupby("a").mean()
    out = {}
    if len(pairs) >= 3:
        r_x = _cluster_reliability(experienced, needs.account)
        r_y = _cluster_reliability(_person_mean(staff.performance), np.array(staff.accounts)[staff.account])
        out["difference_reliability"] = difference_reliability(
            pairs["x"].to_numpy(np.float64), pairs["y"].to_numpy(np.float64), r_x, r_y
        )
    return out, table


def _person_mean(values: Floats) -> Floats:
    return _mean_columns(values.T)


def _cluster_reliability(values: Floats, account: NDArray[Any]) -> float:
    """Reliability of account means, 1 - within variance of the mean / variance between means; 0 at least."""
    import pandas as pd

    by = pd.DataFrame({"v": values, "a": account}).dropna().groupby("a")["v"]
    means, n = by.mean(), by.size()
    within = float((by.var().fillna(0) * (n - 1)).sum() / max((n - 1).sum(), 1))
    between = float(means.var())
    return max(0.0, 1 - within / float(n.mean()) / between) if between > 0 else 0.0
