"""Files to begin with, one a method: what `estimate_files` reads, with an example in every table."""

from __future__ import annotations

from collections.abc import Mapping

_HEAD = """\
# How much a works emitted in a year by another way than a monitor. 非在线监测排放核算。
source = "QJ-STL-01"
year = 2027
pollutant = "{pollutant}"
# Part of the works, as its monitoring plan names it. 核算部位。
part = "{part}"
method = "{method}"
# Days of the year that it is about, if it is not all of it. 核算时段。
# first = "2027-07-01"
# last = "2027-12-31"
# Where the figures are from. 数据来源。
sources = "{sources}"
"""

#: By method.
BLANKS: Mapping[str, str] = {
    "balance": _HEAD.format(
        pollutant="VOC",
        part="coating line 1",
        method="balance",
        sources="purchase ledger 2027; safety data sheets; waste manifests",
    )
    + '''\
# What control takes out, in percent, with what shows it. 治理设施去除率。
removal_percent = 92
# What goes in and what stays (in products, recovered, taken away as waste). range_percent is the half-width of the 95 %
# range of what a material carries; empty where nobody stated one. For SO2 the column is sulphur_percent. 物料进出。
flows = """
material,way,tonnes,voc_percent,range_percent
primer,in,820.5,48,3
thinner,in,96.2,100,1
solvent in waste,kept,41,62,10
"""
''',
    "leaks": _HEAD.format(
        pollutant="VOC", part="gas plant", method="leaks", sources="leak survey of May and November 2027"
    )
    + '''\
# Components by kind (airshed mrv factors --pollutant VOC): how many, how many of them leak (empty where nobody looked),
# hours a year. range_percent is the half-width of the 95 % range of the factors. 泄漏检测。
components = """
component,count,leaking,hours,range_percent
valve-gas,1240,18,8000,50
"""
''',
    "factor": _HEAD.format(
        pollutant="SO2", part="all stacks", method="factor", sources="production ledger 2027, audited"
    )
    + '''\
# Activity in the measure that the factor is per (airshed mrv factors), what control takes out, half-widths of the 95 %
# ranges of the activity, and of a factor whose source states none. 活动水平与排放因子。
activities = """
factor,activity,removal_percent,activity_range_percent,factor_range_percent
steel-southwest-so2,1200000,70,2,30
"""
''',
    "manual": _HEAD.format(pollutant="SO2", part="boiler 2", method="manual", sources="reports of the laboratory")
    + '''\
# Tests by hand: samples between blanks (ND where nothing was detected), flow dry at standard state, load. 手工监测。
tests = """
date,stack,pollutant,standard,samples_mg_m3,flow_m3_h,load_percent
2027-02-10,boiler-2,SO2,HJ 57-2017,34.1 35.0 33.8,120000,82
2027-05-12,boiler-2,SO2,HJ 57-2017,31.0 30.2 33.1,118000,80
2027-08-11,boiler-2,SO2,HJ 57-2017,36.4 35.9 37.0,121000,84
2027-11-10,boiler-2,SO2,HJ 57-2017,33.3 34.0 32.9,119500,81
"""
# Running hours by quarter; 0 where it stood still. 运行时间。
hours = """
stack,quarter,hours
boiler-2,2027Q1,2010
boiler-2,2027Q2,1985
boiler-2,2027Q3,2100
boiler-2,2027Q4,1920
"""
''',
}
