"""The severity of an indicator: three knots, straight lines between them, and where the knots come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from wxsat.errors import Fault, StudyError, nearest

AT_COMPLIANCE = 40.0
Dilemma = Literal["D1", "D2", "D3", "D4", "symptom"]
Provenance = Literal["official", "published", "convention", "local"]


@dataclass(frozen=True)
class Indicator:
    """
    One indicator with its knots.

    Attributes
    ----------
    id : str
        ``L01`` to ``L34``.
    dilemma : {"D1", "D2", "D3", "D4", "symptom"}
    part : str
        Sub-dilemma (AUD, GEO, FUN, LAND) or the dilemma itself.
    target, compliance, critical : float
        Values with severity 0, 40 and 100, in order or in reverse order.
    veto : float or None
        Value at which (or beyond which) the indicator alone turns the account red.
    provenance : {"official", "published", "convention", "local"}
        ``local`` marks knots that the study's own file changed.
    source, en, zh : str
        Where the knots come from; names in two languages.
    """

    id: str
    dilemma: Dilemma
    part: str
    target: float
    compliance: float
    critical: float
    veto: float | None
    provenance: Provenance
    source: str
    en: str
    zh: str

    @property
    def higher_is_worse(self) -> bool:
        """Whether severity rises with the value."""
        return self.critical > self.target

    def severity(self, value: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """
        Return the severity, 0 to 100, NaN where the value is.

        Examples
        --------
        >>> default_indicators()["L04"].severity([0.95, 0.8, 0.65, 0.5, 0.2]).round(1).tolist()
        [0.0, 40.0, 70.0, 100.0, 100.0]
        """
        x = np.asarray(value, dtype=float)
        at = np.array([self.target, self.compliance, self.critical])
        sign = 1.0 if self.higher_is_worse else -1.0
        out: NDArray[np.float64] = np.interp(sign * x, sign * at, [0.0, AT_COMPLIANCE, 100.0])
        return np.where(np.isnan(x), np.nan, out)

    def vetoed(self, value: float) -> bool:
        """Whether the value is at or beyond the veto line."""
        if self.veto is None or np.isnan(value):
            return False
        return bool(value >= self.veto if self.higher_is_worse else value <= self.veto)

    def shifted(self, factor: float) -> Indicator:
        """
        Return the indicator with its compliance and critical knots moved away from the target by `factor`.

        Notes
        -----
        A factor above 1 is more lenient; the sensitivity of verdicts to conventions uses it.
        """
        move = [self.target + factor * (knot - self.target) for knot in (self.compliance, self.critical)]
        return replace(self, compliance=move[0], critical=move[1])


class _Knots(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    dilemma: Dilemma
    part: str = ""
    g: float
    h: float
    c: float
    veto: float | None = None
    provenance: Provenance
    source: str
    en: str
    zh: str


class KnotChange(BaseModel):
    """A city's own knots for one indicator; what is left out stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    g: float | None = None
    h: float | None = None
    c: float | None = None
    veto: float | None = None
    source: Annotated[str, Field(min_length=1)]


@cache
def default_indicators() -> Mapping[str, Indicator]:
    """Return the indicators with the knots that ship with the package."""
    import yaml

    text = files("wxsat.records").joinpath("knots.yaml").read_text(encoding="utf-8")
    return {name: _indicator(name, _Knots.model_validate(given)) for name, given in yaml.safe_load(text).items()}


def _indicator(name: str, k: _Knots) -> Indicator:
    part = k.part or k.dilemma
    return Indicator(name, k.dilemma, part, k.g, k.h, k.c, k.veto, k.provenance, k.source, k.en, k.zh)


def changed_indicators(changes: Mapping[str, KnotChange]) -> dict[str, Indicator]:
    """
    Return the indicators with a study's own knots put in.

    Raises
    ------
    StudyError
        LOG-013 for an indicator that does not exist, LOG-014 for knots that are not in order, or that make good what
        is bad. All at once.
    """
    indicators: dict[str, Indicator] = dict(default_indicators())
    faults: list[Fault] = []
    for name, change in changes.items():
        where = f"knots.{name}"
        if name not in indicators:
            hint = nearest(name, indicators).strip() or "L01 to L34."
            faults.append(Fault("LOG-013", f"`knots` has {name!r}, which is no indicator.", where, hint))
            continue
        old = indicators[name]
        new = _changed(old, change)
        steps = (new.compliance - new.target, new.critical - new.compliance)
        if not all(step > 0 if old.higher_is_worse else step < 0 for step in steps):
            way = "rise" if old.higher_is_worse else "fall"
            message = f"the knots of {name} do not {way}: g {new.target:g}, h {new.compliance:g}, c {new.critical:g}."
            hint = f"Target, compliance line and critical line must {way}, one after the other."
            faults.append(Fault("LOG-014", message, where, hint))
        indicators[name] = new
    if faults:
        raise StudyError.from_faults(faults)
    return indicators


def _changed(old: Indicator, change: KnotChange) -> Indicator:
    return replace(
        old,
        target=old.target if change.g is None else change.g,
        compliance=old.compliance if change.h is None else change.h,
        critical=old.critical if change.c is None else change.c,
        veto=old.veto if change.veto is None else change.veto,
        provenance="local",
        source=change.source,
    )
