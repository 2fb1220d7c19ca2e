"""Words for what must never be held about a person, and how they are found in a name."""

import re
import unicodedata

# Ethnicity, religion, political opinion, petitioning history, lists of persons to be watched.
CHINESE = (
    "民族",
    "族别",
    "宗教",
    "信仰",
    "教派",
    "政治面貌",
    "政治倾向",
    "党派",
    "党员",
    "入党",
    "信访",
    "上访",
    "访民",
    "维权",
    "重点人员",
    "重点管控",
)
PINYIN = (
    "minzu",
    "zongjiao",
    "xinyang",
    "zhengzhimianmao",
    "zzmm",
    "dangpai",
    "dangyuan",
    "rudang",
    "xinfang",
    "shangfang",
    "weiquan",
    "zhongdianrenyuan",
)
ENGLISH = (
    "ethnic",
    "ethnicity",
    "ethnic_group",
    "race",
    "religion",
    "religious",
    "faith",
    "belief",
    "political",
    "politics",
    "party_member",
    "party_membership",
    "petition",
    "petitioner",
    "petitions",
    "watchlist",
    "key_person",
)
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_SPACES = re.compile(r"[\s_\-·.]+")


def forbidden_in(name: str) -> str | None:
    """The first forbidden word in a field name, label, choice or header; None for a clean one."""
    plain = unicodedata.normalize("NFKC", name)
    joined = _SPACES.sub("", plain)
    tokens = f"_{_NOT_A_LETTER.sub('_', _WORD_START.sub('_', plain).lower()).strip('_')}_"
    return next(
        (
            word
            for word in (*CHINESE, *PINYIN, *ENGLISH)
            if (word in joined if word in CHINESE else f"_{word}_" in tokens)
            or (word in PINYIN and word in joined.lower())
        ),
        None,
    )
