"""The responses: one row a respondent, codes in one frame, the reason of every missing cell in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from wxsat.notebook import tables_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.finding import Finding
    from wxsat.instrument.instrument import FormName, Instrument

MissingReason = Literal["", "dont_know", "refused", "not_shown", "skipped", "system"]


@dataclass(frozen=True)
class Responses:
    """
    Coded answers.

    Attributes
    ----------
    frame : DataFrame, shape (n_respondents, n_questions)
        One column per item, check and background question that the file has, named by its id in the
        instrument. Item codes are float64, NaN where there is no answer. Raw direction until `reversed_items`
        names the item. Extra columns that the study names (account, weight, ...) are kept under their own
        name.
    reasons : DataFrame, shape (n_respondents, n_items)
        For every item and check column, why the cell is empty; ``""`` where it was answered.
    paradata : DataFrame, shape (n_respondents, ...)
        ``seconds`` (float), ``started``/``finished`` (datetime), ``fingerprint`` (salted hash of openid or
        device, never the identifier itself), ``address`` (the same of a network address), ``page_seconds_1``, ...;
        only those that exist.
    rows : ndarray of int, shape (n_respondents,)
        Row of the source file each respondent stood in, counting the first data row as 1: the only respondent
        id that ever leaves the program.
    instrument : Instrument or None
    form : {"full", "standard", "brief"} or None
        The form whose items the file holds.
    reversed_items : tuple of str
        Items already recoded to the direction of their construct; empty for raw answers.
    provenance : mapping
        ``file``, ``sha256``, ``encoding``, ``reader``, ``rows_read``, ``columns_unused``, ``items_absent``,
        ...
    log : tuple of str
        What was done, in order, one English sentence each.
    """

    frame: pd.DataFrame
    reasons: pd.DataFrame
    paradata: pd.DataFrame
    rows: Any
    instrument: Instrument | None = None
    form: FormName | None = None
    reversed_items: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of respondents."""
        return len(self.frame)

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The instrument's items that the file holds, in questionnaire order."""
        if self.instrument is None:
            return tuple(str(c) for c in self.frame.columns)
        return tuple(i.id for i in self.instrument.items_in() if i.id in self.frame.columns)

    def _repr_html_(self) -> str:
        """Show what this is in a notebook, and no answer of anybody."""
        instrument = self.instrument.id if self.instrument is not None else None
        return tables_of(
            {"respondents": self.n, "items": len(self.item_ids), "instrument": instrument, "form": self.form}
        )


@dataclass(frozen=True)
class CleanResponses(Responses):
    """
    Responses after cleaning: those who stay, recoded once, with the record of who left and why.

    Attributes
    ----------
    ledger : DataFrame
        One row a respondent and rule: ``row, rule, family, subject, value, threshold, action`` with action
        ``flag``, ``check`` or ``drop``, and one row per recoded item (``row`` empty, rule ``reverse_key``).
    flow : DataFrame
        The exclusion flow: ``step, n_left, n_dropped, reason``, in order, first row what was read.
    findings : tuple of Finding
        What the reader must know of the answers: careless share, don't-knows, constant or identical items.
    single_flag_rows : tuple of int
        Rows kept although one family flagged them; the sensitivity run leaves them out.
    """

    ledger: pd.DataFrame = field(default=None)  # type: ignore[assignment]
    flow: pd.DataFrame = field(default=None)  # type: ignore[assignment]
    single_flag_rows: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()

    def without_single_flags(self) -> CleanResponses:
        """Return the same responses without those that one flag family marked (the second run)."""
        from dataclasses import replace

        import numpy as np

        keep = ~np.isin(np.asarray(self.rows), self.single_flag_rows)
        line = f"Second run without the {int((~keep).sum())} respondents with a single flag."
        return replace(rows_kept(self, keep, line), single_flag_rows=())


AnyResponses = TypeVar("AnyResponses", bound=Responses)


def rows_kept(responses: AnyResponses, keep: NDArray[np.bool_], line: str = "") -> AnyResponses:
    """Return the responses of some respondents, with a line for the log."""
    from dataclasses import replace

    import numpy as np

    return replace(
        responses,
        frame=responses.frame.loc[keep].reset_index(drop=True),
        reasons=responses.reasons.loc[keep].reset_index(drop=True),
        paradata=responses.paradata.loc[keep].reset_index(drop=True),
        rows=np.asarray(responses.rows)[keep],
        log=(*responses.log, line) if line else responses.log,
    )
