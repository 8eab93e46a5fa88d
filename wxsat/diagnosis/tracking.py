"""Several waves of one study: what changed, by how much and how surely, where the same is still being measured.

Invariance over time comes first: a change of a mean is a change of what people think only if the items mean the same.
The change itself is the difference of two estimates with their covariance, which comes from one joint estimate over
the units that the waves share: accounts, persons of a panel, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.inputs import declared_composites
from wxsat.diagnosis.pomp import as_severity, mean_of_answered, score_constructs
from wxsat.diagnosis.sampling import Units
from wxsat.diagnosis.tracking_change import Composed, estimate_changes
from wxsat.diagnosis.tracking_invariance import (
    WAVE,
    Comparable,
    compare_measurement,
    invariance_frame,
)
from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.labels import coded_labels

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.responses.responses import CleanResponses

Floats = NDArray[np.float64]
Sharing = Literal["accounts", "persons", "none"]
WAVE_COLUMNS = ("wave", "start", "end", "n", "n_accounts", "shared_accounts", "n_persons", "shared_persons")
OTHER = "other"
PERSON = "fingerprint"
UNIT = "unit_of_study"


@dataclass(frozen=True, eq=False)
class Wave:
    """
    One wave of answers.

    Attributes
    ----------
    id : str
    responses : CleanResponses
    start, end : str
        Dates of its fieldwork, ISO; empty where not known.
    """

    id: str
    responses: CleanResponses
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Tracking(ShownInNotebook):
    """
    What changed over the waves.

    Attributes
    ----------
    waves : DataFrame
        `WAVE_COLUMNS`; shared: with the wave before.
    invariance : DataFrame
        `wxsat.diagnosis.tracking_invariance.INVARIANCE_COLUMNS`, one row a construct.
    levels : DataFrame
        `wxsat.diagnosis.tracking_change.LEVEL_COLUMNS`: one row a wave and dilemma, part or other construct.
    changes : DataFrame
        `wxsat.diagnosis.tracking_change.CHANGE_COLUMNS`: one row a pair of waves and dilemma, part or construct.
    sharing : {"accounts", "persons", "none"}
        What carries the covariance between waves.
    n_units : int
    findings : tuple of Finding
    """

    waves: pd.DataFrame
    invariance: pd.DataFrame
    levels: pd.DataFrame
    changes: pd.DataFrame
    sharing: Sharing
    n_units: int
    findings: tuple[Finding, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values: flat records, missing as None."""
        from wxsat.numerics.plain import frame_records

        frames = {"waves": self.waves, "invariance": self.invariance, "levels": self.levels, "changes": self.changes}
        return {
            **{name: frame_records(frame) for name, frame in frames.items()},
            "sharing": self.sharing, "n_units": self.n_units, "settings": dict(self.settings),
            "findings": [finding.to_dict() for finding in self.findings],
        }  # fmt: skip


def track_waves(waves: Sequence[Wave], *, cluster: str | None = None, weights: str | None = None) -> Tracking:
    r"""
    Compare waves of the same study.

    Parameters
    ----------
    waves : sequence of Wave
        Two and more, in the order of time, cleaned answers to the same instrument.
    cluster : str, optional
        Column of the accounts. Without it, persons with the same keyed hash are the units that waves share.
    weights : str, optional
        Column of respondent weights in every wave.

    Returns
    -------
    Tracking

    Raises
    ------
    UsageError
        DIAG-050 fewer than two waves, the same name twice, or different instruments or versions.

    Notes
    -----
    .. math:: \Delta = S_2 - S_1, \qquad \mathrm{Var}(\Delta) = V_{11} + V_{22} - 2 V_{12}

    V is the joint linearised covariance of the means of all waves over the units they share, so that for independent
    samples :math:`V_{12}` is zero and for a panel it is that of the same persons. Intervals: t with the number of units
    less one. Only items with equal loadings and intercepts in all waves take part, in every wave.

    Checked against ``svycontrast`` of R's survey (``tests/golden/diagnosis``) and the paired t interval.

    Examples
    --------
    >>> track_waves([Wave("2025", first), Wave("2026", second)], cluster="account").changes  # doctest: +SKIP
    """
    instrument = _require_same(waves)
    asked = _items_of_all(waves, instrument)
    frame = _stack(waves, cluster)
    units, sharing = _units(frame, cluster)
    blocks = _blocks(instrument, asked)
    found = compare_measurement(frame, asked, blocks, UNIT if sharing != "none" else None)
    kept = {name: one for name, one in found.items() if not one.reason}
    composed, values = _score(waves, instrument, kept)
    w = None if weights is None else frame[weights].to_numpy(dtype=np.float64)
    levels, changes = estimate_changes(values, composed, [wave.id for wave in waves], units, w)
    composites = declared_composites(instrument)
    return Tracking(
        _describe(waves, cluster), invariance_frame(found), levels, changes, sharing, units.count,
        tuple(_findings(found, composites, frame, sharing, units.count, cluster)),
        {"cluster": cluster, "weights": weights, "instrument": instrument.id, "version": instrument.header.version},
    )  # fmt: skip


def _require_same(waves: Sequence[Wave]) -> Instrument:
    names = [wave.id for wave in waves]
    known = [w.responses.instrument for w in waves]
    stamps = {i.sha256 if i is not None else "" for i in known}
    faults = {
        f"{len(waves)} wave(s); two at least can be compared": len(waves) < 2,
        f"a wave stands twice ({', '.join(names)})": len(set(names)) < len(names),
        "the waves answer different instruments or versions of one": len(stamps) > 1,
        "answers without an instrument": None in known,
    }
    wrong = [text for text, given in faults.items() if given]
    if wrong or known[0] is None:
        raise UsageError("DIAG-050", f"waves cannot be compared: {'; '.join(wrong)}.", where="waves",
                         hint="Give cleaned answers to the same version of one instrument, a name each.")  # fmt: skip
    return known[0]


def _items_of_all(waves: Sequence[Wave], instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Return the items of each construct that every wave answered."""
    from wxsat.diagnosis.latent import answered_items

    items = {}
    for construct in instrument.constructs:
        sets = [set(answered_items(wave.responses, construct.id)) for wave in waves]
        shared = tuple(i.id for i in construct.items if all(i.id in s for s in sets))
        if shared:
            items[construct.id] = shared
    return items


def _blocks(instrument: Instrument, asked: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the constructs that are tested together: the parts of each dilemma, and all others."""
    blocks: dict[str, tuple[str, ...]] = {}
    owned: set[str] = set()
    for dilemma, parts in declared_composites(instrument).items():
        blocks[dilemma] = tuple(part for part in parts if part in asked and part not in owned)
        owned |= set(parts)
    blocks[OTHER] = tuple(name for name in asked if name not in owned)
    return {block: names for block, names in blocks.items() if names}


def _stack(waves: Sequence[Wave], cluster: str | None) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for wave in waves:
        frame = wave.responses.frame.reset_index(drop=True).copy()
        person = wave.responses.paradata.get(PERSON)
        frame[PERSON] = pd.NA if person is None else person.astype("string").to_numpy()
        frame[WAVE] = wave.id
        frames.append(frame)
    stacked = pd.concat(frames, ignore_index=True)
    stacked[UNIT] = _unit_labels(stacked, cluster)
    return stacked


def _unit_labels(frame: pd.DataFrame, cluster: str | None) -> NDArray[np.int64]:
    """Return what the waves share: accounts, else persons; whoever has none is a unit of their own."""
    by_account = cluster is not None and len(coded_labels(frame[cluster])[1]) > 1
    codes, labels = coded_labels(frame[cluster if by_account and cluster is not None else PERSON])
    missing = codes < 0
    codes[missing] = len(labels) + np.arange(int(missing.sum()))
    return codes


def _units(frame: pd.DataFrame, cluster: str | None) -> tuple[Units, Sharing]:
    codes = frame[UNIT].to_numpy(dtype=np.int64)
    by_account = cluster is not None and frame[cluster].nunique() > 1
    several = bool(frame.groupby(UNIT).size().max() > 1)
    sharing: Sharing = "accounts" if by_account else "persons" if several else "none"
    return Units(codes, int(codes.max()) + 1, by_account), sharing


def _score(
    waves: Sequence[Wave], instrument: Instrument, kept: Mapping[str, Comparable]
) -> tuple[tuple[Composed, ...], Floats]:
    """Return what is compared, and the scores of all respondents by construct, from the comparable items alone."""
    names = tuple(kept)
    scores = [score_constructs(wave.responses, names) for wave in waves]
    composites = declared_composites(instrument)
    owned = {part for parts in composites.values() for part in parts}
    blocks = []
    for wave, own in zip(waves, scores, strict=True):
        columns = []
        for name in names:
            k = own.names.index(name)
            asked = _present(wave.responses, instrument, name)
            chosen = [asked.index(item) for item in kept[name].items]
            columns.append(mean_of_answered(own.items[k][:, chosen]))
        values = np.column_stack(columns) if columns else np.empty((wave.responses.n, 0))
        turned = np.array([name in owned for name in names], dtype=bool)
        problem = np.array([bool(own.problem[own.names.index(name)]) for name in names], dtype=bool)
        blocks.append(as_severity(values, problem | ~turned))
    return _composed(instrument, names, composites), np.vstack(blocks_by_wave(blocks))


def _present(responses: CleanResponses, instrument: Instrument, name: str) -> list[str]:
    """Return the items of a construct in the order in which they are scored."""
    columns = set(map(str, responses.frame.columns))
    asked = instrument.construct(name).items
    return [i.id for i in asked if (responses.form is None or responses.form in i.forms) and i.id in columns]


def blocks_by_wave(blocks: Sequence[Floats]) -> list[Floats]:
    """
    Return each wave's scores in columns of its own, the others missing.

    Examples
    --------
    >>> blocks_by_wave([np.array([[1.0]]), np.array([[2.0]])])[1].tolist()
    [[nan, 2.0]]
    """
    k = blocks[0].shape[1]
    out = []
    for place, block in enumerate(blocks):
        wide = np.full((len(block), k * len(blocks)), np.nan)
        wide[:, place * k : (place + 1) * k] = block
        out.append(wide)
    return out


def _composed(
    instrument: Instrument, names: tuple[str, ...], composites: Mapping[str, Mapping[str, float]]
) -> tuple[Composed, ...]:
    """Return what is compared: dilemmas all of whose measured parts are comparable, their parts, other constructs."""
    found = []
    owner = {part: dilemma for dilemma, parts in composites.items() for part in parts}
    for dilemma, parts in composites.items():
        if all(part in names for part in parts):
            weights = np.array([parts.get(name, 0.0) for name in names])
            found.append(Composed("dilemma", dilemma, dilemma, weights / weights.sum(), severity=True))
        here = [part for part in parts if part in names]
        found += [Composed("part", part, dilemma, _unit(names, part), severity=True) for part in here]
    found += [Composed("construct", n, "", _unit(names, n), severity=False) for n in names if n not in owner]
    return tuple(found)


def _unit(names: tuple[str, ...], name: str) -> Floats:
    return np.array([float(n == name) for n in names])


def _describe(waves: Sequence[Wave], cluster: str | None) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    before: tuple[set[str], set[str]] | None = None
    for wave in waves:
        frame, person = wave.responses.frame, wave.responses.paradata.get(PERSON)
        accounts = set(coded_labels(frame[cluster])[1]) if cluster is not None else set()
        persons = set(person.dropna().astype(str)) if person is not None else set()
        rows.append(
            {
                "wave": wave.id, "start": wave.start, "end": wave.end, "n": wave.responses.n,
                "n_accounts": len(accounts), "shared_accounts": len(accounts & before[0]) if before else None,
                "n_persons": len(persons), "shared_persons": len(persons & before[1]) if before else None,
            }
        )  # fmt: skip
        before = accounts, persons
    return pd.DataFrame(rows, columns=list(WAVE_COLUMNS))


def _findings(
    found: Mapping[str, Comparable],
    composites: Mapping[str, Mapping[str, float]],
    frame: pd.DataFrame,
    sharing: Sharing,
    n_units: int,
    cluster: str | None,
) -> list[Finding]:
    told = []
    for one in found.values():
        if one.reason:
            message = (
                f"{one.construct}: waves are not compared ({one.reason}): invariance over time holds to {one.level}."
            )
            evidence = {"construct": one.construct, "reason": one.reason, "level": one.level}
            gravity: Literal["note", "warning"] = "note" if one.reason == "single_items" else "warning"
            told.append(Finding("DIAG-152", gravity, one.construct, message, evidence))
        elif one.left_out:
            message = f"{one.construct}: {', '.join(one.left_out)} changed meaning and takes no part in the change."
            evidence = {"items": ", ".join(one.left_out), "kept": ", ".join(one.items)}
            told.append(Finding("DIAG-153", "warning", one.construct, message, evidence))
    lost = [d for d, parts in composites.items() if any(found[p].reason for p in parts if p in found)]
    for dilemma in lost:
        message = f"{dilemma}: no change is told, because a part of it is not measured alike in the waves."
        told.append(Finding("DIAG-154", "warning", dilemma, message, {"dilemma": dilemma}))
    if sharing == "accounts" and n_units < 20:
        message = f"The waves share {n_units} accounts: intervals of change are wide and rough."
        told.append(Finding("DIAG-155", "note", "tracking", message, {"n": n_units}))
    return told
