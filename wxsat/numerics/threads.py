"""Linear algebra on one thread: quicker on small matrices, and the same last digit on every number of cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """
    Keep BLAS to one thread for as long as the block lasts.

    On matrices of some tens of rows more threads only wait for each other; and they add in another order, so that the
    thirteenth digit of a result would depend on the machine's number of cores.

    Examples
    --------
    >>> import numpy as np
    >>> with one_blas_thread():
    ...     float((np.eye(3) @ np.ones(3)).sum())
    3.0
    """
    # Only libraries that are loaded already are limited: NumPy and SciPy each bring their own.
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
