"""Where a library lies on the disk, and what its owner may set."""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from dscore.errors import WrongUseError

HOME_VARIABLE = "DSCORE_HOME"
MAY_BE_0 = {"decode_workers", "api_seconds"}
MOST = (1 << 31) - 1
KINDS = {int: "a whole number", float: "a number", str: "a text", tuple: "a list of texts"}


def default_home() -> Path:
    """`DSCORE_HOME`, or the user's data folder, so that a clean-up of the checkout never touches the library."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("dscore", appauthor=False))


@dataclass(frozen=True, slots=True)
class Settings:
    """What `settings.toml` in the library may say; each has a default that suits most.

    `max_megapixels`: larger pictures are refused. `decode_seconds`, `decode_megabytes`: limits for reading one picture.
    `decode_workers`: child processes that read pictures, 0 for one per core. `max_archive_entries`: files in one ZIP.
    `local_hosts`: hosts on this machine or the local network that may be asked (`nas.local`, `127.0.0.1:8080`).
    `api_seconds`: seconds between two questions to a booru. `downloads`: pictures that are downloaded at once.
    `journal`: "wal" lets pages read while workers write, "truncate" is for network shares, "auto" looks at the disk.
    """

    max_megapixels: int = 89
    decode_seconds: float = 30.0
    decode_megabytes: int = 2048
    decode_workers: int = 0
    max_archive_entries: int = 200_000
    local_hosts: tuple[str, ...] = ()
    api_seconds: float = 1.0
    downloads: int = 2
    journal: str = "auto"


@dataclass(frozen=True, slots=True)
class Library:
    """The folder that holds everything: the catalog, the originals, thumbnails, exports, backups and logs."""

    home: Path

    @property
    def catalog(self) -> Path:
        """The SQLite file."""
        return self.home / "catalog.db"

    @property
    def images(self) -> Path:
        """Originals, byte for byte, as `ab/<sha256>.<ext>`."""
        return self.home / "images"

    @property
    def incoming(self) -> Path:
        """Files on their way in; on the same disk as `images`, swept at the start."""
        return self.images / "incoming"

    @property
    def thumbs(self) -> Path:
        """Thumbnails, which can be made again at any time."""
        return self.home / "thumbs"

    @property
    def uploads(self) -> Path:
        """What the browser sends in, until it is imported."""
        return self.home / "uploads"

    @property
    def hub(self) -> Path:
        """What imports from the Hugging Face hub have downloaded, until they are over."""
        return self.home / "hub"

    @property
    def exports(self) -> Path:
        """Where the pages put exports."""
        return self.home / "exports"

    @property
    def backups(self) -> Path:
        """Copies of the catalog, made before a migration and on request."""
        return self.home / "backups"

    @property
    def logs(self) -> Path:
        """What workers wrote."""
        return self.home / "logs"

    @property
    def migration_lock(self) -> Path:
        """Held while the catalog is made, brought up to date or restored."""
        return self.home / "migration.lock"

    @property
    def locks(self) -> Path:
        """One file per lane, held by the worker that lives."""
        return self.home / "locks"

    @property
    def hashes(self) -> Path:
        """The sha256 of each model file as its first download recorded it."""
        return self.home / "model-hashes.json"

    def image_path(self, file: str) -> Path:
        """The original that the catalog calls `file`."""
        return self.images / file

    @property
    def settings_file(self) -> Path:
        """What its owner has set; need not exist."""
        return self.home / "settings.toml"

    def settings(self) -> Settings:
        """Read `settings.toml`; raises WrongUseError where it cannot be understood."""
        path = self.settings_file
        if not path.exists():
            return Settings()
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WrongUseError(f"{path} cannot be read: {error}. Correct that line, or delete the file.") from error
        return _settings_from(values, path)

    def save_settings(self, settings: Settings) -> None:
        """Write `settings.toml`, whole: what differs from the defaults. Raises WrongUseError for what it may not say."""
        path, usual = self.settings_file, asdict(Settings())
        values = {name: value for name, value in asdict(settings).items() if value != usual[name]}
        _settings_from(values, path)
        partial = path.with_suffix(".partial")
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            partial.write_text(tomli_w.dumps(values), encoding="utf-8")
            partial.replace(path)
        except OSError as error:
            raise WrongUseError(
                f"{path} cannot be written: {error.strerror}. Check its rights, and the room on the disk."
            ) from error


def _settings_from(values: dict[str, Any], path: Path) -> Settings:
    known = {field.name: type(field.default) for field in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise WrongUseError(f"{path} sets “{name}”, which is unknown. Known are: {', '.join(known)}.")
        if not _is_a(known[name], value):
            raise WrongUseError(f"{path} sets “{name}” to {value!r}; it should be {KINDS[known[name]]}.")
    given: dict[str, Any] = {name: tuple(value) if known[name] is tuple else value for name, value in values.items()}
    settings = Settings(**given)
    for name in sorted(name for name, kind in known.items() if kind in {int, float}):
        value = getattr(settings, name)
        if fault := number_fault(name, value):
            raise WrongUseError(f"{path} sets “{name}” to {value:,}; {fault}.")
    if settings.journal not in {"auto", "wal", "truncate"}:
        raise WrongUseError(f"{path} sets “journal” to “{settings.journal}”; it can be auto, wal or truncate.")
    return settings


def number_fault(name: str, value: float) -> str:
    """What is wrong with a number for a setting; "" where nothing is."""
    least = 0 if name in MAY_BE_0 else 1
    if not value >= least:  # nor not-a-number
        return f"it should be {least} or more"
    return f"it should be {MOST:,} or less" if value > MOST else ""


def _is_a(kind: type, value: object) -> bool:
    if kind is tuple:
        return isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value)
    return isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)
