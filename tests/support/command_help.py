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
    return list(_commands(get_command(app)))


def _commands(command: object) -> dict[str, object]:
    return getattr(command, "commands", {})


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
    for name, command in _commands(get_command(app)).items():
        texts = [help_text(name), *(help_text(name, below) for below in _commands(command))]
        parts.append(f"## ragtime {name}\n\n" + "\n".join(f"```\n{text}\n```\n" for text in texts))
    return "\n".join(parts)


def renewed(page: str) -> str:
    """The page with its generated part made anew; what stands around it stays."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{help_section()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
