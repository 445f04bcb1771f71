"""The life cycle of a referral as the design says it, by hand: tests compare the product with this, never with itself."""

EXPECTED = """
pending_triage confirm routed
pending_triage route routed
pending_triage merge merged
pending_triage dismiss closed
pending_triage redirect pending_triage
pending_triage await_triage pending_triage
routed route routed
routed recall pending_triage
routed merge merged
routed accept accepted
routed return returned
routed redirect routed
routed await_triage pending_triage
returned route routed
returned merge merged
returned dismiss closed
returned escalate in_arbitration
returned redirect routed
returned await_triage pending_triage
in_arbitration arbitrate routed
in_arbitration redirect in_arbitration
merged unmerge pending_triage
accepted assign accepted
accepted start_handling handling
accepted transfer routed
accepted redirect routed
accepted await_triage pending_triage
handling assign handling
handling handle handled
handling transfer routed
handling redirect routed
handling await_triage pending_triage
handled start_verifying verifying
handled redirect handled
verifying close closed
verifying reopen reopened
verifying redirect verifying
closed reopen reopened
reopened route routed
reopened start_handling handling
reopened redirect routed
reopened await_triage pending_triage
"""
# Who may try what; nobody may do what the product does by itself.
MAY = """
confirm bureau_triager city_operations
route bureau_triager city_operations
recall bureau_triager city_operations
merge bureau_triager city_operations
unmerge bureau_triager city_operations
dismiss bureau_triager
accept department_officer
return department_officer
escalate bureau_triager city_operations
arbitrate city_operations
transfer department_officer
assign department_officer
start_handling department_officer
handle department_officer
start_verifying bureau_triager
close bureau_triager
reopen bureau_triager
redirect
await_triage
"""
TARGETS = {(s, a): t for s, a, t in (line.split() for line in EXPECTED.split("\n") if line)}
ROLES = {a: frozenset(roles) for a, *roles in (line.split() for line in MAY.split("\n") if line)}
