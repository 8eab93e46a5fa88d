"""Measurement invariance in print: the ladder with its verdict in words, items that differ, latent means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.present.locale import Wording
    from wxsat.sem.invariance.result import InvarianceResult


def tabulate_invariance(
    result: InvarianceResult, language: Language = "zh", instrument: Instrument | None = None
) -> Table:
    """
    Return one row a step: its fit, the test against the last step that held, the changes of the indices, the judgement.

    Parameters
    ----------
    result : InvarianceResult
    language : {"zh", "en"}
    instrument : Instrument, optional
        Gives the items their names.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> from wxsat.sem.invariance.evaluate import evaluate_invariance
    >>> found = evaluate_invariance("visual =~ x1 + x2 + x3 + x4", hs.get_data(), group="school")
    >>> tabulate_invariance(found, "en").title
    'Measurement invariance'
    """
    build = TableBuilder("invariance", instrument, language)
    build.add_column("step")
    build.add_column("chisq", "number", 2)
    build.add_column("df", "integer")
    build.add_column("cfi", "number", 3, no_zero=True)
    build.add_column("rmsea", "number", 3, no_zero=True)
    build.add_column("srmr", "number", 3, no_zero=True)
    build.add_column("delta_chisq", "number", 2)
    build.add_column("delta_df", "integer")
    build.add_column("pvalue", "p_value", 3)
    build.add_column("delta_cfi", "number", 3, no_zero=True)
    build.add_column("delta_rmsea", "number", 3, no_zero=True)
    build.add_column("delta_srmr", "number", 3, no_zero=True)
    build.add_column("holds")
    changes = iter(records(result.differences))
    for number, row in enumerate(records(result.steps)):
        change = next(changes) if number else {}
        holds = change.get("holds")
        build.add_row(
            f"{row['step']}.{'partial' if row['partial'] else 'full'}",
            (
                step_name(build.words, str(row["step"]), int(row["n_freed"])), row["chisq"], row["df"], row["cfi"],
                row["rmsea"], row["srmr"], change.get("chisq"), change.get("df"), change.get("pvalue"),
                change.get("delta_cfi"), change.get("delta_rmsea"), change.get("delta_srmr"),
                None if holds is None else build.words.get(f"tables.invariance.holds.{str(holds).lower()}"),
            ),
        )  # fmt: skip
    _add_notes(build, result)
    return build.build()


def step_name(words: Wording, step: str, freed: int) -> str:
    """Return what a step is called, with the number of parameters released."""
    name = words.get(f"tables.invariance.steps.{step}")
    return words.get("tables.invariance.partial_step", step=name, n=freed) if freed else name


def _add_notes(build: TableBuilder, result: InvarianceResult) -> None:
    settings, verdict = result.settings, result.verdict
    words, comma = build.words, "、" if build.language == "zh" else ", "
    over = words.get(f"tables.invariance.notes.over_{'waves' if settings['over_time'] else 'groups'}")
    shown = [
        f"{row['name']} (n = {row['n']})" if build.language == "en" else f"{row['name']}（n = {row['n']}）"
        for row in records(result.groups)
    ]
    build.add_note("groups", over=over, groups=comma.join(shown), reference=settings["reference"])
    build.add_note(f"indices_{settings['indices']}")
    build.add_note(f"rule_{settings['rule']}", alpha=settings["alpha"])
    if len(result.freed):
        build.add_note("freed", parameters=comma.join(str(name) for name in result.freed["parameter"]))
    partial = verdict.partial and verdict.level in ("thresholds", "metric", "scalar", "strict")
    build.add_note(f"{'partial' if partial else 'level'}_{verdict.level}")
    if verdict.doubtful:
        build.add_note("doubtful")


def tabulate_invariance_effects(
    result: InvarianceResult, language: Language = "zh", instrument: Instrument | None = None
) -> Table:
    """Return dMACS of the items that differ."""
    build = TableBuilder("invariance_effects", instrument, language)
    build.add_column("item")
    build.add_column("block")
    build.add_column("dmacs", "number", 2)
    build.add_column("mean_difference", "number", 2)
    for row in records(result.effect_sizes):
        cells: tuple[Any, ...] = (
            build.names.of(str(row["item"])), row["block"], row["dmacs"], row["mean_difference"],
        )  # fmt: skip
        build.add_row(f"{row['item']}.{row['block']}", cells)
    build.add_note("reference", reference=result.settings["reference"])
    return build.build()


def tabulate_latent_means(
    result: InvarianceResult, language: Language = "zh", instrument: Instrument | None = None
) -> Table:
    """Return the latent means that may be compared; without rows where they were not asked for or may not."""
    build = TableBuilder("latent_means", instrument, language)
    build.add_column("factor")
    build.add_column("block")
    build.add_column("mean", "number", 2)
    build.add_column("std_error", "number", 2)
    build.add_interval()
    build.add_column("p_value", "p_value", 3)
    build.add_column("d", "number", 2)
    for row in records(result.means):
        cells = (
            build.names.of(str(row["factor"])), row["block"], row["mean"], row["std_error"], row["ci_lower"],
            row["ci_upper"], row["p_value"], row["d"],
        )  # fmt: skip
        build.add_row(f"{row['factor']}.{row['block']}", cells)
    build.add_note("reference", reference=result.settings["reference"])
    return build.build()
