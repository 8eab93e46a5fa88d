"""Which tables and figures a result has: one entry a class of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError
from wxsat.present.exhibits.exhibits import Exhibits

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language

Chooser = Callable[[Any, "Instrument | None", "Language"], Exhibits]

# By the name of the class, so that choosing what to show of one result imports nothing of the others.
CHOOSERS = {
    "ScaleQuality": "scales:of_scales",
    "Validity": "scales:of_validity",
    "ItemCorrelations": "scales:of_item_correlations",
    "FactorReliability": "scales:of_factor_reliability",
    "ColumnAnswers": "answers:of_columns",
    "Responses": "answers:of_responses",
    "CleanResponses": "answers:of_responses",
    "FactorAnalysis": "measurement:of_factors",
    "ScaleResponse": "measurement:of_item_response",
    "InvarianceResult": "measurement:of_invariance",
    "AlignmentResult": "measurement:of_alignment",
    "MethodBias": "measurement:of_method_bias",
    "ContentValidity": "measurement:of_content_validity",
    "RaterAgreement": "measurement:of_agreement",
    "MissingReport": "measurement:of_missing",
    "SemResult": "models:of_sem",
    "PlsResult": "models:of_pls",
    "SideBySide": "models:of_side_by_side",
    "PowerResult": "models:of_power",
    "SampleSize": "models:of_sample_size",
    "RmseaSizes": "models:of_rmsea_sizes",
    "RmseaPower": "models:of_rmsea_power",
}


def choose_exhibits(
    results: Any, *, language: Language = "zh", instrument: Instrument | None = None, only: Sequence[str] = ()
) -> Exhibits:
    """
    Return the tables and figures of one result, or of several in their order.

    Parameters
    ----------
    results : result or sequence of results
        Of :func:`wxsat.evaluate_scales`, :func:`wxsat.evaluate_validity`, :func:`wxsat.evaluate_factors`,
        :func:`wxsat.evaluate_item_response`, :func:`wxsat.evaluate_invariance`, :func:`wxsat.align_groups`,
        :func:`wxsat.evaluate_method_bias`, :func:`wxsat.evaluate_content_validity`, :func:`wxsat.evaluate_missing`,
        :func:`wxsat.fit_sem`, :func:`wxsat.fit_pls`, :func:`wxsat.set_beside`, :func:`wxsat.evaluate_power`,
        :func:`wxsat.find_sample_size`, :func:`wxsat.power_of_rmsea`; answers of an instrument (:func:`wxsat.clean`).
    language : {"zh", "en"}
    instrument : Instrument, optional
        Names constructs and items.
    only : sequence of str
        Ids up to the first dot or hyphen; all by default.

    Returns
    -------
    Exhibits

    Raises
    ------
    UsageError
        ``OUT-071`` for something that has neither tables nor figures.

    Examples
    --------
    >>> choose_exhibits(scales, language="en").tables[0].title  # doctest: +SKIP
    'Item statistics'
    """
    chosen = Exhibits()
    for result in _each(results):
        kind = next((t.__name__ for t in type(result).__mro__ if t.__name__ in CHOOSERS), None)
        if kind is None:
            raise UsageError(
                "OUT-071", f"a {type(result).__name__} has neither tables nor figures of its own.",
                hint="Give a result of wxsat's evaluate_ and fit_ functions.",
            )  # fmt: skip
        module, _, name = CHOOSERS[kind].partition(":")
        choose: Chooser = getattr(import_module(f"wxsat.present.exhibits.{module}"), name)
        chosen += choose(result, instrument, language)
    return chosen.only(only).numbered()


def _each(results: Any) -> Iterable[Any]:
    return results if isinstance(results, (list, tuple)) else (results,)
