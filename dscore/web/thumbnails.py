"""Pictures for the browser: thumbnails from the library's cache, and the large view.

They are named by what they hold, so the browser may keep them for ever.
"""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dscore.catalog import images
from dscore.catalog.connection import open_catalog
from dscore.catalog.images import ImageDetails
from dscore.config import Library
from dscore.errors import CatalogError, DiskFullError, NotFoundError
from dscore.media.convert import Format, write_upright
from dscore.media.decode import DecodeLimits, decode
from dscore.media.thumbnails import thumbnail_path
from dscore.pipeline.store import Incoming

FOR_EVER = "public, max-age=31536000, immutable"
SHOWN_AS_THEY_ARE = frozenset({"jpeg", "png", "webp"})
"""The formats that every browser shows; another one is converted, and so is a picture that lies on its side."""

log = logging.getLogger(__name__)

_SHA256 = re.compile("[0-9a-f]{64}")
_AT_ONCE = threading.BoundedSemaphore(2)  # a large picture takes some hundred megabytes while it is decoded


def routes(library: Library) -> list[Route]:
    """`GET /api/thumb/{sha256}.webp` and `GET /api/image/{sha256}`."""
    return [
        Route("/api/thumb/{sha256}.webp", partial(_thumbnail, library)),
        Route("/api/image/{sha256}", partial(_image, library)),
    ]


def _thumbnail(library: Library, request: Request) -> Response:
    sha256 = _named(request)
    if _is_known(request, sha256):
        return Response(status_code=304, headers=_headers(sha256))
    try:
        content = thumbnail_path(library.home, sha256).read_bytes()
    except OSError:
        content = _made_again(library, sha256)
    return Response(content, media_type="image/webp", headers=_headers(sha256))


def _made_again(library: Library, sha256: str) -> bytes:
    picture = _picture(library, sha256)
    limits = DecodeLimits(megapixels=library.settings().max_megapixels)
    with _AT_ONCE:
        content = decode(_original(library, picture), name=picture.file, limits=limits).thumbnail
    try:
        with Incoming(library) as incoming:
            incoming.keep_thumbnail(sha256, content)
    except (DiskFullError, CatalogError) as error:
        log.warning("%s", error)  # it is shown all the same
    return content


def _image(library: Library, request: Request) -> Response:
    sha256 = _named(request)
    if _is_known(request, sha256):
        return Response(status_code=304, headers=_headers(sha256))
    picture = _picture(library, sha256)
    path = _original(library, picture)
    if picture.format in SHOWN_AS_THEY_ARE and picture.orientation == 1:
        return FileResponse(path, media_type=f"image/{picture.format}", headers=_headers(sha256))
    kind: Format = "jpeg" if picture.format == "jpeg" else "png"
    return Response(_converted(path, kind), media_type=f"image/{kind}", headers=_headers(sha256))


def _converted(path: Path, kind: Format) -> bytes:
    with _AT_ONCE, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "view"
        write_upright(path, target, format=kind)
        return target.read_bytes()


def _named(request: Request) -> str:
    sha256: str = request.path_params["sha256"]
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("A picture is named by its SHA-256: 64 digits from 0 to f.")
    return sha256


def _picture(library: Library, sha256: str) -> ImageDetails:
    with open_catalog(library) as db:
        picture = images.find(db, sha256)
    if picture is None:
        raise NotFoundError("The library holds no such picture.")
    return picture


def _original(library: Library, picture: ImageDetails) -> Path:
    path = library.image_path(picture.file)
    if not path.is_file():
        raise NotFoundError(f"{path} is missing. Put it back from a copy; its caption is safe.")
    return path


def _is_known(request: Request, sha256: str) -> bool:
    return _etag(sha256) in request.headers.get("if-none-match", "")


def _headers(sha256: str) -> dict[str, str]:
    return {"Cache-Control": FOR_EVER, "ETag": _etag(sha256)}


def _etag(sha256: str) -> str:
    return f'"{sha256}"'
