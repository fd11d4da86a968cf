"""Imports that fail, each in its own way, with a key in use; then every byte that was written is searched for the key.

`python -m tests.canary` does thirty in processes of their own, with workers' logs, a backup and an export; the suite does a few.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dscore.fetch import secrets
from tests import booru_server, dataset_hub
from tests.booru_server import Site
from tests.commands import Commands, Ran
from tests.dataset_hub import DatasetHub, Fault
from tests.hub_layouts import packed, picture

MARK = "0123456789abcdef"
KEY, TOKEN = f"canary+/{MARK}", f"hf_canary_{MARK}"
"""Whatever form they are written in, the mark is in it."""

ALWAYS = 10_000


@dataclass
class Stage:
    """A library with keys for both kinds of site, and the sites; `said` is all that commands said."""

    dscore: Commands
    booru: booru_server.Server
    hub: DatasetHub
    said: str = ""

    def hear(self, ran: Ran) -> Ran:
        """Keep what a command said."""
        self.said += ran.out + ran.err
        return ran

    def words(self, case: str) -> list[str]:
        """Set the case's fault, and nothing else; returns the import that runs into it."""
        kind, fault = CASES[case]
        self.booru.site = _site(10 * [*CASES].index(case))
        self.hub.faults, self.hub.damaged, self.hub.cuts, self.hub.store_at = [], "", 0, ""
        fault(self)
        if kind == "hub":
            chosen = ("--split", "pictures", "--zip", "all.zip")
            return ["import", "hf:me/cats", "--endpoint", self.hub.url, *chosen, "--dataset", "hub"]
        return ["import", "gelbooru:1girl", "--site", self.booru.url, "--dataset", "booru"]

    def found(self) -> list[str]:
        """Where the mark stands, besides the file that it is for."""
        mark, own = MARK.encode(), secrets.path(self.dscore.library)
        files = (path for path in self.dscore.home.rglob("*") if path.is_file() and path != own)
        places = [str(path) for path in files if mark in path.read_bytes()]
        elsewhere = any(MARK in str(headers) for headers in self.hub.seen_by_store)
        return [*places, *(["what was said"] if MARK in self.said else []), *(["another host"] if elsewhere else [])]


def _site(after: int = 0) -> Site:
    """Each case has posts of its own: what one has brought in, or found gone, the next would not ask for."""
    return Site(posts=[after + 1, after + 2, after + 3], keys=("123456", KEY))


def _api(name: str) -> Callable[[Stage], None]:
    return lambda stage: stage.booru.site.api.update({name: ALWAYS})


def _files(name: str) -> Callable[[Stage], None]:
    return lambda stage: setattr(stage.booru.site, name, set(stage.booru.site.posts))


def _counted(name: str) -> Callable[[Stage], None]:
    return lambda stage: setattr(stage.booru.site, name, Counter(dict.fromkeys(stage.booru.site.posts, ALWAYS)))


def _another_key(shape: str) -> Callable[[Stage], None]:
    def fault(stage: Stage) -> None:
        stage.booru.site.keys, stage.booru.site.shape = ("123456", "another"), shape

    return fault


def _echo_in_posts(stage: Stage) -> None:
    stage.booru.site.echoes = True
    stage.booru.site.html = set(stage.booru.site.posts[:1])


def _hub(word: str, status: int, **headers: str) -> Callable[[Stage], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda stage: setattr(stage.hub, "faults", [(word, Fault(status, named))] * 60)


def _on_hub(name: str, value: object) -> Callable[[Stage], None]:
    return lambda stage: setattr(stage.hub, name, value)


CASES: dict[str, tuple[str, Callable[[Stage], None]]] = {
    "booru: another key": ("booru", _another_key("object")),
    "booru: another key, as a sentence": ("booru", _another_key("list")),
    "booru: the question is repeated in the answer": ("booru", _api("echo")),
    "booru: the question stands in the posts": ("booru", _echo_in_posts),
    "booru: sent away": ("booru", _api("away")),
    "booru: 429": ("booru", _api("429")),
    "booru: 503": ("booru", _api("503")),
    "booru: a web page": ("booru", _api("html")),
    "booru: empty pages": ("booru", _api("empty")),
    "booru: it hangs up": ("booru", _api("reset")),
    "booru: files are web pages": ("booru", _files("html")),
    "booru: other files": ("booru", _files("wrong_md5")),
    "booru: files cut": ("booru", _counted("cut")),
    "booru: files busy": ("booru", _counted("busy")),
    **{
        f"hub: {status} at {word}": ("hub", _hub(word, status))
        for word in ("/revision/", "/auth-check", "/tree/")
        for status in (401, 403, 500)
    },
    "hub: 429": ("hub", _hub("/revision/", 429, RateLimit='"api";r=0;t=0')),
    "hub: not found": ("hub", _hub("/revision/", 404, X_Error_Code="RepoNotFound")),
    "hub: sent away": ("hub", _hub("/tree/", 302, Location="http://10.0.0.1/")),
    "hub: files refused": ("hub", _hub("/resolve/", 403)),
    "hub: files sent away": ("hub", _on_hub("store_at", "http://169.254.169.254")),
    "hub: files cut": ("hub", _on_hub("cuts", ALWAYS)),
    "hub: a file damaged": ("hub", _on_hub("damaged", "all.zip")),
}


@contextmanager
def staged(home: Path) -> Iterator[Stage]:
    """Both sites, with the library's keys for them."""
    dscore = Commands(home)
    with booru_server.serving(_site()) as booru, dataset_hub.serving() as hub:
        hosts = (booru.host, *hub.local_hosts)
        settings = replace(dscore.library.settings(), local_hosts=hosts, api_seconds=0.0, decode_workers=1)
        dscore.library.save_settings(settings)
        hub.tokens = {TOKEN}
        content: dict[str, bytes | str] = {"one.png": picture(1), "all.zip": packed({"two.png": picture(2)})}
        hub.publish("me/cats", content, private=True, readers=(TOKEN,))
        secrets.save(dscore.library, booru.host, {"user_id": "123456", "api_key": KEY})
        secrets.save(dscore.library, hub.local_hosts[0], {"token": TOKEN})
        yield Stage(dscore, booru, hub)


def main() -> None:
    """All cases by command; then what failed again by workers, a backup, and an export of what came in."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder) / "library") as stage:
        for number, case in enumerate(CASES, 1):
            ran = stage.hear(stage.dscore.process(*stage.words(case), "--json"))
            sys.stdout.write(f"{number:2} exit {ran.code}  {case}\n")
            sys.stdout.flush()
            assert ran.code in {1, 2}, ran
        for words in (["worker", "--until-idle"], ["jobs", "--json"], ["backup"], ["doctor", "--json"]):
            stage.hear(stage.dscore.process(*words))
        for name in ("booru", "hub"):
            stage.hear(stage.dscore.process("export", name, stage.dscore.home / "exports" / name))
        found = stage.found()
        size = sum(path.stat().st_size for path in stage.dscore.home.rglob("*") if path.is_file())
        sys.stdout.write(
            f"{len(CASES)} runs, {size:,} bytes and {len(stage.said):,} characters: found {len(found)} times {found}\n"
        )
        assert not found


if __name__ == "__main__":
    main()
