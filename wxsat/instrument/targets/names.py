"""Names that a platform changes or keeps for itself: two questions under one name would lose one of them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from wxsat.errors import Fault, UsageError
from wxsat.instrument.fielded import FieldedForm
from wxsat.instrument.targets.limesurvey_tsv import question_code
from wxsat.instrument.targets.redcap_csv import field_name

OWN_NAMES: MappingProxyType[str, tuple[Callable[[str], str], frozenset[str]]] = MappingProxyType(
    {
        "xlsform": (str, frozenset({"start", "end", "consent", "meta"})),
        "redcap-csv": (field_name, frozenset({"record_id", "consent"})),
        "limesurvey-tsv": (lambda name: question_code(name).lower(), frozenset({"consent"})),
        "surveyjs": (str, frozenset({"consent"})),
        "html": (
            str,
            frozenset({"instrument", "version", "form", "language", "started", "finished", "seconds", "consent"}),
        ),
    }
)
"""How a format writes an id, and the names that it needs for itself."""


def require_names(form: FieldedForm, to: str) -> None:
    """Raise UsageError ``INST-062`` when two questions, or a question and the format, would share a name."""
    if to not in OWN_NAMES:
        return
    written, own = OWN_NAMES[to]
    first: dict[str, str] = {}
    faults = []
    for prompt in form.prompts:
        name = written(prompt.id)
        if name in own:
            message = f"{to} keeps the name '{name}' for itself; the instrument has a question '{prompt.id}'."
            faults.append(Fault("INST-062", message, form.instrument.id, "Give the question another id."))
        elif first.setdefault(name, prompt.id) != prompt.id:
            message = f"{to} writes '{first[name]}' and '{prompt.id}' as the same name '{name}'."
            faults.append(Fault("INST-062", message, form.instrument.id, "Give one of them another id."))
    if faults:
        raise UsageError.from_faults(faults)
