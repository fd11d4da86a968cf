"""A captioner behind an address that speaks OpenAI's chat: Ollama, vLLM, LM Studio, llama.cpp, or a public site.

`POST <base>/chat/completions` with the picture as a data URL; the answer's text is `choices[0].message.content`.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dscore.captioners.base import Ask, Caption, CaptionerIdentity
from dscore.captioners.replies import Reply, read_reply, said_by
from dscore.errors import AccessError, AddressError, FetchError, ModelError, WrongUseError
from dscore.fetch import addresses
from dscore.fetch.client import Answer, Fetcher
from dscore.fetch.limits import Limits, retry_after
from dscore.fetch.redaction import Redactor

if TYPE_CHECKING:
    from PIL import Image

PROMPT = (
    "Describe this picture in one or two plain sentences. Begin with the subject; say what can be seen, "
    "and nothing about mood or quality."
)
LONGEST_ANSWER = 4 << 20  # bytes
JPEG_QUALITY = 90
IN_A_ROW = 3
"""So many failures, one after another, are the site's and not the pictures'."""

BUSY_TRIES, BUSY_SECONDS, LONGEST_WAIT = 4, 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model behind an address is asked.

    `url` is the base address (`http://127.0.0.1:11434/v1`). The `prompt` may hold `{tags}` and `{trigger}`. `side` is the
    longer one of the picture that is sent, in pixels; `seconds` is all of one answer; `at_once` are questions at once.
    """

    url: str
    prompt: str = PROMPT
    max_tokens: int = 300
    temperature: float = 0.2
    side: int = 1024
    seconds: float = 120.0
    at_once: int = 1

    def __post_init__(self) -> None:
        addresses.take_apart(self.url)
        if "?" in self.url or "#" in self.url:
            raise AddressError(
                f"{addresses.shown(self.url)} has a query, which may hold a key. Give the address without it."
            )
        if not self.prompt.strip():
            raise WrongUseError("Say what the model is asked: the prompt is empty.")
        for name, value, least, most in (
            ("number of tokens", self.max_tokens, 1, 32_768),
            ("temperature", self.temperature, 0, 2),
            ("picture's longer side", self.side, 64, 4096),
            ("time for one answer", self.seconds, 1, 3600),
            ("number of questions at once", self.at_once, 1, 64),
        ):
            if not least <= value <= most:
                raise WrongUseError(f"The {name} goes from {least:,} to {most:,}; {value:,} is outside.")

    @property
    def site(self) -> str:
        """The host, with the port where it is not the usual one: what a key is kept for."""
        scheme, host, port, _ = addresses.take_apart(self.url)
        return addresses.Target(scheme, host, port, "/", ()).authority

    @property
    def chat(self) -> str:
        """The address of the chat itself; a base without a path is one that ends in `/v1`."""
        base = self.url.strip().rstrip("/")
        if base.endswith("/chat/completions"):
            return base
        return f"{base}{'' if base.count('/') > 2 else '/v1'}/chat/completions"

    @property
    def settings(self) -> str:
        """What a caption depends on beside model, picture and prompt."""
        return f"chat-1 tokens={self.max_tokens} temperature={self.temperature:g} side={self.side}"

    def identity(self, model: str) -> CaptionerIdentity:
        """Which model answers, as far as can be told from here."""
        fingerprint = hashlib.sha256(f"{self.chat}\n{model}".encode()).hexdigest()
        return CaptionerIdentity(self.site, "", fingerprint)


class Endpoint:
    """A model behind an address; see `base.Captioner`. Prepared pictures are data URLs."""

    note = ""

    def __init__(self, model: str, asking: Asking, *, key: str = "", local_hosts: tuple[str, ...] = ()) -> None:
        self.name, self.device = model, asking.site
        self._asking, self._fetcher = asking, Fetcher(local_hosts=local_hosts, secrets=[key] if key else [])
        self._redactor = Redactor([key] if key else [])
        self._keys = {"Authorization": f"Bearer {key}"} if key else {}
        self._failed, self._has_answered = 0, False
        is_named = asking.site in local_hosts or asking.site.rpartition(":")[0] in local_hosts
        if key and asking.url.lower().startswith("http:") and not is_named:
            raise AddressError(f"{asking.site} would be sent your key in the clear. Give an address with https.")

    @property
    def batch(self) -> int:
        """Questions at once."""
        return self._asking.at_once

    def prepare(self, image: Image.Image) -> str:
        """A JPEG of the size that is sent, as a data URL."""
        small = image.copy()
        small.thumbnail((self._asking.side, self._asking.side))
        content = io.BytesIO()
        small.save(content, "JPEG", quality=JPEG_QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"

    def caption(self, pictures: list[str], asks: list[Ask]) -> list[Caption]:
        """A caption each. Raises ModelError where asking on makes no sense: no model, no access, failures in a row."""
        if len(pictures) == 1:
            return [self._counted(self._one(pictures[0], asks[0]))]
        with ThreadPoolExecutor(len(pictures), "ask") as threads:
            return [self._counted(caption) for caption in threads.map(self._one, pictures, asks)]

    def stop(self) -> None:
        """Break off the questions under way."""
        self._fetcher.interrupt()

    def _counted(self, caption: Caption) -> Caption:
        self._failed = self._failed + 1 if caption.reason else 0
        if self._failed >= IN_A_ROW:
            hint = "" if self._has_answered else " Is the program running there, and the address right?"
            raise ModelError(
                f"{self.device} failed {self._failed} times in a row, so the job has stopped. "
                f"The last time: {caption.reason}{hint}"
            )
        return caption

    def _one(self, picture: str, ask: Ask) -> Caption:
        try:
            answer = self._answered(json.dumps(self._question(picture, ask)).encode())
        except AddressError as error:
            raise ModelError(str(error)) from error
        except AccessError as error:
            raise ModelError(str(error)) from error
        except FetchError as error:
            return Caption("", self._clean(str(error)))
        return self._caption(answer)

    def _question(self, picture: str, ask: Ask) -> dict[str, Any]:
        content = [{"type": "text", "text": ask.prompt}, {"type": "image_url", "image_url": {"url": picture}}]
        return {
            "model": self.name,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": self._asking.max_tokens,
            "temperature": self._asking.temperature,
            "stream": False,
        }

    def _answered(self, body: bytes) -> Answer:
        """The answer, waited for as long as a busy site asks, a few times."""
        seconds = self._asking.seconds
        limits = Limits(bytes=LONGEST_ANSWER, seconds=seconds, read_seconds=seconds)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        for number in range(BUSY_TRIES):
            answer = self._fetcher.post(self._asking.chat, body, headers=headers, keys=self._keys, limits=limits)
            if answer.status not in {429, 503}:
                return answer
            told = retry_after(answer.headers.get("retry-after"))
            wait = BUSY_SECONDS * 2**number if told is None else told
            if wait > LONGEST_WAIT:
                raise AccessError(
                    f"{self.device} was asked too often, and wants {wait:,.0f} s of rest ({answer.status}). Try again later."
                )
            if number < BUSY_TRIES - 1:
                self._fetcher.wait(wait)
        raise FetchError(f"{self.device} is too busy ({answer.status}), also after {BUSY_TRIES} tries.")

    def _caption(self, answer: Answer) -> Caption:
        self._has_answered = True
        said = self._clean(said_by(answer.body))
        if answer.status in {401, 403}:
            raise ModelError(
                f"{self.device} does not let dscore in ({answer.status}).{said} "
                f"Give its key: python -m dscore keys {self.device} --endpoint"
            )
        if answer.status == 404:
            raise ModelError(self._not_there(said))
        if answer.status != 200:
            return Caption("", f"{self.device} could not answer ({answer.status}).{said}")
        reply = read_reply(answer.body)
        if reply is None:
            return Caption("", f"{self.device} answered with something that is no answer of a chat model.{said}")
        return self._of(reply)

    def _of(self, reply: Reply) -> Caption:
        limit = f"{self._asking.max_tokens:,} tokens"
        if not reply.text and reply.is_cut:
            return Caption("", f"The model was still thinking when its {limit} were used up. Allow more.")
        return Caption(reply.text, remark=f"It was cut at {limit}." if reply.is_cut else "")

    def _not_there(self, said: str) -> str:
        if said:
            return f'{self.device} has no model "{self.name}".{said} With Ollama: ollama pull {self.name}'
        return (
            f"{self.device} has no chat at {addresses.shown(self._asking.chat)} (404). The address mostly ends in /v1."
        )

    def _clean(self, text: str) -> str:
        return self._redactor.clean(text)
