"""The same office file for the same content: a zip archive with its clock and its order fixed."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

# The earliest date a zip archive can hold.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
DOCUMENT_DATE = datetime(2000, 1, 1)


def fix_zip(content: bytes) -> bytes:
    """Return an archive with the same members in the same order, without times and system."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            member.create_system = 3
            target.writestr(member, source.read(name), compresslevel=6)
    return fixed.getvalue()
