"""``python -m backend.cli``: the command without its installed script."""

from backend.cli.main import main

main(prog_name="gridpatrol")
