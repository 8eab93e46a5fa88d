"""Moments of a fit as text: covariances divided by N, means and N, one file a group; ordinal statistics likewise."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult


def moments_names(result: SemResult) -> tuple[str, ...]:
    """Return the file name of the moments of every group (of every level of a two-level model)."""
    if len(result.groups) < 2:
        return ("moments.csv",)
    return tuple(f"moments.{number}.csv" for number in range(1, len(result.groups) + 1))


def moments_files(result: SemResult) -> dict[str, str]:
    """
    Return the moments, text by file name.

    Rows and columns are the observed variables; the rows ``mean`` and ``n`` follow. Under missing answers they are
    the estimates of the saturated model, of ordinal items the correlations of the responses behind them.
    """
    return {
        name: _moments(result.observed_names, group.sample_covariance, group.sample_mean, group.n_obs)
        for name, group in zip(moments_names(result), result.groups, strict=True)
    }


def ordinal_files(result: SemResult) -> dict[str, str]:
    """Return thresholds and the asymptotic covariances of all ordinal statistics (times N), text by file name."""
    files: dict[str, str] = {}
    outcome = result.outcome
    for number, group in enumerate(outcome.sample if outcome is not None else (), start=1):
        ordinal: Any = getattr(group, "ordinal", None)
        mark = "" if len(result.groups) < 2 else f".{number}"
        cuts = [
            [name, f"t{k}", repr(float(cut))]
            for name, own in zip(ordinal.names, ordinal.thresholds, strict=True)
            for k, cut in enumerate(own, start=1)
        ]
        files[f"thresholds{mark}.csv"] = _csv([["variable", "threshold", "value"], *cuts])
        rows = [[label, *map(_number, row)] for label, row in zip(ordinal.labels, ordinal.nacov, strict=True)]
        files[f"nacov{mark}.csv"] = _csv([["", *ordinal.labels], *rows])
    return files


def free_format(result: SemResult) -> str:
    """Return means, then the lower triangle of covariances, group under group, as Mplus reads them."""
    lines: list[str] = []
    for group in result.groups:
        lines.append(" ".join(map(_number, group.sample_mean)))
        lines += [" ".join(map(_number, row[: i + 1])) for i, row in enumerate(group.sample_covariance)]
    return "\n".join(lines) + "\n"


def _moments(names: Sequence[str], covariance: Any, mean: Any, n: int) -> str:
    rows = [[name, *map(_number, row)] for name, row in zip(names, covariance, strict=True)]
    return _csv([["", *names], *rows, ["mean", *map(_number, mean)], ["n", *[str(n)] * len(names)]])


def _number(value: Any) -> str:
    return repr(float(value))


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
