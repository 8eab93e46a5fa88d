"""What a bootstrap returns: every draw at full precision, intervals made from them, and what went wrong in how many."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.sem.bootstrap.bollen_stine import bollen_stine_p_value
from wxsat.sem.bootstrap.intervals import bootstrap_intervals
from wxsat.sem.bootstrap.quantities import Quantity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

STATUS = ("batch", "alone", "failed")
# Fewer draws than this beyond an end of the interval: the end is the work of a handful of draws.
DRAWS_BEYOND = 10
FEW_CLUSTERS = 30


@dataclass(frozen=True)
class BootstrapResult:
    """
    A bootstrap of one fitted model, or a part of it.

    Attributes
    ----------
    listed : tuple of Quantity
        What each column of `values` is.
    estimate : ndarray, shape (n_quantities,)
        Full-sample values.
    values : ndarray, shape (n_draws, n_quantities)
        NaN in a draw that failed.
    numbers : ndarray of int, shape (n_draws,)
        Number of each draw, from 0.
    status : ndarray of int, shape (n_draws,)
        Place in ``STATUS``: fitted with its block, fitted alone, failed.
    admissible : ndarray of bool, shape (n_draws,)
    chisq : ndarray, shape (n_draws,)
    full_chisq : float
    requested : int
        Draws of the whole bootstrap, of which this may be a shard.
    seed : int
    method : {"naive", "bollen_stine"}
    kind : {"percentile", "basic", "normal", "bc", "bca"}
    level : float
    inadmissible : {"keep", "drop"}
        What the intervals do with draws whose solution is not admissible.
    acceleration : ndarray, optional
        Of BCa, one a quantity.
    n_clusters : int
        0 when rows were drawn.
    """

    listed: tuple[Quantity, ...]
    estimate: NDArray[np.float64]
    values: NDArray[np.float64]
    numbers: NDArray[np.intp]
    status: NDArray[np.intp]
    admissible: NDArray[np.bool_]
    chisq: NDArray[np.float64]
    full_chisq: float
    requested: int
    seed: int
    method: str = "naive"
    kind: str = "percentile"
    level: float = 0.95
    inadmissible: str = "keep"
    acceleration: NDArray[np.float64] | None = None
    n_clusters: int = 0

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which draws the intervals rest on."""
        fine = self.status < STATUS.index("failed")
        return fine & self.admissible if self.inadmissible == "drop" else fine

    @property
    def counts(self) -> dict[str, int]:
        """``requested drawn used alone failed inadmissible``."""
        failed = self.status == STATUS.index("failed")
        return {
            "requested": self.requested,
            "drawn": len(self.numbers),
            "used": int(self.used.sum()),
            "alone": int((self.status == STATUS.index("alone")).sum()),
            "failed": int(failed.sum()),
            "inadmissible": int((~self.admissible & ~failed).sum()),
        }

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw: ``draw status admissible chisq`` and a column for every quantity; NaN in failed draws."""
        import pandas as pd

        head = pd.DataFrame(
            {
                "draw": self.numbers,
                "status": [STATUS[s] for s in self.status],
                "admissible": self.admissible,
                "chisq": self.chisq,
            }
        )
        body = pd.DataFrame(self.values, columns=[q.name for q in self.listed])
        return pd.concat([head, body], axis=1)

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """
        One row a quantity: ``name quantity scale lhs op rhs group label estimate bias std_error ci_lower ci_upper n``.

        `std_error` is the standard deviation of the draws (divisor R, as in lavaan), `n` the draws that define it.
        """
        import pandas as pd

        values = self.values[self.used]
        known = np.isfinite(values)
        ends = bootstrap_intervals(values, self.estimate, self.kind, self.level, self.acceleration)
        with np.errstate(invalid="ignore", divide="ignore"):
            n = known.sum(axis=0)
            mean = np.where(known, values, 0.0).sum(axis=0) / n
            spread = np.sqrt(np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / n)
        frame = pd.DataFrame([asdict(q) for q in self.listed])
        frame["estimate"], frame["bias"], frame["std_error"] = self.estimate, mean - self.estimate, spread
        frame["ci_lower"], frame["ci_upper"], frame["n"] = ends[:, 0], ends[:, 1], n
        return frame

    @property
    def p_value(self) -> float:
        """Bollen–Stine p of chi-square; NaN after a naive bootstrap, which does not draw from a true model."""
        if self.method != "bollen_stine":
            return float("nan")
        return bollen_stine_p_value(self.full_chisq, self.chisq[self.used])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What must be known before the intervals are read: SEM-150 to SEM-153."""
        return tuple(self._findings())

    def _findings(self) -> list[Finding]:
        counts, found = self.counts, []
        if counts["failed"]:
            message = (
                f"{counts['failed']} of {counts['drawn']} draws did not converge, fitted alone from several starts; "
                "they are left out."
            )
            found.append(Finding("SEM-150", "warning", "bootstrap", message, counts))
        if counts["inadmissible"]:
            kept = (
                "kept, since leaving them out would cut the distribution" if self.inadmissible == "keep" else "left out"
            )
            message = (
                f"{counts['inadmissible']} of {counts['drawn']} draws have an inadmissible solution (negative "
                f"variance, or latent covariances not positive definite); they are {kept}."
            )
            found.append(Finding("SEM-151", "warning", "bootstrap", message, counts | {"rule": self.inadmissible}))
        beyond = counts["used"] * (1 - self.level) / 2
        if beyond < DRAWS_BEYOND and counts["drawn"] == counts["requested"]:
            message = (
                f"{counts['used']} draws leave {beyond:.1f} beyond each end of a {self.level:.0%} interval; "
                f"with fewer than {DRAWS_BEYOND} the ends move from seed to seed."
            )
            evidence = {"used": counts["used"], "beyond": beyond, "level": self.level}
            found.append(Finding("SEM-152", "note", "bootstrap", message, evidence))
        if 0 < self.n_clusters < FEW_CLUSTERS:
            message = f"only {self.n_clusters} clusters are resampled; intervals are probably too narrow."
            found.append(Finding("SEM-153", "warning", "cluster", message, {"n_clusters": self.n_clusters}))
        return found

    def with_intervals(self, kind: str | None = None, level: float | None = None) -> BootstrapResult:
        """
        Return the same draws with other intervals.

        Raises
        ------
        UsageError
            SEM-056 unknown kind, a level outside (0, 1), or BCa of a bootstrap that has no jackknife.
        """
        if kind == "bca" and self.acceleration is None:
            raise UsageError("SEM-056", "BCa needs the jackknife, which this bootstrap has not run.", where="kind",
                             hint='Run it with kind="bca".')  # fmt: skip
        return replace(self, kind=kind or self.kind, level=level or self.level)

    def to_dict(self) -> dict[str, Any]:
        """Return counts, intervals and findings as plain data, for JSON."""
        records = self.intervals.to_dict("records")
        return {
            "method": self.method,
            "kind": self.kind,
            "level": self.level,
            "seed": self.seed,
            "counts": self.counts,
            "chisq": self.full_chisq,
            "p_value": None if np.isnan(self.p_value) else self.p_value,
            "intervals": [{str(k): _plain(v) for k, v in record.items()} for record in records],
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def save(self, path: str | Path) -> None:
        """Write everything, all draws at full precision, as one JSON document that :func:`load_bootstrap` reads."""
        document = {
            "format": "wxsat bootstrap 1",
            "listed": [asdict(q) for q in self.listed],
            "estimate": _numbers(self.estimate),
            "values": [_numbers(row) for row in self.values],
            "numbers": self.numbers.tolist(),
            "status": self.status.tolist(),
            "admissible": self.admissible.tolist(),
            "chisq": _numbers(self.chisq),
            "full_chisq": self.full_chisq,
            "requested": self.requested,
            "seed": self.seed,
            "method": self.method,
            "kind": self.kind,
            "level": self.level,
            "inadmissible": self.inadmissible,
            "acceleration": None if self.acceleration is None else _numbers(self.acceleration),
            "n_clusters": self.n_clusters,
        }
        Path(path).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def load_bootstrap(path: str | Path) -> BootstrapResult:
    """
    Read what :meth:`BootstrapResult.save` wrote.

    Raises
    ------
    DataError
        SEM-057 when the file is something else.
    """
    where = Path(path).name
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        return _from_document(document)
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise DataError("SEM-057", f"the file is not a saved bootstrap ({type(error).__name__}).", where=where,
                        hint="Write it with wxsat sem bootstrap --save.") from error  # fmt: skip


def _from_document(document: Mapping[str, Any]) -> BootstrapResult:
    if document["format"] != "wxsat bootstrap 1":
        raise ValueError(document["format"])
    listed = tuple(Quantity(**q) for q in document["listed"])
    acceleration = document["acceleration"]
    return BootstrapResult(
        listed,
        _array(document["estimate"]),
        _array(document["values"]).reshape(-1, len(listed)),
        np.array(document["numbers"], dtype=np.intp),
        np.array(document["status"], dtype=np.intp),
        np.array(document["admissible"], dtype=bool),
        _array(document["chisq"]),
        float(document["full_chisq"]),
        int(document["requested"]),
        int(document["seed"]),
        str(document["method"]),
        str(document["kind"]),
        float(document["level"]),
        str(document["inadmissible"]),
        None if acceleration is None else _array(acceleration),
        int(document["n_clusters"]),
    )


def merge_bootstraps(parts: Sequence[BootstrapResult]) -> BootstrapResult:
    """
    Return the whole bootstrap from its shards, in any order.

    Raises
    ------
    UsageError
        SEM-057 when the parts are not of one bootstrap, or a draw is there twice.

    Notes
    -----
    Shards computed anywhere merge to what one run gives.
    """
    if not parts:
        raise UsageError("SEM-057", "no shards to merge.", where="shards")
    first = parts[0]
    for part in parts[1:]:
        same = (part.listed, part.seed, part.requested, part.method, part.inadmissible) == (
            first.listed, first.seed, first.requested, first.method, first.inadmissible,
        )  # fmt: skip
        if not same or not np.allclose(part.estimate, first.estimate, rtol=1e-6, atol=1e-8, equal_nan=True):
            raise UsageError("SEM-057", "the shards are not of one bootstrap: model, data, seed or number of draws "
                             "differ.", where="shards")  # fmt: skip
    numbers = np.concatenate([part.numbers for part in parts])
    order = np.argsort(numbers, kind="stable")
    double = np.flatnonzero(np.diff(numbers[order]) == 0)
    if double.size:
        raise UsageError("SEM-057", f"draw {int(numbers[order][double[0]])} is in two shards.", where="shards")
    return replace(
        first,
        values=np.concatenate([part.values for part in parts])[order],
        numbers=numbers[order],
        status=np.concatenate([part.status for part in parts])[order],
        admissible=np.concatenate([part.admissible for part in parts])[order],
        chisq=np.concatenate([part.chisq for part in parts])[order],
        acceleration=next((p.acceleration for p in parts if p.acceleration is not None), None),
    )


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def _array(values: Any) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
