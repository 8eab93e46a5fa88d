"""From measured indicators to tables: severities with draws, dilemmas, what conventions do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.records.account_records import PreparedRecords
from wxsat.records.copying import THRESHOLDS
from wxsat.records.definitions import DEFINITIONS
from wxsat.records.indicators import copied_at
from wxsat.records.knots import Indicator
from wxsat.records.measured import Measured, Table
from wxsat.records.resampled import share
from wxsat.records.shares import EmpiricalBayes, fit_beta_binomial, fit_beta_binomials
from wxsat.records.symptoms import STAGES, ZH, Diagnosis

DILEMMAS = ("D1", "D2", "D3", "D4")
POWER = 4.0
SHRINK_BELOW = 20
LENIENT, STRICT = 1.25, 0.8
SEVERE_ABOVE = 40.0
INDICATOR_COLUMNS = [
    "account", "indicator", "dilemma", "part", "value", "ci_lower", "ci_upper", "n", "shrunk", "own_weight", "severity",
    "veto",
]  # fmt: skip


def indicator_table(
    prepared: PreparedRecords, definitions: Mapping[str, Indicator], values: Table, intervals: Table, counts: Table
) -> pd.DataFrame:
    """Return one row an account and indicator, values of few cases drawn towards the accounts' mean."""
    rows = []
    for name, indicator in definitions.items():
        shrunk, own = _shrunken(name, values[name], counts[name])
        severity = indicator.severity(shrunk)
        for i, account in enumerate(prepared.accounts):
            value = float(values[name][i])
            low, high = float(intervals[name][i, 0]), float(intervals[name][i, 1])
            rows.append(
                (
                    account.account, name, indicator.dilemma, indicator.part, value, low, high, int(counts[name][i]),
                    shrunk[i], own[i], severity[i], indicator.vetoed(value),
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=INDICATOR_COLUMNS)


def _shrunken(
    name: str, value: NDArray[np.float64], n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of fewer than 20 cases drawn towards the accounts' mean; the weight that the own figure keeps."""
    own = np.where(np.isnan(value), np.nan, 1.0)
    few = is_shrunk(name, value, n)
    if not few.any():
        return value, own
    times = DEFINITIONS[name].times
    known = np.isfinite(value) & (n > 0)
    prior: EmpiricalBayes = fit_beta_binomial(value[known] / times * n[known], n[known])
    keeps = np.where(few, prior.own_weight(n), own)
    return np.where(few, times * prior.shrink(np.nan_to_num(value) / times * n, n), value), keeps


def is_shrunk(name: str, value: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which accounts' figure is drawn towards the others': shares of fewer than 20 cases."""
    if DEFINITIONS[name].marks is None or np.isfinite(value).sum() < 3:
        return np.zeros(len(value), dtype=bool)
    return np.asarray((n < SHRINK_BELOW) & ~np.isnan(value))


def overall_draws(definitions: Mapping[str, Indicator], measured: Measured, severities: Table) -> NDArray[np.float64]:
    """
    Return draws of the severities over all accounts, the accounts fixed, shape (draws, 4).

    What small figures are drawn towards is estimated from the accounts' own cases, and so again in every draw.
    """
    again = {
        name: shrink_draws(name, draws, measured.values[name], measured.counts[name])
        for name, draws in measured.spread.items()
    }
    moved = mean_known(list(_severities_of(definitions, again, measured.values).transpose(1, 0, 2)))
    centre = np.array([float(mean_known(list(severities[dilemma]))) for dilemma in DILEMMAS])
    out: NDArray[np.float64] = np.clip(moved - moved.mean(axis=0) + centre, 0, 100)
    return out


def shrink_draws(
    name: str, draws: NDArray[np.float64], value: NDArray[np.float64], n: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Draw small figures towards what the accounts have in common in each draw, shape (draws, accounts)."""
    few = is_shrunk(name, value, n)
    if not few.any():
        return draws
    times = DEFINITIONS[name].times
    filled = np.where(np.isnan(draws), value, draws)
    known = np.isfinite(value) & (n > 0)
    mean, strength = fit_beta_binomials(filled[:, known] / times, n[known], np.ones((len(draws), int(known.sum()))))
    weight = np.where(np.isfinite(strength)[:, None], n / (n + strength[:, None]), 0.0)
    return np.where(few, weight * filled + (1 - weight) * times * mean[:, None], filled)


def dilemma_draws(
    prepared: PreparedRecords, definitions: Mapping[str, Indicator], measured: Measured, severities: Table
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the severity of each account and dilemma in each draw, and how much too high few cases make it read.

    Returns
    -------
    draws : ndarray, shape (draws, accounts, 4)
    by_chance : ndarray, shape (accounts, 4)
        Mean of the severities of drawn figures less the severity of the figures themselves.

    Notes
    -----
    Draws are moved so that their mean is the estimate: a resampled mismatch is larger than the mismatch by
    construction, and estimates of few cases are drawn towards the accounts' mean while their draws are not. What is
    taken off is told, for the same holds of the estimate: severities stop at 0 and 100, so that figures which swing
    around their target by chance read as severe.
    """
    moved = _severities_of(definitions, measured.spread, measured.values)
    plain = _severities_of(definitions, measured.drawn, measured.values)
    own = _severities_of(definitions, {name: measured.values[name][None] for name in measured.drawn}, measured.values)
    centre = np.stack([severities[dilemma] for dilemma in DILEMMAS], axis=-1)
    # Spread far beyond an end is no news of that end: draws are moved first and cut afterwards.
    return np.clip(moved - moved.mean(axis=0) + centre, 0, 100), plain.mean(axis=0) - own[0]


def _severities_of(definitions: Mapping[str, Indicator], drawn: Table, values: Table) -> NDArray[np.float64]:
    """Severities by draw, account and dilemma; a draw without the units of an indicator says nothing new about it."""
    n_draws, accounts = next((of.shape for of in drawn.values()), (0, 0))
    out = np.full((n_draws, accounts, len(DILEMMAS)), np.nan)
    for d, dilemma in enumerate(DILEMMAS):
        parts: dict[str, list[NDArray[np.float64]]] = {}
        for name, draws in drawn.items():
            indicator = definitions[name]
            if indicator.dilemma == dilemma:
                filled = np.where(np.isnan(draws), values[name], draws)
                parts.setdefault(indicator.part, []).append(indicator.severity(filled))
        if parts:
            out[:, :, d] = mean_known([mean_known(of) for of in parts.values()])
    return out


def mean_known(arrays: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of arrays element by element over those that are known there."""
    stacked = np.stack(arrays)
    known = np.isfinite(stacked)
    total = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: NDArray[np.float64] = np.where(total > 0, np.where(known, stacked, 0.0).sum(axis=0) / total, np.nan)
    return out


def account_severities(prepared: PreparedRecords, indicators: pd.DataFrame) -> Table:
    """Return each dilemma's severity by account: the mean over parts of the mean over indicators; NaN with none."""
    names = [a.account for a in prepared.accounts]
    parts = indicators.dropna(subset=["severity"]).groupby(["dilemma", "account", "part"])["severity"].mean()
    means = parts.groupby(["dilemma", "account"]).mean()
    out: Table = {}
    for dilemma in DILEMMAS:
        known = means[dilemma] if dilemma in means.index else pd.Series(dtype=float)
        out[dilemma] = np.asarray(known.reindex(names), dtype=np.float64)
    return out


def dilemma_table(
    prepared: PreparedRecords, indicators: pd.DataFrame, severities: Table, draws: NDArray[np.float64]
) -> pd.DataFrame:
    """Return one row an account and dilemma, with what a mean would hide: highest, power mean, vetoes."""
    rows = []
    vetoes = indicators[indicators["veto"]].groupby("account")["indicator"].agg(", ".join)
    for i, account in enumerate(prepared.accounts):
        own = indicators[indicators["account"] == account.account]
        for d, dilemma in enumerate(DILEMMAS):
            known = own[(own["dilemma"] == dilemma) & own["severity"].notna()]
            parts = known.groupby("part")["severity"].mean().to_numpy(float)
            low, high = _percentiles(draws[:, i, d])
            rows.append(
                {
                    "account": account.account,
                    "dilemma": dilemma,
                    "severity": float(severities[dilemma][i]),
                    "ci_lower": low,
                    "ci_upper": high,
                    "highest": float(known["severity"].max()) if len(known) else np.nan,
                    "power_mean": power_mean(parts) if len(parts) else np.nan,
                    "n_indicators": len(known),
                    "vetoes": vetoes.get(account.account, ""),
                }
            )
    return pd.DataFrame(rows)


def power_mean(parts: NDArray[np.float64], power: float = POWER) -> float:
    """
    Return the power mean: near the worst part, so that one bad part is not averaged away.

    Examples
    --------
    >>> round(power_mean(np.array([0.0, 100.0])), 1)
    84.1
    """
    return float(np.mean(parts**power) ** (1 / power))


def _percentiles(draws: NDArray[np.float64]) -> tuple[float, float]:
    known = draws[np.isfinite(draws)]
    return (float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))) if len(known) else (np.nan, np.nan)


def overall_table(
    dilemmas: pd.DataFrame, draws: NDArray[np.float64], by_chance: NDArray[np.float64], prepared: PreparedRecords
) -> pd.DataFrame:
    """Return one row a dilemma: the mean over accounts, each counting once; `draws` from :func:`overall_draws`."""
    n_messages = sum(len(a.messages) for a in prepared.accounts)
    rows = []
    for d, dilemma in enumerate(DILEMMAS):
        own = dilemmas.loc[dilemmas["dilemma"] == dilemma, "severity"].dropna()
        low, high = _percentiles(draws[:, d]) if len(own) else (np.nan, np.nan)
        mean = float(own.mean()) if len(own) else np.nan
        chance = float(np.nanmean(by_chance[:, d])) if len(own) else np.nan
        rows.append((dilemma, mean, low, high, len(own), n_messages, chance))
    columns = ["dilemma", "severity", "ci_lower", "ci_upper", "n_accounts", "n_messages", "by_chance"]
    return pd.DataFrame(rows, columns=columns)


def sensitivity_table(
    prepared: PreparedRecords, definitions: Mapping[str, Indicator], indicators: pd.DataFrame
) -> pd.DataFrame:
    """Overall severities with the knots that are conventions moved: what of the verdict is a convention's doing."""
    rows = []
    for label, factor in (("as set", 1.0), ("stricter", STRICT), ("more lenient", LENIENT)):
        moved = indicators.copy()
        for name, indicator in definitions.items():
            if indicator.provenance == "convention":
                here = moved["indicator"] == name
                moved.loc[here, "severity"] = indicator.shifted(factor).severity(
                    moved.loc[here, "shrunk"].to_numpy(float)
                )
        by_part = moved.dropna(subset=["severity"]).groupby(["dilemma", "account", "part"])["severity"].mean()
        overall = by_part.groupby(["dilemma", "account"]).mean().groupby("dilemma").mean()
        rows += [(d, label, float(overall[d]), bool(overall[d] > SEVERE_ABOVE)) for d in DILEMMAS if d in overall.index]
    return pd.DataFrame(rows, columns=["dilemma", "knots", "severity", "severe"])


def copying_table(prepared: PreparedRecords) -> pd.DataFrame:
    """Return the share of copied posts at each threshold of containment."""
    rows = []
    if prepared.copying is not None:
        for account in prepared.accounts:
            ones = np.ones((1, len(account.posts)))
            rows += [(account.account, t, float(share(ones, copied_at(account, t))[0])) for t in THRESHOLDS]
    return pd.DataFrame(rows, columns=["account", "threshold", "share"])


def reply_times(prepared: PreparedRecords) -> pd.DataFrame:
    """Return the waits of all messages of the window, for survival curves."""
    columns = ["account", "message_id", "kind", "wait", "replied"]
    frames = [a.messages[columns] for a in prepared.accounts if len(a.messages)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def symptom_rows(symptoms: tuple[Diagnosis, ...]) -> list[dict[str, Any]]:
    """Return one row an account and symptom; `by` names the figures whose rules name it."""
    rows = []
    for one in symptoms:
        shares = dict(zip(STAGES, one.funnel.shares, strict=True))
        rows += [
            {
                "account": one.account,
                "symptom": symptom.name,
                "zh": ZH[symptom.name],
                "confirmed": symptom.confirmed,
                "by": ", ".join(symptom.evidence),
                "primary": symptom.name == one.primary,
                "inbound": one.funnel.inbound,
                **shares,
                "overall": one.funnel.overall,
            }
            for symptom in one.symptoms
        ]
    return rows
