"""What a ladder means: the highest step that holds, whether means may be compared, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wxsat.sem.invariance.ladder import Step

LEVELS = ("none", "configural", "thresholds", "metric", "scalar", "strict")
_HELD = {
    "none": "The model could not be estimated in every group: nothing can be compared.",
    "configural": "The same items belong to the same factors (configural), but loadings differ.",
    "thresholds": "Categories are used alike (thresholds), but loadings differ.",
    "metric": "Loadings are equal (metric), but intercepts differ.",
    "scalar": "Loadings and intercepts are equal (scalar).",
    "strict": "Loadings, intercepts and residual variances are equal (strict).",
}
_ALLOWED = {
    "none": "",
    "configural": "Neither relations nor means may be compared between {blocks}.",
    "thresholds": "Neither relations nor means may be compared between {blocks}.",
    "metric": "Relations between factors may be compared between {blocks}, means may not.",
    "scalar": "Latent means may be compared between {blocks}; sums of items only with care.",
    "strict": "Latent means and sums of items may be compared between {blocks}.",
}


@dataclass(frozen=True)
class Verdict:
    """
    The reading of a ladder.

    Attributes
    ----------
    level : {"none", "configural", "thresholds", "metric", "scalar", "strict"}
        The highest step that holds with all steps before it.
    partial : bool
        Whether it holds only with parameters released.
    freed : tuple of str
        These parameters.
    means_comparable, relations_comparable : bool
    doubtful : bool
        Whether the configural model itself fits poorly, so that small losses against it say little.
    text : str
        In English; in both languages in ``wxsat.present.tables.invariance``.
    """

    level: str
    partial: bool
    freed: tuple[str, ...]
    means_comparable: bool
    relations_comparable: bool
    doubtful: bool
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "level": self.level, "partial": self.partial, "freed": list(self.freed),
            "means_comparable": self.means_comparable, "relations_comparable": self.relations_comparable,
            "doubtful": self.doubtful, "text": self.text,
        }  # fmt: skip


def reach_verdict(accepted: Sequence[Step], *, over_time: bool, doubtful: bool = False) -> Verdict:
    """Return the verdict of the steps that hold, in their order."""
    level = accepted[-1].name if accepted else "none"
    freed = tuple(one.name for one in accepted[-1].freed) if accepted else ()
    place = LEVELS.index(level)
    # Strict with residuals released says nothing against sums of the others: name it scalar in words.
    words = "scalar" if level == "strict" and freed else level
    blocks = "waves" if over_time else "groups"
    parts = [_HELD[level]]
    if freed:
        parts[0] = parts[0].rstrip(".") + f", except for {', '.join(freed)} (partial)."
    parts.append(_ALLOWED[words].format(blocks=blocks))
    if doubtful:
        parts.append("The configural model itself fits poorly, so that all this rests on little.")
    return Verdict(level, bool(freed), freed, place >= 4, place >= 3, doubtful, " ".join(p for p in parts if p))
