"""The files that let others give a fit again: model text of four programs, moments, and scripts that refit it."""

from wxsat.present.replication.files import replicate
from wxsat.present.replication.replication import Replication, Untold, why_not_from_moments

__all__ = ["Replication", "Untold", "replicate", "why_not_from_moments"]
