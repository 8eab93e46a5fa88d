"""Lines that name who signed, wrote and edited are no text of a post; whatever else looks like them is."""

from __future__ import annotations

import time

import numpy as np
import pytest

from wxsat.records.copying import containment, normalised
from wxsat.records.signature import without_signature

BODY = "请居民于月底前到社区服务中心办理医疗保险参保登记手续并携带身份证原件"
SECONDS_A_HUNDRED_THOUSAND = 60.0


@pytest.mark.parametrize(
    "lines",
    [
        "\n某市人民政府办公室\n2026年3月1日",
        "\r\n某市人民政府办公室\r\n2026年3月1日\r\n",
        "\n某市医疗保障局\n某市财政局\n二〇二六年三月一日\n",
        "\n某市医疗保障局  某市财政局\n2026 年 3 月 1 日",
        "\n\n　　　　某市公安局交通警察支队（代章）\n\n　　　　二○二六年十二月三十一日\n",
        "\n某市卫健委 2026.3.1",
        "\n某市人民政府办公室\n2026年3月1日\n（此件公开发布）",
        "\n某市人民政府办公室\n2026年3月1日\n（联系人：张某，电话：12345）",
        "\n来源：某市发布\n责编：张某\n审核：李某",
        "\n来源丨某市发布\n一审 / 张某\n二审 / 李某\n三审 / 王某",
        "\n某市人民政府办公室\n2026-03-01\n编辑 | 王某",
        "\n（来源：某市日报）",
        "\n【责任编辑：张某】",
        "\n▍图片来源：某某网\n▍值班编辑：张某",
        "\n责编 张某\n校对 李某",
        "\nSource: City News",
        "\n2026-03-01 10:22",
    ],
)
def test_signature_lines_are_no_text_of_a_post(lines: str) -> None:
    assert normalised(BODY + lines) == normalised(BODY)


def test_credits_over_the_text() -> None:
    head = "来源：某市发布 发布时间：2026-03-01\n作者：张某\n"
    assert normalised(head + BODY) == normalised(BODY)
    assert normalised("办理须知\n" + head + BODY) == normalised("办理须知" + BODY)


def test_the_agency_over_its_date_before_annexes() -> None:
    text = BODY + "\n某市医疗保障局\n2026年3月1日\n附件：参保登记表"
    assert normalised(text) == normalised(BODY + "附件：参保登记表")


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        BODY + "\n2026年3月1日起施行。",
        "来源：不明的消息请勿转发。",
        BODY + "\n办理地点：一楼大厅",
        # Steps of a procedure and questions of an interview are text.
        "申请人提交材料\n受理：窗口当场受理\n审核：街道三个工作日内审核\n公示：公示五个工作日\n" + BODY,
        "政策问答\n办理须知\n参保对象\n缴费标准\n记者：今年的缴费标准有什么变化\n负责人：标准不变\n" + BODY,
        # Short lines above a date are a way of writing, not an agency.
        BODY + "\n请携带身份证\n记得提前预约\n我们等你",
        # A source in one line with its text cannot be told from it.
        "来源说明" + BODY,
    ],
)
def test_what_is_no_signature_stays(text: str) -> None:
    assert normalised(text) == "".join(c for c in text if c.isalnum())


def test_short_lines_above_a_date_stay() -> None:
    text = BODY + "\n请携带身份证原件\n记得提前预约\n2026年3月1日"
    assert normalised(text) == normalised(BODY + "请携带身份证原件记得提前预约")


@pytest.mark.parametrize(
    "line", ["我们将召开新闻发布会", "欢迎来到我市", "到社区服务中心", "请到政务大厅", "新的人民医院"]
)
def test_sentences_that_end_like_an_agency_stay(line: str) -> None:
    assert normalised(f"{BODY}\n{line}\n2026年3月1日\n办理时间不变") == normalised(
        BODY + line + "2026年3月1日办理时间不变"
    )


def test_quotations_are_taken_off() -> None:
    for quoted in ("《社会保险法》", "“公民依法参加社会保险”", "「公民依法参加社会保险」", "『依法参保』"):
        assert normalised(f"根据{quoted}办理") == "根据办理"


def test_a_text_of_one_line_is_itself() -> None:
    for text in ("", BODY, "来源：某市发布", "某市财政局 2026年3月1日"):
        assert without_signature(text) is text


def test_two_notices_that_share_only_their_signature_are_not_copies() -> None:
    ends = (
        "\n某某省某市某某区人民政府政务服务和数据管理局办公室\n二〇二六年三月一日\n责任编辑：某某某某某某某某某某某某"
    )
    texts = [
        "春季森林防火须知请勿携带火种进入山林发现火情立即报告" + ends,
        "积水路段请绕行出行注意安全降雨将持续到周末请留意天气" + ends,
    ]
    times = np.array(["2026-03-01", "2026-03-02"], dtype="datetime64[ns]")
    assert containment(texts, times, ["A", "B"]).share.tolist() == [0.0, 0.0]
    inside = [text.replace("\n", "，") for text in texts]
    assert containment(inside, times, ["A", "B"]).share[1] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 20_000,
        "局\n" * 20_000,
        ("某市财政局" * 5 + "\n") * 5_000,
        "2026年3月" * 5_000 + "\n",
        " " * 50_000 + "\n" + " " * 50_000,
        "来源：" * 10_000 + "\n来源：",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.perf_counter()
    without_signature(text)
    assert time.perf_counter() - begun < 2.0  # milliseconds here; seconds mean a pattern that backtracks


def test_many_posts_are_quick() -> None:
    text = "\n".join([BODY] * 12) + "\n某市人民政府办公室\n2026年3月1日\n责编：张某"
    begun = time.perf_counter()
    for _ in range(5_000):
        without_signature(text)
    assert 20 * (time.perf_counter() - begun) < SECONDS_A_HUNDRED_THOUSAND
