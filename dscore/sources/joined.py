"""Several sources as one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.base import Source


class JoinedSource:
    """Sources one after the other; a name begins with its source's label, a key with its number."""

    def __init__(self, parts: Sequence[Source]) -> None:
        """`parts` holds two or more; they are closed with this one."""
        self._parts = tuple(parts)
        self._labels = _distinct([part.label for part in parts])
        more = f" and {len(parts) - 2:,} more" if len(parts) > 2 else ""
        self.label = ", ".join(self._labels[:2]) + more
        self.suggested_name = parts[0].suggested_name

    def look(self) -> Survey:
        """See `Source.look`; captions never pair up across sources."""
        surveys = [self._look(number) for number in range(len(self._parts))]
        counts: Counter[str] = Counter()
        for survey in surveys:
            counts.update(dict(survey.counts))
        return Survey(
            pictures=tuple(picture for survey in surveys for picture in survey.pictures),
            skipped=tuple(line for survey in surveys for line in survey.skipped),
            notes=tuple(note for survey in surveys for note in survey.notes),
            counts=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        )

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        number, _, key = file.key.partition(":")
        return self._parts[int(number)].read(replace(file, key=key))

    def close(self) -> None:
        """See `Source.close`."""
        for part in self._parts:
            part.close()

    def _look(self, number: int) -> Survey:
        survey, label = self._parts[number].look(), self._labels[number]
        return replace(
            survey,
            pictures=tuple(
                replace(picture, key=f"{number}:{picture.key}", name=f"{label}/{picture.name}")
                for picture in survey.pictures
            ),
            skipped=tuple(Skipped(f"{label}/{line.name}", line.reason) for line in survey.skipped),
            notes=tuple(f"{label}: {note}" for note in survey.notes),
        )


def _distinct(labels: Sequence[str]) -> list[str]:
    """The labels, a repeated one with its count: `images`, `images (2)`."""
    seen: Counter[str] = Counter()
    result: list[str] = []
    for label in labels:
        seen[label] += 1
        result.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return result
