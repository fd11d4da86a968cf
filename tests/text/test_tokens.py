from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dscore.errors import WrongUseError
from dscore.text import tokens

BOORU = (
    r"1girl, solo, long hair, looking at viewer, blue eyes, saber \(fate\), hatsune_miku, :d, ^_^, "
    "score_9, score_8_up, rating:general"
)


# Each count was taken from open_clip's own tokenizer; kohya's gives the same.
@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("", 0),
        ("   \n", 0),
        ("a photo of a cat", 5),
        ("A PHOTO   of a\tcat", 5),
        (BOORU, 45),
        (r"saber \(fate\)", 6),
        ("saber (fate)", 4),
        ("hatsune_miku", 4),
        ("hatsune miku", 3),
        ("1girl, solo", 4),
        ("(red dress:1.2), [hat]", 11),
        ("“quotes”", 3),
        ("a &amp; b", 3),
        ("a &amp;amp; b", 3),
        ("ﬁsh", 1),
        ("😀", 1),
        ("👩‍👩‍👧", 4),
        ("日本語", 4),
        ("don't", 2),
        ("2024", 4),
    ],
)
def test_counts_are_those_of_clip(caption: str, expected: int) -> None:
    assert tokens.count(caption) == expected


def test_the_first_and_the_thousandth_count_of_a_caption_agree() -> None:
    assert tokens.counts([BOORU] * 1000) == [45] * 1000
    assert tokens.counts([]) == []


def test_words_beyond_what_is_remembered_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_MOST_KNOWN", 0)
    monkeypatch.setattr(tokens, "_known", {})
    assert tokens.counts([BOORU, "a photo of a cat", BOORU]) == [45, 5, 45]
    assert tokens._known == {}


@pytest.mark.parametrize(
    ("number", "limit", "expected"),
    [
        (179, 75, (75,)),
        (179, 150, (75, 75)),
        (179, 225, (75, 75, 29)),
        (75, 225, (75,)),
        (76, 225, (75, 1)),
        (0, 75, ()),
    ],
)
def test_chunks_are_those_of_kohya(number: int, limit: int, expected: tuple[int, ...]) -> None:
    assert tokens.chunks(number, limit) == expected


def test_a_cut_says_what_stays_and_what_is_lost() -> None:
    caption = ", ".join(["Blue eyes"] * 30)  # 30 times two words and a comma, without the last comma
    found = tokens.cut(caption, 75)
    assert (found.kept, found.lost) == (75, 14)
    assert found.lost_text == "blue eyes, blue eyes, blue eyes, blue eyes, blue eyes"
    assert tokens.count(found.kept_text) == 75
    assert found.kept_text + " " + found.lost_text == caption.lower()


def test_a_caption_within_the_limit_loses_nothing() -> None:
    assert tokens.cut("a photo of a cat", 5) == tokens.Cut(5, 0, "a photo of a cat", "")


def test_a_tokenizer_json_counts_with_its_own_marks(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    made = Tokenizer(WordLevel({"</s>": 0, "a": 1, "cat": 2, "?": 3}, unk_token="?"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 0)])
    made.enable_truncation(2)
    path = tmp_path / "tokenizer.json"
    made.save(str(path))
    counter = tokens.counter(path)
    assert counter.name == "tokenizer.json"
    assert counter.counts(["a cat", "a dog and a cat", ""]) == [3, 6, 1]


def test_a_sentencepiece_model_counts_with_the_mark_at_the_end(tmp_path: Path) -> None:
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

    model = io.BytesIO()
    sentences = iter(["a photo of a cat", "a photo of a dog", "the cat sat"] * 20)
    SentencePieceTrainer.train(
        sentence_iterator=sentences, model_writer=model, vocab_size=24, hard_vocab_limit=False, minloglevel=2
    )
    path = tmp_path / "spiece.model"
    path.write_bytes(model.getvalue())
    expected = len(SentencePieceProcessor(model_proto=model.getvalue()).encode("a photo of a cat")) + 1
    assert tokens.counter(path).counts(["a photo of a cat", ""]) == [expected, 1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", json.dumps({"version": "1.0"}).encode()),
        ("tokenizer.json", b"\xff\xfe"),
        ("spiece.model", b"no model at all"),
        ("spiece.model", b""),
    ],
)
def test_a_file_that_is_no_tokenizer_is_said_so(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WrongUseError, match=name):
        tokens.counter(path)


def test_a_folder_and_a_missing_file_are_said_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.json"):
        with pytest.raises(WrongUseError, match=path.name):
            tokens.counter(path)


def test_clip_is_the_counter_without_a_file() -> None:
    assert tokens.counter(None).name == "CLIP"
    assert tokens.counter(None).counts(["a photo of a cat"]) == [5]


def test_nothing_is_loaded_before_something_is_counted() -> None:
    code = (
        "import sys, dscore.text.tokens, dscore.cli; "
        "print([name for name in ('tokenizers', 'ftfy', 'sentencepiece') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
