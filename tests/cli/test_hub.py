"""`import hf:…` against a hub on the loopback: the layouts, the choices, and each way to be refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dscore.fetch import secrets
from dscore.fetch.limits import Retries
from tests.commands import Commands, Ran
from tests.dataset_hub import COMMIT, DatasetHub, Fault, serving_quickly
from tests.hub_layouts import CAPTIONS, LAYOUTS, PICTURES, packed, picture, pictures_table

QUICK = Retries(tries=3, first=0.01, busy=0.01, longest=5.0)


@pytest.fixture
def hub() -> Iterator[DatasetHub]:
    """A hub that may be asked, with short waits."""
    with serving_quickly(QUICK) as served:
        yield served


@pytest.fixture
def dscore(tmp_path: Path, hub: DatasetHub) -> Commands:
    """Commands on a library that may ask it."""
    commands = Commands(tmp_path / "library")
    settings = commands.library.settings()
    commands.library.save_settings(replace(settings, local_hosts=hub.local_hosts, decode_workers=1))
    return commands


def bring(dscore: Commands, hub: DatasetHub, *words: str) -> Ran:
    return dscore("import", "hf:me/cats", "--endpoint", hub.url, *words, "--json")


def digests(dscore: Commands) -> set[str]:
    return {row[0] for row in dscore.rows("select sha256 from image")}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_comes_in_whole_with_captions_equal_to_their_source(
    dscore: Commands, hub: DatasetHub, name: str
) -> None:
    layout = LAYOUTS[name]
    hub.publish("me/cats", layout.files)
    ran = bring(dscore, hub, *layout.options)
    assert ran.code == 0, ran
    expected = CAPTIONS if layout.captions is None else layout.captions
    texts = dict(dscore.rows("select item.name, text from original join item on item.id = item_id"))
    assert texts == expected
    assert dscore.captions("cats") == expected
    stems = [name.partition(".")[0] for name in expected]
    assert digests(dscore) == {hashlib.sha256(PICTURES[stem]).hexdigest() for stem in stems}
    assert not list(dscore.library.hub.iterdir())


def test_the_commit_is_kept_with_every_picture_and_imports_the_same_again(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", LAYOUTS["metadata.csv"].files)
    told = bring(dscore, hub).json
    assert told["commit"] == COMMIT
    assert {row[0] for row in dscore.rows("select source from origin")} == {f"hf:me/cats@{COMMIT}"}
    again = dscore("import", told["source"], "--endpoint", hub.url, "--json").json
    assert (again["imported"], again["already_there"]) == (0, 3)


def test_what_there_is_to_choose_is_said(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", LAYOUTS["one ZIP of several"].files)
    ran = bring(dscore, hub)
    assert ran.code == 2
    assert "a.zip, b.zip" in ran.json["error"]
    assert "It has: a.zip, b.zip" in bring(dscore, hub, "--zip", "c.zip").json["error"]
    assert hub.loaded("a.zip") == hub.loaded("b.zip") == 0
    assert not dscore.library.catalog.exists()
    notes = bring(dscore, hub, "--zip", "a.zip").json["notes"]
    assert any("more.rar" in note and ".rar archive" in note for note in notes)


def test_a_folder_and_a_split_are_taken_alone(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish(
        "me/cats",
        {
            "a/one.png": PICTURES["one"],
            "b/two.png": PICTURES["two"],
            "data/test-00000-of-00001.parquet": pictures_table(),
        },
    )
    assert bring(dscore, hub, "--folder", "a").json["imported"] == 1
    assert bring(dscore, hub, "--split", "test", "--dataset", "tests").json["imported"] == 3
    assert hub.loaded("b/two.png") == 0


def test_several_columns_are_one_caption(dscore: Commands, hub: DatasetHub) -> None:
    lines = '{"file_name": "one.png", "tags": ["cat", "hat"], "style": "oil"}\n'
    hub.publish("me/cats", {"one.png": PICTURES["one"], "one.txt": "other", "metadata.jsonl": lines})
    bring(dscore, hub, "--column", "style", "--column", "tags")
    assert dscore.captions("cats") == {"one": "oil, cat, hat"}


REFUSALS = {
    "missing": ({}, "", "was not found on"),
    "private": ({"private": True}, "", "If it is private, it wants a token"),
    "private, another's token": ({"private": True}, "hf_other", "This token may not see it"),
    "gated": ({"gated": True}, "", "is gated. Ask for access at"),
    "gated, not on the list": ({"gated": True}, "hf_other", "this token's user has no access"),
    "bad token": ({}, "hf_wrong", "does not accept the token"),
    "disabled": ({"disabled": True}, "", "was disabled by"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_its_own_sentence(dscore: Commands, hub: DatasetHub, name: str) -> None:
    more, token, sentence = REFUSALS[name]
    hub.tokens = {"hf_other", "hf_good"}
    if name != "missing":
        hub.publish("me/cats", {"one.png": PICTURES["one"]}, **more)
    if token:
        secrets.save(dscore.library, hub.local_hosts[0], {"token": token})
    ran = bring(dscore, hub)
    assert ran.code == 2
    assert sentence in ran.json["error"]
    assert "hf_" not in ran.out.replace("hf:", "") + ran.err


def test_a_revision_that_is_not_there_is_said(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"]})
    ran = dscore("import", "hf:me/cats@nowhere", "--endpoint", hub.url, "--json")
    assert "no branch, tag or commit “nowhere”" in ran.json["error"]


def test_a_good_token_opens_what_is_private_and_never_goes_to_another_host(dscore: Commands, hub: DatasetHub) -> None:
    hub.tokens = {"hf_good_canary_token"}
    hub.publish(
        "me/cats", {"all.zip": packed({"one.png": PICTURES["one"]})}, private=True, readers=("hf_good_canary_token",)
    )
    secrets.save(dscore.library, hub.local_hosts[0], {"token": "hf_good_canary_token"})
    assert bring(dscore, hub).json["imported"] == 1
    assert hub.seen_by_store
    assert not any("hf_good" in str(headers) for headers in hub.seen_by_store)


def test_one_busy_answer_is_waited_for_and_a_long_wait_is_said(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"]})
    hub.faults = [("revision", Fault(503)), ("revision", Fault(429, {"RateLimit": '"api";r=0;t=0'}))]
    assert bring(dscore, hub).json["imported"] == 1
    hub.faults = [("revision", Fault(429, {"RateLimit": '"api";r=0;t=240'}))]
    assert "It asks to wait 240 s" in bring(dscore, hub).json["error"]


def test_a_hub_that_is_down_is_said_and_never_answered_from_a_cache(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"]})
    bring(dscore, hub)
    hub.faults = [("revision", Fault(503))] * 3
    ran = bring(dscore, hub)
    assert ran.code == 2
    assert "has trouble (503)" in ran.json["error"]


def test_a_cut_download_goes_on_where_it_broke_off(dscore: Commands, hub: DatasetHub) -> None:
    content = packed({f"{number}.png": picture(number) for number in range(9)})
    hub.publish("me/cats", {"all.zip": content})
    hub.cut_after, hub.cuts = len(content) // 2, 1
    assert bring(dscore, hub).json["imported"] == 9
    assert hub.loaded("all.zip") == 1
    assert "PART all.zip" in hub.asked


def test_a_damaged_download_is_not_kept(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"], "two.png": PICTURES["two"]})
    hub.damaged = "two.png"
    ran = bring(dscore, hub)
    assert ran.code == 1
    assert ran.json["imported"] == 1
    assert ran.json["skipped_files"] == [{"name": "two.png", "reason": "two.png arrived damaged; it was not kept."}]


def test_a_file_that_is_gone_is_listed_and_the_others_go_in(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"], "two.png": PICTURES["two"], "C:/x.png": PICTURES["three"]})
    hub.faults = [("two.png", Fault(404, {"X-Error-Code": "EntryNotFound"}))]
    ran = bring(dscore, hub)
    assert ran.code == 1
    reasons = {line["name"]: line["reason"] for line in ran.json["skipped_files"]}
    assert "is not in me/cats any more" in reasons["two.png"]
    assert "points outside" in reasons["C:/x.png"]


def test_a_failed_job_goes_on_and_loads_no_finished_file_twice(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {f"{number}.png": picture(number) for number in range(8)})
    hub.faults = [(f"/{number}.png", Fault(500)) for number in (4, 5, 6, 7) for _ in range(3)]
    ran = bring(dscore, hub)
    assert ran.code == 2
    assert "What was downloaded is kept" in ran.json["error"]
    kept = {path.name for path in dscore.library.hub.rglob("*")}
    names = [f"{number}.png" for number in range(8)]
    finished = [name for name in names if hashlib.sha256(name.encode()).hexdigest()[:40] in kept]
    hub.faults = []
    assert bring(dscore, hub).json["imported"] == 8
    assert finished
    assert {hub.loaded(name) for name in finished} == {1}


@pytest.mark.parametrize(
    "location",
    ["http://10.0.0.7/x", "http://169.254.169.254/x", "http://[::1]:9/x", "http://127.1:9/x", "file:///etc/passwd"],
)
def test_a_redirect_into_the_local_network_is_not_followed(dscore: Commands, hub: DatasetHub, location: str) -> None:
    hub.publish("me/cats", {"all.zip": packed({"one.png": PICTURES["one"]})})
    hub.store_at = location
    ran = bring(dscore, hub)
    assert ran.code == 2
    assert not hub.seen_by_store


def test_an_endpoint_on_this_machine_needs_the_setting(hub: DatasetHub, tmp_path: Path) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"]})
    ran = bring(Commands(tmp_path / "other"), hub)
    assert "local_hosts" in ran.json["error"]
    assert hub.asked == []


def test_options_of_the_hub_are_refused_elsewhere(dscore: Commands, tmp_path: Path) -> None:
    assert "for datasets on Hugging Face" in dscore("import", tmp_path, "--split", "train", "--json").json["error"]
