"""Products of items as indicators of a latent interaction, centred before and after (Lin, Wen, Marsh and Lin 2010).

Items are centred, multiplied and centred again: then the interaction needs no mean structure, and its covariances
with the latents that made it are those of the theory. Pairs are matched in order, or all of them are made; products
that share an item then have correlated residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from wxsat.errors import DataError, Fault, ModelError, UsageError, nearest
from wxsat.sem.moments import check_columns, numbers_of
from wxsat.sem.parameter_table import ParameterTable, parse_model

if TYPE_CHECKING:
    import pandas as pd

Pairing = Literal["matched", "all"]
PAIRINGS = ("matched", "all")


@dataclass(frozen=True)
class Product:
    """One product indicator: its name and the two items that it is made of."""

    name: str
    first: str
    second: str


def pair_items(first: Sequence[str], second: Sequence[str], pairing: Pairing = "matched") -> tuple[Product, ...]:
    """
    Return which items are multiplied.

    Parameters
    ----------
    first, second : sequence of str
        Items of the two latents; for matched pairs the best item of each first, the next best, and so on.
    pairing : {"matched", "all"}
        Matched pairs use every item once; of latents of unequal length the last items of the longer one stay out.

    Raises
    ------
    UsageError
        SEM-059 for an unknown pairing or fewer than two pairs.

    Examples
    --------
    >>> [p.name for p in pair_items(["x1", "x2"], ["z1", "z2"])]
    ['x1.z1', 'x2.z2']
    >>> len(pair_items(["x1", "x2"], ["z1", "z2"], "all"))
    4
    """
    if pairing not in PAIRINGS:
        raise UsageError("SEM-059", f"unknown pairing {pairing!r}. Known: {', '.join(PAIRINGS)}."
                         f"{nearest(pairing, PAIRINGS)}", where="pairing")  # fmt: skip
    made = zip(first, second, strict=False) if pairing == "matched" else ((a, b) for a in first for b in second)
    products = tuple(Product(f"{a}.{b}", a, b) for a, b in made)
    if len(products) < 2:
        raise UsageError("SEM-059", "an interaction needs at least two product indicators.", where="pairing",
                         hint='Use pairing="all", or latents with more items.')  # fmt: skip
    return products


def add_products(frame: pd.DataFrame, products: Sequence[Product], *, double_centred: bool = True) -> pd.DataFrame:
    """
    Return a copy of a frame with the product indicators as new columns.

    Parameters
    ----------
    frame : DataFrame
    products : sequence of Product
    double_centred : bool
        Centre the products too.

    Raises
    ------
    DataError
        SEM-041, SEM-042 as for any column of a model; SEM-059 when a column of a product's name is there already.

    Notes
    -----
    Missing where either item is; means are those of the rows that have the item. Checked against
    ``semTools::indProd`` 0.5-6.
    """
    names = list(dict.fromkeys(n for p in products for n in (p.first, p.second)))
    check_columns(frame, names)
    taken = [p.name for p in products if p.name in {str(c) for c in frame.columns}]
    if taken:
        raise DataError.from_faults(
            [Fault("SEM-059", "a column of this name is there already.", f"column {name!r}") for name in taken]
        )
    import pandas as pd

    values = pd.DataFrame(numbers_of(frame, names), columns=names, index=frame.index)
    values = values - values.mean()
    made = pd.DataFrame({p.name: values[p.first] * values[p.second] for p in products}, index=frame.index)
    return pd.concat([frame, made - made.mean() if double_centred else made], axis=1)


def interaction_text(name: str, products: Sequence[Product]) -> str:
    """
    Return the lines that measure an interaction: its products, and correlated residuals of those that share an item.

    Examples
    --------
    >>> print(interaction_text("XZ", pair_items(["x1", "x2"], ["z1", "z2"])))
    XZ =~ x1.z1 + x2.z2
    """
    lines = [f"{name} =~ {' + '.join(p.name for p in products)}"]
    for a, b in combinations(products, 2):
        if a.first == b.first or a.second == b.second:
            lines.append(f"{a.name} ~~ {b.name}")
    return "\n".join(lines)


def with_interaction(
    model: str,
    frame: pd.DataFrame,
    name: str,
    first: str,
    second: str,
    *,
    pairing: Pairing = "matched",
) -> tuple[str, pd.DataFrame]:
    r"""
    Return the model text with the interaction measured, and the data with its indicators.

    Parameters
    ----------
    model : str
        Measures the latents `first` and `second`, and uses `name` as a predictor: ``SAT ~ PU + AGE + PUxAGE``.
    frame : DataFrame
    name : str
        The interaction as the model calls it.
    first, second : str
        The latents that interact.
    pairing : {"matched", "all"}

    Raises
    ------
    ModelError
        SEM-059 when the model does not measure the latents, or measures the interaction already.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> x = pd.DataFrame(np.random.default_rng(1).normal(size=(9, 6)), columns=["a1", "a2", "b1", "b2", "y1", "y2"])
    >>> text, data = with_interaction("A =~ a1 + a2\nB =~ b1 + b2\nY =~ y1 + y2\nY ~ A + B + AB", x, "AB", "A", "B")
    >>> text.splitlines()[-1], list(data.columns)[-2:]
    ('AB =~ a1.b1 + a2.b2', ['a1.b1', 'a2.b2'])
    """
    table = parse_model(model)
    items = [_items(table, latent) for latent in (first, second)]
    if name in table.latent_names:
        raise ModelError("SEM-059", f"{name!r} is measured by the model already.", where=table.name)
    products = pair_items(items[0], items[1], pairing)
    return f"{model.rstrip()}\n{interaction_text(name, products)}", add_products(frame, products)


def _items(table: ParameterTable, latent: str) -> list[str]:
    measured = table.indicators_of()
    if latent not in measured:
        known = ", ".join(measured) or "none"
        raise ModelError("SEM-059", f"the model does not measure {latent!r}. Its latents: {known}."
                         f"{nearest(latent, measured)}", where=table.name)  # fmt: skip
    return measured[latent]
