"""The formula behind every column of the measurement tables, in plain text, for notes and JSON."""

from __future__ import annotations

from collections.abc import Mapping

FORMULAS: Mapping[str, str] = {
    "n": "items: answers given; scales: respondents who answered every item (listwise within construct)",
    "mean": "mean of the answer codes, reverse-keyed items recoded as min + max - x",
    "sd": "standard deviation with n - 1",
    "skew": "G1 = sqrt(n(n-1))/(n-2) * m3/m2^1.5 (type 2, bias-adjusted)",
    "kurtosis": "G2 = (n-1)/((n-2)(n-3)) * ((n+1) g2 + 6), g2 = m4/m2^2 - 3 (excess, type 2, bias-adjusted)",
    "floor": "share of the answers at the lowest code of the response scale",
    "ceiling": "share of the answers at the highest code of the response scale",
    "missing": "share without an answer, for any reason, of the respondents who were shown the item",
    "dont_know": "share of don't-know answers of the respondents who were shown the item",
    "item_total": "correlation of the item with the sum of all items of its construct, itself included (complete rows)",
    "item_rest": "correlation of the item with the sum of the other items of its construct (complete rows)",
    "alpha_dropped": "coefficient alpha of the construct without the item",
    "loading": "standardised loading, one-factor maximum likelihood solution of the construct's items",
    "alpha": "k/(k-1) * (1 - sum of item variances / variance of the sum) (Cronbach 1951)",
    "alpha_ci_lower": "1 - (1 - alpha) F, F with n-1 and (n-1)(k-1) df (Feldt, Woodruff & Salih 1987)",
    "alpha_ci_upper": "1 - (1 - alpha) F, F with n-1 and (n-1)(k-1) df (Feldt, Woodruff & Salih 1987)",
    "alpha_boot_lower": "percentile bootstrap of alpha, respondents (or whole clusters) resampled",
    "alpha_boot_upper": "percentile bootstrap of alpha, respondents (or whole clusters) resampled",
    "alpha_std": "k r / (1 + (k-1) r), r the mean correlation between items",
    "alpha_ordinal": "alpha of the polychoric correlations, the items' latent responses (Zumbo et al. 2007)",
    "omega_ordinal": "share of the factor in the variance of the observed sum of categories, from thresholds and "
    "polychoric correlations, one-factor ML on these (Green & Yang 2009, formula 21)",
    "omega_h": "(sum of general loadings)^2 / variance of the sum, Schmid-Leiman of three minres oblimin factors "
    "(Zinbarg et al. 2005); six items or more",
    "omega_h_bifactor": "the same by a confirmatory bifactor model (ML), two or three group factors of three items or "
    "more, sorted by the Schmid-Leiman solution (Reise 2012)",
    "glb": "1 - largest sum of error variances that leaves a positive semidefinite matrix / variance of the sum "
    "(Jackson & Agunwamba 1977)",
    "omega": "(sum L)^2 / ((sum L)^2 + sum T), L raw loadings, T error variances, one-factor ML (McDonald 1999)",
    "cr": "the same on the standardised solution, composite reliability (Fornell & Larcker 1981)",
    "rho_a": "(w'w)^2 w'(R - I)w / w'(ww' - diag ww')w, w in proportion to the one-factor loadings, w'Rw = 1 (Dijkstra "
    "& Henseler 2015); composite models estimate w from the neighbours instead",
    "ave": "mean of the squared standardised loadings (Fornell & Larcker 1981)",
    "mean_r": "mean correlation between different items, signs kept",
    "loading_min": "smallest standardised loading",
    "loading_max": "largest standardised loading",
    "htmt": "mean |r| between the items of a and b / sqrt(mean |r| within a * mean |r| within b) "
    "(Henseler, Ringle & Sarstedt 2015), pairwise complete",
    "htmt2": "the same with geometric means (Roemer, Schuberth & Henseler 2021)",
    "ci_lower": "percentile bootstrap of HTMT, respondents (or whole clusters) resampled",
    "ci_upper": "percentile bootstrap of HTMT, respondents (or whole clusters) resampled",
    "correlation": "latent correlation M_a R_ab M_b', M = (l' S^-1 l)^-1 l' S^-1 of each one-factor "
    "solution (structural after measurement, Rosseel & Loh 2022)",
    "score_correlation": "correlation of the sum scores, not corrected for measurement error",
    "sqrt_ave_a": "square root of AVE of a",
    "sqrt_ave_b": "square root of AVE of b",
    "distinct": "|latent correlation| < both square roots of AVE (Fornell & Larcker 1981)",
}
