"""Before anything runs: the whole study is checked, and every fault is told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wxsat.errors import Fault, StudyError, WxsatError, nearest
from wxsat.instrument.instrument import Instrument, Label
from wxsat.instrument.load import find_instrument, load_instrument
from wxsat.responses.platforms.registry import NAMES as PLATFORMS
from wxsat.sampling.margins import Margins
from wxsat.study.study import Study
from wxsat.study.weights import read_margins


@dataclass(frozen=True)
class PlannedModel:
    """A model that the study names: its id, title and text."""

    id: str
    title: Label
    text: str
    file: Path


@dataclass(frozen=True)
class Prepared:
    """
    A study whose every reference has been followed.

    Attributes
    ----------
    study : Study
    instrument : Instrument
    models : tuple of PlannedModel
    files : tuple of Path
        The answer files; empty for examples and simulations.
    truth : Path or None
        The truth file of a simulation.
    inputs : mapping of str to str
        SHA-256 of every input by its name.
    margins : Margins or None
        What the weights are made from.
    """

    study: Study
    instrument: Instrument
    models: tuple[PlannedModel, ...]
    files: tuple[Path, ...]
    truth: Path | None
    inputs: dict[str, str]
    margins: Margins | None = None

    @property
    def folder(self) -> Path:
        """What the study's paths are relative to."""
        return self.study.folder or Path()


def prepare_study(study: Study) -> Prepared:
    """
    Follow every reference of a study without computing anything.

    Raises
    ------
    StudyError, InstrumentError, ModelError
        With all faults: instrument, form, models and their syntax, answer files; then the settings of the records.
    """
    folder = study.folder or Path()
    where = str(study.file or "study")
    instrument = _instrument(study, folder, where)
    faults = [*_settings_faults(study, instrument, where), *_file_faults(study, instrument, folder, where)]
    models = [model for name in study.models if (model := _model(name, study, instrument, where, faults))]
    margins = read_margins(study, where, faults)
    if faults:
        raise StudyError.from_faults(faults)
    if study.audit is not None:
        # Settings of the records are read again with them; here only to say what is wrong before anything is computed.
        from wxsat.records.settings import load_log_settings

        load_log_settings(folder / study.audit)
    files, earlier = _answer_files(study, folder)
    truth = _truth(study, instrument, folder)
    inputs = _hashes(study, instrument, models, (*files, *earlier, *_sources_beside(study, folder)), truth)
    if margins is not None and margins.sha256 and study.weights is not None:
        inputs[str(study.weights.margins)] = margins.sha256
    return Prepared(study, instrument, tuple(models), files, truth, inputs, margins)


def _settings_faults(study: Study, instrument: Instrument, where: str) -> Iterator[Fault]:
    """Form and platform, as the instrument and this package know them."""
    if study.form is not None and not instrument.items_in(study.form):
        yield Fault("STUDY-022", f"the instrument has no items in the {study.form} form.", where)
    if study.data.platform not in PLATFORMS:
        hint = f"Platforms: {', '.join(PLATFORMS)}.{nearest(study.data.platform, PLATFORMS)}"
        yield Fault("STUDY-027", f"there is no platform '{study.data.platform}'.", where, hint)


def _file_faults(study: Study, instrument: Instrument, folder: Path, where: str) -> Iterator[Fault]:
    """Every file that the study names and that is not there."""
    files, earlier = _answer_files(study, folder)
    settings = [folder / name for name in (study.data.pair, study.data.key) if name is not None]
    named = [(path, "answer file") for path in (*settings, *files, *earlier)]
    for path, kind in (*named, *((path, "file") for path in _sources_beside(study, folder))):
        if fault := _missing_file(path, where, kind):
            yield fault
    truth = _truth(study, instrument, folder)
    if truth is not None and study.data.simulate is not None and not truth.is_file():
        yield Fault("STUDY-023", f"there is no truth file '{study.data.simulate.truth}'.", where)


def _answer_files(study: Study, folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files of this wave, and those of the waves before it."""
    files = tuple(folder / name for name in study.data.files)
    return files, tuple(folder / name for wave in study.waves[:-1] for name in wave.files)


def _truth(study: Study, instrument: Instrument, folder: Path) -> Path | None:
    """Return the file that the answers are simulated from."""
    return None if study.data.simulate is None else (instrument.folder or folder) / study.data.simulate.truth


def _instrument(study: Study, folder: Path, where: str) -> Instrument:
    local = folder / study.instrument
    if local.exists():
        return load_instrument(local)
    try:
        find_instrument(study.instrument)
    except WxsatError as error:
        raise StudyError(
            "STUDY-020",
            f"there is no instrument '{study.instrument}': neither a bundled id nor a file beside the study.",
            where=where,
            hint=error.hint,
        ) from None
    return load_instrument(study.instrument)


def _sources_beside(study: Study, folder: Path) -> tuple[Path, ...]:
    """Return the files of the staff, the records' settings, the supervisors and the needs, as far as named."""
    answers = [given.file for given in (study.operators, study.needs) if given is not None]
    return tuple(folder / name for name in (*answers, study.audit, study.panel) if name is not None)


def _missing_file(path: Path, where: str, kind: str = "answer file") -> Fault | None:
    if path.is_file():
        return None
    if path.is_dir():
        return Fault("STUDY-021", f"'{path}' is a folder, not a file.", where, "Name a file in it.")
    neighbours = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = nearest(path.name, neighbours).strip()
    return Fault("STUDY-021", f"there is no {kind} '{path}'.", where, hint)


def _model(name: str, study: Study, instrument: Instrument, where: str, faults: list[Fault]) -> PlannedModel | None:
    folder = study.folder or Path()
    declared = {model.id: model for model in instrument.models}
    if name in declared:
        path, title = (instrument.folder or folder) / declared[name].file, declared[name].title
    elif (folder / name).is_file():
        path, title = folder / name, Label(zh=Path(name).stem, en=Path(name).stem)
    else:
        known = ", ".join(declared) or "none"
        hint = f"Models of the instrument: {known}.{nearest(name, declared)}"
        faults.append(Fault("STUDY-024", f"there is no model '{name}'.", where, hint))
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.append(Fault("STUDY-025", "the model is not text in UTF-8.", str(path), "Save the file as UTF-8."))
        return None
    except OSError as problem:
        faults.append(Fault("STUDY-025", f"the model cannot be read: {problem.strerror}.", str(path)))
        return None
    try:
        from wxsat.sem.parameter_table import parse_model

        parse_model(text)
    except WxsatError as error:
        faults.extend(
            Fault(f.code, f.message, f"{path}:{f.where.removeprefix('model:')}" if f.where else str(path), f.hint)
            for f in error.faults
        )
        return None
    return PlannedModel(name if name in declared else Path(name).stem, title, text, path)


def _hashes(
    study: Study, instrument: Instrument, models: list[PlannedModel], files: tuple[Path, ...], truth: Path | None
) -> dict[str, str]:
    hashes = {
        study.file.name if study.file else "study": study.sha256,
        f"{instrument.id}/instrument.yaml": instrument.sha256,
    }
    for path in (*(model.file for model in models), *files, *([truth] if truth else [])):
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes
