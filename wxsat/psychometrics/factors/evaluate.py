"""The dimensions of a set of items: from answers to loadings, with every step that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.numerics.covariance import why_not_positive_definite
from wxsat.numerics.seeds import check_seed
from wxsat.psychometrics.factors.extraction import Extracted, Extraction, extract_factors
from wxsat.psychometrics.factors.factorability import Adequacy, Sphericity, evaluate_adequacy, evaluate_sphericity
from wxsat.psychometrics.factors.findings import adequacy_findings, cross_loading_findings, solution_findings
from wxsat.psychometrics.factors.fit import FactorFit, evaluate_factor_fit
from wxsat.psychometrics.factors.gradient_projection import Rotated
from wxsat.psychometrics.factors.model_text import SALIENT, write_factor_model
from wxsat.psychometrics.factors.parallel import CorrelationKind, ParallelAnalysis, analyse_parallel, correlate
from wxsat.psychometrics.factors.partial_average import AveragePartial, minimum_average_partial
from wxsat.psychometrics.factors.rotation import ROTATIONS, Rotation, rotate_factors
from wxsat.psychometrics.factors.scores import ScoreMethod, score_factors
from wxsat.psychometrics.scales import constructs_to_evaluate

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses

Array = NDArray[np.float64]
MissingRule = Literal["listwise", "pairwise"]
FEWEST_ITEMS = 3
EXTRACTIONS: tuple[Extraction, ...] = ("minres", "ml", "pa")
KINDS: tuple[CorrelationKind, ...] = ("pearson", "polychoric")


@dataclass(frozen=True, eq=False)
class FactorAnalysis:
    """
    An exploratory factor analysis.

    Attributes
    ----------
    items : tuple of str
    factors : tuple of str
        ``F1 F2 ...`` by falling share of the variance.
    n_obs : int
        Complete rows (listwise) or rows with any answer (pairwise).
    correlation : ndarray, shape (n_items, n_items)
    adequacy : Adequacy
        KMO, overall and by item.
    sphericity : Sphericity
        Bartlett's test.
    parallel : ParallelAnalysis or None
    average_partial : AveragePartial
        Velicer's MAP.
    extracted : Extracted
        Before rotation.
    rotated : Rotated
        ``loadings`` (the pattern) and ``phi``.
    fit : FactorFit
    values : ndarray, shape (n_rows, n_items)
        Answers in the direction of their constructs.
    findings : tuple of Finding
    settings : mapping
        Extraction, rotation, correlation, missing rule, how the number of factors was chosen, seeds.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    n_obs: int
    correlation: Array
    adequacy: Adequacy
    sphericity: Sphericity
    parallel: ParallelAnalysis | None
    average_partial: AveragePartial
    extracted: Extracted
    rotated: Rotated
    fit: FactorFit
    values: Array
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    @property
    def eigenvalues(self) -> Array:
        """Eigenvalues of the correlations, falling."""
        return np.asarray(np.linalg.eigvalsh(self.correlation)[::-1])

    @property
    def communalities(self) -> Array:
        """Share of each item's variance that the factors explain."""
        return np.asarray((self.extracted.loadings**2).sum(axis=1))

    @property
    def structure(self) -> Array:
        """Correlations of items with factors: pattern times factor correlations."""
        return np.asarray(self.rotated.loadings @ self.rotated.phi)

    def loadings_frame(self) -> pd.DataFrame:
        """Return one row an item: pattern loadings, communality, uniqueness, complexity (Hofmann)."""
        import pandas as pd

        frame = pd.DataFrame(self.rotated.loadings, columns=list(self.factors))
        frame.insert(0, "item", list(self.items))
        square = self.rotated.loadings**2
        return frame.assign(
            communality=self.communalities,
            uniqueness=1 - self.communalities,
            complexity=square.sum(axis=1) ** 2 / (square**2).sum(axis=1),
        )

    def variance_frame(self) -> pd.DataFrame:
        """Return one row a factor: sum of squares (with its share in correlated factors) and share of all variance."""
        import pandas as pd

        sums = np.diag(self.rotated.phi @ self.rotated.loadings.T @ self.rotated.loadings)
        return pd.DataFrame(
            {"factor": list(self.factors), "ss_loadings": sums, "share": sums / len(self.items)}
        )  # fmt: skip

    def phi_frame(self) -> pd.DataFrame:
        """Return the correlations of the factors, names on both sides."""
        import pandas as pd

        return pd.DataFrame(self.rotated.phi, index=list(self.factors), columns=list(self.factors))

    def scores(self, method: ScoreMethod = "regression") -> pd.DataFrame:
        """Return factor scores, one row a respondent; missing where an item was left out."""
        import pandas as pd

        scores = score_factors(self.values, self.correlation, self.rotated.loadings, self.rotated.phi, method)
        return pd.DataFrame(scores, columns=list(self.factors))

    def cfa_model(self, *, cut_off: float = SALIENT, cross: bool = False) -> str:
        """Return the confirmatory model of these loadings for :func:`wxsat.fit_sem`; test it on other respondents."""
        return write_factor_model(self.rotated.loadings, self.items, self.factors, cut_off=cut_off, cross=cross)[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``wxsat measure factors``."""
        from dataclasses import asdict

        from wxsat.numerics.plain import frame_records

        rows, columns = np.triu_indices(len(self.factors), 1)
        return {
            "n": self.n_obs,
            "n_factors": len(self.factors),
            "kmo": self.adequacy.overall,
            "kmo_items": dict(zip(self.items, self.adequacy.items, strict=True)),
            "bartlett": asdict(self.sphericity),
            "eigenvalues": self.eigenvalues,
            "parallel": None if self.parallel is None else asdict(self.parallel),
            "map": asdict(self.average_partial),
            "loadings": frame_records(self.loadings_frame()),
            "structure": [
                {"item": item, **dict(zip(self.factors, row, strict=True))}
                for item, row in zip(self.items, self.structure, strict=True)
            ],
            "variance": frame_records(self.variance_frame()),
            "factor_correlations": [
                {"a": self.factors[a], "b": self.factors[b], "correlation": self.rotated.phi[a, b]}
                for a, b in zip(rows, columns, strict=True)
            ],
            "fit": asdict(self.fit),
            "cfa_model": self.cfa_model(),
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        """Show the loadings in a notebook."""
        return str(self.loadings_frame().to_html(index=False, float_format="{:.3f}".format))


def evaluate_factors(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    columns: Sequence[str] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    n_factors: int | None = None,
    rotation: Rotation = "oblimin",
    extraction: Extraction = "minres",
    correlation: CorrelationKind = "pearson",
    missing: MissingRule = "listwise",
    parallel: int = 500,
    seed: int = 1,
    starts: int = 10,
    target: Array | None = None,
) -> FactorAnalysis:
    """
    Explore the dimensions of items: adequacy, number of factors, loadings.

    Parameters
    ----------
    responses : Responses or DataFrame
    constructs : sequence of str, optional
        Of the instrument; all by default. Their items are pooled.
    scales : mapping of str to sequence of str, optional
        Construct to columns; pooled.
    columns : sequence of str, optional
        Instead of both: the items.
    reverse, scale_range
        As in :func:`wxsat.evaluate_scales`.
    n_factors : int, optional
        By default as many components as exceed the 95th percentile of parallel analysis (one at least); without
        parallel analysis Velicer's MAP decides.
    rotation : {"none", "varimax", "promax", "oblimin", "geomin", "target"}
        ``target`` alone aims at a simple structure; with `target` at that.
    extraction : {"minres", "ml", "pa"}
    correlation : {"pearson", "polychoric"}
    missing : {"listwise", "pairwise"}
    parallel : int
        Random data sets of the parallel analysis; 0 for none.
    seed : int
    starts : int
        Of the rotation.
    target : ndarray, shape (n_items, n_factors), optional
        NaN where a loading is free.

    Returns
    -------
    FactorAnalysis

    Raises
    ------
    UsageError
        MEAS-050 for a setting that is not known or does not fit the items; MEAS-012 and others by column.
    DataError
        MEAS-051 fewer than three items or too few rows, MEAS-052 a constant item, MEAS-053 correlations that are not
        positive definite.

    Notes
    -----
    Checked against ``psych`` 2.2.9 and ``GPArotation`` 2022.10-2: loadings within 2e-5, KMO and Bartlett exactly.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)), columns=list("abcd"))
    >>> evaluate_factors(answers, columns=list("abcd"), parallel=50).factors
    ('F1',)
    """
    _require_settings(rotation, extraction, correlation, missing, parallel, starts, n_factors, seed)
    items, values = _answers(responses, constructs, scales, columns, reverse, scale_range)
    rows = _usable_rows(values, items, missing)
    matrix = correlate(rows, correlation, missing)
    _require_definite(matrix, items)
    compared = analyse_parallel(rows, matrix, kind=correlation, draws=parallel, seed=seed) if parallel else None
    partial = minimum_average_partial(matrix)
    count, rule = _number_of_factors(n_factors, compared, partial, len(items))
    if target is not None and np.shape(target) != (len(items), count):
        raise UsageError("MEAS-050", f"the target has shape {np.shape(target)}; ({len(items)}, {count}) is expected.")
    extracted = extract_factors(matrix, count, extraction)
    rotated = rotate_factors(extracted.loadings, rotation, target=target, starts=starts, seed=seed)
    adequacy, fit = evaluate_adequacy(matrix), evaluate_factor_fit(matrix, extracted.loadings, len(rows))
    return FactorAnalysis(
        items=items,
        factors=tuple(f"F{number + 1}" for number in range(count)),
        n_obs=len(rows),
        correlation=matrix,
        adequacy=adequacy,
        sphericity=evaluate_sphericity(matrix, len(rows)),
        parallel=compared,
        average_partial=partial,
        extracted=extracted,
        rotated=rotated,
        fit=fit,
        values=values,
        findings=(
            *adequacy_findings(adequacy, items),
            *solution_findings(extracted, rotated, fit, items),
            *cross_loading_findings(rotated.loadings, items, SALIENT),
        ),
        settings={
            "extraction": extraction, "rotation": rotation if count > 1 else "none", "correlation": correlation,
            "missing": missing, "n_factors_rule": rule, "parallel": parallel, "seed": seed, "starts": starts,
            "cut_off": SALIENT,
        },
    )  # fmt: skip


def _require_settings(
    rotation: str,
    extraction: str,
    kind: str,
    missing: str,
    parallel: int,
    starts: int,
    n_factors: int | None,
    seed: int,
) -> None:
    check_seed(seed, "MEAS-050")
    known = {
        "rotation": (rotation, ROTATIONS),
        "extraction": (extraction, EXTRACTIONS),
        "correlation": (kind, KINDS),
        "missing": (missing, ("listwise", "pairwise")),
    }
    for name, (value, allowed) in known.items():
        if value not in allowed:
            raise UsageError(
                "MEAS-050",
                f"{name} {value!r} is not known.{nearest(str(value), allowed)}",
                hint="Known: " + ", ".join(allowed) + ".",
            )
    if parallel < 0 or starts < 1 or (n_factors is not None and n_factors < 1):
        raise UsageError("MEAS-050", "draws must be 0 or more, starts and factors 1 or more.")


def _answers(
    responses: Responses | pd.DataFrame,
    constructs: Sequence[str] | None,
    scales: Mapping[str, Sequence[str]] | None,
    columns: Sequence[str] | None,
    reverse: Iterable[str],
    scale_range: tuple[float, float] | None,
) -> tuple[tuple[str, ...], Array]:
    if columns is not None:
        scales = {"items": list(columns)}
    data = constructs_to_evaluate(responses, constructs, scales, reverse, scale_range)
    return tuple(item for d in data for item in d.items), np.hstack([d.values for d in data])


def _usable_rows(values: Array, items: Sequence[str], missing: MissingRule) -> Array:
    present = ~np.isnan(values)
    rows = values[present.all(axis=1) if missing == "listwise" else present.any(axis=1)]
    if len(items) < FEWEST_ITEMS or len(rows) <= len(items):
        raise DataError(
            "MEAS-051",
            f"{len(items)} item(s) and {len(rows)} row(s) with answers to "
            f"{'all' if missing == 'listwise' else 'any'} of them.",
            hint=f"At least {FEWEST_ITEMS} items and more rows than items are needed; missing='pairwise' keeps "
            "incomplete rows.",
        )
    flat = [
        item
        for item, column in zip(items, rows.T, strict=True)
        if np.isnan(column).all() or np.nanmax(column) == np.nanmin(column)
    ]
    if flat:
        raise DataError("MEAS-052", "constant in the rows used: " + ", ".join(flat) + ".", hint="Leave them out.")
    return np.asarray(rows)


def _require_definite(matrix: Array, items: Sequence[str]) -> None:
    reason = "two items share no row, or are constant where they do" if np.isnan(matrix).any() else None
    reason = reason or why_not_positive_definite(matrix, items)
    if reason is not None:
        raise DataError(
            "MEAS-053",
            f"the correlations cannot be factored: {reason}.",
            hint="Look for copied or computed columns; use listwise rows; or merge rare categories.",
        )


def _number_of_factors(
    wanted: int | None, compared: ParallelAnalysis | None, partial: AveragePartial, n_items: int
) -> tuple[int, str]:
    # Beyond it there are more loadings than correlations even for the first of equal solutions.
    most = n_items - 1
    if wanted is not None:
        if wanted > most:
            raise UsageError("MEAS-050", f"{wanted} factors of {n_items} items; at most {most}.")
        return wanted, "given"
    if compared is not None:
        rule = f"components above the {100 * compared.quantile:g}th percentile of parallel analysis"
        return min(max(1, compared.n_components), most), rule
    return min(max(1, partial.n_squared), most), "minimum average partial"
