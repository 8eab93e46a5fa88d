"""Schmid and Leiman's general and group factors, and hierarchical omega from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.factors.extraction import Extraction, extract_factors
from wxsat.psychometrics.factors.rotation import rotate_factors

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HierarchicalOmega:
    """
    How much of a sum score's variance is one general factor.

    Attributes
    ----------
    omega_h : float
        Share of the general factor.
    omega_total : float
        Share of all common factors.
    omega_limit : float
        Omega hierarchical of an endless test of such items.
    ecv : float
        General factor's share of the common variance.
    general : ndarray, shape (n_items,)
        Loadings on the general factor, after the items were turned.
    group : ndarray, shape (n_items, n_groups)
        Loadings on the group factors.
    sign : ndarray, shape (n_items,)
        -1 where an item was turned.
    heywood : bool
        A second-order loading at its border: the general factor swallows a group factor.
    heywood_items : tuple of int
        Items whose uniqueness lies on the border of the first-order solution.
    """

    omega_h: float
    omega_total: float
    omega_limit: float
    ecv: float
    general: Array
    group: Array
    sign: Array
    heywood: bool
    heywood_items: tuple[int, ...] = ()


def hierarchical_omega(correlation: Array, n_groups: int = 3, method: Extraction = "minres") -> HierarchicalOmega:
    r"""
    Omega hierarchical by an oblimin solution and one factor behind its factors.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
    n_groups : int
        Group factors, three or more; with two the second-order loadings are held equal.
    method : {"minres", "ml", "pa"}

    Returns
    -------
    HierarchicalOmega

    Notes
    -----
    .. math:: \omega_h = (\sum_i \lambda_{ig})^2 / \sum_{ij} r_{ij}, \qquad
              \omega_t = 1 - \sum_i u_i^2 / \sum_{ij} r_{ij}

    Items that load negatively on the general factor are turned first. Checked against ``psych::omega`` 2.2.9.

    References
    ----------
    .. [1] Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Psychometrika, 70, 123-133.
    .. [2] Schmid, J., & Leiman, J. M. (1957). Psychometrika, 22, 53-61.
    """
    plain = extract_factors(correlation, n_groups, method)
    rotated = rotate_factors(plain.loadings, "oblimin", starts=1)
    second, heywood = _second_order(rotated.phi)
    general = rotated.loadings @ second
    group = rotated.loadings * np.sqrt(np.maximum(1 - second**2, 0.0))
    unique = 1 - (plain.loadings**2).sum(axis=1)
    sign = np.where(general < 0, -1.0, 1.0)
    turned = correlation * np.outer(sign, sign)
    general, group = general * sign, group * sign[:, None]
    total = float(turned.sum())
    common = total - float(unique.sum())
    shares = float((general**2).sum()), float((group**2).sum())
    return HierarchicalOmega(
        omega_h=float(general.sum()) ** 2 / total,
        omega_total=common / total,
        omega_limit=float(general.sum()) ** 2 / common,
        ecv=shares[0] / sum(shares),
        general=general,
        group=group,
        sign=sign,
        heywood=heywood,
        heywood_items=plain.heywood,
    )


def _second_order(phi: Array) -> tuple[Array, bool]:
    if len(phi) == 2:
        root = np.sqrt(abs(phi[0, 1]))
        return np.array([root, root * np.sign(phi[0, 1])]), False
    found = extract_factors(phi, 1, "minres")
    return found.loadings[:, 0], bool(found.heywood)
