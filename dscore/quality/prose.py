"""What is no caption, left over in tags and sentences."""

from __future__ import annotations

import re
from functools import lru_cache

_MARKUP = re.compile(
    r"""</?(?:a|b|big|blockquote|br|center|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|su[bp]|table|td|th|tr|u|ul)
        (?:\s[^<>]*)?/?>                            # <b>, </p>, <br/>, <a href=...>
    | <\|?(?:im_start|im_end|endoftext|eot_id|pad|unk|bos|eos|loc_\d+)\|?>  # a captioner's own marks
    | &(?:amp|lt|gt|quot|nbsp|\#\d{1,6}|\#x[0-9a-f]{1,5});
    | <(?:lora|lyco|hypernet)\s*:[^<>]*>
    | __[\w/-]+__                                   # a wildcard's file
    | \{[^{}|]*\|[^{}]*\}                           # {red|blue}
    | \([^()]*[^\W\d_][^():]*:\d(?:\.\d+)?\)        # (red dress:1.2)
    | \w\ ?\\[()]                                   # saber \(fate\)
    | (?<![\w])\*\*\S[^*]*\*\*                      # **bold**
    | !?\[[^\[\]]*\]\([^()\s]+\)                    # [link](address)
    | ```
    | ^\#{1,6}\ \S                                  # a heading
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_WORDS_OF_PROMPTS = re.compile(r"(?<!\w)(?:BREAK|ADDCOMM|ADDBASE)(?!\w)")


@lru_cache(maxsize=65_536)
def markup(text: str) -> str:
    """The first piece of markup that was left in a tag or a sentence: HTML, weights, wildcards, BREAK, Markdown; "" for none."""
    if not _may_hold_markup(text):
        return ""
    found = _MARKUP.search(text) or _WORDS_OF_PROMPTS.search(text)
    return "" if found is None else found[0]


def _may_hold_markup(text: str) -> bool:
    return any(mark in text for mark in "<&{[(\\*`#_") or "BREAK" in text or "ADD" in text
