"""What the codes of HJ 212 mean, in Chinese and English: factors, commands, data flags, suffixes, answers, systems."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from airshed.model.beside import rows_beside

Name = tuple[str, str]
"""A name in Chinese and in English."""


class ReadingFactor(msgspec.Struct, frozen=True):
    """A factor that readings are of: its code, names, 2005 code ("" if none), measures as printed, and the table.

    `form` is the printed width: N5.2 is a number with five digits before the point and two after.
    """

    code: str
    name_zh: str
    name_en: str
    code_2005: str
    measure: str
    mass_measure: str
    form: str
    note: str
    cite: str


@cache
def factors() -> tuple[ReadingFactor, ...]:
    """All rows of codes.csv: flue-gas and air factors (B.2), process (B.7), device (B.10), in the printed order."""
    return tuple(ReadingFactor(**row) for row in rows_beside("airshed.mrv.hj212", "codes.csv"))


@cache
def _by_code() -> Mapping[str, tuple[ReadingFactor, ...]]:
    found: dict[str, tuple[ReadingFactor, ...]] = {}
    for factor in factors():
        found[factor.code] = (*found.get(factor.code, ()), factor)
    return found


@cache
def _by_code_2005() -> Mapping[str, str]:
    return {factor.code_2005: factor.code for factor in factors() if factor.code_2005}


def code_2017(code: str) -> str:
    """The 2017 code of a 2005 code; any other code as it is.

    >>> code_2017("02"), code_2017("S01"), code_2017("a21026")
    ('a21026', 'a19001', 'a21026')
    """
    return _by_code_2005().get(code, code)


def factors_of(code: str) -> tuple[ReadingFactor, ...]:
    """What a code may stand for: nothing if no table has it, two rows where the standard prints a code twice.

    The last digits of process and furnace codes count devices: g11902 is the second g119xx.

    >>> [factor.name_en for factor in factors_of("g11902")]
    ['Desulphurisation rate', 'Inlet SO2']
    """
    known = _by_code()
    wanted = code_2017(code)
    numbered = (wanted[:-2] + "xx", wanted[:-1] + "x") if wanted[-1:].isdigit() else ()
    return next((known[key] for key in (wanted, *numbered) if key in known), ())


def name_of(code: str) -> Name:
    """The names of a factor in Chinese and English; the code itself where no table has it.

    >>> name_of("a21026"), name_of("S01"), name_of("Leq")
    (('二氧化硫', 'Sulphur dioxide'), ('氧气含量', 'Oxygen content'), ('Leq', 'Leq'))
    """
    found = factors_of(code)
    if not found:
        return (code, code)
    return " / ".join(factor.name_zh for factor in found), " / ".join(factor.name_en for factor in found)


# HJ 212-2017 table 8. Provinces add more: an unknown flag is no normal reading.
DATA_FLAGS: Mapping[str, Name] = {
    "N": ("正常", "normal"),
    "F": ("停运", "stopped"),
    "M": ("维护", "maintenance"),
    "S": ("手工输入", "set by hand"),
    "D": ("故障", "fault"),
    "C": ("校准", "calibrating"),
    "T": ("超测量上限", "over range"),
    "B": ("通讯异常", "communication fault"),
}

# HJ 212-2017 table 4
SUFFIX_NAMES: Mapping[str, Name] = {
    "sampletime": ("采样时间", "time of sampling"),
    "rtd": ("实时值", "real-time value"),
    "min": ("最小值", "minimum"),
    "avg": ("平均值", "mean value"),
    "max": ("最大值", "maximum"),
    "zsrtd": ("实时折算值", "real-time value at reference oxygen"),
    "zsmin": ("最小折算值", "minimum at reference oxygen"),
    "zsavg": ("平均折算值", "mean at reference oxygen"),
    "zsmax": ("最大折算值", "maximum at reference oxygen"),
    "flag": ("数据标记", "data flag"),
    "eflag": ("设备标志", "device flag"),
    "cou": ("累计值", "total of the period"),
    "rs": ("设备运行状态", "equipment state"),
    "rt": ("设备运行时间", "equipment hours"),
    "data": ("噪声值", "noise level"),
    "daydata": ("昼间噪声值", "noise level by day"),
    "nightdata": ("夜间噪声值", "noise level by night"),
    "info": ("现场端信息", "device information"),
    "sn": ("设备唯一标识", "device serial number"),
}

# HJ 212-2017 table 9; the last rows are of the editions of 2005 and 2025
COMMANDS: Mapping[str, Name] = {
    "1000": ("设置超时时间及重发次数", "set timeout and retries"),
    "1011": ("提取/上传现场机时间", "get or upload the device time"),
    "1012": ("设置现场机时间", "set the device time"),
    "1013": ("现场机时间校准请求", "device asks for time calibration"),
    "1061": ("提取/上传实时数据间隔", "get or upload the real-time interval"),
    "1062": ("设置实时数据间隔", "set the real-time interval"),
    "1063": ("提取/上传分钟数据间隔", "get or upload the minute interval"),
    "1064": ("设置分钟数据间隔", "set the minute interval"),
    "1072": ("设置现场机访问密码", "set the device password"),
    "2011": ("污染物实时数据", "real-time readings"),
    "2012": ("停止察看污染物实时数据", "stop real-time readings"),
    "2021": ("设备运行状态数据", "equipment state readings"),
    "2022": ("停止察看设备运行状态", "stop equipment state"),
    "2031": ("污染物日历史数据", "daily readings"),
    "2041": ("设备运行时间日历史数据", "equipment hours of the day"),
    "2051": ("污染物分钟数据", "minute readings"),
    "2061": ("污染物小时数据", "hourly readings"),
    "2081": ("数采仪开机时间", "data logger start time"),
    "3011": ("零点校准量程校准", "zero and span calibration"),
    "3012": ("即时采样", "sample now"),
    "3013": ("启动清洗/反吹", "start cleaning or blow-back"),
    "3014": ("比对采样", "comparison sample"),
    "3015": ("超标留样", "keep a sample of an exceedance"),
    "3016": ("设置采样时间周期", "set the sampling cycle"),
    "3017": ("提取/上传采样时间周期", "get or upload the sampling cycle"),
    "3018": ("提取/上传出样时间", "get or upload the time to a result"),
    "3019": ("提取/上传设备唯一标识", "get or upload the device serial number"),
    "3020": ("现场机信息", "information of the device"),
    "3021": ("设置现场机参数", "set a device parameter"),
    "9011": ("请求应答", "request answered"),
    "9012": ("执行结果", "result of execution"),
    "9013": ("通知应答", "notice answered"),
    "9014": ("数据应答", "readings answered"),
    # 2005
    "1021": ("提取污染物报警门限值", "get alarm limits"),
    "1022": ("设置污染物报警门限值", "set alarm limits"),
    "1031": ("提取上位机地址", "get the host address"),
    "1032": ("设置上位机地址", "set the host address"),
    "1041": ("提取数据上报时间", "get the reporting time"),
    "1042": ("设置数据上报时间", "set the reporting time"),
    "2071": ("污染物报警记录", "alarm record"),
    "2072": ("上传报警事件", "alarm"),
    "9021": ("登录注册", "log in"),
    # 2025
    "1014": ("更新密钥", "renew the key"),
    "9015": ("心跳", "heartbeat"),
}

# HJ 212-2017: QnRtn, the answer to a request, and ExeRtn, the result of execution
REQUEST_ANSWERS: Mapping[str, Name] = {
    "1": ("准备执行请求", "ready"),
    "2": ("请求被拒绝", "refused"),
    "3": ("PW 错误", "wrong PW"),
    "4": ("MN 错误", "wrong MN"),
    "5": ("ST 错误", "wrong ST"),
    "6": ("Flag 错误", "wrong Flag"),
    "7": ("QN 错误", "wrong QN"),
    "8": ("CN 错误", "wrong CN"),
    "9": ("CRC 校验错误", "wrong CRC"),
    "100": ("未知错误", "unknown error"),
}
EXECUTION_RESULTS: Mapping[str, Name] = {
    "1": ("执行成功", "done"),
    "2": ("执行失败，原因未知", "failed, reason unknown"),
    "3": ("命令请求条件错误", "wrong condition"),
    "4": ("通讯超时", "timeout"),
    "5": ("系统繁忙", "busy"),
    "6": ("系统故障", "system fault"),
    "100": ("没有数据", "no readings"),
}

# HJ 212-2017: ST
SYSTEMS: Mapping[str, Name] = {
    "21": ("地表水质量监测", "surface water"),
    "22": ("空气质量监测", "ambient air"),
    "23": ("声环境质量监测", "noise"),
    "24": ("地下水质量监测", "groundwater"),
    "25": ("土壤质量监测", "soil"),
    "26": ("海水质量监测", "sea water"),
    "27": ("挥发性有机物监测", "volatile organic compounds"),
    "31": ("大气环境污染源", "air pollution source"),
    "32": ("地表水体环境污染源", "water pollution source"),
    "39": ("工地扬尘污染源", "construction dust"),
    "51": ("烟气排放过程监控", "flue gas process"),
    "52": ("污水排放过程监控", "sewage process"),
    "91": ("系统交互", "system interaction"),
}
