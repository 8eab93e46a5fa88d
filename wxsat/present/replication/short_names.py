"""Names of at most eight letters for Mplus, and the legend that leads back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# Mplus: letters, digits and underscores, a letter first, upper and lower case alike, eight characters.
LONGEST = 8
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Words that begin a statement or a command, or are operators of its language.
_RESERVED = frozenset(
    ("ON", "BY", "WITH", "PON", "PWITH", "ALL", "MODEL", "DATA", "TITLE", "OUTPUT", "NEW", "GROUP", "WEIGHT", "CLUSTER",
     "IND", "VIA", "XWITH", "AT", "IS", "ARE", "MISSING", "NAMES", "ANALYSIS", "VARIABLE", "DEFINE", "PLOT")
)  # fmt: skip


@dataclass
class ShortNames:
    """Short names in the order in which they are asked for; the same name gets the same short one."""

    known: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, names: Sequence[str], kind: str, stem: str) -> None:
        """Give every name a short one: itself where it is allowed and still free, else ``<stem><number>``."""
        for name in names:
            if name in self.known:
                continue
            taken = set(self.known.values())
            short = name.upper()
            if not (_PLAIN.fullmatch(short) and len(short) <= LONGEST) or short in taken | _RESERVED:
                number = 1
                while f"{stem}{number}" in taken or any(n.upper() == f"{stem}{number}" for n in names):
                    number += 1
                short = f"{stem}{number}"
            self.known[name], self.kinds[name] = short, kind

    def __getitem__(self, name: str) -> str:
        return self.known[name]

    def legend(self) -> str:
        """Return the legend as CSV: ``kind name mplus``."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["kind", "name", "mplus"])
        writer.writerows([self.kinds[name], name, short] for name, short in self.known.items())
        return text.getvalue()
