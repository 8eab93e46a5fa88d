"""Every frame of a composite model as a table: fit, prediction, groups, and three methods side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.finding import refusals
from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.composites import tabulate_composite_paths, tabulate_side_by_side

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.pls.beside import SideBySide
    from wxsat.pls.groups import GroupComparison
    from wxsat.pls.predict import PlsPrediction
    from wxsat.pls.result import PlsResult

NAMED = ("construct", "from", "to", "a", "b", "target")
WORDED = ("mode", "model", "benchmark", "quadrant", "invariance", "topic", "cb", "pls", "plsc", "why")
WHOLE = ("n_items",)
P_VALUES = ("p_value", "p_composition", "p_mean", "p_variance")
TWO_DIGITS = ("vif", "mean", "equal_weights", "t")
ONE_DIGIT = ("performance", "performance_ci_lower", "performance_ci_upper")


def tabulate_composite_fit(result: PlsResult, instrument: Instrument | None, language: Language) -> list[Table]:
    """
    Return the tables of a fitted composite model, those without rows left out.

    Paths, total effects, loadings and weights, quality of the constructs, HTMT, distances of the model, index, and
    importance and performance.
    """
    both = result.loadings.drop(columns=["std_error", "p_value"]).rename(
        columns={"estimate": "loading", "ci_lower": "loading_ci_lower", "ci_upper": "loading_ci_upper"}
    )
    measures = both.assign(
        weight=result.weights["estimate"],
        weight_ci_lower=result.weights["ci_lower"],
        weight_ci_upper=result.weights["ci_upper"],
        vif=result.weights["vif"],
    )
    quality = result.reliability.merge(result.r2[["construct", "r2", "r2_adjusted"]], on="construct", how="left")
    frames: dict[str, pd.DataFrame] = {
        "composite_totals": result.total_effects.drop(columns="p_value"),
        "composite_measures": measures,
        "composite_quality": quality,
        "composite_htmt": result.htmt,
        "composite_fit": result.model_fit,
        "composite_index": result.index.drop(columns="negative_weight", errors="ignore"),
        "composite_importance": result.importance,
    }
    refused = bool(refusals(result.findings))
    tables = [tabulate_composite_paths(result, instrument, language)]
    return tables + [
        tabulate_frame(topic, frame, instrument, language, marked=refused and topic == "composite_totals",
                       findings=result.findings, n=result.n_obs)
        for topic, frame in frames.items()
        if len(frame)
    ]  # fmt: skip


def tabulate_prediction(found: PlsPrediction, instrument: Instrument | None, language: Language) -> list[Table]:
    """Return the tables of PLSpredict, CVPAT and Q2 by blindfolding."""
    settings = found.settings
    frames = {
        "composite_prediction": found.items,
        "composite_cvpat": found.cvpat,
        "composite_q2": found.q2.drop(columns=["sse", "sso"]),
    }
    fields = {name: settings[name] for name in ("n", "folds", "repeats", "omission")}
    return [
        tabulate_frame(topic, frame, instrument, language, **fields) for topic, frame in frames.items() if len(frame)
    ]


def tabulate_groups(found: GroupComparison, instrument: Instrument | None, language: Language) -> list[Table]:
    """Return the tables of MICOM and of the differences of paths; the latter marked when they must not be read."""
    fields = {
        "first": found.groups[0], "second": found.groups[1], "n_first": found.sizes[0], "n_second": found.sizes[1],
        "draws": found.settings["used"],
    }  # fmt: skip
    micom = tabulate_frame("composite_micom", found.micom, instrument, language, **fields)
    paths = tabulate_frame(
        "composite_differences", found.paths, instrument, language, marked=found.refused, findings=found.findings,
        **fields,
    )  # fmt: skip
    return [micom, paths]


def tabulate_beside(found: SideBySide, instrument: Instrument | None, language: Language) -> list[Table]:
    """Return paths, explained variance and what differs and why, of a covariance model, PLS and consistent PLS."""
    return [
        tabulate_side_by_side(found, instrument, language),
        tabulate_frame("side_by_side_r2", found.r2, instrument, language, numbers=("cb", "pls", "plsc")),
        tabulate_frame("side_by_side_why", _explained(found.differences, language), instrument, language),
    ]


def _explained(differences: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the reasons in the reader's language, by topic."""
    from wxsat.present.locale import wording

    words = wording(language)
    why = [
        words.find(f"tables.side_by_side_why.reasons.{str(topic).replace(' ', '_')}") or str(text)
        for topic, text in zip(differences["topic"], differences["why"], strict=True)
    ]
    told = differences.assign(why=why)
    if language == "zh":
        for name in ("cb", "pls", "plsc"):
            told[name] = [
                str(v).replace("no: ", "否：").replace("with care: ", "须谨慎：").replace("chi-square", "χ²")
                for v in told[name]
            ]
    return told


def tabulate_frame(
    topic: str,
    frame: pd.DataFrame,
    instrument: Instrument | None,
    language: Language,
    *,
    marked: bool = False,
    findings: Any = (),
    numbers: tuple[str, ...] = (),
    **fields: Any,
) -> Table:
    """
    Return a frame as the table of its topic: constructs by name, codes in words, figures with their digits.

    Parameters
    ----------
    topic : str
        Key of the table's title, headings and note in the locale files.
    frame : DataFrame
        Columns that are missing throughout are left out.
    marked : bool
        Mark every row as not to be interpreted; `findings` say why.
    numbers : tuple of str
        Columns that hold figures although their names stand for words elsewhere.
    **fields
        Of the note.
    """
    build = TableBuilder(topic, instrument, language)
    shown = [str(name) for name in frame.columns if frame[name].notna().any() or name in NAMED]
    for name in shown:
        if name.endswith("ci_upper"):
            continue
        if name.endswith("ci_lower"):
            digits = 1 if name in ONE_DIGIT else 3
            build.add_interval(name, name.replace("lower", "upper"), digits)
        elif name in P_VALUES:
            build.add_column(name, "p_value", 3)
        elif name in WHOLE:
            build.add_column(name, "integer", 0)
        elif name not in numbers and (name in NAMED or name in WORDED or frame[name].dtype.kind not in "fiu"):
            build.add_column(name, collapse=name == shown[0])
        else:
            build.add_column(name, "number", 1 if name in ONE_DIGIT else 2 if name in TWO_DIGITS else 3)
    for number, row in enumerate(records(frame)):
        cells = [row[c.name] if c.name in numbers else _cell(build, topic, c.name, row[c.name]) for c in build.columns]
        build.add_row(str(number), cells, marked=marked)
    if build.words.find(f"tables.{topic}.notes.reading", **fields) is not None:
        build.add_note("reading", **fields)
    if marked:
        build.add_refusal(findings)
    return build.build(**fields)


def _cell(build: TableBuilder, topic: str, name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    word = build.words.find(f"tables.{topic}.words.{value.replace(' ', '_')}")
    if word is not None:
        return word
    if name == "quadrant":
        return build.words.find(f"tables.quadrant.{value}") or value
    # A product keeps its two names, joined as in the model.
    return ":".join(build.names.of(part) for part in value.split(":")) if name in NAMED else value
