"""The command's entry: which function serves which command, and how failures are told."""

import argparse
import sys
from collections.abc import Callable

from gridpatrol_client import errors
from gridpatrol_client.canonical import NotCanonicalError
from gridpatrol_client.cli import connecting, recording, showing
from gridpatrol_client.cli.arguments import language_of, make_parser
from gridpatrol_client.cli.finding import BadInputError
from gridpatrol_client.cli.words import Words
from gridpatrol_client.phone import Phone

FAILED, NO_SERVER, SIGN_IN = 1, 3, 4

Command = Callable[[Phone, argparse.Namespace, Words], None]
COMMANDS: dict[str, Command] = {
    "login": connecting.login,
    "logout": connecting.logout,
    "sync": connecting.sync,
    "tasks": showing.tasks,
    "unsent": showing.unsent,
    "reports": showing.reports,
    "receipt": showing.receipt,
    "task": recording.task,
    "report": recording.report,
    "amend": recording.amend,
    "withdraw": recording.withdraw,
    "site": recording.site,
    "call": recording.call,
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    given = sys.argv[1:] if argv is None else argv
    words = Words(language_of(given))
    asked = make_parser(words).parse_args(given)
    server = getattr(asked, "server", None)
    post_only = getattr(asked, "post_only", None)
    try:
        with Phone(asked.data, server, language=words.language, post_only=post_only) as phone:
            COMMANDS[asked.command](phone, asked, words)
    except errors.UnreachableError as error:
        return _tell(words("unreachable", code=error.code), NO_SERVER)
    except errors.TryLaterError as error:
        return _tell(words("try_later", code=error.code), NO_SERVER)
    except (errors.SessionEndedError, errors.NobodySignedInError) as error:
        if error.code == "nobody_signed_in":
            return _tell(words("nobody_signed_in"), SIGN_IN)
        return _tell(words("session_ended", code=error.code, detail=error.detail), SIGN_IN)
    except errors.OtherSyncError:
        return _tell(words("other_sync"), FAILED)
    except (BadInputError, NotCanonicalError) as error:
        return _tell(str(error), FAILED)
    except errors.PhoneError as error:
        return _tell(words("failed", code=error.code, detail=error.detail), FAILED)
    return 0


def _tell(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
