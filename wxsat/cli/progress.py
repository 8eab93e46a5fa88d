"""A progress bar on stderr for files that take a while; nothing for small ones, and nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def byte_progress(file: Path) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a function that takes the bytes read and the size, or None where no bar is wanted."""
    from wxsat.responses.pieces import is_large

    if not is_large(file):
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from wxsat.cli.terminal import open_console, shows_movement

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=open_console(sys.stderr), transient=True, disable=not shows_movement(sys.stderr)
    ) as bar:
        task = bar.add_task(file.name, total=file.stat().st_size)
        yield lambda done, size: bar.update(task, completed=done, total=size)
