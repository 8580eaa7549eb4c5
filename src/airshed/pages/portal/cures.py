"""What cannot be read in a field, said in the language of who wrote it, with the cure."""

from __future__ import annotations

import re

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase

#: What is wrong, as the readers of forms say it, and the same in Chinese.
SAID: tuple[tuple[str, str], ...] = (
    (r"(.+) is not an amount", "{0}不是数量"),
    (r"(.+) is not a whole number", "{0}不是整数"),
    (r"(.+) is below zero", "{0}小于零"),
    (r"(.+) is a plain number and has no unit", "{0}：此处只填数字，不带单位"),
    (r"(.+) is in (.+)", "{0}：无法识别单位{1}"),
    (r"(.+) does not say of what", "{0}缺少单位"),
    (r"(.+) is not a whole number of allowances of (.+)", "{0}不是配额的整数倍（每份{1}）"),
    (r"(.+) is not a whole number of .+", "{0}的精度超出计量单位"),
    (r"(.+) is not a day", "{0}不是日期"),
    (r"(.+) is not an hour", "{0}不是整点时刻"),
    (r"(.+) is neither yes nor no", "{0}：请选择是或否"),
    (r"(.+) is not one of its words", "{0}不在可选项中"),
    (r"(.+) has no colon", "{0}缺少冒号"),
    (r"(.+) has no =", "{0}缺少等号"),
    (r"there is no part (.+)", "没有名为{0}的部分"),
    (r"(.+) is given twice", "{0}重复填写"),
    (r"an entry lacks (.+)", "条目缺少{0}"),
    (r"(.+) has (\d+) parts, not (\d+)", "{0}有{1}项，应为{2}项"),
    (r"closes a bracket that was not opened", "括号不配对"),
    (r"a (?:quotation mark|bracket) is not closed", "引号或括号未闭合"),
    (r"(.+) has a quotation mark too many", "{0}引号有误"),
    (r"is longer than (.+) characters", "超过{0}个字符"),
    (r"is empty", "不能为空"),
    (r"it takes at least (\S+)(?: characters)?", "不得小于{0}"),
    (r"it takes at most (\S+)(?: characters)?", "不得大于{0}"),
)
#: What to do about it.
DO: tuple[tuple[str, str], ...] = (
    (r"write it as (.+)", "请写作：{0}"),
    (r"write an amount of zero or more", "请填写不小于零的数量"),
    (r"write yes or no", "请选择是或否"),
    (r"write (.+) or (.+)", "请写{0}或{1}"),
    (r"there are (.+)", "可选：{0}"),
    (r"there is only (.+)", "只有：{0}"),
    (r"did you mean (.+)\??", "是否应为{0}？"),
    (r"shorten it", "请缩短"),
    (r"give it once, with the value that is meant", "请只保留一个"),
    (r"write (.+)", "请写作：{0}"),
)


def told(error: Malformed) -> Phrase:
    """What is wrong and the cure, in both languages; what no pattern knows stays in English, and says so.

    >>> told(Malformed("--count", "'1.5 kg' is not a whole number of allowances of 1 kg", "write 1 kg or 2 kg")).zh
    "'1.5 kg'不是配额的整数倍（每份1 kg）。请写1 kg或2 kg。"
    """
    english = f"{error.what[:1].upper()}{error.what[1:]}. {error.cure[:1].upper()}{error.cure[1:]}."
    if error.cure.startswith("airshed act"):
        english = f"{error.what[:1].upper()}{error.what[1:]}."
    what = _found(SAID, error.what)
    cure = (
        ""
        if error.cure.startswith("airshed act")
        else " ".join(f"{_found(DO, part) or part}。" for part in error.cure.split("; "))
    )
    return Phrase(english, f"{what}。{cure}" if what else f"无法识别：{error.what}。{cure}")


def _found(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    for english, chinese in patterns:
        if found := re.fullmatch(english, text):
            return chinese.format(*found.groups())
    return ""
