"""Problems of rule sets."""

from backend.domain.errors.kinds import Kind, Problem

RULE_SETS: dict[str, Problem] = {
    "rule_set_unreadable": Problem(
        Kind.INVALID,
        "规则集文件无法读取（{count} 处），请按 errors 修改后重新提交。",
        "The rule set cannot be read ({count} fault(s)); mend what 'errors' lists and send it again.",
    ),
    "rule_set_faulty": Problem(
        Kind.INVALID,
        "规则集有 {count} 处错误，状态未变；请按 errors 逐条修改后重新核对。",
        "The rule set has {count} fault(s) and stays as it was; mend what 'errors' lists and check it again.",
    ),
    "rule_set_exists": Problem(
        Kind.CONFLICT,
        "规则集“{name}”第 {version} 版已存在，请改用新的版本号。",
        "The rule set '{name}' has a version {version} already; give the new one another number.",
    ),
    "approver_is_author": Problem(
        Kind.FORBIDDEN,
        "规则集须由起草、修改以外的人批准，请由他人批准。",
        "Whoever wrote or edited a rule set cannot approve it; ask a colleague.",
    ),
    "rule_set_starts_in_past": Problem(
        Kind.CONFLICT,
        "规则集自 {valid_from} 生效，早于今天（{today}）；请将生效日改为今天或以后。",
        "The rule set would begin on {valid_from}, before today ({today}); let it begin today or later.",
    ),
    "rule_set_same_day": Problem(
        Kind.CONFLICT,
        "已有另一规则集自 {valid_from} 生效，请先停用它或改选生效日。",
        "Another approved rule set begins on {valid_from}; retire that one first, or choose another day.",
    ),
    "rule_set_changed": Problem(
        Kind.CONFLICT,
        "规则集内容在此期间已修改，请重新阅读后再操作。",
        "The content of the rule set changed meanwhile; read it again before you act.",
    ),
    "rule_set_fixed": Problem(
        Kind.CONFLICT,
        "草稿的代码和版本不可更改（{name}），请另存为新的规则集。",
        "A draft keeps its code and version ({name}); save another one as a new rule set.",
    ),
}
