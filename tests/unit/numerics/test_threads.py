"""Linear algebra on one thread, and as many as before once the block is left."""

from __future__ import annotations

import scipy.linalg  # noqa: F401
from threadpoolctl import threadpool_info, threadpool_limits

from wxsat.numerics.threads import one_blas_thread


def blas_threads():
    return {found["filepath"]: found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"}


def test_every_blas_is_kept_to_one_thread_and_given_back():
    with threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        with one_blas_thread():
            inside = blas_threads()
        after = blas_threads()
    assert inside
    assert set(inside) == set(before)
    assert set(inside.values()) == {1}
    assert after == before
