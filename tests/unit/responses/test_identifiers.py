"""What identifies people, and what merely talks about phones and names."""

from __future__ import annotations

import pytest

from wxsat.responses.identifiers import identifies, looks_identifying

MANY = [f"v{i}" for i in range(40)]
FEW = ["一部", "两部"] * 20

COLUMNS = {
    # name, cells -> kind
    ("openid", tuple(MANY)): "person",
    ("用户标识", tuple(MANY)): "person",
    ("您的手机号码是：", tuple(MANY)): "person",
    ("3、联系电话", tuple(MANY)): "person",
    ("您的openid：", tuple(MANY)): "person",
    ("device", tuple(MANY)): "person",
    ("device", tuple(["tablet-1"] * 40)): "weak",  # an interviewer's tablet is no person
    ("device_type", tuple(["ios", "android"] * 20)): None,
    ("1、手机部数", tuple(FEW)): None,
    ("2、手机价格", tuple(FEW)): None,
    ("q9", tuple(["13800138000", "13900139001", None])): "person",
    ("q9", tuple(["10.0.0.1", "10.0.0.2"])): "weak",
    ("q9", tuple(["110101199003072836", "11010119900307283X"])): "person",
    ("来自IP", ("x",)): "weak",
    ("IP", ("x",)): "weak",
    ("您的姓名", tuple(MANY)): "weak",
    ("昵称", ()): "weak",
    ("RecipientLastName", tuple(MANY)): "weak",
    ("tip", tuple(FEW)): None,  # a word that contains "ip"
    ("编号", tuple(MANY)): None,
    ("总分", tuple(["12", "13"] * 20)): None,
}


@pytest.mark.parametrize(("column", "kind"), COLUMNS.items(), ids=lambda value: str(value)[:30])
def test_columns(column: tuple[str, tuple[str, ...]], kind: str | None) -> None:
    assert identifies(column[0], column[1]) == kind


@pytest.mark.parametrize(
    "value",
    [
        "13800138000",
        13800138000,
        13800138000.0,
        "+86 138 0013 8000",
        "138-0013-8000",
        "192.168.1.7(四川-成都)",
        "a.b@c.cn",
    ],
)
def test_values_that_identify(value: object) -> None:
    assert looks_identifying(value)


@pytest.mark.parametrize("value", ["5", 98, "2026-03-01", "12345", "3.14", "非常同意", 1.5, None, "12800138000"])
def test_values_that_do_not(value: object) -> None:
    assert not looks_identifying(value)
