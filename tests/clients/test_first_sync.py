"""A first sync on a line that breaks again and again: it goes on at the last page that came whole, in a new process too."""

import gzip
import json
import random

import pytest

from backend.services.scope import publish_tasks
from gridpatrol_client.errors import UnreachableError
from tests.clients.conftest import MakePhone
from tests.clients.network import Network
from tests.conftest import NOW
from tests.factories import make_site, make_task
from tests.scenarios.conftest import Field

PAGE = 7


@pytest.mark.parametrize("seed", range(3))
def test_a_first_sync_goes_on_where_it_was_cut(
    field: Field, network: Network, make_phone: MakePhone, seed: int
) -> None:
    for number in range(30):
        site = make_site(field.session, field.grids[number % 2], name=f"诊所{number}")
        task = make_task(field.session, field.grids[number % 2], field.worker, site_id=site.id, title=f"巡查{number}")
        publish_tasks(field.session, [task.id], NOW)
    field.session.commit()
    chance, torn = random.Random(seed), []

    def tears(path: str, length: int) -> int | None:
        """Two of three answers break, anywhere: after a byte, before the last one."""
        if not path.endswith("/sync"):
            return None
        torn.append(chance.randrange(1, length) if chance.random() < 2 / 3 else None)
        return torn[-1]

    network.tears = tears
    phone = make_phone()
    while True:
        phone.syncer.page_size = PAGE
        try:
            outcome = phone.sync()
        except UnreachableError:
            phone.close()
            phone = make_phone(user=None)  # the app was killed and opened again: all it knows is on the disk
            continue
        break
    assert outcome.agreed
    asked = [json.loads(gzip.decompress(call.sent))["cursor"] for call in network.calls("/sync")]
    assert any(torn[1:]) and len(asked) == len(torn)
    for cut, before, after in zip(torn, asked, asked[1:], strict=False):
        # a page that was cut is asked for again, one that came whole never
        assert (before == after) is (cut is not None)
    whole = torn.count(None)
    assert -(-phone.objects.state()[0] // PAGE) <= whole <= -(-phone.objects.state()[0] // PAGE) + 1
