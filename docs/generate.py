"""Write the reference pages that come from the code: commands, instrument schema, codes of errors and findings."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "reference" / "generated"
CODE = re.compile(r"^(?:INST|RESP|MEAS|SEM|DIAG|STUDY|SIM|OUT|CLI|WX)-\d{3}$")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "commands.md").write_text(commands_page(), encoding="utf-8")
    (OUT / "schema.md").write_text(schema_page(), encoding="utf-8")
    (OUT / "codes.md").write_text(codes_page(), encoding="utf-8")


def commands_page() -> str:
    """Every command with its arguments and options, from the typer application itself."""
    import typer.main

    from wxsat.cli.app import app

    lines = ["# Commands", ""]
    _describe(typer.main.get_command(app), "wxsat", lines)
    return "\n".join(lines) + "\n"


def _describe(command: Any, name: str, lines: list[str]) -> None:
    subcommands = getattr(command, "commands", None)
    if subcommands:
        for sub, inner in subcommands.items():
            _describe(inner, f"{name} {sub}", lines)
        return
    lines += [f"## {name}", "", (command.help or "").strip(), "", "| | |", "|---|---|"]
    for parameter in command.params:
        if parameter.name == "help":
            continue
        shown = (
            " ".join(f"`{o}`" for o in parameter.opts)
            if parameter.param_type_name == "option"
            else f"`{parameter.name.upper()}`"
        )
        lines.append(f"| {shown} | {(getattr(parameter, 'help', None) or '').replace('|', '/')} |")
    lines.append("")


def schema_page() -> str:
    """The instrument's JSON Schema as readable tables."""
    from wxsat.instrument.schema import instrument_schema

    schema = instrument_schema()
    lines = ["# Instrument schema", "", "`wxsat instrument schema` prints it for an editor.", ""]
    lines += _properties("Instrument file", schema)
    for name, definition in schema.get("$defs", {}).items():
        if "properties" in definition:
            lines += _properties(name, definition)
    return "\n".join(lines) + "\n"


def _properties(title: str, schema: dict[str, Any]) -> list[str]:
    required = set(schema.get("required", ()))
    lines = [
        f"## {title}",
        "",
        " ".join(str(schema.get("description", "")).split()),
        "",
        "| key | meaning |",
        "|---|---|",
    ]
    for key, entry in schema.get("properties", {}).items():
        meaning = " ".join(str(entry.get("description", "")).split()).replace("|", "/")
        example = entry.get("examples")
        if example:
            meaning += f" Example: `{json.dumps(example[0], ensure_ascii=False)}`."
        lines.append(f"| `{key}`{' (required)' if key in required else ''} | {meaning} |")
    return [*lines, ""]


def codes_page() -> str:
    """Every code of an error or finding, with the first wording the source gives it."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "wxsat").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                _collect(node, path, found)
    lines = [
        "# Codes of errors and findings",
        "",
        "| code | said by | wording (… stands for what was found) |",
        "|---|---|---|",
    ]
    for code in sorted(found):
        module, wording = found[code]
        lines.append(f"| `{code}` | `{module}` | {wording} |")
    return "\n".join(lines) + "\n"


def _collect(node: ast.Call, path: Path, found: dict[str, tuple[str, str]]) -> None:
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    for position, value in enumerate(values):
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.match(value.value):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            wording = next((text for v in values[position + 1 :] if len(text := _text(v)) > 12), "")
            if wording or value.value not in found:
                found.setdefault(value.value, (module, wording))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
    else:
        return ""
    return " ".join(text.split()).replace("|", "/").replace("<", "&lt;").replace("`", "'")


if __name__ == "__main__":
    main()
