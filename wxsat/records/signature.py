"""Lines under and over a text that are not its own: who signed it and when, who wrote, edited and checked it.

Notices of different authors end alike, and texts would look copied for their endings alone. Only lines of their own are
taken, at the ends of a text (the agency over its date also before annexes): a line in the middle that begins with
``审核：`` or ``记者：`` may be a step of a procedure or a question of an interview.
"""

from __future__ import annotations

import re

# Possessive, so that a line of nothing but blanks is read once.
_BLANK = r"[^\S\n]*+"
_DIGITS = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = (
    rf"(?:\d{{4}}|[〇○零一二三四五六七八九]{{4}}){_BLANK}[年./-]{_BLANK}{_DIGITS}{_BLANK}[月./-]{_BLANK}{_DIGITS}{_BLANK}日?"
    rf"(?:{_BLANK}\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?)?"
)
_AGENCY = (
    r"(?![到在至由为向去赴]|[^\n]{0,30}[的了们您你我请])[^\n。！？；：:，,]{1,28}"
    r"(?:局|委|办|府|厅|署|室|部|会|院|中心|组|队|处|科|站|所|校|大学|中学|小学|司|团|社|馆|园|台|行|街道|社区|发布|[乡镇县市区村])"
    r"(?:[（(](?:代章|章|盖章|公章)[）)])?"
)
_SOURCE = r"(?:文章|稿件|信息|内容|图片|图文|素材|资料|文字)?来源|(?:本文)?(?:转自|转载自)"
_AUTHOR = r"(?:本报|通讯)?(?:记者|通讯员)|作者|撰稿|供稿|撰文|文字|图文|文图|图片|摄影|供图|制图|设计|策划|统筹"
_EDITOR = (
    r"(?:责任|值班|本期|执行|微信|新媒体|网络|图文|美术)?编辑|责编|美编|编审|主编|排版|校对|审校|审核|审定|签发|监制|总监制|"
    r"[一二三初复终]审"
)
_ROLE = rf"(?:{_SOURCE}|{_AUTHOR}|{_EDITOR}|发布时间|发布日期|source|author|editor|photo)"
_CREDIT = re.compile(rf"(?i)\W{{0,4}}{_ROLE}(?:\s*[：:丨|｜/／][^。！？]{{0,60}}|\s+\S{{1,8}})")
_CLOSING = re.compile(rf"(?:{_AGENCY}\s*)?{_DATE}[\s）)]*|[（(](?:此件|联系人|联系电话)[^。！？）)]{{0,60}}[）)]")
_SIGNED = re.compile(rf"(?m)(?:^{_BLANK}{_AGENCY}{_BLANK}\n+){{1,3}}{_BLANK}{_DATE}[^\S\n]*$")


def without_signature(text: str) -> str:
    r"""
    Return a text without the lines that name who signed, wrote, edited or checked it, and when.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        The text itself where it is one line; else its other lines, those that are empty left out.

    Notes
    -----
    Taken off: an agency (up to three, a line each) over a line that is a date; at the end a date, or agency and date in
    one line, ``（此件公开发布）``; at the end, at the top and under a heading, ``来源：某市发布``, ``责编 | 某某``.

    Examples
    --------
    >>> without_signature("请于月底前办理。\n某市人民政府办公室\n2026年3月1日\n责编：某某")
    '请于月底前办理。'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return text
    lines = _SIGNED.sub("", text).split("\n")
    end = len(lines)
    while end and _at_the_end(lines[end - 1].strip()):
        end -= 1
    return "\n".join(_without_credits_above(lines[:end]))


def _without_credits_above(lines: list[str]) -> list[str]:
    """Take off the lines right at the top, or right under a first line that is a heading."""
    body = [line for line in lines if line.strip()]
    title = [] if not body or _CREDIT.fullmatch(body[0].strip()) else body[:1]
    start = len(title)
    while start < len(body) and _CREDIT.fullmatch(body[start].strip()):
        start += 1
    return title + body[start:]


def _at_the_end(line: str) -> bool:
    return not line or bool(_CREDIT.fullmatch(line) or _CLOSING.fullmatch(line))
