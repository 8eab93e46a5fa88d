"""What a run adds to reliability and distinctness: number of dimensions, method bias, invariance between groups.

What the answers do not allow is said in the report beside everything that they do allow; nothing here stops a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.errors import DataError, EstimationError, ModelError, UsageError
from wxsat.present.content import GroupInvariance, MeasurementChecks

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.responses.responses import CleanResponses
    from wxsat.sem.method_bias.evaluate import MethodBias
    from wxsat.study.study import MeasurementPlan

PARALLEL_DRAWS = 100
LEAST_ITEMS, LEAST_SCALES = 3, 2
SMALLEST_GROUP = 100
"""Below it a group's own measurement model is not worth fitting; the convention is said in the report."""
NOT_POSSIBLE = (DataError, EstimationError, ModelError, UsageError)


def check_measurement(
    plan: MeasurementPlan, instrument: Instrument, responses: CleanResponses, scales: ScaleQuality, seed: int
) -> MeasurementChecks | None:
    """
    Return the checks that the plan asks for; None where there are fewer than two scales of two items.

    Parameters
    ----------
    plan : MeasurementPlan
        ``checks`` and ``groups`` of the study's ``measurement``.
    instrument : Instrument
    responses : CleanResponses
    scales : ScaleQuality
    seed : int
        Of the parallel analysis.
    """
    if not plan.checks or len(scales.reliability) < LEAST_SCALES:
        return None
    factors, no_factors = _factors(responses, seed)
    bias, no_bias = _bias(responses)
    groups = tuple(_between(column, instrument, responses, scales) for column in plan.groups)
    return MeasurementChecks(factors, no_factors, bias, no_bias, groups, len(scales.reliability))


def _factors(responses: CleanResponses, seed: int) -> tuple[FactorAnalysis | None, str]:
    from wxsat.psychometrics.factors.evaluate import evaluate_factors

    try:
        return evaluate_factors(responses, parallel=PARALLEL_DRAWS, seed=seed), ""
    except NOT_POSSIBLE as error:
        return None, f"{error.message} [{error.code}]"


def _bias(responses: CleanResponses) -> tuple[MethodBias | None, str]:
    from wxsat.sem.method_bias.evaluate import evaluate_method_bias

    try:
        return evaluate_method_bias(responses), ""
    except NOT_POSSIBLE as error:
        return None, f"{error.message} [{error.code}]"


def _between(column: str, instrument: Instrument, responses: CleanResponses, scales: ScaleQuality) -> GroupInvariance:
    """Climb the ladder for one column, over its groups of at least SMALLEST_GROUP respondents."""
    from wxsat.sem.invariance.evaluate import evaluate_invariance

    if column not in responses.frame.columns:
        return GroupInvariance(column, None)
    names = responses.frame[column].map(_group_name, na_action="ignore")
    sizes = names.dropna().value_counts()
    small = tuple(sorted(map(str, sizes.index[sizes < SMALLEST_GROUP])))
    kept = responses.frame.assign(**{column: names})[names.isin(sizes.index[sizes >= SMALLEST_GROUP])]
    try:
        found = evaluate_invariance(_measurement_text(instrument, scales), kept.reset_index(drop=True), group=column)
    except NOT_POSSIBLE as error:
        return GroupInvariance(column, None, f"{error.message} [{error.code}]", small)
    return GroupInvariance(column, found, "", small)


def _group_name(value: object) -> str:
    """Return a code as the instrument writes it (``1``, not ``1.0``), text as it is."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _measurement_text(instrument: Instrument, scales: ScaleQuality) -> str:
    """Return the measurement model of the reflective constructs with at least LEAST_ITEMS items."""
    reflective = {c.id for c in instrument.constructs if c.model == "reflective"}
    lines = []
    for construct, items in scales.items.groupby("construct", sort=False)["item"]:
        if construct in reflective and len(items) >= LEAST_ITEMS:
            lines.append(f"{construct!s} =~ {' + '.join(items)}")
    return "\n".join(lines)
