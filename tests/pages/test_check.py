"""The Check page, run as Streamlit runs it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dscore.catalog import datasets, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.pipeline import checking, mending
from tests.commands import Commands
from tests.pages.test_overview import component
from tests.pages.work import after_job, chosen, clicked, good, opened, texts


def shown_with(query: str = "") -> AppTest:
    shown = opened("check.py")
    shown.query_params["q"] = query
    return good(shown.run())


def reason(shown: AppTest, number: int = 0) -> str:
    return str(component(shown, "dscore_reasons")["reasons"][number]["words"])


def titles(shown: AppTest) -> list[str]:
    return [text.split("**")[1] for text in texts(shown, "markdown") if "**" in text]


def links(shown: AppTest) -> list[str]:
    return [one.proto.label for one in shown.main.get("page_link")]


def test_an_empty_library_says_what_is_missing(dscore: Commands) -> None:
    shown = opened("check.py")
    assert "There are no pictures to check yet." in texts(shown, "text")
    assert dscore.home


@pytest.mark.usefixtures("heap")
def test_findings_stand_worst_first_and_lead_to_their_pictures() -> None:
    shown = shown_with()
    assert titles(shown)[:2] == ["No caption", "Below the training resolution"]
    assert "No trigger word" in titles(shown)
    assert [label for label in links(shown) if label[0].isdigit()][:2] == ["5 pictures", "8 pictures"]
    assert [one.value for one in shown.subheader][-3:] == ["Errors", "Warnings", "Hints"]
    assert any(text.startswith("8 pictures checked: 1 error, ") for text in texts(shown, "text"))


@pytest.mark.usefixtures("heap")
def test_the_filter_and_the_base_narrow_what_is_said() -> None:
    shown = shown_with("solo")
    assert "No caption" not in titles(shown)
    assert any(text.startswith("2 pictures checked: ") for text in texts(shown, "text"))
    assert "The filter finds no picture." in texts(shown_with("dragon"), "text")
    assert not shown_with("( solo").subheader
    shown = chosen(shown_with(), "check-base", "sd15")
    assert any("SD 1.5 trains at 512" in text for text in texts(shown, "caption"))


def test_a_repair_is_seen_applied_and_undone(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "tea; cup", "--where", "solo")
    shown = clicked(shown_with(), "mend-separator")
    assert "Apply to 2 pictures" in [button.label for button in shown.button]
    assert "tea; cup" in heap.tags("heap")["p0"]
    shown = clicked(shown, "mend-apply")
    assert heap.tags("heap")["p0"][-2:] == ["tea", "cup"]
    assert "Wrong separators" not in titles(shown)
    assert any("2 pictures changed" in text for text in texts(shown, "success"))
    shown = clicked(shown, "undo-mend")
    assert "Wrong separators" in titles(shown)
    assert heap.tags("heap")["p0"][-1] == "tea; cup"


def test_a_large_repair_is_left_to_a_worker_and_says_what_it_did(
    heap: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap.good("edit", "heap", "add", "tea; cup", "--where", "solo")
    monkeypatch.setattr(mending, "CHUNK", 1)
    shown = clicked(clicked(shown_with(), "mend-separator"), "mend-apply")
    assert after_job(heap.library, "repair").state == "done"
    shown = good(shown.run())
    assert any("2 pictures changed" in text for text in texts(shown, "success"))
    assert "Wrong separators" not in titles(shown)
    assert heap.tags("heap")["p0"][-2:] == ["tea", "cup"]
    assert "Wrong separators" in titles(clicked(shown, "undo-mend"))


def test_while_a_large_repair_is_not_done_its_job_is_shown_and_no_finding(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "tea; cup", "--where", "solo")
    with open_catalog(heap.library) as db:
        dataset = datasets.get(db, "heap")
        repairs = checking.check(heap.library, dataset).finding("separator").repairs
        job = mending.submit(heap.library, mending.plan(db, dataset, repairs, "mend"))
        jobs.ask(db, job, "pause")
    shown = shown_with()
    assert set(titles(shown)) == {"Mending heap"}  # on the page and in the strip
    assert not shown.subheader


@pytest.mark.usefixtures("heap")
def test_readiness_follows_the_kind_of_lora() -> None:
    shown = shown_with()
    assert component(shown, "dscore_reasons")["label"] == "Ready for a character"
    assert reason(shown).startswith("7 more pictures: a character wants 15 to 50")
    score = component(shown, "dscore_reasons")["score"]
    shown = chosen(shown, "check-kind-1", "style")
    assert reason(shown).startswith("42 more pictures: a style wants 50 to 200")
    assert component(shown, "dscore_reasons")["score"] < score


@pytest.mark.usefixtures("heap")
def test_the_coverage_says_what_is_missing() -> None:
    shown = shown_with()
    shown.session_state["check-tab"] = "Coverage"
    axes = component(good(shown.run()), "dscore_coverage")["axes"]
    assert [axis["title"] for axis in axes] == ["Angle", "Framing", "Expression", "Outfit", "Background"]
    smiling = next(cell for cell in axes[2]["cells"] if cell["name"] == "smiling")
    assert (smiling["pictures"], smiling["wanted"], smiling["query"], len(smiling["faces"])) == (2, 2, "smile", 2)


def test_one_case_is_mended_alone_or_left(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "tea; cup, salt | mill", "--where", "solo")
    shown = clicked(shown_with(), "mend-separator-1")
    shown = clicked(shown, "mend-close")
    assert "mend-close" not in [button.key for button in shown.button]
    clicked(clicked(shown, "mend-separator-1"), "mend-apply")
    assert {"tea", "cup"} & set(heap.tags("heap")["p0"]) in ({"tea", "cup"}, set())
    assert len([tag for tag in heap.tags("heap")["p0"] if ";" in tag or "|" in tag]) == 1


def with_copies(heap: Commands, third: int = 2**60 - 1) -> AppTest:
    """The tab of duplicates; p0 and p1 are copies, p2 (`third`) and p3 too, and all others are far apart."""
    with open_catalog(heap.library) as db, writing(db):
        for item, phash in enumerate(
            (1, 1, third, 2**60 - 1, 0x3333 << 20, 0x5555 << 32, 0x7777 << 44, 0x1F1F << 8), 1
        ):
            db.execute("update image set phash = ?, entropy = 7, dark = 0, light = 1 where id = ?", (phash, item))
    shown = shown_with()
    shown.session_state["check-tab"] = "Duplicates"
    return good(shown.run())


def test_duplicates_are_merged_one_by_one_and_taken_back(heap: Commands) -> None:
    shown = with_copies(heap)
    assert "Merge all 2 groups of copies" in [button.label for button in shown.button]
    shown = clicked(shown, "merge-1-2-2")
    assert heap.tags("heap")["p0"] == ["solo", "smile", "red dress"]
    assert "p1" not in heap.tags("heap")
    assert any("1 group merged, 1 picture put into the trash" in text for text in texts(shown, "success"))
    clicked(shown, "undo-mend")
    assert (heap.tags("heap")["p0"], heap.tags("heap")["p1"]) == (["solo", "smile"], ["solo", "red dress"])


def test_all_copies_are_merged_at_once_with_the_captions_of_the_kept(heap: Commands) -> None:
    shown = chosen(with_copies(heap), "alike-captions", "kept")
    shown = clicked(shown, "merge-all")
    assert heap.tags("heap")["p0"] == ["solo", "smile"]
    assert set(heap.tags("heap")) == {"p0", "p2", "p4", "p5", "p6", "p7"}
    assert "No two pictures are alike." in texts(shown, "success")


def test_a_group_that_is_none_is_remembered_and_shown_again(heap: Commands) -> None:
    shown = with_copies(heap)
    assert "odd-1-2-2" not in [button.key for button in shown.button]
    shown = clicked(shown, "different-1-2-2")
    assert merges(shown) == ["merge-3-4-2"]
    assert "Remembered: 2 pictures are no duplicates, in every dataset." in texts(shown, "success")
    shown = clicked(shown, "undo-different")
    assert merges(shown) == ["merge-1-2-2", "merge-3-4-2"]
    shown = clicked(clicked(shown, "different-1-2-2"), "different-3-4-2")
    assert "No two pictures are alike." in texts(shown, "success")
    assert shown.button(key="show-different").label == "2 groups are marked as different: show them again"
    shown = clicked(shown, "show-different")
    assert merges(shown) == ["merge-1-2-2", "merge-3-4-2"]
    assert "show-different" not in [button.key for button in shown.button]


def test_the_odd_one_of_a_group_is_told_apart_alone(heap: Commands) -> None:
    shown = clicked(with_copies(heap, third=1), "odd-1-2-3-3")
    assert merges(shown) == ["merge-2-3-2"]


def merges(shown: AppTest) -> list[str]:
    return sorted(
        str(button.key) for button in shown.button if str(button.key).startswith("merge-") and button.key != "merge-all"
    )


def test_the_overview_says_how_ready_a_dataset_is_once_its_kind_is_known(heap: Commands) -> None:
    assert heap
    shown = opened("overview.py")
    assert component(shown, "dscore_dataset_cards")["cards"][0]["facts"][1].startswith("Changed")
    shown = chosen(shown, "kind_1", "character")
    fact = component(good(shown.run()), "dscore_dataset_cards")["cards"][0]["facts"][1]
    score = component(opened("check.py"), "dscore_reasons")["score"]
    assert fact.startswith(f"{score} % ready · Changed")
