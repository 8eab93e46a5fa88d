"""What a reader calls a construct or a dilemma: its name in the instrument, its id where there is none."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from wxsat.present.numbers import Language

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument


class Names:
    """
    Names of the constructs, composites and questions of one instrument in one language.

    Examples
    --------
    >>> Names(None, "en").of("PU")
    'PU'
    """

    def __init__(self, instrument: Instrument | None, language: Language) -> None:
        self.instrument, self.language = instrument, language

    def of(self, identifier: object) -> str:
        """Return the name of a construct or composite, or the id itself."""
        return self._names.get(str(identifier), str(identifier))

    def pair(self, a: object, b: object) -> str:
        """Return two names as a pair."""
        return f"{self.of(a)} – {self.of(b)}"

    def remedy(self, lever: object, dilemma: object) -> str:
        """Return the wording of a remedy, or its id."""
        for composite in self.instrument.composites if self.instrument is not None else ():
            if composite.id == dilemma and composite.remedy is not None:
                return composite.remedy.text(self.language) or str(lever)
        return str(lever)

    @cached_property
    def _names(self) -> dict[str, str]:
        if self.instrument is None:
            return {}
        constructs = {c.id: c.name.text(self.language) or c.id for c in self.instrument.constructs}
        return constructs | {c.id: c.name.text(self.language) or c.id for c in self.instrument.composites}
