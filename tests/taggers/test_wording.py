from __future__ import annotations

import pytest

from dscore.taggers.rules import ChoiceRules
from dscore.taggers.wording import bans, wording


@pytest.mark.parametrize(
    ("rules", "name", "written"),
    [
        (ChoiceRules(), "saber_(fate)", "saber (fate)"),
        (ChoiceRules(underscores="keep"), "long_hair", "long_hair"),
        (ChoiceRules(brackets="escaped"), "saber_(fate)", r"saber \(fate\)"),
        (ChoiceRules(brackets="escaped"), r"\m/", r"\\m/"),
        (ChoiceRules(replacements=(("long hair", "a (b)"),), brackets="escaped"), "Long_hair", r"a \(b\)"),
        (ChoiceRules(blacklist=("saber (*)",), brackets="escaped"), "saber_(fate)", ""),
        (ChoiceRules(replacements=(("solo", ""),)), "solo", ""),
    ],
)
def test_names_are_written_as_the_rules_say(rules: ChoiceRules, name: str, written: str) -> None:
    assert wording(rules).written(name) == written


def test_thresholds_share_their_wording() -> None:
    assert wording(ChoiceRules(general=0.2)) is wording(ChoiceRules(general=0.9))


def test_a_list_bans_by_key_and_star() -> None:
    assert bans(("long *", " "), "Long_hair")
    assert not bans(("long",), "long hair")
    assert not bans(("",), "")
