"""`python -m bot`: the `ragtime` command."""

from bot.cli import main

main()
