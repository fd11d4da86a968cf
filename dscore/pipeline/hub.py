"""Datasets of the Hugging Face hub come in: a look from afar; then, as a job, the download at one commit, and the road of all."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from dscore.catalog import datasets, job_lists, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.datasets import MAX_NAME, Dataset
from dscore.catalog.jobs import Held
from dscore.config import Library
from dscore.errors import AccessError, NoPicturesError, WrongUseError
from dscore.fetch import secrets
from dscore.fetch.limits import Retries
from dscore.models import Progress, Survey
from dscore.pipeline import hub_downloads, ingest
from dscore.pipeline.attended import attended
from dscore.pipeline.glimpses import gathered, shrunk
from dscore.pipeline.hub_downloads import CHOSEN, NAMED, Downloads
from dscore.pipeline.jobs import CHUNK, Work
from dscore.pipeline.store import require_room
from dscore.sources.hub.address import Address, parse
from dscore.sources.hub.client import HubClient, HubFile
from dscore.sources.hub.glimpses import first_pictures
from dscore.sources.hub.offers import Contents, Layout, Offer, chosen, contents
from dscore.sources.hub.preview import Preview, preview
from dscore.sources.hub.source import HubSource
from dscore.sources.limits import HEADROOM_BYTES
from dscore.sources.names import safe_name
from dscore.sources.survey import no_pictures

WHILE_LOOKING = Retries(tries=3, first=0.5, busy=5.0, longest=15.0)
"""A person waits for the answer."""

AT_ONCE = 8
"""Downloads, as many as the hub's own client makes; the hub says itself when it is too much, and is waited for."""

UNFINISHED = {"queued", "running", "paused", "interrupted", "failed"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a repository is to come in: offers by key (none: the only one), and the columns that are the caption."""

    picks: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A repository that was looked at: the full commit, all files, what they offer, and what is free on the library's disk."""

    address: Address
    commit: str
    files: tuple[HubFile, ...]
    contents: Contents
    free: int

    @property
    def label(self) -> str:
        """For the history, and to import just this again."""
        kind = "models/" if self.address.kind == "models" else ""
        return f"hf:{kind}{self.address.repo}@{self.commit}"

    @property
    def name(self) -> str:
        """What its dataset would be called."""
        return safe_name(self.address.repo.rpartition("/")[2])[:MAX_NAME]


@dataclass(frozen=True, slots=True)
class Plan:
    """An import that has not begun."""

    dataset: Dataset
    label: str
    params: dict[str, Any]


def keep_token(library: Library, address: Address, token: str) -> None:
    """Keep a token for the hub of the address, in the library's file of keys."""
    secrets.save(library, address.host, {"token": token.strip()} if token.strip() else {})


def try_token(library: Library, endpoint: str, token: str) -> None:
    """Ask the hub whose token it is, and keep it where it answers. Raises AccessError, FetchError."""
    address = Address("", endpoint=endpoint)
    _client(library, address, WHILE_LOOKING, token=token.strip()).introduce()
    keep_token(library, address, token)


def look(library: Library, text: str, *, endpoint: str = "", folder: str = "", token: str = "") -> Found:
    """What lies there; nothing is made or downloaded. `token` is tried in place of a kept one.

    Raises WrongUseError for what is no dataset's address, FetchError (AccessError, GoneError) with what to do.
    """
    address = parse(text, endpoint=endpoint)
    address = replace(address, path=folder.strip("/")) if folder.strip("/") else address
    client = _client(library, address, WHILE_LOOKING, token=token.strip())
    commit = client.commit()
    client.authorize()
    files = client.tree(commit)
    library.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(library.home).free
    return Found(address, commit, files, contents(files, within=address.path), free)


def within(found: Found, folder: str) -> Found:
    """The same, of one folder alone; "" is all of it."""
    address = replace(found.address, path=folder)
    return replace(found, address=address, contents=contents(found.files, within=folder))


def preview_of(library: Library, found: Found, offers: Sequence[Offer], *, token: str = "") -> Preview:
    """How many pictures these hold and which columns can be captions, from a few kilobytes of them."""
    client = _client(library, found.address, WHILE_LOOKING, token=token.strip())
    return preview(client, found.commit, offers, ingest.source_limits(library.settings()))


def glimpses(library: Library, found: Found, offers: Sequence[Offer], *, most: int) -> dict[str, bytes]:
    """Thumbnails of the first pictures, by name, where the layout gives them without the whole; one that fails is missing."""
    client = _client(library, found.address, WHILE_LOOKING)
    asked = first_pictures(client, found.commit, offers, ingest.source_limits(library.settings()), most=most)
    return shrunk(gathered(client.fetcher, asked, at_once=AT_ONCE))


def plan(library: Library, found: Found, choice: Choice, *, dataset: str | None = None, captions: str = "auto") -> Plan:
    """Make ready the dataset that it goes into. Raises WrongUseError for a choice that is not there, DiskFullError."""
    if captions not in ingest.KINDS:
        raise WrongUseError(f"Captions can be read as {', '.join(ingest.KINDS)}; “{captions}” is none of these.")
    offers = chosen(found.contents, choice.picks, repo=found.address.repo)
    require_room(library, needed(offers))
    with open_catalog(library) as db:
        into = datasets.ensure(db, dataset or found.name)
    address = found.address
    params = {
        "kind": address.kind,
        "repo": address.repo,
        "revision": address.revision,
        "endpoint": address.endpoint,
        "path": address.path,
        "commit": found.commit,
        "picks": [offer.key for offer in offers],
        "columns": list(choice.columns),
        "label": found.label,
        "captions": captions,
    }
    return Plan(into, found.label, params)


def needed(offers: Sequence[Offer]) -> int:
    """Free bytes that it takes at most: the download, and the pictures out of it."""
    return 2 * sum(offer.bytes for offer in offers) + HEADROOM_BYTES


def run(library: Library, held: Held) -> Work:
    """The job: download, look, and bring in whatever is still waiting."""
    address = _address(held.params)
    downloads = Downloads(library, _key(held.params), held.params["commit"])
    client = _client(library, address, Retries())
    _sweep(library)
    with downloads.held():
        try:
            yield from attended(_run(library, held, client, downloads), client.fetcher)
        except GeneratorExit:
            with open_catalog(library) as db:
                cancelled = jobs.wanted(db, held.id) == "cancel"
            if cancelled:
                downloads.remove()
            raise
        downloads.remove()


def _run(library: Library, held: Held, client: HubClient, downloads: Downloads) -> Work:
    address, settings = client.address, library.settings()
    yield Progress(0, 0, "Asking the hub")
    files = downloads.files(client)
    offers = chosen(contents(files, within=address.path), held.params["picks"], repo=address.repo)
    wanted = list({file.path: file for offer in offers for file in offer.files}.values())
    yield from _downloaded(library, client, downloads, CHOSEN, wanted)
    source = HubSource(
        offers,
        downloads.stored,
        label=held.params["label"],
        name=address.repo,
        columns=held.params["columns"],
        limits=ingest.source_limits(settings),
        files=files,
    )
    with contextlib.closing(source):
        yield Progress(0, 0, "Looking at what was downloaded")
        if named := source.named():
            yield from _downloaded(library, client, downloads, NAMED, named)
        survey = source.look()
        survey = replace(survey, skipped=(*survey.skipped, *(downloads.lost(CHOSEN) or [])))
        if not survey.pictures and not survey.skipped:
            raise NoPicturesError(no_pictures(address.repo, survey))
        yield from _note_pieces(library, held, survey)
        yield from ingest.bring_in(library, held, source)


def _downloaded(
    library: Library, client: HubClient, downloads: Downloads, part: str, files: Sequence[HubFile]
) -> Iterator[Progress]:
    """Fetch what is not there yet; nothing is asked where all that could be had is there."""
    if downloads.lost(part) is not None:
        return
    client.authorize()
    require_room(library, sum(file.size for file in downloads.missing(files)) + HEADROOM_BYTES)
    yield from downloads.fetch(client, files, at_once=AT_ONCE, part=part)


def _note_pieces(library: Library, held: Held, survey: Survey) -> Iterator[Progress]:
    """Write down the job's pieces, now that they are known; one that was killed meanwhile goes on behind those that it has."""
    with open_catalog(library) as db:
        known = job_lists.tally(db, held.id).total
        if not known and held.dataset_id is not None:
            ingest.adopt_template(db, datasets.by_id(db, held.dataset_id), survey, held.params["captions"])
    pieces, total = islice(ingest.pieces(survey), known, None), len(survey.pictures) + len(survey.skipped)
    while some := list(islice(pieces, CHUNK)):
        with open_catalog(library) as db, writing(db):
            jobs.add_items(db, held.id, some, first=known + 1)
        known += len(some)
        yield Progress(0, total, "Writing down what there is")


def _client(library: Library, address: Address, retries: Retries, *, token: str = "") -> HubClient:
    token = token or secrets.find(library, address.host).get("token", "")
    if not token.isascii() or any(char.isspace() for char in token):
        raise AccessError("The token holds blanks or other characters that no token has. Copy it again.")
    return HubClient(address, token, local_hosts=library.settings().local_hosts, retries=retries)


def _address(params: dict[str, Any]) -> Address:
    return Address(params["repo"], params["revision"], params["path"], params["endpoint"], params["kind"])


def _key(params: dict[str, Any]) -> str:
    """Names the folder of a commit's downloads; what of it was chosen makes another one, since its list of losses is its own."""
    parts = (params["endpoint"], params["kind"], params["repo"], params["commit"], params["path"], *params["picks"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _sweep(library: Library) -> None:
    with open_catalog(library) as db:
        listed = job_lists.listed(db)
    unfinished = {_key(job.params) for job in listed if job.kind == "hub" and job.state in UNFINISHED}
    hub_downloads.sweep(library, unfinished)


def describe(offer: Offer) -> str:
    """`train · parquet · 12 files`."""
    parts = [offer.key] if offer.layout is Layout.LOOSE else [offer.key, str(offer.layout)]
    if len(offer.files) > 1 and offer.layout is not Layout.LOOSE:
        parts.append(f"{len(offer.files):,} files")
    return " · ".join(parts)
