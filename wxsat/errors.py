"""What went wrong, said so that the reader can mend it.

Every error carries a stable code, where it happened, what was found, what was expected and what to try.
The wording may improve; the code stays, and the class decides the exit code of the command line.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

SHOWN_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing that is wrong in an input.

    Attributes
    ----------
    code : str
        Stable code such as ``INST-004``.
    message : str
        What was found and what was expected, one sentence or two.
    where : str
        File and line, row and column, or the name of the object; empty when it has no place.
    hint : str
        What to try next; empty when the message already says it.
    """

    code: str
    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}  [{self.code}]"


class WxsatError(Exception):
    """
    Base of every error a user can cause; carries one or more faults.

    Parameters
    ----------
    code, message, where, hint : str
        As in :class:`Fault`.
    faults : sequence of Fault
        All faults found, when the input has more than one; the first is the headline.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, code: str, message: str, *, where: str = "", hint: str = "", faults: Sequence[Fault] = ()
    ) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults) or (Fault(code, message, where, hint),)
        self.code, self.message, self.where, self.hint = code, message, where, hint
        super().__init__(self.__str__())

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if len(self.faults) > SHOWN_FAULTS:
            lines.append(f"... and {len(self.faults) - SHOWN_FAULTS} more.")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.faults))

    @classmethod
    def from_faults(cls, faults: Iterable[Fault]) -> WxsatError:
        """Build one error from all faults of an input; the first one is the headline."""
        found = tuple(faults)
        head = found[0]
        return cls(head.code, head.message, where=head.where, hint=head.hint, faults=found)


def _rebuild(kind: type[WxsatError], faults: tuple[Fault, ...]) -> WxsatError:
    return kind.from_faults(faults)


class UsageError(WxsatError):
    """The command or the call itself makes no sense (exit code 2)."""

    exit_code = 2


class InstrumentError(WxsatError):
    """An instrument file that cannot be used (exit code 3)."""

    exit_code = 3


class StudyError(WxsatError):
    """A study file that cannot be used (exit code 3)."""

    exit_code = 3


class ModelError(WxsatError):
    """Model text that cannot be read or does not fit the data's names (exit code 3)."""

    exit_code = 3


class DataError(WxsatError):
    """Data that cannot be read, coded or analysed (exit code 4)."""

    exit_code = 4


class EstimationError(WxsatError):
    """Estimation failed: not identified or not converged (exit code 5)."""

    exit_code = 5


class InterpretationRefused(WxsatError):  # noqa: N818 - a refusal is no error of the user
    """The numbers exist, but a stated rule says that they must not be interpreted (exit code 6)."""

    exit_code = 6


def require_kind(value: object, kinds: type | tuple[type, ...], where: str, wanted: str, hint: str = "") -> None:
    """
    Refuse an argument of the wrong kind by name (UsageError CLI-011), before something deep inside trips over it.

    Parameters
    ----------
    value : object
    kinds : type or tuple of type
    where : str
        Name of the argument.
    wanted : str
        What it should be, in words.
    hint : str
        What to try.

    Examples
    --------
    >>> require_kind("answers.csv", (str,), "source", "a file")
    """
    if not isinstance(value, kinds):
        message = f"`{where}` is of type {type(value).__name__}; {wanted} was expected."
        raise UsageError("CLI-011", message, where=where, hint=hint)


def require_path(value: object, where: str, wanted: str = "the name of a file") -> None:
    """Refuse what is neither text nor a path, as :func:`require_kind` does."""
    require_kind(value, (str, os.PathLike), where, wanted)


def nearest(name: str, known: Iterable[str]) -> str:
    """
    Return ``" Did you mean 'x'?"`` when a known name is close to `name`, else an empty string.

    Examples
    --------
    >>> nearest("usefulnes", ["usefulness", "trust"])
    " Did you mean 'usefulness'?"
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
