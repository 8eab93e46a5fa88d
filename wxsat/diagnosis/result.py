"""The diagnosis as an object: tables at full precision, findings, and every convention that was used."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxsat.diagnosis.multilevel import AccountChain
from wxsat.diagnosis.structural_tables import StructuralTables
from wxsat.finding import Finding, refusals

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.three_sources import Evidence

SINGLE_SOURCE_GRADE = "C"


@dataclass(frozen=True)
class Diagnosis:
    """
    What the answers say about the four dilemmas.

    Attributes
    ----------
    severity : DataFrame
        ``unit level id dilemma S se ci_lower ci_upper method_lower method_upper method_min method_max p20 p40
        p60 band verdict word n n_clusters``; level is ``sub`` or ``dilemma``.
    total_effects : DataFrame
        ``outcome source estimate ci_lower ci_upper``: points of the outcome per point of the source.
    priorities : DataFrame
        ``driver kind importance ... performance ... quadrant p_act_first``.
    levers : DataFrame
        ``lever dilemma severity target shift gain ci_lower ci_upper own own_ci_lower own_ci_upper own_share
        extrapolation``.
    paths : DataFrame
        ``outcome predictor hypothesis expected estimate ci_lower ci_upper std_all``.
    evidence : Evidence or None
        The sources combined and side by side: severities, verdict, pattern and grade over all of them.
    structural : StructuralTables
        Shares of variance, order of measures, hypotheses, claims, split samples, rivals and confounders.
    between : AccountChain
        The path from leaders' commitment to satisfaction between accounts; empty without all three sources.
    findings : tuple of Finding
    settings : mapping
        Every choice: name to ``{"value", "label"}``, label one of ``convention``, ``option``, ``data``.
    """

    severity: pd.DataFrame
    total_effects: pd.DataFrame
    priorities: pd.DataFrame
    levers: pd.DataFrame
    paths: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    evidence: Evidence | None = None
    structural: StructuralTables = field(default_factory=StructuralTables)
    between: AccountChain = field(default_factory=AccountChain)

    @property
    def refused(self) -> bool:
        """Whether a stated rule forbids the structural reading."""
        return bool(refusals(self.findings))

    @property
    def settings_sha256(self) -> str:
        """Hash of every setting, so that two diagnoses can be told to be comparable."""
        text = json.dumps(_plain(self.settings), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _repr_html_(self) -> str:
        titles = ("severity", "priorities", "levers", "total_effects", "paths")
        return "".join(f"<h4>{title}</h4>{getattr(self, title).to_html(index=False)}" for title in titles)

    def to_dict(self) -> dict[str, Any]:
        """
        Return the diagnosis as plain data for JSON: ``dilemmas`` holds one flat record a unit and dilemma.

        What no source gave is None; severities are keyed by source (``S_pub``, ``S_ops``, ``S_log``). Losses
        are gains with the sign turned.
        """
        dilemmas = self.severity[self.severity["level"] == "dilemma"]
        return {
            "dilemmas": [self._record(row) for row in _records(dilemmas)],
            "severity": _records(self.severity),
            "total_effects": _records(self.total_effects),
            "priorities": _records(self.priorities),
            "levers": _records(self.levers),
            "paths": _records(self.paths),
            **{name: _records(frame) for name, frame in self.structural.frames().items()},
            **self._evidence(),
            "between_accounts": _plain(self.between.to_dict()),
            "findings": [_plain(finding.to_dict()) for finding in self.findings],
            "settings": _plain(self.settings),
        }

    def _record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        dilemma = row["dilemma"]
        lever = next((r for r in _records(self.levers) if r["dilemma"] == dilemma), {})
        outcome = self.settings.get("outcome", {}).get("value")
        effect = next(
            (r["estimate"] for r in _records(self.total_effects) if r["source"] == dilemma and r["outcome"] == outcome),
            None,
        )
        shares = next((r for r in _records(self.structural.shapley) if r["dilemma"] == dilemma), {})
        gain, own = lever.get("gain"), lever.get("own")
        joint = self._combined(dilemma) or _alone(row)
        return {
            "unit": row["unit"],
            "dilemma": dilemma,
            "S": joint["S"],
            "ci_lo": joint["ci_lower"],
            "ci_hi": joint["ci_upper"],
            "method_lo": joint["method_lower"],
            "method_hi": joint["method_upper"],
            "P20": joint["p20"],
            "P40": joint["p40"],
            "P60": joint["p60"],
            "band": joint["band"],
            "verdict": joint["verdict"],
            "veto": [v for v in (joint["veto"] or "").split("; ") if v],
            "S_pub": joint["S_pub"],
            "S_ops": joint["S_ops"],
            "S_log": joint["S_log"],
            "n_pub": joint["n_pub"],
            "n_ops": joint["n_ops"],
            "n_msg": joint["n_msg"],
            "pattern": joint["pattern"],
            "grade": joint["grade"],
            "T_SAT": effect,
            "gross_loss": None if gain is None else -gain,
            "own_loss": None if own is None else -own,
            "own_share": lever.get("own_share"),
            "lmg": shares.get("lmg_share"),
            "causal_shapley": shares.get("causal_share"),
            "lever_best": lever.get("lever"),
            "dSAT": gain,
            "flags": [f.code for f in self.findings if f.severity == "refusal" or f.subject == dilemma],
            "config_hash": self.settings_sha256,
        }

    def _combined(self, dilemma: str) -> dict[str, Any] | None:
        """Return the combined row of a dilemma, None where no source has one."""
        if self.evidence is None:
            return None
        rows = _records(self.evidence.tables.combined)
        return next((r for r in rows if r["dilemma"] == dilemma), None)

    def _evidence(self) -> dict[str, Any]:
        """Return the sources as plain lists."""
        if self.evidence is None:
            return {}
        e = self.evidence
        frames = {
            "combined": e.tables.combined, "sources": e.tables.sources, "parts": e.tables.parts, "accounts": e.accounts,
            "staff": e.staff, "gaps": e.gaps, "surface": e.surface, "symptoms": e.symptoms,
            "inspections": e.inspections, "dilemma_ranks": e.dilemma_ranks, "account_ranks": e.account_ranks,
            "knots": e.knots,
        }  # fmt: skip
        return {**{name: _records(frame) for name, frame in frames.items()}, "gap_figures": _plain(e.gap_figures)}


def _alone(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public's own row in the shape of a combined one, for what no source can combine."""
    missing = dict.fromkeys(("S_ops", "S_log", "n_ops", "n_msg", "pattern", "veto"))
    grade = SINGLE_SOURCE_GRADE if row["S"] is not None else None
    return {**row, **missing, "S_pub": row["S"], "n_pub": row["n"], "grade": grade}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(dict(zip(frame.columns, row, strict=True))) for row in frame.itertuples(index=False, name=None)]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
