"""The columnar copy's one table: a row per message, with what metrics ask of it."""

import pyarrow as pa

KEYS = ["workspace", "month"]

# Raised when columns change: a copy of another version is removed and derived again.
VERSION = 2

# One file per month and workspace: a file per day was 30 times slower to read on a quiet
# brand's four years (docs/why/columnar-copy.md). `day` and `month` are the workspace's own.
SCHEMA = pa.schema(
    [
        ("workspace", pa.int64()),
        ("month", pa.string()),
        ("day", pa.date32()),
        ("id", pa.int64()),
        ("version", pa.int64()),
        ("thread", pa.int64()),
        ("author", pa.int64()),
        ("own", pa.bool_()),
        ("kind", pa.string()),
        ("channel", pa.string()),
        ("language", pa.string()),
        ("tone", pa.int8()),
        ("needs_answer", pa.bool_()),
        ("intents", pa.list_(pa.string())),
        ("hashtags", pa.list_(pa.string())),
        ("repost_key", pa.string()),
        ("likes", pa.int64()),
        ("reposts", pa.int64()),
        ("replies", pa.int64()),
        ("quotes", pa.int64()),
        ("views", pa.int64()),
        ("is_post", pa.bool_()),
        ("answers_post", pa.bool_()),
        ("opens", pa.bool_()),
        ("needed", pa.bool_()),
        ("answered", pa.bool_()),
        ("reply_seconds", pa.float64()),
        ("reply_business_seconds", pa.float64()),
        # What complaints are counted from; see analysis.complaints. Null where nothing complains.
        ("complains", pa.float64()),
        ("signals", pa.list_(pa.string())),
        ("sure", pa.list_(pa.float64())),
        ("products", pa.list_(pa.string())),
        ("alike", pa.int64()),
    ]
)
