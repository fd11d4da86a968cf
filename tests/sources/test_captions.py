"""Which caption belongs to which picture, and what its bytes say; the captions list of hostile input."""

import codecs
from collections.abc import Iterator

import pytest

from dscore.errors import UnreadableImageError
from dscore.models import SourceFile
from dscore.sources.captions import Captions, decode_caption, stem
from dscore.sources.limits import SourceLimits

Texts = dict[str, bytes]

DECODED = [
    ("byte order mark", codecs.BOM_UTF8 + b"mychar, a", "mychar, a", "utf-8", "byte order mark"),
    ("UTF-16 LE with mark", codecs.BOM_UTF16_LE + "猫, a".encode("utf-16-le"), "猫, a", "utf-16-le", "UTF-16"),
    ("UTF-16 BE with mark", codecs.BOM_UTF16_BE + "猫, a".encode("utf-16-be"), "猫, a", "utf-16-be", "UTF-16"),
    ("UTF-16 LE", "1girl, solo".encode("utf-16-le"), "1girl, solo", "utf-16-le", "UTF-16"),
    ("UTF-16 BE", "1girl, solo".encode("utf-16-be"), "1girl, solo", "utf-16-be", "UTF-16"),
    ("Latin-1", "café, naïve".encode("latin-1"), "café, naïve", "cp1252", "Windows-1252"),
    ("Windows-1252", "“quoted” €".encode("cp1252"), "“quoted” €", "cp1252", "Windows-1252"),
    ("Shift-JIS", "長い髪, 1girl".encode("cp932"), "長い髪, 1girl", "cp932", "Shift-JIS"),
    ("invalid UTF-8", "長い髪, ".encode() + b"\xfe", "長い髪, \ufffd", "utf-8", "not valid UTF-8"),
    ("NUL", b"1girl, so\0lo\0", "1girl, solo", "utf-8", "2 NUL"),
    ("CRLF", b"1girl, solo\r\n", "1girl, solo", "utf-8", ""),
    ("CR", b"one\rtwo\r", "one\ntwo", "utf-8", ""),
    ("final newline", b"1girl\n", "1girl", "utf-8", ""),
    ("only one final newline", b"1girl\n\n", "1girl\n", "utf-8", ""),
]

UNTOUCHED = [
    "line one\nline two\n\nline four",
    "",
    "   ",
    ", , ,,",
    "x" * (1_000_000 - 1),
    ", ".join(f"tag {n}" for n in range(1000)),
    "y" * 5000,
    "solo, solo, Solo",
    r"saber \(fate\), :D, ^_^, __wild__, (weight:1.2), {a|b}",
    "\"quoted\", 'it''s', `tick`",
    "'; drop table item; --",
    '{"json": [1, null]}',
    "=cmd|' /C calc'!A0, +1, -1, @sum",
    "<b>html</b><script>alert(1)</script>",
    "# heading ![x](http://127.0.0.1/x.png)",
    ":red[x] :material/home: $x^2$",
    "(a+)+$ [unclosed .* \\",
    "👩\u200d🎨, 🏳️\u200d🌈",
    "\u202eright to left, zero\u200bwidth",
    "a, b ||| c, d, BREAK, e",
    "<lora:name:0.8>, <hypernet:x>",
    "../../etc/passwd, C:\\x",
    "None",
    "null",
    "nan",
    "line\u2028separator\x0bvertical\x0cfeed\x85",
]


@pytest.mark.parametrize(
    ("data", "text", "encoding", "said"), [row[1:] for row in DECODED], ids=[r[0] for r in DECODED]
)
def test_bytes_become_text_by_the_stated_rule(data: bytes, text: str, encoding: str, said: str) -> None:
    caption = decode_caption(data, "a.txt")
    assert (caption.name, caption.text, caption.encoding) == ("a.txt", text, encoding)
    assert said in " ".join(caption.notes)
    assert bool(caption.notes) == bool(said)


@pytest.mark.parametrize("text", UNTOUCHED, ids=[repr(text[:24]) for text in UNTOUCHED])
def test_what_a_caption_says_passes_through_untouched(text: str) -> None:
    caption = decode_caption(text.encode(), "a.txt")
    assert caption.text == text
    assert not caption.notes


def _files(names: list[str], sizes: Texts | None = None) -> list[SourceFile]:
    return [SourceFile(f"{n}:{name}", name, len((sizes or {}).get(name, b"x"))) for n, name in enumerate(names)]


def _captions(texts: Texts, limits: SourceLimits | None = None) -> Captions:
    def read(file: SourceFile) -> Iterator[bytes]:
        if texts[file.name] == b"damaged":
            raise UnreadableImageError(f"{file.name} is damaged.")
        yield texts[file.name]

    return Captions(_files(list(texts), texts), read, limits or SourceLimits())


def _pair(pictures: list[str], texts: Texts) -> dict[str, str | None]:
    paired = _captions(texts).pair(_files(pictures))
    return {picture.name: picture.caption.name if picture.caption else None for picture in paired}


@pytest.mark.parametrize(
    ("picture", "captions", "taken"),
    [
        ("a/photo.png", ["a/photo.txt"], "a/photo.txt"),
        ("photo.png", ["photo.caption"], "photo.caption"),
        ("photo.png", ["photo.caption", "photo.txt"], "photo.txt"),
        ("photo.png", ["photo.TXT"], "photo.TXT"),
        ("photo.PNG", ["Photo.txt"], "Photo.txt"),
        ("photo.png", ["PHOTO.txt", "photo.txt"], "photo.txt"),
        ("photo.png", ["photo.png.txt"], "photo.png.txt"),
        ("photo.png", ["photo.png.txt", "photo.caption"], "photo.caption"),
        ("caf\u00e9.png", ["cafe\u0301.txt"], "cafe\u0301.txt"),
        ("a.b.png", ["a.b.txt"], "a.b.txt"),
        ("a.b.png", ["a.txt"], None),
        ("a/photo.png", ["photo.txt", "b/photo.txt"], None),
        ("char_12_34_56_78.png", ["char.txt"], None),
    ],
)
def test_a_picture_gets_the_caption_of_its_name(picture: str, captions: list[str], taken: str | None) -> None:
    assert _pair([picture], dict.fromkeys(captions, b"text")) == {picture: taken}


def test_a_caption_with_its_own_picture_is_not_lent_to_one_of_other_case() -> None:
    assert _pair(["A.png", "a.png"], {"a.txt": b"small"}) == {"A.png": None, "a.png": "a.txt"}
    assert _pair(["A.png", "a.png"], {"a.txt": b"s", "A.txt": b"l"}) == {"A.png": "A.txt", "a.png": "a.txt"}


def test_pictures_of_one_stem_each_get_its_caption_and_it_is_said() -> None:
    """A12."""
    paired = _captions({"pair.txt": b"two"}).pair(_files(["pair.png", "pair.jpg", "pair.webp"]))
    assert [picture.caption and picture.caption.text for picture in paired] == ["two"] * 3
    assert "pair.jpg, pair.webp" in paired[0].notes[0]


def test_the_loser_of_two_captions_is_listed_only_where_its_text_differs() -> None:
    same = _captions({"a.txt": b"x", "a.caption": b"x\n"})
    (picture,) = same.pair(_files(["a.png"]))
    assert picture.notes == ("a.txt was taken; a.caption says the same.",)
    assert not same.skipped()
    other = _captions({"a.txt": b"x", "a.caption": b"y"})
    (picture,) = other.pair(_files(["a.png"]))
    assert picture.caption
    assert picture.caption.text == "x"
    assert [line.name for line in other.skipped()] == ["a.caption"]


def test_a_caption_that_loses_here_and_wins_there_is_not_listed() -> None:
    captions = _captions({"a.png.txt": b"y", "a.txt": b"x"})
    paired = captions.pair(_files(["a.png", "a.png.jpg"]))
    assert [picture.caption and picture.caption.text for picture in paired] == ["x", "y"]
    assert not captions.skipped()


def test_a_caption_of_one_megabyte_goes_in_and_a_larger_one_is_listed() -> None:
    captions = _captions({"a.txt": b"x" * 1_000_000, "b.txt": b"x" * 1_000_001})
    first, second = captions.pair(_files(["a.png", "b.png"]))
    assert first.caption
    assert second.caption is None
    assert [line.name for line in captions.skipped()] == ["b.txt"]
    assert "1 MB" in captions.skipped()[0].reason


def test_all_captions_together_have_a_budget() -> None:
    captions = _captions({f"{n}.txt": b"x" * 10 for n in range(5)}, SourceLimits(all_captions_bytes=30))
    paired = captions.pair(_files([f"{n}.png" for n in range(5)]))
    assert sum(picture.caption is not None for picture in paired) == 3
    assert len(captions.skipped()) == 2


def test_a_damaged_caption_is_listed_and_the_next_best_taken() -> None:
    captions = _captions({"a.txt": b"damaged", "a.caption": b"fine"})
    (picture,) = captions.pair(_files(["a.png"]))
    assert picture.caption
    assert picture.caption.text == "fine"
    assert "damaged" in captions.skipped()[0].reason


def test_orphans_are_those_without_a_picture() -> None:
    captions = _captions({"a.txt": b"x", "b.txt": b"y"})
    captions.pair(_files(["a.png"]))
    assert [file.name for file in captions.orphans()] == ["b.txt"]


def test_ten_thousand_pictures_of_one_name_are_paired_quickly() -> None:
    captions = _captions({"a.txt": b"x"})
    assert len(captions.pair(_files(["a.png"] * 10_000))) == 10_000


def test_stem_keeps_folders_and_inner_dots() -> None:
    assert stem("a.b/c.d.png") == "a.b/c.d"
