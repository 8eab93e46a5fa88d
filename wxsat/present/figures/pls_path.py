"""The inner model of composites as a path diagram: standardised paths on the arrows, R² in the composites.

The drawing is that of covariance models; items are left out (their loadings and weights are a table), because an
arrow from a composite to a formative item would say the wrong thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.path_diagram import plot_path_diagram
from wxsat.present.figures.wording import names_in, phrase

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.pls.result import PlsResult
    from wxsat.sem.result import SemResult


@dataclass(frozen=True)
class InnerModel:
    """What a path diagram reads of a fitted model: ``lhs op rhs group label free estimate p_value std_all``, R²."""

    parameters: pd.DataFrame
    latent_names: tuple[str, ...]
    r2: pd.DataFrame
    model: str
    refused: bool
    groups: tuple[Any, ...] = ()


def read_inner_model(result: PlsResult) -> InnerModel:
    """
    Return the inner model of a composite model in the form that a path diagram reads.

    Examples
    --------
    >>> import pandas as pd
    >>> from wxsat.pls.fit import fit_pls
    >>> data = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 3, 2, 4.0], "c": [2, 1, 4, 3.0]})
    >>> read_inner_model(fit_pls("A =~ a + b; C =~ c; C ~ A", data)).latent_names
    ('A', 'C')
    """
    import pandas as pd

    rows = pd.DataFrame(
        {
            "lhs": result.paths["to"],
            "op": "~",
            "rhs": result.paths["from"],
            "group": 1,
            "label": "",
            "free": 1,
            "estimate": result.paths["estimate"],
            "p_value": result.paths["p_value"],
            "std_all": result.paths["estimate"],
        }
    )
    r2 = pd.DataFrame({"variable": result.r2["construct"], "value": result.r2["r2"], "group": 1})
    return InnerModel(rows, tuple(result.plan.final.constructs), r2, result.plan.model.name, result.refused)


def plot_composite_paths(
    result: PlsResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the path diagram of a composite model.

    Parameters
    ----------
    result : PlsResult
        Without bootstrap draws no path is tested, and none is drawn as doubtful.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.path_diagram.plot_path_diagram`.

    Examples
    --------
    >>> import pandas as pd
    >>> from wxsat.pls.fit import fit_pls
    >>> data = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 3, 2, 4.0], "c": [2, 1, 4, 3.0]})
    >>> plot_composite_paths(fit_pls("A =~ a + b; C =~ c; C ~ A", data), language="en").title
    'Path diagram of the composite model'
    """
    # A product is named by its parts.
    known = names_in(instrument, language, names)
    products = {
        node: " × ".join(known.get(part, part) for part in node.split(":")) for node in result.plan.nodes if ":" in node
    }
    spec = plot_path_diagram(
        cast("SemResult", read_inner_model(result)), language=language, instrument=instrument,
        names={**(names or {}), **products}, id="composite-path", stamp=stamp,
    )  # fmt: skip
    drawn = result.counts["used"]
    words = [phrase(language, "composite_path.caption", n=result.n_obs)]
    words.append(phrase(language, "composite_path.tested" if drawn else "composite_path.untested", draws=drawn))
    if result.refused:
        words.insert(0, phrase(language, "path_diagram.refused_caption"))
    return replace(
        spec,
        title=phrase(language, "composite_path.title"),
        caption=phrase(language, "path_diagram.separator").join(words),
        numbers=(("n", result.n_obs), ("draws", drawn)),
    )
