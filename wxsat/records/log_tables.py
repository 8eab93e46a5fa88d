"""What each table of records holds: its columns, their kinds, which are needed, and the codes that may stand there."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Kind = Literal["id", "text", "time", "number", "share", "count", "yes_no", "code", "person"]


@dataclass(frozen=True)
class Column:
    """
    One column of a table of records.

    Attributes
    ----------
    name, zh : str
        Column names that are known.
    kind : Kind
        A person is read as a fingerprint that only tells the same from another.
    required : bool
    codes : mapping of str to str
        Spelling to code, for kind ``code``.
    meaning : str
        One line for the layout.
    """

    name: str
    zh: str
    kind: Kind
    meaning: str
    required: bool = False
    codes: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _codes(**spellings: tuple[str, ...]) -> MappingProxyType[str, str]:
    return MappingProxyType({s: code for code, several in spellings.items() for s in (code, *several)})


MESSAGE_KINDS = _codes(
    consultation=("咨询",), complaint=("投诉", "举报"), suggestion=("建议", "意见"), other=("其他", "其它")
)
REPLY_BY = _codes(auto=("自动", "自动回复", "机器人"), staff=("人工", "工作人员", "运营"), leader=("领导", "领导本人"))
OUTCOMES = _codes(
    works=("通过", "可用", "办成"),
    repeats_offline=("仍需线下", "线下重复"),
    broken=("故障", "不可用"),
    dead_link=("死链", "打不开"),
    login_dead_end=("登录失败", "无法登录"),
)
LOCALITY = _codes(local=("本地", "1"), elsewhere=("非本地", "0"), none=("无地域", ""))
CATEGORIES = MappingProxyType({str(n): str(n) for n in range(1, 9)})

CATEGORY_WORDS = "1 service 2 interpretation 3 alerts 4 replies 5 leaders 6 publicity 7 unrelated 8 document"
MENU_CLICKS = "clicks a month on its place in the menu; the weight where uses are not recorded"
OUTCOME_WORDS = "end-to-end test: works, repeats_offline, broken, dead_link, login_dead_end"

TABLES: MappingProxyType[str, tuple[Column, ...]] = MappingProxyType(
    {
        "accounts": (
            Column("account", "账号", "id", "account, as in every other table", required=True),
            Column("opened_on", "开通日期", "time", "when the account opened"),
            Column("followers", "粉丝数", "count", "followers at the cut-off"),
            Column("local_followers", "本地粉丝数", "count", "of them local, by the platform's city figures"),
            Column("resident_adults", "常住成年人口", "count", "adults who live in its area, for the penetration"),
            Column("fte", "专职人员数", "number", "full-time posts; part posts count as parts"),
            Column("channel", "有效互动渠道", "yes_no", "whether messages can be sent and are received"),
        ),
        "posts": (
            Column("account", "账号", "id", "who posted", required=True),
            Column("post_id", "推文编号", "id", "unique", required=True),
            Column("time", "发布时间", "time", "when", required=True),
            Column("text", "正文", "text", "full text, for copied documents"),
            Column("category", "类别", "code", CATEGORY_WORDS, codes=CATEGORIES),
            Column("locality", "地域", "code", "local, elsewhere or none", codes=LOCALITY),
            Column("policy_document", "政策文件", "yes_no", "whether it carries a policy document"),
            Column("explained", "有解读", "yes_no", "whether the document comes with an own explanation"),
            Column("need", "需求项", "text", "the need it serves, as in needs"),
        ),
        "messages": (
            Column("account", "账号", "id", "who received it", required=True),
            Column("message_id", "留言编号", "id", "unique", required=True),
            Column("time", "留言时间", "time", "when", required=True),
            Column("kind", "类型", "code", "consultation, complaint, suggestion or other", codes=MESSAGE_KINDS),
            Column("heard_at", "受理时间", "time", "when a person opened, assigned or acknowledged it"),
            Column("receipt_at", "确认时间", "time", "when the sender got a receipt"),
            Column("correct", "答复正确", "yes_no", "reply correct and relevant (audit, or marked useful)"),
            Column("resolved", "已解决", "yes_no", "closed and confirmed, or not reopened in 30 days"),
            Column("unfollowed_on", "取关时间", "time", "when the sender unfollowed"),
            Column("sender", "发送者", "person", "same for the same sender (a hash will do); counts each sender once"),
        ),
        "unfollows": (
            Column("account", "账号", "id", "which account was left", required=True),
            Column("sender", "发送者", "person", "who left, by the same hash as in messages", required=True),
            Column("time", "取关时间", "time", "when; one row each time somebody left", required=True),
        ),
        "replies": (
            Column("message_id", "留言编号", "id", "the message it answers", required=True),
            Column("time", "答复时间", "time", "when", required=True),
            Column("by", "答复人", "code", "auto (no reply), staff or leader", required=True, codes=REPLY_BY),
            Column("score", "答复评分", "number", "0 to 5 by the rubric"),
            Column("on_point", "切题", "yes_no", "of automatic answers: whether it answers what was asked"),
        ),
        "cases": (
            Column("account", "账号", "id", "who handles it", required=True),
            Column("case_id", "办件编号", "id", "unique", required=True),
            Column("opened", "立案时间", "time", "when", required=True),
            Column("due", "应办结时间", "time", "until when"),
            Column("closed", "办结时间", "time", "when, if closed"),
            Column("transfers", "转办次数", "count", "hand-overs"),
            Column("waiting_days", "等待天数", "number", "days the case waited in all"),
            Column("waiting_days_elsewhere", "他部门等待天数", "number", "of them in other departments"),
            Column("tracked", "全程留痕", "yes_no", "own number, each hand-over time-stamped"),
            Column("result_online", "线上反馈", "yes_no", "result posted or messaged"),
            Column("satisfaction", "满意度", "number", "1 to 5; 4 and 5 count as satisfied"),
            Column("repeated", "重复投诉", "yes_no", "same matter as an earlier case"),
            Column("leader_signed", "领导签批", "yes_no", "handled under a leader's signature"),
        ),
        "functions": (
            Column("account", "账号", "id", "who offers it", required=True),
            Column("function", "功能", "text", "name in the menu", required=True),
            Column("outcome", "走查结果", "code", OUTCOME_WORDS, codes=OUTCOMES),
            Column("uses_month", "月使用量", "count", "uses a month, attempts that failed counted too"),
            Column("clicks_month", "月点击量", "count", MENU_CLICKS),
            Column("category", "类别", "code", f"what it is for, as of posts: {CATEGORY_WORDS}", codes=CATEGORIES),
            Column("cases_per_week", "周办件量", "number", "expected cases a week"),
            Column("handling_hours", "单件工时", "number", "hours of work a case"),
            Column("need", "需求项", "text", "the need it serves, as in needs"),
        ),
        "events": (
            Column("account", "账号", "id", "who should speak", required=True),
            Column("event", "事件", "text", "what happened", required=True),
            Column("time", "发生时间", "time", "when", required=True),
            Column("first_statement", "首次发声时间", "time", "when, if at all"),
        ),
        "needs": (
            Column("need", "需求项", "text", "need of the public", required=True),
            Column("share", "需求占比", "number", "how much of the need (shares or counts)", required=True),
        ),
        "documents": (
            Column("document_id", "文件编号", "id", "unique", required=True),
            Column("time", "发布时间", "time", "when it was published", required=True),
            Column("text", "正文", "text", "full text", required=True),
        ),
    }
)  # fmt: skip
"""Table to its columns; the first id column beside the account is the table's key."""

KEYS = MappingProxyType(
    {"accounts": ("account",), "posts": ("post_id",), "messages": ("message_id",), "cases": ("case_id",),
     "functions": ("account", "function"), "needs": ("need",), "documents": ("document_id",)}
)  # fmt: skip
