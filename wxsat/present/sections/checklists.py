"""The methods appendix: the filled checklists, how the numbers were made, replication, references."""

from __future__ import annotations

from wxsat.present.checklists import CHECKLISTS, Run, tabulate_checklist
from wxsat.present.document import Paragraph, Section, TableBlock
from wxsat.present.draft import Draft
from wxsat.present.sections.method import describe_method
from wxsat.present.sections.references import describe_references
from wxsat.present.sections.replication import describe_replication


def methods_sections(draft: Draft) -> tuple[Section, ...]:
    """
    Return the sections of the methods appendix.

    Parameters
    ----------
    draft : Draft
        Of the full report, written already: the checklists name its tables by their numbers.
    """
    run = Run.of(draft)
    sections = [describe_method(draft)]
    for number, name in enumerate(CHECKLISTS, start=1):
        table = tabulate_checklist(run, name)
        blocks = (Paragraph(run.say(f"{name}_intro"), "note"), TableBlock(table, number))
        sections.append(Section(f"checklist-{name}", run.say(f"{name}_title"), blocks))
    replication = describe_replication(draft)
    return (*sections, *((replication,) if replication is not None else ()), describe_references(draft))
