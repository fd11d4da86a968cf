"""What is asked of stored scores: whose, from which score, which tags, in which order. Presets set all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import streamlit as st

from dscore.errors import WrongUseError
from dscore.models import Category, Mode
from dscore.pipeline.tuning_desk import Tuning, Voice
from dscore.taggers.base import Thresholds
from dscore.taggers.presets import BALANCED, BY_NAME, PRESETS, Preset, advice
from dscore.taggers.rules import Blend, ChoiceRules, Order, Rating
from dscore.taggers.scores import FLOOR
from dscore.text.pairs import split_pairs, split_scores
from dscore.text.tags import split_tags
from pages.components import places, trouble
from pages.components.tagger_form import MODES
from pages.components.words import counted, plain

BLENDS: dict[Blend, str] = {"union": "What any says", "intersection": "What all say", "mean": "Their mean"}
ORDERS: dict[Order, str] = {"score": "Surest", "frequency": "Most frequent", "model": "Model's list"}
RATINGS: dict[Rating, str] = {"off": "Off", "first": "First", "last": "Last"}
TUNED_MODES = (Mode.MERGE, Mode.APPEND, Mode.OVERWRITE)
ORDER_WORDS = {
    "score": "The tag with the highest score comes first.",
    "frequency": "What most of these pictures have comes first.",
    "model": "As the model lists its tags: the most popular on the booru first, then characters. So does sd-scripts.",
}
KEYS = ("general", "character", "gap", "order", "characters-first", "rating", "underscores", "brackets")
PRESET = "tune-preset"


def nothing_stored() -> None:
    """No model has looked at these pictures yet."""
    with st.container(border=True):
        st.text("No tagger has looked at these pictures yet, so there is nothing to tune.")
        st.caption("Run one once; from then on thresholds, order and lists can be changed here in seconds.")
        if st.button("Tag pictures", icon=places.TAG.icon, type="primary", key="go-tag"):
            places.go(places.TAG)


def models(known: Sequence[Voice]) -> tuple[Voice, ...]:
    """The models that are heard; with several, how they are joined is part of the settings."""
    by_name = {voice.name: voice for voice in known}
    stored = [name for name in st.session_state.get("tune-voices", []) if name in by_name]
    st.session_state["tune-voices"] = stored or [known[0].name]
    if len(known) == 1:
        return (known[0],)
    with st.container(horizontal=True, gap="large"):
        names = st.pills(
            "Whose scores",
            list(by_name),
            selection_mode="multi",
            key="tune-voices",
            format_func=lambda name: f"{name} · {counted(by_name[name].pictures, 'picture')}",
            persist_state="session",
            width="content",
        )
        if len(names) > 1:
            _blend()
    return tuple(by_name[name] for name in names) or (known[0],)


def settings(heard: Sequence[Voice]) -> Tuning | None:
    """What is asked of their scores; None where something that was typed cannot be read."""
    general, character = _thresholds(_own(heard), heard)
    rules = _names(_order(ChoiceRules()))
    rules, mode = _advanced(rules)
    gap = _get("gap", [])
    rules = replace(rules, mcut_general="general" in gap, mcut_character="character" in gap)
    try:
        rules = replace(rules, per_tag=split_scores(_get("per-tag", "")), replacements=split_pairs(_get("replace", "")))
        return Tuning(
            tuple(voice.name for voice in heard),
            blend=_get("blend", "union"),
            mode=mode,
            general=general,
            character=character,
            rules=rules,
        )
    except WrongUseError as error:
        trouble.show(error)
        return None


def _key(name: str) -> str:
    return f"tune-{name}"


def _get(name: str, otherwise: Any) -> Any:
    return st.session_state.get(_key(name), otherwise)


def _own(heard: Sequence[Voice]) -> Thresholds:
    """The models' own thresholds, or between them where there are several."""
    number = len(heard)
    general = sum(voice.thresholds.general for voice in heard) / number
    return Thresholds(general, sum(voice.thresholds.character for voice in heard) / number)


def _blend() -> None:
    st.segmented_control(
        "Together",
        list(BLENDS),
        format_func=BLENDS.__getitem__,
        default="union",
        required=True,
        key="tune-blend",
        persist_state="session",
        help="Any: a tag that one of them takes. All: only what each takes. Mean: their scores are averaged first.",
    )


def _values(preset: Preset, own: Thresholds) -> dict[str, Any]:
    """The widgets' values that stand for a preset."""
    rules = preset.rules
    return {
        "general": round(own.general if preset.general is None else preset.general, 2),
        "character": round(own.character if preset.character is None else preset.character, 2),
        "gap": [],
        "order": rules.order,
        "characters-first": rules.characters_first,
        "rating": rules.rating,
        "underscores": rules.underscores,
        "brackets": rules.brackets,
    }


def presets(heard: Sequence[Voice]) -> None:
    """A choice of which one is marked as long as everything stands as it sets it."""
    own = _own(heard)
    first = _values(PRESETS[0], own)
    for name in KEYS:
        st.session_state.setdefault(_key(name), first[name])
    now = {name: st.session_state[_key(name)] for name in KEYS}
    st.session_state[PRESET] = next((one.name for one in PRESETS if _values(one, own) == now), None)

    def begin() -> None:
        name = st.session_state[PRESET]
        for key, value in _values(BY_NAME[name], own).items() if name else ():
            st.session_state[_key(key)] = value

    chosen = st.pills(
        "Begin with", list(BY_NAME), format_func=lambda name: BY_NAME[name].title, key=PRESET, on_change=begin
    )
    st.caption(BY_NAME[chosen].purpose if chosen else "Settings of your own.")


def _thresholds(own: Thresholds, heard: Sequence[Voice]) -> tuple[float | None, float | None]:
    """As they are set; None where the models' own stand, which may be finer than a slider."""
    gap = _get("gap", [])
    general = _slider("Take tags from a score of", "general", disabled="general" in gap)
    st.caption(advice(general) if "general" not in gap else "Each picture's list ends at its own largest gap.")
    _points(own, heard)
    character = _slider("Take characters from", "character", disabled="character" in gap)
    st.pills(
        "Find the gap by itself",
        ["general", "character"],
        format_func={"general": "For tags", "character": "For characters"}.__getitem__,
        selection_mode="multi",
        key=_key("gap"),
        persist_state="session",
        help="In each picture, scores mostly fall from sure to doubtful in one large step: the list is cut there. "
        "The slider then does not count.",
    )
    return (
        None if general == round(own.general, 2) else general,
        None if character == round(own.character, 2) else character,
    )


def _slider(label: str, name: str, *, disabled: bool) -> float:
    return st.slider(
        label, min_value=FLOOR, max_value=1.0, step=0.01, key=_key(name), disabled=disabled, persist_state="session"
    )


def _points(own: Thresholds, heard: Sequence[Voice]) -> None:
    """Buttons for the scores that the model itself suggests."""
    points = {"The tagger's own": (round(own.general, 2), "What the tagger takes where nothing is set.")}
    if len(heard) == 1 and heard[0].name in BALANCED:
        sentence = "There this model misses as many tags as it gets wrong, by its card."
        points["Its balanced point"] = (round(BALANCED[heard[0].name], 2), sentence)

    def take(score: float) -> None:
        st.session_state[_key("general")] = score

    with st.container(horizontal=True):
        for word, (score, sentence) in points.items():
            st.button(
                f"{word}, {score:.2f}",
                icon=":material/adjust:",
                type="tertiary",
                help=sentence,
                on_click=take,
                args=(score,),
                key=f"tune-to-{word}",
                disabled=score == _get("general", None),
            )


def _order(rules: ChoiceRules) -> ChoiceRules:
    order: Order = cast("Order", _choice("First come", "order", ORDERS))
    st.caption(ORDER_WORDS[order])
    first = st.toggle("Characters before all other tags", key=_key("characters-first"), persist_state="session")
    rating: Rating = cast("Rating", _choice("Rating (general, sensitive, …)", "rating", RATINGS))
    return replace(rules, order=order, characters_first=first, rating=rating)


def _choice(label: str, name: str, words: dict[Any, str]) -> str:
    chosen = st.segmented_control(
        label, list(words), format_func=words.__getitem__, required=True, key=_key(name), persist_state="session"
    )
    return str(chosen)


def _names(rules: ChoiceRules) -> ChoiceRules:
    blacklist = st.text_input(
        "Never take these tags",
        key="tune-blacklist",
        placeholder="solo, *background",
        help="Parted by commas; a star stands for any text. The trigger word stays, whatever stands here.",
        persist_state="session",
    )
    st.text_input(
        "Single tags with a score of their own",
        key="tune-per-tag",
        placeholder="solo=0.6, smile=0.25",
        persist_state="session",
    )
    return replace(rules, blacklist=split_tags(blacklist))


def _advanced(rules: ChoiceRules) -> tuple[ChoiceRules, Mode]:
    with st.expander("Advanced"):
        kinds = st.multiselect(
            "Leave out whole kinds",
            [one for one in Category if one is not Category.RATING],
            format_func=lambda one: Category(one).capitalize(),
            key="tune-without",
            select_all=False,
            persist_state="session",
        )
        st.text_input(
            "Write tags otherwise", key="tune-replace", placeholder="1girl=woman, solo=", persist_state="session",
            help="Nothing behind the sign leaves the tag out.",
        )  # fmt: skip
        _choice("Tags of several words", "underscores", {"space": "long hair", "keep": "long_hair"})
        _choice("Brackets", "brackets", {"plain": plain("saber (fate)"), "escaped": plain(r"saber \(fate\)")})
        st.caption("Escaped brackets are for prompts; a trainer wants plain ones.")
        limit = st.number_input(
            "The most tags for a picture", min_value=0, value=0, step=5, key="tune-limit", persist_state="session",
            help="The surest stay; 0 is no limit.",
        )  # fmt: skip
        mode = st.segmented_control(
            "Tags that are there",
            TUNED_MODES,
            format_func=lambda one: MODES[Mode(one)][0],
            default=Mode.MERGE,
            required=True,
            key="tune-mode",
            persist_state="session",
        )
        chosen = Mode(mode or Mode.MERGE)
        st.caption(f"{MODES[chosen][1]} Tags that you removed by hand stay out.")
    spelled = replace(rules, underscores=_get("underscores", "space"), brackets=_get("brackets", "plain"))
    return replace(spelled, without=tuple(map(Category, kinds)), limit=int(limit) or None), chosen
