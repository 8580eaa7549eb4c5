"""What cannot be read in a field, said in the language of who wrote it, with the cure."""

from __future__ import annotations

import re

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase

#: Before what has no Chinese.
UNKNOWN = "无法识别："
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
    (r"(.+) has (\d+) parts, not (\d+) to (\d+)", "{0}有{1}项，应为{2}至{3}项"),
    (r"(.+) has (\d+) parts, not (\d+)", "{0}有{1}项，应为{2}项"),
    (r"closes a bracket that was not opened", "括号不配对"),
    (r"a (?:quotation mark|bracket) is not closed", "引号或括号未闭合"),
    (r"(.+) has a quotation mark too many", "{0}引号有误"),
    (r"is longer than (.+) characters", "超过{0}个字符"),
    (r"it is not plain text", "含有无法显示的字符"),
    (r"it holds (.+), which looks like (.+)", "其中的{0}与{1}形似"),
    (r"it holds (.+), which cannot be seen", "含有不可见字符{0}"),
    (r"it holds (.+), a radical that looks like a character", "其中的{0}是部首，与汉字形似"),
    (r"it mixes letters of (.+) and (.+) in one word", "同一词中混用{0}与{1}字母"),
    (r"it has a word of (.+) letters that looks like a LATIN one", "有{0}字母的词与拉丁字母的词形似"),
    (r"it is not composed \(NFC\), so that it could be written in two ways", "字符未经组合（NFC），可有两种写法"),
    (r"holds half a character", "含有不完整的字符"),
    (r"there is no day (.+)", "没有{0}这一天"),
    (r"it takes (\d+) to (\d+) signs, digits and the letters a to f", "须为{0}至{1}位数字或字母a至f"),
    (r"it takes (\d+) signs, digits and the letters a to f", "须为{0}位数字或字母a至f"),
    (r"is empty", "不能为空"),
    (r"it takes at least (.+?)(?: characters)?", "不得小于{0}"),
    (r"it takes at most (.+?)(?: characters)?", "不得大于{0}"),
    # What a study of the lab cannot be.
    (r"(?:a floor of )?(\S+) is above the ceiling, (\S+)", "最低价格{0}高于最高价格{1}"),
    (r"(\S+) is off the tick of (\S+) yuan/t", "{0}不是最小变动价位{1}元/吨的整数倍"),
    (r"nothing is left of the caps of (\d+)", "{0}年的总量已降至零"),
    (r"the penalty follows an index, which has nothing for (\d+)", "罚款按指数计算，而{0}年尚无指数"),
    (r"(\S+) has no cap", "{0}没有总量"),
    (r"no such pollutant (.+)", "没有污染物{0}"),
)
#: What to do about it.
DO: tuple[tuple[str, str], ...] = (
    (r"part them", "请使最低价格不高于最高价格"),
    (r"set both, or part them", "请同时填写二者，且最低价格不高于最高价格"),
    (r"let them fall less, or play fewer years", "请减小降幅，或减少模拟年数"),
    (r"play fewer years, or complete penalty_index.csv", "请减少模拟年数，或补全penalty_index.csv"),
    (r"give a multiple of it", "请填写其整数倍"),
    (r"name one that the law caps", "请选择规则设有总量的污染物"),
    (r"write it as 2027-12-31 or 31 December 2027", "请写作2027-12-31或2027年12月31日"),
    (r"write the start of a whole hour of standard time, as (.+) or (.+)", "请填写标准时间的整点，如{0}或{1}"),
    (r"leave out what cannot be printed", "请删去"),
    (r"take a name that cannot be mistaken", "请改用不易混淆的字符"),
    (r"send text that UTF-8 can write", "请重新填写"),
    (r"close it", "请补全"),
    (r'within a text it is written twice, ""', "文本内的引号须写两次"),
    (r'put such a text in "quotation marks"', "请将该文本置于引号内"),
    (r"a number without a unit is in tonnes", "不写单位时按吨计"),
    (r"see whether digits are too many", "请核对位数"),
    (r"write it as (.+)", "请写作：{0}"),
    (r"write an amount of zero or more", "请填写不小于零的数量"),
    (r"write yes or no", "请选择是或否"),
    (r"write (.+) or (.+)", "请写{0}或{1}"),
    (r"write the number of what the field counts", "请只填数字"),
    (r"there are (.+) and (\d+) others \(did you mean ('.+')\?\)", "可选：{0}等（另有{1}项；是否应为{2}？）"),
    (r"there are (.+) \(did you mean ('.+')\?\)", "可选：{0}（是否应为{1}？）"),
    (r"there are (.+) and (\d+) others", "可选：{0}等（另有{1}项）"),
    (r"there are none", "没有可选项"),
    (r"there are (.+)", "可选：{0}"),
    (r"there is only (.+)", "只有：{0}"),
    (r"did you mean (.+)\??", "是否应为{0}？"),
    (r"shorten it", "请缩短"),
    (r"give it once, with the value that is meant", "请只保留一个"),
    (r"write (.+)", "请写作：{0}"),
)


#: Units and small words within what is shown of them, and the same in Chinese.
UNITS: tuple[tuple[str, str], ...] = (
    (r"(?<![A-Za-z])(yuan|dollars)/(t|kg) a year\b", r"\1/\2·年"),
    (r"\ballowances?\b", "份"),
    (r"(?<![A-Za-z])mg\b", "毫克"),
    (r"(?<![A-Za-z])kg\b", "千克"),
    (r"(?<![A-Za-z])t\b", "吨"),
    (r"(?<![A-Za-z])g\b", "克"),
    (r"\byuan\b", "元"),
    (r"\bdollars\b", "美元"),
    (r"(\d) (?=[份毫千吨克元美])", r"\1"),
    (r"(?<=[份克吨元年%]), ", "、"),
    (r" or as many 份", "或相应的份数"),
    (r"\s*\bor\b\s*", "或"),
    (r", as many 份", "，或相应的份数"),
    (r"\ba whole number\b", "整数"),
)
#: What somebody wrote, as it is shown back.
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*'[^\"]*)\"")


def told(error: Malformed, how: Phrase | None = None) -> Phrase:
    """What is wrong and the cure, in both languages; `how` is the cure where a page knows a better one.

    >>> told(Malformed("--count", "'1.5 kg' is not a whole number of allowances of 1 kg", "write 1 kg or 2 kg")).zh
    '“1.5 kg”不是配额的整数倍（每份1千克）。请写1千克或2千克。'
    >>> told(Malformed("--count", "'40 yuan' is in 'yuan'", "there are t, kg, g; write it as 40 t or 40,000 kg")).zh
    '“40 yuan”：无法识别单位“yuan”。可选：吨、千克、克。请写作：40吨或40,000千克。'
    """
    shell = error.cure.startswith("airshed act") or not error.cure
    english = f"{_capital(error.what)}."
    what = _found(SAID, error.what) or f"{UNKNOWN}{error.what}"
    chinese = f"{_marked(what)}。"
    if how is not None:
        return Phrase(f"{english} {how.en}", chinese + how.zh)
    if shell:
        return Phrase(english, chinese)
    cures = [_found(DO, part) or _units(part) for part in error.cure.split("; ")]
    return Phrase(f"{english} {_capital(error.cure)}.", chinese + "".join(f"{_marked(cure)}。" for cure in cures))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _marked(chinese: str) -> str:
    """Quotation marks as Chinese has them."""
    return _QUOTED.sub(lambda found: f"“{found[1] if found[1] is not None else found[2]}”", chinese)


def _units(text: str) -> str:
    """Units in Chinese, but not in what somebody wrote."""
    parts = re.split(r"('[^']*'|\"[^\"]*'[^\"]*\")", text)
    for english, chinese in UNITS:
        parts = [part if part.startswith(("'", '"')) else re.sub(english, chinese, part) for part in parts]
    return "".join(parts)


def _found(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    for english, chinese in patterns:
        if found := re.fullmatch(english, text):
            return chinese.format(*(_units(each or "") for each in found.groups()))
    return ""
