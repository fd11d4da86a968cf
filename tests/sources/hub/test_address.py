"""What people paste, and what is understood of it."""

from __future__ import annotations

import re

import pytest

from dscore.errors import WrongUseError
from dscore.sources.hub.address import Address, parse

HF = "https://huggingface.co"

PASTED = {
    "u/n": Address("u/n"),
    "  u/n\n": Address("u/n"),
    "squad": Address("squad"),
    "hf:u/n": Address("u/n"),
    "u/n@v1.0": Address("u/n", "v1.0"),
    "u/n@refs/convert/parquet": Address("u/n", "refs/convert/parquet"),
    "datasets/u/n": Address("u/n"),
    f"{HF}/datasets/u/n": Address("u/n"),
    f"{HF}/datasets/u/n/": Address("u/n"),
    f"{HF}/datasets/squad": Address("squad"),
    f"{HF}/datasets/u/n/tree/main": Address("u/n"),
    f"{HF}/datasets/u/n/tree/main/sub%20dir/x": Address("u/n", "main", "sub dir/x"),
    f"{HF}/datasets/u/n/blob/v1/a/7.webp": Address("u/n", "v1", "a/7.webp"),
    f"{HF}/datasets/u/n/resolve/main/x.zip?download=true": Address("u/n", "main", "x.zip"),
    f"{HF}/datasets/u/n/tree/refs%2Fconvert%2Fparquet/default": Address("u/n", "refs/convert/parquet", "default"),
    f"{HF}/datasets/u/n/tree/refs/convert/parquet": Address("u/n", "refs/convert/parquet"),
    f"{HF}/datasets/u/n/viewer/default/train": Address("u/n"),
    f"{HF}/datasets/u/n/discussions/3": Address("u/n"),
    f"{HF}/datasets/squad/viewer": Address("squad"),
    "huggingface.co/datasets/u/n": Address("u/n"),
    "hf.co/datasets/u/n": Address("u/n"),
    "hf://datasets/u/n@v1/data": Address("u/n", "v1", "data"),
    "hf://datasets/u/n": Address("u/n"),
    "hf:models/u/n": Address("u/n", kind="models"),
    'load_dataset("u/n", split="train")': Address("u/n"),
    "from datasets import load_dataset\nds = load_dataset('u/n')": Address("u/n"),
    f"git clone {HF}/datasets/u/n": Address("u/n"),
    f'"{HF}/datasets/u/n"': Address("u/n"),
}


@pytest.mark.parametrize("text", PASTED)
def test_what_is_pasted_is_understood(text: str) -> None:
    assert parse(text) == PASTED[text]


def test_a_mirror_is_asked_in_its_place() -> None:
    found = parse("https://mirror.example/datasets/u/n/tree/main", endpoint="https://mirror.example/")
    assert found == Address("u/n", endpoint="https://mirror.example")
    assert found.file("a b/ü.png", "c" * 40) == (
        f"https://mirror.example/datasets/u/n/resolve/{'c' * 40}/a%20b/%C3%BC.png"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no name of a dataset"),
        ("two words", "is no name of a dataset"),
        ("../../etc", "is no name of a dataset"),
        ("u/n@../x", "is no branch, tag or commit"),
        ("u--n/x", "is no name of a dataset"),
        (f"{HF}/", "names no dataset"),
        (f"{HF}/datasets", "names no dataset"),
        (f"{HF}/u/model", "write models/u/model"),
        (f"{HF}/u/model/blob/main/x.safetensors", "write models/u/model"),
        (f"{HF}/spaces/u/app", "is a Space"),
        ("https://hf-mirror.com/datasets/u/n", "give https://hf-mirror.com as the endpoint"),
        ("https://user:secret@evil.example/datasets/u/n", "give https://evil.example as the endpoint"),
        ("https://huggingface.co.evil.example/datasets/u/n", "is not huggingface.co"),
        ("http://[::1", "is no address"),
    ],
)
def test_what_is_not_understood_gets_a_question(text: str, sentence: str) -> None:
    with pytest.raises(WrongUseError, match=re.escape(sentence)) as raised:
        parse(text)
    assert "secret" not in str(raised.value)
