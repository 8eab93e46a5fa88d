"""The notebooks hold what their sources say and run without a fault."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location("make_notebooks", DOCS / "make_notebooks.py")
assert spec is not None
assert spec.loader is not None
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


@pytest.mark.parametrize("name", ["researcher", "academic", "policy"])
def test_a_notebook_is_its_source_executed(name: str):
    kept = json.loads((DOCS / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    made = maker.make_notebook(DOCS / "notebooks" / f"{name}.py")
    assert [(c["cell_type"], c["source"]) for c in kept["cells"]] == [
        (c["cell_type"], c["source"]) for c in made["cells"]
    ]
    shown = [[output["output_type"] for output in c.get("outputs", [])] for c in kept["cells"]]
    assert shown == [[output["output_type"] for output in c.get("outputs", [])] for c in made["cells"]]
    results = [o for c in kept["cells"] for o in c.get("outputs", []) if o["output_type"] == "display_data"]
    assert len(results) >= 2
    assert all("text/html" in o["data"] for o in results)


def test_a_fault_in_a_cell_is_not_kept_quiet(tmp_path: Path):
    source = tmp_path / "bad.py"
    source.write_text("# %%\n1 / 0\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        maker.make_notebook(source)
