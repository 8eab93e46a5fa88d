"""What is simulated: sizes, replicates, holes, clusters, estimator. Checked whole before anything is drawn."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from wxsat.errors import Fault, UsageError, nearest

ESTIMATORS = ("ML", "MLM", "MLR", "MLMV", "WLSMV", "DWLS", "ULSMV")
ORDINAL = ("WLSMV", "DWLS", "ULSMV")
RULES = ("listwise", "fiml", "pairwise")
FAST_BLOCK, SLOW_BLOCK = 64, 16
"""Replicates are cut into blocks by their number, never by the number of workers."""


@dataclass(frozen=True)
class PowerDesign:
    """
    The plan of a simulation.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of respondents, ascending.
    replicates : int
        Samples of each size.
    seed : int
        Replicate r of size n depends on the seed, on n and on r alone.
    estimator : str
    missing_share : float
        Share of cells that are missing completely at random, in [0, 1).
    missing : {"listwise", "fiml", "pairwise"}
        What the analysis does with them.
    cluster_size : int
        Respondents in a cluster; 0 for independent ones.
    icc : float
        Share of the variance of every score that lies between clusters, in [0, 1).
    alpha : float
        Of the tests; intervals cover 1 - alpha.
    """

    sizes: tuple[int, ...]
    replicates: int = 1000
    seed: int = 1
    estimator: str = "ML"
    missing_share: float = 0.0
    missing: str = "listwise"
    cluster_size: int = 0
    icc: float = 0.0
    alpha: float = 0.05

    @property
    def clustered(self) -> bool:
        """Whether respondents come in clusters, and the errors take them as such."""
        return self.cluster_size > 0

    @property
    def ordinal(self) -> bool:
        """Whether ordinal items are analysed as ordinal."""
        return self.estimator in ORDINAL

    @property
    def batched(self) -> bool:
        """Whether all replicates of a block can be fitted at once: ML of complete independent rows."""
        return self.estimator == "ML" and self.missing_share == 0 and not self.clustered

    @property
    def block(self) -> int:
        """Replicates in a block."""
        return FAST_BLOCK if self.batched else SLOW_BLOCK

    def checked(self, least: int) -> PowerDesign:
        """Return the same plan; UsageError MEAS-080 with every fault. `least` is the smallest N that can be fitted."""
        wanted = (
            (len(self.sizes) > 0, "n", "no size was given."),
            (all(n > least for n in self.sizes), "n", f"sizes must exceed {least}; got {min(self.sizes, default=0)}."),
            (self.replicates >= 2, "replicates", f"{self.replicates} replicates; at least 2 were expected."),
            (self.seed >= 0, "seed", f"a seed of {self.seed}; a number that is not negative was expected."),
            (self.estimator in ESTIMATORS, "estimator",
             _unknown("estimator", self.estimator, ESTIMATORS)),
            (self.missing in RULES, "missing_rule",
             _unknown("rule", self.missing, RULES)),
            (self.missing != "fiml" or self.estimator in ("ML", "MLR"), "missing_rule", "fiml goes with ML or MLR."),
            (self.missing != "pairwise" or self.ordinal, "missing_rule", "pairwise goes with WLSMV, DWLS or ULSMV."),
            (0 <= self.missing_share < 1, "missing", f"a missing share of {self.missing_share:g}; [0, 1) is meant."),
            (0 <= self.icc < 1, "icc", f"an ICC of {self.icc:g}; [0, 1) was expected."),
            (self.cluster_size >= 0 and self.cluster_size != 1, "cluster_size", "a cluster has 2 respondents or more."),
            (self.icc == 0 or self.cluster_size > 1, "cluster_size", "an ICC needs the size of a cluster."),
            (not self.clustered or self.estimator in ("ML", "MLR"), "estimator", "clusters go with ML or MLR."),
            (not self.clustered or all(n >= 2 * self.cluster_size for n in self.sizes), "cluster_size",
             "at least two clusters are needed."),
            (0 < self.alpha < 1, "alpha", f"alpha is {self.alpha:g}; a number between 0 and 1 was expected."),
        )  # fmt: skip
        faults = [Fault("MEAS-080", message, where) for fine, where, message in wanted if not fine]
        if faults:
            raise UsageError.from_faults(faults)
        return self

    def fingerprint(self, *parts: Any) -> str:
        """Return a hash of all that decides a replicate: the plan but for its length, and `parts`."""
        said = asdict(self) | {"parts": parts}
        said.pop("sizes")
        said.pop("replicates")
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _unknown(kind: str, given: str, known: tuple[str, ...]) -> str:
    return f"unknown {kind} {given!r}. Known: {', '.join(known)}.{nearest(given, known)}"
