"""The key of a study: a file that the user keeps, by which one person is known again and named by nobody.

With it, the most trusted identifier of a row becomes a keyed hash that is the same in every wave read with the
same key; without it, a fingerprint is drawn for one reading and forgotten.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from wxsat.errors import DataError

KEY_BYTES = 32
FIRST_LINE = "wxsat key: keep it apart from the answers, and delete it to make them anonymous for good"


def load_key(path: str | Path) -> bytes:
    """
    Return the key of a file; a file that is not there is made, readable by its owner alone.

    Raises
    ------
    DataError
        RESP-079 the file is no key, or cannot be written.

    Examples
    --------
    >>> load_key("study.key")  # doctest: +SKIP
    """
    target = Path(path)
    if not target.exists():
        return _make(target)
    try:
        lines = target.read_text(encoding="ascii").split("\n")
        key = bytes.fromhex(lines[1].strip()) if lines[0].startswith("wxsat key") and len(lines) > 1 else b""
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise DataError(
            "RESP-079",
            "this is no key file of wxsat, and it is left as it is.",
            where=target.name,
            hint="Name the key of the first wave, or a new file for a new study.",
        )
    return key


def _make(target: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"{FIRST_LINE}\n{key.hex()}\n")
    except OSError as error:
        raise DataError("RESP-079", f"the key cannot be written ({error.strerror}).", where=str(target)) from None
    return key
