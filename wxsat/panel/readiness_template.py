"""An answers file for the readiness list, every item in words, ready to be filled in."""

from __future__ import annotations

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


def readiness_template(wording: dict[str, str] | None = None) -> str:
    """
    Return the text of an answers file with nothing answered in it.

    Parameters
    ----------
    wording : dict, optional
        Item or gate to its question, written beside it.

    Returns
    -------
    str
        YAML that :func:`wxsat.panel.readiness_answers.load_readiness` reads once every ``null`` is replaced.
    """
    said = wording or {}
    items = "".join(f"  {item}:    # {said[item]}\n" if item in said else f"  {item}:\n" for item in ITEMS)
    gates = "".join(f"  {gate}:    # {said[gate]}\n" if gate in said else f"  {gate}:\n" for gate in GATES)
    return f"{HEADER}answers:\n{items}gates:\n{gates}{CAPACITY}"
