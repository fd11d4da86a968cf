from __future__ import annotations

from dataclasses import replace

from dscore.taggers.base import ModelIdentity


def test_fingerprint_tells_bytes_and_not_places() -> None:
    identity = ModelIdentity("SmilingWolf/x", "a" * 40, model_sha256="1" * 64, labels_sha256="2" * 64)
    assert replace(identity, source="a folder", revision="").fingerprint == identity.fingerprint
    assert replace(identity, model_sha256="3" * 64).fingerprint != identity.fingerprint
    assert replace(identity, labels_sha256="3" * 64).fingerprint != identity.fingerprint
