"""The results file: one line a block of replicates, so that a run that was cut off goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

from wxsat.errors import StudyError, UsageError
from wxsat.simulate.power.fits import Block
from wxsat.simulate.power.tally import Tally

Place = tuple[int, int, int, int]


def place_of(block: Block) -> Place:
    """Return what names a block in the file."""
    return block.size, block.number, block.first, block.last


class Ledger:
    """
    Blocks that are done, in memory and, with a path, in a file of JSON lines.

    Parameters
    ----------
    path : Path, optional
    fingerprint : str
        Of the plan; a file of another plan is refused.
    resume : bool
        Whether a file that exists is gone on with; else it is refused.
    """

    def __init__(self, path: Path | None, fingerprint: str, *, resume: bool) -> None:
        self.path, self.done = path, {}
        if path is None:
            return
        if path.exists() and not resume:
            raise UsageError("MEAS-088", f"{path} exists.", where=str(path), hint="Go on with it by --resume.")
        if path.exists() and path.stat().st_size:
            self.done = _read(path, fingerprint)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"wxsat_power": 1, "plan": fingerprint}) + "\n", encoding="utf-8")

    done: dict[Place, Tally]

    def add(self, block: Block, found: Tally) -> None:
        """Keep a block, in the file first of all."""
        if self.path is not None:
            line = json.dumps({"block": place_of(block)} | found.to_dict(), allow_nan=False)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        self.done[place_of(block)] = found


def _read(path: Path, fingerprint: str) -> dict[Place, Tally]:
    try:
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        head = json.loads(lines[0])
        plan = head["plan"]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, IndexError, TypeError) as error:
        raise StudyError("MEAS-084", "this is no results file of wxsat power.", where=str(path)) from error
    if plan != fingerprint:
        raise StudyError(
            "MEAS-084",
            "the results are those of another plan: model, population, seed, estimator, holes or clusters.",
            where=str(path),
            hint="Give the same plan, or another file.",
        )
    found: dict[Place, Tally] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            record = json.loads(line)
            a, b, c, d = (int(v) for v in record["block"])
            found[(a, b, c, d)] = Tally.from_dict(record)
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines) and not text.endswith("\n"):
                # A run that was cut off while writing: the unfinished line is taken off and its block done again.
                path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
                break
            raise StudyError(
                "MEAS-084", "a line of the results file cannot be read.", where=f"{path}:{number}"
            ) from error
    return found
