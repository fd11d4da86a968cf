"""Every error that dscore raises on purpose; the message is a sentence for the user.

DscoreError
├── WrongUseError            the request makes no sense; nothing was done
│   ├── NotFoundError        no such dataset, item, change, job
│   └── QueryError           the search text cannot be read
├── CatalogError             the catalog itself cannot be used
│   ├── NewerCatalogError    written by a newer dscore
│   ├── DamagedCatalogError  not a catalog, or broken
│   └── BusyCatalogError     another program kept it locked
├── ConflictError            somebody changed it first
├── SourceError              a ZIP, folder or site cannot be read
│   ├── NoPicturesError      there is no picture in it that could go in
│   ├── AddressError         an address that dscore does not ask
│   └── FetchError           a site did not give what it was asked for
│       ├── AccessError      not without a key, or not with this one
│       └── GoneError        it is not there any more
├── UnreadableImageError     one picture cannot be read
├── ModelError               a tagger or captioner cannot be loaded or run
│   ├── DeviceError          it does not run on the device that was asked for
│   └── ModelMemoryError     so many pictures at once do not fit in its memory
├── ExportError              an export cannot be written
├── DiskFullError            not enough room
└── JobError                 a job cannot go on
    └── LeaseLostError       another worker took the job over
"""


class DscoreError(Exception):
    """The root; its text says what happened, to which file, and what to do."""


class WrongUseError(DscoreError):
    """The request makes no sense as given; nothing was done."""


class NotFoundError(WrongUseError):
    """A dataset, item, change or job of that name does not exist."""


class QueryError(WrongUseError):
    """The search text cannot be read; `start` and `end` are the offending characters' offsets."""

    def __init__(self, message: str, *, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


class CatalogError(DscoreError):
    """The catalog cannot be used."""


class NewerCatalogError(CatalogError):
    """The catalog was written by a newer dscore; it was not touched."""


class DamagedCatalogError(CatalogError):
    """The file is not a catalog, or is broken; it was not touched."""


class BusyCatalogError(CatalogError):
    """Another program kept the catalog locked for too long."""


class ConflictError(DscoreError):
    """Somebody else changed the same thing first; nothing was overwritten."""


class SourceError(DscoreError):
    """A ZIP, folder or site that pictures should come from cannot be read."""


class NoPicturesError(SourceError):
    """A source holds no picture that could go in; `skipped` is (name, reason) of each file that was refused."""

    def __init__(self, message: str, *, skipped: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.skipped = skipped


class AddressError(SourceError):
    """A web address that dscore does not ask: another scheme, this machine, the local network, a name and password in it."""


class FetchError(SourceError):
    """A site did not give what it was asked for; `again` says whether asking later may help, `wait` after how many seconds."""

    def __init__(self, message: str, *, again: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.again = again
        self.wait = wait


class StoppedError(FetchError):
    """It was broken off, since somebody wants it to stop: no fault of what was asked for."""


class AccessError(FetchError):
    """A site wants a key, or does not accept the one it was given."""


class GoneError(FetchError):
    """What was asked for is not there any more (404, 410)."""


class UnreadableImageError(DscoreError):
    """One picture cannot be read."""


class ModelError(DscoreError):
    """A tagger or captioner cannot be loaded or run."""


class DeviceError(ModelError):
    """A model does not run on the device that was asked for."""


class ModelMemoryError(ModelError):
    """So many pictures at once do not fit in the device's memory; fewer may."""


class ExportError(DscoreError):
    """An export cannot be written."""


class DiskFullError(DscoreError):
    """There is not enough room on the disk."""


class JobError(DscoreError):
    """A job cannot go on."""


class LeaseLostError(JobError):
    """Another worker took the job over; this one must not write any more."""
