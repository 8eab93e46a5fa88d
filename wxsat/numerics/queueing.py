"""Can the planned staff carry the planned functions: offered load, Erlang's waiting probability, what to drop.

The account's operators are servers of a queue (M/M/c). Staff work `hours` a week of which a share `utilisation` can go
to cases, so a case that takes ``t`` hours of work occupies an operator for ``t / utilisation`` hours of the week.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MANY_SERVERS = 5000


@dataclass(frozen=True)
class ServiceFunction:
    """
    One function that the account is to offer.

    Attributes
    ----------
    name : str
    cases_per_week : float
        Expected cases a week, above 0.
    handling_hours : float
        Hours of work a case, above 0.
    need : float
        How much the public needs it, any ratio scale (share of people, mean importance).
    """

    name: str
    cases_per_week: float
    handling_hours: float
    need: float

    @property
    def hours_per_week(self) -> float:
        """Hours of work a week."""
        return self.cases_per_week * self.handling_hours


@dataclass(frozen=True)
class Staffing:
    """
    Who answers, and how fast an answer is promised.

    Attributes
    ----------
    fte : float
        Full-time posts, above 0; part posts count as parts.
    hours_per_week : float
        Hours a post works a week.
    utilisation : float
        Share of them that can go to cases, 0 to 1.
    sla_hours : float
        Promised time until work on a case begins, in working hours.
    """

    fte: float
    hours_per_week: float
    utilisation: float
    sla_hours: float


@dataclass(frozen=True)
class Load:
    """
    The queue of one set of functions.

    Attributes
    ----------
    functions : tuple of str
    rho : float
        Offered load over usable staff hours, ``sum(cases * hours) / (FTE * H * u)``.
    p_wait : float
        Probability that a case waits at all (Erlang C); 1 when rho >= 1.
    p_late : float
        Probability that it waits longer than promised; 1 when rho >= 1.
    hours_per_week : float
        Work a week.
    fte_required : float
        Posts at which both limits hold.
    """

    functions: tuple[str, ...]
    rho: float
    p_wait: float
    p_late: float
    hours_per_week: float
    fte_required: float


def erlang_b(servers: float, load: float) -> float:
    r"""
    Return Erlang's loss probability, also for a number of servers that is not whole.

    Parameters
    ----------
    servers : float
        0 or more.
    load : float
        Offered load in erlangs, above 0.

    Notes
    -----
    :math:`1/B(c, a) = a\int_0^\infty e^{-at}(1+t)^c\,dt` (Fortet's representation), then the recursion
    ``B(c + 1) = a B(c) / (c + 1 + a B(c))``; whole numbers need the recursion alone. Where it would be long, the same
    integral is the incomplete gamma function: :math:`B = a^c e^{-a} / \Gamma(c + 1, a)`. Checked against the sum
    :math:`(a^c/c!)/\sum_k a^k/k!`, and the two against each other.

    Examples
    --------
    >>> round(erlang_b(2, 1.0), 6)
    0.2
    """
    if servers > MANY_SERVERS:
        return _erlang_b_of_many(servers, load)
    part, whole = math.modf(servers)
    blocked = 1.0
    if part > 0:
        from scipy.integrate import quad

        area, _ = quad(lambda t: math.exp(-t) * (1 + t / load) ** part, 0, math.inf, epsabs=1e-13, epsrel=1e-12)
        blocked = 1 / area
    for step in range(1, int(whole) + 1):
        blocked = load * blocked / (part + step + load * blocked)
    return blocked


def _erlang_b_of_many(servers: float, load: float) -> float:
    from scipy.special import gammaincc, gammaln

    above = float(gammaincc(servers + 1, load))
    if above == 0:
        return max(1 - servers / load, 0.0)
    return min(1.0, math.exp(servers * math.log(load) - load - float(gammaln(servers + 1))) / above)


def erlang_c(servers: float, load: float) -> float:
    """
    Return the probability of waiting: ``C = c B / (c - a (1 - B))``; 1 when the load is not below `servers`.

    Examples
    --------
    >>> round(erlang_c(1, 0.8), 10)
    0.8
    """
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1 - blocked))


def evaluate_load(
    functions: Sequence[ServiceFunction], staffing: Staffing, *, max_rho: float = 0.8, max_late: float = 0.1
) -> Load:
    """
    Evaluate the queue of a set of functions.

    Parameters
    ----------
    functions : sequence of ServiceFunction
    staffing : Staffing
    max_rho, max_late : float
        Limits that `fte_required` answers to.

    Returns
    -------
    Load
        With no function: no load, no waiting.

    Notes
    -----
    ``P(W > t) = C exp(-(c - a) mu t)`` with ``mu = u / mean handling hours`` (M/M/c, first come first served).
    """
    names = tuple(function.name for function in functions)
    work = sum(function.hours_per_week for function in functions)
    cases = sum(function.cases_per_week for function in functions)
    if not functions or cases == 0:
        return Load(names, 0.0, 0.0, 0.0, work, 0.0)
    erlangs = work / (staffing.hours_per_week * staffing.utilisation)
    per_case = work / cases
    wait, late = _waiting(staffing.fte, erlangs, per_case, staffing)
    return Load(
        names,
        erlangs / staffing.fte,
        wait,
        late,
        work,
        _fte_required(erlangs, per_case, staffing, max_rho, max_late),
    )


def _waiting(fte: float, erlangs: float, per_case: float, staffing: Staffing) -> tuple[float, float]:
    wait = erlang_c(fte, erlangs)
    if erlangs >= fte:
        return 1.0, 1.0
    rate = staffing.utilisation / per_case
    return wait, wait * math.exp(-(fte - erlangs) * rate * staffing.sla_hours)


def _fte_required(erlangs: float, per_case: float, staffing: Staffing, max_rho: float, max_late: float) -> float:
    from scipy.optimize import brentq

    least = erlangs / max_rho
    if _waiting(least, erlangs, per_case, staffing)[1] <= max_late:
        return float(least)
    most = least
    while _waiting(most, erlangs, per_case, staffing)[1] > max_late:
        most = most * 1.5 + 0.5
    return float(brentq(lambda c: _waiting(c, erlangs, per_case, staffing)[1] - max_late, least, most, xtol=1e-9))


def functions_to_drop(
    functions: Sequence[ServiceFunction], staffing: Staffing, *, max_rho: float = 0.8, max_late: float = 0.1
) -> tuple[str, ...]:
    """
    Name the functions to leave out, the least need per hour of work first, until both limits hold.

    Parameters
    ----------
    functions, staffing : as in :func:`evaluate_load`
    max_rho, max_late : float
        Highest load and highest probability of a late start.

    Returns
    -------
    tuple of str
        In the order of leaving; empty when the staff can carry everything.

    Notes
    -----
    A function that gives much need for little work stays. Ties leave in the order of the list.
    """
    kept = list(functions)
    worth = [function.need / function.hours_per_week for function in functions]
    order = [functions[i] for i in np.argsort(worth, kind="stable")]
    dropped: list[str] = []
    for weakest in order:
        load = evaluate_load(kept, staffing, max_rho=max_rho, max_late=max_late)
        if load.rho <= max_rho and load.p_late <= max_late:
            break
        kept.remove(weakest)
        dropped.append(weakest.name)
    return tuple(dropped)
