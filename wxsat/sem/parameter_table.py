"""The parameter table: the one core representation of a model; text, matrices and results are views of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wxsat.errors import Fault, ModelError, nearest
from wxsat.sem.completion import complete_rows
from wxsat.sem.defaults import VariableRoles, classify_variables
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.ordinal.statements import check_ordinal_statements
from wxsat.sem.parameter import MODEL_OPS, Parameter
from wxsat.sem.syntax import Constraint, Syntax, read_syntax
from wxsat.sem.ties import effect_coding_ties, number_free, tie_rows
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
    options : ModelOptions
        What the rows were made with.
    name : str
        What the model is called in messages.
    group_names : tuple of str
        One a group, in order; one empty name without groups.
    syntax : Syntax, optional
        The statements that the table was made from.
    whole : int, optional
        Number of free parameters of the model that this table is one level of.
    starts : tuple of float
        Where the search of the free parameters began, once it is known.

    Examples
    --------
    >>> table = parse_model("f =~ x1 + x2 + x3")
    >>> table.latent_names, table.n_free
    (('f',), 6)
    """

    rows: tuple[Parameter, ...]
    options: ModelOptions = field(default_factory=ModelOptions)
    name: str = "model"
    group_names: tuple[str, ...] = ("",)
    syntax: Syntax | None = field(default=None, repr=False, compare=False)
    whole: int | None = None
    starts: tuple[float, ...] = ()

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def std_lv(self) -> bool:
        """Whether latent variances are fixed to 1 by default."""
        return self.options.std_lv

    @property
    def orthogonal(self) -> bool:
        """Whether latents are uncorrelated by default."""
        return self.options.orthogonal

    @property
    def fixed_x(self) -> bool:
        """Whether the moments of covariates are taken as given."""
        return self.options.fixed_x

    @cached_property
    def roles(self) -> VariableRoles:
        """Every variable by its role; of several levels together."""
        # As lavaan does, only what the text says about a covariate turns it into an ordinary variable.
        said = [row.key for row in self.rows if row.op in MODEL_OPS and row.user]
        return classify_variables(list(dict.fromkeys(said)))

    @cached_property
    def known(self) -> dict[tuple[object, ...], Any]:
        """What others have worked out from the rows alone and would work out again: cells, places."""
        return {}

    @cached_property
    def n_levels(self) -> int:
        """Number of levels, 1 for an ordinary model."""
        return max((row.level for row in self.rows if row.op in MODEL_OPS), default=1)

    def at_level(self, level: int) -> ParameterTable:
        """Return the parameter rows of one level as a table; ids and free numbers stay those of the whole model."""
        rows = tuple(row for row in self.rows if row.op in MODEL_OPS and row.level == level)
        return replace(self, rows=rows, syntax=None, whole=self.n_free)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame, one row a parameter; None becomes NaN."""
        import pandas as pd

        names = [f.name for f in fields(Parameter)]
        frame = pd.DataFrame([[getattr(row, n) for n in names] for row in self.rows], columns=names)
        if self.starts:
            frame["start"] = [self.starts[row.free - 1] if row.free else row.ustart for row in self.rows]
        numeric = ["ustart", "start", "lower", "upper"]
        return frame.astype(dict.fromkeys(numeric, "float64"))

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.group_names)

    def in_block(self, block: int) -> ParameterTable:
        """Return the rows of one block (a level of a group) as a table; free numbers stay those of the whole model."""
        rows = tuple(row for row in self.rows if row.op in MODEL_OPS and row.block == block)
        return replace(self, rows=rows, syntax=None, whole=self.n_free)

    def group_of(self, block: int) -> int:
        """Return the group that a block belongs to, from 1."""
        return (block - 1) // self.n_levels + 1

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
        """The regressions ``outcome ~ source`` of the first group, in table order."""
        return tuple(row for row in self.rows if row.op == "~" and row.group == 1)

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
            if row.op == "=~" and row.rhs not in found[row.lhs]:
                found[row.lhs].append(row.rhs)
        return found

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The rows that are parameters of the model, without definitions and constraints."""
        return tuple(row for row in self.rows if row.op in MODEL_OPS)

    @cached_property
    def definitions(self) -> tuple[Parameter, ...]:
        """The ``:=`` rows."""
        return tuple(row for row in self.rows if row.op == ":=")

    @cached_property
    def constraints(self) -> tuple[Parameter, ...]:
        """The ``==``, ``<`` and ``>`` rows."""
        return tuple(row for row in self.rows if row.op in ("==", "<", ">"))

    @cached_property
    def n_free(self) -> int:
        """Number of free parameters, those tied by constraints counted one by one."""
        return self.whole or max((row.free for row in self.rows), default=0)

    @cached_property
    def has_mean_structure(self) -> bool:
        """Whether the model has intercepts."""
        return any(row.op == "~1" for row in self.rows)

    @property
    def ordered(self) -> dict[str, int]:
        """The ordinal variables, in model order, with their number of thresholds."""
        cuts = dict(self.options.ordered)
        return {name: cuts[name] for name in self.observed_names if name in cuts}

    def with_starts(self, starts: Sequence[float]) -> ParameterTable:
        """Return the same table with the starting values of its free parameters."""
        found = replace(self, starts=tuple(float(value) for value in starts))
        # What is known of the rows stays known: they are the same.
        found.__dict__.update({name: value for name, value in self.__dict__.items() if name not in _FIELDS})
        return found

    def to_text(self) -> str:
        """
        Return model text that gives this table again, with every default written out.

        Examples
        --------
        >>> print(parse_model("f =~ x1 + x2 + x3").to_text().splitlines()[0])
        f =~ 1*x1
        """
        from wxsat.sem.model_text import table_text

        return table_text(self)


_FIELDS = frozenset(f.name for f in fields(ParameterTable))


def parse_model(
    text: str,
    *,
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    meanstructure: bool = False,
    growth: bool = False,
    effect_coding: Sequence[str] = (),
    groups: Sequence[str] = (),
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    ordered: Mapping[str, int] | None = None,
    parameterization: str = "delta",
    name: str = "model",
) -> ParameterTable:
    """
    Read model text and complete it, as ``cfa()`` and ``sem()`` do.

    Parameters
    ----------
    text : str
        lavaan syntax (see :func:`wxsat.sem.syntax.read_syntax`).
    std_lv, orthogonal, fixed_x, meanstructure, growth, effect_coding, group_equal, group_partial
        See :class:`wxsat.sem.model_options.ModelOptions`.
    ordered : mapping of str to int, optional
        Ordinal variables and their number of categories.
    parameterization : {"delta", "theta"}
        Of ordinal variables.
    groups : sequence of str
        Names of the groups, in order; with groups the model has a mean structure, as in lavaan.
    name : str
        What the model is called in messages.

    Returns
    -------
    ParameterTable

    Raises
    ------
    ModelError
        SEM-001 ... SEM-013, SEM-060, with every fault's place.
    UsageError
        SEM-062 to SEM-064: options that are unknown or contradict each other.

    Notes
    -----
    Checked row by row against lavaan 0.6-14's ``lavaanify`` in ``tests/golden/sem/lavaanify.json``.

    Examples
    --------
    >>> [row.name for row in parse_model("f =~ x1 + x2 + x3") if row.free == 0]
    ['f=~x1']
    """
    options = ModelOptions(
        std_lv,
        orthogonal,
        fixed_x,
        meanstructure or len(groups) > 1 or bool(ordered),
        growth,
        tuple(effect_coding),
        tuple(group_equal),
        tuple(group_partial),
        tuple((name, count - 1) for name, count in (ordered or {}).items()),
        parameterization,
    )
    return complete_model(read_syntax(text, name), options, groups)


def complete_model(syntax: Syntax, options: ModelOptions, groups: Sequence[str] = ()) -> ParameterTable:
    """Return the table of a model that is read already; the arguments and errors are those of :func:`parse_model`."""
    names = tuple(groups) or ("",)
    options.checked()
    if any(relation.op == "~1" for relation in syntax.relations):
        options = replace(options, meanstructure=True)
    check_ordinal_statements(syntax, options)
    rows = complete_rows(syntax, options, len(names))
    pairs = tie_rows(rows, options, syntax.source.name)
    coded = effect_coding_ties(rows, options)
    rows = number_free(rows)
    _check_names(rows, syntax)
    written = [(c.left.text, c.op, c.right.text, 1) for c in syntax.constraints]
    for lhs, op, rhs, user in (*written, *((a, "==", b, 2) for a, b in (*pairs, *coded))):
        label = lhs if op == ":=" else ""
        rows.append(Parameter(len(rows) + 1, lhs, op, rhs, user, block=0, group=0, level=0, label=label))
    return ParameterTable(tuple(rows), options, syntax.source.name, names, syntax)


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


__all__ = ["MODEL_OPS", "Parameter", "ParameterTable", "complete_model", "parse_model"]
