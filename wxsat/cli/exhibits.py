"""`--out`, `--lang` and `--force` of every command whose result has tables and figures: files that can be cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli.output import say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.present.exhibits.save import Languages

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Also write tables (CSV, XLSX, DOCX) and figures (SVG, PNG) into this folder."),
]
Lang = Annotated[str, typer.Option("--lang", help="With --out: zh, en or both.")]
Force = Annotated[bool, typer.Option("--force", help="With --out: replace a folder that such a command wrote.")]


@dataclass(frozen=True)
class Destination:
    """Where the files go, in which languages; made before anything is computed."""

    folder: Path
    language: Languages
    force: bool

    def write(self, results: Sequence[Any], source: Any = None, *, only: Sequence[str] = ()) -> None:
        """Write the files of results, named after the instrument of their source; say on stderr what was written."""
        from wxsat.present.exhibits.save import save_exhibits

        save_exhibits(
            list(results), self.folder, language=self.language, instrument=instrument_of(source), only=only,
            stamp=is_made_up(source), force=self.force,
        )  # fmt: skip
        say(f"{self.folder}: {_counted(self.folder)}; exhibits.json lists them.")


def destination(out: Path | None, lang: str, force: bool) -> Destination | None:
    """
    Return where to write, or None without ``--out``.

    Raises
    ------
    UsageError
        ``OUT-075`` for ``--force`` without ``--out``, else as :func:`wxsat.save_exhibits` does, before any work.
    """
    from wxsat.present.exhibits.save import languages_of, require_free

    languages_of(lang)
    if out is None:
        if force:
            raise UsageError("OUT-075", "--force says what to do with an existing --out; there is none.",
                             where="--force")  # fmt: skip
        return None
    require_free(out, force)
    return Destination(out, cast("Languages", lang), force)


def item_correlations(frame: Any, kind: str) -> Any:
    """Return correlations of items with what kind they are, as something that has a table."""
    from wxsat.present.exhibits.exhibits import ItemCorrelations

    return ItemCorrelations(frame, kind)


def composite_reliability(frame: Any, fit: Any) -> Any:
    """Return the reliabilities of a model's factors as something that has a table."""
    from wxsat.present.exhibits.exhibits import FactorReliability

    return FactorReliability(frame, fit)


def rater_agreement(frame: Any, n: int, retest: Any) -> Any:
    """Return intraclass correlations as something that has a table."""
    from wxsat.present.exhibits.exhibits import RaterAgreement

    return RaterAgreement(frame, n, retest)


def rmsea_sizes(found: Sequence[Any]) -> Any:
    """Return the power of a test of fit by size as something that has a table."""
    from wxsat.present.exhibits.exhibits import RmseaSizes

    return RmseaSizes(tuple(found))


def answers_of(source: Any, settings: dict[str, Any]) -> Any:
    """Return the answers as something that has figures: those of an instrument, or plain columns by scale."""
    if instrument_of(source) is not None:
        return source
    from wxsat.present.exhibits.exhibits import ColumnAnswers

    scales = {name: tuple(columns) for name, columns in settings["scales"].items()}
    return ColumnAnswers(source, scales, tuple(settings["reverse"]))


def instrument_of(source: Any) -> Instrument | None:
    """Return the instrument that answers belong to; plain columns have none."""
    return getattr(source, "instrument", None)


def is_made_up(source: Any) -> bool:
    """Whether answers are simulated, as their file or their maker says."""
    if not hasattr(source, "provenance"):
        return "simulated" in getattr(source, "columns", ())
    from wxsat.study.answers import is_simulated

    return is_simulated(source)


def _counted(folder: Path) -> str:
    """Say how many tables and figures a folder holds; a figure in two languages is one."""
    import json

    from wxsat.present.exhibits.save import LIST

    listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
    counts = (("table", len(listed["tables"])), ("figure", len(listed["figures"])))
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts)
