"""Replication: which files give the main model again, what they need, and what each program cannot express."""

from __future__ import annotations

from wxsat.present.document import Block, Bullets, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.replication import Replication, replicate


def describe_replication(draft: Draft) -> Section | None:
    """Write the replication section; None without a fitted main model."""
    model = draft.content.main_model
    if model is None or model.result is None:
        return None
    made, words = replicate(model.result), draft.words
    intro = words.get(
        "replication.intro",
        model=model.title.text(draft.language) or model.id,
        estimator=model.result.estimator,
        n=draft.count(f"fit.{model.id}.n", model.result.n_obs, "wxsat.sem.fit_measures"),
    )
    reason = words.get(f"replication.reason.{made.reason}") if made.reason else ""
    blocks: tuple[Block, ...] = (
        Paragraph(intro),
        Paragraph(words.get(f"replication.source.{made.source}", reason=reason)),
        Bullets(tuple(words.get(f"replication.file.{name}") for name in _shown(made))),
        Bullets(tuple(_untold(draft, made))),
    )
    return Section("replication", words.get("replication.title"), blocks)


def _shown(made: Replication) -> list[str]:
    ordinal = ["ordinal"] if made.source == "ordinal" else []
    return ["model.lavaan", "moments", *ordinal, "reproduce.R", "model.inp", "model_semopy.py", "model_seminr.R"]


def _untold(draft: Draft, made: Replication) -> list[str]:
    programs = dict.fromkeys(entry.program for entry in made.untold)
    if not programs:
        return [draft.words.get("replication.all_told")]
    lines = []
    for program in programs:
        topics = [draft.words.get(f"replication.topic.{u.topic}") for u in made.untold if u.program == program]
        lines.append(draft.words.get("replication.untold", program=program, topics=draft.join(topics)))
    return lines
