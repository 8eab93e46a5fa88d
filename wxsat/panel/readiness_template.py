"""An answers file for the readiness list, every item in words, ready to be filled in."""

from __future__ import annotations

from wxsat.instrument.load import load_instrument
from wxsat.panel.readiness_list import GATES, ITEMS

HEADER = """\
# 开通前评估 / Readiness before launch.
# 每题 0 = 无，1 = 部分，2 = 有且有文件；门槛 true / false。不知道的填 0 或 false。
# Items: 0 no, 1 partly, 2 yes with document; gates true or false. What nobody knows is 0 or false.
account: ""
outsourcing_contract: false
"""

CAPACITY = """\
# 人员与业务量（删去整段则不判断）/ Staff and load (delete the block to leave it out).
capacity:
  fte: 1
  hours_per_week: 40
  utilisation: 0.8
  sla_hours: 40
  functions:
    - {name: "", cases_per_week: 10, handling_hours: 0.5, need: 1}
"""


INSTRUMENT = "gov-wechat-readiness"


def readiness_wording() -> dict[str, str]:
    """Return every item and gate of the bundled list with its question, Chinese then English."""
    instrument = load_instrument(INSTRUMENT)
    texts = {item.id.replace("_", "."): item.text for construct in instrument.constructs for item in construct.items}
    texts |= {question.id: question.text for question in instrument.background}
    return {name: f"{text.zh} / {text.en}" for name, text in texts.items() if name in (*ITEMS, *GATES)}


def readiness_template() -> str:
    """
    Return the text of an answers file with nothing answered in it, every question beside its answer.

    Returns
    -------
    str
        YAML that :func:`wxsat.panel.readiness_answers.load_readiness` reads once every ``null`` is replaced.
    """
    said = readiness_wording()
    items = "".join(f"  {item}:    # {said[item]}\n" for item in ITEMS)
    gates = "".join(f"  {gate}:    # {said[gate]}\n" for gate in GATES)
    return f"{HEADER}answers:\n{items}gates:\n{gates}{CAPACITY}"
