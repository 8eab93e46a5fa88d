"""The waves of a study: every one read, cleaned and weighted by the same plan, then compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wxsat.diagnosis.tracking import Tracking, Wave, track_waves
from wxsat.responses.clean import clean
from wxsat.study.answers import is_simulated, read_answers
from wxsat.study.street import cluster_column
from wxsat.study.weights import WEIGHT_COLUMN, weigh

if TYPE_CHECKING:
    from wxsat.responses.responses import CleanResponses
    from wxsat.study.prepare import Prepared
    from wxsat.study.study import StudyWave


def track(prepared: Prepared, last: CleanResponses) -> Tracking:
    """
    Compare the waves of a study.

    Parameters
    ----------
    prepared : Prepared
        With at least two waves.
    last : CleanResponses
        The last wave's answers, cleaned and weighted already.

    Raises
    ------
    DataError
        An earlier wave cannot be read or coded; its files are named.
    """
    study = prepared.study
    earlier = [_read(prepared, named) for named in study.waves[:-1]]
    waves = [_wave(named, own) for named, own in zip(study.waves, [*earlier, last], strict=True)]
    cluster = cluster_column(prepared, last)
    shared = cluster if all(cluster in wave.responses.frame.columns for wave in waves) else None
    found = track_waves(waves, cluster=shared, weights=WEIGHT_COLUMN if study.weights is not None else None)
    return replace(found, settings={**found.settings, "simulated": any(map(is_simulated, earlier))})


def _read(prepared: Prepared, named: StudyWave) -> CleanResponses:
    files = tuple(prepared.folder / name for name in named.files)
    cleaned = clean(read_answers(replace(prepared, files=files)), prepared.study.cleaning)
    return weigh(prepared.study, prepared.margins, cleaned)[0]


def _wave(named: StudyWave, responses: CleanResponses) -> Wave:
    start, end = (day.isoformat() if day is not None else "" for day in (named.start, named.end))
    return Wave(named.id, responses, start, end)
