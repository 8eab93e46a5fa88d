"""Write the reference pages that come from the code: commands, file formats, cleaning rules, codes.

They land in ``docs/reference/generated`` (not kept in the repository) and are included by the pages beside it.
"""

from __future__ import annotations

import ast
import enum
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "reference" / "generated"
PREFIXES = "INST|RESP|SAMP|LOG|PANEL|READY|MEAS|SEM|PLS|DIAG|STUDY|SIM|OUT|CLI|WX"
CODE = re.compile(rf"^(?:{PREFIXES})-\d{{3}}$")
USUAL_EXIT = {
    "INST": 3, "STUDY": 3, "SIM": 3, "RESP": 4, "SAMP": 4, "LOG": 4, "PANEL": 4, "READY": 3, "MEAS": 4, "SEM": 3,
    "PLS": 4, "DIAG": 4, "OUT": 1, "CLI": 2, "WX": 1,
}  # fmt: skip
# Settings files other than a study's are read by the same code and have the same numbers under their own prefix.
SETTINGS_PREFIXES = ("LOG", "READY")
PUT_TOGETHER = {
    "SAMP-008": ("an entry of the design file is missing, unknown or of another kind; what is allowed instead.", 3),
    "SEM-062": ("group_equal: '…' is not known; what is.", 2),
    "SEM-063": ("effect_coding: '…' is not known, or it goes with std_lv.", 2),
    "SEM-088": ("an efa() block that cannot be read, or a factor in two blocks.", 3),
}
SEVERITIES = ("note", "warning", "refusal")
EXIT_CODES = {
    "UsageError": 2, "InstrumentError": 3, "StudyError": 3, "ModelError": 3, "DataError": 4, "EstimationError": 5,
    "InterpretationRefused": 6,
}  # fmt: skip
ROOMS = {
    "INST": "The instrument file", "STUDY": "The study", "SIM": "Simulation", "RESP": "The answers",
    "SAMP": "Weights and design", "LOG": "The account's own records", "PANEL": "The panel of supervisors",
    "READY": "Readiness before launch", "MEAS": "Measurement", "SEM": "Structural equation models",
    "PLS": "Partial least squares", "DIAG": "The diagnosis", "OUT": "What is written",
    "CLI": "The command line", "WX": "The program itself",
}  # fmt: skip


def main() -> None:
    sys.path.insert(0, str(ROOT))
    OUT.mkdir(parents=True, exist_ok=True)
    for name, page in (
        ("commands", commands_page()),
        ("schema", schema_page()),
        ("study", study_page()),
        ("plan", plan_page()),
        ("codes", codes_page()),
    ):
        (OUT / f"{name}.md").write_text(page, encoding="utf-8")


def cell(text: str) -> str:
    """Return text fit for a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _with_options(text: str) -> str:
    """Return a help text whose options are set as code: two hyphens would become a dash."""
    return re.sub(r"(?<![`\w-])(--[a-z][a-z-]*)", r"`\1`", " ".join(text.split()))


def commands_page() -> str:
    """Every command with its arguments and options, from the typer application itself."""
    import typer.main

    from wxsat.cli.app import app

    return "\n".join(describe_command(typer.main.get_command(app), "wxsat")) + "\n"


def describe_command(command: Any, name: str) -> Iterator[str]:
    subcommands = getattr(command, "commands", None)
    if subcommands:
        for sub, inner in subcommands.items():
            yield from describe_command(inner, f"{name} {sub}")
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    yield from (f"## `{name}`", "", _with_options(command.help or ""), "")
    shown = " ".join(_metavar(p) for p in arguments)
    yield from ("```text", f"{name} {shown}{' ' if shown else ''}[OPTIONS]".strip(), "```", "")
    yield from ("| | | default |", "|---|---|---|")
    for argument in arguments:
        yield f"| `{_metavar(argument)}` | {cell(_with_options(argument.help or ''))} | required |"
    for option in options:
        names = ", ".join(f"`{o}`" for o in (*option.opts, *option.secondary_opts))
        yield f"| {names} | {cell(_with_options(option.help or ''))}{_choices(option)} | {_default(option)} |"
    yield ""


def _metavar(argument: Any) -> str:
    return str(argument.metavar or (argument.name or "").upper())


def _choices(option: Any) -> str:
    # typer describes types itself since 0.26 and left that to click before.
    choices = getattr(getattr(option, "type", None), "choices", None)
    annotation = getattr(getattr(option, "type_descriptor", None), "annotation", None)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        choices = list(annotation)
    shown = ", ".join(f"`{getattr(choice, 'value', choice)}`" for choice in choices or ())
    return f" One of {shown}." if shown else ""


def _default(option: Any) -> str:
    value = option.default
    if option.required:
        return "required"
    if value is None or value is False or callable(value) or type(value).__name__ == "Sentinel":
        return ""
    return f"`{getattr(value, 'value', value)}`"


def schema_page() -> str:
    """The instrument's JSON Schema as readable tables."""
    from wxsat.instrument.schema import instrument_schema

    return _tables(instrument_schema(), "The file")


def study_page() -> str:
    """The keys of study.yaml, from the models that validate it; the cleaning plan has a page of its own."""
    from wxsat.study.study import Study

    schema = Study.model_json_schema()
    for key in ("folder", "file", "sha256"):  # filled in on loading
        del schema["properties"][key]
    schema["$defs"] = {k: v for k, v in schema["$defs"].items() if k not in ("CleaningPlan", "Label")}
    return _tables(schema, "The file")


def plan_page() -> str:
    """Every setting of the cleaning plan with its default and its reason."""
    from wxsat.responses.plan import CleaningPlan

    return "\n".join(_rows(CleaningPlan.model_json_schema())) + "\n"


def _tables(schema: dict[str, Any], title: str) -> str:
    lines = [f"## {title}", "", *_rows(schema), ""]
    for name, definition in schema.get("$defs", {}).items():
        if "properties" in definition:
            lines += [f"## {name}", "", _plain_description(definition), "", *_rows(definition), ""]
    return "\n".join(lines) + "\n"


def _plain_description(schema: dict[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).replace("``", "`").split())


def _rows(schema: dict[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    yield from ("| key | what it holds | default | meaning |", "|---|---|---|---|")
    for key, entry in schema.get("properties", {}).items():
        meaning = cell(_plain_description(entry))
        if entry.get("examples"):
            meaning += f" Example: `{json.dumps(entry['examples'][0], ensure_ascii=False)}`."
        default = "required" if key in required else _shown(entry.get("default"))
        yield f"| `{key}` | {cell(_kind(entry))} | {default} | {meaning} |"


def _shown(value: Any) -> str:
    empty = value is None or value == {} or value == [] or value == ""
    return "" if empty or isinstance(value, dict) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(entry: dict[str, Any]) -> str:
    """Say what a key holds: a type, a closed set, a range, or another table of the page."""
    if "$ref" in entry:
        return str(entry["$ref"]).rpartition("/")[2]
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return " / ".join(f"`{value}`" for value in entry["enum"])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in entry:
            kinds = [_kind(option) for option in entry[word] if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    kind = entry.get("type", "")
    if kind == "array":
        return f"list of {_kind(entry['items'])}" if "items" in entry else "list"
    if kind == "object":
        inner = entry.get("additionalProperties")
        return f"mapping to {_kind(inner)}" if isinstance(inner, dict) else "mapping"
    return _range({"string": "text", "boolean": "true / false"}.get(str(kind), str(kind)), entry)


def _range(name: str, entry: dict[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    limits = [f"{sign} {entry[word]:g}" for word, sign in signs.items() if word in entry]
    return f"{name} {', '.join(limits)}" if limits else name


@dataclass
class Said:
    """What the source says of one code."""

    modules: set[str]
    wording: str = ""
    exit_code: int | None = None
    severity: str = ""


def codes_page() -> str:
    """Every code of an error or finding, with the wording that the source and the locale give it."""
    import yaml

    found: dict[str, Said] = {}
    for path in sorted((ROOT / "wxsat").rglob("*.py")):
        collect_codes(path, found)
    locale = ROOT / "wxsat" / "present" / "locale" / "en" / "findings.yml"
    for code, wording in yaml.safe_load(locale.read_text(encoding="utf-8")).items():
        if CODE.match(str(code)) and code in found:
            found[code].wording = re.sub(r"\{(\w+)(?::[^}]*)?\}", "…", str(wording))
            found[code].severity = found[code].severity or "warning"
    _add_settings_files(found)
    _word_what_functions_say(found)
    lines: list[str] = []
    for prefix, room in ROOMS.items():
        codes = sorted(code for code in found if code.startswith(f"{prefix}-"))
        lines += [
            f"## {room}: {prefix}",
            "",
            "| code | severity or exit code | wording | said by |",
            "|---|---|---|---|",
        ]
        lines += [_code_row(code, found[code]) for code in codes]
        lines.append("")
    return "\n".join(lines) + "\n"


def _add_settings_files(found: dict[str, Said]) -> None:
    """Give every kind of settings file (a study, an account's records, readiness) the codes it is read with."""
    reader = "wxsat.instrument.settings_file"
    of_yaml = [c for c, said in found.items() if c.startswith("INST") and "wxsat.instrument.yaml_tree" in said.modules]
    for code in of_yaml:
        study = found.setdefault(code.replace("INST", "STUDY"), Said({reader}))
        study.wording = found[code].wording
    found["STUDY-012"].wording = "`…` is …: what is allowed instead."
    of_settings = [code for code, said in found.items() if code.startswith("STUDY") and reader in said.modules]
    for prefix in SETTINGS_PREFIXES:
        for code in of_settings:
            said = found.setdefault(code.replace("STUDY", prefix), Said({reader}, exit_code=3))
            said.wording = said.wording or found[code].wording
    found["SAMP-001"] = Said({"wxsat.sampling.plan"}, found["STUDY-001"].wording, 3)


def _word_what_functions_say(found: dict[str, Said]) -> None:
    """Give codes whose sentence is put together elsewhere a sentence, and the exit code of what is raised."""
    for code, (wording, exit_code) in PUT_TOGETHER.items():
        found[code].wording, found[code].exit_code, found[code].severity = wording, exit_code, ""


def _code_row(code: str, said: Said) -> str:
    what = said.severity or f"exit {said.exit_code or USUAL_EXIT[code.partition('-')[0]]}"
    modules = ", ".join(f"`{module}`" for module in sorted(said.modules))
    return f"| `{code}` | {what} | {cell(said.wording)} | {modules} |"


def collect_codes(path: Path, found: dict[str, Said]) -> None:
    """Add the codes that one module says."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    raised = {
        node.func.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_faults"
        and isinstance(node.func.value, ast.Name) and node.func.value.id in EXIT_CODES
    }  # fmt: skip
    usual = EXIT_CODES[raised.pop()] if len(raised) == 1 else None
    for scope in (n for n in ast.walk(tree) if isinstance(n, (ast.Module, ast.FunctionDef))):
        known = _assignments(scope)
        for node in _own_nodes(scope):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                values = [*node.args, *(k.value for k in node.keywords)]
                _collect_call(name, values, known, module, usual, found)
            elif isinstance(node, ast.Tuple):
                _collect_call("", list(node.elts), known, module, usual, found)
            elif isinstance(node, ast.Dict):
                _collect_mapping(node, module, found)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function or module without those of the functions inside it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)


def _assignments(scope: ast.AST) -> dict[str, list[tuple[int, ast.expr]]]:
    known: dict[str, list[tuple[int, ast.expr]]] = {}
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).append((node.lineno, node.value))
    return known


def _collect_call(
    name: str,
    values: list[ast.expr],
    known: dict[str, list[tuple[int, ast.expr]]],
    module: str,
    usual: int | None,
    found: dict[str, Said],
) -> None:
    for position, value in enumerate(values):
        code = _code(value)
        if not code:
            continue
        said = found.setdefault(code, Said(set()))
        said.modules.add(module)
        rest = values[position + 1 :]
        said.severity = said.severity or _severity(rest)
        if not said.severity:
            said.exit_code = said.exit_code or EXIT_CODES.get(name, usual)
        texts = [t for v in rest if len(t := _text(v, known)) > 8 and t not in SEVERITIES]
        said.wording = said.wording or next((t for t in texts), "")


def _code(value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.match(value.value):
        return value.value
    if isinstance(value, ast.JoinedStr):  # f"{prefix}-001": settings files are studies
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "STUDY" for v in value.values)
        return text if CODE.match(text) else ""
    return ""


def _severity(rest: list[ast.expr]) -> str:
    for value in rest:
        words = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and n.value in SEVERITIES]
        if words:
            return " or ".join(dict.fromkeys(map(str, words)))
    return ""


def _collect_mapping(node: ast.Dict, module: str, found: dict[str, Said]) -> None:
    """Read ``{code: wording}`` and ``{finding's code: error's code}``."""
    for key, value in zip(node.keys, node.values, strict=True):
        code, other = _code(key) if key is not None else "", _code(value)
        if code and other:
            found[other] = Said({module}, f"the same as {code}, raised as an error", 4)
        elif code and _text(value, {}):
            said = found.setdefault(code, Said({module}))
            said.wording, said.modules = _text(value, {}), said.modules | {module}


def _text(node: ast.expr, known: dict[str, list[tuple[int, ast.expr]]]) -> str:
    if isinstance(node, ast.Name) and node.id in known:
        earlier = [value for line, value in known[node.id] if line <= node.lineno]
        return _text(earlier[-1], {}) if earlier else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    if isinstance(node, ast.JoinedStr):
        return " ".join("".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values).split())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return f"{_text(node.left, known)} {_text(node.right, known)}".strip()
    if isinstance(node, ast.IfExp):
        return _text(node.body, known)
    return ""


if __name__ == "__main__":
    main()
