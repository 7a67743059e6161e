"""Words of the doctor's report and of the files of rejected rows, in both languages."""

from __future__ import annotations

_BOTH: dict[str, tuple[str, str]] = {
    "title": ("数据导入检查报告", "Import report"),
    "equation": (
        "读入 {read} 行 = 直接采用 {accepted} + 修复后采用 {repaired} + 拒绝 {rejected}",
        "{read} rows read = {accepted} accepted + {repaired} repaired + {rejected} rejected",
    ),
    "table": ("数据表", "Table"),
    "province": ("省份", "Province"),
    "evidence": ("依据类别", "Evidence"),
    "measured": ("实测", "measured"),
    "modelled": ("模型推算", "modelled"),
    "as_of": ("数据日期", "Holds for"),
    "unknown": ("未知", "unknown"),
    "sha256": ("文件校验和 sha256", "sha256 of the file"),
    "format": ("格式", "Format"),
    "encoding": ("编码", "Encoding"),
    "sheet": ("工作表", "Sheet"),
    "layer": ("图层", "Layer"),
    "header_row": ("表头所在行", "Header row"),
    "remark": ("说明", "Remark"),
    "headers": ("表头对应", "Headers"),
    "header": ("文件表头", "Header of the file"),
    "column": ("字段", "Column"),
    "extras": ("保留的其他列：", "Kept as extras:"),
    "none": ("无", "none"),
    "place": ("坐标系", "Coordinate system"),
    "declared": ("申报", "declared"),
    "decided": ("依据证据判定", "decided by evidence"),
    "chosen": ("由规划人员指定", "chosen by the planner"),
    "undecided": ("无法判定，未作偏移", "undecided, nothing is shifted"),
    "crs": ("假设", "Hypothesis"),
    "swapped": ("经纬度对调", "Swapped"),
    "inside": ("落在省内", "Inside the province"),
    "inside_named": ("落在所写州市县内", "Inside the region that the row names"),
    "residual": ("与同名地点距离中位数（m）", "Median distance to places of the name [m]"),
    "matched": ("同名地点数", "Places matched"),
    "score": ("得分", "Score"),
    "yes": ("是", "yes"),
    "findings": ("检查结果", "Findings"),
    "nothing": ("未发现问题。", "Nothing was found."),
    "severity": ("级别", "Severity"),
    "error": ("错误", "error"),
    "warning": ("警告", "warning"),
    "note": ("提示", "note"),
    "rule": ("规则", "Rule"),
    "count": ("次数", "Count"),
    "row": ("行号", "Row"),
    "value": ("值", "Value"),
    "why": ("原因", "Why"),
    "how": ("如何修改", "How to repair"),
    "repair": ("可自动修复", "Automatic repair"),
    "first": (
        "此处显示前 {shown} 条，共 {all} 条；全部结果见 CSV 或 JSON。",
        "The first {shown} of {all} findings; CSV and JSON hold them all.",
    ),
    "reason": ("拒绝原因", "reject_reason"),
    "repeats": (
        "原第 {row} 行：与前面某行完全相同，已按同意删去",
        "row {row}: repeats an earlier row, left out",
    ),
    "at_row": ("原第 {row} 行：{why}；{how}", "row {row}: {why}; {how}"),
}

#: Language → key → word.
WORDS: dict[str, dict[str, str]] = {
    "zh": {key: words[0] for key, words in _BOTH.items()},
    "en": {key: words[1] for key, words in _BOTH.items()},
}
#: Headers of the column of reasons: dropped when a mended file comes back.
REASONS = frozenset(_BOTH["reason"])
