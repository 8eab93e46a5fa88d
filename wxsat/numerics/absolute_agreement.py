"""The interval of agreement between raters who all scored everything, in full precision, from mean squares."""

from __future__ import annotations


def absolute_agreement(
    targets: float, raters: float, error: float, n: int, k: int, confidence: float = 0.95
) -> tuple[float, float, float]:
    r"""
    Return ICC(A,1), also called ICC(2,1), with its interval.

    Parameters
    ----------
    targets, raters, error : float
        Mean squares of the two-way analysis of variance without repetition.
    n, k : int
        Numbers of targets and of raters, 2 or more.
    confidence : float

    Notes
    -----
    McGraw and Wong (1996), with Satterthwaite's degrees of freedom for the mean squares of raters and error. Ends of
    the mean of `k` ratings by Spearman-Brown. Checked against psych::ICC.

    References
    ----------
    .. [1] McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
       Psychological Methods, 1(1), 30-46.

    Examples
    --------
    >>> [round(x, 4) for x in absolute_agreement(11.241667, 32.486111, 1.019444, 6, 4)]
    [0.2898, 0.0188, 0.7611]
    """
    from scipy.special import fdtri

    high = 1 - (1 - confidence) / 2
    icc = (targets - error) / (targets + (k - 1) * error + k * (raters - error) / n)
    fj = raters / error
    shared = n * (1 + (k - 1) * icc) - k * icc
    above = (k - 1) * (n - 1) * (k * icc * fj + shared) ** 2
    v = above / ((n - 1) * k**2 * icc**2 * fj**2 + shared**2)
    fu, fl = float(fdtri(n - 1, v, high)), float(fdtri(v, n - 1, high))
    rest = k * raters + (k * n - k - n) * error
    lower = n * (targets - fu * error) / (fu * rest + n * targets)
    upper = n * (fl * targets - error) / (rest + n * fl * targets)
    return icc, lower, upper
