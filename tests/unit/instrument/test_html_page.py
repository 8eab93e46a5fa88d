"""The page in a real browser: every question answered, routing followed, the saved file read back."""

from __future__ import annotations

import html
import http.server
import json
import re
import shutil
import threading
from typing import ClassVar

import pytest

from wxsat.errors import UsageError
from wxsat.instrument.fielded import fielded_form
from wxsat.instrument.load import bundled_instruments, load_instrument
from wxsat.instrument.targets.page import page
from wxsat.responses.read import read_responses

needs_browser = pytest.mark.skipif(
    not (shutil.which("chromium") or shutil.which("google-chrome")), reason="no headless browser on this machine"
)
# A browser takes its time: one instrument with everything odd in it, the others once in a while.
FILLED_IN = [
    pytest.param(name, marks=() if name == "gov-wechat-experiments" else pytest.mark.slow)
    for name, _ in bundled_instruments()
    if name != "gov-wechat-public"
]
# Answers every question by clicking and typing as a person would; WANTED says which answer, the rest by turns.
VISITOR = r"""<script>
(function () {
  var wanted = WANTED, saved = {};
  HTMLAnchorElement.prototype.click = function () {
    saved[this.download.split('.').pop()] = decodeURIComponent(this.href.split(',').slice(1).join(','));
  };
  document.querySelectorAll('button.act')[0].click();
  var passes = 0, turn = 0, seen = {};
  function put(box) {
    var id = box.id.slice(2), inputs = box.querySelectorAll('input[type=radio],input[type=checkbox]'), i;
    seen[id] = true;
    if (!inputs.length) {
      var field = box.querySelector('.written');
      field.value = wanted[id] !== undefined ? String(wanted[id]) : (field.tagName === 'TEXTAREA' ? 'words' : '3');
      field.onchange();
      return;
    }
    var at = turn++ % inputs.length;
    for (i = 0; i < inputs.length; i++) {
      if (wanted[id] !== undefined && inputs[i].value === String(wanted[id])) { at = i; }
    }
    if (!inputs[at].checked) { inputs[at].click(); }
  }
  while (!document.getElementById('record') && passes++ < 100) {
    var done = {}, more = true;
    while (more) {
      more = false;
      var boxes = document.querySelectorAll('fieldset');
      for (var i = 0; i < boxes.length; i++) {
        if (!done[boxes[i].id]) { done[boxes[i].id] = true; put(boxes[i]); more = true; break; }
      }
    }
    document.querySelector('button.next').click();
    if (document.querySelector('.fault')) { break; }
  }
  var acts = document.querySelectorAll('button.act');
  for (var j = 0; j < acts.length; j++) { if (/CSV|JSON/.test(acts[j].textContent)) { acts[j].click(); } }
  var report = document.createElement('pre');
  report.id = 'report';
  report.textContent = JSON.stringify({ csv: saved.csv || '', json: saved.json || '', seen: seen,
    fault: document.querySelector('.fault') ? document.querySelector('.fault').parentNode.id : '',
    foreign: performance.getEntriesByType('resource').length });
  document.body.appendChild(report);
})();
</script></body>"""


def visited(dumped, instrument, form="full", language="both", wanted=None):
    """Return the report of one visitor."""
    script = VISITOR.replace("WANTED", json.dumps(wanted or {}).replace("<", "\\u003c"))
    text = page(fielded_form(instrument, form, language)).decode("utf-8").replace("</body>", script)
    dom = dumped(text)
    return json.loads(html.unescape(re.search(r'<pre id="report">(.*?)</pre>', dom, re.DOTALL).group(1)))


def holds(condition, record):
    """Whether a condition is met by the record's answers."""
    many = [c for c in condition.is_any_of if record.get(f"{condition.question}_{c}") == 1]
    return record.get(condition.question) in condition.is_any_of or bool(many)


@needs_browser
@pytest.mark.parametrize("used", [1, 0])
def test_full_form_answered_routed_and_read_back(dumped, tmp_path, used):
    instrument = load_instrument("gov-wechat-public")
    routes = {f"N{k:02d}U": used for k in range(1, 13)} | {"COMB": used, "region": 110000, "age": "３５"}
    hostile = '=HYPERLINK("x")</script>, "quoted"\n第二行'
    report = visited(dumped, instrument, wanted=routes | {"account": hostile})
    assert (report["fault"], report["foreign"]) == ("", 0)
    record = json.loads(report["json"])[0]
    prompts = fielded_form(instrument, "full", "both").prompts
    for prompt in prompts:
        expected = prompt.condition is None or holds(prompt.condition, record)
        assert (prompt.id in report["seen"]) == expected, prompt.id
        if prompt.kind == "multiple":
            assert sum(record[f"{prompt.id}_{a.code}"] for a in prompt.answers) == 1
        else:
            assert (record[prompt.id] is not None) == expected, prompt.id
    assert record["age"] == 35
    file = tmp_path / "saved.csv"
    file.write_text(report["csv"], encoding="utf-8", newline="")
    responses = read_responses(file, instrument)
    assert len(responses.frame) == 1
    row, reasons = responses.frame.iloc[0], responses.reasons.iloc[0]
    for item in instrument.items_in("full"):
        dk = instrument.scale_of(item).dk
        if record[item.id] is None:
            assert reasons[item.id] == "not_shown", item.id
        elif record[item.id] == dk:
            assert reasons[item.id] == "dont_know", item.id
        else:
            assert row[item.id] == record[item.id], item.id
    assert responses.paradata["seconds"].iloc[0] == record["seconds"]
    assert report["csv"].count("'=HYPERLINK") == 1


@needs_browser
@pytest.mark.parametrize("name", FILLED_IN)
def test_every_bundled_instrument_can_be_filled_in(dumped, name):
    instrument = load_instrument(name)
    report = visited(dumped, instrument, language="zh")
    assert report["fault"] == ""
    record = json.loads(report["json"])[0]
    for prompt in fielded_form(instrument, "full", "zh").prompts:
        if prompt.assigned:
            assert record[prompt.id] in [a.code for a in prompt.answers]
            assert prompt.id not in report["seen"], "drawn, not asked"
        elif prompt.condition is not None:
            assert (prompt.id in report["seen"]) == holds(prompt.condition, record), prompt.id


@needs_browser
def test_an_answer_is_asked_for_and_bounds_hold(dumped):
    instrument = load_instrument("gov-wechat-public")
    report = visited(dumped, instrument, "brief", "en", {"age": 17, "region": 110000})
    assert report["fault"] == "q-age"
    assert report["json"] == ""


def test_the_page_has_no_foreign_address_and_old_script():
    instrument = load_instrument("gov-wechat-public")
    text = page(fielded_form(instrument, "full", "both")).decode("utf-8")
    assert not re.findall(r"https?://|//[a-z]+\.[a-z]", text)
    script = text[text.index("(function () {") :]
    assert not re.findall(r"=>|\blet\b|\bconst\b|`|\bfetch\(", re.sub(r"//[^\n]*", "", script))


def test_text_of_the_instrument_cannot_end_the_script():
    instrument = load_instrument("gov-wechat-public")
    construct = instrument.constructs[0]
    evil = construct.items[0].model_copy(
        update={"text": construct.items[0].text.model_copy(update={"zh": "</script><b>"})}
    )
    changed = instrument.model_copy(
        update={"constructs": [construct.model_copy(update={"items": [evil, *construct.items[1:]]})]}
    )
    text = page(fielded_form(changed, "full", "zh")).decode("utf-8")
    assert text.count("</script>") == 1
    assert "\\u003c/script>\\u003cb>" in text


def test_an_address_is_taken_whole_or_refused():
    form = fielded_form(load_instrument("gov-wechat-public"), "brief")
    assert b'"post":"https://example.org/in"' in page(form, "https://example.org/in")
    for bad in ("example.org/in", "javascript:alert(1)", "https://"):
        with pytest.raises(UsageError, match="no address") as raised:
            page(form, bad)
        assert raised.value.code == "INST-043"


class _Taker(http.server.BaseHTTPRequestHandler):
    """Takes what is posted, from any origin."""

    taken: ClassVar[list[tuple[str, bytes]]] = []
    status = 200

    def _answer(self, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append((self.headers["Content-Type"], content))
        self._answer(type(self).status)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@needs_browser
@pytest.mark.parametrize("status", [200, 500])
def test_the_record_is_posted_and_offered_when_that_fails(dumped, status):
    taker = type("Taker", (_Taker,), {"taken": [], "status": status})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        form = fielded_form(load_instrument("gov-wechat-readiness"), "full", "zh")
        text = page(form, f"http://127.0.0.1:{server.server_port}/in").decode("utf-8")
        until_sent = "while (document.querySelector('button.next') && !document"
        script = VISITOR.replace("WANTED", "{}").replace("while (!document", until_sent)
        dom = dumped(text.replace("</body>", script))
    finally:
        server.shutdown()
    kind, content = taker.taken[0]
    assert kind.startswith("application/json")
    record = json.loads(content)[0]
    assert record["instrument"] == "gov-wechat-readiness"
    assert set(record) >= {p.id for p in form.prompts}
    shown = re.sub(r"<script>.*?</script>", "", dom, flags=re.DOTALL)
    assert ("您的回答已经提交" in shown) == (status == 200)
    assert ('id="record"' in shown) == (status == 500), "what was not taken can still be saved"
