"""Which caption file belongs to which picture, and what its bytes say.

A picture's caption lies in its own folder: `photo.txt`, else `photo.caption`, else `photo.png.txt`,
`photo.png.caption`. Case and Unicode form of the name are ignored where no file has the very same. Pictures
of one stem (`pair.png`, `pair.jpg`) each get the caption of that stem.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from dscore.errors import UnreadableImageError
from dscore.models import CaptionFile, Skipped, SourceFile
from dscore.sources.encodings import decode
from dscore.sources.kinds import CAPTION_EXTENSIONS, extension
from dscore.sources.limits import SourceLimits
from dscore.text.names import fold_name
from dscore.text.sizes import readable_size

Read = Callable[[SourceFile], Iterable[bytes]]


def decode_caption(data: bytes, name: str) -> CaptionFile:
    """The text of a caption file: line ends `\\n`, a final one and all NULs gone, all else as it was."""
    text, encoding, notes = decode(data)
    nuls = text.count("\0")
    if nuls:
        text = text.replace("\0", "")
        notes += (f"{nuls} NUL characters were removed.",)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    return CaptionFile(name=name, text=text, encoding=encoding, notes=notes)


def stem(name: str) -> str:
    """The name with its folders, without its last extension."""
    return name[: len(name) - len(extension(name))]


@dataclass(slots=True)
class Captions:
    """The caption files of one source; hands each picture its own, and knows what became of the rest."""

    files: list[SourceFile]
    read: Read
    limits: SourceLimits
    _texts: dict[str, CaptionFile | None] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _lost: dict[str, Skipped] = field(default_factory=dict)
    _bad: list[Skipped] = field(default_factory=list)
    _bytes: int = 0

    def pair(self, pictures: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
        """The pictures, each with its caption. A damaged or overlong one is not taken, and `skipped`."""
        pictures = tuple(pictures)
        chosen = self._candidates(pictures)
        sharers: dict[str, list[str]] = defaultdict(list)
        for picture, files in zip(pictures, chosen, strict=True):
            for file in files:
                sharers[file.key].append(picture.name)
        return tuple(
            self._with_caption(picture, files, sharers) for picture, files in zip(pictures, chosen, strict=True)
        )

    def skipped(self) -> list[Skipped]:
        """Those that belong to a picture and were not taken; asked for after `pair`."""
        return self._bad + [line for key, line in self._lost.items() if key not in self._taken]

    def orphans(self) -> list[SourceFile]:
        """Those that belong to no picture; asked for after `pair`."""
        return [file for file in self.files if file.key not in self._texts]

    def _candidates(self, pictures: tuple[SourceFile, ...]) -> list[list[SourceFile]]:
        """For each picture its caption files, best first; four at most."""
        by_stem: dict[str, list[SourceFile]] = defaultdict(list)
        by_fold: dict[str, list[SourceFile]] = defaultdict(list)
        exact = {stem(picture.name) for picture in pictures} | {picture.name for picture in pictures}
        for file in reversed(self.files):  # of two with one name the later wins, as when unpacking
            by_stem[stem(file.name)].append(file)
            if stem(file.name) not in exact:
                by_fold[fold_name(stem(file.name))].append(file)
        best = {own: _best(files) for own, files in by_stem.items()}
        similar = {own: _best(files) for own, files in by_fold.items()}
        return [
            [
                file
                for own in (stem(picture.name), picture.name)
                for file in best.get(own) or similar.get(fold_name(own), [])
            ]
            for picture in pictures
        ]

    def _with_caption(self, picture: SourceFile, files: list[SourceFile], sharers: dict[str, list[str]]) -> SourceFile:
        readable = [(file, caption) for file in files if (caption := self._text(file)) is not None]
        if not readable:
            return picture
        (file, taken), *others = readable
        self._taken.add(file.key)
        notes = [*picture.notes, *(self._lose(loser, caption, taken) for loser, caption in others)]
        together = [name for name in islice(sharers[file.key], 4) if name != picture.name]
        if together:
            notes.append(f"{taken.name} is the caption of {', '.join(together)} as well; each got a copy.")
        return replace(picture, caption=taken, notes=tuple(notes))

    def _lose(self, loser: SourceFile, caption: CaptionFile, winner: CaptionFile) -> str:
        if caption.text == winner.text:
            return f"{winner.name} was taken; {loser.name} says the same."
        reason = f"{winner.name} was taken instead, and says something else; delete one of the two."
        self._lost[loser.key] = Skipped(loser.name, reason)
        return f"{winner.name} was taken; {loser.name} says something else."

    def _text(self, file: SourceFile) -> CaptionFile | None:
        if file.key not in self._texts:
            self._texts[file.key] = self._load(file)
        return self._texts[file.key]

    def _load(self, file: SourceFile) -> CaptionFile | None:
        most, together = self.limits.caption_bytes, self.limits.all_captions_bytes
        if file.size > most:
            return self._skip(file, f"A caption may have {readable_size(most)}; this is larger.")
        if self._bytes + file.size > together:
            return self._skip(file, f"All captions together may have {readable_size(together)}.")
        self._bytes += file.size
        try:
            return decode_caption(b"".join(self.read(file)), file.name)
        except UnreadableImageError as error:
            return self._skip(file, str(error))

    def _skip(self, file: SourceFile, reason: str) -> CaptionFile | None:
        self._bad.append(Skipped(file.name, f"{reason} Its picture goes in all the same."))
        return None


def _best(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The first `.txt` and the first `.caption`."""
    found: dict[str, SourceFile] = {}
    for file in files:
        found.setdefault(extension(file.name), file)
    return [found[suffix] for suffix in CAPTION_EXTENSIONS if suffix in found]
