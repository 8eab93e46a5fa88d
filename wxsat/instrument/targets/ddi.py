"""Form -> DDI-Codebook 2.5 XML for archives: what was asked, of whom, with which codes, and what becomes of them."""

from __future__ import annotations

from xml.etree import ElementTree

from wxsat.instrument.codebook import codebook_rows
from wxsat.instrument.fielded import FieldedForm, Prompt
from wxsat.instrument.instrument import Label

NAMESPACE = "ddi:codebook:2_5"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def ddi(form: FieldedForm) -> bytes:
    """
    Return the document, UTF-8.

    A construct becomes a variable group; a reverse key and an attention rule stand in the variable's notes.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> b'<var ID="PU1"' in ddi(fielded_form(load_instrument("gov-wechat-public"), "brief"))
    True
    """
    root = ElementTree.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", XML_LANG: form.languages[0]})
    _study(form, root)
    data = ElementTree.SubElement(root, "dataDscr")
    asked = {prompt.id for prompt in form.prompts}
    for construct in form.instrument.constructs_in(form.form):
        ids = [item.id for item in construct.items if item.id in asked]
        group = ElementTree.SubElement(data, "varGrp", {"ID": construct.id, "type": "other", "var": " ".join(ids)})
        _say(form, group, "labl", construct.name)
        if construct.definition is not None:
            _say(form, group, "defntn", construct.definition)
    rows = {str(row["id"]): row for row in codebook_rows(form.instrument, form.form)}
    for prompt in form.prompts:
        _variable(form, data, prompt, rows[prompt.id])
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _study(form: FieldedForm, root: ElementTree.Element) -> None:
    citation = ElementTree.SubElement(ElementTree.SubElement(root, "stdyDscr"), "citation")
    title = ElementTree.SubElement(citation, "titlStmt")
    first, *others = form.languages
    ElementTree.SubElement(title, "titl").text = form.title.text(first)
    for other in others:
        ElementTree.SubElement(title, "parTitl", {XML_LANG: other}).text = form.title.text(other)
    ElementTree.SubElement(title, "IDNo").text = form.instrument.id
    version = ElementTree.SubElement(citation, "verStmt")
    ElementTree.SubElement(version, "version").text = f"{form.instrument.header.version} ({form.form})"
    if form.instrument.header.cite is not None:
        _say(form, citation, "biblCit", form.instrument.header.cite)


def _variable(form: FieldedForm, data: ElementTree.Element, prompt: Prompt, row: dict[str, object]) -> None:
    kind = {"single": "discrete", "multiple": "discrete"}.get(prompt.kind, "contin")
    variable = ElementTree.SubElement(data, "var", {"ID": prompt.id, "name": prompt.id, "intrvl": kind})
    _say(form, variable, "labl", prompt.text)
    question = ElementTree.SubElement(variable, "qstn", {"seqNo": str(prompt.number)})
    for language in form.languages:
        ElementTree.SubElement(question, "qstnLit", {XML_LANG: language}).text = " ".join(
            prompt.text.text(language).split()
        )
    if prompt.low is not None or prompt.high is not None:
        bounds = {key: f"{b:.10g}" for key, b in (("min", prompt.low), ("max", prompt.high)) if b is not None}
        ElementTree.SubElement(ElementTree.SubElement(variable, "valrng"), "range", bounds)
    if row["ask_if"]:
        ElementTree.SubElement(variable, "universe").text = f"asked only if {row['ask_if']}"
    for answer in prompt.answers:
        category = ElementTree.SubElement(variable, "catgry", {"missing": "Y"} if answer.missing else {})
        ElementTree.SubElement(category, "catValu").text = str(answer.code)
        _say(form, category, "labl", answer.text or Label(zh=str(answer.code), en=str(answer.code)))
    for name, value in (("key", row["key"]), ("rule", row["rule"]), ("sha256", row["sha256"])):
        if value:
            ElementTree.SubElement(variable, "notes", {"subject": name}).text = str(value)


def _say(form: FieldedForm, parent: ElementTree.Element, tag: str, label: Label) -> None:
    for language in form.languages:
        said = " ".join(label.text(language).split())
        ElementTree.SubElement(parent, tag, {XML_LANG: language}).text = said
