r"""
Fit indices of a corrected test: ``.scaled`` from its statistic alone, ``.robust`` estimating the population's value.

``cfi_scaled`` puts the scaled statistics into the usual formula and answers no question about the population;
``cfi_robust`` and ``rmsea_robust`` compare the uncorrected statistics with their own expected sizes, c times the
degrees of freedom, the baseline with its own c (Brosseau-Liard, Savalei and Li 2012; Brosseau-Liard and Savalei 2014).
Under missing data the quantities of the complete-data problem take their place (Zhang and Savalei 2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wxsat.sem.fit_measures.cfi import cfi
from wxsat.sem.fit_measures.chi_square import comparative_measures, rmsea_measures
from wxsat.sem.fit_measures.rni import rni
from wxsat.sem.fit_measures.tli import tli
from wxsat.sem.robust.scaled_tests import TestStatistic

# Adjusting the degrees of freedom leaves no scaling factor that a robust index could use.
WITHOUT_ROBUST = ("mean.var.adjusted",)


@dataclass(frozen=True)
class PopulationQuantities:
    """
    What the ``.robust`` indices are made of.

    Attributes
    ----------
    statistic, df : float
        The uncorrected statistic (under missing data: of the complete-data problem).
    scaling : float
        Mean of the weights of its distribution.
    scaled_statistic, interval_scaling : float
        What the interval of RMSEA inverts, and the factor of its ends.
    baseline, baseline_df, baseline_scaling : float
    """

    statistic: float
    df: float
    scaling: float
    scaled_statistic: float
    interval_scaling: float
    baseline: float
    baseline_df: float
    baseline_scaling: float


def population_quantities(
    standard: TestStatistic, scaled: TestStatistic, baseline: TestStatistic, scaled_baseline: TestStatistic
) -> PopulationQuantities:
    """Return the quantities of complete data from the tests of the model and of the baseline."""
    return PopulationQuantities(
        standard.statistic,
        standard.df,
        scaled.average_scaling,
        scaled.statistic,
        scaled.scaling_factor,
        baseline.statistic,
        baseline.df,
        scaled_baseline.average_scaling,
    )


def scaled_measures(
    standard: TestStatistic, scaled: TestStatistic, scaled_baseline: TestStatistic, size: float, n_groups: int
) -> dict[str, float]:
    """Return every ``_scaled`` measure, with the tests' own scaling factors."""
    found = {
        "chisq_scaled": scaled.statistic,
        "df_scaled": scaled.df,
        "pvalue_scaled": scaled.p_value,
        "chisq_scaling_factor": scaled.scaling_factor,
        "baseline_chisq_scaled": scaled_baseline.statistic,
        "baseline_df_scaled": scaled_baseline.df,
        "baseline_pvalue_scaled": scaled_baseline.p_value,
        "baseline_chisq_scaling_factor": scaled_baseline.scaling_factor,
    }
    if scaled.name.startswith("yuan.bentler"):
        found |= {"scaling_factor_h1": scaled.scaling_factor_h1, "scaling_factor_h0": scaled.scaling_factor_h0}
    found |= comparative_measures(scaled, scaled_baseline, "_scaled")
    if scaled.name == "scaled.shifted":
        return found | rmsea_measures(scaled.statistic, standard.df, size, n_groups, "_scaled")
    # The uncorrected statistic on tr(U Gamma) degrees of freedom: its mean, where the model holds.
    expected = scaled.trace if scaled.trace != 0 else math.nan
    return found | rmsea_measures(standard.statistic, expected, size, n_groups, "_scaled")


def robust_measures(quantities: PopulationQuantities, size: float, n_groups: int) -> dict[str, float]:
    """Return ``cfi_robust``, ``tli_robust``, ``nnfi_robust``, ``rni_robust`` and the ``rmsea_..._robust``."""
    q = quantities
    parts = (q.statistic, q.df, q.baseline, q.baseline_df, q.scaling, q.baseline_scaling)
    found = {
        "cfi_robust": cfi(*parts),
        "tli_robust": tli(*parts),
        "nnfi_robust": tli(*parts),
        "rni_robust": rni(*parts),
    }
    return found | rmsea_measures(
        q.statistic,
        q.df,
        size,
        n_groups,
        "_robust",
        interval_statistic=q.scaled_statistic,
        scaling=q.scaling,
        interval_scaling=q.interval_scaling,
    )
