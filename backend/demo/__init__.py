"""An invented district to look at: people, places and two weeks of work, made through the same services as real work.

Everything is made up and says so (示例). Not here: the command that loads it (cli/demo.py).
"""

from backend.demo.accounts import find_password
from backend.demo.load import AlreadyLoadedError, DemoError, load_demo

__all__ = ["AlreadyLoadedError", "DemoError", "find_password", "load_demo"]
