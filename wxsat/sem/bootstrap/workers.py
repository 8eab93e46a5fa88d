"""Blocks of draws over processes, each with one BLAS thread; the same results whoever computes a block."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from wxsat.numerics.threads import one_blas_thread

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

Block = TypeVar("Block")
Found = TypeVar("Found")


def over_blocks(work: Callable[[Any, Block], Found], plan: Any, blocks: Sequence[Block], workers: int) -> list[Found]:
    """
    Return ``work(plan, block)`` of every block, in their order.

    With several workers this process is one of them. Each takes the next block that nobody has begun, so that all end
    together; what a helper could not finish is done here, and whatever is wrong with it is raised here.
    """
    with one_blas_thread():
        if workers <= 1 or len(blocks) <= 1:
            return [work(plan, block) for block in blocks]
        with _helpers(min(workers, len(blocks)) - 1, work, plan, blocks) as (turn, connections):
            found = _take_turns(work, plan, blocks, turn)
            for connection in connections:
                # A helper that was killed leaves an end of file.
                with suppress(EOFError):
                    found.update(connection.recv())
    return [found[k] if k in found else work(plan, blocks[k]) for k in range(len(blocks))]


def _take_turns(work: Callable[[Any, Block], Found], plan: Any, blocks: Sequence[Block], turn: Any) -> dict[int, Found]:
    """Work on the next block until none is left."""
    found: dict[int, Found] = {}
    while True:
        with turn.get_lock():
            k = turn.value
            turn.value += 1
        if k >= len(blocks):
            return found
        found[k] = work(plan, blocks[k])


def _help(
    connection: Connection, work: Callable[[Any, Block], Found], plan: Any, blocks: Sequence[Block], turn: Any
) -> None:
    """Take turns in a process of its own and send what was found; nothing after a fault, which comes again."""
    found: dict[int, Found] = {}
    with one_blas_thread(), suppress(Exception):
        found = _take_turns(work, plan, blocks, turn)
    connection.send(found)
    connection.close()


@contextmanager
def _helpers(
    count: int, work: Callable[[Any, Block], Found], plan: Any, blocks: Sequence[Block]
) -> Iterator[tuple[Any, list[Connection]]]:
    """Start helpers; yield the counter of turns and the ends at which their findings arrive."""
    # Forked helpers start at once and share the data; with other threads alive a fork is not safe.
    forked = sys.platform == "linux" and threading.active_count() == 1
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    turn = context.Value("q", 0)
    processes, connections = [], []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            for _ in range(count):
                here, there = context.Pipe(duplex=False)
                process = context.Process(target=_help, args=(there, work, plan, blocks, turn), daemon=True)
                process.start()
                there.close()
                processes.append(process)
                connections.append(here)
        yield turn, connections
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.join(0.5)
            if process.is_alive():
                process.terminate()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
