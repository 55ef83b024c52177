"""`python -m tests.bench`: measures Ragtime beside LangChain's tutorial RAG (docs/benchmarks.md)."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import figures
from tests.bench.large import SAMPLE, Say

PARTS = ("startup", "indexing", "quality", "latency")


def main() -> None:
    """Measures the parts asked for, prints them as a table, and writes them as JSON."""
    # For both sides alike, as the bot does for itself (bot/cli.py); processes started later inherit it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tests.bench.table import OUT, print_table, status, write_json

    options = _options()
    measured: list[figures.Figure] = []
    try:
        with status() as say:
            for part in options.only:
                measured += _measure(part, options, say)
    finally:
        # What was measured before an interruption counts.
        if measured:
            print_table(measured)
            write_json(measured, options.json)
            OUT.print(f"Written to {options.json}")


def _measure(part: str, options: argparse.Namespace, say: Say) -> Iterator[figures.Figure]:
    """The figures of one part. Each imports its own: fresh processes start from this module, too."""
    if part == "startup":
        from tests.bench import startup

        yield from startup.measure(say)
    elif part == "indexing":
        from tests.bench import indexing
        from tests.bench.corpus import SECTIONS, Writer, write_documents

        yield from indexing.measure(options.docs, say)
        if options.generate:
            with tempfile.TemporaryDirectory(prefix="ragtime-bench-") as folder:
                docs = Path(folder) / "generated"
                write_documents(docs, Writer().documents(options.generate * SECTIONS))
                yield from indexing.measure(docs, say)
    elif part == "quality":
        from tests.bench import latency, quality

        sets = [(latency.QUESTIONS_FILE, SAMPLE), *options.eval]
        yield from quality.measure([quality.Labelled(*pair) for pair in sets], say)
    else:
        from tests.bench import latency

        yield from latency.measure(options.cache, options.sizes, say)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"which parts: {','.join(PARTS)}")
    parser.add_argument("--docs", type=_folder, default=SAMPLE, help="what to index (default: the sample)")
    parser.add_argument(
        "--generate", type=int, default=0, metavar="N", help="index N generated documents as well"
    )
    parser.add_argument(
        "--sizes", type=_sizes, default=(1_000, 10_000, 100_000), help="chunks (default: 1000,10000,100000)"
    )
    parser.add_argument("--cache", type=Path, default=_cache(), help="where built indexes are kept")
    parser.add_argument(
        "--eval",
        nargs=2,
        type=Path,
        action="append",
        default=[],
        metavar=("QUESTIONS", "DOCS"),
        help="a further set of questions and its folder; may be given several times",
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="default: bench.json")
    return parser.parse_args()


def _parts(value: str) -> tuple[str, ...]:
    names = tuple(value.split(","))
    if unknown := set(names) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return names


def _sizes(value: str) -> tuple[int, ...]:
    return tuple(int(size) for size in value.split(","))


def _folder(value: str) -> Path:
    if not (path := Path(value)).is_dir():
        raise argparse.ArgumentTypeError(f"{value} is no folder")
    return path.resolve()


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ragtime" / "bench"


if __name__ == "__main__":
    main()
