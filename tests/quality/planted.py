"""A made dataset: three of each fault, each on a clean base, and 300 clean items with near-misses among them.

Near-misses are written from what each check says of itself; no threshold was set by looking at this set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from dscore.catalog import datasets, images, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from dscore.media.neighbours import MIRROR
from dscore.models import Category

CLEAN = 300
TRIGGER = "saria_zelda"
SUBJECTS = (
    "long hair",
    "blue eyes",
    "red dress",
    "hat",
    "hair ribbon",
    "steins;gate",
    ";d",
    "|_|",
    ">_<",
    "saber (fate)",
    "smile",
)
PLACES = (
    "forest",
    "beach",
    "street",
    "kitchen",
    "garden",
    "rooftop",
    "library",
    "harbour",
    "meadow",
    "tower",
    "tavern",
    "bridge",
)
THINGS = (
    *(
        "sword",
        "umbrella",
        "teacup",
        "lantern",
        "guitar",
        "basket",
        "scarf",
        "belt",
        "gloves",
        "boots",
        "necklace",
        "earrings",
    ),
    *(
        "book",
        "candle",
        "flute",
        "shield",
        "map",
        "rope",
        "barrel",
        "apron",
        "feather",
        "mirror",
        "coin",
        "wheel",
        "kite",
        "ladder",
    ),
)
VIEWS = ("from side", "from above", "upper body", "full body", "looking back", "cowboy shot", "portrait", "profile")
PICTURE: Mapping[str, Any] = {
    "format": "jpeg", "width": 1200, "height": 1100, "bytes": 400_000, "has_alpha": 0, "frames": 1,
    "sharpness": 120.0, "brightness": 0.5, "dark": 0.05, "light": 0.95, "entropy": 7.2,
}  # fmt: skip

BAD_PICTURES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "narrow": ({"width": 63, "height": 80}, {"width": 80, "height": 40}, {"width": 32, "height": 32}),
    "below-1024": ({"width": 900, "height": 900}, {"width": 800, "height": 1000}, {"width": 640, "height": 480}),
    "below-512": ({"width": 400, "height": 400}, {"width": 300, "height": 500}, {"width": 256, "height": 256}),
    "odd-aspect": ({"width": 2500}, {"height": 3000}, {"width": 2201}),
    "blurred": ({"sharpness": 0.4}, {"sharpness": 2.3}, {"sharpness": 4.9}),
    "dark": ({"light": 0.3}, {"light": 0.2, "sharpness": 1.0}, {"light": 0.34}),
    "bright": ({"dark": 0.72}, {"dark": 0.85}, {"dark": 0.8, "sharpness": 2.0}),
    "flat": ({"entropy": 0.0}, {"entropy": 0.8}, {"dark": 0.5, "light": 0.55}),
    "heavy": ({"bytes": 20_000_001}, {"bytes": 50_000_000}, {"bytes": 90_000_000}),
    "light": ({"bytes": 9_000}, {"bytes": 30_000}, {"format": "webp", "bytes": 40_000}),
    "format": ({"format": "gif"}, {"format": "bmp"}, {"format": "tiff"}),
    "frames": ({"frames": 2}, {"frames": 2, "format": "webp"}, {"frames": 2}),
    "alpha": ({"has_alpha": 1, "format": "png"}, {"has_alpha": 1, "format": "webp"}, {"has_alpha": 1, "format": "png"}),
}
NEAR_PICTURES: tuple[Mapping[str, Any], ...] = (
    {"width": 940, "height": 940}, {"width": 1000, "height": 2000}, {"width": 2200, "height": 1100}, {"sharpness": 5.0},
    {"sharpness": 38.0}, {"light": 0.36}, {"dark": 0.69}, {"entropy": 1.1}, {"dark": 0.2, "light": 0.4}, {"bytes": 19_999_999},
    {"bytes": 60_000}, {"format": "png"}, {"format": "webp"}, {"sharpness": None, "light": None, "dark": None, "entropy": None},
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A caption: tags behind those of a clean base, or only its own ones; prose; an own trigger word; a file that came."""

    more: tuple[str, ...] = ()
    own: tuple[str, ...] | None = None
    prose: str = ""
    trigger: str | None = None
    template: str | None = None
    came: bool = False


def _tags(*names: str) -> Text:
    return Text(more=names)


BAD_CAPTIONS: Mapping[str, tuple[Text, ...]] = {
    "missing": (Text(own=()), Text(own=()), Text(own=())),
    "empty": (Text(own=(), came=True), Text(own=(), came=True), Text(template="{trigger}, {prose}")),
    "trigger-missing": (Text(trigger=""), Text(trigger=""), Text(trigger=" ")),
    "trigger-misspelt": (_tags("sarya_zelda"), _tags("saria zeldda"), Text(trigger="sariazelda")),
    "trigger-doubled": (
        _tags("saria zelda saria zelda"), _tags("saria_zelda!"), Text(prose="Here saria zelda sits, there saria zelda lies."),
    ),
    "separator": (_tags("spoon; fork"), _tags("pan | pot"), _tags("well.")),
    "doubled": (_tags("blue eyes", "Blue Eyes"), _tags("red dress", "red_dress"), _tags("hat", "Hat")),
    "spelling": (_tags("Cowboy_Shot"), _tags("From_Above"), _tags("hair_ribbon")),
    "variant": (_tags("t shirt"), _tags("tshirt"), _tags("tee shirt")),
    "contradiction": (_tags("1girl", "2girls"), _tags("day", "night"), _tags("solo", "open mouth", "closed mouth")),
    "contained": (_tags("long hair", "hair"), _tags("red dress", "dress"), _tags("steel sword", "sword")),
    "loop": (
        Text(prose="A hill and a hill and a hill and a hill."),
        Text(prose="It rains. It is wet here. It is wet here. It is wet here."),
        Text(prose="She is on the left side of the left side of the left side of the picture."),
    ),
    "markup": (_tags("(red rose:1.3)"), Text(prose="A tree &amp; a bush."), Text(prose="<b>A tree</b> stands there.")),
    "long": tuple(Text(prose=" ".join(f"word{letter}{number}" for number in range(90))) for letter in "xyz"),
    "short": (Text(own=("lake",)), Text(own=("pond",)), Text(own=("brook", "stone"))),
    "equal": tuple(Text(own=tuple(f"ring number {number}" for number in range(9))) for _ in range(3)),
}  # fmt: skip
NEAR_CAPTIONS: tuple[Text, ...] = (
    _tags("zelda"), _tags("saria"), _tags("2girls"), _tags("1girl", "solo"), _tags("1girl", "night"), _tags("t-shirt"),
    _tags("solo", "open mouth"), _tags("2girls", "open mouth", "closed mouth"), _tags("hair bow", "hair clip"), _tags("d.va"),
    _tags("solo focus", "1girl"), Text(prose="A very, very, very tall tree. She likes saria zelda."),
    Text(prose="Tom & Jerry have 5 < 6 apples."), Text(prose="Row, row your boat."), Text(trigger="somebody else"),
)  # fmt: skip


@dataclass
class Planted:
    """The library, and which items were made so: by the check that should find them, and the clean ones."""

    library: Library
    faults: dict[str, set[int]] = field(default_factory=dict)
    clean: set[int] = field(default_factory=set)


def plant(home: Path) -> Planted:
    """Make the dataset "set", and "other" with some of its pictures."""
    made = Planted(Library(home))
    with open_catalog(made.library) as db:
        dataset, other = datasets.ensure(db, "set"), datasets.ensure(db, "other")
        maker = _Maker(db, dataset.id)
        for number in range(CLEAN):
            picture = NEAR_PICTURES[number] if number < len(NEAR_PICTURES) else {}
            text = NEAR_CAPTIONS[number % 20] if number % 20 < len(NEAR_CAPTIONS) and number < 40 else Text()
            made.clean.add(maker.item(text, **picture))
        for code, pictures in BAD_PICTURES.items():
            made.faults[code] = {maker.item(**one) for one in pictures}
        for code, texts in BAD_CAPTIONS.items():
            made.faults[code] = {maker.item(text) for text in texts}
        made.faults["duplicate"] = {
            item for bits in (0, 1, 3) for item in maker.pair(bits, width=600 * 2, height=550 * 2)
        }
        made.faults["near-duplicate"] = {
            item
            for bits, height in ((0b11111, 1100), (MIRROR, 1100), (0, 900))
            for item in maker.pair(bits, width=1200, height=height)
        }
        inside = maker.hash()
        boxed = maker.item(height=1400)
        made.faults["near-duplicate"] |= {maker.item(phash=inside), boxed}
        made.faults["elsewhere"] = {maker.item() for _ in range(3)}
        maker.write()
        with writing(db):
            images.keep_bare(db, {boxed: inside ^ 0b111})
            db.execute("update dataset set trigger = ? where id = ?", (TRIGGER, dataset.id))
            for item in made.faults["elsewhere"]:
                db.execute(
                    """insert into item (dataset_id, image_id, name, key, added_at)
                    select ?, image_id, 'x' || id, 'x' || id, '2026-01-01' from item where id = ?""",
                    (other.id, item),
                )
    return made


class _Maker:
    def __init__(self, db: Database, dataset: int) -> None:
        self._db, self._dataset = db, dataset
        self._rng = np.random.default_rng(6)
        self._numbers = count()
        self._made: list[tuple[int, Mapping[str, Any], Text, tuple[str, ...]]] = []

    def item(self, text: Text | None = None, *, phash: int | None = None, **picture: Any) -> int:
        """One item with a picture of its own, clean but for what is said."""
        number = next(self._numbers)
        image = {**PICTURE, **picture, "phash": self.hash() if phash is None else phash}
        text = text or Text()
        base = tuple(dict.fromkeys(self._base(number)))
        names = text.own if text.own is not None else (*base, *text.more)
        self._made.append((number, image, text, tuple(dict.fromkeys(names))))
        return number + 1

    def write(self) -> None:
        """All of them at once."""
        ids = tags.intern(self._db, {name: Category.GENERAL for *_, names in self._made for name in names})
        with writing(self._db):
            for number, image, text, names in self._made:
                self._write(number, image, text, [ids[name] for name in names])

    def pair(self, bits: int, **picture: Any) -> Iterator[int]:
        """Two pictures whose hashes differ in these bits; the second one has the size."""
        first = self.hash()
        yield self.item(phash=first)
        yield self.item(phash=first ^ bits, **picture)

    def hash(self) -> int:
        return int(self._rng.integers(0, 2**64, dtype=np.uint64))

    def _base(self, number: int) -> Iterator[str]:
        """Twelve tags that no other item has all of; none in nearly every caption, none that holds another."""
        yield SUBJECTS[number % len(SUBJECTS)]
        yield PLACES[number % len(PLACES)]
        yield VIEWS[number % len(VIEWS)]
        yield from self._rng.choice(THINGS, 9, replace=False).tolist()
        yield f"page {number}"

    def _write(self, number: int, image: Mapping[str, Any], text: Text, tag_ids: list[int]) -> None:
        signed = image["phash"] - (1 << 64) if image["phash"] >> 63 else image["phash"]
        columns = {**image, "phash": signed, "sha256": f"{number:064x}", "file": f"{number}.jpg", "mode": "RGB"}
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        picture = self._db.execute(f"insert into image ({names}) values ({marks})", tuple(columns.values())).lastrowid
        item = number + 1
        self._db.execute(
            """insert into item (id, dataset_id, image_id, name, key, added_at, trigger, template)
            values (?, ?, ?, ?, ?, '2026', ?, ?)""",
            (item, self._dataset, picture, f"p{number:04}", f"p{number:04}", text.trigger, text.template),
        )
        for place, tag in enumerate(tag_ids, 1):
            self._db.execute("insert into item_tag (item_id, tag_id, position) values (?, ?, ?)", (item, tag, place))
            self._db.execute("insert into item_tag_source (item_id, tag_id, source_id) values (?, ?, 2)", (item, tag))
        if text.prose:
            self._db.execute("insert into prose (item_id, text, source_id) values (?, ?, 2)", (item, text.prose))
        if text.came:
            self._db.execute("insert into original (item_id, text) values (?, '')", (item,))
