"""What must be known before the combined figures are read; DIAG-020 to 026 refuse, DIAG-130 to 142 and 164 caution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.diagnosis.evidence import AGREE_BELOW_I2
from wxsat.diagnosis.gaps import LOW_RELIABILITY
from wxsat.diagnosis.operators import FEWEST_PERSONS, REQUIRED, ROLES, StaffAnswers
from wxsat.diagnosis.patterns import SOURCES
from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.panel.evaluate import PanelResult
from wxsat.records.audit import AuditResult
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.latent import LatentSeverity
    from wxsat.diagnosis.three_sources import GivenSources
    from wxsat.diagnosis.triangulation import SourceTables

# Coverage of 95 % intervals with 10 to 20 answers an account; measured in tests/recovery/test_account_coverage.py.


def require_sources(given: GivenSources) -> None:
    """Refuse what is no audit, no panel, or no reading of the accounts."""
    if given.audit is not None and not isinstance(given.audit, AuditResult):
        raise UsageError(
            "DIAG-024", f"audit= needs the result of an audit, got {type(given.audit).__name__}.", where="audit",
            hint="Pass what wxsat.audit('logs.yaml') returned.",
        )  # fmt: skip
    if given.panel is not None and not isinstance(given.panel, PanelResult):
        raise UsageError(
            "DIAG-026", f"panel= needs the result of a panel, got {type(given.panel).__name__}.", where="panel",
            hint="Pass what wxsat.evaluate_panel() returned.",
        )  # fmt: skip
    if given.needs is not None and not isinstance(given.needs, Responses):
        raise UsageError(
            "DIAG-029", f"needs= needs the public's cleaned answers, got {type(given.needs).__name__}.", where="needs",
            hint="Pass what clean() returned of the block on needs.",
        )  # fmt: skip
    if given.accounts not in ("sampled", "fixed"):
        raise UsageError(
            "DIAG-025", f"accounts is '{given.accounts}'; expected 'sampled' or 'fixed'.", where="accounts",
            hint="'fixed' where the accounts diagnosed are all there are.",
        )  # fmt: skip


def require_common_accounts(public: Sequence[str], staff: StaffAnswers | None, given: GivenSources) -> None:
    """Refuse sources that share no account with the public's answers: they speak of something else."""
    for name, accounts in _accounts_of(staff, given).items():
        if public and accounts and not set(public) & set(accounts):
            raise DataError(
                "DIAG-023",
                f"none of the {len(accounts)} accounts of {name} is among the {len(public)} of the answers: "
                f"{_some(accounts)} against {_some(public)}.",
                where=name,
                hint="The account must be written the same way in every source.",
            )


def _accounts_of(staff: StaffAnswers | None, given: GivenSources) -> dict[str, tuple[str, ...]]:
    return {
        "operators": tuple(map(str, staff.accounts)) if staff else (),
        "audit": tuple(map(str, given.audit.accounts)) if given.audit else (),
        "panel": tuple(map(str, given.panel.accounts["account"])) if given.panel else (),
    }


def _some(accounts: Sequence[str]) -> str:
    return ", ".join(accounts[:3]) + (" ..." if len(accounts) > 3 else "")


def caution_about_latent(latent: LatentSeverity) -> list[Finding]:
    """Say which severity the public's is, and why it is not the latent one where it is not."""
    if latent.accepted:
        evidence = {**latent.fit, "n": latent.n}
        message = (
            f"Public severities are latent means by effects coding (CFI {latent.fit['cfi']:.3f}, RMSEA "
            f"{latent.fit['rmsea']:.3f}, SRMR {latent.fit['srmr']:.3f})."
        )
        return [Finding("DIAG-131", "note", "severity", message, evidence)]
    message = f"Public severities are observed means: the confirmatory model was not accepted ({latent.reason})."
    return [Finding("DIAG-132", "note", "severity", message, {"reason": latent.reason, **latent.fit})]


def caution_about_sources(
    tables: SourceTables,
    given: GivenSources,
    staff: StaffAnswers | None,
    accounts: pd.DataFrame,
    figures: Mapping[str, float],
    answered: Sequence[str],
    vetoes: Mapping[tuple[str, str], str],
) -> list[Finding]:
    """Return the findings on the sources, in the order in which a reader needs them."""
    found = _about_missing(tables)
    found += _about_unknown_error(tables.sources)
    found += _about_conflict(tables.combined)
    found += _about_vetoes(vetoes)
    if staff is not None:
        found += _about_staff(staff)
    found += _about_coverage(answered, staff, given)
    if given.audit is not None or staff is not None:
        found += _about_chance(accounts)
    reliability = figures.get("difference_reliability", np.nan)
    if reliability < LOW_RELIABILITY:
        message = f"The difference of claimed and experienced performance has a reliability of {reliability:.2f} only."
        found.append(Finding("DIAG-139", "warning", "gaps", message, {"reliability": reliability}))
    return found


def _about_missing(tables: SourceTables) -> list[Finding]:
    missing = [s for s in SOURCES if s not in set(tables.sources["source"])]
    if not missing or tables.combined.empty:
        return []
    best = str(tables.combined["best_grade"].min())
    message = (
        f"Without {', '.join(missing)} the evidence grade cannot be better than {best}; three that agree give A. "
        "The severities are not changed by what is missing."
    )
    return [Finding("DIAG-130", "note", "evidence", message, {"missing": missing, "best_grade": best})]


def _about_unknown_error(sources: pd.DataFrame) -> list[Finding]:
    bare = sources[sources["se"].isna()]
    if bare.empty:
        return []
    named = sorted({f"{row['dilemma']} {row['source']}" for row in bare.to_dict("records")})
    message = f"No sampling error can be told for {', '.join(named)}: nothing varies there; the intervals leave it out."
    return [Finding("DIAG-140", "warning", "sources", message, {"names": named})]


def _about_conflict(combined: pd.DataFrame) -> list[Finding]:
    found = []
    for row in combined.to_dict("records"):
        if row["n_sources"] > 1 and row["I2"] >= AGREE_BELOW_I2:
            message = (
                f"{row['dilemma']}: the sources contradict each other (I2 = {row['I2']:.0%}); their mean hides that. "
                "Read them side by side."
            )
            evidence = {"i2": row["I2"], "q": row["Q"], "pattern": row["pattern"] or ""}
            found.append(Finding("DIAG-136", "warning", row["dilemma"], message, evidence))
    return found


def _about_vetoes(vetoes: Mapping[tuple[str, str], str]) -> list[Finding]:
    found = []
    for dilemma in sorted({d for _, d in vetoes}):
        accounts = [a for a, d in vetoes if d == dilemma]
        names = sorted({n for (_, d), names in vetoes.items() if d == dilemma for n in names.split(", ")})
        message = (
            f"{dilemma}: {len(accounts)} accounts fall under a veto ({', '.join(names)}); the band is red whatever the "
            "severity, which is not changed."
        )
        evidence = {"n_accounts": len(accounts), "indicators": names}
        found.append(Finding("DIAG-137", "warning", dilemma, message, evidence))
    return found


def _about_staff(staff: StaffAnswers) -> list[Finding]:
    found = []
    persons = staff.persons()
    absent = [role for r, role in enumerate(ROLES) if not persons[:, r].any()]
    if absent:
        message = f"No answers of {', '.join(absent)}: the staff's severity is the mean of the other roles."
        found.append(Finding("DIAG-141", "warning", "operators", message, {"roles": absent}))
    needed = np.array([REQUIRED[role] for role in ROLES])
    short = int((persons < needed).any(axis=1).sum())
    if short:
        message = (
            f"{short} of {len(persons)} accounts have fewer than two operators, one liaison and one leader; "
            "their figures rest on whoever answered."
        )
        evidence = {"n": short, "n_accounts": len(persons)}
        found.append(Finding("DIAG-134", "warning", "operators", message, evidence))
    small = int((persons[:, :2].sum(axis=1) < FEWEST_PERSONS).sum())
    if small:
        message = f"{small} accounts have fewer than three operators and liaisons; their staff figures are withheld."
        found.append(Finding("DIAG-133", "warning", "operators", message, {"n": small, "minimum": FEWEST_PERSONS}))
    if np.isnan(staff.documents).all():
        message = "No document was checked (audience statement, functions): the staff's D2 rests on answers alone."
        found.append(Finding("DIAG-135", "note", "D2", message, {"part": "documents"}))
    return found


def _about_coverage(answered: Sequence[str], staff: StaffAnswers | None, given: GivenSources) -> list[Finding]:
    """Say where the sources speak of other accounts than the answers, or of accounts that the answers do not name."""
    public = set(answered)
    found = []
    for name, accounts in _accounts_of(staff, given).items():
        others = set(accounts)
        if others and others != public:
            message = (
                f"{name}: {len(others - public)} accounts have no answers of the public, {len(public - others)} of the "
                "public's accounts are not covered."
            )
            evidence = {"only_here": len(others - public), "not_covered": len(public - others)}
            found.append(Finding("DIAG-138", "warning", name, message, evidence))
    return found


def _about_chance(accounts: pd.DataFrame) -> list[Finding]:
    if accounts.empty:
        return []
    shown = accounts[accounts["p40"].notna() & (accounts["p40"] >= 0.90)]
    if len(shown):
        expected = float((1 - shown["p40"]).sum())
        message = (
            f"{len(shown)} account figures are marked severe; {expected:.1f} of them are expected to be so by chance."
        )
        chance: dict[str, float] = {"flagged": len(shown), "expected_false": expected}
        return [Finding("DIAG-142", "note", "accounts", message, chance)]
    return []
