"""What the path between accounts is estimated from: three sources brought to the accounts that all of them know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.latent import answered_items
from wxsat.diagnosis.operators import ROLES, StaffAnswers
from wxsat.diagnosis.pomp import pomp
from wxsat.numerics.labels import plain_labels

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.records.audit import AuditResult
    from wxsat.responses.responses import Responses

Floats = NDArray[np.float64]
REPLY_RATE = "L04"
CAUSE, OUTCOME = "UNA", "SAT"
SCALE = 10.0
"""Points of a 0-100 scale that one unit of the model stands for: keeps variances near one."""


@dataclass(frozen=True, eq=False)
class ChainData:
    """
    Respondents of the accounts that all three sources know.

    Attributes
    ----------
    items : dict of str to tuple of str
        Answered items of ``UNA`` and ``SAT``.
    values : ndarray, shape (n, n_items)
        Their answers, 0-10 in the construct's own direction, complete rows only, in the order of `items`.
    account : ndarray of int, shape (n,)
    accounts : tuple of str
    commitment : ndarray, shape (n_accounts,)
        Leaders' commitment as operators and liaisons see it, 0-10.
    reply : ndarray, shape (n_accounts,)
        Logit of the share of messages answered by a person within the time limit.
    """

    items: dict[str, tuple[str, ...]]
    values: Floats
    account: NDArray[np.intp]
    accounts: tuple[str, ...]
    commitment: Floats
    reply: Floats

    @property
    def n_accounts(self) -> int:
        """Number of accounts."""
        return len(self.accounts)

    def frame(self) -> pd.DataFrame:
        """Return the respondents as a frame: items, ``account``, ``olc``, ``lr``."""
        import pandas as pd

        names = [item for own in self.items.values() for item in own]
        columns = {name: self.values[:, k] for k, name in enumerate(names)}
        return pd.DataFrame(
            {**columns, "account": self.account, "olc": self.commitment[self.account], "lr": self.reply[self.account]}
        )

    def scores(self) -> Floats:
        """Return each respondent's mean of the items of either construct, shape (n, 2)."""
        ends = np.cumsum([len(own) for own in self.items.values()])[:-1]
        return np.column_stack([part.mean(axis=1) for part in np.split(self.values, ends, axis=1)])


def logit_of_rate(rate: Floats, n: Floats) -> Floats:
    r"""
    Return the empirical logit of shares, which exists for 0 and 1 as well.

    Notes
    -----
    .. math:: \ln \frac{n p + 1/2}{n (1 - p) + 1/2}

    Examples
    --------
    >>> logit_of_rate(np.array([0.5, 1.0]), np.array([10.0, 10.0])).round(3).tolist()
    [0.0, 3.045]
    """
    return np.asarray(np.log((n * rate + 0.5) / (n * (1.0 - rate) + 0.5)))


def commitment_of(staff: StaffAnswers) -> Floats:
    """
    Return the leaders' commitment of each account as operators and liaisons see it, 0-100; NaN where nobody said.

    Leaders' answers about themselves stay out: what they claim and what others see differ.
    """
    severity = staff.cell_means(staff.values[:, [staff.parts.index("OLC")]])[0, :, :, 0]
    others = severity[:, [ROLES.index("OP"), ROLES.index("BD")]]
    known = np.isfinite(others)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, others, 0.0).sum(axis=1) / known.sum(axis=1)
    return np.asarray(100.0 - mean)


def gather_chain(responses: Responses, cluster: str, staff: StaffAnswers, audit: AuditResult) -> ChainData:
    """
    Bring the three sources to the accounts that all of them know and at least two respondents rate in full.

    Parameters
    ----------
    responses : Responses
        The public's cleaned answers.
    cluster : str
        Column of the accounts.
    staff : StaffAnswers
    audit : AuditResult
    """
    items = {name: tuple(answered_items(responses, name)) for name in (CAUSE, OUTCOME)}
    values = np.column_stack([_column(responses, item) for own in items.values() for item in own] or [_none(responses)])
    commitment = dict(zip(staff.accounts, commitment_of(staff).tolist(), strict=True))
    rates = audit.indicators[audit.indicators["indicator"] == REPLY_RATE]
    reply = dict(
        zip(
            rates["account"].astype(str),
            logit_of_rate(rates["value"].to_numpy(np.float64), rates["n"].to_numpy(np.float64)).tolist(),
            strict=True,
        )
    )
    names = plain_labels(responses.frame[cluster])
    complete = np.isfinite(values).all(axis=1) & np.array([name is not None for name in names], dtype=bool)
    known = {a for a in commitment if np.isfinite(commitment[a]) and np.isfinite(reply.get(a, np.nan))}
    kept = complete & np.array([str(name) in known for name in names], dtype=bool)
    labels, counts = np.unique(names[kept].astype(str), return_counts=True)
    accounts = tuple(str(name) for name in labels[counts >= 2])
    kept &= np.isin(names.astype(str), np.array(accounts, dtype=str))
    place = {name: k for k, name in enumerate(accounts)}
    return ChainData(
        items,
        values[kept] / SCALE,
        np.array([place[str(name)] for name in names[kept]], dtype=np.intp),
        accounts,
        np.array([commitment[a] for a in accounts], dtype=np.float64) / SCALE,
        np.array([reply[a] for a in accounts], dtype=np.float64),
    )


def _none(responses: Responses) -> Floats:
    return np.full(responses.n, np.nan)


def _column(responses: Responses, item: str) -> Floats:
    """Return an item's answers on 0-100, NaN where its scale has no ends."""
    instrument = responses.instrument
    assert instrument is not None
    asked = next(i for c in instrument.constructs for i in c.items if i.id == item)
    scale = instrument.scale_of(asked)
    if scale.min is None or scale.max is None:
        return _none(responses)
    return pomp(responses.frame[item].to_numpy(dtype=np.float64, na_value=np.nan), scale.min, scale.max)
