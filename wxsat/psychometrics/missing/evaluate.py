"""Missing answers of a survey: variables, patterns, Little's test, and scale means after multiple imputation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.finding import Finding
from wxsat.numerics.seeds import check_seed
from wxsat.psychometrics.missing.imputation import impute
from wxsat.psychometrics.missing.little import McarTest, little_mcar_test
from wxsat.psychometrics.missing.pattern_table import tabulate_patterns, tabulate_variables
from wxsat.psychometrics.missing.rubin import Pooled, pool_estimates
from wxsat.psychometrics.scales import constructs_to_evaluate

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.psychometrics.construct_data import ConstructData
    from wxsat.responses.responses import Responses

# Conventions: a share worth a sentence, a level for the test, and one imputation for every percent of information.
NOTABLE_SHARE = 0.10
LEVEL = 0.05


@dataclass(frozen=True)
class MissingReport:
    """
    What is missing, and what it does to scale means.

    Attributes
    ----------
    variables : DataFrame
        ``variable construct asked n missing share dont_know planned``.
    patterns : DataFrame
        ``pattern n share n_missing`` and a state (answered, missing, planned) a variable.
    mcar : McarTest or None
        Little's test; None where nothing is missing or it could not be computed.
    means : DataFrame
        ``construct n n_complete complete estimate std_error df ci_lower ci_upper fmi riv m``; empty without imputation.
    findings : tuple of Finding
    settings : mapping
    """

    variables: pd.DataFrame
    patterns: pd.DataFrame
    mcar: McarTest | None
    means: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shares(self) -> dict[str, float]:
        """Share missing of every variable, of those who were asked."""
        return {str(k): float(v) for k, v in zip(self.variables["variable"], self.variables["share"], strict=True)}

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        from dataclasses import asdict

        from wxsat.numerics.plain import frame_records, plain

        return {
            "variables": frame_records(self.variables),
            "patterns": frame_records(self.patterns),
            "mcar": None if self.mcar is None else plain(asdict(self.mcar)),
            "means": frame_records(self.means),
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": plain(dict(self.settings)),
        }

    def _repr_html_(self) -> str:
        return str(self.variables.to_html(index=False) + self.means.to_html(index=False))


def evaluate_missing(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    planned: Sequence[str | Sequence[str]] = (),
    imputations: int = 20,
    iterations: int = 5,
    seed: int = 1,
) -> MissingReport:
    """
    Describe the missing answers of scales, test them, and pool scale means over imputations.

    Parameters
    ----------
    responses : Responses or DataFrame
        Coded answers with their instrument, raw or clean; or any frame together with `scales`.
    constructs, scales, reverse, scale_range
        As :func:`wxsat.evaluate_scales`.
    planned : sequence of str or of sequences of str
        Columns, or blocks of columns, that a form did not ask of everybody: a respondent who answered nothing of a
        block was not asked it; one who answered some of it was. What routing did not show is known from the answers.
    imputations : int
        0 for none; otherwise at least 2.
    iterations, seed : int
        Of the imputation.

    Returns
    -------
    MissingReport

    Raises
    ------
    DataError
        MEAS-001 to MEAS-013 by column, MEAS-040 nothing was answered, MEAS-042 a variable with too few answers to
        impute, MEAS-043 a planned column that is no item.
    UsageError
        MEAS-041 one imputation.

    Notes
    -----
    A scale score is the mean of a respondent's items in scale points, reverse-keyed items recoded. After imputation
    every respondent has one, but for items that were not asked by design: they are not imputed, and a score is the
    mean of what was asked. ``complete`` is the mean of those who answered every item that they were asked.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.integers(1, 8, (80, 3)).astype(float), columns=["a", "b", "c"])
    >>> answers.iloc[:8, 2] = np.nan
    >>> report = evaluate_missing(answers, scales={"PU": ["a", "b", "c"]}, imputations=5)
    >>> report.patterns["n"].tolist(), report.mcar.df
    ([72, 8], 2)
    """
    import pandas as pd

    data = constructs_to_evaluate(responses, constructs, scales, reverse, scale_range)
    names, values, asked, dont_know = _joined(data)
    blocks = [[block] if isinstance(block, str) else list(block) for block in planned]
    _require_planned([name for block in blocks for name in block], names)
    for block in blocks:
        columns = [names.index(name) for name in block]
        asked[:, columns] &= np.isfinite(values[:, columns]).any(axis=1, keepdims=True)
    answered = np.isfinite(values) & asked
    if not answered.any():
        raise DataError("MEAS-040", "nobody answered any item of these scales.", hint="Look at the columns named.")
    variables = tabulate_variables(answered, asked, dont_know, names)
    variables.insert(1, "construct", [d.id for d in data for _ in d.items])
    lacking = bool((asked & ~answered).any())
    mcar = little_mcar_test(np.where(answered, values, np.nan), asked) if lacking else None
    means = pd.DataFrame(columns=MEAN_COLUMNS)
    if imputations:
        if imputations < 2 or iterations < 1:
            found = f"{imputations} imputation(s) in {iterations} iteration(s)"
            raise UsageError("MEAS-041", f"{found}; expected 0, or at least 2, in 1 or more.", where="imputations")
        check_seed(seed, "MEAS-041")
        rounds = {"m": imputations, "iterations": iterations, "seed": seed}
        means = _pooled_means(data, values, asked, rounds, lacking)
    findings = (*_variable_findings(variables), *_mcar_findings(mcar, lacking), *_mean_findings(means))
    settings = {
        "n": len(values), "imputations": imputations, "iterations": iterations, "seed": seed, "planned": blocks,
        "method": "predictive mean matching, chained equations", "pooling": "Rubin 1987, Barnard & Rubin 1999",
    }  # fmt: skip
    return MissingReport(variables, tabulate_patterns(answered, asked, names), mcar, means, findings, settings)


MEAN_COLUMNS = [
    "construct", "n", "n_complete", "complete", "estimate", "std_error", "df", "ci_lower", "ci_upper", "fmi", "riv",
    "m",
]  # fmt: skip


def _joined(
    data: Sequence[ConstructData],
) -> tuple[list[str], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_] | None]:
    names = [item for d in data for item in d.items]
    unknown = [d.dont_know for d in data]
    told = [u for u in unknown if u is not None]
    return (
        names,
        np.hstack([d.values for d in data]),
        np.hstack([d.asked for d in data]).copy(),
        np.hstack(told) if len(told) == len(unknown) else None,
    )


def _require_planned(planned: Sequence[str], names: Sequence[str]) -> None:
    faults = [
        Fault(
            "MEAS-043", f"planned column '{name}' is no item of these scales.", "planned", nearest(name, names).strip()
        )
        for name in planned
        if name not in names
    ]
    if faults:
        raise DataError.from_faults(faults)


def _pooled_means(
    data: Sequence[ConstructData], values: NDArray[np.float64], asked: NDArray[np.bool_],
    settings: Mapping[str, int], lacking: bool,
) -> pd.DataFrame:  # fmt: skip
    import pandas as pd

    ends = np.cumsum([0, *(len(d.items) for d in data)])
    blocks = [slice(a, b) for a, b in pairwise(ends)]
    usable = np.isfinite(values).sum(axis=0) > 0
    estimates: list[list[tuple[float, float, int]]] = [[] for _ in data]
    complete = np.full_like(values, np.nan)
    copies = impute(values[:, usable], **settings) if lacking else iter([values[:, usable]] * settings["m"])
    for copy in copies:
        complete[:, usable] = copy
        for k, block in enumerate(blocks):
            estimates[k].append(_mean_of_scores(np.where(asked[:, block], complete[:, block], np.nan)))
    rows = []
    for d, block, found in zip(data, blocks, estimates, strict=True):
        n = found[0][2]
        pooled = pool_estimates([f[0] for f in found], [f[1] for f in found], df_complete=n - 1) if n > 1 else None
        answered_all = (np.isfinite(values[:, block]) | ~asked[:, block]).all(axis=1) & asked[:, block].any(axis=1)
        plain_mean = _mean_of_scores(np.where(asked[:, block], values[:, block], np.nan)[answered_all])
        rows.append(_mean_row(d.id, n, int(answered_all.sum()), plain_mean[0], pooled))
    return pd.DataFrame(rows, columns=MEAN_COLUMNS)


def _mean_of_scores(items: NDArray[np.float64]) -> tuple[float, float, int]:
    """Return the mean of the respondents' means, its squared standard error, and their number."""
    n_items = np.isfinite(items).sum(axis=1)
    scores = np.where(np.isfinite(items), items, 0.0).sum(axis=1)[n_items > 0] / n_items[n_items > 0]
    n = len(scores)
    return (float(scores.mean()) if n else np.nan, float(scores.var(ddof=1) / n) if n > 1 else np.nan, n)


def _mean_row(construct: str, n: int, n_complete: int, complete: float, pooled: Pooled | None) -> tuple[Any, ...]:
    if pooled is None:
        return (construct, n, n_complete, complete, *[np.nan] * 7, 0)
    p = pooled
    return (
        construct, n, n_complete, complete, p.estimate, p.std_error, p.df, p.ci_lower, p.ci_upper, p.fmi, p.riv, p.m,
    )  # fmt: skip


def _variable_findings(variables: pd.DataFrame) -> list[Finding]:
    found = []
    for row in variables.to_dict("records"):
        if row["asked"] and row["share"] > NOTABLE_SHARE:
            message = (
                f"{row['share']:.1%} of what was asked is missing in '{row['variable']}'"
                f" ({row['missing']} of {row['asked']})."
            )
            evidence = {"share": float(row["share"]), "n": int(row["missing"]), "asked": int(row["asked"])}
            found.append(Finding("MEAS-140", "warning", str(row["variable"]), message, evidence))
    planned = [str(v) for v, k in zip(variables["variable"], variables["planned"], strict=True) if k]
    if planned:
        shown = ", ".join(planned[:6]) + (", …" if len(planned) > 6 else "")
        message = (
            f"{len(planned)} item(s) were not asked of some respondents by design: {shown}. They do not count as"
            " missing and are not imputed."
        )
        found.append(Finding("MEAS-142", "note", "planned", message, {"n": len(planned), "names": planned}))
    return found


def _mcar_findings(test: McarTest | None, lacking: bool) -> list[Finding]:
    if test is None:
        if not lacking:
            return []
        reason = "too few rows for the number of items, or a covariance matrix that is singular"
        message = f"Little's test could not be computed: {reason}."
        return [Finding("MEAS-143", "note", "missing answers", message, {"reason": reason})]
    if not test.p_value < LEVEL:
        return []
    message = (
        f"Little's test rejects missing completely at random: chi-square({test.df}) = {test.statistic:.2f},"
        f" p = {test.p_value:.4f}. Complete cases differ from the others in what they answered."
    )
    evidence = {"statistic": test.statistic, "df": test.df, "p": test.p_value, "n": test.n}
    return [Finding("MEAS-141", "warning", "missing answers", message, evidence)]


def _mean_findings(means: pd.DataFrame) -> list[Finding]:
    found = []
    for row in means.to_dict("records"):
        needed = int(np.ceil(100 * row["fmi"])) if row["fmi"] == row["fmi"] else 0
        if needed > row["m"] > 0:
            message = (
                f"The mean of '{row['construct']}' rests on much missing information (fmi {row['fmi']:.2f}): take at"
                f" least {needed} imputations instead of {row['m']}."
            )
            evidence = {"fmi": float(row["fmi"]), "m": int(row["m"]), "needed": needed}
            found.append(Finding("MEAS-144", "note", str(row["construct"]), message, evidence))
    return found
