"""study.yaml -> Study, every fault of the file in one go."""

from __future__ import annotations

from pathlib import Path

from wxsat.errors import StudyError, require_path
from wxsat.instrument.settings_file import load_settings
from wxsat.instrument.yaml_tree import Positions
from wxsat.study.study import Fieldwork, Study

FILE_NAME = "study.yaml"


def load_study(path: str | Path) -> Study:
    """
    Load and validate a study file.

    Parameters
    ----------
    path : str or Path
        The file, or the folder that holds ``study.yaml``.

    Returns
    -------
    Study
        Frozen; ``folder``, ``file``, ``sha256`` and ``places`` filled in.

    Raises
    ------
    StudyError
        With every fault of the file: line, what was found, what is allowed, the nearest name.

    Examples
    --------
    >>> load_study("analysis/holzinger-1939").id  # doctest: +SKIP
    'holzinger-1939'
    """
    require_path(path, "path", "the name of a study file")
    file = Path(path)
    if file.is_dir():
        file = file / FILE_NAME
    settings = load_settings(file, Study, "STUDY", StudyError)
    known = {
        "folder": file.resolve().parent,
        "file": file,
        "sha256": settings.sha256,
        "places": _places(file.name, settings.positions),
    }
    return settings.value.model_copy(update=known)


def _places(name: str, positions: Positions) -> dict[str, str]:
    """Return where each fact of the fieldwork stands, or the line of the entry that it belongs into."""
    found = {key: positions.line(("fieldwork", key)) for key in Fieldwork.model_fields}
    found |= {key: positions.line((key,)) for key in ("data", "instrument")}
    return {key: f"{name}:{line}" if line is not None else name for key, line in found.items()}
