"""A fitted model as a Python script for semopy, which reads the moments that lie beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wxsat.present.replication.moments import moments_names
from wxsat.present.replication.replication import Untold
from wxsat.sem.engines.semopy_engine import semopy_text, shared_labels
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    from wxsat.sem.parameter_table import ParameterTable
    from wxsat.sem.result import SemResult

_SCRIPT = '''\
"""Refits the headline model with semopy from its moments. Run in this folder: python model_semopy.py"""

import pandas as pd
import semopy
from semopy.stats import calc_chi2

# semopy's names of the variables; every free parameter has a label, the same label means an equal parameter.
NAMES = {names}
MODEL = """
{model}"""
STARTS = {starts}

moments = pd.read_csv("{moments}", index_col=0).rename(index=NAMES, columns=NAMES)
variables = [name for name in moments.columns if name in set(NAMES.values())]
model = semopy.Model(MODEL)
for label, start in STARTS.items():
    model.parameters[label].start = start
for parameter in model.parameters.values():
    if parameter.start is None:
        parameter.start = 0.0
model.fit(cov=moments.loc[variables, variables], n_samples=int(moments.loc["n"].iloc[0]), options={{"ftol": 1e-12}})
found = dict(zip([n for n, p in model.parameters.items() if p.active], model.param_vals))
for label in STARTS:
    print(label, f"{{found[label]:.6f}}")
print(f"chisq {{calc_chi2(model)[0]:.6f}}")
print("wxsat printed ({estimator}): chisq {chisq}")
'''


def semopy_script(result: SemResult) -> tuple[str, tuple[Untold, ...]]:
    """Return the script, or comments alone where semopy has no such estimator, and what it does not carry."""
    table = result.table
    stops = [
        topic
        for topic, there in {
            "ordered": bool(table.ordered),
            "levels": table.n_levels > 1,
            "groups": table.n_groups > 1,
            "fixed_means": _means_restricted(table),
            "constraints": _beyond_ties(table),
        }.items()
        if there
    ]
    if stops:
        note = "# semopy does not fit this model (" + ", ".join(stops) + "); model.lavaan holds it in full.\n"
        return note, tuple(Untold("semopy", topic) for topic in stops)
    text, names = semopy_text(without_means(table))
    labels = shared_labels(table)
    starts = start_values(without_means(table), result.sample_covariance)
    own = {labels[row.free]: float(starts[row.free - 1]) for row in table.parameters if row.free and row.op != "~1"}
    script = _SCRIPT.format(
        names=repr(names),
        model=text,
        starts=repr(own),
        moments=moments_names(result)[0],
        estimator=", ".join(dict.fromkeys((result.estimator, result.missing))),
        chisq=repr(float(result.fit_measures["chisq"])),
    )
    left = {
        "definitions": bool(table.definitions),
        "means": table.has_mean_structure,
        "estimator": result.estimator != "ML",
        "missing": result.missing != "listwise",
    }
    return script, tuple(Untold("semopy", topic) for topic, there in left.items() if there)


def without_means(table: ParameterTable) -> ParameterTable:
    """Return a table without its mean structure; free numbers stay."""
    from dataclasses import replace

    if not table.has_mean_structure:
        return table
    rows = tuple(row for row in table.rows if row.op != "~1")
    return replace(table, rows=rows, whole=table.n_free)


def _means_restricted(table: ParameterTable) -> bool:
    """Whether the mean structure says anything: leaving a saturated one out changes no other estimate."""
    observed = set(table.observed_names)
    tied = {name for row in table.constraints for name in re.findall(r"\.p\d+\.|[^\W\d][\w.]*", f"{row.lhs} {row.rhs}")}
    for row in table.parameters:
        if row.op != "~1" or row.exo:
            continue
        free = bool(row.free)
        if free != (row.lhs in observed) or (free and tied & {row.plabel, row.label}):
            return True
        if not free and row.ustart:
            return True
    return False


def _beyond_ties(table: ParameterTable) -> bool:
    labels = {name for row in table.parameters for name in (row.plabel, row.label) if name}
    bounded = any((row.lower, row.upper) != (None, None) for row in table.parameters)
    return bounded or any(row.op != "==" or row.lhs not in labels or row.rhs not in labels for row in table.constraints)
