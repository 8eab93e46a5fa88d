"""What the reference checks share: a problem with its place, and an index of every name in an instrument."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from wxsat.errors import nearest
from wxsat.instrument.instrument import AttentionCheck, Instrument, Item, Question, Scale
from wxsat.instrument.yaml_tree import Steps


@dataclass(frozen=True)
class Problem:
    """
    One broken reference or rule, before it is given its line.

    Attributes
    ----------
    path : tuple of str and int
        Path of the value in the file.
    code, message, hint : str
        As in :class:`wxsat.errors.Fault`.
    about : tuple of str
        Ids of entries it depends on; it is not reported when one of them could not be read in full, since it
        may then be only a consequence of that.
    """

    path: Steps
    code: str
    message: str
    hint: str = ""
    about: tuple[str, ...] = ()


@dataclass
class Index:
    """Names of an instrument and where they stand."""

    instrument: Instrument
    lost: Collection[str] = ()
    items: dict[str, tuple[Item, Steps]] = field(init=False, default_factory=dict)
    questions: dict[str, tuple[Question, Steps]] = field(init=False, default_factory=dict)
    checks: dict[str, tuple[AttentionCheck, Steps]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for item, path in each_item(self.instrument):
            self.items.setdefault(item.id, (item, path))
        for i, question in enumerate(self.instrument.background):
            self.questions.setdefault(question.id, (question, ("background", i)))
        for i, check in enumerate(self.instrument.attention):
            self.checks.setdefault(check.id, (check, ("attention", i)))

    def scale(self, *names: str | None) -> Scale | None:
        """Return the scale of the first name given, else the default one; None when it is not defined."""
        chosen = next((name for name in names if name), self.instrument.header.default_scale)
        return self.instrument.scales.get(chosen)

    def scale_of_item(self, item_id: str) -> Scale | None:
        """Return the scale of an item; None when the item or its scale is not defined."""
        if item_id not in self.items:
            return None
        item, path = self.items[item_id]
        return self.scale(item.scale, self.instrument.constructs[int(path[1])].scale)

    def unknown(self, path: Steps, who: str, what: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
        """Yield a problem when `name` is not among `known`."""
        names = list(known)
        if name in names or name in self.lost:
            return
        listed = f"Defined: {shortened(names)}." if names else f"No {what} is defined."
        message = f"{who} names the {what} '{name}', which is not defined."
        yield Problem(path, "INST-004", message, f"{listed}{nearest(name, names)}")


def shortened(names: list[str], most: int = 12) -> str:
    """Return names in one line, the first `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def each_item(instrument: Instrument) -> Iterator[tuple[Item, Steps]]:
    """Walk the items with their paths."""
    for i, construct in enumerate(instrument.constructs):
        for j, item in enumerate(construct.items):
            yield item, ("constructs", i, "items", j)
