"""`wxsat sem bootstrap`: one run, shards merged to the same, JSON alone on stdout."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from wxsat.cli.sem_bootstrap import bootstrap
from wxsat.errors import UsageError

MODEL = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ a*visual\ntwice := 2*a\n"


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()
    made.command("bootstrap")(bootstrap)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import semopy.examples.holzinger39 as holzinger

    place = tmp_path_factory.mktemp("bootstrap")
    (place / "m.sem").write_text(MODEL, encoding="utf-8")
    holzinger.get_data().to_csv(place / "hs.csv", index=False)
    return place


def run(app, *words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def test_json_is_one_document(app, folder):
    found = run(app, folder / "m.sem", folder / "hs.csv", "--draws", 60, "--seed", 3, "--json")
    assert found.exit_code == 0
    document = json.loads(found.stdout)
    assert document["counts"]["drawn"] == 60
    rows = {row["name"]: row for row in document["intervals"]}
    assert rows["twice"]["estimate"] == pytest.approx(2 * rows["speed~visual"]["estimate"])
    assert rows["twice"]["ci_lower"] < rows["twice"]["estimate"] < rows["twice"]["ci_upper"]
    assert "SEM-152" in found.stderr


def test_shards_merge_to_the_whole(app, folder):
    words = (folder / "m.sem", folder / "hs.csv", "--draws", 300, "--seed", 3)
    whole = json.loads(run(app, *words, "--json").stdout)
    for part in ("1/2", "2/2"):
        run(app, *words, "--shard", part, "--save", folder / f"part{part[0]}.json")
    merged = run(app, "--merge", folder / "part2.json", "--merge", folder / "part1.json", "--json")
    assert json.loads(merged.stdout)["intervals"] == whole["intervals"]
    wider = run(app, "--merge", folder / "part2.json", "--merge", folder / "part1.json", "--kind", "bc", "--json")
    assert json.loads(wider.stdout)["kind"] == "bc"


def test_tables(app, folder):
    found = run(app, folder / "m.sem", folder / "hs.csv", "--draws", 40, "--method", "bollen_stine")
    assert "Bollen-Stine p" in found.stdout
    assert "Defined parameters, standardised" in found.stdout


@pytest.mark.parametrize("words", [("--shard", "3"), ("--kind", "exact"), ("--level", "2")])
def test_refusals(app, folder, words):
    with pytest.raises(UsageError, match="SEM-056"):
        run(app, folder / "m.sem", folder / "hs.csv", *words)
    with pytest.raises(UsageError, match="SEM-056"):
        run(app)


def test_too_many_shards_say_how_many_draws_or_shards_to_ask_for(app, folder):
    words = ("--draws", "40", "--shard", "1/2")
    with pytest.raises(UsageError, match="65 draws or more, or for one piece"):
        run(app, folder / "m.sem", folder / "hs.csv", *words)
