"""Outcome rates: AAPOR's response, cooperation, refusal and contact rates, and the rates of a web survey's funnel."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wxsat.errors import DataError, Fault, UsageError, nearest, require_kind
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook

DISPOSITIONS = {
    "complete": "I, complete interviews",
    "partial": "P, partial interviews",
    "refusal": "R, refusals and break-offs",
    "non_contact": "NC, non-contacts",
    "other": "O, other eligible non-respondents",
    "unknown_household": "UH, unknown whether there is a household or account",
    "unknown_other": "UO, unknown, other",
    "not_eligible": "NE, known not to be eligible",
}
LETTERS = {"I": "complete", "P": "partial", "R": "refusal", "NC": "non_contact", "O": "other",
           "UH": "unknown_household", "UO": "unknown_other", "NE": "not_eligible"}  # fmt: skip
FUNNEL = ("pushed", "opened", "first_page", "consented", "completed", "valid")


@dataclass(frozen=True)
class OutcomeRates(ShownInNotebook):
    """
    Outcome rates of a probability sample.

    Attributes
    ----------
    rates : mapping of str to float or None
        ``RR1`` to ``RR6``, ``COOP1`` to ``COOP4``, ``REF1`` to ``REF3``, ``CON1`` to ``CON3``; None where the
        denominator is zero, or where e is needed and neither given nor estimable.
    counts : mapping of str to float
    e : float or None
        Estimated share of eligible cases among the unknown ones.
    """

    rates: Mapping[str, float | None]
    counts: Mapping[str, float]
    e: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return flat records, for JSON."""
        return {
            "rates": [{"rate": name, "value": value} for name, value in self.rates.items()],
            "counts": dict(self.counts),
            "e": self.e,
        }


@dataclass(frozen=True)
class WebRates(ShownInNotebook):
    """
    Rates of a web survey's funnel (CHERRIES).

    Attributes
    ----------
    view_rate : float or None
        Visitors of the survey's first page over those it was shown or pushed to.
    participation_rate : float or None
        Those who agreed to take part over visitors of the first page.
    completion_rate : float or None
        Those who finished over those who agreed.
    valid_share : float or None
        Valid answers over finished ones.
    counts : mapping of str to int
    findings : tuple of Finding
    """

    view_rate: float | None
    participation_rate: float | None
    completion_rate: float | None
    valid_share: float | None
    counts: Mapping[str, int]
    findings: tuple[Finding, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return flat records, for JSON."""
        names = ("view_rate", "participation_rate", "completion_rate", "valid_share")
        return {
            "rates": [{"rate": name, "value": getattr(self, name)} for name in names],
            "counts": dict(self.counts),
        }


def evaluate_outcome_rates(
    dispositions: Mapping[str, float], *, e: float | None = None, sampling: str = "probability"
) -> OutcomeRates:
    r"""
    Return AAPOR's outcome rates from final disposition counts.

    Parameters
    ----------
    dispositions : mapping of str to float
        Counts by ``complete, partial, refusal, non_contact, other, unknown_household, unknown_other, not_eligible``
        or AAPOR's letters ``I P R NC O UH UO NE``; what is not named is zero.
    e : float, optional
        Share of the unknown cases that are eligible. Estimated, when ``not_eligible`` is given, by the share among
        the known cases (proportional allocation).
    sampling : {"probability", "opt-in"}
        An opt-in sample has no response rate.

    Returns
    -------
    OutcomeRates

    Raises
    ------
    DataError
        SAMP-050 counts that are negative or no numbers, SAMP-053 names that are not known; all at once.
    UsageError
        SAMP-052 for an opt-in sample, SAMP-045 e outside 0 to 1.

    Notes
    -----
    .. math:: RR1 = \frac{I}{(I+P)+(R+NC+O)+(UH+UO)}, \quad RR3 = \frac{I}{(I+P)+(R+NC+O)+e(UH+UO)}, \quad
              RR5 = \frac{I}{(I+P)+(R+NC+O)}

    RR2, RR4 and RR6 add P to the numerator.

    References
    ----------
    .. [1] American Association for Public Opinion Research (2023). Standard Definitions: Final Dispositions of Case
       Codes and Outcome Rates for Surveys (10th ed.).

    Examples
    --------
    >>> evaluate_outcome_rates({"I": 500, "P": 20, "R": 180, "NC": 300}).rates["RR1"]
    0.5
    """
    if sampling != "probability":
        raise UsageError(
            "SAMP-052",
            "an opt-in sample has no response rate: nobody knows who could have answered.",
            hint="Give the funnel counts for participation and completion rates.",
        )
    if e is not None and not 0 <= e <= 1:
        raise UsageError("SAMP-045", f"e is a share between 0 and 1; got {e}.")
    known = {**{name: name for name in DISPOSITIONS}, **LETTERS}
    counts = dict.fromkeys(DISPOSITIONS, 0.0) | _counts(dispositions, known)
    i, p, r, nc, o, uh, uo, ne = counts.values()
    answered, eligible, unknown = i + p, i + p + r + nc + o, uh + uo
    if e is None and "not_eligible" in {known.get(k) for k in dispositions} and eligible + ne > 0:
        e = eligible / (eligible + ne)
    if unknown == 0:
        e = 1.0 if e is None else e
    part = None if e is None else eligible + e * unknown
    reached = answered + r + o
    reached_part = None if e is None else reached + nc + e * unknown
    rates = {
        "RR1": _share(i, eligible + unknown),
        "RR2": _share(answered, eligible + unknown),
        "RR3": _share(i, part),
        "RR4": _share(answered, part),
        "RR5": _share(i, eligible),
        "RR6": _share(answered, eligible),
        "COOP1": _share(i, reached),
        "COOP2": _share(answered, reached),
        "COOP3": _share(i, answered + r),
        "COOP4": _share(answered, answered + r),
        "REF1": _share(r, eligible + unknown),
        "REF2": _share(r, part),
        "REF3": _share(r, eligible),
        "CON1": _share(reached, reached + nc + unknown),
        "CON2": _share(reached, reached_part),
        "CON3": _share(reached, reached + nc),
    }
    return OutcomeRates(rates, counts, e)


def evaluate_web_rates(funnel: Mapping[str, float]) -> WebRates:
    """
    Return the rates that CHERRIES asks for from the counts of a web survey's funnel.

    Parameters
    ----------
    funnel : mapping of str to int
        Any of ``pushed, opened, first_page, consented, completed, valid``, each among those before it. ``opened`` (the
        message) counts as the first page where no first page is counted.

    Returns
    -------
    WebRates
        None where a count is not given.

    Raises
    ------
    DataError
        SAMP-050, SAMP-053, and SAMP-051 for a count that is larger than one before it.

    References
    ----------
    .. [1] Eysenbach, G. (2004). Improving the quality of web surveys: the Checklist for Reporting Results of Internet
       E-Surveys (CHERRIES). Journal of Medical Internet Research, 6(3), e34.

    Examples
    --------
    >>> evaluate_web_rates({"pushed": 20000, "first_page": 3100, "consented": 2480, "completed": 1612}).completion_rate
    0.65
    """
    counts = {name: int(value) for name, value in _counts(funnel, {name: name for name in FUNNEL}).items()}
    given = [name for name in FUNNEL if name in counts]
    faults = [
        Fault("SAMP-051", f"{counts[b]} {b}, but only {counts[a]} {a}.", b, "Each step is a part of the one before it.")
        for a, b in itertools.pairwise(given)
        if counts[b] > counts[a]
    ]
    if faults:
        raise DataError.from_faults(faults)
    first = counts.get("first_page", counts.get("opened"))
    return WebRates(
        _share(first, counts.get("pushed")),
        _share(counts.get("consented"), first),
        _share(counts.get("completed"), counts.get("consented")),
        _share(counts.get("valid"), counts.get("completed")),
        {name: counts[name] for name in given},
    )


def _share(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _counts(given: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, float]:
    require_kind(given, Mapping, "counts", "a mapping of names to counts")
    faults, counts = [], dict[str, float]()
    for name, value in given.items():
        if name not in known:
            hint = f"Known: {', '.join(known)}.{nearest(str(name), known)}"
            faults.append(Fault("SAMP-053", f"'{name}' is no count of this kind.", str(name), hint))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            faults.append(Fault("SAMP-050", f"the count '{name}' is {value!r}, not a number of zero or more.", name))
        else:
            counts[known[name]] = counts.get(known[name], 0.0) + float(value)
    if faults:
        raise DataError.from_faults(faults)
    return counts
