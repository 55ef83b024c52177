"""The folder source: which files there are, and each as a document with its audience and address."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from pathspec import GitIgnoreSpec

from knowledge.access import EVERYONE
from knowledge.documents import Document, ParsedDocument, UnreadableDocument
from knowledge.parsers import SUPPORTED, parse
from knowledge.parsers.text_pieces import absolute_url, one_line
from knowledge.sources.rules import Rules, Statements, audience_of, patterns, read_control_file

SOURCE = "folder"
IGNORE_FILE = ".ragtimeignore"
MAX_TITLE_CHARS = 200
_INDEX_NAMES = ("index", "_index", "readme")
_ORDER_PREFIX = re.compile(r"^\d{1,3}[-_. ]+(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that can be a document. `stamp` changes whenever the file does; it is cheap to make."""

    path: str
    absolute: Path
    stamp: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was looked for, but cannot be used, and why."""

    path: str
    reason: str


Entry = FoundFile | Skipped


def walk(root: Path) -> Iterator[Entry]:
    """Every file below the folder that a parser reads, in the order of their paths.

    Hidden files and folders, what the folder's `.ragtimeignore` names, and other kinds of files are
    passed over. A link is never another name for a file that has one within the folder, as rules go
    by name; links to hidden folders within are followed (Kubernetes mounts look so), links out are
    reported.

    Raises:
        BadRules: the ignore file cannot be read.
    """
    root = root.resolve()
    ignored = patterns((read_control_file(root / IGNORE_FILE) or "").splitlines(), IGNORE_FILE)
    yield from _walk_folder(root, root, ignored, frozenset())


def load(
    root: Path,
    found: FoundFile,
    rules: Rules,
    docs_url: str | None = None,
    parse: Callable[[Path], ParsedDocument] = parse,
) -> Document:
    """Parses a found file, and settles its title, who may read it, and where people can open it.

    The most specific statement wins: front matter, then the last rule that matches, then everyone.

    Raises:
        UnreadableDocument: it cannot be parsed, or its front matter says what cannot be understood.
    """
    root = root.resolve()
    if not found.absolute.resolve().is_relative_to(root):
        raise UnreadableDocument("it is a link out of the folder")
    parsed = parse(found.absolute)
    said = _front_matter_statements(parsed.metadata).over(rules.about(found.path))
    title = one_line(parsed.title or "")[:MAX_TITLE_CHARS] or readable_name(found.path, root.name)
    return Document(
        source=SOURCE,
        path=found.path,
        title=title,
        blocks=parsed.blocks,
        audience=said.audience or frozenset((EVERYONE,)),
        model_allowed=said.model is not False,
        url=_own_url(parsed.metadata) or address_below(said.url or docs_url, found.path),
    )


def readable_name(path: str, root_name: str) -> str:
    """A title made from a file's name, or from its folder's for an index.

    >>> readable_name("guides/02-being_oncall.md", "handbook")
    'Being oncall'
    """
    pure = PurePosixPath(path)
    name = pure.stem
    if name.lower() in _INDEX_NAMES:
        name = pure.parent.name or root_name
    words = " ".join(re.sub(r"[-_]+", " ", _ORDER_PREFIX.sub("", name)).split()) or name
    return words[:1].upper() + words[1:]


def address_below(base: str | None, path: str) -> str | None:
    """The address of a path below a base address (None where there is none)."""
    if base is None:
        return None
    return base + ("" if base.endswith(("/", "=")) else "/") + quote(path)


def _front_matter_statements(metadata: Mapping[str, object]) -> Statements:
    audience = model = None
    if "audience" in metadata:
        try:
            audience = audience_of(metadata["audience"])
        except ValueError as error:
            raise UnreadableDocument(
                f"its front matter has an audience that cannot be used: {error}"
            ) from None
    if "model" in metadata and not isinstance(model := metadata["model"], bool):
        raise UnreadableDocument("its front matter has a “model” that is neither true nor false")
    return Statements(audience, model)


def _own_url(metadata: Mapping[str, object]) -> str | None:
    """Site generators use `url` for paths within the site, too: those are no address to open."""
    url = metadata.get("url")
    return absolute_url(url) if isinstance(url, str) else None


def _walk_folder(root: Path, folder: Path, ignored: GitIgnoreSpec, within: frozenset[str]) -> Iterator[Entry]:
    """`within` are the real folders on the way here: a link back to one of them is a loop."""
    within |= {os.path.realpath(folder)}
    try:
        with os.scandir(folder) as listing:
            # As folders sort with their slash, the order is that of whole paths.
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(_name(root, folder), f"the folder cannot be opened: {_strerror(error)}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = _name(root, Path(entry.path))
        try:
            if entry.is_symlink():
                yield from _link(root, entry, path, ignored, within)
            elif entry.is_dir():
                if not ignored.match_file(path + "/"):
                    yield from _walk_folder(root, Path(entry.path), ignored, within)
            elif _wanted(path, ignored):
                yield _found(Path(entry.path), path)
        except OSError as error:
            yield Skipped(path, f"it cannot be opened: {_strerror(error)}")


def _link(
    root: Path, entry: os.DirEntry[str], path: str, ignored: GitIgnoreSpec, within: frozenset[str]
) -> Iterator[Entry]:
    is_folder = entry.is_dir()
    if not (is_folder or _wanted(path, ignored)) or ignored.match_file(path + "/" * is_folder):
        return
    target = Path(entry.path).resolve()
    if not target.exists():
        yield Skipped(path, "it is a link that leads nowhere")
    elif not target.is_relative_to(root):
        yield Skipped(path, "it is a link out of the folder")
    elif not any(part.startswith(".") for part in target.relative_to(root).parts):
        return  # the target is found under its own name
    elif not is_folder:
        yield _found(Path(entry.path), path)
    elif os.fspath(target) not in within:
        yield from _walk_folder(root, Path(entry.path), ignored, within)


def _wanted(path: str, ignored: GitIgnoreSpec) -> bool:
    return PurePosixPath(path).suffix.lower() in SUPPORTED and not ignored.match_file(path)


def _found(absolute: Path, path: str) -> Entry:
    status = absolute.stat()
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "it is no ordinary file")
    if not path.isprintable():
        return Skipped(
            path.encode("utf-8", "replace").decode(), "its name has characters that cannot be shown"
        )
    stamp = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"
    return FoundFile(path, absolute, stamp)


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _strerror(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
