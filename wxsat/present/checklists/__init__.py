"""The reporting checklists (JARS for SEM, CHERRIES, AAPOR), filled from a run and never by hand."""

from wxsat.present.checklists.aapor import AAPOR
from wxsat.present.checklists.answer import Answer, Run
from wxsat.present.checklists.cherries import CHERRIES
from wxsat.present.checklists.jars import JARS
from wxsat.present.checklists.tabulate import CHECKLISTS, tabulate_checklist

__all__ = ["AAPOR", "CHECKLISTS", "CHERRIES", "JARS", "Answer", "Run", "tabulate_checklist"]
