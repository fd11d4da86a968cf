"""The stand-in hub is no mock: `huggingface_hub`'s own client takes it for one, and finds the same errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, errors, snapshot_download

from tests.dataset_hub import COMMIT, DatasetHub, Fault, serving
from tests.hub_layouts import LAYOUTS


@pytest.fixture
def hub() -> Iterator[DatasetHub]:
    with serving() as served:
        served.tokens = {"hf_other"}
        yield served


def test_its_snapshot_is_the_repository_byte_for_byte(hub: DatasetHub, tmp_path: Path) -> None:
    files = {**LAYOUTS["webdataset"].files, **LAYOUTS["metadata.csv"].files, "a folder/ü.txt": "x"}
    repo = hub.publish("me/cats", files)
    snapshot_download(
        "me/cats",
        repo_type="dataset",
        revision="main",
        local_dir=tmp_path,
        endpoint=hub.url,
        token=False,
        max_workers=2,
    )
    assert {path: (tmp_path / path).read_bytes() for path in repo.files} == repo.files


def test_it_lists_pages_and_commits(hub: DatasetHub) -> None:
    repo = hub.publish("me/cats", {f"{number}.txt": str(number) for number in range(10)} | {"all.zip": b"PK" * 50})
    api = HfApi(endpoint=hub.url, token=False)
    assert api.dataset_info("me/cats", revision="v1.0").sha == COMMIT
    found = list(api.list_repo_tree("me/cats", repo_type="dataset", recursive=True))
    assert sorted(entry.path for entry in found) == sorted(repo.files)
    assert sum("cursor=" in asked for asked in hub.asked) == 3


@pytest.mark.parametrize(
    ("more", "token", "error"),
    [
        (None, False, errors.RepositoryNotFoundError),
        ({"private": True}, False, errors.RepositoryNotFoundError),
        ({"private": True}, "hf_other", errors.RepositoryNotFoundError),
        ({"gated": True}, False, errors.GatedRepoError),
        ({"gated": True}, "hf_other", errors.GatedRepoError),
        ({"disabled": True}, False, errors.DisabledRepoError),
        ({}, "hf_wrong", errors.HfHubHTTPError),
    ],
)
def test_its_client_finds_the_same_errors(
    hub: DatasetHub, more: dict[str, bool] | None, token: str | bool, error: type[Exception]
) -> None:
    if more is not None:
        hub.publish("me/cats", {"one.txt": "x"}, **more)
    with pytest.raises(error):
        HfApi(endpoint=hub.url, token=token).auth_check("me/cats", repo_type="dataset")


def test_its_client_is_told_whose_token_it_is(hub: DatasetHub) -> None:
    assert HfApi(endpoint=hub.url, token="hf_other").whoami()["name"] == "me"
    with pytest.raises(errors.HfHubHTTPError):
        HfApi(endpoint=hub.url, token="hf_wrong").whoami()


def test_its_client_finds_a_wrong_revision_and_a_busy_hub(hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.txt": "x"})
    api = HfApi(endpoint=hub.url, token=False)
    with pytest.raises(errors.RevisionNotFoundError):
        api.dataset_info("me/cats", revision="nowhere")
    hub.faults = [("/me/cats", Fault(503))]
    with pytest.raises(errors.HfHubHTTPError):
        api.dataset_info("me/cats")
