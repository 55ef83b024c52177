"""The help in docs/command-line.md, which `python -m tests.support.command_help` renews."""

from __future__ import annotations

from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
BEGIN = "<!-- help: written by python -m tests.support.command_help -->\n"
END = "<!-- end of help -->\n"
WIDTH = 88


def command_names() -> list[str]:
    """The commands, in the order of the help."""
    return list(getattr(get_command(app), "commands"))  # noqa: B009  (typer's type does not tell)


def help_text(*names: str) -> str:
    """What `ragtime NAMES… --help` prints, at a fixed width."""
    result = CliRunner().invoke(
        app, [*names, "--help"], prog_name="ragtime", terminal_width=WIDTH, color=False
    )
    assert result.exit_code == 0, result.output
    return result.output.strip()


def help_section() -> str:
    """The generated part of the page."""
    parts = [f"```\n{help_text()}\n```\n"]
    parts += [f"## ragtime {name}\n\n```\n{help_text(name)}\n```\n" for name in command_names()]
    return "\n".join(parts)


def renewed(page: str) -> str:
    """The page with its generated part made anew; what stands around it stays."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{help_section()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
