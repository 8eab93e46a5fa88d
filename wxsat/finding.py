"""A finding: something the data or the model say that a reader must know, with its code and its evidence.

A finding is data. Its English message is written where it is found; its wording in a report, in either language,
lives in ``present/locale`` under the same code and is filled from the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "refusal"]


@dataclass(frozen=True)
class Finding:
    """
    One stated finding.

    Attributes
    ----------
    code : str
        Stable code such as ``SEM-103``.
    severity : {"note", "warning", "refusal"}
        ``refusal`` means that the structural reading must not be made; the numbers stay, marked.
    subject : str
        What it is about: an item, a construct, a pair, a parameter.
    message : str
        One English sentence with the figures that led to it.
    evidence : mapping of str to str, int or float
        The figures at full precision, for the report's wording in any language.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "subject": self.subject,
            "message": self.message,
            "evidence": dict(self.evidence),
        }


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that forbid the structural reading."""
    return tuple(finding for finding in findings if finding.severity == "refusal")


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings without doubles (same code, subject and model), the first of each, in order."""
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        model = str(finding.evidence.get("model", ""))
        first.setdefault((finding.code, finding.subject, model), finding)
    return tuple(first.values())
