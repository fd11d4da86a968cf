"""The real BLIP code of transformers on a tiny model."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dscore.captioners.base import Ask, Wording
from dscore.captioners.blip import Blip
from dscore.errors import DeviceError, ModelError, ModelMemoryError, WrongUseError
from dscore.media.view import open_upright, training_view
from dscore.taggers.gpus import NO_CARD, ask_driver
from tests.captioners.loading import reloaded
from tests.made_captioners import SIDE, WORDS, make_captioner, photo

BEAMS = Wording(beams=3, min_length=3, max_length=16)
DRAWN = Wording(sample=True, min_length=3, max_length=16, repetition_penalty=1.1)
HUGE = 1 << 50
"""More numbers than any machine can address: the memory is refused, never taken."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_captioner(tmp_path_factory.mktemp("captioner") / "tiny")


def said(captioner: Blip, pictures: list[Image.Image], *, seeds: list[int] | None = None) -> list[str]:
    """The captions of the pictures, in one batch."""
    asks = [Ask(seed=seed) for seed in seeds or range(len(pictures))]
    return [one.text for one in captioner.caption([captioner.prepare(one) for one in pictures], asks)]


PHOTOS = [photo(number) for number in range(4)]


@pytest.mark.parametrize("prompt", ["", "a picture of"])
def test_beams_say_what_transformers_own_processor_and_search_say(folder: Path, prompt: str) -> None:
    import torch
    from transformers import BertTokenizer, BlipForConditionalGeneration
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    images = BlipImageProcessorPil.from_pretrained(folder)
    tokenizer: Any = BertTokenizer.from_pretrained(folder)
    model: Any = BlipForConditionalGeneration.from_pretrained(folder)
    pixels = images(PHOTOS, return_tensors="pt")
    words = tokenizer([prompt] * len(PHOTOS), return_tensors="pt", return_token_type_ids=False) if prompt else {}
    with torch.inference_mode():
        ids = model.generate(**pixels, **words, num_beams=3, do_sample=False, min_length=3, max_length=16)
    theirs = [
        text.strip().removeprefix(prompt).strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)
    ]
    ours = said(reloaded(folder, replace(BEAMS, prompt=prompt)), PHOTOS)
    assert ours == theirs
    assert len(set(ours)) > 1
    assert set(" ".join(ours).split()) <= set(WORDS)


def test_pictures_are_made_ready_as_their_own_processor_does_it(folder: Path) -> None:
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    captioner = reloaded(folder, BEAMS)
    theirs = BlipImageProcessorPil.from_pretrained(folder)(PHOTOS, return_tensors="np")["pixel_values"]
    ours = captioner._values([captioner.prepare(one) for one in PHOTOS]).numpy()
    assert ours.shape == (4, 3, SIDE, SIDE)
    assert np.abs(ours - np.asarray(theirs)).max() < 1e-5


@pytest.mark.parametrize("wording", [BEAMS, DRAWN, replace(DRAWN, prompt="a picture of")])
def test_a_picture_gets_the_same_caption_alone_and_in_a_batch(folder: Path, wording: Wording) -> None:
    captioner = reloaded(folder, wording)
    together = said(captioner, PHOTOS)
    alone = [said(captioner, [one], seeds=[seed])[0] for seed, one in enumerate(PHOTOS)]
    backwards = said(captioner, PHOTOS[::-1], seeds=[3, 2, 1, 0])[::-1]
    assert together == alone == backwards


def test_the_seed_decides_what_is_drawn_and_nothing_of_what_is_searched(folder: Path) -> None:
    drawn = reloaded(folder, DRAWN)
    first, again, other = (said(drawn, PHOTOS[:1], seeds=[seed]) for seed in (1, 1, 2))
    assert first == again != other
    searched = reloaded(folder, BEAMS)
    assert said(searched, PHOTOS[:1], seeds=[1]) == said(searched, PHOTOS[:1], seeds=[2])


def test_the_prompt_begins_the_sentence_and_is_cut_from_it(folder: Path) -> None:
    bare = said(reloaded(folder, BEAMS), PHOTOS)
    led = said(reloaded(folder, replace(BEAMS, prompt=" A picture of ")), PHOTOS)
    assert bare != led
    assert not any(text.startswith("a picture of") for text in led)


def test_lengths_count_tokens_and_hold(folder: Path) -> None:
    short = said(reloaded(folder, Wording(beams=1, min_length=0, max_length=5)), PHOTOS)
    assert max(len(text.split()) for text in short) <= 4  # the word that begins a sentence is one of the five
    long = said(reloaded(folder, Wording(beams=2, min_length=12, max_length=12)), PHOTOS)
    assert all(4 < len(text.split()) <= 11 for text in long)  # a mark such as [MASK] counts, and is no word


def test_a_repetition_penalty_varies_the_words(folder: Path) -> None:
    words = Wording(beams=1, min_length=12, max_length=16)
    monotonous = said(reloaded(folder, words), PHOTOS)
    varied = said(reloaded(folder, replace(words, repetition_penalty=5.0)), PHOTOS)
    assert sum(len(set(text.split())) for text in varied) > sum(len(set(text.split())) for text in monotonous)


def test_a_prompt_that_leaves_no_room_is_refused(folder: Path) -> None:
    with pytest.raises(WrongUseError, match="The prompt has 4 tokens, and a caption may have 5"):
        reloaded(folder, Wording(min_length=1, max_length=5, prompt="a picture of the"))


def test_a_caption_longer_than_the_model_can_write_is_refused(folder: Path) -> None:
    with pytest.raises(WrongUseError, match="tiny writes 64 tokens at most, and 75 were asked for"):
        reloaded(folder, Wording())


def test_whatever_goes_wrong_in_the_model_is_a_sentence(folder: Path) -> None:
    captioner = reloaded(folder, BEAMS)
    captioner._model.config.text_config.bos_token_id = 10_000
    captioner._prompt = captioner._prompt_ids()
    with pytest.raises(ModelError, match="tiny stopped: index out of range"):
        said(captioner, PHOTOS[:1])


@pytest.mark.parametrize("layout", ["bare", "transformers"])
def test_both_layouts_of_a_folder_say_the_same(folder: Path, tmp_path: Path, layout: Any) -> None:
    other = make_captioner(tmp_path / "other", layout=layout)
    assert said(reloaded(other, BEAMS), PHOTOS) == said(reloaded(folder, BEAMS), PHOTOS)


def test_half_precision_is_half(folder: Path) -> None:
    captioner = reloaded(folder, BEAMS, precision="half")
    assert str(captioner._model.dtype) == "torch.float16"
    texts = said(captioner, PHOTOS)
    assert all(set(text.split()) <= set(WORDS) for text in texts)
    assert str(reloaded(folder, BEAMS)._model.dtype) == "torch.float32"


def test_what_is_see_through_is_white_and_exif_turns(folder: Path, tmp_path: Path) -> None:
    captioner = reloaded(folder, BEAMS)
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    assert captioner.prepare(training_view(clear)).min() == 255
    lying, exif = photo(5), Image.Exif()
    exif[0x0112] = 6
    lying.save(tmp_path / "turned.png", exif=exif)
    upright = open_upright(tmp_path / "turned.png")
    assert upright.size == lying.size[::-1]
    assert said(captioner, [upright]) == said(captioner, [lying.transpose(Image.Transpose.ROTATE_270)])


def test_what_does_not_fit_in_memory_is_said_as_such(folder: Path) -> None:
    captioner = reloaded(folder, BEAMS)

    def too_much(_module: object, _args: object, values: dict[str, Any]) -> None:
        if len(values["pixel_values"]) > 2:
            captioner._torch.empty(HUGE)

    captioner._model.vision_model.register_forward_pre_hook(too_much, with_kwargs=True)
    assert len(said(captioner, PHOTOS[:2])) == 2
    with pytest.raises(ModelMemoryError, match="needs more memory than there is"):
        said(captioner, PHOTOS[:3])


def test_what_is_stopped_ends_with_the_next_word(folder: Path) -> None:
    captioner = reloaded(folder, Wording(beams=1, min_length=16, max_length=16))
    captioner.stop()
    assert len(said(captioner, PHOTOS[:1])[0].split()) == 1


def test_cuda_where_there_is_none_is_a_sentence(folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    why = "CUDA" if ask_driver().gpus else NO_CARD
    with pytest.raises(DeviceError, match=f"tiny does not run on CUDA: .*{why}"):
        reloaded(folder, BEAMS, device="cuda")
    assert re.search(f"^Runs on the CPU, since .*{why}", reloaded(folder, BEAMS, device="auto").note)


def test_weights_that_two_parts_share_may_stand_under_either_name(folder: Path, tmp_path: Path) -> None:
    """As older programs wrote them: one of two names of the same numbers, and positions that can be counted anyway."""
    import torch
    from safetensors.torch import load_file, save_file

    words, bias = "text_decoder.bert.embeddings.word_embeddings.weight", "text_decoder.cls.predictions.bias"
    tensors = load_file(folder / "model.safetensors")
    older = {key: value for key, value in tensors.items() if key not in {words, bias}}
    older["text_decoder.cls.predictions.decoder.weight"] = tensors[words]
    older["text_decoder.cls.predictions.decoder.bias"] = tensors[bias]
    older["text_decoder.bert.embeddings.position_ids"] = torch.arange(64)[None]
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    save_file(older, other / "model.safetensors", metadata={"format": "pt"})
    assert said(reloaded(other, BEAMS), PHOTOS) == said(reloaded(folder, BEAMS), PHOTOS)


def _halved(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])


def _lacking(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    del tensors["vision_model.post_layernorm.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _wider(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["vision_config"]["intermediate_size"] = 48
    (folder / "config.json").write_text(json.dumps(config))


def _noise(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 400)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_halved, "cannot be loaded as a BLIP model"),
        (_noise, "cannot be loaded as a BLIP model"),
        (_lacking, r'lacks "vision_model\.post_layernorm\.weight"'),
        (_wider, "(does not fit config|cannot be loaded)"),
    ],
)
def test_a_damaged_model_is_refused_and_never_filled_up_by_chance(
    folder: Path, tmp_path: Path, damage: Callable[[Path], None], says: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    damage(broken)
    with pytest.raises(ModelError, match=f"{says}.*Download it again"):
        reloaded(broken, BEAMS)
