"""Every index of careless answering that a file of answers allows, one number a respondent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import Fault, StudyError, nearest
from wxsat.instrument.instrument import Instrument
from wxsat.responses.careless.even_odd import even_odd
from wxsat.responses.careless.longstring import longstring, mean_string, page_longstring
from wxsat.responses.careless.person_fit import guttman_errors_normed
from wxsat.responses.careless.repetition import largest_autocorrelation, longest_cycle
from wxsat.responses.careless.semantic import KeyedItem, semantic_consistency, semantic_pairs
from wxsat.responses.careless.synonyms import psychometric_synonyms
from wxsat.responses.careless.variability import part_variability
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.raw_answers import Matrix, keyed_answers, widest_scale

Vector = NDArray[np.float64]
PARTS = ("irv_first", "irv_middle", "irv_last")


@dataclass(frozen=True)
class Asked:
    """
    What the indices are computed from.

    Attributes
    ----------
    item_ids : tuple of str
    raw : ndarray, shape (n, n_items)
        In the direction in which the answers were given.
    instrument : Instrument or None
    """

    item_ids: tuple[str, ...]
    raw: Matrix
    instrument: Instrument | None

    def columns(self, ids: Sequence[str]) -> list[int]:
        """Return the positions of some items."""
        place = {item_id: i for i, item_id in enumerate(self.item_ids)}
        return [place[i] for i in ids]

    def always_asked(self) -> Matrix:
        """Return the raw answers to items that no routing hides and that somebody answered differently."""
        shown = [
            i for i, name in enumerate(self.item_ids)
            if self.instrument is None or self.instrument.item(name).ask_if is None
        ]  # fmt: skip
        answers = self.raw[:, shown]
        with np.errstate(invalid="ignore"):
            varies = [np.isfinite(c).sum() > 1 and np.nanmin(c) < np.nanmax(c) for c in answers.T]
        return answers[:, np.array(varies, dtype=bool)]


def careless_indices(asked: Asked, plan: CleaningPlan) -> dict[str, Vector]:
    """
    Return the indices that rest on the answers alone; NaN where nothing could be judged.

    Returns
    -------
    dict of ndarray, shape (n_respondents,)
        ``longstring longstring_mean longstring_page irv_first irv_middle irv_last psychsyn psychant
        semantic_synonyms semantic_antonyms evenodd cycle autocorrelation person_fit``.

    Raises
    ------
    StudyError
        RESP-090 for a page of the plan with items that the instrument does not have.
    """
    n = len(asked.raw)
    blank = np.full(n, np.nan)
    if n > 2:
        varied = asked.always_asked()
        synonyms, _ = psychometric_synonyms(varied, critical=plan.synonym_r)
        antonyms, _ = psychometric_synonyms(varied, critical=-plan.synonym_r)
    else:
        synonyms = antonyms = blank
    return {
        "longstring": longstring(asked.raw),
        "longstring_mean": mean_string(asked.raw),
        "longstring_page": _on_pages(asked, plan.pages),
        **_parts(asked),
        "psychsyn": synonyms,
        "psychant": antonyms,
        **_keyed(asked),
        "cycle": longest_cycle(asked.raw),
        "autocorrelation": largest_autocorrelation(asked.raw),
    }


def _on_pages(asked: Asked, pages: Sequence[Sequence[str]]) -> Vector:
    known = set(asked.item_ids)
    if asked.instrument is not None:
        known |= {item.id for item in asked.instrument.items_in()}
    faults = [
        Fault("RESP-090", f"page {k} names '{name}', which is no item.", "pages", nearest(name, known).strip())
        for k, page in enumerate(pages, start=1)
        for name in page
        if name not in known
    ]
    if faults:
        raise StudyError.from_faults(faults)
    present = [[name for name in page if name in asked.item_ids] for page in pages]
    runs = page_longstring(asked.raw, [asked.columns(page) for page in present if page])
    return runs.max(axis=1) if runs.shape[1] else np.full(len(asked.raw), np.nan)


def _parts(asked: Asked) -> dict[str, Vector]:
    wide = None if asked.instrument is None else widest_scale(asked.instrument, asked.item_ids)
    if wide is None or len(wide[0]) < 3 * len(PARTS):
        return {name: np.full(len(asked.raw), np.nan) for name in PARTS}
    parts = part_variability(asked.raw[:, asked.columns(wide[0])], len(PARTS))
    return {name: parts[:, k] for k, name in enumerate(PARTS)}


def _keyed(asked: Asked) -> Mapping[str, Vector]:
    """Indices that need the instrument's keys: semantic pairs, even-odd, person fit."""
    names = ("semantic_synonyms", "semantic_antonyms", "evenodd", "person_fit")
    instrument = asked.instrument
    if instrument is None:
        return {name: np.full(len(asked.raw), np.nan) for name in names}
    items = [instrument.item(i) for i in asked.item_ids]
    pairs = semantic_pairs([KeyedItem(k, item.construct_id, item.reversed) for k, item in enumerate(items)])
    keyed = keyed_answers(asked.raw, instrument, asked.item_ids)
    scales = [
        asked.columns([i.id for i in construct.items if i.id in asked.item_ids])
        for construct in instrument.constructs_in()
    ]
    values = (
        semantic_consistency(asked.raw, pairs.synonyms),
        semantic_consistency(asked.raw, pairs.antonyms),
        even_odd(keyed, scales),
        _person_fit(asked, keyed, scales),
    )
    return dict(zip(names, values, strict=True))


def _person_fit(asked: Asked, keyed: Matrix, scales: Sequence[Sequence[int]]) -> Vector:
    """Only constructs whose items all have whole codes between two ends can be judged."""
    n_items = len(asked.item_ids)
    low, high = np.zeros(n_items), np.zeros(n_items)
    whole = np.zeros(n_items, dtype=bool)
    for k, name in enumerate(asked.item_ids):
        scale = asked.instrument.scale_of(asked.instrument.item(name)) if asked.instrument else None
        if scale is not None and scale.min is not None and scale.max is not None:
            low[k], high[k] = scale.min, scale.max
            given = keyed[:, k][np.isfinite(keyed[:, k])]
            inside = bool(((given >= low[k]) & (given <= high[k]) & (given == np.round(given))).all())
            whole[k] = inside and float(scale.min).is_integer() and float(scale.max).is_integer()
    return guttman_errors_normed(keyed, [list(s) for s in scales if whole[list(s)].all()], low, high)
