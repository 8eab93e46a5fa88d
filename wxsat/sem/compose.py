"""Models composed in Python: the same table as the text that they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wxsat.sem.parameter_table import ParameterTable, parse_model


@dataclass(frozen=True)
class Model:
    """
    A model, built statement by statement; every method returns a new model.

    Items are names, or names with what stands before ``*`` in model text: ``{"PU2": "a", "PU3": "1"}``.

    Examples
    --------
    >>> model = Model().measure("PU", ["PU1", "PU2", "PU3"]).measure("SAT", ["S1", "S2", "S3"]).regress("SAT", ["PU"])
    >>> print(model.text)
    PU =~ PU1 + PU2 + PU3
    SAT =~ S1 + S2 + S3
    SAT ~ PU
    >>> model.table().n_free
    13
    """

    statements: tuple[str, ...] = ()

    def measure(self, latent: str, indicators: Sequence[str] | Mapping[str, str]) -> Model:
        """Add ``latent =~ indicators``."""
        return self._with(latent, "=~", indicators)

    def regress(self, outcome: str, predictors: Sequence[str] | Mapping[str, str]) -> Model:
        """Add ``outcome ~ predictors``."""
        return self._with(outcome, "~", predictors)

    def covary(self, variable: str, others: Sequence[str] | Mapping[str, str]) -> Model:
        """Add ``variable ~~ others``."""
        return self._with(variable, "~~", others)

    def intercept(self, variable: str, modifier: str = "") -> Model:
        """Add ``variable ~ 1``."""
        return self._with(variable, "~", {"1": modifier})

    def define(self, name: str, expression: str) -> Model:
        """Add ``name := expression``."""
        return self.say(f"{name} := {expression}")

    def constrain(self, relation: str) -> Model:
        """Add ``a == b``, ``a > 0`` or ``a < b``."""
        return self.say(relation)

    def say(self, statement: str) -> Model:
        """Add a statement of model text as it stands."""
        return replace(self, statements=(*self.statements, statement))

    @property
    def text(self) -> str:
        """The model as text."""
        return "\n".join(self.statements)

    def table(self, **options: Any) -> ParameterTable:
        """Return the parameter table; options and errors are those of ``parse_model``."""
        return parse_model(self.text, **options)

    def _with(self, lhs: str, op: str, terms: Sequence[str] | Mapping[str, str]) -> Model:
        pairs = terms.items() if isinstance(terms, Mapping) else ((name, "") for name in _listed(terms))
        right = " + ".join(f"{modifier}*{name}" if modifier else name for name, modifier in pairs)
        return self.say(f"{lhs} {op} {right}")


def _listed(terms: Sequence[str]) -> Sequence[str]:
    # A single name is one term, not a sequence of letters.
    return [terms] if isinstance(terms, str) else terms
