"""The parameter table: the one core representation of a model; text, matrices and results are views of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

from wxsat.errors import Fault, ModelError, nearest
from wxsat.sem.defaults import Triple, VariableRoles, classify_variables, default_parameters, lone_indicators
from wxsat.sem.parameter import MODEL_OPS, Parameter, row_text
from wxsat.sem.syntax import Constraint, Relation, Syntax, read_syntax
from wxsat.sem.tokens import Source

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ParameterTable:
    """
    A model, row by row, as ``lavaanify`` gives it.

    Attributes
    ----------
    rows : tuple of Parameter
    std_lv, orthogonal, fixed_x : bool
        The options that the rows were made with.
    name : str
        What the model is called in messages.
    group_names : tuple of str
        One a group, in order; one empty name without groups.

    Examples
    --------
    >>> table = parse_model("f =~ x1 + x2 + x3")
    >>> table.latent_names, table.n_free
    (('f',), 6)
    """

    rows: tuple[Parameter, ...]
    std_lv: bool = False
    orthogonal: bool = False
    fixed_x: bool = True
    name: str = "model"
    group_names: tuple[str, ...] = ("",)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def roles(self) -> VariableRoles:
        """Every variable by its role."""
        # As lavaan does, only what the text says about a covariate turns it into an ordinary variable.
        said = [row.key for row in self.rows if row.op in MODEL_OPS and row.user]
        return classify_variables(said)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame, one row a parameter; None becomes NaN."""
        import pandas as pd

        names = [f.name for f in fields(Parameter)]
        frame = pd.DataFrame([[getattr(row, n) for n in names] for row in self.rows], columns=names)
        numeric = ["ustart", "start", "lower", "upper"]
        return frame.astype(dict.fromkeys(numeric, "float64"))

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.group_names)

    @property
    def latent_names(self) -> tuple[str, ...]:
        """Latent variables in order of appearance."""
        return self.roles.latent

    @property
    def observed_names(self) -> tuple[str, ...]:
        """Observed variables: indicators, outcomes, covariates, then the rest."""
        return self.roles.observed

    @property
    def covariates(self) -> tuple[str, ...]:
        """Observed variables that only predict and whose moments are taken as given."""
        return self.roles.covariates if self.fixed_x else ()

    @property
    def endogenous(self) -> tuple[str, ...]:
        """Variables that are an outcome of a regression, in table order."""
        return tuple(dict.fromkeys(row.lhs for row in self.rows if row.op == "~"))

    @property
    def exogenous(self) -> tuple[str, ...]:
        """Structural variables (latents and predictors) that are nobody's outcome and nobody's indicator."""
        explained = {row.lhs for row in self.rows if row.op == "~"}
        explained |= {row.rhs for row in self.rows if row.op == "=~"}
        structural = (*self.latent_names, *(row.rhs for row in self.rows if row.op == "~"))
        return tuple(v for v in dict.fromkeys(structural) if v not in explained)

    @property
    def structural_edges(self) -> tuple[Parameter, ...]:
        """The regressions ``outcome ~ source``, in table order."""
        return tuple(row for row in self.rows if row.op == "~")

    def predictors_of(self) -> dict[str, list[str]]:
        """Return for every outcome its predictors, in table order."""
        found: dict[str, list[str]] = {}
        for row in self.structural_edges:
            found.setdefault(row.lhs, []).append(row.rhs)
        return found

    def indicators_of(self) -> dict[str, list[str]]:
        """Return for every latent its indicators (items or lower latents), in table order."""
        found: dict[str, list[str]] = {name: [] for name in self.latent_names}
        for row in self.rows:
            if row.op == "=~":
                found[row.lhs].append(row.rhs)
        return found

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The rows that are parameters of the model, without definitions and constraints."""
        return tuple(row for row in self.rows if row.op in MODEL_OPS)

    @property
    def definitions(self) -> tuple[Parameter, ...]:
        """The ``:=`` rows."""
        return tuple(row for row in self.rows if row.op == ":=")

    @property
    def constraints(self) -> tuple[Parameter, ...]:
        """The ``==``, ``<`` and ``>`` rows."""
        return tuple(row for row in self.rows if row.op in ("==", "<", ">"))

    @property
    def n_free(self) -> int:
        """Number of free parameters, those tied by constraints counted one by one."""
        return max((row.free for row in self.rows), default=0)

    @property
    def has_mean_structure(self) -> bool:
        """Whether the model has intercepts."""
        return any(row.op == "~1" for row in self.rows)

    def with_starts(self, starts: dict[int, float]) -> ParameterTable:
        """Return the same table with starting values by row id."""
        return replace(self, rows=tuple(replace(r, start=starts.get(r.id, r.start)) for r in self.rows))

    def to_text(self) -> str:
        """
        Return model text that gives this table again, with every default written out.

        Examples
        --------
        >>> print(parse_model("f =~ x1 + x2 + x3").to_text().splitlines()[0])
        f =~ 1*x1
        """
        lines = [row_text(row) for row in self.rows if row.user != 2 and not row.exo]
        return "\n".join(lines) + "\n"


def parse_model(
    text: str,
    *,
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    name: str = "model",
) -> ParameterTable:
    """
    Read model text and complete it, as ``cfa()`` and ``sem()`` do.

    Parameters
    ----------
    text : str
        lavaan syntax (see :func:`wxsat.sem.syntax.read_syntax`).
    std_lv : bool
        Fix latent variances to 1 instead of each first loading.
    orthogonal : bool
        Fix the covariances among latents that the text does not name to 0.
    fixed_x : bool
        Take the moments of exogenous covariates as given.
    name : str
        What the model is called in messages.

    Returns
    -------
    ParameterTable

    Raises
    ------
    ModelError
        SEM-001 ... SEM-013, with every fault's place.

    Notes
    -----
    Checked row by row against lavaan 0.6-14's ``lavaanify`` in ``tests/golden/sem/lavaanify.json``.

    Examples
    --------
    >>> [row.name for row in parse_model("f =~ x1 + x2 + x3") if row.free == 0]
    ['f=~x1']
    """
    syntax = read_syntax(text, name)
    roles = classify_variables([relation.key for relation in syntax.relations])
    written = {_in_order(relation.key, roles): relation for relation in syntax.relations}
    options = _Options(std_lv, orthogonal, fixed_x, any(key[1] == "~1" for key in written))
    rows = _number(_fix_with_label(_complete(written, roles, options)))
    rows += _tied_rows(rows, syntax)
    _check_names(rows, syntax)
    return ParameterTable(tuple(rows), std_lv, orthogonal, fixed_x, name)


@dataclass(frozen=True)
class _Options:
    std_lv: bool
    orthogonal: bool
    fixed_x: bool
    mean_structure: bool


def _complete(written: dict[Triple, Relation], roles: VariableRoles, options: _Options) -> list[Parameter]:
    """Return the written rows and the default ones, each fixed or free by rule and then by its own modifiers."""
    defaults = default_parameters(roles, mean_structure=options.mean_structure)
    added = [key for key in defaults if key not in written]
    markers = _markers(written) if not options.std_lv else set()
    lone = lone_indicators(list(written))
    rows = []
    for key in (*written, *added):
        relation = written.get(key)
        value = _fixed_by_rule(key, relation is not None, roles, options, markers, lone)
        exo = int(relation is None and options.fixed_x and key[1] in ("~~", "~1") and key[0] in roles.covariates)
        row = Parameter(
            0,
            *key,
            user=int(relation is not None),
            free=int(value is None and not exo),
            ustart=value,
            exo=exo,
        )
        rows.append(_modified(row, relation) if relation else row)
    return rows


def _in_order(key: Triple, roles: VariableRoles) -> Triple:
    """Write a covariance with its variables in model order, latents first, so that it has one name."""
    lhs, op, rhs = key
    if op != "~~":
        return key
    place = {name: i for i, name in enumerate((*roles.latent, *roles.observed))}
    return (lhs, op, rhs) if place[lhs] <= place[rhs] else (rhs, op, lhs)


def _fix_with_label(rows: list[Parameter]) -> list[Parameter]:
    """A label shared with a fixed parameter (a marker, say) fixes all of them to its value."""
    values = {row.label: row.ustart for row in rows if row.label and not row.free and not row.exo}
    return [replace(row, free=0, ustart=values[row.label]) if row.label in values else row for row in rows]


def _markers(written: dict[Triple, Relation]) -> set[Triple]:
    first: dict[str, Triple] = {}
    for key in written:
        if key[1] == "=~":
            first.setdefault(key[0], key)
    return set(first.values())


def _fixed_by_rule(
    key: Triple,
    is_written: bool,
    roles: VariableRoles,
    options: _Options,
    markers: set[Triple],
    lone: set[str],
) -> float | None:
    """Return the value that a rule fixes the parameter to, None when it is free."""
    lhs, op, rhs = key
    if key in markers or (options.std_lv and op == "~~" and lhs == rhs and lhs in roles.latent):
        return 1.0
    if is_written:
        return None
    if op == "~1":
        return 0.0 if lhs in roles.latent else None
    if lhs == rhs:
        return 0.0 if lhs in lone else None
    return 0.0 if options.orthogonal and lhs in roles.latent and rhs in roles.latent else None


def _modified(row: Parameter, relation: Relation) -> Parameter:
    for modifier in relation.modifiers:
        if modifier.kind == "fixed":
            row = replace(row, free=0, ustart=float(modifier.value))
        elif modifier.kind == "free":
            row = replace(row, free=1, ustart=None)
        elif modifier.kind == "start":
            row = replace(row, ustart=float(modifier.value))
        elif modifier.kind == "label":
            row = replace(row, label=str(modifier.value))
        elif modifier.kind == "equal":
            row = replace(row, label="=" + str(modifier.value))
        elif modifier.kind == "lower":
            row = replace(row, lower=float(modifier.value))
        else:
            row = replace(row, upper=float(modifier.value))
    return row


def _number(rows: list[Parameter]) -> list[Parameter]:
    numbered, free = [], 0
    for position, row in enumerate(rows, start=1):
        free += row.free
        numbered.append(replace(row, id=position, free=free if row.free else 0, plabel=f".p{position}."))
    return numbered


def _tied_rows(rows: list[Parameter], syntax: Syntax) -> list[Parameter]:
    """Return definitions and constraints, then one ``==`` row for every later use of a label."""
    tied: list[Parameter] = []

    def add(lhs: str, op: str, rhs: str, user: int, label: str = "") -> None:
        tied.append(Parameter(len(rows) + len(tied) + 1, lhs, op, rhs, user, block=0, group=0, label=label))

    for constraint in syntax.constraints:
        label = constraint.left.text if constraint.op == ":=" else ""
        add(constraint.left.text, constraint.op, constraint.right.text, 1, label)
    first: dict[str, Parameter] = {}
    by_name = {row.name: row for row in rows}
    for position, row in enumerate(rows):
        if row.label.startswith("="):
            other = by_name.get(row.label[1:])
            if other is None:
                known = nearest(row.label[1:], by_name)
                raise ModelError(
                    "SEM-010", f"equal() names the parameter {row.label[1:]!r}, which is not there.{known}"
                )
            rows[position] = replace(row, label=row.label[1:])
            rows[other.id - 1] = replace(other, label=other.label or other.plabel)
            add(other.plabel, "==", row.plabel, 2)
        elif row.label and row.label in first:
            if not row.free:
                continue
            add(first[row.label].plabel, "==", row.plabel, 2)
        elif row.label:
            first[row.label] = row
    return tied


def _check_names(rows: list[Parameter], syntax: Syntax) -> None:
    """Refuse unknown labels, names defined twice and definitions that lean on themselves."""
    labels = {row.label for row in rows if row.label and row.op in MODEL_OPS}
    plabels = {row.plabel for row in rows if row.plabel}
    later = {c.left.text: c for c in syntax.constraints if c.op == ":="}
    defined: set[str] = set()
    faults: list[Fault] = []
    for constraint in syntax.constraints:
        faults += _name_faults(constraint, labels | plabels, defined, set(later), syntax.source)
        if constraint.op == ":=":
            defined.add(constraint.left.text)
    if faults:
        raise ModelError.from_faults(faults)


def _name_faults(
    constraint: Constraint, labels: set[str], defined: set[str], later: set[str], source: Source
) -> Iterator[Fault]:
    name = constraint.left.text
    if constraint.op == ":=" and name in defined | labels:
        kind = "a label of a parameter" if name in labels else "defined above"
        yield source.fault("SEM-013", f"{name!r} is already {kind}.", constraint.left.names[0], "Choose another name.")
    used = constraint.right.names if constraint.op == ":=" else (*constraint.left.names, *constraint.right.names)
    for token in used:
        if token.text in labels or token.text in defined:
            continue
        if token.text in later:
            hint = "Move its definition above this line; a definition cannot use itself."
            yield source.fault("SEM-011", f"{token.text!r} is defined only later.", token, hint)
            continue
        known = ", ".join(sorted(labels | defined)) or "none"
        hint = f"Labels of this model: {known}.{nearest(token.text, labels | defined)}"
        yield source.fault("SEM-010", f"{token.text!r} is no label of this model.", token, hint)


__all__ = ["MODEL_OPS", "Parameter", "ParameterTable", "parse_model"]
