DROP TABLE joint_parties;
DROP TABLE joint_handlings;
DROP TABLE referral_calls;
DROP TABLE referral_links;
DROP TABLE precedents;
DROP TABLE referral_materials;
ALTER TABLE tasks DROP referral_id, DROP purpose;
DROP INDEX ix_referrals_emergencies;
-- The code before has no word for these: a case in arbitration was returned, a merged one waits for triage again.
UPDATE referrals SET status = 'returned' WHERE status = 'in_arbitration';
ALTER TABLE referrals DROP CONSTRAINT ck_referrals_merged_into_another;
UPDATE referrals SET status = 'pending_triage' WHERE status = 'merged' OR department_id IS NULL;
ALTER TABLE referrals DROP merged_into_id, DROP ruled_at;
ALTER TABLE referrals DROP CONSTRAINT ck_referrals_referral_status;
ALTER TABLE referrals ADD CONSTRAINT ck_referrals_referral_status CHECK (status IN ('pending_triage', 'routed', 'accepted', 'returned', 'handling', 'handled', 'verifying', 'closed', 'reopened'));
ALTER TABLE referrals DROP CONSTRAINT ck_referrals_routed_to_somebody;
ALTER TABLE referrals ADD CONSTRAINT ck_referrals_routed_to_somebody
    CHECK (status = 'pending_triage' OR department_id IS NOT NULL);
