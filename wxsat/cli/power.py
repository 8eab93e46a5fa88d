"""`wxsat power`: how many respondents a model needs, by the RMSEA in closed form or by simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from wxsat.cli import exhibits
from wxsat.cli import power_options as option
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError, nearest

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName, Language
    from wxsat.simulate.power.result import PowerResult
    from wxsat.simulate.power.rmsea import FitTest, RmseaPower
    from wxsat.simulate.power.sample_size import SampleSize

SHOWN = ["n", "name", "truth", "mean", "bias", "sd", "se_ratio", "coverage", "coverage_mcse", "power", "power_mcse"]


def power(
    population: option.Population = None,
    n: option.N = None,
    target: option.Target = None,
    model: option.Model = None,
    parameter: option.Parameter = None,
    replicates: option.Replicates = 1000,
    seed: option.Seed = 1,
    estimator: option.Estimator = None,
    missing: option.Missing = 0.0,
    missing_rule: option.MissingRule = None,
    skewness: option.Skewness = 0.0,
    kurtosis: option.Kurtosis = 0.0,
    cluster_size: option.ClusterSize = 0,
    icc: option.Icc = None,
    standardised: option.Standardised = False,
    std_lv: option.StdLv = False,
    alpha: option.Alpha = 0.05,
    jobs: option.Jobs = 1,
    results: option.Results = None,
    resume: option.Resume = False,
    instrument: option.Instrument = None,
    form: option.Form = "standard",
    rmsea: option.Rmsea = False,
    df: option.Df = None,
    test: option.Test = "close",
    null: option.NullRmsea = None,
    true: option.TrueRmsea = None,
    groups: option.Groups = 1,
    figure: option.Figure = None,
    out: exhibits.Out = None,
    language: option.Language = "zh",
    force: option.Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Power, interval coverage and the number of respondents, before the field."""
    place = None if out is None else exhibits.destination(out, language, force)
    if rmsea or df is not None:
        _refuse_mixture(population, figure)
        _refuse_clusters(cluster_size, icc)
        rows = _rmsea(df, n, target, test, null, true, alpha, groups)
        if place is not None:
            place.write((exhibits.rmsea_sizes(rows),))
        _show_rmsea(rows, as_json)
        return
    source, text = _source(_checked(population, n, target), model, instrument, form)
    if figure is not None:
        _check_figure(figure, language, force)
    plan: dict[str, Any] = {
        "model": text, "replicates": replicates, "seed": seed, "estimator": estimator, "missing_share": missing,
        "missing": missing_rule, "skewness": skewness, "kurtosis": kurtosis, "cluster_size": cluster_size, "icc": icc,
        "standardised": standardised, "std_lv": std_lv, "alpha": alpha, "jobs": jobs, "results": results,
        "resume": resume, "progress": _Progress(),
    }  # fmt: skip
    found, result = _measured(source, n, target, parameter, plan)
    for finding in result.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    if figure is not None:
        _write_figure(result, figure, language, target, parameter)
    if place is not None:
        place.write((found,))
    if as_json:
        emit_json(found.to_dict())
    else:
        _show(found, result)


def _checked(population: Path | None, n: list[str] | None, target: float | None) -> Path:
    if population is None:
        raise UsageError("MEAS-080", "a population, or --rmsea with --df, was expected.", where="POPULATION")
    if (n is None) == (target is None):
        raise UsageError("MEAS-080", "give either --n or --target.", where="--n, --target")
    return population


def _measured(
    source: Any, n: list[str] | None, target: float | None, parameter: list[str] | None, plan: dict[str, Any]
) -> tuple[PowerResult | SampleSize, PowerResult]:
    """Return what was asked, and the simulation behind it."""
    from wxsat.simulate.power.evaluate import evaluate_power
    from wxsat.simulate.power.sample_size import find_sample_size

    if target is None:
        result = evaluate_power(source, _sizes(n or []), **plan)
        known = result.parameters["name"].astype(str).unique().tolist()
        for name in parameter or ():
            if name not in known:
                raise UsageError("MEAS-086", f"the model has no parameter {name!r}.{nearest(name, known)}",
                                 where="--parameter")  # fmt: skip
        return result, result
    found = find_sample_size(source, target=target, parameters=tuple(parameter or ()), **plan)
    return found, found.result


class _Progress:
    """Say every tenth of the way how far the replicates are, on stderr."""

    def __init__(self) -> None:
        self.said = 0.0

    def __call__(self, done: int, to_do: int) -> None:
        share = done / to_do
        self.said = 0.0 if share < self.said else self.said
        if share >= self.said + 0.1 or done == to_do:
            self.said = share
            say(f"{done} of {to_do} replicates")


def _refuse_mixture(population: Path | None, figure: Path | None) -> None:
    if population is not None or figure is not None:
        raise UsageError("MEAS-080", "--rmsea needs degrees of freedom only: no population and no figure.",
                         where="--rmsea")  # fmt: skip


def _refuse_clusters(cluster_size: int, icc: float | None) -> None:
    if cluster_size or icc:
        raise UsageError("MEAS-080", "the closed form by the RMSEA knows no clusters.", where="--cluster-size, --icc",
                         hint="Simulate a population for them.")  # fmt: skip


def _sizes(given: list[str]) -> list[int]:
    """Return every size that was asked, each once, in the order given."""
    text = ",".join(given)
    parts = text.replace("，", ",").split(",")
    found: list[int] = []
    try:
        for part in parts:
            ends = [int(v) for v in part.split(":")]
            if len(ends) == 1:
                found += ends
            elif len(ends) in (2, 3) and ends[-1] > 0 and ends[1] >= ends[0]:
                found += range(ends[0], ends[1] + 1, ends[2] if len(ends) == 3 else max(1, (ends[1] - ends[0]) // 4))
            else:
                raise ValueError(part)
    except ValueError as error:
        raise UsageError("MEAS-080", f"{text!r}; 200, or 100,200,400, or 100:500:100 was expected.",
                         where="--n") from error  # fmt: skip
    return list(dict.fromkeys(found))


def _rmsea(
    df: int | None, n: list[str] | None, target: float | None, test: str, null: float | None, true: float | None,
    alpha: float, groups: int,
) -> list[RmseaPower]:  # fmt: skip
    from wxsat.simulate.power.rmsea import n_for_rmsea, power_of_rmsea

    if df is None:
        raise UsageError("MEAS-080", "--rmsea needs --df.", where="--df")
    settings: dict[str, Any] = {
        "test": cast("FitTest", test), "null": null, "true": true, "alpha": alpha, "groups": groups,
    }  # fmt: skip
    if n is None:
        return [n_for_rmsea(df, target=0.80 if target is None else target, **settings)]
    if target is not None:
        raise UsageError("MEAS-080", "give either --n or --target.", where="--n, --target")
    return [power_of_rmsea(df, size, **settings) for size in _sizes(n)]


def _show_rmsea(found: list[RmseaPower], as_json: bool) -> None:
    if as_json:
        emit_json({"rmsea": [row.to_dict() for row in found]})
        return
    import pandas as pd

    print_frame(pd.DataFrame([row.to_dict() for row in found]).drop(columns="target"), "Power of the test of fit")


def _source(population: Path, model: Path | None, instrument: str | None, form: str) -> tuple[Any, Any]:
    """Return the population, and what is fitted to its samples."""
    if population.suffix.lower() not in (".yaml", ".yml"):
        return population, model
    from wxsat.instrument.load import load_instrument
    from wxsat.simulate.power.population import population_of_truth
    from wxsat.simulate.truth import load_truth

    truth = load_truth(population)
    named = instrument or truth.instrument
    if named is None:
        raise UsageError("MEAS-087", f"the truth {truth.id!r} names no instrument.", hint="Give one with --instrument.")
    loaded = load_instrument(named)
    own = {m.id: m.file for m in loaded.models}
    if model is not None and not model.is_file() and str(model) in own:
        model = Path(loaded.folder or ".") / own[str(model)]
    return population_of_truth(truth, loaded, cast("FormName", form)), model


def _show(found: PowerResult | SampleSize, result: PowerResult) -> None:
    if found is not result:
        size = cast("SampleSize", found)
        print(
            f"N = {size.n} for a power of {size.target:g} of {size.parameter} "
            f"(Monte-Carlo interval {size.n_lower:.0f} to {size.n_upper:.0f})"
        )
    print_frame(result.models, "Models")
    frame = result.parameters
    main = frame["op"].isin(["=~", "~", ":="])
    print_frame((frame[main] if main.any() else frame)[SHOWN], "Parameters")
    if main.any() and not main.all():
        say("Variances, covariances and intercepts are in --json.")


def _check_figure(figure: Path, language: str, force: bool) -> None:
    if language not in ("zh", "en"):
        raise UsageError("MEAS-080", f"unknown language {language!r}; zh or en was expected.", where="--lang")
    if figure.suffix.lower() not in (".svg", ".png"):
        raise UsageError("MEAS-080", f"{figure.name}: .svg or .png was expected.", where="--figure")
    if figure.exists() and not force:
        raise UsageError("MEAS-088", f"{figure} exists.", where="--figure", hint="Replace it with --force.")


def _write_figure(
    result: PowerResult, figure: Path, language: str, target: float | None, names: list[str] | None
) -> None:
    from wxsat.present.figures.figure import render_figure
    from wxsat.present.figures.power_curve import plot_power

    spec = plot_power(result.parameters, language=cast("Language", language), target=target or 0.80,
                      names=tuple(names or ()))  # fmt: skip
    beside = figure.with_name(figure.name + ".part")
    beside.write_bytes(render_figure(spec, cast("Any", figure.suffix.lower()[1:])))
    beside.replace(figure)
    say(f"{figure}: {spec.alt}")
