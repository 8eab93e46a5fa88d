"""Large files of answers, coded piece by piece into a CSV: memory stays flat, the file appears when all is done."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from wxsat.errors import DataError, UsageError
from wxsat.instrument.instrument import FormName, Instrument
from wxsat.responses.assemble import assemble
from wxsat.responses.key import load_key
from wxsat.responses.match import MatchRule, asked_questions, match_columns
from wxsat.responses.pieces import Progress, pieces_of, shared_faults, survey_bytes
from wxsat.responses.positions import numbering_of
from wxsat.responses.raw_table import Numbering, RawTable
from wxsat.responses.read import Wishes, code_table
from wxsat.responses.responses import Responses
from wxsat.responses.save import csv_text, sheet_of

MOST_FAULTY_PIECES = 20


def read_to_csv(
    path: str | Path,
    instrument: Instrument,
    out: str | Path,
    *,
    form: FormName | None = None,
    columns: Mapping[str, str] | None = None,
    account: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep: Sequence[str] = (),
    platform: str = "auto",
    match: str = "names",
    key: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Responses:
    """
    Code a large text file piece by piece and write the codes as CSV.

    Parameters
    ----------
    path : path
        CSV, TSV or TXT of any size.
    instrument : Instrument
    out : path
        A ``.csv``; written beside and moved into place at the end.
    form, columns, account, encoding, delimiter, keep, platform, match, key : optional
        As in :func:`wxsat.responses.read.read_responses`.
    force : bool
        Replace a file that is there.
    progress : callable, optional
        Called with the bytes read and the size after every piece.

    Returns
    -------
    Responses
        Of the first piece, with the provenance of the whole: ``rows_read`` counts every row.

    Raises
    ------
    DataError
        As :func:`wxsat.responses.read.read_responses`.
    UsageError
        RESP-060 the file is there, RESP-061 no ``.csv``.

    Examples
    --------
    >>> read_to_csv("large.csv", instrument, "coded.csv")  # doctest: +SKIP
    """
    target = Path(out)
    _require_csv(target, force)
    kept = tuple(dict.fromkeys(([account] if account else []) + list(keep)))
    wishes = Wishes(dict(columns or {}), {}, {}, kept, form, account, cast("MatchRule", match))
    salt = load_key(key) if key is not None else secrets.token_bytes(32)
    large = survey_bytes(Path(path), encoding, delimiter)
    passing = target.with_name(f".{target.stem}.writing{target.suffix}")
    first: Responses | None = None
    numbering: Numbering | None = None
    faults: list[Any] = []
    faulty, n = 0, 0
    try:
        with passing.open("w", encoding="utf-8-sig", newline="") as stream:
            for piece_table in pieces_of(large, platform, progress):
                # What the numbers are is settled once: a later piece must not be read another way.
                numbering = numbering or _numbering(piece_table, instrument, wishes)
                table = replace(piece_table, numbering=numbering)
                part = code_table(table, instrument, wishes, salt)
                n += table.n_rows
                if part.faults:
                    faults, faulty = [*faults, *part.faults], faulty + 1
                    if faulty >= MOST_FAULTY_PIECES:
                        break
                    continue
                piece = assemble([part], instrument, form)
                piece = replace(piece, provenance={**piece.provenance, "account": account, "keyed": key is not None})
                stream.write(csv_text(sheet_of(piece).frame, header=first is None))
                first = first or piece
        if faults or first is None:
            raise DataError.from_faults(shared_faults(faults))
        passing.replace(target)
    finally:
        with contextlib.suppress(OSError):
            passing.unlink(missing_ok=True)
    log = (f"Read {n} rows in pieces; what follows was seen in the first.", *first.log[1:])
    return replace(first, provenance={**first.provenance, "rows_read": n, "in_pieces": True}, log=log)


def _numbering(table: RawTable, instrument: Instrument, wishes: Wishes) -> Numbering:
    if table.numbering != "unknown":
        return table.numbering
    questions = {q.id: q for q in asked_questions(instrument)}
    match = match_columns(table, instrument, mapping=wishes.columns, form=wishes.form, rule=wishes.rule)
    return numbering_of(table, match, questions)


def _require_csv(target: Path, force: bool) -> None:
    if target.suffix.casefold() != ".csv":
        raise UsageError("RESP-061", "a file read in pieces is written as .csv.", where=target.name)
    if target.exists() and not force:
        raise UsageError("RESP-060", f"already there: {target.name}.", hint="Use --force to replace.")
    if not target.parent.is_dir():
        raise UsageError("RESP-062", "there is no such folder.", where=str(target.parent), hint="Make it first.")
