"""The key file: made once, the same for everybody who starts, never readable by others, never replaced."""

import stat
import subprocess
import sys

import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend.gateways.keys import FILE_NAME, KeyFileError, Keys

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the contract names it so (RFC 8037)
PROGRAM = "import sys; from pathlib import Path; from backend.gateways.keys import Keys; print(Keys.load(Path(sys.argv[1])).kid)"


def verify(receipt, keys):
    return jws.deserialize_compact(receipt, KeySet.import_key_set(keys.jwks()), algorithms=["EdDSA"]).payload


def test_keys_outlive_the_process(tmp_path):
    folder = tmp_path / "var" / "keys"
    first, second = Keys.load(folder), Keys.load(folder)
    assert (first.token_key, first.kid) == (second.token_key, second.kid)
    assert verify(first.sign({"a": 1}), second) == b'{"a":1}'
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(p.name for p in folder.iterdir()) == [".lock", FILE_NAME]


def test_processes_that_start_at_once_agree(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "keys")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = {process.communicate(timeout=60)[0] for process in running}
    assert len(told) == 1
    assert told.pop().strip()


@pytest.mark.parametrize("content", ["", "{}", '{"token": {"algorithm": "none"}}', "[]", '{"token": 1}'])
def test_a_damaged_file_is_told_and_left_alone(tmp_path, content):
    path = tmp_path / FILE_NAME
    path.write_text(content)
    with pytest.raises(KeyFileError, match=FILE_NAME):
        Keys.load(tmp_path)
    assert path.read_text() == content


def test_others_keys_do_not_verify():
    receipt = Keys.ephemeral().sign({"a": 1})
    with pytest.raises(JoseError):
        verify(receipt, Keys.ephemeral())
    mine, theirs = Keys(b"x" * 32, [b"1" * 32]), Keys(b"x" * 32, [b"2" * 32])
    header, payload, _ = mine.sign({"a": 1}).split(".")
    with pytest.raises(JoseError):
        verify(f"{header}.{payload}.{theirs.sign({'a': 1}).split('.')[2]}", mine)


def test_an_older_key_stays_published_when_a_new_one_signs():
    old = bytes(range(32))
    before, after = Keys(b"x" * 32, [old]), Keys(b"x" * 32, [bytes(range(1, 33)), old])
    assert before.kid != after.kid
    assert verify(before.sign({"a": 1}), after) == b'{"a":1}'
    assert verify(after.sign({"a": 2}), after) == b'{"a":2}'
