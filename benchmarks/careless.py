"""Every index of careless answering on a large file: seconds and memory.

Run: ``python benchmarks/careless.py [respondents] [items] [share of holes]``; the defaults are a million, 60 and 0.02.
Goal: under 60 s and 4 GB on two cores.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wxsat.responses.careless.even_odd import even_odd
from wxsat.responses.careless.longstring import longstring, mean_string
from wxsat.responses.careless.mahalanobis import mahalanobis_squared
from wxsat.responses.careless.person_fit import guttman_errors_normed
from wxsat.responses.careless.repetition import largest_autocorrelation, longest_cycle
from wxsat.responses.careless.semantic import KeyedItem, semantic_consistency, semantic_pairs
from wxsat.responses.careless.synonyms import psychometric_synonyms
from wxsat.responses.careless.variability import individual_variability, part_variability
from wxsat.responses.rules import first_identical

ITEMS_PER_SCALE = 4


def simulated(n: int, n_items: int, holes: float) -> NDArray[np.float64]:
    """Return answers 1-7 with scales of four items, made in pieces so that nothing large is held twice."""
    rng = np.random.default_rng(1)
    answers = np.empty((n, n_items))
    for start in range(0, n, 50_000):
        part = slice(start, min(start + 50_000, n))
        size = part.stop - part.start
        levels = np.repeat(rng.normal(size=(size, -(-n_items // ITEMS_PER_SCALE))), ITEMS_PER_SCALE, axis=1)
        noise = rng.normal(size=(size, n_items))
        answers[part] = np.clip(np.round(4 + 1.2 * levels[:, :n_items] + noise), 1, 7)
        if holes:
            answers[part][rng.random((size, n_items)) < holes] = np.nan
    return answers


def main() -> None:
    """Time every index once and print the seconds and the peak of memory."""
    n, n_items = (int(a) for a in (sys.argv[1:3] or ("1000000", "60")))
    holes = float(sys.argv[3]) if len(sys.argv) > 3 else 0.02
    answers = simulated(n, n_items, holes)
    scales = [list(range(j, min(j + ITEMS_PER_SCALE, n_items))) for j in range(0, n_items, ITEMS_PER_SCALE)]
    keyed = [KeyedItem(j, str(j // ITEMS_PER_SCALE), j % ITEMS_PER_SCALE == 3) for j in range(n_items)]
    pairs = semantic_pairs(keyed)
    ends = np.ones(n_items), np.full(n_items, 7.0)
    indices: dict[str, Callable[[], object]] = {
        "longstring": lambda: longstring(answers),
        "longstring, mean": lambda: mean_string(answers),
        "IRV": lambda: individual_variability(answers),
        "IRV of three parts": lambda: part_variability(answers),
        "Mahalanobis": lambda: mahalanobis_squared(answers),
        "synonyms": lambda: psychometric_synonyms(answers, critical=0.5),
        "antonyms": lambda: psychometric_synonyms(answers, critical=-0.5),
        "semantic synonyms": lambda: semantic_consistency(answers, pairs.synonyms),
        "semantic antonyms": lambda: semantic_consistency(answers, pairs.antonyms),
        "even-odd": lambda: even_odd(answers, scales),
        "cycles": lambda: longest_cycle(answers),
        "autocorrelation": lambda: largest_autocorrelation(answers),
        "person fit": lambda: guttman_errors_normed(answers, scales, *ends),
        "identical answers": lambda: first_identical(answers, 20),
    }
    total = total_cpu = 0.0
    print(f"{n} respondents, {n_items} items, {holes:.0%} holes")
    for name, compute in indices.items():
        start, start_cpu = time.perf_counter(), time.process_time()
        compute()
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        total, total_cpu = total + seconds, total_cpu + cpu
        print(f"{name:20s} {seconds:7.2f} s  {cpu:7.2f} s of processor", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'all':20s} {total:7.2f} s  {total_cpu:7.2f} s of processor")
    print(f"peak {peak:.2f} GB, the answers themselves {answers.nbytes / 1024**3:.2f} GB")


if __name__ == "__main__":
    main()
