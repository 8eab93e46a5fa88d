"""Answers as matrices: in the direction in which they were given, or in that of their constructs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.instrument.instrument import Instrument
from wxsat.responses.responses import Responses

Matrix = NDArray[np.float64]


def raw_answers(responses: Responses, item_ids: Sequence[str]) -> Matrix:
    """Return the answers to some items in the direction in which they were given, shape (n, n_items)."""
    answers = np.empty((responses.n, len(item_ids)))
    for position, item_id in enumerate(item_ids):
        answers[:, position] = responses.frame[item_id].to_numpy(dtype=float)
        if item_id in responses.reversed_items and responses.instrument is not None:
            answers[:, position] = _turned(answers[:, position], responses.instrument, item_id)
    return answers


def keyed_answers(raw: Matrix, instrument: Instrument, item_ids: Sequence[str]) -> Matrix:
    """Return raw answers with the reverse-keyed items recoded, as far as their scales have ends."""
    keyed = raw.copy()
    for position, item_id in enumerate(item_ids):
        item = instrument.item(item_id)
        scale = instrument.scale_of(item)
        if item.reversed and scale.min is not None and scale.max is not None:
            keyed[:, position] = _turned(raw[:, position], instrument, item_id)
    return keyed


def _turned(values: NDArray[np.float64], instrument: Instrument, item_id: str) -> NDArray[np.float64]:
    scale = instrument.scale_of(instrument.item(item_id))
    return (scale.min or 0.0) + (scale.max or 0.0) - values


def reversal_blocks(instrument: Instrument, present: Sequence[str]) -> list[list[str]]:
    """
    Return the blocks on which one long run of the same answer is no honest opinion.

    A block is a run of neighbouring items whose constructs point in one direction and share a scale; only
    blocks with at least one reverse-keyed item are returned.
    """
    blocks: list[list[str]] = []
    last: tuple[str, str] | None = None
    turned: list[bool] = []
    for item in instrument.items_in():
        if item.id not in present:
            continue
        kind = (instrument.construct(item.construct_id).direction, _scale_name(instrument, item.id))
        if kind != last:
            blocks.append([])
            turned.append(False)
        blocks[-1].append(item.id)
        turned[-1] = turned[-1] or item.reversed
        last = kind
    return [block for block, has_reversed in zip(blocks, turned, strict=True) if has_reversed]


def _scale_name(instrument: Instrument, item_id: str) -> str:
    item = instrument.item(item_id)
    return item.scale or instrument.construct(item.construct_id).scale or instrument.header.default_scale


def widest_scale(instrument: Instrument, item_ids: Sequence[str]) -> tuple[list[str], float] | None:
    """Return the items of the answer scale that most ordinal items share, and its width; None without such a scale."""
    by_range: dict[tuple[float, float], list[str]] = {}
    for item_id in item_ids:
        scale = instrument.scale_of(instrument.item(item_id))
        if scale.kind == "ordinal" and scale.min is not None and scale.max is not None:
            by_range.setdefault((scale.min, scale.max), []).append(item_id)
    if not by_range:
        return None
    (low, high), ids = max(by_range.items(), key=lambda pair: len(pair[1]))
    return ids, high - low
