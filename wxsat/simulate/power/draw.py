"""One replicate: scores, clusters, margins, holes, each from the generator of its number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from wxsat.simulate.power.design import PowerDesign
from wxsat.simulate.power.margins import intermediate_correlation
from wxsat.simulate.power.population import PlannedPopulation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def replicate_generator(seed: int, size: int, number: int) -> np.random.Generator:
    """Return the generator of replicate `number` (from 0) of samples of `size`."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(size, number))))


class Source:
    """A population made ready to draw from, for the variables of one analysis."""

    def __init__(self, population: PlannedPopulation, observed: tuple[str, ...]) -> None:
        keep = [population.names.index(v) for v in observed]
        self.margins = tuple(population.margins[k] for k in keep)
        self.mean, self.sd = population.mean[keep], population.sd[keep]
        correlation = intermediate_correlation(self.margins, population.correlation[np.ix_(keep, keep)])
        values, vectors = np.linalg.eigh(correlation)
        # Intermediate correlations of skewed numbers may be slightly indefinite; the nearest usable root is taken.
        self.root = vectors * np.sqrt(np.maximum(values, 0.0))
        self.all_normal = all(margin.normal for margin in self.margins)

    def rows(self, design: PowerDesign, size: int, number: int) -> tuple[Array, NDArray[np.intp] | None]:
        """
        Return the answers of one replicate, NaN where missing, and the cluster of every row.

        Clusters have the same covariance matrix between as within, in shares icc and 1 - icc.
        """
        generator = replicate_generator(design.seed, size, number)
        width = len(self.margins)
        scores = generator.standard_normal((size, width))
        clusters = None
        if design.clustered:
            clusters = np.arange(size) // design.cluster_size
            between = generator.standard_normal((int(clusters[-1]) + 1, width))
            scores = math.sqrt(1 - design.icc) * scores + math.sqrt(design.icc) * between[clusters]
        z = scores @ self.root.T
        answers = np.empty_like(z)
        for j, margin in enumerate(self.margins):
            shown = margin.shown(z[:, j])
            answers[:, j] = shown if margin.ordinal else self.mean[j] + self.sd[j] * shown
        if design.missing_share > 0:
            answers[generator.random(answers.shape) < design.missing_share] = np.nan
        return answers, clusters

    def moments(self, design: PowerDesign, size: int, number: int) -> tuple[Array, Array]:
        """
        Return mean and covariance (divided by N) of one replicate of complete independent rows.

        Of normal numbers they are drawn themselves, by Bartlett's decomposition: no rows are needed.
        """
        if not self.all_normal or size <= len(self.margins):
            rows, _ = self.rows(design, size, number)
            mean = rows.mean(axis=0)
            centred = rows - mean
            return mean, centred.T @ centred / size
        generator = replicate_generator(design.seed, size, number)
        width = len(self.margins)
        triangle = np.tril(generator.standard_normal((width, width)), -1)
        triangle[np.diag_indices(width)] = np.sqrt(generator.chisquare(size - 1 - np.arange(width)))
        factor = (self.sd[:, None] * self.root) @ triangle
        mean = self.mean + (self.sd[:, None] * self.root) @ generator.standard_normal(width) / math.sqrt(size)
        return mean, factor @ factor.T / size
