"""From a fit to all its replication files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.replication.lavaan_script import lavaan_script
from wxsat.present.replication.moments import free_format, moments_files, ordinal_files
from wxsat.present.replication.mplus import mplus_input
from wxsat.present.replication.replication import Replication, source_of, why_not_from_moments
from wxsat.present.replication.seminr_script import seminr_script
from wxsat.present.replication.semopy_script import semopy_script

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult


def replicate(result: SemResult) -> Replication:
    """
    Return the files that let others give a fit again.

    ``model.lavaan`` (every default written out), ``moments.csv`` (covariances divided by N, means, N; one file a
    group), ``reproduce.R``, ``model.inp`` and ``moments.dat`` (Mplus), ``names.csv`` (Mplus' short names),
    ``model_semopy.py`` and ``model_seminr.R``.

    Parameters
    ----------
    result : SemResult

    Returns
    -------
    Replication

    Notes
    -----
    ``reproduce.R`` is run by the tests with lavaan, the semopy script with semopy. The texts for Mplus and seminr are
    checked against the documented grammar, not run.

    Examples
    --------
    >>> replicate(fit).files["model.lavaan"]  # doctest: +SKIP
    """
    reason, source = why_not_from_moments(result), source_of(result)
    mplus = mplus_input(result, source)
    semopy, semopy_untold = semopy_script(result)
    seminr, seminr_untold = seminr_script(result)
    files = {
        "model.lavaan": result.table.to_text(),
        **moments_files(result),
        **(ordinal_files(result) if source == "ordinal" else {}),
        "reproduce.R": lavaan_script(result, source, reason),
        "model.inp": mplus.text,
        **({"moments.dat": free_format(result)} if source == "moments" else {}),
        "names.csv": mplus.legend,
        "model_semopy.py": semopy,
        "model_seminr.R": seminr,
    }
    return Replication(files, source, reason, (*mplus.untold, *semopy_untold, *seminr_untold))
