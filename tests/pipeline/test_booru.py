"""An import from a booru while the site makes it wait: it says so, and pause and cancel act at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from dscore.catalog import job_lists, jobs
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.config import Settings
from dscore.fetch import secrets
from dscore.models import Progress
from dscore.pipeline import booru, glimpses
from dscore.pipeline.jobs import run_here
from dscore.sources.booru.search import Search
from tests.booru_server import Server, Site, picture, serving
from tests.commands import Commands
from tests.fetch.servers import told

POSTS = 8
KEY = "canary-0123456789abcdef"


@pytest.fixture
def server(dscore: Commands) -> Iterator[Server]:
    """A site that makes whoever asks too often wait for a minute."""
    with serving(Site(posts=list(range(1, POSTS + 1)), retry_after="60")) as running:
        dscore.library.save_settings(Settings(local_hosts=(running.host,), api_seconds=0.0, decode_workers=1))
        yield running


@dataclass
class Impatient:
    """Asks for something once while the job waits, and knows when; `told`: not before others can read of the wait."""

    dscore: Commands
    want: str
    told: bool = False
    said: list[str] = field(default_factory=list)
    at: float = 0.0

    def __call__(self, progress: Progress) -> None:
        self.said.append(progress.message)
        if self.at or not progress.message.startswith("Waiting "):
            return
        with open_catalog(self.dscore.library) as db:
            if not self.told or job_lists.get(db, 1).message.startswith("Waiting "):
                jobs.ask(db, 1, self.want)
                self.at = time.monotonic()


def run(dscore: Commands, server: Server, watch: Impatient) -> Job:
    plan = booru.plan(dscore.library, Search(tags="1girl", site=server.url), dataset="set")
    return run_here(
        dscore.library, "booru", dataset_id=plan.dataset.id, params=plan.params, items=lambda: (), on_progress=watch
    )


@pytest.mark.parametrize(("want", "place"), [("pause", "search"), ("cancel", "file")])
def test_a_wait_for_the_site_is_said_and_can_be_broken_off_at_once(
    dscore: Commands, server: Server, want: str, place: str
) -> None:
    server.site.api["429"], server.site.busy = int(place == "search"), Counter({5: int(place == "file")})
    watch = Impatient(dscore, want, told=want == "pause" and place == "search")
    job = run(dscore, server, watch)
    assert time.monotonic() - watch.at < 20.0  # of a minute; under 1 s on a machine with nothing else to do
    assert job.state == {"pause": "paused", "cancel": "cancelled"}[want]
    assert any("s: 127.0.0.1 was asked too often (429)" in line for line in watch.said)
    assert job.tally.failed == job.tally.skipped == 0
    left = [path for path in (dscore.home / "booru").rglob("*") if path.is_file()]
    assert not left or want == "pause"
    if want == "pause":
        dscore.good("jobs", "resume", job.id)
        dscore.good("worker", "--until-idle")
    stray = dscore.home / "booru" / server.host.replace(":", "_") / "999_unchecked.png.part"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.touch()
    again = dscore.good("import", "gelbooru:1girl", "--site", server.url, "--dataset", "set")
    assert len(dscore.captions("set")) == again["found"] == POSTS
    assert want == "cancel" or max(server.site.whole.values()) == 1
    assert not stray.exists()


def test_thumbnails_of_a_look_are_asked_for_by_dscore_itself(dscore: Commands, server: Server) -> None:
    server.site.html, server.site.gone, server.site.keys = {7}, {6}, ("12", KEY)
    secrets.save(dscore.library, server.host, {"user_id": "12", "api_key": KEY})
    seen = booru.look(dscore.library, Search(tags="1girl", site=server.url))
    server.site.asked.clear()
    assert booru.glimpses(dscore.library, seen, most=4) == {8: picture(8), 5: picture(5)}
    assert len(server.site.asked) == 4
    assert not any(KEY in path for path in server.site.asked)


def test_thumbnails_that_are_slow_or_forbidden_are_left_out(
    dscore: Commands, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glimpses, "SECONDS", 0.5)
    with told() as slow:
        slow.acts["/slow.jpg"] = lambda _: time.sleep(3)
        dscore.library.save_settings(Settings(local_hosts=(server.host, slow.url.removeprefix("http://"))))
        seen = booru.look(dscore.library, Search(tags="1girl", site=server.url))
        addresses = ("http://10.0.0.1/x.jpg", f"{slow.url}/slow.jpg", seen.posts[2][0].preview_url)
        posts = [replace(post, preview_url=url) for (post, _), url in zip(seen.posts, addresses, strict=False)]
        began = time.monotonic()
        found = booru.glimpses(dscore.library, replace(seen, posts=tuple((post, "") for post in posts)), most=12)
        assert time.monotonic() - began < 2.5
    assert found == {posts[2].id: picture(posts[2].id)}
