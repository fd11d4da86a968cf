from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.statistics import SourceCount
from dscore.config import Library
from dscore.errors import QueryError
from dscore.models import Category
from dscore.pipeline import curate, statistics
from dscore.pipeline.operations import Operation
from dscore.pipeline.statistics import CategoryCount, Limit, Statistics, binned
from tests.catalog.made import dataset_of, make_library

CAPTIONS = {
    "a": "cat, hat, red dress",
    "b": "cat, hat",
    "c": "cat, " + ", ".join(f"blue eyes {number}" for number in range(30)),
    "d": "",
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = make_library(tmp_path / "library", CAPTIONS)
    with open_catalog(made) as db, writing(db):
        db.execute("update tag set category = 'character' where name = 'cat'")
        db.execute("update image set width = 100, height = 50, bytes = 2600, format = 'jpeg' where id = 1")
        db.execute("insert into prose (item_id, text, source_id) values (4, 'A dog.', 1)")
        db.executemany("insert into origin (item_id, source, path) values (?, ?, '')", [(1, "x.zip"), (2, "x.zip")])
    return made


def of(library: Library, query: str = "") -> Statistics:
    with open_catalog(library) as db:
        return statistics.statistics(db, 1, query)


def test_the_numbers_of_a_dataset(library: Library) -> None:
    found = of(library)
    assert (found.pictures, found.untagged, found.uncaptioned, found.with_prose) == (4, 1, 0, 1)
    assert found.tag_numbers == ((0, 1), (2, 1), (3, 1), (31, 1))
    assert found.average_tags == 9
    assert [(tag.name, tag.items) for tag in found.tags[:2]] == [("cat", 3), ("hat", 2)]
    assert len(found.once()) == 31
    assert found.least(1)[0].name == "blue eyes 0"
    assert found.categories() == [
        CategoryCount(Category.GENERAL, 32, 33),
        CategoryCount(Category.CHARACTER, 1, 3),
    ]
    assert found.sizes == ((64, 64, 3), (100, 50, 1))
    assert found.kilobytes == ((0, 3), (3, 1))
    assert found.formats == (("png", 3), ("jpeg", 1))
    assert found.sources == (SourceCount("import", "import", 36, 0), SourceCount("person", "you", 0, 1))
    assert found.origins == (("x.zip", 2),)


def test_lengths_and_limits(library: Library) -> None:
    found = of(library)
    # cat, hat, red dress: 6; cat, hat: 3; 1 + 30 times a comma, two words and one digit, two from 10 on; A dog.: 3
    assert found.token_numbers == ((3, 2), (6, 1), (141, 1))
    assert found.limits() == [Limit(75, 1, 66), Limit(150, 0, 0), Limit(225, 0, 0)]
    assert found.between(50, 150) == 1
    assert found.average_tokens == (3 + 3 + 6 + 141) / 4
    assert found.words == (4 + 2 + 91 + 2) / 4


def test_a_filter_says_what_is_counted(library: Library) -> None:
    found = of(library, "hat")
    assert (found.pictures, found.untagged, len(found.tags), found.average_tags) == (2, 0, 3, 2.5)
    nothing = of(library, "dragon")
    assert (nothing.pictures, nothing.average_tags, nothing.average_tokens, nothing.tags) == (0, 0, 0, ())
    with pytest.raises(QueryError):
        of(library, "( cat")


def test_the_numbers_follow_an_edit(library: Library) -> None:
    of(library)
    curate.apply(library, dataset_of(library), Operation("trigger", "mychar"))
    assert of(library).token_numbers[0][0] > 3


def test_empty_captions_do_not_lower_the_average(library: Library) -> None:
    before = of(library, "hat or is:untagged").average_tokens
    with open_catalog(library) as db, writing(db):
        db.execute("delete from prose")
        db.execute("update item set rev = rev + 1 where id = 4")
    found = of(library, "hat or is:untagged")
    assert (found.uncaptioned, found.pictures, before, found.average_tokens) == (1, 3, 4, 4.5)


def test_tags_beside_a_tag(library: Library) -> None:
    with open_catalog(library) as db:
        pictures, others = statistics.beside(db, 1, "", "cat")
        assert (pictures, [(tag.name, tag.items) for tag in others[:2]]) == (3, [("hat", 2), ("blue eyes 0", 1)])
        pictures, others = statistics.beside(db, 1, "red_dress", "hat", most=1)
        assert (pictures, [tag.name for tag in others]) == (1, ["cat"])


def test_the_longest_captions_and_what_is_cut_of_them(library: Library) -> None:
    with open_catalog(library) as db:
        ((name, cut),) = statistics.longest(db, 1, "", 75)
        assert (name, cut.kept, cut.lost) == ("c", 75, 66)
        assert cut.lost_text.endswith("blue eyes 29")
        assert statistics.longest(db, 1, "hat", 75) == []
        assert [name for name, _ in statistics.longest(db, 1, "", 2, most=2)] == ["c", "a"]


def test_another_tokenizer_counts_the_same_captions(library: Library) -> None:
    class Letters:
        name = "letters"

        def counts(self, captions: Sequence[str]) -> list[int]:
            return [len(caption) for caption in captions]

    with open_catalog(library) as db:
        assert statistics.counted_by(db, 1, "hat", Letters()) == ((8, 1), (19, 1))


@pytest.mark.parametrize(
    ("pairs", "bins"),
    [
        ((), []),
        (((5, 2),), [(5, 5, 2)]),
        (((0, 1), (3, 2)), [(0, 0, 1), (1, 1, 0), (2, 2, 0), (3, 3, 2)]),
    ],
)
def test_small_numbers_have_a_bin_each(pairs: tuple[tuple[int, int], ...], bins: list[tuple[int, int, int]]) -> None:
    assert binned(pairs) == bins


def test_bins_hold_everything_and_are_few() -> None:
    pairs = tuple((number * number, number) for number in range(1, 500))
    found = binned(pairs)
    assert sum(count for _, _, count in found) == sum(count for _, count in pairs)
    assert len(found) <= 31
    assert {high - low + 1 for low, high, _ in found} == {10_000}
    assert found[0][:2] == (0, 9_999)


def test_a_few_numbers_far_above_the_others_share_the_last_bin() -> None:
    usual = tuple((number, 1) for number in range(20, 80))
    found = binned((*usual, (1_950, 1)))
    assert found == [*binned(usual), (80, 1_950, 1)]
    assert binned(((10, 1), (2_000, 1)))[-1] == (11, 2_000, 1)


def test_what_is_not_rare_or_not_far_above_has_a_bin_like_the_others() -> None:
    usual = tuple((number, 1) for number in range(20, 80))
    for far in ((1_950, 20), (130, 1)):
        assert len({high - low for low, high, _ in binned((*usual, far))}) == 1
