"""From the files of a source to what an import will do with each of them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.captions import Captions, Read, stem
from dscore.sources.kinds import READABLE, Kind, extension, kind_of, unreadable_reason
from dscore.sources.limits import SourceLimits
from dscore.sources.names import natural_key
from dscore.text.names import fold_name
from dscore.text.sizes import readable_size

SHOWN = 5  # names or extensions in one line


def take_stock(
    files: Iterable[SourceFile],
    *,
    refused: Sequence[Skipped] = (),
    notes: Sequence[str] = (),
    read: Read,
    limits: SourceLimits,
) -> Survey:
    """Sorts `files` in natural order and by kind, and gives each picture its caption.

    `refused` are files that must not be read at all, with their reasons; `read` gives a caption's bytes and
    may raise UnreadableImageError.
    """
    groups: dict[Kind, list[SourceFile]] = {kind: [] for kind in Kind}
    for file in sorted(files, key=lambda file: natural_key(file.name)):
        groups[kind_of(file.name)].append(file)
    pictures, bad = _by_size(groups[Kind.PICTURE], limits)
    captions = Captions(groups[Kind.CAPTION], read, limits)
    paired = captions.pair(pictures)
    skipped = [*refused, *bad]
    skipped += [Skipped(file.name, unreadable_reason(file.name)) for file in groups[Kind.UNREADABLE]]
    skipped += [*captions.skipped(), *_orphans(captions.orphans(), skipped), *_archives(groups[Kind.ARCHIVE])]
    seen = [file.name for kind in Kind if kind is not Kind.CLUTTER for file in groups[kind]]
    return Survey(
        pictures=paired,
        skipped=tuple(skipped),
        notes=(*notes, *_left_out(groups)),
        counts=_counts([*seen, *(line.name for line in refused)]),
    )


def no_pictures(label: str, survey: Survey) -> str:
    """The sentence for a source without a picture to import: what was found instead, and what to do."""
    start = f"No images found in {label}"
    if not survey.counts:
        return f"{start}: it holds no files. Check that you chose the right one."
    total = sum(number for _, number in survey.counts)
    found = f"{start}: it holds {_plural(total, 'file')} ({_extensions(survey.counts)})"
    if any(kind_of(line.name) is Kind.PICTURE for line in survey.skipped):
        return f"{found}, and no picture in it can be used. The list of skipped files says why for each."
    return f"{found}. dscore reads {READABLE}; convert or unpack what is there, and import it again."


def _by_size(files: list[SourceFile], limits: SourceLimits) -> tuple[list[SourceFile], list[Skipped]]:
    good, bad = [], []
    for file in files:
        if file.size == 0:
            bad.append(Skipped(file.name, "The file is empty (0 bytes); copy or download it again."))
        elif file.size > limits.picture_bytes:
            limit, size = readable_size(limits.picture_bytes), readable_size(file.size)
            bad.append(Skipped(file.name, f"A picture may have {limit}; this one has {size}. Save it smaller."))
        else:
            good.append(file)
    return good, bad


def _orphans(files: list[SourceFile], skipped: list[Skipped]) -> list[Skipped]:
    lost = {fold_name(own) for line in skipped for own in (line.name, stem(line.name))}
    reasons = {
        True: "The picture of this name was skipped, so its caption was, too.",
        False: "A caption without its picture: no picture of this name lies beside it.",
    }
    return [Skipped(file.name, reasons[fold_name(stem(file.name)) in lost]) for file in files]


def _archives(files: list[SourceFile]) -> list[Skipped]:
    """One line for all of them: an archive of archives may hold thousands."""
    if not files:
        return []
    more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
    reason = "Archives inside are not opened; unpack them, and import the folder."
    return [Skipped(f"{files[0].name}{more}", reason)]


def _left_out(groups: dict[Kind, list[SourceFile]]) -> list[str]:
    notes = []
    other, hidden = groups[Kind.OTHER], groups[Kind.HIDDEN]
    if other:
        counted = _extensions(_counts(file.name for file in other))
        notes.append(f"{_plural(len(other), 'other file')} left out, neither pictures nor captions ({counted}).")
    if hidden:
        notes.append(f"{_plural(len(hidden), 'hidden file')} left out (names that begin with a dot).")
    return notes


def _counts(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(extension(name) for name in names)
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _extensions(counts: Sequence[tuple[str, int]]) -> str:
    shown = [f"{number:,} {suffix[:12] or 'without extension'}" for suffix, number in counts[:SHOWN]]
    rest = sum(number for _, number in counts[SHOWN:])
    return ", ".join([*shown, f"{rest:,} more"] if rest else shown)


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
