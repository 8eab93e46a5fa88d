"""KoBoToolbox and ODK: names with their groups, several answers as a list of names and as one column a choice."""

from __future__ import annotations

import re

from wxsat.responses.platforms.platform import Layout, Platform, View, named, shown, unique_header
from wxsat.responses.raw_table import ChoiceColumn, fold

META = frozenset(
    [
        "start", "end", "today", "username", "deviceid", "simserial", "subscriberid", "phonenumber", "_id", "_uuid",
        "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
        "_index",
        "_version_", "_xform_id_string", "_attachments", "_geolocation", "_bamboo_dataset_id", "formhub/uuid",
        "meta/instanceid", "meta/instancename", "meta/rootuuid", "submissiondate", "key", "meta-instanceid",
        "meta-instancename", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "reviewstate",
        "edits", "formversion", "_parent_index", "_parent_table_name", "_parent__index", "_parent__id", "_parent__uuid",
        "devicedetails", "status", "instanceid",
    ]
)  # fmt: skip
OWN = frozenset(name for name in META if name.startswith(("_", "meta", "formhub"))) | {"key", "submissiondate"}
SEPARATORS = re.compile(r"[/.]|(?<=\w)-(?=\w)")


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for KoBo or ODK."""
    own = named(view, OWN)
    return (f"columns {shown(own)}",) if len(own) >= 2 else ()


def lay_out(view: View) -> Layout:
    """Return one header row; names without their groups; choices with the name of their question."""
    names, notes = unique_header(view.header, view.rows[1:])
    aliases: dict[str, tuple[str, ...]] = {}
    choices: dict[str, ChoiceColumn] = {}
    for name in names:
        path = [part for part in SEPARATORS.split(name) if part]
        if len(path) < 2 or fold(name) in META:
            continue
        aliases[name] = (path[-1],)
        stem = name[: -len(path[-1]) - 1]
        choices[name] = ChoiceColumn((path[-2], stem), path[-1], stem)
    return Layout(
        [names, *map(list, view.rows[1:])],
        aliases=aliases,
        choice_columns=choices,
        metadata=tuple(name for name in names if fold(name) in META),
        notes=notes,
    )


PLATFORM = Platform("kobo", "KoBo / ODK", "KoBoToolbox / ODK", recognise, lay_out)
