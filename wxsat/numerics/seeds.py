"""Seeds: a whole number of 0 or more, said before anything is drawn."""

from __future__ import annotations

import operator

from wxsat.errors import UsageError


def check_seed(seed: object, code: str) -> None:
    """
    Refuse a seed that no generator takes: UsageError of `code`.

    Examples
    --------
    >>> check_seed(7, "PLS-023")
    """
    try:
        fine = operator.index(seed) >= 0  # type: ignore[arg-type]
    except TypeError:
        fine = False
    if not fine:
        raise UsageError(code, f"a seed of {seed!r}; a whole number of 0 or more was expected.", where="seed")
