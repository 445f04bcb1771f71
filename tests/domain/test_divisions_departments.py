"""Dated divisions and who holds which function where and when."""

from datetime import date
from itertools import pairwise

import pytest

from backend.domain.departments import load_functions, load_holdings, load_organisations, organisation_for
from backend.domain.divisions import current_code, find_division, load_divisions, streets_of
from backend.domain.routing import shipped_rule_set

TODAY = date(2026, 11, 21)


def test_ten_streets_today():
    streets = streets_of("310107", TODAY)
    assert [street.code for street in streets] == [
        "310107005", "310107014", "310107015", "310107016", "310107017",
        "310107020", "310107021", "310107022", "310107102", "310107103",
    ]  # fmt: skip
    assert find_division("310107", TODAY).name == "普陀区"
    assert all(division.parent for division in load_divisions())


def test_zhenru_changed_its_code():
    before, after = date(2014, 10, 31), date(2014, 11, 1)
    assert find_division("310107101", before).successor == "310107021"
    assert find_division("310107101", after) is None
    assert find_division("310107021", before) is None
    assert find_division("310107021", after).name == "真如镇街道"
    assert current_code("310107101", TODAY) == "310107021"
    assert current_code("310107101", before) == "310107101"


def test_wanli_came_out_of_changzheng():
    assert find_division("310107022", date(2014, 11, 30)) is None
    assert find_division("310107022", date(2014, 12, 1)).split_from == "310107102"
    assert len(streets_of("310107", date(2014, 1, 1))) == 9


def test_unknown_codes():
    assert find_division("310107999", TODAY) is None
    assert current_code("999", TODAY) is None


def test_drinking_water_moved():
    assert organisation_for("drinking_water_supervision", None, date(2024, 12, 24)) == "putuo.health"
    assert organisation_for("drinking_water_supervision", "310107005", date(2024, 12, 25)) == "putuo.cdc"


@pytest.mark.parametrize("street", [street.code for street in streets_of("310107", TODAY)])
def test_every_street_has_its_own_team_and_every_function_an_organisation(street):
    assert organisation_for("street_enforcement", street, TODAY) == f"putuo.enforcement.{street}"
    for function in load_functions():
        assert organisation_for(function, street, TODAY), function


def test_nobody_enforces_outside_a_street():
    assert organisation_for("street_enforcement", None, TODAY) is None
    assert organisation_for("street_enforcement", "310104001", TODAY) is None
    assert organisation_for("witchcraft", None, TODAY) is None


def test_one_holder_at_a_time():
    for function in load_functions():
        for street in {holding.street for holding in load_holdings() if holding.function == function}:
            periods = sorted(
                (holding.valid_from or date.min, holding.valid_to or date.max)
                for holding in load_holdings()
                if (holding.function, holding.street) == (function, street)
            )
            assert periods[0][0] == date.min
            assert periods[-1][1] == date.max
            for (_, end), (start, _) in pairwise(periods):
                assert end == start


def test_the_five_responsible_bodies_of_the_plan_exist():
    codes = {organisation.code for organisation in load_organisations()}
    assert {"putuo.health", "putuo.market", "putuo.chengguan", "putuo.cityops", "putuo.street.310107005"} <= codes
    used = {
        function for rule in shipped_rule_set().rules for function in (rule.lead, *rule.co, *rule.inform) if function
    }
    assert used <= set(load_functions())
