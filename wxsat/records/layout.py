"""Empty tables of records with their columns explained, for a city that begins to collect them."""

from __future__ import annotations

from pathlib import Path

from wxsat.errors import UsageError
from wxsat.records.log_tables import TABLES, Column

SETTINGS = """\
# 账号运行记录 / The account's own records. Files are relative to this one; delete what you do not have.
as_of: 2026-03-31          # 截止日 / cut-off; the day itself counts
window_days: 90            # 观察窗口（天）/ window of most indicators
time_zone: Asia/Shanghai   # 未带时区的时间按此解读 / of times that carry none
sla_days: 5                # 答复时限（工作日）/ working days within which a message should be answered
duty: {start: 9, end: 17}  # 工作时间 / duty hours
calendar:                  # 本地增减的工作日 / changes to the national calendar
  extra_workdays: []
  extra_holidays: []
inspections: []            # 检查期 / e.g. - {start: 2026-03-02, end: 2026-03-08}
# resident_adults: 480000   # 常住成年人口 / of the area that all serve; or {账号: 480000}; or in accounts
knots: {}                  # 本地标准 / e.g. L04: {h: 0.92, source: "市级规定"}
files:
"""


def layout_page() -> str:
    """Return the columns of every table as Markdown."""
    lines = ["# 运行记录的格式 / Layout of the records", ""]
    for table, columns in TABLES.items():
        lines += [f"## `{table}.csv`", "", "| column | 列名 | kind | needed | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| `{c.name}` | {c.zh} | {_kind(c)} | {'yes' if c.required else ''} | {c.meaning} |" for c in columns
        ]
        lines.append("")
    return "\n".join(lines)


def _kind(column: Column) -> str:
    if column.kind == "code":
        return " / ".join(dict.fromkeys(column.codes.values()))
    return {"yes_no": "1 / 0", "id": "text", "person": "text, only compared"}.get(column.kind, column.kind)


def write_layout(folder: Path) -> tuple[Path, ...]:
    """
    Write ``logs.yaml``, one empty CSV a table and ``LAYOUT.md`` into a new folder.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.

    Returns
    -------
    tuple of Path

    Raises
    ------
    UsageError
        LOG-030 when the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "LOG-030", "the folder exists and is not empty.", where=str(folder), hint="Choose another name."
        )
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / "logs.yaml": SETTINGS + "".join(f"  {table}: {table}.csv\n" for table in TABLES)}
    files[folder / "LAYOUT.md"] = layout_page()
    for table, columns in TABLES.items():
        files[folder / f"{table}.csv"] = "\ufeff" + ",".join(column.name for column in columns) + "\n"
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)
