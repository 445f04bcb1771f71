"""Problems of delivery: webhooks and the messages to them."""

from backend.domain.errors.kinds import Kind, Problem

DELIVERY: dict[str, Problem] = {
    "webhook_url_refused": Problem(
        Kind.INVALID,
        "接收地址不可用（{why}）：须为不含用户名和 # 的 https 地址；内网地址须先列入 WEBHOOK_ALLOW_PRIVATE。",
        "The address is refused ({why}): give https without user name or '#'; list a private one in WEBHOOK_ALLOW_PRIVATE.",
    ),
    "unknown_event_type": Problem(
        Kind.INVALID,
        "没有“{value}”这种消息类型，请从 GET /webhooks/types 中选择，或留空表示全部。",
        "There is no message type '{value}'; choose from GET /webhooks/types, or name none for all.",
    ),
    "not_dead_letter": Problem(
        Kind.CONFLICT,
        "该消息不是死信：尚在发送或已送达，无需重发；请刷新列表。",
        "That message is no dead letter: it is still being sent or has arrived. Reload the list.",
    ),
}
