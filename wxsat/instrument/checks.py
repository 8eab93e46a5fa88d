"""References inside an instrument: what stops (faults) and what should be looked at (warnings)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from wxsat.errors import Fault
from wxsat.finding import Finding, Severity
from wxsat.instrument.check_attention import check_attention
from wxsat.instrument.check_names import (
    check_languages,
    check_names,
    languages_missing_in_notes,
    repeated_texts,
)
from wxsat.instrument.check_routing import check_routing
from wxsat.instrument.check_scales import check_questions, check_scales
from wxsat.instrument.check_structure import check_composites, check_constructs, check_models
from wxsat.instrument.crossref import Index
from wxsat.instrument.instrument import Construct, FormName, Instrument
from wxsat.instrument.yaml_tree import Positions, Steps

# Three indicators identify a factor by itself; two need help from the rest of the model.
ITEMS_THAT_IDENTIFY = 3

_CHECKS = (
    check_names,
    check_scales,
    check_questions,
    check_languages,
    check_constructs,
    check_composites,
    check_routing,
    check_attention,
    check_models,
)


def check_instrument(
    instrument: Instrument,
    positions: Positions | None = None,
    *,
    lost: Collection[str] = (),
    doubtful: Collection[str] = (),
) -> list[Fault]:
    """
    Check every reference inside an instrument.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    positions : Positions, optional
        Lines of its file, for the messages.
    lost : collection of str
        Names whose definition could not be read; references to them are no faults.
    doubtful : collection of str
        Ids of entries that could not be read in full; faults that may only follow from that are left out.

    Returns
    -------
    list of Fault
        Empty when every reference holds.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> check_instrument(load_instrument("gov-wechat-public"))
    []
    """
    index = Index(instrument, lost)
    places = positions or Positions()
    return [
        Fault(problem.code, problem.message, places.where(problem.path), problem.hint)
        for check in _CHECKS
        for problem in check(index)
        if not set(problem.about) & set(doubtful)
    ]


def warn_instrument(instrument: Instrument, positions: Positions | None = None) -> tuple[Finding, ...]:
    """
    Return what is allowed in an instrument but should be looked at.

    Parameters
    ----------
    instrument : Instrument
        An instrument without faults.
    positions : Positions, optional
        Lines of its file; given as ``evidence["where"]``.

    Returns
    -------
    tuple of Finding
        Codes ``INST-102`` to ``INST-107``.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> [finding.subject for finding in warn_instrument(load_instrument("gov-wechat-public"))]
    ['CMI', 'D3']
    """
    places = positions or Positions()
    found = [*_construct_warnings(instrument), *_wording_warnings(instrument), *_scale_warnings(instrument)]
    return tuple(
        Finding(code, severity, subject, message, {"where": places.where(path)})
        for code, severity, subject, message, path in found
    )


_Warning = tuple[str, Severity, str, str, Steps]


def _construct_warnings(instrument: Instrument) -> Iterator[_Warning]:
    for i, construct in enumerate(instrument.constructs):
        path: Steps = ("constructs", i)
        few = [f"{n} in the {form} form" for form, n in _few_items(construct)]
        if construct.model == "reflective" and few:
            message = (
                f"'{construct.id}' has fewer than {ITEMS_THAT_IDENTIFY} items ({', '.join(few)}): "
                "as a factor it is identified only together with others."
            )
            yield "INST-102", "note", construct.id, message, path
        if len(construct.items) > 1 and all(item.reversed for item in construct.items):
            message = f"every item of '{construct.id}' is reverse-keyed; is its direction the other one?"
            yield "INST-106", "warning", construct.id, message, path
    directions = {construct.id: construct.direction for construct in instrument.constructs}
    for i, composite in enumerate(instrument.composites):
        kinds = {directions[part] for part in composite.parts}
        if len(kinds) > 1:
            message = f"the parts of '{composite.id}' point in different directions ({', '.join(sorted(kinds))})."
            yield "INST-107", "note", composite.id, message, ("composites", i)


def _few_items(construct: Construct) -> Iterator[tuple[FormName, int]]:
    """Count the items of each form meant for models (brief is not) that has some items, but too few."""
    forms: tuple[FormName, ...] = ("full", "standard")
    for form in forms:
        n_items = sum(form in item.forms for item in construct.items)
        if 0 < n_items < ITEMS_THAT_IDENTIFY:
            yield form, n_items


def _wording_warnings(instrument: Instrument) -> Iterator[_Warning]:
    for path, missing in languages_missing_in_notes(instrument):
        message = f"`{path[-1]}` has no wording in {missing}; the other language stands in for it."
        yield "INST-103", "note", str(path[-1]), message, path
    for path, item_id, earlier in repeated_texts(instrument):
        yield "INST-104", "warning", item_id, f"'{item_id}' has the same wording as '{earlier}'.", path


def _scale_warnings(instrument: Instrument) -> Iterator[_Warning]:
    for scale_id, scale in instrument.scales.items():
        path: Steps = ("scales", scale_id)
        codes = ((scale.dk, scale.dk_label), (scale.refused, scale.refused_label))
        if any(code is not None and label is None for code, label in codes):
            message = f"'{scale_id}' has a missing code without a wording; answers in words cannot be read as it."
            yield "INST-105", "warning", scale_id, message, path
        if scale.kind == "ordinal" and not scale.labels and not scale.anchors:
            message = f"'{scale_id}' has neither labels nor anchors; respondents see bare numbers."
            yield "INST-105", "warning", scale_id, message, path
