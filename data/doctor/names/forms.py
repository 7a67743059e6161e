"""How one name is written: widths, characters, spaces, long and short forms."""

from __future__ import annotations

import re
import unicodedata

#: Traditional or variant character, then the one that the names of regions and columns use.
_CHARACTERS = """
業业 東东 兩两 個个 箇个 豐丰 臨临 麗丽 麼么 樂乐 鄉乡 雲云 產产 會会 餘余 傾倾 蘭兰 關关 內内 農农
衝冲 況况 準准 涼凉 鳳凤 劃划 創创 別别 劍剑 勸劝 動动 區区 華华 單单 佔占 廠厂 壓压 縣县 參参 雙双
發发 臺台 號号 啓启 啟启 員员 迴回 國国 場场 座坐 壯壮 處处 備备 寧宁 甯宁 寬宽 賓宾 尋寻 導导 爾尔
屬属 峯峰 師师 帶带 廣广 莊庄 慶庆 應应 開开 張张 彌弥 瀰弥 歸归 當当 彞彝 徑径 態态 總总 縂总 戶户
戸户 掛挂 據据 數数 無无 舊旧 時时 晉晋 術术 機机 權权 來来 櫃柜 標标 樣样 覈核 橫横 漢汉 滄沧 霑沾
註注 瀘泸 澤泽 涇泾 測测 澗涧 溫温 滿满 澂澄 瀾澜 靈灵 點点 狀状 獨独 瑪玛 環环 瑤瑶 電电 疇畴 鹽盐
蓋盖 盤盘 碼码 硯砚 禮礼 祿禄 離离 積积 稱称 類类 紅红 纖纤 級级 緯纬 納纳 縱纵 線线 綫线 組组 細细
終终 經经 絡络 統统 綏绥 繼继 維维 綠绿 纜缆 編编 網网 羅罗 肅肃 勝胜 臘腊 騰腾 節节 營营 薩萨 裝装
規规 計计 設设 證证 識识 試试 詳详 說说 説说 諾诺 調调 謀谋 負负 貢贡 蹤踪 車车 載载 轄辖 邊边 達达
運运 遠远 連连 採采 裏里 裡里 欽钦 鐵铁 銀银 鋪铺 錫锡 鎮镇 鎭镇 長长 門门 閒闲 間间 陽阳 陸陆 隴陇
靜静 項项 預预 頗颇 頻频 額额 馬马 魯鲁 鮮鲜 鶴鹤 麥麦 龍龙
"""
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _CHARACTERS.split()})

_PEOPLES = (
    "彝族|白族|傣族|壮族|苗族|回族|哈尼族|傈僳族|拉祜族|佤族|纳西族|瑶族|藏族|景颇族|布朗族|普米族|"
    "怒族|独龙族|蒙古族|裕固族|哈萨克族|保安族|东乡族|撒拉族|土族"
)
_AUTONOMOUS = re.compile(rf"(?P<stem>.+?)(?P<peoples>(?:{_PEOPLES})+)自治(?P<kind>州|县)")
#: 东乡族自治县: the people is the place.
_OWN_NAME = re.compile(r"(?P<stem>.+)族自治(?P<kind>州|县)")
_KIND = re.compile(r"(?P<stem>.+?)(?P<kind>地区|省|州|市|县|区|盟|旗)")
_ENGLISH = re.compile(
    r"(?P<stem>.+?) (?P<kind>city|county|district|province|prefecture)(?P<rest> \(.+\))?"
)
_MARKS = re.compile(r"['’‘ʼ`‐-]")
#: From here on characters are written without spaces between words.
_EAST_ASIAN = "\u2e80"
#: Names in daily use that no rule yields.
_NICKNAMES = {"西双版纳傣族自治州": ("版纳州", "版纳")}


def plain(text: str) -> str:
    """Return a name in half width, simplified characters, lower case, without needless spaces.

    Latin letters lose their accents, apostrophes and hyphens.

    Examples
    --------
    >>> plain(" 大理白族自治州　"), plain("瀾滄 縣"), plain("Ｄａｌｉ  City"), plain("Pu’er")
    ('大理白族自治州', '澜沧县', 'dali city', 'puer')
    """
    half = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED).lower()
    if any(character >= _EAST_ASIAN for character in half):
        return "".join(half.split())
    if not half.isascii():
        parts = unicodedata.normalize("NFKD", half)
        half = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(_MARKS.sub("", half).replace("&", " and ").split())


def short_names(name: str) -> tuple[str, ...]:
    """Return the other forms of a full name as :func:`plain` gives it, the longest first.

    One character alone (环, 宁) is no name: the kind of region stays.

    Examples
    --------
    >>> short_names("大理白族自治州"), short_names("环县")
    (('大理自治州', '大理白族州', '大理州', '大理'), ())
    >>> short_names("dali bai autonomous prefecture")
    ('dali bai prefecture', 'dali prefecture', 'dali')
    """
    forms = _english_forms(name) if name.isascii() else _chinese_forms(name)
    distinct = dict.fromkeys(form for form in forms if form != name and len(form) > 1)
    return tuple(sorted(distinct, key=len, reverse=True))


def _chinese_forms(name: str) -> list[str]:
    nicknames = list(_NICKNAMES.get(name, ()))
    match = _AUTONOMOUS.fullmatch(name) or _OWN_NAME.fullmatch(name)
    if match:
        stem, kind = match["stem"], match["kind"]
        return [stem + "自治" + kind, name.replace("自治", ""), stem + kind, stem, *nicknames]
    match = _KIND.fullmatch(name)
    return [match["stem"]] if match else []


def _english_forms(name: str) -> list[str]:
    match = _ENGLISH.fullmatch(name)
    if not match:
        return []
    stem, kind, rest = match["stem"], match["kind"], match["rest"] or ""
    forms = [f"{stem} {kind}", stem, stem + rest] if rest else [stem]
    if stem.endswith(" autonomous"):
        first, *peoples = stem.removesuffix(" autonomous").split(" ")
        forms = [f"{' '.join([first, *peoples])} {kind}", f"{first} {kind}", first]
        if "and" in peoples or any("," in word for word in peoples):
            bare = " ".join([first, *peoples]).replace(",", "")
            forms += [f"{bare} autonomous {kind}", f"{bare} {kind}"]
    return forms
