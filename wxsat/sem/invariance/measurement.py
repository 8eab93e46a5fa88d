"""The measurement part of a model text: which items belong to which factor, and which items share more than that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wxsat.errors import Fault, ModelError
from wxsat.finding import Finding
from wxsat.sem.inputs import model_text
from wxsat.sem.syntax import read_syntax

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.syntax import Relation

FEWEST_ITEMS = 2


@dataclass(frozen=True)
class MeasurementModel:
    """
    A confirmatory factor model of first order.

    Attributes
    ----------
    loadings : tuple of (str, str)
        Factor and item, in the order of the text.
    covariances : tuple of (str, str)
        Pairs of items with correlated residuals.
    left_out : tuple of str
        Lines of the text that are not about measurement.
    """

    loadings: tuple[tuple[str, str], ...]
    covariances: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(dict.fromkeys(factor for factor, _ in self.loadings))

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items, each once."""
        return tuple(dict.fromkeys(item for _, item in self.loadings))

    def items_of(self, factor: str) -> tuple[str, ...]:
        """Return the items of a factor."""
        return tuple(item for name, item in self.loadings if name == factor)

    def without(self, items: Iterable[str]) -> MeasurementModel:
        """Return the model without some items (that a form did not ask), and without factors of fewer than two."""
        gone = set(items)
        kept = [(factor, item) for factor, item in self.loadings if item not in gone]
        enough = {f for f, _ in kept if sum(f == other for other, _ in kept) >= FEWEST_ITEMS}
        loadings = tuple((factor, item) for factor, item in kept if factor in enough)
        known = {item for _, item in loadings}
        pairs = tuple(pair for pair in self.covariances if set(pair) <= known)
        lost = tuple(f"{factor} =~ {item}" for factor, item in self.loadings if (factor, item) not in loadings)
        if not loadings:
            raise ModelError("SEM-047", "none of its factors has two items that were asked.", where="model")
        return MeasurementModel(loadings, pairs, (*self.left_out, *lost))

    def findings(self) -> tuple[Finding, ...]:
        """Say which lines were left out (SEM-170)."""
        if not self.left_out:
            return ()
        lines = "; ".join(self.left_out)
        message = f"not about measurement, or not asked, and left out of the model: {lines}."
        return (Finding("SEM-170", "note", "model", message, {"lines": lines}),)


def read_measurement(model: str | Path, instrument: Instrument | None = None) -> MeasurementModel:
    """
    Read the measurement part of a model.

    Parameters
    ----------
    model : str or Path
        lavaan syntax, a file that holds it, or the id of one of the instrument's models. Regressions, covariances of
        factors and defined parameters are left out; ``1*`` and ``NA*`` before an item are, too, since the ladder
        identifies its models itself.
    instrument : Instrument, optional

    Raises
    ------
    ModelError
        SEM-047 no factor, a factor with a single item, a factor of factors, groups, levels, or labels and fixed values;
        all at once. SEM-001 to SEM-023 text that cannot be read.

    Examples
    --------
    >>> read_measurement("f =~ x1 + x2 + x3").items
    ('x1', 'x2', 'x3')
    """
    text, name = model_text(model, instrument)
    syntax = read_syntax(text, name)
    factors = {relation.lhs.text for relation in syntax.relations if relation.op == "=~"}
    loadings, covariances, left, faults = [], [], [], []
    for relation in syntax.relations:
        lhs, op, rhs = relation.key
        items = lhs not in factors and rhs not in factors
        if relation.block != ("", ""):
            faults.append(Fault("SEM-047", "group: and level: blocks have no place here.", name, "Give --group."))
        elif op == "=~":
            faults.extend(_loading_faults(relation, factors, name))
            loadings.append((lhs, rhs))
        elif op == "~~" and items and lhs != rhs:
            covariances.append((lhs, rhs))
        elif op not in ("|", "~*~"):
            left.append(f"{lhs} {op.replace('~1', '~ 1')} {rhs}".strip())
    left += [constraint.token.text for constraint in syntax.constraints]
    found = MeasurementModel(tuple(loadings), tuple(covariances), tuple(left))
    faults += [
        Fault("SEM-047", f"factor {factor!r} has a single item; two at least can be compared.", name)
        for factor in found.factors if len(found.items_of(factor)) < FEWEST_ITEMS
    ]  # fmt: skip
    known = set(found.items)
    faults += [
        Fault("SEM-047", f"{a} ~~ {b} is between variables that are no items of a factor.", name)
        for a, b in found.covariances if not {a, b} <= known
    ]  # fmt: skip
    if not found.loadings:
        faults.append(Fault("SEM-047", "the model has no factor (=~).", name, "Write for example: f =~ x1 + x2 + x3"))
    if faults:
        raise ModelError.from_faults(list(dict.fromkeys(faults)))
    return found


def _loading_faults(relation: Relation, factors: set[str], name: str) -> list[Fault]:
    factor, _, item = relation.key
    if item in factors:
        return [
            Fault(
                "SEM-047", f"{item!r} is a factor itself: factors of factors are not compared here.", name,
                "Compare the first-order factors.",
            )
        ]  # fmt: skip
    plain = all((m.kind in ("fixed", "start") and set(m.values) <= {None, 1.0}) or m.kind == "start"
                for m in relation.modifiers)  # fmt: skip
    if plain:
        return []
    return [
        Fault(
            "SEM-047", f"{factor} =~ {item} carries a label or a fixed value; the ladder sets its own.", name,
            "Write the item alone.",
        )
    ]  # fmt: skip
