"""What a run says to one item of a checklist: done and where, missing and which key to fill, or not applicable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from wxsat.instrument.instrument import Label
from wxsat.present.draft import Draft

Status = Literal["done", "missing", "not_applicable"]


@dataclass(frozen=True)
class Answer:
    """
    One item's answer.

    Attributes
    ----------
    status : {"done", "missing", "not_applicable"}
    texts : tuple of str
        Printed one after the other: what was done, and where it stands.
    key : str
        Of ``study.yaml``, to fill in where it is missing.
    """

    status: Status
    texts: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Run:
    """A written draft as the checklists ask it: texts, numbers of its tables, what the study file says."""

    draft: Draft
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: Draft) -> Run:
        """Return the view of a draft whose report is written already."""
        return cls(draft, {table.id: number for number, table in enumerate(draft.tables, start=1)})

    def say(self, key: str, /, **fields: Any) -> str:
        """Return a text of ``locale/*/checklists.yml``."""
        return self.draft.words.get(f"checklists.{key}", **fields)

    def tables(self, *stems: str) -> str:
        """Return the numbers of the report's tables of these kinds, in words; empty where there are none."""
        found = sorted(n for name, n in self.numbers.items() if name.split(".")[0] in stems)
        words = [self.draft.words.get("tables.caption", number=number) for number in found]
        return self.say("see", tables=self.draft.join(words)) if words else ""

    def section(self, key: str) -> str:
        """Return a reference to a section of the report by the key of its title in the wording."""
        return self.say("section", title=self.draft.words.get(key))

    def done(self, *texts: str) -> Answer:
        """Return an answer; not applicable where nothing of it is there."""
        shown = tuple(text for text in texts if text)
        return Answer("done", shown) if shown else Answer("not_applicable")

    def stated(self, label: Label, key: str, *more: str) -> Answer:
        """Return what the study file says under a key, or that it says nothing."""
        said = label.text(self.draft.language).strip()
        return Answer("done", (said, *(m for m in more if m))) if said else Answer("missing", key=f"fieldwork.{key}")

    def noted(self, name: str) -> Answer:
        """Return what ``fieldwork.checklist`` says, or that it says nothing."""
        label = self.draft.content.notes.checklist.get(name, Label())
        return self.stated(label, f"checklist.{name}")

    def place(self, key: str) -> str:
        """Return file and line where a key of the study file stands or could be filled in; empty when unknown."""
        places = self.draft.content.notes.places
        parts = key.split(".")
        return next((places[part] for part in reversed(parts) if part in places), places.get("population", ""))


Item = Callable[[Run], Answer]
