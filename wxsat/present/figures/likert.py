"""What was answered to each item: diverging bars, one row an item, in the direction the question was asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import UsageError, nearest
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.likert_drawing import LabelColumns, draw_likert, height_of
from wxsat.present.figures.wording import em_width, listing, one_line, phrase, wrap_text
from wxsat.present.numbers import format_integer, format_percent

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Item, Language, Scale
    from wxsat.responses.responses import CleanResponses

WIDTH = 7.6
TEXT_EM = 23.0
KEY_INCHES = 7.3
KEY_POINTS = 7.0
# Between the wordings of two neighbours; lines of the longest one, which the table of items prints whole.
SPARE_EM = 0.8
KEY_LINES = 5
DK_EM = 8.0
# A distribution over fewer answers would show what single respondents said; the limit of the diagnosis.
SMALLEST_BASE = 10


@dataclass(frozen=True)
class LikertData:
    """
    One entry an item, top to bottom, in the direction asked.

    Attributes
    ----------
    ids, texts : tuple of str
        Id, with ``(R)`` for a reverse-keyed item; wording, broken into lines.
    codes : tuple of str
        Printed codes of the categories, lowest first; empty where the items do not share them.
    shares : tuple of tuple of float
        Share of the valid answers to every category, in [0, 1]; NaN where nobody answered, or fewer than
        ``SMALLEST_BASE`` did.
    low, middle, high : tuple of float
        Totals of the two sides and the middle category; `middle` is 0 where the scale has none.
    dont_know : tuple of float
        Share of don't-knows among those who were asked, in [0, 1]; NaN where fewer than ``SMALLEST_BASE`` were.
    n : tuple of int
        Valid answers.
    none, few : str
        What stands in place of a bar where nobody, or fewer than ``SMALLEST_BASE``, answered.
    key : tuple of str
        What stands under each category of the key; empty where a category has no wording.
    key_spreads : bool
        Only the ends have a wording, which may reach under their neighbours.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]
    dont_know: tuple[float, ...]
    n: tuple[int, ...]
    key: tuple[str, ...]
    key_spreads: bool
    axis: str
    headings: tuple[str, str]
    none: str
    few: str
    note: str

    @property
    def columns(self) -> LabelColumns:
        """The texts beside the bars."""
        return LabelColumns(
            self.ids,
            self.texts,
            tuple(_small_percent(share) for share in self.dont_know),
            tuple(f"<{SMALLEST_BASE}" if 0 < n < SMALLEST_BASE else format_integer(n) for n in self.n),
        )


def choose_likert(
    responses: CleanResponses, items: Sequence[str], *, language: Language = "zh", instrument: Instrument | None = None
) -> LikertData:
    """
    Count the answers to some items, in the order given.

    Raises
    ------
    UsageError
        OUT-021 without items, OUT-022 for an item that is unknown or absent, OUT-023 without an instrument, for a
        scale without categories, or for scales with different numbers of them.
    """
    asked, scales = _asked(responses, items, instrument or responses.instrument)
    columns = [_as_asked(responses, item, scale.codes) for item, scale in zip(asked, scales, strict=True)]
    shares = [shown_shares(column, scale.codes) for column, scale in zip(columns, scales, strict=True)]
    sides = [split_sides(share) for share in shares]
    main = _main_scale(scales, language)
    return LikertData(
        ids=tuple(item.id + (" (R)" if item.reversed else "") for item in asked),
        texts=tuple(
            wrap_text(one_line(item.text.text(language)) + _own_anchors(scale, main, language), TEXT_EM)
            for item, scale in zip(asked, scales, strict=True)
        ),
        codes=tuple("" if len({s.codes for s in scales}) > 1 else str(code) for code in scales[0].codes),
        shares=tuple(tuple(float(s) for s in share) for share in shares),
        low=tuple(side[0] for side in sides),
        middle=tuple(side[1] for side in sides),
        high=tuple(side[2] for side in sides),
        dont_know=tuple(_dont_know_share(responses, item.id) for item in asked),
        n=tuple(int(np.isin(column, scale.codes).sum()) for column, scale in zip(columns, scales, strict=True)),
        key=_key(main, language) if main else ("",) * len(scales[0].codes),
        key_spreads=main is not None and _only_ends(_wordings(main, language)),
        axis=phrase(language, "likert.axis"),
        headings=(wrap_text(_dk_label(scales, language), DK_EM), phrase(language, "likert.n")),
        none=phrase(language, "likert.none"),
        few=phrase(language, "likert.few", smallest=SMALLEST_BASE),
        note=phrase(language, "likert.reversed") if any(item.reversed for item in asked) else "",
    )


def answer_shares(values: NDArray[np.float64], codes: Sequence[int]) -> NDArray[np.float64]:
    """
    Return the share of every code among the valid answers; NaN where there is none.

    Examples
    --------
    >>> answer_shares(np.array([1.0, 2.0, 2.0, np.nan, 2.0]), (1, 2)).tolist()
    [0.25, 0.75]
    """
    counts = np.array([float((values == code).sum()) for code in codes])
    return counts / counts.sum() if counts.sum() else np.full(len(codes), np.nan)


def shown_shares(values: NDArray[np.float64], codes: Sequence[int]) -> NDArray[np.float64]:
    """Return the shares that a page may show: NaN where fewer than ``SMALLEST_BASE`` gave a valid answer."""
    few = int(np.isin(values, codes).sum()) < SMALLEST_BASE
    return np.full(len(codes), np.nan) if few else answer_shares(values, codes)


def split_sides(shares: NDArray[np.float64]) -> tuple[float, float, float]:
    """
    Return the totals of the lower side, the middle category (0 for an even number) and the upper side.

    Examples
    --------
    >>> split_sides(np.array([0.1, 0.2, 0.3, 0.25, 0.15]))
    (0.30000000000000004, 0.3, 0.4)
    """
    half = len(shares) // 2
    middle = float(shares[half]) if len(shares) % 2 else (math.nan if np.isnan(shares).any() else 0.0)
    return float(shares[:half].sum()), middle, float(shares[len(shares) - half :].sum())


def _asked(
    responses: CleanResponses, items: Sequence[str], instrument: Instrument | None
) -> tuple[list[Item], list[Scale]]:
    """Return the items with their scales, all of one number of categories."""
    if instrument is None:
        raise UsageError("OUT-023", "figure 'likert' needs an instrument: it has the wordings and the scales.")
    if not items:
        raise UsageError("OUT-021", "figure 'likert': no items were given, so that there is nothing to draw.")
    known = {item.id: item for item in instrument.items_in()}
    present = [name for name in known if name in responses.frame.columns]
    for name in items:
        if name not in present:
            why = "the answers do not hold it" if name in known else "the instrument has no such item"
            raise UsageError(
                "OUT-022", f"figure 'likert': item '{name}' cannot be drawn: {why}.{nearest(name, present)}"
            )
    asked = [known[name] for name in items]
    scales = [instrument.scale_of(item) for item in asked]
    if len({len(scale.codes) for scale in scales}) > 1 or len(scales[0].codes) < 2:
        found = ", ".join(f"{i.id}: {s.codes[0]}-{s.codes[-1]}" if s.codes else f"{i.id}: continuous"
                          for i, s in zip(asked, scales, strict=True))  # fmt: skip
        raise UsageError(
            "OUT-023",
            f"the items of one Likert figure must share their number of categories, two or more; found {found}.",
            hint="Draw one figure a scale.",
        )
    return asked, scales


def _as_asked(responses: CleanResponses, item: Item, codes: Sequence[int]) -> NDArray[np.float64]:
    """Return an item's answers as they were given: recoded ones are turned back."""
    values = responses.frame[item.id].to_numpy(dtype=np.float64, na_value=np.nan)
    return codes[0] + codes[-1] - values if item.id in responses.reversed_items else values


def _dont_know_share(responses: CleanResponses, item: str) -> float:
    """Return don't-knows among those who were shown the item: the base that the table of items names."""
    if item not in responses.reasons.columns:
        return math.nan
    reasons = responses.reasons[item].to_numpy(dtype=object)
    n_asked = int((reasons != "not_shown").sum())
    return float((reasons == "dont_know").sum()) / n_asked if n_asked >= SMALLEST_BASE else math.nan


def _small_percent(share: float) -> str:
    """Return a share as whole percent; a few is not none."""
    return "<1%" if 0 < share < 0.005 else format_percent(share, 0)


def _wordings(scale: Scale, language: Language) -> tuple[str, ...]:
    """Return the wording of every code, empty where it has none."""
    found = (scale.label_of(code, language) for code in scale.codes)
    return tuple("" if text == str(code) else text for code, text in zip(scale.codes, found, strict=True))


def _only_ends(wordings: Sequence[str]) -> bool:
    return not any(wordings[1:-1])


def _main_scale(scales: Sequence[Scale], language: Language) -> Scale | None:
    """Return the scale of more than half of the items, which the key explains; None if there is none."""
    alike = [
        [(s.codes, _wordings(s, language)) for s in scales].count((t.codes, _wordings(t, language))) for t in scales
    ]
    most = max(alike)
    if 2 * most > len(scales):
        return scales[alike.index(most)]
    return None


def _own_anchors(scale: Scale, main: Scale | None, language: Language) -> str:
    """Return what the ends of an item's scale mean, where the key does not say it, as a line of its own."""
    texts = _wordings(scale, language)
    explained = main is not None and (scale.codes, texts) == (main.codes, _wordings(main, language))
    if explained or not (texts[0] or texts[-1]):
        return ""
    first, last = scale.codes[0], scale.codes[-1]
    return "\n" + phrase(language, "likert.anchors", low=first, low_text=texts[0], high=last, high_text=texts[-1])


def _key(scale: Scale, language: Language) -> tuple[str, ...]:
    texts = _wordings(scale, language)
    box = KEY_INCHES / len(texts) * 72 / KEY_POINTS
    room = box * len(texts) / 2.2 if _only_ends(texts) else box - SPARE_EM
    return tuple(wrap_text(one_line(text), room, most_lines=KEY_LINES, longest_word=room + SPARE_EM) for text in texts)


def _dk_label(scales: Sequence[Scale], language: Language) -> str:
    labels = {scale.dk_label.text(language) for scale in scales if scale.dk_label is not None}
    only = labels.pop() if len(labels) == 1 else ""
    return only if only and em_width(only) <= 3 * DK_EM else phrase(language, "likert.dk")


def describe_likert(data: LikertData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    odd = len(data.codes) % 2
    parts = [
        phrase(
            language,
            _alt_row(n, odd),
            item=name,
            smallest=SMALLEST_BASE,
            low=format_percent(low, 0),
            middle=format_percent(middle, 0),
            high=format_percent(high, 0),
            dk=_small_percent(unknown),
            n=n,
        )
        for name, low, middle, high, unknown, n in zip(
            data.ids, data.low, data.middle, data.high, data.dont_know, data.n, strict=True
        )
    ]
    return phrase(language, "likert.alt", n=len(parts), rows=listing(parts, language))


def _alt_row(n: int, odd: int) -> str:
    if n < SMALLEST_BASE:
        return "likert.alt_row_few" if n else "likert.alt_row_none"
    return "likert.alt_row" if odd else "likert.alt_row_even"


def plot_likert(
    responses: CleanResponses,
    items: Sequence[str],
    *,
    language: Language = "zh",
    id: str = "likert",
    title: str = "",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of the answers to some items that share their number of answer categories.

    Parameters
    ----------
    responses : CleanResponses
        Recoded items (``responses.reversed_items``) are turned back: the figure shows what was asked.
    items : sequence of str
        Item ids, top to bottom.
    language : {"zh", "en"}
    id : str
        Of the figure; names its file.
    title : str
    instrument : Instrument, optional
        By default that of the responses.
    stamp : str, optional
        Printed under the picture, for simulated data.

    Raises
    ------
    UsageError
        As :func:`choose_likert`.

    Examples
    --------
    >>> svg = render_figure(plot_likert(clean, ["PU1", "PU2", "PU3"], language="en"))
    """
    data = choose_likert(responses, items, language=language, instrument=instrument)
    return FigureSpec(
        id=id,
        title=title or phrase(language, "likert.title"),
        caption=phrase(language, "likert.caption"),
        alt=describe_likert(data, language),
        language=language,
        data=data,
        draw=draw_likert,
        width=WIDTH,
        height=height_of(data.texts, data.key, data.headings, bool(data.note)),
        stamp=stamp,
    )
