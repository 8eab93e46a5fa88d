"""APA's journal article reporting standards for structural equation models (JARS-Quant, Table 7)."""

from __future__ import annotations

from wxsat.present.checklists.answer import Answer, Item, Run
from wxsat.present.tables.fit import reported_measures
from wxsat.sem.result import SemResult

ABSENT = Answer("not_applicable")


def _main(run: Run) -> tuple[str, SemResult] | None:
    model = run.draft.content.main_model
    return None if model is None or model.result is None else (model.id, model.result)


def _data(run: Run) -> Answer:
    found = _main(run)
    return ABSENT if found is None else run.done(run.section("replication.title"), "replication/moments.csv")


def _identification(run: Run) -> Answer:
    found = _main(run)
    if found is None:
        return ABSENT
    name, result = found
    df = run.draft.count(f"fit.{name}.df", int(result.fit_measures["df"]), "wxsat.sem.fit_measures")
    return run.done(run.say("text.identification", df=df, free=result.table.n_free), run.tables("fit"))


def _estimator(run: Run) -> Answer:
    found = _main(run)
    if found is None:
        return ABSENT
    result = found[1]
    why = "ordinal" if result.table.ordered else "weighted" if run.draft.content.weighting is not None else "continuous"
    said = run.say(f"text.estimator_{why}", estimator=result.estimator, missing=result.missing)
    return run.done(said, run.section("report.method.title"))


def _software(run: Run) -> Answer:
    version = run.draft.content.provenance.get("version", "")
    return run.done(run.say("text.software", version=version), run.section("citations.title"), "run.json")


def _distributions(run: Run) -> Answer:
    return run.done(run.tables("items", "missing", "normality"))


def _missing(run: Run) -> Answer:
    found = _main(run)
    said = ""
    if found is not None:
        name, result = found
        used = run.draft.count(f"fit.{name}.n", result.n_obs, "wxsat.sem.fit_measures")
        said = run.say("text.missing", n=used, read=result.n_read, rule=result.missing)
    return run.done(said, run.tables("items", "missing"))


def _measurement(run: Run) -> Answer:
    return run.done(run.tables("reliability", "htmt", "fornell_larcker", "loadings"))


def _parameters(run: Run) -> Answer:
    return ABSENT if _main(run) is None else run.done(run.tables("loadings", "paths", "defined"))


def _global_fit(run: Run) -> Answer:
    found = _main(run)
    if found is None:
        return ABSENT
    name, result = found
    measures, source = reported_measures(result), "wxsat.sem.fit_measures"
    said = run.say(
        "text.fit",
        cfi=run.draft.number(f"fit.{name}.cfi", measures["cfi"], 3, source, no_zero=True),
        rmsea=run.draft.number(f"fit.{name}.rmsea", measures["rmsea"], 3, source, no_zero=True),
        srmr=run.draft.number(f"fit.{name}.srmr", measures["srmr"], 3, source, no_zero=True),
    )
    return run.done(said, run.tables("fit"))


def _local_fit(run: Run) -> Answer:
    return ABSENT if _main(run) is None else run.done(run.tables("residuals", "modification"))


def _alternatives(run: Run) -> Answer:
    shown = run.tables("rivals", "alternatives")
    several = sum(model.result is not None for model in run.draft.content.models) > 1
    if not shown and not several:
        return Answer("missing", key="models")
    return run.done(shown, run.say("text.several_models") if several else "")


def _r2(run: Run) -> Answer:
    return ABSENT if _main(run) is None else run.done(run.tables("r2"))


def _indirect(run: Run) -> Answer:
    return ABSENT if _main(run) is None else run.done(run.tables("intervals", "effects", "defined"))


def _admissible(run: Run) -> Answer:
    found = _main(run)
    if found is None:
        return ABSENT
    refused = any(model.result is not None and model.result.refused for model in run.draft.content.models)
    return run.done(run.say("text.refused" if refused else "text.not_refused"), run.section("report.findings.title"))


def _title(run: Run) -> Answer:
    return run.done(run.draft.content.title.text(run.draft.language))


def _simulated(run: Run) -> Answer:
    provenance = run.draft.content.provenance
    if not run.draft.content.simulated:
        return ABSENT
    return run.done(run.say("text.simulated", seed=provenance.get("seed", "")))


JARS: dict[str, Item] = {
    "title": _title,
    "theory": lambda run: run.noted("theory"),
    "power": lambda run: run.noted("power"),
    "respecification": lambda run: run.noted("respecification"),
    "simulation": _simulated,
    "data": _data,
    "software": _software,
    "identification": _identification,
    "estimator": _estimator,
    "distributions": _distributions,
    "missing": _missing,
    "measurement": _measurement,
    "parameters": _parameters,
    "global_fit": _global_fit,
    "local_fit": _local_fit,
    "alternatives": _alternatives,
    "r2": _r2,
    "indirect": _indirect,
    "admissible": _admissible,
}
