"""The diagnosis at full size: joint draws over all sources of the demo study, and copied shares of many posts.

No peer computes these, so the figures stand beside the project's goals, and the share of the draws beside the same
diagnosis with a tenth of them, in one run.

Run: ``PYTHONPATH=. python benchmarks/diagnosis.py [posts]``; the default is 100,000.
Goals: 2,000 joint draws within a minute; 100,000 posts within two.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from wxsat.instrument.load import find_instrument
from wxsat.records.copying import containment

DRAWS = (200, 2000)
ACCOUNTS, POOL, LENGTH = 40, 3000, 400


def seconds_of_diagnosis(draws: int) -> float:
    """Return the seconds of ``wxsat diagnose`` on the bundled study, with everything it reads and simulates."""
    source = find_instrument("gov-wechat-public").parent
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "study"
        shutil.copytree(source, copied)
        file = copied / "demo.yaml"
        study = yaml.safe_load(file.read_text(encoding="utf-8"))
        study.setdefault("diagnosis", {})["draws"] = draws
        file.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
        start = time.perf_counter()
        command = [sys.executable, "-c", "from wxsat.cli.app import main; main()", "diagnose", str(file), "--json"]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start


def seconds_of_copying(posts: int) -> float:
    """Return the seconds for the copied share of posts of which every second is an older one, partly rewritten."""
    rng = np.random.default_rng(1)
    pool = rng.integers(0x4E00, 0x9FA5, size=(POOL, LENGTH))
    texts = []
    for place in range(posts):
        points = rng.integers(0x4E00, 0x9FA5, size=LENGTH)
        if place % 2:
            points[: int(LENGTH * rng.random())] = 0
            points = np.where(points == 0, pool[rng.integers(POOL)], points)
        texts.append("".join(map(chr, points)))
    times = np.datetime64("2026-01-01") + np.arange(posts).astype("timedelta64[m]")
    owners = [f"account {owner}" for owner in rng.integers(ACCOUNTS, size=posts)]
    start = time.perf_counter()
    containment(texts, times, owners)
    return time.perf_counter() - start


def main() -> None:
    """Print the seconds of each, and what the draws add."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    few, many = (seconds_of_diagnosis(draws) for draws in DRAWS)
    print(f"diagnose, all sources: {DRAWS[0]} draws {few:.1f} s, {DRAWS[1]:,} draws {many:.1f} s")
    print(f"copied shares of {posts:,} posts of {LENGTH} characters: {seconds_of_copying(posts):.1f} s")


if __name__ == "__main__":
    main()
