"""Readiness before launch: gates, blocks, load, and the decision with the reasons that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wxsat.errors import StudyError, UsageError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.queueing import Load, evaluate_load, functions_to_drop
from wxsat.panel import readiness_list as limits
from wxsat.panel.readiness_answers import Capacity, ReadinessAnswers, find_gaps, load_readiness

Decision = Literal["open", "open_outsourced", "trial_reduced", "not_yet"]

DECISION_ZH: dict[Decision, str] = {
    "open": "开通",
    "open_outsourced": "外包运营后开通",
    "trial_reduced": "缩减功能试运行",
    "not_yet": "暂不开通",
}


@dataclass(frozen=True)
class Readiness(ShownInNotebook):
    """
    What the readiness list says.

    Attributes
    ----------
    account : str
    decision : {"open", "open_outsourced", "trial_reduced", "not_yet"}
    blocks : dict
        Block to its score, 0 to 100: ``100 * sum / (2 n)``.
    mean : float
        Mean of the blocks.
    failed_gates : tuple of str
    load, load_after : Load or None
        The queue of all functions, and of what is left after `drop`; None without capacity figures.
    drop : tuple of str
        Functions to leave out, the least need per hour of work first.
    carried : bool or None
        Whether the staff can carry all functions; None without capacity figures.
    findings : tuple of Finding
    """

    account: str
    decision: Decision
    blocks: dict[str, float]
    mean: float
    failed_gates: tuple[str, ...]
    load: Load | None
    load_after: Load | None
    drop: tuple[str, ...]
    carried: bool | None
    findings: tuple[Finding, ...]

    @property
    def decision_zh(self) -> str:
        """The decision in the words of the field."""
        return DECISION_ZH[self.decision]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "account": self.account,
            "decision": self.decision,
            "decision_zh": self.decision_zh,
            "mean": self.mean,
            "blocks": [{"block": block, "score": score} for block, score in self.blocks.items()],
            "failed_gates": list(self.failed_gates),
            "carried": self.carried,
            "load": _load(self.load),
            "load_after": _load(self.load_after),
            "drop": list(self.drop),
            "findings": [finding.to_dict() for finding in self.findings],
        }


def _load(load: Load | None) -> dict[str, Any] | None:
    if load is None:
        return None
    return {
        "functions": list(load.functions),
        "rho": load.rho,
        "p_wait": load.p_wait,
        "p_late": load.p_late,
        "hours_per_week": load.hours_per_week,
        "fte_required": load.fte_required,
    }


def evaluate_readiness(answers: ReadinessAnswers | str | Path) -> Readiness:
    """
    Judge whether an account may open.

    Parameters
    ----------
    answers : ReadinessAnswers or path

    Returns
    -------
    Readiness

    Raises
    ------
    UsageError
        READY-032 for what is no answers.
    StudyError
        READY-001 to READY-021 for answers that are not complete.

    Notes
    -----
    Decision (a convention): *open* when every gate is met, no block is below 60, their mean is at least 75 and the
    staff carry the load; *open with outsourced operation* when only R2 or R3 are below 60 and a contract covers them;
    *trial with fewer functions* when no block is below 60 and their mean is 60 to 75, or one block alone is
    40 to 60, or only the staff stand against opening; otherwise *not yet*. A gate that is not met always means
    not yet. Two weak blocks are never tried out, whatever the mean: were a mean of 60 to 75 enough, an account would
    lose its trial by answering better.

    Examples
    --------
    >>> from wxsat.panel.readiness_list import GATES, ITEMS
    >>> full = ReadinessAnswers(answers=dict.fromkeys(ITEMS, 2), gates=dict.fromkeys(GATES, True))
    >>> evaluate_readiness(full).decision
    'open'
    """
    answers = _answers_of(answers)
    blocks = {
        block: 100 * sum(answers.answers[f"{block}.{i}"] for i in range(1, n + 1)) / (2 * n)
        for block, n in limits.BLOCKS.items()
    }
    failed = tuple(gate for gate in limits.GATES if not answers.gates[gate])
    load, after, drop = _capacity(answers.capacity)
    carried = None if load is None else not drop
    mean = sum(blocks.values()) / len(blocks)
    nothing_left = after is not None and not after.functions
    decision = _decide(blocks, mean, failed, answers.outsourcing_contract, carried, nothing_left)
    findings = _findings(failed, load, drop, nothing_left)
    return Readiness(answers.account, decision, blocks, mean, failed, load, after, drop, carried, findings)


def _answers_of(given: ReadinessAnswers | str | Path) -> ReadinessAnswers:
    if isinstance(given, str | Path):
        return load_readiness(given)
    if not isinstance(given, ReadinessAnswers):
        raise UsageError(
            "READY-032",
            f"evaluate_readiness() needs the answers to the readiness list, got {type(given).__name__}.",
            where="answers",
            hint="Pass what load_readiness() returned, or the path of the file.",
        )
    if faults := find_gaps(given):
        raise StudyError.from_faults(faults)
    return given


def _capacity(capacity: Capacity | None) -> tuple[Load | None, Load | None, tuple[str, ...]]:
    if capacity is None:
        return None, None, ()
    staffing, functions = capacity.staffing(), capacity.service_functions()
    drop = functions_to_drop(functions, staffing, max_rho=limits.MAX_RHO, max_late=limits.MAX_LATE)
    kept = [function for function in functions if function.name not in drop]
    return evaluate_load(functions, staffing), evaluate_load(kept, staffing), drop


def _decide(
    blocks: dict[str, float],
    mean: float,
    failed: tuple[str, ...],
    contract: bool,
    carried: bool | None,
    nothing_left: bool,
) -> Decision:
    if failed or nothing_left:
        return "not_yet"
    weak = {block for block, score in blocks.items() if score < limits.LOWEST_BLOCK}
    if not weak and mean >= limits.LOWEST_MEAN:
        return "open" if carried is not False else "trial_reduced"
    if weak and contract and weak <= limits.OUTSOURCED_BLOCKS:
        return "open_outsourced" if carried is not False else "trial_reduced"
    lowest = min(blocks.values())
    one_weak = len(weak) == 1 and lowest >= limits.LOWEST_TRIAL_BLOCK
    middling = not weak and limits.LOWEST_TRIAL_MEAN <= mean < limits.LOWEST_MEAN
    return "trial_reduced" if one_weak or middling else "not_yet"


def _findings(
    failed: tuple[str, ...], load: Load | None, drop: tuple[str, ...], nothing_left: bool
) -> tuple[Finding, ...]:
    found = []
    if failed:
        gates = ", ".join(failed)
        found.append(
            Finding(
                "READY-101", "warning", gates, f"Gates not met: {gates}; the account must not open.", {"gates": gates}
            )
        )
    if load is None:
        found.append(
            Finding(
                "READY-102", "note", "capacity", "No capacity figures: whether the staff carry the load is not judged."
            )
        )
    elif nothing_left:
        found.append(
            Finding(
                "READY-104", "warning", "capacity", "The staff cannot carry any of the functions.", {"rho": load.rho}
            )
        )
    elif drop:
        names = ", ".join(drop)
        found.append(
            Finding(
                "READY-103",
                "warning",
                "capacity",
                f"The staff cannot carry every function (load {load.rho:.2f}, late starts {load.p_late:.2f}); "
                f"leave out: {names}.",
                {"rho": load.rho, "p_late": load.p_late, "fte_required": load.fte_required, "drop": names},
            )
        )
    return tuple(found)
