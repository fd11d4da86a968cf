"""BLIP by transformers, from safetensors only: https://arxiv.org/abs/2201.12086"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from dscore.captioners import layout
from dscore.captioners.base import Ask, Caption, CaptionerFiles, CaptionerSpec, Precision, Wording
from dscore.captioners.drawing import Draw
from dscore.captioners.layout import Look
from dscore.errors import DeviceError, ModelError, ModelMemoryError, WrongUseError
from dscore.taggers.gpus import NO_CARD, ask_driver, devices
from dscore.taggers.session import is_out_of_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

PREPARATION = 1
"""The version of what is done to a picture; captions of two are never taken for each other."""

ON_GPU, ON_CPU = 8, 2
"""Pictures at once: eight as the guide has them."""


def settings(wording: Wording, precision: Precision = "auto") -> str:
    """What a caption depends on beside the model and the picture, the seed included where words are drawn."""
    how = f"drawn top_p={wording.top_p:g} seed={wording.seed}" if wording.sample else f"beams={wording.beams}"
    return (
        f"blip-{PREPARATION} {how} length={wording.min_length}-{wording.max_length} "
        f"penalty={wording.repetition_penalty:g} {precision} prompt={wording.prompt.strip()}"
    )


def load(
    spec: CaptionerSpec, files: CaptionerFiles, wording: Wording, *, device: str = "auto", precision: Precision = "auto"
) -> Blip:
    """Open the model on its device. Raises ModelError where it is damaged or not whole, DeviceError."""
    torch, transformers = libraries()
    name, why = device_for(torch, device, name=spec.name)
    half = precision == "half" or (precision == "auto" and name != "cpu")
    if name == "cpu":
        # A tagger in this worker may have kept it to one; more than there are cores only wait for one another.
        torch.set_num_threads(psutil.cpu_count(logical=False) or 1)
    look = layout.look_of(files.folder)
    with _explained(spec):
        tokenizer = transformers.BertTokenizer.from_pretrained(files.folder, local_files_only=True)
        model, told = transformers.BlipForConditionalGeneration.from_pretrained(
            files.folder,
            use_safetensors=True,
            local_files_only=True,
            dtype=torch.float16 if half else torch.float32,
            output_loading_info=True,
        )
        _require_whole(files.folder, told)
        model = model.eval().to(name)
    note = " ".join(part for part in (files.note, why) if part)
    return Blip(name=spec.name, device=name, note=note, wording=wording, look=look, model=model, tokenizer=tokenizer)


class Blip:
    """A loaded BLIP; see `base.Captioner`. Prepared pictures are uint8 [height, width, 3], RGB."""

    def __init__(
        self, *, name: str, device: str, note: str, wording: Wording, look: Look, model: Any, tokenizer: Any
    ) -> None:
        self.name, self.device, self.note = name, device, note
        self._wording, self._look, self._model, self._tokenizer = wording, look, model, tokenizer
        self._torch, self._transformers = libraries()
        self._stopped = threading.Event()
        self._prompt = self._prompt_ids()

    @property
    def batch(self) -> int:
        """How many pictures at once are best."""
        return ON_CPU if self.device == "cpu" else ON_GPU

    def prepare(self, image: Image.Image) -> Pixels:
        """Stretched to the model's square, as its own processor does it; the numbers are made on the device."""
        image = image if image.size == self._look.size else image.resize(self._look.size, self._look.resample)
        return np.asarray(image)

    def caption(self, pictures: list[Pixels], asks: list[Ask]) -> list[Caption]:
        """A sentence each. Raises ModelMemoryError where fewer at once may do, else ModelError."""
        try:
            with self._torch.inference_mode():
                written = self._generate(self._values(pictures), [ask.seed for ask in asks])
        except (RuntimeError, MemoryError, IndexError, ValueError, TypeError, KeyError) as error:
            self._free()
            if is_out_of_memory(error) or "can't allocate memory" in str(error):
                raise ModelMemoryError(
                    f"{self.name} needs more memory than there is for one picture. Close other programs, or take a smaller model."
                ) from error
            raise ModelError(f"{self.name} stopped: {_first_line(error)}") from error
        texts = self._tokenizer.batch_decode(written[:, self._prompt.shape[1] :], skip_special_tokens=True)
        return [Caption(" ".join(text.split())) for text in texts]

    def stop(self) -> None:
        """End with the next word, and from then on after one."""
        self._stopped.set()

    def _values(self, pictures: list[Pixels]) -> Any:
        """Float [pictures, 3, height, width] on the device; bytes go there, a quarter of the numbers."""
        torch, look = self._torch, self._look
        pixels = torch.from_numpy(np.stack(pictures)).to(self.device).permute(0, 3, 1, 2).float()
        mean, std = (torch.tensor(side, device=self.device).view(1, 3, 1, 1) for side in (look.mean, look.std))
        return ((pixels / 255 - mean) / std).to(self._model.dtype)

    def _generate(self, values: Any, seeds: list[int]) -> Any:
        wording, lists = self._wording, self._transformers
        # The model's own `generate` cuts the last id, which it takes for the end of the prompt.
        ids = self._torch.nn.functional.pad(self._prompt, (0, 1)).repeat(len(values), 1).to(self.device)
        stop = lists.StoppingCriteriaList([self._is_stopped])
        draw = lists.LogitsProcessorList([Draw(seeds, top_p=wording.top_p)] if wording.sample else [])
        return self._model.generate(
            pixel_values=values,
            input_ids=ids,
            attention_mask=self._torch.ones_like(ids),
            do_sample=False,
            num_beams=1 if wording.sample else wording.beams,
            min_length=wording.min_length,
            max_length=wording.max_length,
            repetition_penalty=wording.repetition_penalty,
            logits_processor=draw,
            stopping_criteria=stop,
        )

    def _is_stopped(self, ids: Any, _scores: Any, **_: Any) -> Any:
        return self._torch.full((len(ids),), self._stopped.is_set(), device=ids.device, dtype=self._torch.bool)

    def _prompt_ids(self) -> Any:
        """[1, length]: the word that begins a sentence, and the prompt. Raises WrongUseError where a caption has no room."""
        text = self._model.config.text_config
        begin, most = text.bos_token_id, text.max_position_embeddings
        if self._wording.max_length > most:
            raise WrongUseError(
                f"{self.name} writes {most} tokens at most, and {self._wording.max_length} were asked for. Ask for fewer."
            )
        prompt = self._tokenizer(self._wording.prompt, add_special_tokens=False)["input_ids"]
        if len(prompt) + 2 > self._wording.max_length:
            raise WrongUseError(
                f"The prompt has {len(prompt)} tokens, and a caption may have {self._wording.max_length} with it. "
                "Take a shorter prompt, or allow a longer caption."
            )
        return self._torch.tensor([[begin, *prompt]])

    def _free(self) -> None:
        if self.device != "cpu":
            self._torch.cuda.empty_cache()


def libraries() -> tuple[Any, Any]:
    """torch and transformers, imported when the first model is opened, and quiet from then on. Raises ModelError."""
    try:
        torch, transformers = import_module("torch"), import_module("transformers")
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        _ = transformers.BlipForConditionalGeneration, transformers.BertTokenizer  # only now are these modules imported
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        raise ModelError(
            f"BLIP cannot be loaded: {_first_line(error)} It needs torch and transformers; a torchvision that does not fit torch "
            "breaks it (`pip uninstall torchvision`)."
        ) from error
    return torch, transformers


def device_for(torch: Any, asked: str, *, name: str) -> tuple[str, str]:
    """The device for the model of that name, and why it is not the better one, or "". Raises DeviceError."""
    (device, *_) = devices(asked, gpus=1)
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "cpu":
        return "cpu", ""
    if int(device.partition(":")[2] or 0) < there:
        return ("cuda" if device == "auto" else device), ""
    why = "torch finds no such CUDA device" if there else _without_cuda(torch)
    if device != "auto":
        raise DeviceError(f"{name} does not run on {device.upper()}: {why}.")
    return "cpu", f"Runs on the CPU, since {why}."


def _without_cuda(torch: Any) -> str:
    if not ask_driver().gpus:
        return NO_CARD
    if torch.version.cuda is None:
        return "the installed torch has no CUDA (install the build for your card, see pytorch.org)"
    return f"torch {torch.__version__} finds no NVIDIA GPU, or no driver for CUDA {torch.version.cuda}"


def _require_whole(folder: Path, told: dict[str, Any]) -> None:
    """transformers fills up what a file lacks with chance, and says so in a log only."""
    lacking = sorted(map(str, told.get("missing_keys", ())))
    if lacking or told.get("mismatched_keys"):
        what = f'lacks "{lacking[0]}"' if lacking else "does not fit config.json"
        raise ModelError(f"{folder / layout.WEIGHTS} is not the whole model: it {what}. Download it again.")


@contextmanager
def _explained(spec: CaptionerSpec) -> Iterator[None]:
    """Turn what transformers, safetensors and torch raise into sentences."""
    broken = import_module("safetensors").SafetensorError
    try:
        yield
    except ModelError:
        raise
    except (broken, OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise ModelError(
                f"{spec.name} does not fit in memory. Close other programs, or take a smaller model."
            ) from error
        raise ModelError(
            f"{spec.name} cannot be loaded as a BLIP model: {_first_line(error)} Download it again."
        ) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0].rstrip('.')[:300]}." if lines else f"{type(error).__name__}."
