"""A filled checklist as a table: item, whether it is reported, and where or what is missing."""

from __future__ import annotations

from wxsat.present.checklists.aapor import AAPOR
from wxsat.present.checklists.answer import Answer, Item, Run
from wxsat.present.checklists.cherries import CHERRIES
from wxsat.present.checklists.jars import JARS
from wxsat.present.document import without_marks
from wxsat.present.table import Column, Table

CHECKLISTS: dict[str, dict[str, Item]] = {"jars": JARS, "cherries": CHERRIES, "aapor": AAPOR}


def answer_checklist(run: Run, name: str) -> dict[str, Answer]:
    """Return the answer to every item of a checklist."""
    return {key: item(run) for key, item in CHECKLISTS[name].items()}


def tabulate_checklist(run: Run, name: str) -> Table:
    """
    Return a checklist, filled.

    Parameters
    ----------
    run : Run
    name : {"jars", "cherries", "aapor"}
    """
    answers = answer_checklist(run, name)
    rows = tuple(
        (run.say(f"{name}.{key}"), run.say(f"status.{answer.status}"), _told(run, answer))
        for key, answer in answers.items()
    )
    columns = tuple(Column(column, run.say(f"columns.{column}")) for column in ("item", "status", "where"))
    counts = {status: sum(a.status == status for a in answers.values()) for status in ("done", "missing")}
    note = run.say("note", **counts, total=len(answers))
    return Table(
        f"checklist.{name}", run.say(f"{name}_title"), run.draft.language, columns, rows, tuple(answers), (note,)
    )


def _told(run: Run, answer: Answer) -> str:
    if answer.status == "missing":
        place = run.place(answer.key)
        return run.say("fill_at" if place else "fill", key=answer.key, place=place)
    between = "；" if run.draft.language == "zh" else "; "
    said = between.join(without_marks(text).rstrip("。.") for text in answer.texts)
    return said or run.say("status.not_applicable")
