"""Recipes on the Edit page, and saved filters on Explore."""

from __future__ import annotations

from tests.commands import Commands
from tests.pages.work import chosen, clicked, opened, texts


def test_the_edit_above_is_put_into_a_recipe_that_is_then_run_and_undone(heap: Commands) -> None:
    before = heap.tags("heap")
    shown = chosen(opened("edit.py"), "recipe-name", "tidy")
    shown = chosen(chosen(shown, "edit-kind", "remove"), "edit-remove-tags", ["solo"])
    shown = clicked(shown, "recipe-add")
    assert "1. remove “solo” · 2 pictures" in texts(shown)
    assert shown.button(key="recipe-run").label == "Run 1 edit on 8 pictures"
    assert heap.tags("heap") == before
    shown = clicked(shown, "recipe-run")
    assert any("is done\\: 1 change in the history" in text for text in texts(shown, "success"))
    assert heap.tags("heap")["p0"] == ["smile"]
    shown = clicked(shown, "undo-recipe")
    assert heap.tags("heap") == before
    shown = clicked(shown, "recipe-drop-1")
    assert heap.good("recipe", "list") == [{"recipe": "tidy", "edits": []}]
    clicked(shown, "recipe-delete")
    assert heap.good("recipe", "list") == []


def test_an_edit_of_another_dataset_that_makes_no_sense_here_is_a_sentence(heap: Commands) -> None:
    heap.good("recipe", "add", "bad", "replace", "(", "", "--regex")
    assert texts(chosen(opened("edit.py"), "recipe-chosen", "bad"), "error")


def test_a_recipe_that_changes_no_caption_says_so_and_not_that_nothing_changes(heap: Commands) -> None:
    heap.good("recipe", "add", "sift", "stars", 4, "--where", "solo")
    shown = chosen(opened("edit.py"), "recipe-chosen", "sift")
    assert "1. give 4 stars, where solo · 2 pictures" in texts(shown)
    assert "No caption would change." in texts(shown)
    heap.good("edit", "heap", "stars", 4)
    assert "Nothing would change." in texts(chosen(opened("edit.py"), "recipe-chosen", "sift"))


def test_a_filter_is_kept_used_and_forgotten(heap: Commands) -> None:
    shown = opened("explore.py")
    shown.query_params["q"] = "solo"
    shown = chosen(shown.run(), "filter-name", "mine")
    shown = clicked(shown, "save-filter")
    assert heap.good("filters") == [{"name": "mine", "query": "solo"}]
    shown.query_params["q"] = ""
    shown = clicked(shown.run(), "use-filter-0")
    assert "solo" in shown.query_params["q"]
    clicked(shown, "forget-filter-0")
    assert heap.good("filters") == []
