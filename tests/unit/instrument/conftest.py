"""A real headless browser for the pages."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def dumped(tmp_path: Path) -> Callable[[str], str]:
    """Return a function: HTML -> the document after its scripts have run, in headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"

    def open_page(page: str) -> str:
        file = tmp_path / "opened.html"
        file.write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        command += ["--virtual-time-budget=20000", "--dump-dom", file.as_uri()]
        return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode("utf-8")

    return open_page
