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
    "openid", "unionid", "用户标识", "用户id", "userid", "微信id", "微信号", "wechatid", "deviceid", "device", "imei",
    "设备号", "设备标识", "身份证", "idcard", "idnumber", "证件号", "passport", "护照", "手机", "mobile",
    "phone", "电话",
    "联系方式", "email", "e-mail", "邮箱", "subscriberid", "simserial",
)  # fmt: skip
# Shared by many people (a household, an office) or not unique: dropped, but no evidence of a duplicate.
WEAK_KEYS: tuple[str, ...] = (
    "姓名", "昵称", "nickname", "来自ip", "ipaddress", "ip地址", "ipaddr", "useragent", "recipient", "名字", "家庭住址",
    "详细地址", "locationlatitude", "locationlongitude", "locationaccuracy", "latitude", "longitude", "经度", "纬度",
    "geolocation", "geopoint", "gps", "坐标", "定位", "qq号", "用户名", "firstname", "lastname", "fullname",
    "namefirst", "namelast", "respondentname", "submittername", "macaddress",
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
        "username",
        "lat",
        "lng",
        "lon",
        "referrer",
        "位置",
        "地理位置",
    }
)
IDENTIFYING_SHARE = 0.5
# Answers of people repeat, their identifiers hardly.
DISTINCT_SHARE = 0.5
FEWEST_FOR_REPEATS = 10

Kind = Literal["person", "weak"]

_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
# What is looked for -> the shape of a whole value.
SHAPES: dict[str, re.Pattern[str]] = {
    "phone": re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{7,8}|\(\d{3}\) ?\d{3}-\d{4}"),
    "ip": re.compile(rf"{_IPV4}(?:[(（].*)?|(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}}", re.IGNORECASE),
    "id number": re.compile(r"\d{17}[\dXx]"),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "openid": re.compile(r"o[A-Za-z0-9_-]{27}"),
    "device": re.compile(
        r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|Mozilla/\d.*|(?:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    ),
    "location": re.compile(r"-?\d{1,3}\.\d{3,}[,，; ]\s*-?\d{1,3}\.\d{3,}(?:[,; ].*)?"),
}
# The same inside a longer text, for messages: a value that only holds one is hidden too.
_INSIDE = re.compile(
    rf"(?<!\d)(?:1[3-9]\d{{9}}|\d{{17}}[\dXx])(?!\d)|(?<![\d.]){_IPV4}(?![\d.])|[\w.+-]+@[\w-]+\.[\w.-]+"
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
    return any(pattern.fullmatch(text) for pattern in SHAPES.values())


def holds_identifier(text: str) -> bool:
    """
    Whether a text holds a mobile number, identity number, address or e-mail anywhere.

    Examples
    --------
    >>> holds_identifier("张先生 13800138000"), holds_identifier("PU1")
    (True, False)
    """
    return _INSIDE.search(unicodedata.normalize("NFKC", text)) is not None


def identifier_kind(name: str, cells: Iterable[Any]) -> str | None:
    """
    Say what a column identifies people by (openid, phone, ip, name, ...), or None if it does not.

    Examples
    --------
    >>> identifier_kind("联系电话", ["13800138000"]), identifier_kind("PU1", ["5", "6"])
    ('phone', None)
    """
    seen = [cell for cell in cells if cell is not None and cell == cell]
    if identifies(name, seen) is None:
        return None
    texts = [unicodedata.normalize("NFKC", str(cell)).strip() for cell in seen[:200]]
    counts = {kind: sum(bool(p.fullmatch(t)) for t in texts) for kind, p in SHAPES.items()}
    kind = max(counts, key=lambda k: counts[k])
    if texts and counts[kind] >= IDENTIFYING_SHARE * len(texts):
        return kind
    key = _plain_name(name)
    return next((kind for kind, words in _KINDS if any(word in key for word in words)), "name")


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


_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("openid", ("openid", "unionid", "用户标识", "用户id", "userid", "微信", "wechat", "qq")),
    ("device", ("device", "设备", "imei", "useragent", "simserial", "subscriberid", "mac", "ua", "referrer")),
    ("name", ("recipient", "姓名", "名字", "昵称", "nickname", "firstname", "lastname", "fullname", "用户名")),
    ("ip", ("ip",)),
    ("id number", ("身份证", "idcard", "idnumber", "证件号", "passport", "护照")),
    ("phone", ("手机", "mobile", "phone", "电话", "联系方式", "tel")),
    ("email", ("mail", "邮箱")),
    ("location", ("地址", "address", "住址", "latitude", "longitude", "location", "经度", "纬度", "geo", "gps", "坐标",
                  "定位", "位置", "lat", "lng", "lon")),
)  # fmt: skip


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
