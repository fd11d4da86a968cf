"""Hostile and odd captions, with what an export of them must hold."""

from __future__ import annotations

MANY = ", ".join(f"tag {number}" for number in range(1000))
LONG = "x" * 5000
PLAIN = {
    "escaped": r"saber \(fate\), 1girl",
    "weight": "(weight:1.2), 1girl",
    "braces": "{a|b}, 1girl",
    "wildcard": "__wild__, 1girl",
    "faces": "^_^, >_<, :d, :D, o_o",
    "quotes": "\"quoted\", 'single', it's",
    "sql": "'; drop table item; --, 1girl",
    "json": '{"a": 1}, [2]',
    "csv formulas": "=1+1, @sum, -y, +z",
    "html": "<script>alert(1)</script>, <b>bold</b>, &amp;",
    "markdown": "![x](http://127.0.0.1:9/x.png), **bold**, [a](b)",
    "directives": ":red[x], :material/home:, $x^2$",
    "regular expressions": ".*, (a+)+$, [z, \\",
    "emoji": "👩‍🎤, 👨‍👩‍👧, 1girl",
    "right to left": "\u202eabc, a\u200bb, \u05d0\u05d1",
    "pipes": "a ||| b, c",
    "break": "a, BREAK, b",
    "lora": "<lora:style:0.8>, 1girl",
    "paths": "../../etc/passwd, C:\\windows, /dev/null",
    "null": "None, null, nan, NaN, true",
    "percent": "100%, a_b, a b",
    "thousand tags": MANY,
    "long tag": f"{LONG}, 1girl",
    "sentence": "A girl sits on a bench, and looks at the sea.",
    "mixed": "1girl, solo. A girl sits on a bench, and looks at the sea.",
}
"""In standard form: each comes out as it went in."""

CHANGED: dict[str, tuple[bytes, str]] = {
    "byte order mark": (b"\xef\xbb\xbf1girl, solo", "1girl, solo"),
    "UTF-16 LE": ("1girl, café".encode("utf-16-le"), "1girl, café"),
    "UTF-16 BE with mark": (b"\xfe\xff" + "1girl, café".encode("utf-16-be"), "1girl, café"),
    "Latin-1": ("1girl, café".encode("latin-1"), "1girl, café"),
    "Shift-JIS": ("少女, 長い髪, 猫".encode("cp932"), "少女, 長い髪, 猫"),
    "invalid UTF-8": ("äöü, éè".encode() + b", \xff, x", "äöü, éè, \ufffd, x"),
    "zero bytes": (b"1girl,\0 so\0lo", "1girl, solo"),
    "CRLF at the end": (b"1girl, solo\r\n", "1girl, solo"),
    "CR": (b"1girl, solo\r", "1girl, solo"),
    "one tag a line": (b"1girl\r\nsolo\r\n", "1girl, solo"),
    "doubled": (b"1girl, solo, 1girl", "1girl, solo"),
    "blanks and commas": (b"  1girl ,, solo ,", "1girl, solo"),
}
"""What is not in standard form: its bytes, and what comes out."""

EMPTY = {"empty": b"", "a line end": b"\n", "blanks": b"  \t ", "commas": b",, , ,"}
"""Captions that say nothing: no file is written for them."""
