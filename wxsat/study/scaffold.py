"""`wxsat new`: a study folder in which everything that must be filled in is named."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import cast, get_args

from wxsat.errors import UsageError, nearest
from wxsat.instrument.instrument import FORMS, FormName, Instrument
from wxsat.instrument.load import load_instrument

TITLE = "{zh: 政务微信公众满意度, en: Satisfaction with a government WeChat account}"
STUDY_TEMPLATE = """\
# A wxsat study. Check it with `wxsat run . --dry-run`, run it with `wxsat run .`
# 研究文件。先用 `wxsat run . --dry-run` 检查，再用 `wxsat run .` 运行。
schema_version: 1
id: {id}
title: {title}
authors: []                      # names for the citation  引用时的作者
language: zh                     # main language of the report: zh or en  报告的主要语言
instrument: {instrument}
form: {form}                     # full, standard or brief  完整版、标准版、简版

data:
  files: [data/answers.csv]      # CSV (any encoding), XLSX, XLS, SAV, ZSAV, DTA  任意编码的 CSV 等
  # account: account             # column that names the account, when there are several  账号所在的列
  # seconds: 所用时间             # column with the answering time  作答用时所在的列
  # columns: {{"1、用这个政务微信，我办事、查事比以前快。": PU1}}   # only where id and wording are not recognised
  # sheet: Sheet1
  # encoding: gb18030            # recognised by itself; state it only if that fails

# waves:                           # several waves instead of data: files, the last one is reported  多期数据
#   - {{id: "2025", files: [data/2025.csv], start: 2025-05-10, end: 2025-05-31}}
#   - {{id: "2026", files: [data/2026.csv], start: 2026-05-09, end: 2026-05-30}}

fieldwork:                       # what a citable table must carry; what is missing is named in the report
  # start: 2026-03-01
  # end: 2026-03-20
  population: {{}}                 # {{zh: X市政务微信的关注者, en: Followers of the accounts of city X}}
  mode: {{}}                       # {{zh: 微信推送链接，自填, en: "link pushed in WeChat, self-completed"}}
  probability: false             # true only for a probability sample; false prints no margin of error
  sampling: {{}}                   # {{zh: 二维码自愿参与, en: "QR code, opt-in"}}
  # design: cross-section        # or panel, experiment
  response: {{}}                   # {{zh: 推送 20000，打开 3100，完成 1624, en: "20,000 pushed, 3,100 opened, 1,624 completed"}}
  consent: {{}}
  legal: {{}}
  sponsor: {{}}

# operators: {{file: data/staff.csv}}  # answers of operators, liaisons and leaders (gov-wechat-operators)  运营者与领导问卷
# audit: records/logs.yaml         # the accounts' own records (wxsat new DIR --audit)  账号自身记录
# panel: data/scores.csv           # supervisors' monthly sheets  监督员评分表
# needs: {{file: data/needs.csv}}      # the public's needs, where asked apart (gov-wechat-needs)  服务需求题组

models: [{models}]
# bootstrap: 1000         # draws for intervals of paths and effects; 0 for none  路径与效应区间的抽样次数
# estimator: WLSMV        # items as ordinal; ML (as continuous) when left out

# cleaning: {{min_families: 2}}    # every rule and threshold: documentation, "Cleaning"
# diagnosis: {{target: 20}}        # costs: yuan by dilemma, for points per 10,000 yuan  各困境的治理费用（元）
# outputs: {{table_style: apa}}     # tables in Word: cyt (CY/T 170-2019) or apa; by the language when left out
seed: 20140713
"""

README_TEMPLATE = """\
# {id}

A study with wxsat and the instrument `{instrument}` ({form} form).

1. `data/template.csv` has one column for every question of the form. Put your answers into `data/answers.csv` (any
   encoding), or name another file (XLSX, XLS, SAV, ZSAV, DTA) in `study.yaml`. Columns are recognised by id or by the
   question's wording; answers by code or by label, in Chinese or English. Don't-know has the code 98.
2. Fill in `study.yaml`.
3. `wxsat run . --dry-run` checks the study, `wxsat responses inspect data/answers.csv` shows what is recognised in the file.
4. `wxsat run .` writes `report/`: `report.html` (both languages), tables, figures, `numbers.json`.

本研究使用 wxsat 和量表 `{instrument}`。把答卷放入 `data/answers.csv`（编码不限），填写 `study.yaml`，运行 `wxsat run .` 即得到 `report/`。
"""


def scaffold_study(folder: Path, instrument: str, form: str) -> tuple[Path, ...]:
    """
    Write a new study folder.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    instrument : str
        Bundled id, or a path.
    form : {"full", "standard", "brief"}

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    UsageError
        ``STUDY-050`` when the folder is not empty, ``STUDY-051`` for an unknown form.
    """
    if form not in get_args(FormName):
        raise UsageError(
            "STUDY-051", f"there is no form '{form}'.", hint=f"Forms: {', '.join(FORMS)}.{nearest(form, FORMS)}"
        )
    loaded = load_instrument(instrument)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "STUDY-050", "the folder exists and is not empty.", where=str(folder), hint="Choose another name."
        )
    own = Path(instrument).exists()
    asked = cast(FormName, form)
    fields = {
        "id": _identifier(folder.resolve().name),
        "title": _title(loaded) if own else TITLE,
        "instrument": _seen_from(folder, Path(instrument)) if own else instrument,
        "form": form,
        "models": _models(loaded, asked),
    }
    (folder / "data").mkdir(parents=True, exist_ok=True)
    files = {
        folder / "study.yaml": STUDY_TEMPLATE.format(**fields),
        folder / "README.md": README_TEMPLATE.format(**fields),
        folder / "data" / "template.csv": "\ufeff" + ",".join(_columns(loaded, asked)) + "\n",
    }
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _title(instrument: Instrument) -> str:
    """Write the instrument's title as YAML; a study of another instrument is not about WeChat."""
    titles = {language: instrument.header.title.text(language) for language in instrument.header.languages}
    said = ", ".join(f"{language}: {json.dumps(text, ensure_ascii=False)}" for language, text in titles.items() if text)
    return f"{{{said}}}" if said else TITLE


def _seen_from(folder: Path, instrument: Path) -> str:
    """Return the instrument's path as the study sees it, so that both may be moved together."""
    try:
        path = Path(os.path.relpath(instrument.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        path = instrument.resolve().as_posix()
    return path if re.fullmatch(r"[\w./-]+", path) else json.dumps(path, ensure_ascii=False)


def _identifier(name: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")
    return plain or "study"


def _models(instrument: Instrument, form: FormName) -> str:
    fitting = [model.id for model in instrument.models if form in model.forms]
    return ", ".join(fitting[:1])


def _columns(instrument: Instrument, form: FormName) -> list[str]:
    items = [item.id for item in instrument.items_in(form)]
    checks = [check.id for check in instrument.attention if form in check.forms and check.text is not None]
    questions = [q.id for q in instrument.background if form in q.forms and q.role != "identifier"]
    return [*questions, *items, *checks]
