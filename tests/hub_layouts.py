"""One small repository for each layout in which the hub's datasets come, and the captions that must come of it."""

from __future__ import annotations

import importlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.made_sets import scored

CAPTIONS = {
    "one": "1girl, long hair, smile",
    "two": 'cat, "quoted", weiß, 日本',
    "three": "A girl stands at the sea, waving. Second sentence.",
}


def picture(number: int) -> bytes:
    return scored({"1girl": 0.9}, rest=number)


PICTURES = {name: picture(number) for number, name in enumerate(CAPTIONS)}


@dataclass(frozen=True)
class Layout:
    """Files of a repository, the command's options for it, and the captions that are expected (all three by default)."""

    files: Mapping[str, bytes | str]
    options: tuple[str, ...] = ()
    captions: Mapping[str, str] | None = None


def table(columns: Mapping[str, list[Any]], *, features: Mapping[str, Any] | None = None, group: int = 2) -> bytes:
    """A parquet file, with the notes of `datasets` on its columns where given."""
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    made = arrow.table(dict(columns))
    if features:
        made = made.replace_schema_metadata({b"huggingface": json.dumps({"info": {"features": features}}).encode()})
    out = io.BytesIO()
    parquet.write_table(made, out, row_group_size=group)
    return out.getvalue()


def pictures_table(*, path: bool = True) -> bytes:
    images = [{"bytes": data, "path": f"{name}.png" if path else None} for name, data in PICTURES.items()]
    features = {"image": {"_type": "Image"}, "caption": {"dtype": "string", "_type": "Value"}}
    return table({"image": images, "caption": list(CAPTIONS.values())}, features=features)


def tar(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _lines(key: str, *, within: str = "") -> str:
    return "".join(json.dumps({key: f"{within}{name}.png", "text": text}) + "\n" for name, text in CAPTIONS.items())


def _csv(first: str, second: str) -> str:
    quoted = (f'{name}.png,"{text.replace(chr(34), chr(34) * 2)}"\n' for name, text in CAPTIONS.items())
    return f"{first},{second}\n{''.join(quoted)}"


def _waifuc(text: str) -> str:
    return json.dumps({"tags": dict.fromkeys(text.split(", "), 0.9), "url": "https://elsewhere.example"})


_TAGGED = {"one": CAPTIONS["one"], "two": CAPTIONS["two"]}
_JUNK: dict[str, bytes | str] = {
    ".gitattributes": "*.png lfs",
    "README.md": "# A dataset",
    "train/cache.npz": b"latents",
}
_PLAIN: dict[str, bytes | str] = {f"{name}.png": data for name, data in PICTURES.items()}
_DEEP: dict[str, bytes | str] = {f"data/{name}.png": data for name, data in PICTURES.items()}

LAYOUTS = {
    "same name, kohya's folders": Layout(
        _JUNK
        | {f"train/10_cat/{name}.png": data for name, data in PICTURES.items()}
        | {"train/10_cat/one.txt": CAPTIONS["one"], "train/10_cat/two.caption": CAPTIONS["two"] + "\r\n"}
        | {"train/10_cat/three.txt": CAPTIONS["three"]}
    ),
    "metadata.csv": Layout(_PLAIN | {"metadata.csv": _csv("file_name", "text")}),
    "metadata.jsonl in a parent folder": Layout(_DEEP | {"metadata.jsonl": _lines("file_name", within="data/")}),
    "metadata.parquet, a column of another name": Layout(
        _DEEP
        | {
            "data/metadata.parquet": table({
                "main_file_name": [f"{name}.png" for name in CAPTIONS],
                "long": list(CAPTIONS.values()),
            })
        },
        ("--column", "long"),
    ),
    "captions.csv": Layout(_PLAIN | {"captions.csv": _csv("image", "caption")}),
    "one ZIP of several": Layout(
        {
            "a.zip": packed({"x/one.png": PICTURES["one"], "x/one.txt": CAPTIONS["one"]}),
            "b.zip": packed(_PLAIN | {f"{name}.txt": text for name, text in CAPTIONS.items()}),
            "more.rar": b"Rar!",
        },
        ("--zip", "b.zip"),
    ),
    "parquet": Layout({"data/train-00000-of-00001.parquet": pictures_table(), "README.md": "x"}),
    "webdataset": Layout({
        "train-0000.tar": tar({
            "a/one.png": PICTURES["one"],
            "a/one.txt": CAPTIONS["one"],
            "a/two.main.png": PICTURES["two"],
            "a/two.txt": CAPTIONS["two"],
        }),
        "train-0001.tar": tar({
            "three.png": PICTURES["three"],
            "three.json": json.dumps({"caption": CAPTIONS["three"]}),
        }),
    }, captions={"one": CAPTIONS["one"], "two.main": CAPTIONS["two"], "three": CAPTIONS["three"]}),
    "waifuc, in a ZIP": Layout(
        {
            "dataset-raw.zip": packed(
                {f"{name}.png": PICTURES[name] for name in _TAGGED}
                | {f".{name}_meta.json": _waifuc(text) for name, text in _TAGGED.items()}
            )
        },
        captions=_TAGGED,
    ),
    "waifuc, loose": Layout(
        {f"{name}.png": PICTURES[name] for name in _TAGGED}
        | {f".{name}_meta.json": _waifuc(text) for name, text in _TAGGED.items()},
        captions=_TAGGED,
    ),
}  # fmt: skip
