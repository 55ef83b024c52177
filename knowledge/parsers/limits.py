"""How large a file may be, in bytes, characters, pages and depth, before it is reported instead of read."""

from __future__ import annotations

MAX_FILE_BYTES = 50 * 1024 * 1024
"""Larger files are exports and recordings rather than documents that people wrote."""

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
"""Sum of what an Office file's zip archive says that it unpacks to."""

MAX_UNPACK_RATIO = 200
"""Honest Office XML packs to about a tenth; a bomb to less than a thousandth."""

SMALL_UNPACKED_BYTES = 5 * 1024 * 1024
"""Below this the ratio does not matter: a short document of repeated text packs well, and harms nobody."""

MAX_XML_BYTES = 50 * 1024 * 1024
"""Of one part of an Office file: the text of a book, its formatting and all, makes a tenth of it."""

MAX_ARCHIVE_ENTRIES = 20_000
MAX_PAGES = 5_000
MAX_CHARACTERS = 5_000_000
"""Of text, which a dozen thick books have: more is a log or a dump, and takes an hour to embed."""

MAX_BLOCKS = 100_000
MAX_CELLS = 500_000
MAX_FRONT_MATTER_CHARS = 64 * 1024

MAX_NESTING = 100
"""How many quotations, lists and list items of Markdown may stand one inside the other."""
