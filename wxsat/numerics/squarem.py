r"""EM steps in pairs, extrapolated to where they aim (SQUAREM; Varadhan and Roland 2008, *Scand. J. Statist.* 35).

EM creeps where much is missing: a step goes a fixed share of the way. From two steps r and then r + v the target is
guessed, :math:`x - 2\alpha r + \alpha^2 v` with :math:`\alpha = -|r|/|v|`; a guess that does not raise the likelihood
is dropped for the second step, which always does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = tuple[NDArray[np.float64], ...]

STEP_TOLERANCE = 1e-10  # largest move of a step, in the units of the caller
ACCEPTED_STEP = 1e-7  # where rounding stops the search before the tolerance, this is still a solution
MAX_STEPS = 5000
PATIENCE = 20  # pairs of steps without progress


@dataclass(frozen=True)
class Settled:
    """
    Where EM ended.

    Attributes
    ----------
    point : tuple of ndarray
    value : float
        Log-likelihood there.
    steps : int
    largest_step : float
    converged : bool
    """

    point: Arrays
    value: float
    steps: int
    largest_step: float
    converged: bool


def accelerated_em(
    start: Arrays,
    evaluate: Callable[[Arrays], tuple[float, Arrays] | None],
    units: Callable[[Arrays], Arrays],
    max_steps: int = MAX_STEPS,
) -> Settled | None:
    """
    Return the fixed point of an EM map; None where the likelihood stops to exist.

    Parameters
    ----------
    start : tuple of ndarray
    evaluate : callable
        point -> (log-likelihood, the point after one EM step), None outside the domain.
    units : callable
        point -> what a step is measured in, array by array.
    """
    point, now = start, evaluate(start)
    steps, stalls, norm, best = 0, 0, float("inf"), float("inf")
    while now is not None:
        value, first = now
        scale = units(point)
        r = tuple((b - a) / s for a, b, s in zip(point, first, scale, strict=True))
        norm = max(float(np.abs(x).max(initial=0.0)) for x in r)
        stalls = stalls + 1 if norm >= 0.9 * best else 0
        best = min(norm, best)
        settled = norm < STEP_TOLERANCE or (norm < ACCEPTED_STEP and stalls > PATIENCE)
        if settled or steps >= max_steps:
            return Settled(point, value, steps, norm, settled)
        middle = evaluate(first)
        if middle is None:
            return None
        v = tuple((c - b) / s - x for b, c, s, x in zip(first, middle[1], scale, r, strict=True))
        guess = _guess(point, r, v, scale)
        aimed = evaluate(guess) if guess is not None else None
        if guess is not None and aimed is not None and aimed[0] >= middle[0]:
            point, now = guess, aimed
        else:
            point, now = middle[1], evaluate(middle[1])
        steps += 3
    return None


def _guess(point: Arrays, r: Arrays, v: Arrays, scale: Arrays) -> Arrays | None:
    bend = sum(float((x * x).sum()) for x in v)
    alpha = -np.sqrt(sum(float((x * x).sum()) for x in r) / bend) if bend > 0 else -1.0
    if alpha >= -1.0:
        return None
    return tuple(a - 2.0 * alpha * q * s + alpha**2 * x * s for a, q, x, s in zip(point, r, v, scale, strict=True))
