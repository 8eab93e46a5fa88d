"""What a simulation of power returns: figures at full precision with their Monte-Carlo errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding
from wxsat.numerics.plain import frame_records

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PowerResult:
    """
    Power and interval coverage of a model at several numbers of respondents.

    Attributes
    ----------
    parameters : DataFrame
        One row a size and parameter: ``n name lhs op rhs truth mean bias bias_mcse relative_bias sd mean_se se_ratio
        se_ratio_mcse coverage coverage_mcse power power_mcse n_used``.
    models : DataFrame
        One row a size: ``n replicates converged inadmissible rejected`` as shares with ``*_mcse``; `rejected` is how
        often the test of the model rejects it.
    findings : tuple of Finding
    settings : mapping
        The plan, the model that was fitted, and where the population came from.
    """

    parameters: pd.DataFrame
    models: pd.DataFrame
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def power_of(self, name: str) -> pd.DataFrame:
        """Return ``n power power_mcse`` of one parameter, such as ``"b~a"``."""
        rows = self.parameters[self.parameters["name"] == name]
        return rows[["n", "power", "power_mcse"]].reset_index(drop=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat power --json``."""
        return {
            "parameters": frame_records(self.parameters),
            "models": frame_records(self.models),
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        return str(self.parameters.to_html(index=False, float_format="{:.3f}".format, na_rep=""))
