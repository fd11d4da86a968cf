"""What people paste of the hub: addresses of its pages, `hf://…`, `owner/name@revision`, lines of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from dscore.errors import WrongUseError
from dscore.fetch.addresses import shown

OFFICIAL = "https://huggingface.co"
HOSTS = {"huggingface.co", "www.huggingface.co", "hf.co"}
EXAMPLE = "Paste the address of its page, or owner/name."

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_REPO = re.compile(rf"{_NAME}(/{_NAME})?")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_CODE = re.compile(r"load_dataset\(\s*[\"']([^\"']+)[\"'].*", re.DOTALL)
_HOST = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}(:\d+)?/", re.IGNORECASE)
_INTO = {"tree", "blob", "resolve", "raw"}
_KINDS = {"datasets", "models", "spaces"}


@dataclass(frozen=True, slots=True)
class Address:
    """A repository at a revision; `path` is a folder or file in it, or ""; `kind` is "datasets" or "models"."""

    repo: str
    revision: str = "main"
    path: str = ""
    endpoint: str = OFFICIAL
    kind: str = "datasets"

    @property
    def page(self) -> str:
        """Its page, for people."""
        return f"{self.endpoint}/{self.prefix}{self.repo}"

    @property
    def prefix(self) -> str:
        """What comes before the repository in the address of a page or file."""
        return "" if self.kind == "models" else f"{self.kind}/"

    @property
    def host(self) -> str:
        """Whose token it wants."""
        return urlsplit(self.endpoint).netloc

    @property
    def api(self) -> str:
        """Where the hub answers about it."""
        return f"{self.endpoint}/api/{self.kind}/{self.repo}"

    def file(self, path: str, commit: str) -> str:
        """Where a file of it lies at a commit."""
        return f"{self.endpoint}/{self.prefix}{self.repo}/resolve/{quote(commit, safe='')}/{quote(path)}"


def parse(text: str, *, endpoint: str = "") -> Address:
    """Understand what was pasted; `endpoint` is a mirror's address, or "". Raises WrongUseError, with what to paste instead."""
    site = _endpoint(endpoint)
    pasted = text.strip().strip("\"'<>").strip()
    code = _CODE.search(pasted)
    pasted = code[1] if code else pasted.rpartition("git clone ")[2].split("\n")[0].strip()
    if pasted.lower().startswith("hf://"):
        return _short(pasted[5:], site, kind="models")
    if "://" in pasted or _HOST.match(pasted):
        return _page(pasted if "://" in pasted else f"https://{pasted}", site)
    return _short(pasted.removeprefix("hf:"), site, kind="datasets")


def _endpoint(endpoint: str) -> str:
    site = endpoint.strip().rstrip("/") or OFFICIAL
    try:
        parts = urlsplit(site)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or parts.path or parts.query or "@" in parts.netloc:
        raise WrongUseError(f"“{shown(endpoint)}” is no endpoint. Give a mirror as https://its.name, without a path.")
    return site


def _page(url: str, site: str) -> Address:
    try:
        parts = urlsplit(url)
        host = (parts.netloc or "").lower()
    except ValueError as error:
        raise WrongUseError(f"“{url[:100]}” is no address. {EXAMPLE}") from error
    if host not in HOSTS | {urlsplit(site).netloc.lower()}:
        named = host.rpartition("@")[2] or url[:100]
        raise WrongUseError(
            f"{named} is not huggingface.co. Is it a mirror? Then give https://{named} as the endpoint, too."
        )
    words = [word for word in parts.path.split("/") if word]
    kind = words.pop(0) if words and words[0] in _KINDS else ""
    if not words:
        raise WrongUseError(f"{url[:100]} names no dataset. {EXAMPLE}")
    if not kind or kind == "spaces":
        raise WrongUseError(_no_dataset("/".join(words[:2]), kind))
    return _inside(words, site, kind)


def _no_dataset(repo: str, kind: str) -> str:
    if kind == "spaces":
        return f"{repo} is a Space, a program; it holds no dataset. {EXAMPLE}"
    return f"{repo} is a model, not a dataset. Do you want the pictures in it? Then write models/{repo}."


def _inside(words: list[str], site: str, kind: str) -> Address:
    """From `owner/name/tree/revision/folder`; a revision may hold slashes, quoted or as `refs/convert/parquet`."""
    marks = [place for place, word in enumerate(words[:3]) if word in _INTO | {"viewer", "discussions", "settings"}]
    size = marks[0] if marks and marks[0] > 0 else min(2, len(words))
    repo, rest = "/".join(words[:size]), [unquote(word) for word in words[size:]]
    if not rest or rest[0] not in _INTO:
        return _checked(Address(repo, endpoint=site, kind=kind))
    after = 4 if rest[1:2] == ["refs"] else 2
    revision, path = "/".join(rest[1:after]) or "main", "/".join(rest[after:])
    return _checked(Address(repo, revision, path, site, kind))


def _short(text: str, site: str, *, kind: str) -> Address:
    words = [word for word in text.split("/") if word]
    if words and words[0] in {"datasets", "models"}:
        kind = words.pop(0)
    head, at, tail = "/".join(words).partition("@")
    names = head.split("/")
    if at:
        parts = tail.split("/")
        size = 3 if parts[0] == "refs" else 1
        return _checked(Address(head, unquote("/".join(parts[:size])), "/".join(parts[size:]), site, kind))
    if len(names) > 2 and names[2] in _INTO:
        return _inside(names, site, kind)
    return _checked(Address("/".join(names[:2]), path="/".join(names[2:]), endpoint=site, kind=kind))


def _checked(address: Address) -> Address:
    if not _REPO.fullmatch(address.repo) or ".." in address.repo or "--" in address.repo:
        shown = "".join(char if char.isprintable() else "�" for char in address.repo)[:100]
        raise WrongUseError(f"“{shown}” is no name of a dataset. {EXAMPLE}")
    if not _REVISION.fullmatch(address.revision) or ".." in address.revision:
        raise WrongUseError(f"“{address.revision[:100]}” is no branch, tag or commit.")
    return address
