"""A run folder -> its figures once more, fitted to A4 or to a slide, without the answers."""

from __future__ import annotations

import shutil
from pathlib import Path

from wxsat.errors import StudyError, UsageError
from wxsat.present.figures.sizes import require_size
from wxsat.study.write import write_fitted


def fit_figures(
    run_dir: Path, size: str, out: Path | None = None, language: str | None = None, force: bool = False
) -> Path:
    """
    Write the figures of a run fitted to a page or to a slide.

    Parameters
    ----------
    run_dir : Path
        Folder that a run wrote.
    size : {"a4", "slide"}
    out : Path, optional
        Folder to write; ``figures-<size>`` in the run folder when left out.
    language : {"zh", "en"}, optional
        This language alone; all that the run holds when left out.
    force : bool
        Replace the folder of an earlier call.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        ``OUT-041`` another size, ``OUT-046`` the folder exists.
    StudyError
        ``STUDY-043`` when the folder holds no figures of a run.
    """
    asked = require_size(size)
    figures = run_dir / "figures"
    marks = [f".{language}."] if language is not None else ["."]
    files = sorted(figures.iterdir()) if figures.is_dir() else []
    images = {f.name: f.read_bytes() for f in files if f.is_file() and any(mark in f.name for mark in marks)}
    if not images:
        raise StudyError(
            "STUDY-043", "this folder holds no figures of a run.", where=str(run_dir),
            hint="Name a folder that `wxsat run` or `wxsat demo` wrote.",
        )  # fmt: skip
    target = out or run_dir / f"figures-{asked}"
    if target.exists():
        ours = target.is_dir() and all(f.suffix in (".svg", ".png", ".pdf") for f in target.iterdir())
        if not force or not ours:
            hint = "Give --force, or another --out." if ours else "It holds other things than figures; name another."
            raise UsageError("OUT-046", "the folder exists already.", where=str(target), hint=hint)
        shutil.rmtree(target)
    write_fitted(images, target, asked)
    return target
