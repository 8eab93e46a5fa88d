"""The SurveyJS form in its own library in a real browser; the library is fetched, so the test is slow."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import tarfile

import pytest

from wxsat.instrument.fielded import fielded_form
from wxsat.instrument.load import load_instrument
from wxsat.instrument.targets.surveyjs import surveyjs
from wxsat.responses.read import read_responses

LIBRARY = "survey-core@2.5.38"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("npm") and (shutil.which("chromium") or shutil.which("google-chrome"))),
        reason="needs npm and a headless browser",
    ),
]
VISITOR = """<script>
var survey = new Survey.Model(FORM), wanted = WANTED, seen = [], turn = 0, faults = [], passes = 0;
function put(question) {
  var name = question.name, type = question.getType();
  if (type === 'html' || seen.indexOf(name) >= 0) { return false; }
  seen.push(name);
  if (wanted[name] !== undefined) { question.value = wanted[name]; }
  else if (type === 'boolean') { question.value = true; }
  else if (type === 'radiogroup') { question.value = question.choices[turn++ % question.choices.length].value; }
  else if (type === 'checkbox') { question.value = [question.choices[0].value, question.choices[1].value]; }
  else { question.value = type === 'comment' ? 'words' : 3; }
  return true;
}
survey.onComplete.add(function () { passes = 999; });
while (passes++ < 200) {
  var more = true;
  while (more) {
    more = false;
    survey.currentPage.questions.forEach(function (question) {
      if (question.isVisible && put(question)) { more = true; }
    });
  }
  var done = survey.isLastPage ? survey.completeLastPage() : survey.nextPage();
  if (!done) {
    survey.currentPage.questions.forEach(function (question) {
      if (question.errors.length) { faults.push(question.name); }
    });
    break;
  }
}
var report = document.createElement('pre');
report.id = 'report';
report.textContent = JSON.stringify({ data: survey.data, seen: seen, faults: faults, state: survey.state });
document.body.appendChild(report);
</script>"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library as its registry gives it."""
    folder = tmp_path_factory.mktemp("surveyjs")
    subprocess.run(["npm", "pack", "--silent", LIBRARY], cwd=folder, check=True, capture_output=True, timeout=120)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/survey.core.min.js")
        assert member is not None
        return member.read().decode("utf-8")


@pytest.mark.parametrize("used", [1, 0])
def test_every_question_answered_routing_followed_result_read_back(dumped, library, tmp_path, used):
    instrument = load_instrument("gov-wechat-public")
    form = fielded_form(instrument, "full", "both")
    wanted = {f"N{k:02d}U": used for k in range(1, 13)} | {"COMB": used, "region": 110000, "age": 35}
    script = VISITOR.replace("FORM", surveyjs(form).decode("utf-8").replace("<", "\\u003c"))
    script = script.replace("WANTED", json.dumps(wanted))
    dom = dumped(f"<!DOCTYPE html><meta charset='utf-8'><body><script>{library}</script>{script}</body>")
    report = json.loads(html.unescape(re.search(r'<pre id="report">(.*?)</pre>', dom, re.DOTALL).group(1)))
    assert (report["faults"], report["state"]) == ([], "completed")
    data = report["data"]
    for prompt in form.prompts:
        rule = prompt.condition
        expected = rule is None or data.get(rule.question) in rule.is_any_of
        assert (prompt.id in report["seen"]) == expected == (prompt.id in data), prompt.id
    file = tmp_path / "result.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, [p.id for p in form.prompts])
        writer.writeheader()
        cells = {key: "|".join(map(str, v)) if isinstance(v, list) else v for key, v in data.items()}
        writer.writerow({key: v for key, v in cells.items() if key in writer.fieldnames})
    responses = read_responses(file, instrument)
    for item in instrument.items_in("full"):
        reason, given = responses.reasons[item.id].iloc[0], data.get(item.id)
        if given is None:
            assert reason == "not_shown", item.id
        elif given == instrument.scale_of(item).dk:
            assert reason == "dont_know", item.id
        else:
            assert responses.frame[item.id].iloc[0] == given, item.id
