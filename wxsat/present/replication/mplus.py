"""A fitted model as an Mplus input: every parameter written out, nothing left to a default.

Written to the user's guide of Mplus 8 (chapters 15 to 17): names of eight characters, lines of at most 90, one
statement a line. Not run here: Mplus is a commercial program.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present.replication.replication import Source, Untold
from wxsat.present.replication.short_names import ShortNames
from wxsat.sem.engines.semopy_engine import shared_labels

if TYPE_CHECKING:
    from wxsat.sem.parameter import Parameter
    from wxsat.sem.parameter_table import ParameterTable
    from wxsat.sem.result import SemResult

WIDTH = 90
ESTIMATORS = ("ML", "MLM", "MLMV", "MLR", "MLF", "GLS", "WLS", "WLSM", "WLSMV", "ULS", "ULSMV")
_WORD = re.compile(r"\.p\d+\.|[^\W\d][\w.]*")
_FUNCTIONS = {"exp": "EXP", "log": "LOG", "sqrt": "SQRT", "abs": "ABS", "sin": "SIN", "cos": "COS", "tan": "TAN"}


@dataclass(frozen=True)
class MplusInput:
    """Text of ``model.inp``, the legend of its names as CSV, and what it does not carry."""

    text: str
    legend: str
    untold: tuple[Untold, ...]


def mplus_input(result: SemResult, source: Source) -> MplusInput:
    """Return a fit as an Mplus input, reading ``moments.dat`` or, where that is not enough, ``answers.dat``."""
    table = result.table
    if table.n_levels > 1:
        return MplusInput("! Two-level models are not written for Mplus.\n", "", (Untold("Mplus", "levels"),))
    names = ShortNames()
    names.add(result.observed_names, "variable", "V")
    names.add(result.latent_names, "latent", "F")
    writer = _Writer(table, names)
    constraints = list(writer.constraints())
    untold = [Untold("Mplus", topic) for topic in _untold(result, writer)]
    parts = [
        *_wrapped("TITLE: Headline model of the report; names.csv gives the names in full"),
        *([f"! {WHY_ANSWERS}"] if source != "moments" else []),
        *_data(result, source),
        *_variables(result, names, source),
        *_analysis(result),
        *_model(table, writer),
        *(["MODEL CONSTRAINT:", *constraints] if constraints else []),
        "OUTPUT: STDYX CINTERVAL;",
    ]
    return MplusInput("\n".join(parts) + "\n", names.legend(), tuple(untold))


WHY_ANSWERS = "Needs the answers (answers.dat, blanks between, -999 = missing): not in this folder"


def _untold(result: SemResult, writer: _Writer) -> Iterator[str]:
    if result.estimator not in ESTIMATORS:
        yield "estimator"
    if result.missing in ("two_stage", "robust_two_stage"):
        yield "missing"
    if writer.unknown:
        yield "constraints"
    if result.outcome is not None and result.outcome.wishart:
        yield "divisor"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _data(result: SemResult, source: Source) -> list[str]:
    if source != "moments":
        listwise = ["  LISTWISE = ON;"] if result.missing == "listwise" else []
        return ["DATA: FILE IS answers.dat;", *listwise]
    sizes = " ".join(str(group.n_obs) for group in result.groups)
    groups = [f"  NGROUPS = {result.table.n_groups};"] if result.table.n_groups > 1 else []
    head = ["DATA: FILE IS moments.dat;", "  TYPE IS MEANS COVARIANCE;", *groups]
    return [*head, *_wrapped(f"  NOBSERVATIONS ARE {sizes};")]


def _variables(result: SemResult, names: ShortNames, source: Source) -> list[str]:
    table = result.table
    shown = " ".join(names[name] for name in result.observed_names)
    if source == "moments":
        return _wrapped(f"VARIABLE: NAMES ARE {shown};")
    sample = result.outcome.sample if result.outcome is not None else ()
    weighted = any(group.weights is not None for group in sample)
    clustered = any(group.clusters is not None for group in sample)
    extra = [("GROUPNR", table.n_groups > 1), ("SWEIGHT", weighted), ("ACCOUNT", clustered)]
    columns = " ".join([shown, *(name for name, there in extra if there)])
    lines = [*_wrapped(f"VARIABLE: NAMES ARE {columns};"), "  MISSING ARE ALL (-999);"]
    if table.ordered:
        lines += _wrapped(f"  CATEGORICAL ARE {' '.join(names[name] for name in table.ordered)};")
    if table.n_groups > 1:
        coded = " ".join(f"{i}=G{i}" for i in range(1, table.n_groups + 1))
        lines += _wrapped(f"  GROUPING IS GROUPNR ({coded});")
    lines += ["  WEIGHT IS SWEIGHT;"] if weighted else []
    return [*lines, *(["  CLUSTER IS ACCOUNT;"] if clustered else [])]


def _analysis(result: SemResult) -> list[str]:
    estimator = result.estimator if result.estimator in ESTIMATORS else ("WLSMV" if result.table.ordered else "ML")
    lines = [f"ANALYSIS: ESTIMATOR = {estimator};", "  MODEL = NOCOVARIANCES;"]
    if result.outcome is not None and any(group.clusters is not None for group in result.outcome.sample):
        lines.append("  TYPE = COMPLEX;")
    if result.table.ordered:
        lines.append(f"  PARAMETERIZATION = {result.table.options.parameterization.upper()};")
    elif estimator == "ML" and result.missing == "listwise":
        lines.append("  INFORMATION = EXPECTED;")
    return lines


def _model(table: ParameterTable, writer: _Writer) -> Iterator[str]:
    yield "MODEL:"
    yield from writer.statements(1, labelled=table.n_groups == 1)
    if table.n_groups > 1:
        for group in range(1, table.n_groups + 1):
            yield f"MODEL G{group}:"
            yield from writer.statements(group, labelled=True)


class _Writer:
    """Writes rows of a table as statements; labels only where something refers to them."""

    def __init__(self, table: ParameterTable, names: ShortNames) -> None:
        self.table, self.names = table, names
        self.classes = shared_labels(table)
        self.by_label = {
            key: self.classes[row.free]
            for row in table.parameters
            if row.free
            for key in (row.plabel, row.label)
            if key
        }
        self.fixed = {
            key: row.ustart for row in table.parameters if not row.free for key in (row.plabel, row.label) if key
        }
        sizes: dict[str, int] = {}
        for label in self.classes.values():
            sizes[label] = sizes.get(label, 0) + 1
        self.used = {label for label, size in sizes.items() if size > 1}
        self.defined: dict[str, str] = {}
        self.unknown: set[str] = set()
        for row in (*table.definitions, *self._free_constraints()):
            self.used |= {self.by_label[w] for w in _WORD.findall(f"{row.lhs} {row.rhs}") if w in self.by_label}
        self.used |= {self.classes[r.free] for r in table.parameters if r.free and (r.lower, r.upper) != (None, None)}

    def _free_constraints(self) -> Sequence[Parameter]:
        """The constraints that a shared label does not say already."""
        return [
            row
            for row in self.table.constraints
            if not (row.op == "==" and row.lhs in self.by_label and row.rhs in self.by_label)
        ]

    def statements(self, group: int, *, labelled: bool) -> Iterator[str]:
        """Return the statements of one group."""
        for row in self.table.parameters:
            if row.group != group or row.exo or self._implied(row):
                continue
            yield f"  {self._statement(row, labelled)};"

    def _implied(self, row: Parameter) -> bool:
        """What Mplus has no statement for: intercepts of ordinal variables, fixed scales under delta."""
        ordered = row.lhs in self.table.ordered
        if row.op == "~1":
            return ordered
        delta = self.table.options.parameterization == "delta"
        own = row.op == "~~" and row.lhs == row.rhs and ordered
        return (row.op == "~*~" and (not row.free or not delta)) or (own and delta)

    def _statement(self, row: Parameter, labelled: bool) -> str:
        value = f"@{row.ustart:.12g}" if not row.free else "*" if row.ustart is None else f"*{row.ustart:.12g}"
        label = self.classes.get(row.free, "")
        mark = f" ({label.upper()})" if labelled and label in self.used else ""
        left, right = self.names[row.lhs], self.names.known.get(row.rhs, "")
        match row.op:
            case "=~":
                said = f"{left} BY {right}{value}"
            case "~":
                said = f"{left} ON {right}{value}"
            case "~~":
                said = f"{left}{value}" if row.lhs == row.rhs else f"{left} WITH {right}{value}"
            case "|":
                said = f"[{left}${row.rhs[1:]}{value}]"
            case "~*~":
                said = f"{{{left}{value}}}"
            case _:
                said = f"[{left}{value}]"
        return said + mark

    def constraints(self) -> Iterator[str]:
        """Return the lines of MODEL CONSTRAINT."""
        self.names.add([row.lhs for row in self.table.definitions], "defined", "D")
        for row in self.table.definitions:
            yield f"  NEW({self.names[row.lhs]});"
        for row in self.table.definitions:
            said = self._expression(row.rhs)
            self.defined[row.lhs] = self.names[row.lhs]
            yield from _wrapped(f"  {self.names[row.lhs]} = {said};")
        for row in self._free_constraints():
            left, right = self._expression(row.lhs), self._expression(row.rhs)
            yield from _wrapped(f"  0 = ({left}) - ({right});" if row.op == "==" else f"  {left} {row.op} {right};")
        for row in self.table.parameters:
            for bound, sign in ((row.lower, ">"), (row.upper, "<")):
                if row.free and bound is not None:
                    yield f"  {self.classes[row.free].upper()} {sign} {bound:.12g};"

    def _expression(self, text: str) -> str:
        # Spaces let a long expression wrap.
        spaced = re.sub(r"(?<![eE*])([+\-])", r" \1 ", _WORD.sub(self._word, text.replace("^", "**")))
        return re.sub(r"\s+", " ", spaced).strip()

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        known = self.defined.get(word) or self.by_label.get(word, "").upper() or _FUNCTIONS.get(word)
        if known:
            return known
        value = self.fixed.get(word)
        if value is None:
            self.unknown.add(word)
            return word
        return f"({value:.12g})"
