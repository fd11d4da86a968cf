"""The Hugging Face tab of Import: a look, the choices, the job, the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dscore.fetch import secrets
from tests.commands import Commands
from tests.dataset_hub import COMMIT, DatasetHub, serving
from tests.hub_layouts import CAPTIONS, LAYOUTS, PICTURES, packed, table
from tests.pages.work import after_job, chosen, clicked, good, opened, texts

PNGS = {f"{name}.png": data for name, data in PICTURES.items()}


@pytest.fixture
def hub(dscore: Commands, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    """A hub that the library may ask."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving() as served:
        dscore.library.save_settings(
            replace(dscore.library.settings(), local_hosts=served.local_hosts, decode_workers=1)
        )
        yield served


def looked(hub: DatasetHub, text: str = "me/cats", *, token: str = "") -> AppTest:
    """The page after a look."""
    shown = opened("bring_in.py")
    shown.text_input(key="hub_address").set_value(text)
    shown.text_input(key="hub_endpoint").set_value(hub.url)
    shown.text_input(key="hub_token").set_value(token)
    return clicked(shown, "hub_look_now")


def key(word: str, path: str = "") -> str:
    return f"hub_{word} me/cats@{COMMIT[:12]}/{path}"


def metrics(shown: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in shown.metric}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_comes_in_by_page_with_its_captions(dscore: Commands, hub: DatasetHub, name: str) -> None:
    layout = LAYOUTS[name]
    hub.publish("me/cats", layout.files)
    shown = looked(hub, f" {hub.url}/datasets/me/cats/tree/main ")
    words = dict(zip(layout.options[::2], layout.options[1::2], strict=True))
    if "--zip" in words:
        chosen(shown, key("picks"), [words["--zip"]])
    if "--column" in words:
        chosen(shown, f"{key('columns')} long", [words["--column"]])
    assert not shown.error
    assert metrics(shown)["To download"]
    clicked(shown, "import_hub")
    assert after_job(dscore.library, "hub").state == "done"
    good(shown.run())
    expected = CAPTIONS if layout.captions is None else layout.captions
    assert metrics(shown)["Imported"] == str(len(expected))
    assert dscore.captions("cats") == expected


def test_a_look_says_what_is_there_and_loads_no_picture(dscore: Commands, hub: DatasetHub) -> None:
    padding: dict[str, bytes | str] = {"padding.bin": bytes(700_000)}
    archives = {"a.zip": packed(padding | {"one.png": PICTURES["one"]}), "b.zip": packed(padding | PNGS)}
    hub.publish("me/cats", {**archives, "more.rar": b"Rar!"})
    shown = looked(hub, "me/cats@v1.0")
    assert metrics(shown)["Pictures"] == "1"
    assert list(shown.dataframe[0].value["File"]) == ["more.rar"]
    assert metrics(chosen(shown, key("picks"), ["a.zip", "b.zip"]))["Pictures"] == "4"
    assert not [asked for asked in hub.asked if asked.startswith("BYTES")]
    assert dscore.rows("select * from dataset") == []


def test_the_columns_of_a_parquet_are_known_before_it_is_loaded(dscore: Commands, hub: DatasetHub) -> None:
    images = [{"bytes": data, "path": None} for data in PICTURES.values()]
    made = table({"image": images, "text": ["a", "b", "c"], "style": ["x", "y", "z"], "score": [1.5, 2.5, 3.5]})
    hub.publish("me/cats", {"data/train-00000-of-00002.parquet": made, "data/test-00000-of-00001.parquet": made})
    shown = chosen(looked(hub), key("picks"), ["train"])
    assert metrics(shown)["Pictures"] == "3"
    box = shown.multiselect(f"{key('columns')} text style")
    assert (box.options, box.value) == (["text", "style"], ["text"])
    clicked(chosen(shown, f"{key('columns')} text style", ["style", "text"]), "import_hub")
    after_job(dscore.library, "hub")
    assert sorted(dscore.captions("cats").values()) == ["x, a", "y, b", "z, c"]


def test_a_folder_can_be_taken_alone(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"a/one.png": PICTURES["one"], "b/two.png": PICTURES["two"], "b/two.txt": "hat"})
    shown = chosen(looked(hub), key("folder"), "b")
    assert metrics(shown)["Pictures"] == "1"
    clicked(shown, "import_hub")
    after_job(dscore.library, "hub")
    assert dscore.captions("cats") == {"two": "hat"}


def test_a_token_that_opens_it_is_kept_and_shown_nowhere(dscore: Commands, hub: DatasetHub) -> None:
    token = "hf_canary_that_opens"
    hub.tokens = {token}
    hub.publish("me/cats", {"one.png": PICTURES["one"]}, gated=True, readers=(token,))
    assert "is gated. Ask for access at" in looked(hub).error[0].value.replace("\\", "")
    shown = looked(hub, token=token)
    assert secrets.find(dscore.library, hub.local_hosts[0]) == {"token": token}
    assert good(shown.run()).button(key=f"forget_here_{hub.local_hosts[0]}").label == "Forget"
    clicked(shown, "import_hub")
    assert after_job(dscore.library, "hub").state == "done"
    holding = [path for path in dscore.home.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert holding == [secrets.path(dscore.library)]


def test_a_kept_token_can_be_forgotten_where_it_is_used(dscore: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    secrets.save(dscore.library, "huggingface.co", {"token": "hf_something_kept"})
    clicked(opened("bring_in.py"), "forget_here_huggingface.co")
    assert secrets.sites(dscore.library) == ()
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
    assert "HF_TOKEN of the environment" in " ".join(texts(opened("bring_in.py"), "caption")).replace("\\", "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("https://huggingface.co/me/model", "is a model, not a dataset. Do you want the pictures in it?"),
        ("https://hf-mirror.com/datasets/a/b", "Is it a mirror?"),
        ("two words", "is no name of a dataset"),
        ("me/nothing", "was not found on"),
    ],
)
def test_what_is_no_dataset_gets_a_sentence(hub: DatasetHub, text: str, sentence: str) -> None:
    shown = looked(hub, text)
    assert sentence in shown.error[0].value.replace("\\", "")
    assert not shown.metric


def test_a_repository_without_pictures_says_so(hub: DatasetHub) -> None:
    hub.publish("me/cats", {"README.md": "words", "all.7z": b"7z"})
    shown = looked(hub)
    assert "No images found in me/cats" in shown.error[0].value.replace("\\", "")


def test_the_ledger_names_the_commit_and_what_failed(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"one.png": PICTURES["one"], "bad.png": b"no picture"})
    shown = clicked(looked(hub), "import_hub")
    assert after_job(dscore.library, "hub").state == "partial"
    good(shown.run())
    assert any(COMMIT in text for text in texts(shown))
    assert list(shown.dataframe[0].value["File"]) == ["bad.png"]
