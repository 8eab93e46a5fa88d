r"""The smallest number of respondents at which stated parameters have the power asked, with its Monte-Carlo error.

The search begins at the N that the asymptotic error of each parameter gives, brackets the target and halves the
bracket. The power of a Wald test is nearly :math:`\Phi(\delta\sqrt N - z)`, so that all the sizes that were tried say
together, by one probit line in :math:`\sqrt N`, where the target is crossed and how exactly that is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import Fault, UsageError, nearest
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.plain import frame_records
from wxsat.simulate.power.evaluate import Progress, evaluate_power
from wxsat.simulate.power.population import PlannedPopulation
from wxsat.simulate.power.result import PowerResult

if TYPE_CHECKING:
    import pandas as pd

LARGEST_N = 200_000
MOST_SIZES = 14
Z95 = 1.959963984540054
ROUNDS, AROUND, NEAR = 3, (0.8, 1.0, 1.25), 0.05


@dataclass(frozen=True, eq=False)
class SampleSize(ShownInNotebook):
    """
    A number of respondents for a power.

    Attributes
    ----------
    n : int
        Smallest N whose power reaches `target`, by the probit line through all sizes tried.
    n_lower, n_upper : float
        95 % Monte-Carlo interval of it.
    parameter : str
        The parameter that needs the most respondents.
    target : float
    tried : DataFrame
        ``n power power_mcse`` of that parameter.
    result : PowerResult
        Everything at the sizes tried.
    """

    n: int
    n_lower: float
    n_upper: float
    parameter: str
    target: float
    tried: pd.DataFrame
    result: PowerResult

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        head = {"n": self.n, "n_lower": self.n_lower, "n_upper": self.n_upper, "parameter": self.parameter}
        return {"sample_size": head | {"target": self.target, "tried": frame_records(self.tried)}} | (
            self.result.to_dict()
        )


def find_sample_size(
    population: str | Path | PlannedPopulation,
    *,
    target: float = 0.80,
    parameters: Sequence[str] = (),
    tolerance: float = 0.02,
    smallest: int | None = None,
    progress: Progress | None = None,
    **plan: Any,
) -> SampleSize:
    """
    Search the smallest N at which parameters reach a power, by simulation.

    Parameters
    ----------
    population
        As in :func:`wxsat.evaluate_power`.
    target : float
        Power, above alpha and below 1.
    parameters : sequence of str
        Names such as ``"b~a"``; all regressions and defined parameters that are not 0 in the population by default.
        Each of them must reach the target.
    tolerance : float
        The bracket is halved until it is narrower than this share of N.
    smallest : int, optional
        Where the search may begin.
    progress : callable, optional
    **plan
        As in :func:`wxsat.evaluate_power`, but for `n`.

    Returns
    -------
    SampleSize

    Raises
    ------
    UsageError
        MEAS-080 for values without meaning, MEAS-085 when no N up to 200,000 reaches the target, MEAS-086 for names
        that the model does not have.

    Notes
    -----
    Checked against the closed form for a correlation (85 for r = .30 and a power of .80).

    Examples
    --------
    >>> found = find_sample_size("y ~ .3*x; x ~~ 1*x; y ~~ .91*y", replicates=400)
    >>> 70 <= found.n <= 100
    True
    """
    if not 0 < target < 1 or not 0 < tolerance < 1:
        raise UsageError("MEAS-080", "target and tolerance lie between 0 and 1.", where="target, tolerance")
    search = _Search(population, target, tuple(parameters), progress, plan)
    low = high = search.begin(smallest)
    if search.at(low) < 0:
        while search.at(high) < 0:
            low, high = high, min(math.ceil(high * 1.4), LARGEST_N + 1)
            if high > LARGEST_N:
                raise UsageError("MEAS-085", f"no N up to {LARGEST_N} has a power of {target:g}.", where="target")
    else:
        while low > search.least and search.at(low) >= 0:
            high, low = low, max(search.least, math.floor(low / 1.4))
    while high - low > max(1, tolerance * high) and len(search.results) < MOST_SIZES:
        middle = (low + high) // 2
        low, high = (middle, high) if search.at(middle) < 0 else (low, middle)
    return search.answer(search.surround(high))


class _Search:
    """The sizes tried so far, each simulated once."""

    def __init__(
        self, population: Any, target: float, names: tuple[str, ...], progress: Progress | None, plan: dict[str, Any]
    ) -> None:
        self.population, self.target, self.names, self.progress, self.plan = population, target, names, progress, plan
        self.results: dict[int, PowerResult] = {}
        self.least = 10

    def run(self, size: int) -> PowerResult:
        if size not in self.results:
            plan = self.plan | ({"resume": True} if self.results and self.plan.get("results") else {})
            self.results[size] = evaluate_power(self.population, size, progress=self.progress, **plan)
        return self.results[size]

    def begin(self, smallest: int | None) -> int:
        """Return the N that asymptotic errors give, from one look at a sample of middling size."""
        first = smallest or 200
        rows = self._wanted(self.run(first))
        from scipy.special import ndtri

        reach = float(ndtri(1 - self.plan.get("alpha", 0.05) / 2) + ndtri(self.target))
        strength = float((rows["truth"].abs() / rows["mean_se"]).min())
        self.least = min(first, 3 * len(self.results[first].parameters) + 5)
        guess = math.ceil(first * (reach / max(strength, 1e-3)) ** 2)
        return int(min(max(guess, self.least), LARGEST_N))

    def _wanted(self, result: PowerResult) -> pd.DataFrame:
        frame = result.parameters
        if not self.names:
            chosen = frame[frame["op"].isin(["~", ":="]) & frame["truth"].abs().gt(1e-9)]
            if not len(chosen):
                raise UsageError("MEAS-086", "the model has no regression to plan for.", where="parameters",
                                 hint="Name parameters: " + ", ".join(map(str, frame["name"][:8])) + ".")  # fmt: skip
            return chosen
        known = [str(v) for v in frame["name"]]
        unknown = [name for name in self.names if name.replace(" ", "") not in known]
        if unknown:
            raise UsageError.from_faults(
                Fault("MEAS-086", f"the model has no parameter {name!r}.{nearest(name, known)}", "parameters")
                for name in unknown
            )
        return frame[frame["name"].isin([name.replace(" ", "") for name in self.names])]

    def at(self, size: int) -> float:
        """Return the lowest power among the wanted parameters, less the target."""
        return float(self._wanted(self.run(size))["power"].min()) - self.target

    def line(self, last: int) -> tuple[str, pd.DataFrame, tuple[float, float, float]]:
        """Return the parameter with the least power at `last`, its power at all sizes, and where it crosses."""
        import pandas as pd

        rows = self._wanted(self.run(last))
        weakest = str(rows["name"].iloc[int(rows["power"].argmin())])
        whole = pd.concat([self.results[n].parameters for n in sorted(self.results)], ignore_index=True)
        tried = whole[whole["name"] == weakest][["n", "power", "power_mcse"]].reset_index(drop=True)
        n, power, error = (tried[name].to_numpy(dtype=float) for name in ("n", "power", "power_mcse"))
        return weakest, tried, crossing(n, power, error, self.target)

    def surround(self, last: int) -> int:
        """
        Try sizes at, below and above where the line crosses.

        Halving follows the noise of single sizes; a line needs sizes on both sides to say how exactly it is known.
        """
        for _ in range(ROUNDS):
            n = self.line(last)[2][0]
            wanted = [max(self.least, min(round(share * n), LARGEST_N)) for share in AROUND]
            new = [k for k in wanted if all(abs(k - t) > NEAR * k for t in self.results)]
            for k in new:
                self.run(k)
            last = min(self.results, key=lambda t: abs(t - n))
            if not new:
                break
        return last

    def answer(self, last: int) -> SampleSize:
        import pandas as pd

        weakest, tried, (n, lower, upper) = self.line(last)
        sizes = sorted(self.results)
        whole = pd.concat([self.results[k].parameters for k in sizes], ignore_index=True)
        head = self.results[last]
        models = pd.concat([self.results[k].models for k in sizes], ignore_index=True)
        findings = tuple({(f.code, f.message): f for k in sizes for f in self.results[k].findings}.values())
        joined = PowerResult(whole, models, findings, dict(head.settings) | {"sizes": sizes})
        return SampleSize(math.ceil(n - 1e-9), lower, upper, weakest, self.target, tried, joined)


def crossing(sizes: np.ndarray, powers: np.ndarray, errors: np.ndarray, target: float) -> tuple[float, float, float]:
    """
    Return where a probit line in the root of N crosses the target, and its 95 % Monte-Carlo interval.

    Sizes whose power is far from the target weigh by their own Monte-Carlo error on the probit scale.

    Examples
    --------
    >>> from scipy.special import ndtr
    >>> n = np.array([50.0, 80.0, 120.0])
    >>> [round(v) for v in crossing(n, ndtr(0.3 * n**0.5 - 1.96), np.full(3, 0.01), 0.8)][0]
    87
    """
    from scipy.special import ndtri

    inside = np.clip(powers, 1e-4, 1 - 1e-4)
    y, x = np.asarray(ndtri(inside)), np.sqrt(sizes)
    density = np.exp(-(y**2) / 2) / math.sqrt(2 * math.pi)
    near = np.abs(y - float(ndtri(target))) < 1.0
    if near.sum() < 2 or np.ptp(x[near]) == 0:
        near = np.ones(len(x), dtype=bool)
    x, y, weight = x[near], y[near], (density[near] / np.maximum(errors[near], 1e-6)) ** 2
    if len(x) < 2 or np.ptp(x) == 0:
        return float(sizes[-1]), math.nan, math.nan
    design = np.column_stack([np.ones_like(x), x])
    covariance = np.linalg.inv(design.T @ (weight[:, None] * design))
    intercept, slope = covariance @ design.T @ (weight * y)
    if slope <= 0:
        return float(sizes[-1]), math.nan, math.nan
    root = (float(ndtri(target)) - intercept) / slope
    gradient = np.array([-1.0 / slope, -root / slope])
    error = math.sqrt(float(gradient @ covariance @ gradient))
    return root**2, max(root - Z95 * error, 0.0) ** 2, (root + Z95 * error) ** 2
