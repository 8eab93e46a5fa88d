# %% [markdown]
# # 读一份结果 / Reading a result
#
# For a policy writer: which dilemma is severe, how sure that is, what it costs, what to do first.
# `wxsat new city` makes the folder and its study file; here the file is short, and the answers are simulated: nobody
# answered. In a shell the next cell is `wxsat run city`, which also writes the report, its tables and figures.

# %%
from pathlib import Path

import wxsat as wx
from wxsat.present.render.document_text import render_document_text
from wxsat.present.report import build_report

study = """
schema_version: 1
id: city
title: {zh: X市政务微信, en: The account of city X}
language: en
instrument: gov-wechat-public
form: standard
data: {simulate: {n: 400, accounts: 20, seed: 5, sources: true}}
models: [tam]
diagnosis: {draws: 200, severity: observed, costs: {D1: 500000, D2: 150000, D3: 200000, D4: 800000}}
measurement: {htmt_draws: 0, checks: false}
"""
Path("city").mkdir()
Path("city/study.yaml").write_text(study, encoding="utf-8")
outcome = wx.run_study("city")
print("refused:", outcome.refused)

# %% [markdown]
# The one-page brief, as text; `wxsat report city/report --part brief --to docx` is the page in Word.

# %%
brief = build_report(outcome.content, ["en"]).parts["brief"][0]
print(render_document_text(brief, "markdown"))

# %% [markdown]
# Behind the brief: severity from 0 to 100 by three sources, with the probability above 40 and the grade of evidence.

# %%
diagnosis = outcome.content.diagnosis
diagnosis.evidence.tables.combined[["dilemma", "S", "ci_lower", "ci_upper", "p40", "grade", "pattern"]].round(2)

# %% [markdown]
# What would satisfaction be expected to gain under the model? The gains overlap: they do not add up; `own` does.

# %%
diagnosis.levers[["lever", "severity", "target", "gain", "ci_lower", "ci_upper", "own", "extrapolation"]].round(1)

# %% [markdown]
# What must be known before any of this is cited?

# %%
for finding in outcome.content.findings:
    if finding.severity != "note":
        print(finding.code, finding.severity, "-", finding.message)
