"""What could point to a person, and the salted hash that is the only thing kept of it.

Columns are recognised by name (openid, 手机, 来自IP, ...) or by the look of their values (mobile number,
IPv4, 18-digit identity number, e-mail, WeChat openid). The salt is drawn anew at each reading and never
stored, so that a fingerprint finds duplicates within one reading and can be turned back by nobody.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

# In order of trust: the first of these that a row has becomes its fingerprint.
PERSON_KEYS: tuple[str, ...] = (
    "openid", "unionid", "用户标识", "用户id", "userid", "微信id", "微信号", "wechatid", "deviceid", "device",
    "设备号", "设备标识", "身份证", "idcard", "手机", "mobile", "phone", "电话", "联系方式", "email", "e-mail", "邮箱",
)  # fmt: skip
# Shared by many people (a household, an office) or not unique: dropped, but no evidence of a duplicate.
WEAK_KEYS: tuple[str, ...] = (
    "姓名", "昵称", "nickname", "来自ip", "ipaddress", "ip地址", "useragent", "recipient", "名字", "家庭住址",
    "详细地址", "locationlatitude", "locationlongitude", "经度", "纬度", "qq号",
)  # fmt: skip
WHOLE_NAMES: frozenset[str] = frozenset(
    {
        "ip",
        "ua",
        "tel",
        "name",
        "fullname",
        "firstname",
        "lastname",
        "qq",
        "wechat",
        "微信",
        "address",
        "地址",
    }
)
IDENTIFYING_SHARE = 0.5
# Answers of people repeat, their identifiers hardly.
DISTINCT_SHARE = 0.5
FEWEST_FOR_REPEATS = 10

Kind = Literal["person", "weak"]

_PATTERNS = (
    re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"),
    re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:[(（].*)?"),
    re.compile(r"\d{17}[\dXx]"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"o[A-Za-z0-9_-]{27}"),
)


def looks_identifying(value: object) -> bool:
    """
    Whether a value has the look of a mobile number, IPv4 address, identity number, e-mail or openid.

    Examples
    --------
    >>> looks_identifying("13800138000"), looks_identifying("非常同意")
    (True, False)
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return any(pattern.fullmatch(text) for pattern in _PATTERNS)


def identifies(name: str, cells: Iterable[Any]) -> Kind | None:
    """
    Say whether a column identifies people: ``person``, ``weak`` or not at all (None).

    ``person`` columns are evidence of a duplicate; ``weak`` ones (name, address) are dropped without being one. A
    column whose name merely contains a telling word ("number of mobile phones") identifies nobody as long as its
    answers repeat; and a device that most rows share (an interviewer's tablet) is no person.

    Examples
    --------
    >>> identifies("openid", ["a", "b"]), identifies("手机部数", ["1", "2"] * 10), identifies("来自IP", ["x"])
    ('person', None, 'weak')
    """
    seen = [cell for cell in cells if cell is not None and cell == cell]
    if identifying_values(seen):
        shared_address = all("." in str(c) and "@" not in str(c) for c in seen if looks_identifying(c))
        return "weak" if shared_address else "person"
    key = _plain_name(name)
    repeats = len(seen) >= FEWEST_FOR_REPEATS and len({str(c) for c in seen}) < DISTINCT_SHARE * len(seen)
    if key in PERSON_KEYS:
        return "weak" if repeats else "person"
    if key in WHOLE_NAMES or any(word in key for word in WEAK_KEYS):
        return "weak"
    return "person" if any(word in key for word in PERSON_KEYS) and not repeats else None


def _plain_name(name: str) -> str:
    key = "".join(unicodedata.normalize("NFKC", name).casefold().split()).replace("_", "")
    return re.sub(r"^(?:q?\d+|第\d+题)[、.:]?", "", key).rstrip(":?。")


def identifying_values(cells: Iterable[Any]) -> bool:
    """Whether at least half of the cells that are not empty have the look of an identifier."""
    seen = [cell for cell in cells if cell is not None and cell == cell]
    return bool(seen) and sum(map(looks_identifying, seen)) >= IDENTIFYING_SHARE * len(seen)


def _rank(column: str) -> int:
    key = "".join(unicodedata.normalize("NFKC", column).casefold().split()).replace("_", "")
    return next((i for i, word in enumerate(PERSON_KEYS) if word in key), len(PERSON_KEYS))


def fingerprints(frame: pd.DataFrame, columns: Sequence[str], salt: bytes) -> list[str | None]:
    """
    Return one salted hash a row from its most trusted identifier; None where the row has none.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        Identifying columns; the most trusted one that is filled decides.
    salt : bytes
        Drawn once a reading and forgotten.
    """
    ordered = sorted(columns, key=_rank)
    found: list[str | None] = []
    for row in frame[ordered].itertuples(index=False, name=None):
        hit = next(((c, v) for c, v in zip(ordered, row, strict=True) if v is not None and v == v), None)
        found.append(None if hit is None else _hash(hit, salt))
    return found


def _hash(hit: tuple[str, Any], salt: bytes) -> str:
    column, value = hit
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = f"{_rank(column)}:{unicodedata.normalize('NFKC', str(value)).strip()}"
    return hashlib.blake2b(text.encode(), key=salt, digest_size=12).hexdigest()
