"""The truth of a simulation, from YAML: who influences whom, how items show it, what spoils the answers.

A truth is a declaration; :mod:`wxsat.simulate.population` solves it. It is checked whole before anything is
drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wxsat.errors import Fault, StudyError, nearest
from wxsat.instrument.instrument import Label

Share = Annotated[float, Field(ge=0, le=1)]
Correlation = Annotated[float, Field(gt=-1, lt=1)]
Effect = Annotated[float, Field(allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ResidualCorrelation(_Frozen):
    """One correlation for every pair within a set of latents, or for every pair across two sets."""

    within: str | list[str] | None = Field(default=None, description="A composite, or a list of latents.")
    across: tuple[str, str] | None = Field(default=None, description="Two composites.")
    r: Correlation


class Bounds(_Frozen):
    """The scale in whose units means and standard deviations are stated."""

    min: float
    max: float


class Measurement(_Frozen):
    """How a latent shows in its items: loadings by position, spread, and the mean of each construct."""

    loadings: list[Annotated[float, Field(ge=-1, le=1)]] = Field(min_length=1)
    sd: Annotated[float, Field(gt=0)]
    scale: Bounds
    means: dict[str, float]
    items: dict[str, Annotated[float, Field(ge=-1, le=1)]] = Field(
        default_factory=dict, description="Loadings of single items that differ from the pattern."
    )

    def loading_of(self, item_id: str, position: int) -> float:
        """Return the standardised loading of an item that stands at `position` (from 0) in its construct."""
        return self.items.get(item_id, self.loadings[min(position, len(self.loadings) - 1)])


class Careless(_Frozen):
    """Share of careless respondents and what they do, in proportions of them."""

    share: Share = 0.0
    random: Annotated[float, Field(ge=0)] = 1.0
    straight_line: Annotated[float, Field(ge=0)] = 1.0
    fast: Annotated[float, Field(ge=0)] = 1.0


class Nuisance(_Frozen):
    """What a field period adds to the truth; the default is nothing."""

    icc: Annotated[float, Field(ge=0, lt=1)] = 0.0
    careless: Careless = Careless()
    dont_know: dict[str, Share] = Field(
        default_factory=dict, description="Share by item or construct; `default` for the rest."
    )
    dont_know_together: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.0, description="Correlation, across questions, of the inclination to say don't know."
    )
    skipped: Share = 0.0
    break_off: Share = 0.0
    duplicates: Share = 0.0

    def dont_know_share(self, item_id: str, construct_id: str) -> float:
        """Return the don't-know share of an item: its own, its construct's, or the default."""
        shares = self.dont_know
        return shares.get(item_id, shares.get(construct_id, shares.get("default", 0.0)))


class BackgroundAnswer(_Frozen):
    """
    How a background question is answered: one of four ways, leaning on latents where it is related to them.

    ``shares`` orders codes from low to high in what the question leans on; ``quantiles`` are equally spaced
    quantiles of a number, the smallest and the largest included; ``ticks`` gives each choice of a multiple
    question its share; ``by_account`` hands its values out to the accounts in turn.
    """

    shares: dict[int, Share] = Field(default_factory=dict)
    quantiles: list[float] = Field(default_factory=list)
    ticks: dict[int, Share] = Field(default_factory=dict)
    by_account: list[int] = Field(default_factory=list)
    leans_on: dict[str, Correlation] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> BackgroundAnswer:
        ways = (self.shares, self.quantiles, self.ticks, self.by_account)
        if sum(map(bool, ways)) != 1:
            raise ValueError("give exactly one of shares, quantiles, ticks and by_account")
        if self.shares and abs(sum(self.shares.values()) - 1.0) > 1e-6:
            raise ValueError(f"the shares sum to {sum(self.shares.values()):g}, not to 1")
        if len(self.quantiles) == 1 or self.quantiles != sorted(self.quantiles):
            raise ValueError("quantiles are at least two numbers in ascending order")
        if sum(r * r for r in self.leans_on.values()) >= 1.0:
            raise ValueError("the squares under leans_on sum to 1 or more")
        return self


class Truth(_Frozen):
    """
    A declared population and the nuisance of its field period.

    Attributes
    ----------
    latents : list of str
        The latents of the reference population, in any order.
    composites : mapping of str to list of str
        Plain means of latents; a path from one is spread equally over its parts.
    paths : mapping of outcome to {cause: effect}
        Standardised for latents, per one unit of the mean for composites.
    companions : mapping
        Further constructs, in the same form as `paths`; nothing may depend on them.
    background : mapping of question id to BackgroundAnswer
        Background questions; one that is not named stays out of the data.
    """

    schema_version: Literal[1] = 1
    id: str
    title: Label = Label()
    instrument: str | None = None
    latents: list[str] = Field(min_length=1)
    composites: dict[str, list[str]] = Field(default_factory=dict)
    paths: dict[str, dict[str, Effect]] = Field(default_factory=dict)
    residual_correlations: list[ResidualCorrelation] = Field(default_factory=list)
    companions: dict[str, dict[str, Effect]] = Field(default_factory=dict)
    measurement: Measurement
    background: dict[str, BackgroundAnswer] = Field(default_factory=dict)
    nuisance: Nuisance = Nuisance()

    @property
    def names(self) -> tuple[str, ...]:
        """The latents of the reference population, then the companions."""
        return (*self.latents, *self.companions)

    @property
    def sha256(self) -> str:
        """Hash of what the truth says, whatever its layout or comments."""
        said = json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def without_nuisance(self) -> Truth:
        """Return the same population with a field period that spoils nothing."""
        return self.model_copy(update={"nuisance": Nuisance()})

    def pairs_of(self, rule: ResidualCorrelation) -> Iterator[tuple[str, str]]:
        """Yield the pairs of latents that a rule speaks of."""
        if rule.across is not None:
            first, second = (self.composites[name] for name in rule.across)
            yield from ((a, b) for a in first for b in second)
        else:
            names = self.composites[rule.within] if isinstance(rule.within, str) else rule.within or []
            yield from ((a, b) for i, a in enumerate(names) for b in names[i + 1 :])


def load_truth(path: str | Path) -> Truth:
    """
    Read a truth file and check every name in it.

    Parameters
    ----------
    path : str or Path
        YAML file.

    Returns
    -------
    Truth

    Raises
    ------
    StudyError
        SIM-001 cannot be read, SIM-002 wrong shape, SIM-003 unknown name, SIM-004 a mean is missing. All
        faults of the file are named at once.

    Examples
    --------
    >>> load_truth("surveys/gov-wechat-public/truth.yaml").id
    'S1-reference'
    """
    where = str(path)
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise StudyError("SIM-001", f"the truth file cannot be read: {reason}.", where=where) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise StudyError("SIM-001", f"the truth file is not valid YAML: {problem}.", where=where + line) from error
    return truth_from(content, where)


def truth_from(content: Any, where: str = "truth") -> Truth:
    """Validate a truth given as plain data; `where` names its place in errors (see :func:`load_truth`)."""
    if not isinstance(content, dict):
        raise StudyError("SIM-002", "a truth file holds keys and values at its top level.", where=where)
    try:
        truth = Truth.model_validate(content)
    except ValidationError as error:
        raise StudyError.from_faults(
            Fault("SIM-002", _sentence(problem), f"{where}, {_place(problem)}") for problem in error.errors()
        ) from error
    faults = [*_unknown_names(truth, where), *_missing_means(truth, where)]
    if faults:
        raise StudyError.from_faults(faults)
    return truth


def _place(problem: Any) -> str:
    return ".".join(str(part) for part in problem["loc"]) or "top level"


def _sentence(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        known = [
            *Truth.model_fields,
            *Measurement.model_fields,
            *Nuisance.model_fields,
            *Careless.model_fields,
        ]
        return f"there is no such key.{nearest(str(problem['loc'][-1]), known)}"
    found = problem.get("input")
    shown = f" Found {found!r}." if isinstance(found, (str, int, float)) else ""
    return f"{problem['msg']}.{shown}"


def _unknown_names(truth: Truth, where: str) -> Iterator[Fault]:
    yield from _names_of_two_things(truth, where)
    yield from _unknown_parts(truth, where)
    yield from _unknown_causes(truth, where)
    for question, answer in truth.background.items():
        for name in answer.leans_on:
            place = f"{where}, background.{question}.leans_on"
            yield from _unless_known(name, set(truth.names), place, "a construct of this truth")
    yield from _unknown_in_residuals(truth, where)


def _unless_known(name: str, known: set[str], place: str, kind: str) -> Iterator[Fault]:
    if name not in known:
        yield Fault("SIM-003", f"'{name}' is not {kind}.", place, nearest(name, known).strip())


def _names_of_two_things(truth: Truth, where: str) -> Iterator[Fault]:
    core, composites, companions = set(truth.latents), set(truth.composites), set(truth.companions)
    for name in sorted({n for n in truth.latents if truth.latents.count(n) > 1}):
        yield Fault("SIM-003", f"'{name}' is named twice.", f"{where}, latents")
    for name in sorted(((core | composites) & companions) | (core & composites)):
        yield Fault("SIM-003", f"'{name}' stands for two things.", where, "Give each its own name.")


def _unknown_parts(truth: Truth, where: str) -> Iterator[Fault]:
    for composite, parts in truth.composites.items():
        if not parts:
            yield Fault("SIM-003", f"composite '{composite}' has no parts.", f"{where}, composites")
        for part in parts:
            yield from _unless_known(part, set(truth.latents), f"{where}, composites.{composite}", "a latent")


def _unknown_causes(truth: Truth, where: str) -> Iterator[Fault]:
    core = set(truth.latents)
    causes = core | set(truth.composites)
    for section in ("paths", "companions"):
        for outcome, effects in getattr(truth, section).items():
            if section == "paths":
                yield from _unless_known(outcome, core, f"{where}, paths", "a latent")
            for cause in effects:
                yield from _unless_known(cause, causes, f"{where}, {section}.{outcome}", "a latent or a composite")


def _unknown_in_residuals(truth: Truth, where: str) -> Iterator[Fault]:
    for position, rule in enumerate(truth.residual_correlations):
        place = f"{where}, residual_correlations.{position}"
        if (rule.within is None) == (rule.across is None):
            yield Fault("SIM-003", "give either `within` or `across`.", place)
        sets = [rule.within] if isinstance(rule.within, str) else rule.across or ()
        for name in sets:
            yield from _unless_known(name, set(truth.composites), place, "a composite")
        for name in rule.within if isinstance(rule.within, list) else ():
            yield from _unless_known(name, set(truth.latents), place, "a latent")


def _missing_means(truth: Truth, where: str) -> Iterator[Fault]:
    for name in truth.names:
        if name not in truth.measurement.means:
            yield Fault("SIM-004", f"construct '{name}' has no mean.", f"{where}, measurement.means")
    for name in truth.measurement.means:
        if name not in truth.names:
            hint = nearest(name, truth.names).strip()
            yield Fault("SIM-003", f"'{name}' is not a construct of this truth.", f"{where}, measurement.means", hint)
