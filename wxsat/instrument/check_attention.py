"""Attention checks: the rule of each is complete, fits its scale, and its items are asked where it is."""

from __future__ import annotations

from collections.abc import Iterator

from wxsat.instrument.crossref import Index, Problem
from wxsat.instrument.instrument import AttentionCheck, Scale
from wxsat.instrument.order import asking_order
from wxsat.instrument.yaml_tree import Steps

_RULE: dict[str, tuple[str, ...]] = {
    "instructed": ("expect",),
    "bogus": ("fail_at_least",),
    "paraphrase": ("pair", "tolerance"),
    "antonyms": ("pairs",),
    "diligence": ("exclude_code", "choices"),
}
_RULE_KEYS = ("expect", "fail_at_least", "pair", "tolerance", "pairs", "exclude_code")


def check_attention(index: Index) -> Iterator[Problem]:
    """Yield attention checks whose rule could not be applied, or would never fail."""
    for i, check in enumerate(index.instrument.attention):
        path: Steps = ("attention", i)
        yield from _check_rule(check, path)
        yield from _check_codes(index, check, path)
        yield from _check_pairs(index, check, path)
        if check.after is not None:
            asked = [entry.id for entry in asking_order(index.instrument) if entry.id != check.id]
            yield from index.unknown((*path, "after"), f"check '{check.id}'", "item", check.after, asked)


def _check_rule(check: AttentionCheck, path: Steps) -> Iterator[Problem]:
    wanted = _RULE[check.kind]
    for key in wanted:
        if getattr(check, key) in (None, []):
            message = f"check '{check.id}' is `{check.kind}` and has no `{key}`."
            yield Problem(path, "INST-030", message, f"It needs: {', '.join(wanted)}.", about=(check.id,))
    for key in _RULE_KEYS:
        if key not in wanted and getattr(check, key) not in (None, []):
            message = f"check '{check.id}' is `{check.kind}`, which has no use for `{key}`."
            yield Problem((*path, key), "INST-030", message, f"It needs: {', '.join(wanted)}.")
    if check.kind != "antonyms" and check.text is None:
        message = f"check '{check.id}' is `{check.kind}` and has no `text`."
        yield Problem(path, "INST-030", message, about=(check.id,))


def _answer_codes(index: Index, check: AttentionCheck) -> tuple[int, ...]:
    if check.choices:
        return tuple(choice.code for choice in check.choices)
    scale = index.scale(check.scale)
    return scale.codes if scale else ()


def _check_codes(index: Index, check: AttentionCheck, path: Steps) -> Iterator[Problem]:
    codes = _answer_codes(index, check)
    for key in ("expect", "fail_at_least", "exclude_code"):
        code = getattr(check, key)
        if code is not None and key in _RULE[check.kind] and codes and code not in codes:
            message = f"check '{check.id}' has {key}: {code}, which nobody can answer."
            yield Problem((*path, key), "INST-031", message, f"Codes: {', '.join(map(str, codes))}.", (check.id,))
    if check.kind == "bogus" and codes and check.fail_at_least == min(codes):
        message = f"check '{check.id}' fails for every answer, since {check.fail_at_least} is the lowest code."
        yield Problem((*path, "fail_at_least"), "INST-031", message)


def _check_pairs(index: Index, check: AttentionCheck, path: Steps) -> Iterator[Problem]:
    if check.kind == "paraphrase" and check.pair is not None:
        here = (*path, "pair")
        yield from index.unknown(here, f"check '{check.id}'", "item", check.pair, index.items)
        yield from _same_range(check, here, index.scale(check.scale), index.scale_of_item(check.pair), (check.pair,))
        yield from _same_forms(index, check, here, (check.pair,))
    for i, (a, b) in enumerate(check.pairs if check.kind == "antonyms" else ()):
        here = (*path, "pairs", i)
        for name in (a, b):
            yield from index.unknown(here, f"check '{check.id}'", "item", name, index.items)
        if a == b:
            yield Problem(here, "INST-033", f"check '{check.id}' pairs '{a}' with itself.")
            continue
        yield from _same_range(check, here, index.scale_of_item(a), index.scale_of_item(b), (a, b))
        yield from _same_forms(index, check, here, (a, b))
        yield from _opposed(index, check, here, a, b)


def _same_range(
    check: AttentionCheck, path: Steps, one: Scale | None, other: Scale | None, names: tuple[str, ...]
) -> Iterator[Problem]:
    if one is None or other is None or any(s.kind == "ordinal" and not s.codes for s in (one, other)):
        return
    if not one.codes or one.codes != other.codes:
        message = f"check '{check.id}' compares answers that do not have the same codes ({' and '.join(names)})."
        ranges = f"'{one.id}' has {_range(one)}, '{other.id}' has {_range(other)}."
        yield Problem(path, "INST-031", message, f"Scale {ranges}", (check.id, one.id, other.id, *names))


def _range(scale: Scale) -> str:
    return f"{scale.codes[0]} to {scale.codes[-1]}" if scale.codes else "no codes"


def _same_forms(index: Index, check: AttentionCheck, path: Steps, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name not in index.items:
            continue
        absent = [form for form in check.forms if form not in index.items[name][0].forms]
        if absent:
            message = f"check '{check.id}' is in the {' and '.join(absent)} form, but item '{name}' is not."
            yield Problem(
                path,
                "INST-032",
                message,
                "Give the check the forms that all its items have.",
                (check.id, name),
            )


def _opposed(index: Index, check: AttentionCheck, path: Steps, a: str, b: str) -> Iterator[Problem]:
    if a not in index.items or b not in index.items:
        return
    first, second = index.items[a][0], index.items[b][0]
    if first.construct_id == second.construct_id and first.key == second.key:
        message = f"check '{check.id}' calls '{a}' and '{b}' opposites, but both are keyed '{first.key}'."
        yield Problem(path, "INST-033", message, 'One of the two needs key: "R".', (a, b))
