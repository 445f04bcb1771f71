"""Reports that were referred before cases could be searched get their texts with the migration, as a sync would make them."""

import json

from sqlalchemy import create_engine, text

from backend.domain.search import grams_of, searchable
from backend.gateways.cluster import PrivateCluster
from backend.persistence import schema

BEFORE, AT = "0006", "0012"
USER = """
    INSERT INTO users (id, username, name, password_hash, is_active, failed_logins, password_changed_at, created_at)
    VALUES (gen_random_uuid(), 'a', '王敏', '!', true, 0, now(), now())
"""
SITE = """
    INSERT INTO sites (id, name, address, category, status, uscc, licence, created_at, version)
    VALUES (gen_random_uuid(), '登记的 Ｃlinic', '登记路1号', 'illegal_practice', 'active', '91310107MA1FY0XX0K', '{}', now(), 1)
"""
REPORT = """
    INSERT INTO reports (id, seq, author_id, site_id, category, outcome, status, captured_at, recorded_at, received_at, verdict,
        "placing", site, answers, attributes, findings, description, flags, photos_expected, photos_here, version)
    SELECT gen_random_uuid(), :seq, users.id, sites.id, 'illegal_practice', 'problem', 'referred', now(), now(), now(), 'no_grid',
        '{}', :site, '{}', '{}', :findings, :description, '{}', 0, 0, 1
    FROM users LEFT JOIN sites ON :has_site
"""
REFERRAL = """
    INSERT INTO referrals (id, report_id, report_seq, category, function_code, role, status, severity, is_emergency,
        finding_codes, rule_codes, legal_basis, deadline_profile, created_at, return_count, version)
    SELECT gen_random_uuid(), id, seq, category, 'f', 'lead', 'pending_triage', 'high', seq = 2, '[]', '[]', '[]', 'high',
        now(), 0, 1
    FROM reports WHERE seq IN (1, 2, 3)
"""
NOTE = """
    INSERT INTO report_amendments (id, report_id, author_id, note, recorded_at, received_at)
    SELECT :id, reports.id, users.id, :note, now(), now() FROM reports, users WHERE reports.seq = 2
"""


def test_old_cases_are_found_after_the_migration(cluster: PrivateCluster) -> None:
    name = "gp_before_case_texts"
    cluster.drop_database(name)
    cluster.create_database(name)
    url = cluster.url(name)
    schema.upgrade(url, BEFORE)
    engine = create_engine(url)
    told = {"id": None, "name": "祥 和诊所", "address": "曹杨路１号", "uscc": None}
    findings = [{"code": "A-01", "note": "有牙椅"}, {"code": "A-02", "note": None}, {"code": "A-03"}]
    with engine.begin() as connection:
        for line in (USER, SITE, "INSERT INTO functions (code, name_zh, name_en) VALUES ('f', 'f', 'f')"):
            connection.execute(text(line))
        for seq, site, notes, description, has_site in (
            (1, None, [], "", False),
            (2, told, findings, "ＡＢＣ\n第二行", True),
            (3, {"name": None}, [], "祥和", False),
            (4, told, [], "没有移送", False),
        ):
            values = {"seq": seq, "site": json.dumps(site) if site else None, "findings": json.dumps(notes)}
            connection.execute(text(REPORT), {**values, "description": description, "has_site": has_site})
        connection.execute(text(REFERRAL))
        for number, note in (("1", "补充一"), ("2", "补充二")):
            connection.execute(text(NOTE), {"id": number, "note": note})
    schema.upgrade(url, AT)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT seq, text, grams FROM case_texts JOIN reports ON id = report_id ORDER BY seq")
        ).all()
        urgency = connection.execute(text("SELECT report_seq, urgency FROM referrals ORDER BY report_seq")).all()
    whole = ["祥 和诊所", "曹杨路１号", "登记的 Ｃlinic", "登记路1号", "91310107MA1FY0XX0K", "ＡＢＣ\n第二行", "有牙椅",
             "补充一", "补充二"]  # fmt: skip
    assert [(row.seq, row.text) for row in rows] == [(1, ""), (2, searchable(whole)), (3, "祥和")]
    assert all(sorted(row.grams) == sorted(grams_of(row.text)) for row in rows)
    assert [tuple(row) for row in urgency] == [(1, 11), (2, 1), (3, 11)]
    schema.downgrade(url, BEFORE)
    schema.upgrade(url, AT)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM case_texts")) == 3
    engine.dispose()
