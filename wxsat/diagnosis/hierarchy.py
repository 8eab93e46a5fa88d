"""The declared hierarchy: which construct is held to depend on which, as data.

Leader mindset is read as the root, positioning as the key, institution as the guarantee; symptoms, the TAM
core and trust follow. Everything else in this room walks this list and holds no path of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from wxsat.errors import InstrumentError

Sign = Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class Path:
    """
    One declared dependence.

    Attributes
    ----------
    outcome, predictor : str
        Construct or dilemma ids. A dilemma as outcome means each of its parts; as predictor, its composite.
    sign : {"+", "-"}
        The expected sign in POMP units, every construct in its own direction.
    hypothesis : str
        Number of the hypothesis, empty where none was declared.
    """

    outcome: str
    predictor: str
    sign: Sign
    hypothesis: str = ""


@dataclass(frozen=True, slots=True)
class Lever:
    """A remedy and the dilemma it moves."""

    id: str
    dilemma: str


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """
    A recursive theory of the dilemmas.

    Attributes
    ----------
    parts : mapping of str to tuple of str
        What each dilemma consists of *as a cause*. An instrument's own composite of the same id takes its
        place, save for those in `symptom_dilemmas`.
    symptom_dilemmas : tuple of str
        Outcome dilemmas: they act through the parts named here only, whatever their composite holds.
    paths : tuple of Path
    levers : tuple of Lever
    outcome : str
        The construct whose gain is counted.
    drivers : tuple of str
        Constructs of the adoption model that lie upstream of the outcome.
    """

    parts: Mapping[str, tuple[str, ...]]
    symptom_dilemmas: tuple[str, ...]
    paths: tuple[Path, ...]
    levers: tuple[Lever, ...]
    outcome: str
    drivers: tuple[str, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every construct that the paths name, parts of dilemmas included, in declared order."""
        named = [i for path in self.paths for i in (path.predictor, path.outcome)]
        expanded = [node for i in named for node in self.parts.get(i, (i,))]
        return tuple(dict.fromkeys(expanded))


FOUR_DILEMMAS = Hierarchy(
    parts={
        "D1": ("SHOW", "LDR"),
        "D2": ("AUD", "GEO", "FUN", "LAND"),
        "D3": ("COPY", "UNA"),
        "D4": ("FRAG", "LOOP", "CAP"),
    },
    symptom_dilemmas=("D3",),
    paths=(
        Path("D2", "D1", "+", "H6"),
        Path("D4", "D1", "+", "H7"),
        Path("COPY", "D2", "+", "H10"),
        Path("COPY", "D4", "+"),
        Path("UNA", "D4", "+", "H12"),
        Path("UNA", "D1", "+", "H17"),
        Path("EOU", "D2", "-", "H9"),
        Path("EOU", "D4", "-", "H13"),
        Path("PU", "EOU", "+", "H1"),
        Path("PU", "D2", "-", "H8"),
        Path("PU", "COPY", "-", "H11"),
        Path("PVAL", "PU", "+"),
        Path("PVAL", "EOU", "+"),
        Path("PVAL", "UNA", "-", "H14"),
        Path("PVAL", "D1", "-", "H18"),
        Path("SAT", "PU", "+", "H2"),
        Path("SAT", "EOU", "+", "H3"),
        Path("SAT", "PVAL", "+", "H20"),
        Path("SAT", "UNA", "-", "H15"),
        Path("TRU", "SAT", "+"),
        Path("TRU", "UNA", "-", "H16"),
        Path("TRU", "D1", "-", "H19"),
        Path("CI", "SAT", "+", "H4"),
        Path("CI", "PU", "+", "H5"),
        Path("CI", "TRU", "+"),
        Path("CMI", "SAT", "-"),
        Path("CMI", "TRU", "-"),
    ),
    levers=(Lever("R1", "D1"), Lever("R2", "D2"), Lever("R3", "D3"), Lever("R4", "D4")),
    outcome="SAT",
    drivers=("EOU", "PU", "PVAL"),
)


@dataclass(frozen=True, slots=True)
class Equation:
    """One regression: an outcome node, its predictors (nodes or dilemmas) and the declared paths."""

    outcome: str
    predictors: tuple[str, ...]
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ResolvedHierarchy:
    """
    The hierarchy as far as the data carry it.

    Attributes
    ----------
    nodes : tuple of str
        Present constructs, causes before effects.
    composites : mapping of str to mapping of str to float
        Present parts of each dilemma as a cause, and their weights, which sum to one.
    equations : tuple of Equation
        In the order of `nodes`; exogenous nodes have none.
    outcome : str
    drivers : tuple of str
    levers : tuple of Lever
        Those with at least one node present.
    absent : tuple of str
        Nodes of the declared hierarchy that the data do not hold.
    """

    nodes: tuple[str, ...]
    composites: Mapping[str, Mapping[str, float]]
    equations: tuple[Equation, ...]
    outcome: str
    drivers: tuple[str, ...]
    levers: tuple[Lever, ...]
    absent: tuple[str, ...]

    def parts_of(self, source: str) -> tuple[str, ...]:
        """Return the nodes that a source moves: the parts of a dilemma, or the node itself."""
        return tuple(self.composites[source]) if source in self.composites else (source,)

    @property
    def dilemma_nodes(self) -> tuple[str, ...]:
        """The nodes that belong to a dilemma, causes before effects."""
        owned = {part for parts in self.composites.values() for part in parts}
        return tuple(node for node in self.nodes if node in owned)


def resolve_hierarchy(
    hierarchy: Hierarchy, present: Iterable[str], declared: Mapping[str, Mapping[str, float]]
) -> ResolvedHierarchy:
    """
    Keep of a hierarchy what the data hold, and order it.

    Parameters
    ----------
    hierarchy : Hierarchy
    present : iterable of str
        Constructs with scores.
    declared : mapping of str to mapping of str to float
        The instrument's composites: part to declared weight.

    Returns
    -------
    ResolvedHierarchy

    Raises
    ------
    InstrumentError
        DIAG-009 if a composite's parts make the hierarchy circular.

    Examples
    --------
    >>> resolve_hierarchy(FOUR_DILEMMAS, ["SAT", "EOU", "PU"], {}).nodes
    ('EOU', 'PU', 'SAT')
    """
    here = set(present)
    parts = {
        dilemma: tuple(declared[dilemma])
        if dilemma in declared and dilemma not in hierarchy.symptom_dilemmas
        else default
        for dilemma, default in hierarchy.parts.items()
    }
    composites = {
        dilemma: weights
        for dilemma, members in parts.items()
        if (weights := _renormalised([m for m in members if m in here], declared.get(dilemma, {})))
    }
    paths_to = _paths_by_outcome(hierarchy, parts, here, composites)
    wanted = dict.fromkeys([*hierarchy.nodes, *(m for members in parts.values() for m in members)])
    nodes = _causes_first([n for n in wanted if n in here], paths_to, composites)
    return ResolvedHierarchy(
        nodes=nodes,
        composites=composites,
        equations=tuple(
            Equation(n, tuple(p.predictor for p in paths_to[n]), tuple(paths_to[n])) for n in nodes if n in paths_to
        ),
        outcome=hierarchy.outcome,
        drivers=tuple(d for d in hierarchy.drivers if d in here),
        levers=tuple(lever for lever in hierarchy.levers if lever.dilemma in composites),
        absent=tuple(n for n in wanted if n not in here),
    )


def _renormalised(members: Sequence[str], weights: Mapping[str, float]) -> dict[str, float]:
    raw = {m: weights.get(m, 1.0 if not weights else 0.0) for m in members}
    total = sum(raw.values())
    return {m: w / total for m, w in raw.items()} if total > 0 else {}


def _paths_by_outcome(
    hierarchy: Hierarchy,
    parts: Mapping[str, tuple[str, ...]],
    here: set[str],
    composites: Mapping[str, Mapping[str, float]],
) -> dict[str, list[Path]]:
    usable: dict[str, list[Path]] = {}
    for path in hierarchy.paths:
        if path.predictor not in here and path.predictor not in composites:
            continue
        for node in parts.get(path.outcome, (path.outcome,)):
            if node in here:
                usable.setdefault(node, []).append(path)
    return usable


def _causes_first(
    nodes: Sequence[str], paths_to: Mapping[str, list[Path]], composites: Mapping[str, Mapping[str, float]]
) -> tuple[str, ...]:
    graph = {
        node: [m for path in paths_to.get(node, []) for m in composites.get(path.predictor, {path.predictor: 1.0})]
        for node in nodes
    }
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise InstrumentError(
            "DIAG-009",
            f"the composites make the hierarchy circular: {circle}; nothing can be part of its own cause.",
            where="composites",
            hint="Take the construct out of the composite, or rename the composite.",
        ) from error
