"""From three sources to one verdict a dilemma: combination, joint uncertainty, pattern, grade. A recipe of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.combine import random_effects, sources_method_interval
from wxsat.diagnosis.evidence import BEST_GRADE, grade_of, triangulate
from wxsat.diagnosis.patterns import SOURCES, level_of, pattern_of
from wxsat.diagnosis.severity import probability_above, t_interval
from wxsat.diagnosis.sources import DILEMMAS, SourceSeverity, centred
from wxsat.diagnosis.verdict import EXCEEDANCE_AT, REFERENCE_ONLY_BELOW, band_of, verdict_of, word_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
COMBINED_COLUMNS = [
    "unit", "dilemma", "S", "se", "ci_lower", "ci_upper", "method_lower", "method_upper", "method_min", "method_max",
    "p20", "p40", "p60", "band", "band_by_score", "verdict", "word", "veto", "n_sources", "missing", "S_pub", "S_ops",
    "S_log", "n_pub", "n_ops", "n_msg", "pattern", "Q", "I2", "grade", "best_grade", "S_re", "se_re", "tau2",
]  # fmt: skip
SOURCE_COLUMNS = [
    "unit", "dilemma", "source", "S", "se", "ci_lower", "ci_upper", "p40", "level", "n",
]  # fmt: skip
PART_COLUMNS = ["unit", "dilemma", "source", "part", "S", "weight"]
MANY = 1_000_000


@dataclass(frozen=True, eq=False)
class SourceTables:
    """
    What the sources say together.

    Attributes
    ----------
    combined : DataFrame
        `COMBINED_COLUMNS`, one row a dilemma: the equal-weight combination with its intervals, verdict, pattern and
        grade, and the random-effects alternative beside it.
    sources : DataFrame
        `SOURCE_COLUMNS`, one row a dilemma and source.
    parts : DataFrame
        `PART_COLUMNS`: what each source's severity is made of.
    """

    combined: pd.DataFrame
    sources: pd.DataFrame
    parts: pd.DataFrame
    draws: Mapping[str, Floats] = field(default_factory=dict)


def combine_sources(
    sources: Sequence[SourceSeverity],
    *,
    unit: str,
    df: int | None,
    vetoes: Mapping[str, Sequence[str]],
    rng: np.random.Generator,
    public_row: Mapping[str, Mapping[str, float]] | None = None,
) -> SourceTables:
    """
    Combine sources with equal weights and say how sure and how shared the result is.

    Parameters
    ----------
    sources : sequence of SourceSeverity
        One to three; the draws of all must be joint (same accounts in the same draw).
    unit : str
    df : int, optional
        Degrees of freedom of the interval (accounts - 1); None where accounts are fixed: a normal interval.
    vetoes : mapping of str to sequence of str
        Dilemma to the official vetoes that apply: the band is red then, the severity stays.
    rng : Generator
        For the method interval.
    public_row : mapping, optional
        Dilemma to the public's own ``S se ci_lower ci_upper p40``, shown as they stand in the severity table.

    Returns
    -------
    SourceTables
    """
    import pandas as pd

    combined, each, parts, drawn = [], [], [], {}
    for dilemma in DILEMMAS:
        here = [s for s in sources if dilemma in s.dilemmas]
        if not here:
            continue
        rows = [_source_row(s, dilemma, df, (public_row or {}).get(dilemma)) for s in here]
        draws = np.mean([s.draws[:, DILEMMAS.index(dilemma)] for s in here], axis=0)
        row = _combined_row(dilemma, here, rows, draws, df, vetoes.get(dilemma, ()), rng)
        if len(here) == 1 and here[0].source == "pub":
            # The public alone stays exactly what it is in its own table.
            row |= (public_row or {}).get(dilemma, {})
        combined.append({"unit": unit, **row})
        each += [{"unit": unit, **row} for row in rows]
        drawn[dilemma] = draws
        parts += [
            {"unit": unit, "dilemma": dilemma, "source": s.source, "part": part, "S": value, "weight": weight}
            for s in here
            for part, (value, weight) in s.parts[dilemma].items()
        ]
    return SourceTables(
        pd.DataFrame(combined, columns=COMBINED_COLUMNS),
        pd.DataFrame(each, columns=SOURCE_COLUMNS),
        pd.DataFrame(parts, columns=PART_COLUMNS),
        drawn,
    )


def _source_row(
    source: SourceSeverity, dilemma: str, df: int | None, given: Mapping[str, float] | None
) -> dict[str, Any]:
    severity, se = source.severity(dilemma), source.se(dilemma)
    p40 = probability_above(source.draws[:, DILEMMAS.index(dilemma)], severity, se, df, 40.0)
    lower, upper = t_interval(severity, se, MANY if df is None else df)
    row = {"S": severity, "se": se, "ci_lower": lower, "ci_upper": upper, "p40": p40}
    if given is not None and source.source == "pub":
        row |= {name: float(given[name]) for name in row}
    return {
        "dilemma": dilemma, "source": source.source, **row, "level": level_of(row["p40"]), "n": source.n.get(dilemma),
    }  # fmt: skip


def _combined_row(
    dilemma: str,
    here: Sequence[SourceSeverity],
    rows: Sequence[Mapping[str, Any]],
    draws: Floats,
    df: int | None,
    vetoes: Sequence[str],
    rng: np.random.Generator,
) -> dict[str, Any]:
    severities = np.array([row["S"] for row in rows])
    errors = np.array([row["se"] for row in rows])
    severity = float(severities.mean())
    # A draw without any account of a source says nothing about the combination.
    draws = centred(draws[np.isfinite(draws)][:, None], [severity])[:, 0]
    se = float(draws.std(ddof=1)) if len(draws) > 1 else np.nan
    lower, upper = t_interval(severity, se, MANY if df is None else df)
    p = {f"p{at:g}": probability_above(draws, severity, se, df, at) for at in EXCEEDANCE_AT}
    method = sources_method_interval([s.arrays(dilemma) for s in here], rng)
    agreement, alternative = triangulate(severities, errors), random_effects(severities, errors)
    by = {str(row["source"]): row for row in rows}
    n_pub = by["pub"]["n"] if "pub" in by else None
    band = band_of(severity)
    return {
        "dilemma": dilemma, "S": severity, "se": se, "ci_lower": lower, "ci_upper": upper,
        "method_lower": method.lower, "method_upper": method.upper, "method_min": method.minimum,
        "method_max": method.maximum, **p, "band": "red" if vetoes else band, "band_by_score": band,
        "verdict": verdict_of(p["p40"], REFERENCE_ONLY_BELOW if n_pub is None else n_pub), "word": word_of(p["p40"]),
        "veto": "; ".join(vetoes), "n_sources": len(rows),
        "missing": ", ".join(s for s in SOURCES if s not in by),
        **{f"S_{s}": by[s]["S"] if s in by else np.nan for s in SOURCES},
        **{name: by[s]["n"] if s in by else None for name, s in (("n_pub", "pub"), ("n_ops", "ops"), ("n_msg", "log"))},
        "pattern": pattern_of({s: row["p40"] for s, row in by.items()}), "Q": agreement.q, "I2": agreement.i2,
        "grade": grade_of(severities, errors), "best_grade": BEST_GRADE[len(rows)],
        "S_re": alternative.mean, "se_re": alternative.se, "tau2": alternative.tau2,
    }  # fmt: skip
