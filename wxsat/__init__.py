"""wxsat: measure how people see a government WeChat account, and why.

Everything public is reachable from here and nothing heavy is imported until it is used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "Instrument": "wxsat.instrument.instrument",
    "load_instrument": "wxsat.instrument.load",
    "Responses": "wxsat.responses.responses",
    "read_responses": "wxsat.responses.read",
    "CleaningPlan": "wxsat.responses.plan",
    "clean": "wxsat.responses.clean",
    "mark_responses": "wxsat.responses.verbs",
    "check_responses": "wxsat.responses.verbs",
    "exclude_responses": "wxsat.responses.verbs",
    "specification_curve": "wxsat.study.specification_curve",
    "evaluate_missing": "wxsat.psychometrics.missing.evaluate",
    "inter_item_correlations": "wxsat.psychometrics.inter_item",
    "polychoric": "wxsat.psychometrics.ordinal.correlations",
    "load_margins": "wxsat.sampling.load_margins",
    "weight_responses": "wxsat.sampling.weighting",
    "SurveyDesign": "wxsat.sampling.design",
    "estimate_mean": "wxsat.sampling.means",
    "estimate_total": "wxsat.sampling.means",
    "estimate_ratio": "wxsat.sampling.means",
    "estimate_difference": "wxsat.sampling.means",
    "estimate_proportion": "wxsat.sampling.proportions",
    "estimate_quantile": "wxsat.sampling.quantiles",
    "estimate_regression": "wxsat.sampling.regression",
    "evaluate_independence": "wxsat.sampling.independence",
    "evaluate_outcome_rates": "wxsat.sampling.response_rates",
    "evaluate_web_rates": "wxsat.sampling.response_rates",
    "evaluate_scales": "wxsat.psychometrics.scales",
    "evaluate_factors": "wxsat.psychometrics.factors.evaluate",
    "evaluate_item_response": "wxsat.psychometrics.item_response.evaluate",
    "ParameterTable": "wxsat.sem.parameter_table",
    "parse_model": "wxsat.sem.parameter_table",
    "fit_sem": "wxsat.sem.fit",
    "SemResult": "wxsat.sem.result",
    "Model": "wxsat.sem.compose",
    "compare_sem": "wxsat.sem.comparison",
    "evaluate_invariance": "wxsat.sem.invariance.evaluate",
    "align_groups": "wxsat.sem.invariance.align",
    "fit_pls": "wxsat.pls.fit",
    "PlsResult": "wxsat.pls.result",
    "predict_pls": "wxsat.pls.predict",
    "compare_groups": "wxsat.pls.groups",
    "set_beside": "wxsat.pls.beside",
    "evaluate_validity": "wxsat.psychometrics.evaluate_validity",
    "evaluate_content_validity": "wxsat.psychometrics.content_validity",
    "evaluate_list_experiment": "wxsat.psychometrics.experiments.list_experiment",
    "evaluate_vignettes": "wxsat.psychometrics.experiments.vignettes",
    "evaluate_split_ballot": "wxsat.psychometrics.experiments.split_ballot",
    "evaluate_method_bias": "wxsat.sem.method_bias.evaluate",
    "evaluate_power": "wxsat.simulate.power.evaluate",
    "find_sample_size": "wxsat.simulate.power.sample_size",
    "power_of_rmsea": "wxsat.simulate.power.rmsea",
    "n_for_rmsea": "wxsat.simulate.power.rmsea",
    "audit": "wxsat.records.audit",
    "read_panel_scores": "wxsat.panel.scores",
    "evaluate_panel": "wxsat.panel.evaluate",
    "load_readiness": "wxsat.panel.readiness_answers",
    "evaluate_readiness": "wxsat.panel.readiness",
    "simulate_responses": "wxsat.simulate.respondents",
    "diagnose": "wxsat.diagnosis.diagnose",
    "Wave": "wxsat.diagnosis.tracking",
    "track_waves": "wxsat.diagnosis.tracking",
    "Finding": "wxsat.finding",
    "Table": "wxsat.present.table",
    "render_report": "wxsat.present.report",
    "save_exhibits": "wxsat.present.exhibits.save",
    "load_study": "wxsat.study.load",
    "run_study": "wxsat.study.run",
    "WxsatError": "wxsat.errors",
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'wxsat' has no attribute {name!r}. Public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
