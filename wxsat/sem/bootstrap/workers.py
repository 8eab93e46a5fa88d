"""Blocks of draws over processes, each with one BLAS thread; the same results whoever computes a block."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

Block = TypeVar("Block")
Found = TypeVar("Found")

_PLAN: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """
    Keep BLAS to one thread: on matrices this small more threads only wait for each other.

    Needs threadpoolctl; without it the environment variables must be set before Python starts.
    """
    try:
        threadpoolctl = import_module("threadpoolctl")
    except ImportError:
        yield
        return
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        yield


def over_blocks(work: Callable[[Any, Block], Found], plan: Any, blocks: Sequence[Block], workers: int) -> list[Found]:
    """
    Return ``work(plan, block)`` of every block, in their order.

    With several workers this process is one of them: it takes the blocks that nobody has begun, from the end.
    """
    with one_blas_thread():
        if workers <= 1 or len(blocks) <= 1:
            return [work(plan, block) for block in blocks]
        with _pool(min(workers, len(blocks)) - 1, plan) as pool:
            waiting: list[Future[Found]] = [pool.submit(_work, work, block) for block in blocks]
            own: dict[int, Found] = {}
            for k in range(len(blocks) - 1, -1, -1):
                if waiting[k].cancel():
                    own[k] = work(plan, blocks[k])
            return [own[k] if k in own else waiting[k].result() for k in range(len(blocks))]


@contextmanager
def _pool(processes: int, plan: Any) -> Iterator[ProcessPoolExecutor]:
    # Forked workers start at once and share the data; with other threads alive a fork is not safe.
    forked = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forked else "spawn")
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            with ProcessPoolExecutor(processes, context, _remember, (plan,)) as pool:
                yield pool
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _remember(plan: Any) -> None:
    global _PLAN
    _PLAN = plan


def _work(work: Callable[[Any, Block], Found], block: Block) -> Found:
    with one_blas_thread():
        return work(_PLAN, block)
