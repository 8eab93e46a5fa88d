r"""
The model text of one step of the ladder, over groups or over waves.

A block is a group or a wave; the first is the reference. Factors have variance 1 and mean 0 in it, and in every block
until loadings (variances) and intercepts (means) are held equal. For ordered items the sequence is that of Wu and
Estabrook (2016): latent responses have intercept 0 and scale 1 until thresholds are equal, then both are free in the
later blocks; equal intercepts are 0 everywhere; under theta equal residual variances are 1. An item of two categories
has one threshold: it stays as in the configural model until threshold, loading and intercept are held equal at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wxsat.sem.invariance.measurement import MeasurementModel

CONTINUOUS = ("configural", "metric", "scalar", "strict")
ORDINAL = ("configural", "thresholds", "metric", "scalar", "strict")
KINDS = {"thresholds": "threshold", "metric": "loading", "scalar": "intercept", "strict": "residual"}
"""Which parameter a step holds equal."""
_ORDER = ("threshold", "loading", "intercept", "residual")
BINARY, TRINARY = 1, 2  # thresholds


@dataclass(frozen=True, order=True)
class Freed:
    """
    One parameter of an item that differs between blocks.

    Attributes
    ----------
    kind : {"threshold", "loading", "intercept", "residual"}
        All thresholds of an item count as one.
    item : str
    factor : str
        Of a loading; empty otherwise.
    """

    kind: str
    item: str
    factor: str = ""

    @property
    def name(self) -> str:
        """The parameter as model text writes it."""
        return {
            "threshold": f"{self.item}|", "loading": f"{self.factor}=~{self.item}", "intercept": f"{self.item}~1",
            "residual": f"{self.item}~~{self.item}",
        }[self.kind]  # fmt: skip


@dataclass(frozen=True)
class Design:
    """
    What is compared: a measurement model over blocks.

    Attributes
    ----------
    model : MeasurementModel
    blocks : tuple of str
        Names of the groups or waves, the reference first.
    cuts : mapping of str to int
        Ordered items and their numbers of thresholds.
    columns : mapping of str to tuple of str
        Over time: the column of every item at every wave. Empty for groups.
    """

    model: MeasurementModel
    blocks: tuple[str, ...]
    cuts: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def over_time(self) -> bool:
        """Whether blocks are waves of the same people."""
        return bool(self.columns)

    @property
    def steps(self) -> tuple[str, ...]:
        """The ladder of these items."""
        return ORDINAL if self.cuts else CONTINUOUS

    def name(self, variable: str, block: int) -> str:
        """Return what a factor or item is called in a block."""
        if not self.over_time:
            return variable
        return self.columns[variable][block] if variable in self.columns else f"{variable}_{self.blocks[block]}"

    def label(self, kind: str, item: str, factor: str = "", number: int = 0) -> str:
        """Return the label of a parameter that is equal in all blocks."""
        place = self.model.items.index(item)
        of = self.model.factors.index(factor) if factor else 0
        return f"eq_{kind[0]}_{place}_{of}_{number}"

    def labels(self, freed: Freed) -> tuple[str, ...]:
        """Return the labels that stand for one candidate; a binary item's parameters are released together."""
        cuts = self.cuts.get(freed.item, 0)
        thresholds = tuple(self.label("threshold", freed.item, "", k) for k in range(1, cuts + 1))
        if freed.kind == "threshold":
            return thresholds
        if freed.kind == "loading":
            return (self.label("loading", freed.item, freed.factor),)
        if freed.kind == "intercept" and cuts == BINARY:
            loadings = [self.label("loading", item, f) for f, item in self.model.loadings if item == freed.item]
            return (*thresholds, *loadings)
        own = self.label(freed.kind, freed.item)
        return tuple(f"{own}_b{k}" for k in range(2, len(self.blocks) + 1)) if cuts else (own,)

    def candidates(self, step: str, freed: Sequence[Freed]) -> tuple[Freed, ...]:
        """Return what a step holds equal and could be released."""
        kind = KINDS.get(step)
        if kind is None:
            return ()
        if kind == "loading":
            found = [Freed(kind, item, factor) for factor, item in self.model.loadings]
        else:
            found = [Freed(kind, item) for item in self.model.items]
        if kind == "threshold":
            found = [c for c in found if self.cuts.get(c.item, 0) > BINARY]
        if kind == "loading":
            found = [c for c in found if self.cuts.get(c.item, TRINARY) > BINARY]
        return tuple(c for c in found if not is_free(c.kind, c.item, c.factor, freed))


def is_free(kind: str, item: str, factor: str, freed: Sequence[Freed]) -> bool:
    """
    Whether a parameter differs between blocks: released itself, or an earlier one of the same item was.

    A loading that differs makes the difference of intercepts depend on where the factor's zero is, and so on.
    """
    earlier = _ORDER.index(kind)
    for one in freed:
        if one.item != item or _ORDER.index(one.kind) > earlier:
            continue
        if one.kind != kind or kind != "loading" or one.factor == factor:
            return True
    return False


def step_text(design: Design, step: str, freed: Sequence[Freed] = ()) -> str:
    """
    Return the model text of a step with what has been released so far.

    Parameters
    ----------
    step : str
        Of ``design.steps``, or ``means`` (the scalar step with equal latent means).

    Examples
    --------
    >>> print(step_text(Design(MeasurementModel((("f", "x"), ("f", "y"))), ("a", "b")), "metric").splitlines()[0])
    f =~ c(NA,NA)*x + c(eq_l_0_0_0,eq_l_0_0_0)*x
    """
    return "\n".join(_Writer(design, step, tuple(freed)).lines())


class _Writer:
    def __init__(self, design: Design, step: str, freed: tuple[Freed, ...]) -> None:
        self.design, self.step, self.freed = design, step, freed
        self.level = _ORDER.index(KINDS[step]) + 1 if step in KINDS else (0 if step == "configural" else 3)
        self.size = len(design.blocks)

    def equal(self, kind: str, item: str, factor: str = "") -> bool:
        """Whether a parameter is equal in all blocks at this step."""
        if self.design.cuts.get(item, 0) == BINARY:
            held = self.level >= (4 if kind == "residual" else 3)
            gone = is_free("intercept" if kind != "residual" else kind, item, factor, self.freed)
            return held and not gone
        return self.level > _ORDER.index(kind) and not is_free(kind, item, factor, self.freed)

    def lines(self) -> list[str]:
        model = self.design.model
        lines = [
            self.statement(factor, "=~", item, [None] * self.size, self.shared("loading", item, factor))
            for factor, item in model.loadings
        ]
        for item in model.items:
            lines += self.ordered_item(item) if item in self.design.cuts else self.numeric_item(item)
        for factor in model.factors:
            tied = any(self.equal("loading", item, factor) for item in model.items_of(factor))
            later: float | None = None if tied else 1.0
            lines.append(self.statement(factor, "~~", factor, [1.0] + [later] * (self.size - 1)))
            means: float | None = None if self.level >= 3 and self.step != "means" else 0.0
            lines.append(self.statement(factor, "~", "1", [0.0] + [means] * (self.size - 1)))
        return lines + self.covariances()

    def shared(self, kind: str, item: str, factor: str = "", number: int = 0) -> tuple[str, ...]:
        if not self.equal(kind, item, factor):
            return ()
        return (self.design.label(kind, item, factor, number),) * self.size

    def numeric_item(self, item: str) -> list[str]:
        free: list[float | None] = [None] * self.size
        return [
            self.statement(item, "~", "1", free, self.shared("intercept", item)),
            self.statement(item, "~~", item, free, self.shared("residual", item)),
        ]

    def ordered_item(self, item: str) -> list[str]:
        cuts = self.design.cuts[item]
        tied = self.equal("threshold", item)
        lines = [
            self.statement(item, "|", f"t{k}", [None] * self.size, self.shared("threshold", item, "", k))
            for k in range(1, cuts + 1)
        ]
        held = tied and cuts > BINARY and self.equal("intercept", item)
        lines += self.anchored(item, "~", "1", 0.0, "intercept" if held else "", free=tied and cuts > BINARY)
        # Under delta the scale is what is free, under theta the residual variance.
        theta = self.step == "strict"
        held = theta and tied and self.equal("residual", item)
        return lines + self.anchored(item, "~~" if theta else "~*~", item, 1.0, "residual" if held else "", free=tied)

    def anchored(self, lhs: str, op: str, rhs: str, value: float, held: str, *, free: bool) -> list[str]:
        """
        Return a parameter with a fixed value in the first block: fixed or free later, or held at it by a condition.

        A condition, unlike a fixed value, can be released by a score test.
        """
        later = self.size - 1
        if not held:
            return [self.statement(lhs, op, rhs, [value] + [None if free else value] * later)]
        own = self.design.label(held, lhs)
        labels = [f"{own}_b{k}" for k in range(2, self.size + 1)]
        line = self.statement(lhs, op, rhs, [value] + [None] * later, ("", *labels))
        return [line, *(f"{label} == {value:g}" for label in labels)]

    def covariances(self) -> list[str]:
        model, found = self.design.model, []
        for a, b in model.covariances:
            blocks = range(self.size) if self.design.over_time else (0,)
            found += [f"{self.design.name(a, k)} ~~ {self.design.name(b, k)}" for k in blocks]
        if self.design.over_time:
            for item in model.items:
                names = self.design.columns[item]
                found += [f"{a} ~~ {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
        return found

    def statement(self, lhs: str, op: str, rhs: str, values: Sequence[float | None], labels: Sequence[str] = ()) -> str:
        """Return a parameter in every block: fixed values or NA, and labels where it is tied."""
        shown = ["NA" if value is None else f"{value:g}" for value in values]
        if not self.design.over_time:
            named = f" + c({','.join(label or 'NA' for label in labels)})*{rhs}" if labels else ""
            return f"{lhs} {op} c({','.join(shown)})*{rhs}{named}"
        lines = []
        for k, value in enumerate(shown):
            left = self.design.name(lhs, k)
            right = rhs if op == "|" or rhs == "1" else self.design.name(rhs, k)
            named = f" + {labels[k]}*{right}" if labels and labels[k] else ""
            lines.append(f"{left} {op} {value}*{right}{named}")
        return "\n".join(lines)
