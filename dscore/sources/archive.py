"""Pictures and captions in a ZIP; nothing in it is ever unpacked to a path of its own."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from dscore.errors import SourceError, UnreadableImageError
from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.encodings import TITLES
from dscore.sources.inflate import unpack
from dscore.sources.kinds import Kind, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name, points_outside, safe_name
from dscore.sources.survey import take_stock
from dscore.sources.zip_directory import ZipEntry, read_directory
from dscore.text.sizes import readable_size

# what is refused from its line in the table of contents alone; the first that fits is said
_REFUSALS: tuple[tuple[Callable[[ZipEntry], object], str], ...] = (
    (
        lambda entry: points_outside(entry.name),
        "Its name points outside the ZIP (.., a drive, an absolute path); rename it, and pack it again.",
    ),
    (
        lambda entry: not display_name(entry.name),
        "It has no name that can be shown; rename it, and pack the ZIP again.",
    ),
    (
        lambda entry: stat.S_ISLNK(entry.mode),
        "This is a link, not a file; pack the ZIP again with the file itself.",
    ),
    (
        lambda entry: stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG, stat.S_IFDIR},
        "This is a pipe, a socket or a device, not a file.",
    ),
    (
        lambda entry: entry.mode & (stat.S_ISUID | stat.S_ISGID),
        "It is marked to run with another user's rights (setuid), as no picture is; pack it without.",
    ),
    (
        lambda entry: entry.encrypted,
        "It is password-protected; unpack the ZIP with its password, and import the folder.",
    ),
)


class ArchiveSource:
    """A ZIP; kept open, so that it stays readable until `close`.

    Opening reads the table of contents only, and refuses the whole archive from it: overlapping files, too
    many, too large together. Since no entry gives more bytes than it declares, these sums bound what is
    really read as well.
    """

    def __init__(self, path: Path, limits: SourceLimits) -> None:
        """Raises SourceError where it is no usable ZIP."""
        self.label = path.name
        self.suggested_name = safe_name(path.stem)
        self._path = path
        self._limits = limits
        try:
            self._stream = path.open("rb")
        except OSError as error:
            raise SourceError(f"{path} cannot be opened: {error.strerror}.") from error
        try:
            self._state = self._now()
            self._directory = read_directory(self._stream, file_size=self._state[0], label=self.label, limits=limits)
            self._check_sum()
        except OSError as error:
            self.close()
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
        except SourceError:
            self.close()
            raise

    def look(self) -> Survey:
        """Every file is a picture, a caption, or listed with the reason why not; see `Source.look`."""
        files, refused = self._sorted()
        notes = [*self._directory.notes, *_encoding_notes(self._directory.entries)]
        return take_stock(files, refused=refused, notes=notes, read=self.read, limits=self._limits)

    def others(self) -> list[SourceFile]:
        """Files that may be read and are neither pictures nor captions, hidden ones among them."""
        return [file for file in self._sorted()[0] if kind_of(file.name) in {Kind.OTHER, Kind.HIDDEN}]

    def _sorted(self) -> tuple[list[SourceFile], list[Skipped]]:
        """Files that may be read, and those that must not, with the reasons."""
        links = _Links(self._directory.entries)
        files, refused = [], []
        for entry in self._directory.entries:
            name = display_name(entry.name)
            if entry.name.endswith(("/", "\\")) or kind_of(name) is Kind.CLUTTER:
                continue
            reason = _refusal(entry, self._limits) or links.refusal(name)
            if reason:
                refused.append(Skipped(name or "?", reason))
            else:
                files.append(_source_file(entry, name))
        return files, refused

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        where = f"{file.name} in {self.label}"
        number, entries = int(file.key.partition("-")[0]), self._directory.entries
        if number >= len(entries) or _key(entries[number]) != file.key or self._now() != self._state:
            raise UnreadableImageError(f"{where} is not what it was: the ZIP was changed since. Import it again.")
        yield from unpack(self._stream, entries[number], limit=self._directory.limits[number], where=where)

    def close(self) -> None:
        """See `Source.close`."""
        self._stream.close()

    def _now(self) -> tuple[int, int]:
        now = os.fstat(self._stream.fileno())
        return now.st_size, now.st_mtime_ns

    def _check_sum(self) -> None:
        total, limit = sum(entry.size for entry in self._directory.entries), self._limits.archive_bytes
        if total > limit:
            raise SourceError(
                f"{self.label} would unpack to {readable_size(total)}; the limit is {readable_size(limit)}. "
                "If that is right, unpack it, and import the folder."
            )


class _Links:
    """The links in an archive; a file below one would be written to wherever the link points."""

    def __init__(self, entries: tuple[ZipEntry, ...]) -> None:
        self._names = {display_name(entry.name) for entry in entries if stat.S_ISLNK(entry.mode)}

    def refusal(self, name: str) -> str:
        parents = PurePosixPath(name).parents if self._names else ()
        if any(str(parent) in self._names for parent in parents):
            return "Its folder is a link in the ZIP; pack the ZIP again without links."
        return ""


def _refusal(entry: ZipEntry, limits: SourceLimits) -> str:
    """Why an entry is not read, or ""."""
    for applies, reason in _REFUSALS:
        if applies(entry):
            return reason
    if entry.size >= limits.ratio_from and entry.size > limits.ratio * entry.packed:
        packed, size = readable_size(entry.packed), readable_size(entry.size)
        return f"It would grow from {packed} to {size}, as in a ZIP bomb; if that is right, import it unpacked."
    return ""


def _source_file(entry: ZipEntry, name: str) -> SourceFile:
    raw = "" if name.encode() == entry.raw_name else entry.raw_name.hex()
    return SourceFile(key=_key(entry), name=name, size=entry.size, modified=_modified(entry), raw_name=raw)


def _key(entry: ZipEntry) -> str:
    """Number, checksum and size: the same only while the archive is."""
    return f"{entry.number}-{entry.crc:08x}-{entry.size}"


def _modified(entry: ZipEntry) -> str:
    """From the DOS date (bits: 7 of year since 1980, 4, 5) and time (5, 6, 5 of two seconds)."""
    date, time = entry.stamp
    try:
        when = datetime(  # noqa: DTZ001 - a ZIP does not say in which zone
            1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2
        )
    except ValueError:
        return ""
    return when.isoformat()


def _encoding_notes(entries: tuple[ZipEntry, ...]) -> list[str]:
    notes = []
    for encoding in ("cp932", "cp437"):
        names = [entry.name for entry in entries if entry.encoding == encoding]
        if names:
            example = display_name(names[0])
            notes.append(f"{len(names):,} names do not say their encoding; read as {TITLES[encoding]}, like {example}.")
    return notes
