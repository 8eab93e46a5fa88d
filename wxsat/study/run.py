"""study.yaml -> one folder: prepared, walked, written beside and moved into place at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.instrument.instrument import Language
from wxsat.numerics.threads import one_blas_thread
from wxsat.present.content import ReportContent
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.street import walk_street
from wxsat.study.study import Study
from wxsat.study.write import replace_folder, require_writable, write_run

Progress = Callable[[str], None]


@dataclass(frozen=True)
class StudyOutcome:
    """
    What a run gave.

    Attributes
    ----------
    content : ReportContent
        Every result at full precision.
    folder : Path or None
        Where it was written; None when nothing was asked to be written.
    refusals : tuple of Finding
        Why the structural part must not be interpreted; empty when it may.
    """

    content: ReportContent
    folder: Path | None
    refusals: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether a stated rule forbids the structural reading (exit code 6)."""
        return bool(self.refusals)


def run_study(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    force: bool = False,
    languages: Sequence[Language] | None = None,
    command: Sequence[str] = (),
    progress: Progress = lambda step: None,
    jobs: int = 1,
) -> StudyOutcome:
    """
    Run a whole study.

    Parameters
    ----------
    study : Study, str or Path
        A loaded study, its file, or the folder that holds ``study.yaml``.
    out : str or Path, optional
        The folder to write; nothing is written without it.
    force : bool
        Replace an existing folder.
    languages : sequence of {"zh", "en"}, optional
        Both, the study's own first, when left out.
    command : sequence of str
        Recorded in ``run.json``.
    progress : callable
        Told the name of each step as it begins.
    jobs : int
        Processes that draw the figures; the files do not depend on it.

    Returns
    -------
    StudyOutcome

    Raises
    ------
    StudyError, InstrumentError, ModelError, DataError
        With every fault found at that stage.
    UsageError
        ``STUDY-030`` when the folder exists and `force` is False, ``STUDY-031`` when no run wrote it, ``STUDY-032``
        when nothing can be written there.

    Examples
    --------
    >>> run_study("analysis/holzinger-1939").refused  # doctest: +SKIP
    False
    """
    loaded = study if isinstance(study, Study) else load_study(study)
    target = Path(out) if out is not None else None
    if target is not None and target.exists() and not force:
        raise UsageError(
            "STUDY-030", "the output folder exists already.", where=str(target), hint="Give --force, or another --out."
        )
    if target is not None:
        require_writable(target)
    progress("check")
    prepared = prepare_study(loaded)
    shown = tuple(languages) if languages else _languages(loaded.language)
    with one_blas_thread():
        content = walk_street(prepared, progress)
    if target is not None:
        with replace_folder(target) as beside:
            write_run(
                content, beside, shown, seed=loaded.seed, command=command,
                figure_size=loaded.outputs.figure_size, progress=progress, jobs=jobs,
            )  # fmt: skip
    return StudyOutcome(content, target, content.refusing)


def _languages(main: Language) -> tuple[Language, ...]:
    return ("zh", "en") if main == "zh" else ("en", "zh")
