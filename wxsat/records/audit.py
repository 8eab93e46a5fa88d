"""From records to the records' side of the four dilemmas: indicators, severities with their draws, vetoes, symptoms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.numerics.plain import frame_records
from wxsat.records import audit_tables as tables
from wxsat.records.account_records import prepare_records
from wxsat.records.audit_findings import audit_findings
from wxsat.records.beside import FIGURES, beside_overall, beside_table
from wxsat.records.beside_findings import beside_findings
from wxsat.records.indicators import Frame
from wxsat.records.knots import Indicator, changed_indicators
from wxsat.records.measured import Measured, measure_indicators
from wxsat.records.monthly import monthly_replies
from wxsat.records.read import Records, read_records
from wxsat.records.settings import load_log_settings
from wxsat.records.symptoms import Diagnosis, diagnose_symptoms
from wxsat.records.waiting import waiting_table


@dataclass(frozen=True, eq=False)
class AuditResult:
    """
    What the records say.

    Attributes
    ----------
    indicators : DataFrame
        One row an account and indicator: ``account indicator dilemma part value ci_lower ci_upper n shrunk own_weight
        severity veto``; `value` NaN where it cannot be told, `shrunk` the value drawn towards the mean of the accounts
        where fewer than 20 cases are behind a share, `severity` of that value.
    dilemmas : DataFrame
        One row an account and dilemma: ``account dilemma severity ci_lower ci_upper highest power_mean n_indicators
        vetoes``; severity is the mean over parts of the mean over indicators.
    overall : DataFrame
        One row a dilemma over all accounts: ``dilemma severity ci_lower ci_upper n_accounts n_messages by_chance``;
        `by_chance` is how many points too high few cases make the severity read, by bootstrap.
    draws : ndarray, shape (draws, accounts, 4)
        Bootstrap draws of the account severities (messages, cases, functions; posts by the week), for the joint
        verdict; NaN where an account has no indicator of a dilemma.
    symptoms : tuple of Diagnosis
    copying : DataFrame
        ``account threshold share``: copied posts at containment .6, .8, .9.
    sensitivity : DataFrame
        ``dilemma knots severity severe``: overall severity with convention knots stricter or more lenient.
    reply_times : DataFrame
        ``account message_id kind wait replied``: working days until the first human reply, censored at the cut-off.
    definitions : mapping of str to Indicator
    accounts : tuple of str
    findings : tuple of Finding
    settings : mapping
    monthly : DataFrame
        ``month messages value``: share of the year's messages replied to in time, month by month; see
        :func:`wxsat.records.monthly.monthly_replies`.
    beside : DataFrame
        Figures beside indicators, which enter no severity; see :func:`wxsat.records.beside.beside_table`.
    """

    indicators: pd.DataFrame
    dilemmas: pd.DataFrame
    overall: pd.DataFrame
    draws: NDArray[np.float64]
    symptoms: tuple[Diagnosis, ...]
    copying: pd.DataFrame
    sensitivity: pd.DataFrame
    reply_times: pd.DataFrame
    definitions: Mapping[str, Indicator]
    accounts: tuple[str, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]
    monthly: pd.DataFrame = field(default_factory=pd.DataFrame)
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)

    def waiting(self) -> pd.DataFrame:
        """Return how long messages wait, all accounts first; see :func:`wxsat.records.waiting.waiting_table`."""
        return waiting_table(self.reply_times, float(self.settings["sla_days"]))

    def beside_overall(self) -> pd.DataFrame:
        """Return the figures beside indicators over accounts; see :func:`wxsat.records.beside.beside_overall`."""
        return beside_overall(self.beside, self.indicators)

    def symptom_frame(self) -> pd.DataFrame:
        """
        Return one row an account and symptom: ``account symptom zh confirmed by primary`` and the funnel's shares.

        `by` names the figures whose rules name the symptom (``L21, off_point``); ``closure`` stands beside ``zombie``
        where an account has been silent for more than 90 days.
        """
        return pd.DataFrame(tables.symptom_rows(self.symptoms))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists of flat records; the draws stay out."""
        knots = [
            {
                "indicator": i.id, "dilemma": i.dilemma, "part": i.part, "name_en": i.en, "name_zh": i.zh,
                "g": i.target, "h": i.compliance, "c": i.critical, "provenance": i.provenance, "source": i.source,
            }
            for i in self.definitions.values()
        ]  # fmt: skip
        figures = [
            {"figure": name, "beside": of.indicator, "name_en": of.en, "name_zh": of.zh, "interval": of.interval,
             "provenance": "convention", "source": "told, not scored"}
            for name, of in FIGURES.items()
        ]  # fmt: skip
        return {
            "accounts": list(self.accounts),
            "indicators": frame_records(self.indicators),
            "dilemmas": frame_records(self.dilemmas),
            "overall": frame_records(self.overall),
            "symptoms": frame_records(self.symptom_frame()),
            "copying": frame_records(self.copying),
            "sensitivity": frame_records(self.sensitivity),
            "waiting": frame_records(self.waiting()),
            "beside": frame_records(self.beside),
            "beside_overall": frame_records(self.beside_overall()),
            "figures": figures,
            "knots": knots,
            "settings": dict(self.settings),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        """Show the severities in a notebook."""
        return str(self.dilemmas.to_html(index=False, float_format="{:.1f}".format, na_rep=""))


def audit(
    logs: str | Path | Records,
    *,
    draws: int = 2000,
    seed: int = 1,
    vase_severity: Mapping[str, float] | None = None,
) -> AuditResult:
    """
    Audit the records of accounts.

    Parameters
    ----------
    logs : path or Records
        ``logs.yaml``, or records that were read.
    draws : int
        Bootstrap draws.
    seed : int
    vase_severity : mapping, optional
        Account to the public's severity of VASE, for the symptom 花瓶.

    Returns
    -------
    AuditResult

    Raises
    ------
    StudyError
        LOG-001 to LOG-014: the settings file.
    DataError
        LOG-020 to LOG-036: the tables.
    UsageError
        LOG-033: what was passed is no settings file, or an option is out of range.

    Examples
    --------
    >>> audit("records/logs.yaml").overall  # doctest: +SKIP
    """
    _require_options(logs, draws, seed, vase_severity)
    records = logs if isinstance(logs, Records) else read_records(load_log_settings(logs), Path(logs).parent)
    definitions = changed_indicators(records.settings.knots)
    prepared = prepare_records(records)
    frame = Frame(records.settings, prepared.needs, definitions)
    measured = measure_indicators(records, prepared, frame, draws, seed)
    _require_some(measured)
    values, counts = measured.values, measured.counts
    indicators = tables.indicator_table(prepared, definitions, values, measured.intervals, counts)
    severities = tables.account_severities(prepared, indicators)
    severity_draws, by_chance = tables.dilemma_draws(prepared, definitions, measured, severities)
    dilemmas = tables.dilemma_table(prepared, indicators, severities, severity_draws)
    fixed = tables.overall_draws(definitions, measured, severities)
    overall = tables.overall_table(dilemmas, fixed, by_chance, prepared)
    symptoms = tuple(
        diagnose_symptoms(
            a,
            {name: values[name][i] for name in values},
            {name: int(counts[name][i]) for name in counts},
            (vase_severity or {}).get(a.account),
        )
        for i, a in enumerate(prepared.accounts)
    )
    copying = tables.copying_table(prepared)
    settings = {
        "as_of": records.settings.as_of.isoformat(), "window_days": records.settings.window_days,
        "sla_days": records.settings.sla_days, "draws": draws, "seed": seed,
    }  # fmt: skip
    beside = beside_table(prepared)
    findings = audit_findings(records, prepared, copying, measured, overall)
    findings += beside_findings(beside, beside_overall(beside, indicators), indicators)
    return AuditResult(
        indicators, dilemmas, overall, severity_draws, symptoms, copying,
        tables.sensitivity_table(prepared, definitions, indicators), tables.reply_times(prepared), definitions,
        tuple(a.account for a in prepared.accounts), tuple(findings), settings, monthly_replies(prepared), beside,
    )  # fmt: skip


def _require_some(measured: Measured) -> None:
    if all(np.isnan(of).all() for of in measured.values.values()):
        raise DataError(
            "LOG-034",
            "no indicator can be told from the files given.",
            where="files",
            hint="Give posts, messages with replies, cases or functions; LAYOUT.md of `wxsat new --audit` has all.",
        )


def _require_options(logs: object, draws: int, seed: int, vase_severity: object) -> None:
    if not isinstance(logs, str | Path | Records):
        raise UsageError(
            "LOG-033",
            f"audit() needs the settings file of the records, got {type(logs).__name__}.",
            where="logs",
            hint="Pass the path of logs.yaml, or records that were read.",
        )
    for name, value, least in (("draws", draws, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise UsageError("LOG-033", f"{name} is {value!r}; expected a whole number from {least} on.", where=name)
    if vase_severity is not None and not isinstance(vase_severity, Mapping):
        raise UsageError(
            "LOG-033", "vase_severity needs the severity of each account.", where="vase_severity", hint='{"A": 61.5}'
        )
