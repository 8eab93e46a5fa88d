"""The path between accounts as a two-level structural equation model, by maximum likelihood in our own engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.multilevel_inputs import CAUSE, OUTCOME, ChainData
from wxsat.errors import WxsatError
from wxsat.finding import refusals

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

Floats = NDArray[np.float64]
MONTE_CARLO = 20_000
PATHS = ("commitment_reply", "reply_unanswered", "unanswered_satisfaction")
INDIRECT, WITHIN = "indirect", "within_unanswered_satisfaction"
DEFINED = {
    "commitment_reply": "al_p", "reply_unanswered": "bl_p", "unanswered_satisfaction": "bs_p", WITHIN: "cw_p",
    INDIRECT: "ind",
}  # fmt: skip
MEASURES = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr_within", "srmr_between")


@dataclass(frozen=True, eq=False)
class ChainEstimate:
    """
    One estimate of the path.

    Attributes
    ----------
    estimates, errors : dict of str to float
        By path; in units of the model.
    draws : dict of str to ndarray
        Draws of each path and of ``indirect``, for its interval.
    figures : mapping of str to float
        Fit, intraclass correlations.
    reason : str
        Why there is none; empty where there is.
    level : float
        Share of the draws that a 95 % interval holds.
    """

    estimates: dict[str, float]
    errors: dict[str, float]
    draws: dict[str, Floats]
    figures: Mapping[str, float]
    reason: str = ""
    level: float = 0.95


def write_chain(items: Mapping[str, tuple[str, ...]], *, opened: bool) -> str:
    """
    Return the model's text: the same loadings at both levels, no residuals between accounts.

    Parameters
    ----------
    items : mapping of str to sequence of str
        Items of ``UNA`` and ``SAT``.
    opened : bool
        Leave the paths open that the chain claims to be nil: commitment to non-response and to satisfaction, reply
        rate to satisfaction.

    Notes
    -----
    The defined parameters are in the unit of the mean of a construct's items, so that they do not hang on which item
    comes first.

    Examples
    --------
    >>> print(write_chain({"UNA": ("u1", "u2"), "SAT": ("s1", "s2")}, opened=False).splitlines()[1])
    UNAw =~ u1 + l_u2*u2
    """

    def measured(suffix: str) -> list[str]:
        return [
            f"{name}{suffix} =~ {' + '.join([own[0], *(f'l_{item}*{item}' for item in own[1:])])}"
            for name, own in items.items()
        ]

    def mean_loading(name: str) -> str:
        own = items[name]
        return f"(({' + '.join(['1', *(f'l_{item}' for item in own[1:])])})/{len(own)})"

    cause, outcome = mean_loading(CAUSE), mean_loading(OUTCOME)
    more = (" + olc", " + lr + olc") if opened else ("", "")
    return "\n".join(
        [
            "level: 1", *measured("w"), f"{OUTCOME}w ~ cw*{CAUSE}w",
            "level: 2", *measured("b"),
            "lr ~ al*olc", f"{CAUSE}b ~ bl*lr{more[0]}", f"{OUTCOME}b ~ bs*{CAUSE}b{more[1]}",
            *(f"{item} ~~ 0*{item}" for own in items.values() for item in own),
            "al_p := al", f"bl_p := bl*{cause}", f"bs_p := bs*{outcome}/{cause}", f"cw_p := cw*{outcome}/{cause}",
            f"ind := al*bl*bs*{outcome}",
        ]
    )  # fmt: skip


def fit_chain(data: ChainData, rng: np.random.Generator, *, opened: bool) -> ChainEstimate:
    """
    Fit the two-level model and draw its indirect effect.

    Parameters
    ----------
    data : ChainData
    rng : Generator
        For the Monte-Carlo interval.
    opened : bool
        See :func:`write_chain`.

    Returns
    -------
    ChainEstimate
        With a `reason` instead of figures where the model cannot be fitted, did not converge, or is not admissible.

    Notes
    -----
    Maximum likelihood, standard errors robust to non-normal answers (MLR). The indirect effect's interval takes 20 000
    draws from the joint normal of its three paths (MacKinnon, Lockwood & Williams 2004).
    """
    from wxsat.sem.fit import fit_sem

    try:
        fit = fit_sem(write_chain(data.items, opened=opened), data.frame(), estimator="MLR", cluster="account")
    except WxsatError as error:
        return unestimated(error.code)
    refused = refusals(fit.findings)
    if not fit.converged:
        return unestimated("not_converged")
    if refused:
        return unestimated(refused[0].code)
    return _read(fit, data.items, rng)


def unestimated(reason: str) -> ChainEstimate:
    """Return what stands where there is no estimate."""
    return ChainEstimate({}, {}, {}, {}, reason)


def _read(fit: SemResult, items: Mapping[str, tuple[str, ...]], rng: np.random.Generator) -> ChainEstimate:
    table = fit.parameters
    rows = {row["lhs"]: row for row in table[table["op"] == ":="].to_dict("records")}
    estimates = {path: float(rows[name]["estimate"]) for path, name in DEFINED.items()}
    errors = {path: float(rows[name]["std_error"]) for path, name in DEFINED.items()}
    if not all(np.isfinite(e) and e > 0 for e in errors.values()):
        return unestimated("no_standard_errors")
    draws = _draw_paths(fit, items, rng)
    measures = {name: float(fit.fit_measures[name]) for name in MEASURES if name in fit.fit_measures}
    return ChainEstimate(estimates, errors, draws, measures)


def _draw_paths(fit: SemResult, items: Mapping[str, tuple[str, ...]], rng: np.random.Generator) -> dict[str, Floats]:
    """Draw the free parameters behind the defined ones, and compute these from them."""
    known = fit.parameters[fit.parameters["label"].astype(bool)].drop_duplicates("label").set_index("label")
    loadings = {name: [f"l_{item}" for item in own[1:]] for name, own in items.items()}
    names = ["al", "bl", "bs", "cw", *(label for own in loadings.values() for label in own)]
    at = known.loc[names, "free"].to_numpy(dtype=np.intp) - 1
    centre = known.loc[names, "estimate"].to_numpy(dtype=np.float64)
    joint = fit.parameter_covariance[np.ix_(at, at)]
    drawn = dict(zip(names, rng.multivariate_normal(centre, joint, size=MONTE_CARLO, method="eigh").T, strict=True))
    cause, outcome = (
        (1.0 + np.sum([drawn[label] for label in own], axis=0)) / (1 + len(own)) for own in loadings.values()
    )
    return {
        PATHS[0]: drawn["al"],
        PATHS[1]: drawn["bl"] * cause,
        PATHS[2]: drawn["bs"] * outcome / cause,
        WITHIN: drawn["cw"] * outcome / cause,
        INDIRECT: drawn["al"] * drawn["bl"] * drawn["bs"] * outcome,
    }
