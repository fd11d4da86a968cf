"""Several sources as one."""

from pathlib import Path

from dscore.sources.archive import ArchiveSource
from dscore.sources.folder import FolderSource
from dscore.sources.joined import JoinedSource
from dscore.sources.limits import SourceLimits
from tests.sources.crafting import Entry, content, names, reasons, write_zip


def _folder(path: Path, body: bytes) -> FolderSource:
    path.mkdir(parents=True)
    (path / "a.png").write_bytes(body)
    return FolderSource(path, SourceLimits())


def test_pictures_keep_distinct_names_and_keys_and_their_own_bytes(tmp_path: Path) -> None:
    archive = ArchiveSource(
        write_zip(tmp_path, Entry(name=b"a.png", data=b"zip"), Entry(name=b"lost.txt"), count_note()), SourceLimits()
    )
    parts = (archive, _folder(tmp_path / "1" / "images", b"first"), _folder(tmp_path / "2" / "images", b"second"))
    source = JoinedSource(parts)
    survey = source.look()
    assert names(survey) == ["set.zip/a.png", "images/a.png", "images (2)/a.png"]
    assert len({picture.key for picture in survey.pictures}) == 3
    assert [content(source, picture) for picture in survey.pictures] == [b"zip", b"first", b"second"]
    assert list(reasons(survey)) == ["set.zip/lost.txt"]
    assert survey.notes == ("set.zip: 1 other file left out, neither pictures nor captions (1 .pdf).",)
    assert survey.counts == ((".png", 3), (".pdf", 1), (".txt", 1))
    assert (source.label, source.suggested_name) == ("set.zip, images and 1 more", "set")
    source.close()


def count_note() -> Entry:
    return Entry(name=b"manual.pdf")


def test_captions_do_not_cross_from_one_source_to_another(tmp_path: Path) -> None:
    first, second = _folder(tmp_path / "1", b"x"), _folder(tmp_path / "2", b"y")
    (tmp_path / "2" / "a.txt").write_text("tag")
    captions = [picture.caption for picture in JoinedSource((first, second)).look().pictures]
    assert captions[0] is None
    assert captions[1]
