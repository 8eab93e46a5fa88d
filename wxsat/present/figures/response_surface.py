"""A response surface seen from above: the outcome over two ratings, with the lines of agreement and disagreement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import UsageError
from wxsat.present import theme
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import number_in, rows_of
from wxsat.present.figures.wording import fixed, phrase, with_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

WIDTH, HEIGHT = 6.4, 5.0
MIDDLE, GRID_POINTS = 50.0, 81
Floats = NDArray[np.float64]
LEGEND = ("agreement", "disagreement", "stationary", "observed")
SHAPE = ("a1", "a2", "a3", "a4")


@dataclass(frozen=True, eq=False)
class SurfaceData:
    """
    A surface on its grid.

    Attributes
    ----------
    x, y : ndarray
        Ticks of the grid, 0 to 100.
    z : ndarray, shape (len(y), len(x))
    observed : (float, float, float, float) or None
        Left, right, bottom, top of what was observed.
    stationary : (float, float) or None
        Where the surface is flat; None where it has no such point.
    kind : {"maximum", "minimum", "saddle", "none"}
    shape : dict of str to (estimate, lower, upper)
        a1 to a4.
    n : int
    r2 : float
    words : dict of str to str
    """

    x: Floats
    y: Floats
    z: Floats
    observed: tuple[float, float, float, float] | None
    stationary: tuple[float, float] | None
    kind: str
    shape: dict[str, tuple[float, float, float]]
    n: int
    r2: float
    words: dict[str, str]


def stationary_point(b: Floats) -> tuple[tuple[float, float] | None, str]:
    """
    Return where ``b0 + b1 u + b2 v + b3 u^2 + b4 uv + b5 v^2`` is flat, and what it is there.

    Returns
    -------
    ((u, v) or None, {"maximum", "minimum", "saddle", "none"})

    Examples
    --------
    >>> stationary_point(np.array([0.0, 2.0, 0.0, -1.0, 0.0, -1.0]))
    ((1.0, 0.0), 'maximum')
    """
    hessian = np.array([[2 * b[3], b[4]], [b[4], 2 * b[5]]])
    determinant = float(np.linalg.det(hessian))
    if abs(determinant) <= 1e-12 * max(float(np.abs(hessian).max()) ** 2, 1e-300):
        return None, "none"
    u, v = np.linalg.solve(hessian, -b[1:3]) + 0.0
    kind = "saddle" if determinant < 0 else "maximum" if b[3] < 0 else "minimum"
    return (float(u), float(v)), kind


def choose_response_surface(
    surface: pd.DataFrame, *, language: Language, x_axis: str, y_axis: str, outcome: str
) -> SurfaceData:
    """Read the coefficients and lay the surface out over the whole scale, or what was observed of it."""
    rows = {str(row["term"]): row for row in rows_of(surface, ("term", "estimate"), "response_surface")}
    lacking = [name for name in (*(f"b{i}" for i in range(6)), *SHAPE) if name not in rows]
    if lacking:
        raise UsageError("OUT-022", f"figure 'response_surface' needs the terms {', '.join(lacking)}.")
    b = np.array([number_in(rows[f"b{i}"], "estimate") for i in range(6)])
    first = rows["b0"]
    left, right, bottom, top = (number_in(first, name) for name in ("x_lower", "x_upper", "y_lower", "y_upper"))
    observed = (left, right, bottom, top) if all(map(math.isfinite, (left, right, bottom, top))) else None
    at = np.linspace(0, 100, GRID_POINTS)
    u, v = np.meshgrid(at - MIDDLE, at - MIDDLE)
    z = b[0] + b[1] * u + b[2] * v + b[3] * u**2 + b[4] * u * v + b[5] * v**2
    point, kind = stationary_point(b)
    shape = {
        name: (number_in(rows[name], "estimate"), number_in(rows[name], "ci_lower"), number_in(rows[name], "ci_upper"))
        for name in SHAPE
    }
    n = number_in(first, "n")
    words = {key: phrase(language, f"response_surface.{key}") for key in LEGEND}
    return SurfaceData(
        at, at, z, observed, None if point is None else (point[0] + MIDDLE, point[1] + MIDDLE), kind, shape,
        int(n) if math.isfinite(n) else 0, number_in(first, "r2"), words | {"x": x_axis, "y": y_axis, "z": outcome},
    )  # fmt: skip


def draw_response_surface(data: SurfaceData, figure: FigureBase) -> None:
    """Draw contours, fainter beyond what was observed, both lines and the flat point."""
    ax = figure.add_subplot()
    low, high = _seen(data)
    levels: Any = np.linspace(low, high, 11)
    filled = ax.contourf(data.x, data.y, np.clip(data.z, low, high), levels=levels, cmap="cividis")
    ax.contour(data.x, data.y, data.z, levels=levels, colors=theme.PAPER, linewidths=0.5)
    _shade_unobserved(ax, data)
    ax.plot([0, 100], [0, 100], color=theme.PAPER, linewidth=3.2)
    ax.plot([0, 100], [0, 100], color=theme.INK, linewidth=1.5, label=data.words["agreement"])
    ax.plot([0, 100], [100, 0], color=theme.PAPER, linewidth=3.2)
    ax.plot([0, 100], [100, 0], color=theme.INK, linewidth=1.3, linestyle=(0, (4, 3)), label=data.words["disagreement"])
    point = data.stationary
    if point is not None and 0 <= point[0] <= 100 and 0 <= point[1] <= 100:
        mark = ax.scatter(
            *point, s=90, marker="*", facecolor=theme.PAPER, edgecolor=theme.INK, linewidths=1.1, zorder=6,
            label=data.words["stationary"],
        )  # fmt: skip
        mark.set_gid("stationary")
    ax.set(xlim=(0, 100), ylim=(0, 100), xlabel=data.words["x"], ylabel=data.words["y"], aspect="equal")
    bar = figure.colorbar(filled, ax=ax, shrink=0.85)
    bar.set_label(data.words["z"])
    bar.set_ticks(levels[::2], labels=[fixed(float(level), 1) for level in levels[::2]])
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=theme.SMALL_POINTS)


def _seen(data: SurfaceData) -> tuple[float, float]:
    """Range of the surface where there were observations, so that colours are not spent on extrapolation."""
    z = data.z
    if data.observed is not None:
        left, right, bottom, top = data.observed
        inside = np.ix_((data.y >= bottom) & (data.y <= top), (data.x >= left) & (data.x <= right))
        z = z[inside] if z[inside].size else z
    low, high = float(z.min()), float(z.max())
    return (low, high) if high - low > 1e-9 else (low - 1, high + 1)


def _shade_unobserved(ax: Axes, data: SurfaceData) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if data.observed is None:
        return
    left, right, bottom, top = data.observed
    outer = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    inner = [(left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)]
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * 2
    patch = PathPatch(
        Path(outer + inner, codes), facecolor=theme.PAPER, alpha=0.72, linewidth=0.8, edgecolor=theme.MUTED, zorder=2,
        label=data.words["observed"],
    )  # fmt: skip
    patch.set_gid("unobserved")
    ax.add_patch(patch)


def describe_response_surface(data: SurfaceData, language: Language) -> str:
    """Return the figure in words: slopes and curvatures along both lines, and the flat point."""
    values = {name: with_interval(*data.shape[name], 3) for name in SHAPE}
    said = phrase(language, "response_surface.alt", n=data.n, r2=fixed(data.r2, 2, no_zero=True), **values)
    if data.stationary is None:
        return said + phrase(language, "response_surface.alt_flat_none")
    x, y = (fixed(end, 1) for end in data.stationary)
    inside = all(0 <= end <= 100 for end in data.stationary)
    key = f"response_surface.alt_flat{'' if inside else '_outside'}"
    return said + phrase(language, key, kind=phrase(language, f"response_surface.{data.kind}"), x=x, y=y)


def plot_response_surface(
    surface: pd.DataFrame,
    *,
    language: Language = "zh",
    x_axis: str | None = None,
    y_axis: str | None = None,
    outcome: str | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the contour plot of a response surface.

    Parameters
    ----------
    surface : DataFrame
        ``term estimate ci_lower ci_upper`` with b0 to b5 and a1 to a4, both ratings centred at 50 of 100: what
        :func:`wxsat.diagnosis.gaps.response_surface` gives. ``x_lower x_upper y_lower y_upper`` say what was
        observed; the rest of the picture is then veiled.
    language : {"zh", "en"}
    x_axis, y_axis, outcome : str, optional
        What the ratings and the outcome are; experience, claim and satisfaction when left out.
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns or terms.

    Notes
    -----
    The surface is flat where both slopes vanish: :math:`u_0 = (b_2 b_4 - 2 b_1 b_5) / (4 b_3 b_5 - b_4^2)`,
    :math:`v_0 = (b_1 b_4 - 2 b_2 b_3) / (4 b_3 b_5 - b_4^2)`.

    References
    ----------
    .. [1] Edwards, J. R., & Parry, M. E. (1993). On the use of polynomial regression equations as an alternative to
       difference scores in organizational research. Academy of Management Journal, 36(6), 1577-1613.

    Examples
    --------
    >>> plot_response_surface(diagnosis.evidence.surface, language="en")  # doctest: +SKIP
    """
    data = choose_response_surface(
        surface, language=language, x_axis=x_axis or phrase(language, "response_surface.x_axis"),
        y_axis=y_axis or phrase(language, "response_surface.y_axis"),
        outcome=outcome or phrase(language, "response_surface.outcome"),
    )  # fmt: skip
    return FigureSpec(
        id="response_surface",
        title=phrase(language, "response_surface.title"),
        caption=phrase(language, "response_surface.caption"),
        alt=describe_response_surface(data, language),
        language=language,
        data=data,
        draw=draw_response_surface,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
    )
