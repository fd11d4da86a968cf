"""Tokens as the trainers count them: CLIP's own byte pairs for SD and SDXL, or any tokenizer file that the user points at.

CLIP's vocabulary lies in `clip/` beside its licence. The counts leave out the start and the end mark: of CLIP's 77 places, 75 are
for the caption. Every comma costs a token.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import regex

from dscore.errors import WrongUseError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LIMITS = (75, 150, 225)
"""What kohya's `max_token_length` lets through: one, two or three chunks of 75. It cuts hard, commas or not."""

CHUNK = 75
SWEET_SPOT = (50, 150)
"""Tokens that the guide finds to work best; its bounds for too short and too long are `SHORT` and `LONG`."""

SHORT, LONG = 20, 200
MAX_FILE_BYTES = 64 * 1024 * 1024

_MERGES = 49152 - 256 - 2
_WORDS = r"'[s\u017f]|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_WORD = regex.compile(_WORDS)
_BLANKS = re.compile(r"\s+")

_known: dict[str, int] = {}
"""Words and how many tokens each is: captions of one dataset use the same ones over and over."""

_MOST_KNOWN = 200_000


@dataclass(frozen=True, slots=True)
class Cut:
    """What a limit does to a caption: how many tokens stay and go, and the text of both, as CLIP sees it (in lower case)."""

    kept: int
    lost: int
    kept_text: str
    lost_text: str


class TokenCounter(Protocol):
    """Counts tokens; `name` says by what, for people."""

    @property
    def name(self) -> str: ...

    def counts(self, captions: Sequence[str]) -> list[int]: ...


def count(caption: str) -> int:
    """CLIP's tokens of one caption."""
    return counts([caption])[0]


def counts(captions: Sequence[str]) -> list[int]:
    """CLIP's tokens of each caption; some 15,000 captions a second on one core, since no word is split into pairs twice."""
    known = _known
    split = [_WORD.findall(cleaned(caption)) for caption in captions]
    unknown = list({word for words in split for word in words if word not in known})
    if len(known) + len(unknown) > _MOST_KNOWN:
        known = dict(known)  # these are too many to remember
    encodings = _clip().encode_batch_fast(unknown, add_special_tokens=False) if unknown else []
    known.update((word, len(encoding)) for word, encoding in zip(unknown, encodings, strict=True))
    return [sum([known[word] for word in words]) for words in split]


def chunks(tokens: int, limit: int) -> tuple[int, ...]:
    """How kohya splits so many tokens under a limit of 75, 150 or 225: a caption of 179 under 225 is (75, 75, 29)."""
    kept = min(tokens, limit)
    return tuple(min(CHUNK, kept - start) for start in range(0, kept, CHUNK))


def cut(caption: str, limit: int) -> Cut:
    """What stays of a caption under a limit, and what is lost."""
    text = cleaned(caption)
    encoding = _clip().encode(text, add_special_tokens=False)
    total = len(encoding)
    if total <= limit:
        return Cut(total, 0, text, "")
    place = encoding.offsets[limit][0]
    return Cut(limit, total - limit, text[:place].rstrip(), text[place:])


def cleaned(caption: str) -> str:
    """The text as CLIP's own tokenizer cleans it: broken encodings mended, entities resolved twice, blanks joined, lower case.

    Without this a fast tokenizer counts curly quotes, `&amp;` and ligatures otherwise.
    """
    if "&" in caption or not (caption.isascii() and caption.isprintable()):
        import ftfy

        caption = html.unescape(html.unescape(ftfy.fix_text(caption)))
    return _BLANKS.sub(" ", caption).strip().lower()


@lru_cache(maxsize=1)
def _clip() -> Tokenizer:
    """CLIP's byte pair encoding, made from OpenAI's list of merges; takes a third of a second the first time."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

    packed = files("dscore.text").joinpath("clip", "bpe_simple_vocab_16e6.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").split("\n")[1 : _MERGES + 1]
    merges = [(first, second) for first, second in (line.split(" ") for line in lines)]
    letters = _byte_letters()
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), *(first + second for first, second in merges)]
    model = BPE({piece: place for place, piece in enumerate(pieces)}, merges, end_of_word_suffix="</w>")
    tokenizer = Tokenizer(model)
    words = Split(Regex(_WORDS), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = Sequence([words, ByteLevel(add_prefix_space=False, use_regex=False)])
    return tokenizer


def _byte_letters() -> list[str]:
    """The letters that stand for the 256 bytes, in the order of CLIP's vocabulary (as GPT-2's `bytes_to_unicode`)."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return [chr(byte) for byte in shown] + [chr(256 + place) for place in range(len(hidden))]


class ClipCounter:
    """Counts as CLIP does, for SD 1.5 and SDXL."""

    name = "CLIP"

    def counts(self, captions: Sequence[str]) -> list[int]:
        """Tokens of each caption."""
        return counts(captions)


class FileCounter:
    """Counts by a file of the user's, a T5's for one, with whatever marks that tokenizer adds (T5: one at the end)."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self.name = path.name
        self._tokenizer = tokenizer

    def counts(self, captions: Sequence[str]) -> list[int]:
        """Tokens of each caption, the marks included."""
        return [len(encoding) for encoding in self._tokenizer.encode_batch_fast(list(captions))]


class SentencePieceCounter:
    """Counts by a SentencePiece model, and one more for the mark at the end, as T5 does."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self.name = path.name
        self._processor = SentencePieceProcessor(model_proto=path.read_bytes())

    def counts(self, captions: Sequence[str]) -> list[int]:
        """Tokens of each caption, the mark included."""
        return [len(pieces) + 1 for pieces in self._processor.encode(list(captions))]


def counter(path: Path | None) -> TokenCounter:
    """CLIP's, or that of a `tokenizer.json` or `spiece.model`. Raises WrongUseError for a file that is neither."""
    if path is None:
        return ClipCounter()
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WrongUseError(f"The tokenizer {path} cannot be read: {error.strerror}.") from error
    if not path.is_file() or not 0 < size <= MAX_FILE_BYTES:
        raise WrongUseError(f"{path} is no tokenizer: it should be a file such as tokenizer.json or spiece.model.")
    return _json_counter(path) if path.suffix.lower() == ".json" else _model_counter(path)


def _json_counter(path: Path) -> TokenCounter:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
    except Exception as error:  # the library raises no other kind
        raise WrongUseError(
            f"{path} cannot be read as a tokenizer.json: {error}. Take the one beside the model."
        ) from error
    return FileCounter(path, tokenizer)


def _model_counter(path: Path) -> TokenCounter:
    try:
        return SentencePieceCounter(path)
    except (RuntimeError, OSError) as error:
        raise WrongUseError(
            f"{path} cannot be read as a SentencePiece model. Take the model's tokenizer.json or spiece.model."
        ) from error
