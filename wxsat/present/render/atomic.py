"""Files and folders that are there whole or not at all: written beside their place, then moved into it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wxsat.errors import UsageError


def write_atomically(path: str | Path, content: bytes | str) -> Path:
    """
    Write a file so that nobody ever sees half of it.

    Parameters
    ----------
    path : str or Path
        Its folder must exist.
    content : bytes or str
        Text is written as UTF-8, line ends as given.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        OUT-003 if the folder does not exist or cannot be written to.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes private files; a report is an ordinary one.
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, target)
    except OSError as error:
        raise UsageError(
            "OUT-003",
            f"the file cannot be written: {error.strerror}.",
            where=str(target),
            hint="Does the folder exist, and may you write to it?",
        ) from error
    finally:
        if beside and os.path.exists(beside):
            os.unlink(beside)
    return target


@contextmanager
def folder_in_place(target: Path, unwritable: Callable[[str], UsageError]) -> Iterator[Path]:
    """
    Give a fresh folder beside `target`, and move it there, in place of what stands, when the block ends well.

    An exception or an interruption removes it and leaves `target` as it was.

    Parameters
    ----------
    target : Path
    unwritable : callable
        Makes the error that is raised where the folder cannot be written, from the system's reason.

    Raises
    ------
    UsageError
        Of `unwritable`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.absolute().parent))
    except OSError as problem:
        raise unwritable(problem.strerror or str(problem)) from None
    beside.chmod(0o755)
    try:
        yield beside
        if target.exists():
            shutil.rmtree(target)
        beside.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
