"""What sd-scripts' finetune/tag_images_by_wd14_tagger.py (48d368f) writes for given scores: a plain model of its behaviour.

Its bugs are in it as it has them: faces longer than three characters lose their underscore, and characters that
come first stand in reverse. `mended` takes these two away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MENDED_FACES = ("(o)_(o)", "<o>_<o>", "<|>_<|>", "||_||")


def sd_scripts_caption(
    names: Sequence[str],
    categories: Sequence[int],
    prob: Sequence[np.float32],
    *,
    general_threshold: float = 0.35,
    character_threshold: float = 0.35,
    remove_underscore: bool = False,
    undesired_tags: Sequence[str] = (),
    use_rating_tags: bool = False,
    use_rating_tags_as_last_tag: bool = False,
    character_tags_first: bool = False,
    caption_separator: str = ", ",
    mended: bool = False,
) -> str:
    """The text of the caption file without its line end; `categories` are the numbers of selected_tags.csv."""
    rows = [(name, category) for name, category in zip(names, categories, strict=True)]
    rating = [written(name, remove_underscore, mended) for name, category in rows if category == 9]
    general = [written(name, remove_underscore, mended) for name, category in rows if category == 0]
    character = [written(name, remove_underscore, mended) for name, category in rows if category == 4]
    combined: list[str] = []
    first: list[str] = []
    for number, score in enumerate(prob[4:]):
        if number < len(general):
            tag = general[number]
            if score >= np.float32(general_threshold) and tag not in undesired_tags:
                combined.append(tag)
        elif score >= np.float32(character_threshold):
            tag = character[number - len(general)]
            if tag in undesired_tags:
                continue
            if character_tags_first:
                first.append(tag)
            else:
                combined.append(tag)
    combined = (first if mended else first[::-1]) + combined
    if use_rating_tags or use_rating_tags_as_last_tag:
        found = rating[int(np.argmax(np.asarray(prob[:4])))]
        if found not in undesired_tags:
            combined = [*combined, found] if use_rating_tags_as_last_tag else [found, *combined]
    return caption_separator.join(combined)


def written(name: str, remove_underscore: bool, mended: bool) -> str:
    """Underscores go from names of more than three characters."""
    if not remove_underscore or len(name) <= 3 or (mended and name in MENDED_FACES):
        return name
    return name.replace("_", " ")
