"""YAML file, folder or bundled id -> Instrument, with every fault of the file in one go.

Three sieves, one report: YAML itself, the fields, the references between them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from wxsat.errors import Fault, InstrumentError, nearest, require_path
from wxsat.finding import Finding
from wxsat.instrument.checks import check_instrument, warn_instrument
from wxsat.instrument.fields import validate
from wxsat.instrument.instrument import Instrument
from wxsat.instrument.yaml_tree import Positions, decode, parse

FILE_NAMES = ("instrument.yaml", "instrument.yml")


@dataclass(frozen=True)
class Examination:
    """
    Everything found in one instrument file.

    Attributes
    ----------
    path : Path
        The file.
    instrument : Instrument or None
        The instrument; None when there is any fault.
    faults : tuple of Fault
        What must be mended, in the order of lines.
    warnings : tuple of Finding
        What should be looked at; ``evidence["where"]`` gives the line.
    positions : Positions
        Line of each value of the file.
    """

    path: Path
    instrument: Instrument | None
    faults: tuple[Fault, ...]
    warnings: tuple[Finding, ...]
    positions: Positions


def load_instrument(source: str | Path) -> Instrument:
    """
    Load an instrument and check every reference inside it.

    Parameters
    ----------
    source : str or Path
        Id of a bundled instrument, a folder that holds ``instrument.yaml``, or a YAML file.

    Returns
    -------
    Instrument
        Frozen; ``folder`` and ``sha256`` (of the file's bytes) filled in.

    Raises
    ------
    InstrumentError
        If the file cannot be found or read, or has faults; all of them are in ``faults``.

    Examples
    --------
    >>> load_instrument("gov-wechat-public").id
    'gov-wechat-public'
    """
    examination = examine_instrument(source)
    if examination.instrument is None:
        raise InstrumentError.from_faults(examination.faults)
    return examination.instrument


def examine_instrument(source: str | Path) -> Examination:
    """
    Read an instrument and return it with all faults and warnings instead of raising.

    Parameters
    ----------
    source : str or Path
        As in :func:`load_instrument`.

    Returns
    -------
    Examination
        Faults, warnings and, when there is no fault, the instrument.

    Raises
    ------
    InstrumentError
        Only if there is no such file (``INST-001``).

    Examples
    --------
    >>> examine_instrument("gov-wechat-public").faults
    ()
    """
    path = find_instrument(source)
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InstrumentError("INST-001", f"cannot be read: {problem.strerror}.", where=str(path)) from None
    text, encoding, faults = decode(content, str(path))
    notes = _encoding_notes(encoding, str(path))
    if faults:
        return Examination(path, None, tuple(faults), notes, Positions(str(path)))
    document, faults = parse(text, str(path))
    if document is None:
        return Examination(path, None, tuple(faults), notes, Positions(str(path)))
    found = validate(document)
    faults += found.faults
    positions = found.document.positions
    if found.instrument is None:
        return Examination(path, None, _in_order(faults), notes, positions)
    sha256 = hashlib.sha256(content).hexdigest()
    instrument = found.instrument.model_copy(update={"folder": path.parent, "sha256": sha256})
    faults += check_instrument(instrument, positions, lost=found.lost, doubtful=found.doubtful)
    if faults:
        return Examination(path, None, _in_order(faults), notes, positions)
    return Examination(path, instrument, (), (*notes, *warn_instrument(instrument, positions)), positions)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    def line(fault: Fault) -> int:
        number = fault.where.rpartition(":")[2]
        return int(number) if number.isdigit() else 0

    return tuple(sorted(dict.fromkeys(faults), key=line))


def _encoding_notes(encoding: str, file: str) -> tuple[Finding, ...]:
    if encoding in ("utf-8-sig", ""):
        return ()
    name = {"gb18030": "GB18030", "utf-16": "UTF-16"}[encoding]
    message = f"The file is in {name}; it was read, but editors and other tools expect UTF-8."
    return (Finding("INST-101", "warning", file, message, {"where": file, "encoding": name}),)


def bundled_instruments() -> list[tuple[str, Path]]:
    """
    Return id and file of each instrument that comes with the package.

    They lie in ``wxsat/surveys`` when wxsat was installed from a wheel and in ``surveys`` beside it in the
    source tree; the folder's name is the id.

    Examples
    --------
    >>> "gov-wechat-public" in dict(bundled_instruments())
    True
    """
    package = Path(__file__).resolve().parents[1]
    installed, tree = package / "surveys", package.parent / "surveys"
    if not installed.is_dir() and (package.parent / "pyproject.toml").is_file():
        installed = tree
    if not installed.is_dir():
        return []
    found = [(folder.name, _file_in(folder)) for folder in sorted(installed.iterdir()) if folder.is_dir()]
    return [(name, file) for name, file in found if file is not None]


def find_instrument(source: str | Path) -> Path:
    """Return the YAML file that an id, folder or file name stands for; InstrumentError when there is none."""
    bundled = dict(bundled_instruments())
    if isinstance(source, str) and source in bundled:
        return bundled[source]
    require_path(source, "source", "the name of an instrument, a file or a folder")
    path = Path(source)
    if path.is_file():
        return path
    if path.is_dir():
        file = _file_in(path)
        if file is None:
            raise InstrumentError("INST-001", f"this folder holds no {FILE_NAMES[0]}.", where=str(path))
        return file
    known = ", ".join(bundled) or "none"
    raise InstrumentError(
        "INST-001",
        f"there is no instrument '{source}': neither a file, nor a folder, nor a bundled id.",
        hint=f"Bundled: {known}.{nearest(str(source), bundled)}",
    )


def _file_in(folder: Path) -> Path | None:
    return next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)
