"""Method bias: the sequence of models, its comparisons, and what the method takes from correlations and scales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.method_bias.evaluate import MethodBias


def tabulate_bias_models(found: MethodBias, instrument: Instrument | None, language: Language) -> Table:
    """Return the fit of every model of the techniques; Harman's share stands in a note, as a description."""
    build = TableBuilder("bias_models", instrument, language)
    build.add_column("technique", collapse=True)
    build.add_column("model")
    build.add_column("npar", "integer")
    build.add_column("chisq", "number", 2)
    build.add_column("df", "integer")
    for name in ("cfi", "tli", "rmsea", "srmr"):
        build.add_column(name, "number", 3, no_zero=True)
    build.add_column("bic", "number", 1)
    for row in records(found.models):
        figures = (row[column.name] for column in build.columns[2:])
        cells = (_word(build, "technique", row["technique"]), _word(build, "model", row["model"]))
        build.add_row(f"{row['technique']}.{row['model']}", (*cells, *figures))
    build.add_note("harman", n=int(found.settings["n"]), share=found.harman["first_eigenvalue_share"])
    if "unmeasured" in found.method_share:
        build.add_note("unmeasured", share=found.method_share["unmeasured"])
    if found.retained is not None:
        marker = ", ".join(found.settings["marker"] or ())
        retained = _word(build, "model", found.retained)
        build.add_note("marker", marker=marker, retained=retained, share=found.method_share.get("marker"))
    return build.build()


def tabulate_bias_comparisons(found: MethodBias, instrument: Instrument | None, language: Language) -> Table:
    """Return the difference tests of the sequence, each with the question that it answers."""
    build = TableBuilder("bias_comparisons", instrument, language)
    build.add_column("technique", collapse=True)
    build.add_column("comparison")
    build.add_column("question")
    build.add_column("chisq", "number", 2)
    build.add_column("df", "integer")
    build.add_column("pvalue", "p_value", 3)
    build.add_column("delta_cfi", "number", 3, no_zero=True)
    between = " – "
    for row in records(found.comparisons):
        models = between.join(_word(build, "model", part) for part in str(row["comparison"]).split(", "))
        words = (_word(build, "technique", row["technique"]), models, _word(build, "question", row["question"]))
        figures = (row["chisq"], row["df"], row["pvalue"], row["delta_cfi"])
        build.add_row(f"{row['technique']}.{row['comparison']}", (*words, *figures))
    return build.build()


def tabulate_bias_correlations(found: MethodBias, instrument: Instrument | None, language: Language) -> Table:
    """Return the latent correlations without and with a method effect, one row a pair and technique."""
    build = TableBuilder("bias_correlations", instrument, language)
    build.add_column("technique", collapse=True)
    build.add_column("pair")
    build.add_column("model")
    build.add_column("r", "number", no_zero=True)
    build.add_column("shift", "number", no_zero=True)
    # Method first, then pair: every pair's rows stand together.
    rows = records(found.correlations)
    pairs = list(dict.fromkeys((row["a"], row["b"]) for row in rows))
    techniques = list(dict.fromkeys(row["technique"] for row in rows))
    rows.sort(key=lambda row: (techniques.index(row["technique"]), pairs.index((row["a"], row["b"]))))
    for row in rows:
        cells = (
            _word(build, "technique", row["technique"]), build.names.pair(row["a"], row["b"]),
            _word(build, "model", row["model"]), row["r"], row["shift"],
        )  # fmt: skip
        build.add_row(f"{row['technique']}.{row['a']}-{row['b']}.{row['model']}", cells)
    build.add_note("shift")
    return build.build()


def tabulate_bias_reliability(found: MethodBias, instrument: Instrument | None, language: Language) -> Table:
    """Return the reliability of every scale, split into substance and method by the marker."""
    build = TableBuilder("bias_reliability", instrument, language)
    build.add_column("construct")
    for name in ("total", "substantive", "method"):
        build.add_column(name, "number", no_zero=True)
    build.add_column("method_share", "percent", 1)
    for row in records(found.reliability):
        figures = (row[column.name] for column in build.columns[1:])
        build.add_row(str(row["construct"]), (build.names.of(row["construct"]), *figures))
    build.add_note("reading")
    return build.build()


def tabulate_bias_loadings(found: MethodBias, instrument: Instrument | None, language: Language) -> Table:
    """Return loadings on the own construct and on the marker's method factor."""
    build = TableBuilder("bias_loadings", instrument, language)
    build.add_column("construct", collapse=True)
    build.add_column("item")
    build.add_column("loading", "number", no_zero=True)
    build.add_column("method_loading", "number", no_zero=True)
    build.add_column("method_p_value", "p_value", 3)
    for row in records(found.loadings):
        figures = (row["loading"], row["method_loading"], row["method_p_value"])
        build.add_row(str(row["item"]), (build.names.of(row["construct"]), row["item"], *figures))
    return build.build()


def _word(build: TableBuilder, group: str, code: Any) -> str:
    """Return the word for a code of the sequence, or the code itself."""
    key = str(code).replace(" ", "_").replace(",", "")
    return build.words.find(f"tables.bias_models.{group}.{key}") or str(code)
