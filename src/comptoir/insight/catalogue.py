"""
The metrics themselves. Their definitions, formulas and undefined cases are written for
people in docs/metrics/en and docs/metrics/fr; a test keeps both sides complete.

Written once as Ibis expressions, in exact functions only, so that another engine can
answer the same questions later. `m` is `metric.messages()`.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.insight.metric import metric

Rows = Any

_NONE_RECEIVED = _("Nothing was received in this period.")
_NONE_READ = _("No message of this period has been read by the analysis yet.")
_NONE_ANSWERED = _("No conversation opened in this period has been answered.")
_NO_COUNTS = _("The source of these messages gives no such counts.")


def _received(m: Rows) -> Any:
    return m.received


def _answered_in_time(m: Rows) -> Any:
    return m.opens & m.reply_seconds.notnull()


def _answered_in_hours(m: Rows) -> Any:
    return m.opens & m.reply_business_seconds.notnull()


def _is_post(m: Rows) -> Any:
    return m.is_post


def _count(rows: Rows) -> Any:
    return rows.count()


# ── What is said ────────────────────────────────────────────────────────────


@metric(
    "reputation.messages",
    unit="messages",
    version=1,
    title=_("Messages received"),
    counted=_received,
)
def messages_received(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "reputation.by_day_and_tone",
    unit="messages",
    version=1,
    title=_("Messages by day and tone"),
    counted=_received,
    keys=("day", "tone"),
)
def by_day_and_tone(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "reputation.net_sentiment",
    unit="points",
    version=1,
    title=_("Net sentiment"),
    unknown=_NONE_READ,
    better="up",
    counted=lambda m: m.received & m.tone.notnull(),
)
def net_sentiment(rows: Rows) -> Any:
    return rows.tone.cast("float64").mean() * 100


@metric(
    "reputation.by_intent",
    unit="messages",
    version=1,
    title=_("What people ask for"),
    counted=_received,
    keys=("intent",),
    explode=lambda rows: rows.mutate(intent=rows.intents.unnest()),
)
def by_intent(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "reputation.by_hashtag",
    unit="messages",
    version=1,
    title=_("Hashtags"),
    counted=_received,
    keys=("hashtag",),
    explode=lambda rows: rows.mutate(hashtag=rows.hashtags.unnest()),
)
def by_hashtag(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "reputation.by_network",
    unit="messages",
    version=1,
    title=_("Networks"),
    counted=_received,
    keys=("channel",),
)
def by_network(rows: Rows) -> Any:
    return _count(rows)


# ── Care ────────────────────────────────────────────────────────────────────


@metric(
    "care.conversations",
    unit="conversations",
    version=1,
    title=_("Conversations opened"),
    rows="conversations",
    counted=lambda m: m.opens,
)
def conversations(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "care.first_reply_median",
    unit="seconds",
    version=1,
    title=_("First reply, median"),
    unknown=_NONE_ANSWERED,
    better="down",
    rows="conversations",
    counted=_answered_in_time,
)
def first_reply_median(rows: Rows) -> Any:
    return rows.reply_seconds.quantile(0.5)


@metric(
    "care.first_reply_p90",
    unit="seconds",
    version=1,
    title=_("First reply, 9 in 10"),
    unknown=_NONE_ANSWERED,
    better="down",
    rows="conversations",
    counted=_answered_in_time,
)
def first_reply_p90(rows: Rows) -> Any:
    return rows.reply_seconds.quantile(0.9)


@metric(
    "care.first_reply_business_median",
    unit="seconds",
    version=1,
    title=_("First reply in opening hours, median"),
    unknown=_NONE_ANSWERED,
    better="down",
    rows="conversations",
    counted=_answered_in_hours,
)
def first_reply_business_median(rows: Rows) -> Any:
    return rows.reply_business_seconds.quantile(0.5)


@metric(
    "care.first_reply_business_p90",
    unit="seconds",
    version=1,
    title=_("First reply in opening hours, 9 in 10"),
    unknown=_NONE_ANSWERED,
    better="down",
    rows="conversations",
    counted=_answered_in_hours,
)
def first_reply_business_p90(rows: Rows) -> Any:
    return rows.reply_business_seconds.quantile(0.9)


@metric(
    "care.share_answered",
    unit="ratio",
    version=1,
    title=_("Share answered"),
    unknown=_("No conversation opened in this period needed an answer."),
    better="up",
    rows="conversations",
    counted=lambda m: m.opens & m.needed,
)
def share_answered(rows: Rows) -> Any:
    return rows.answered.cast("float64").mean()


# ── Who speaks, who is heard ────────────────────────────────────────────────


@metric(
    "audience.authors",
    unit="people",
    version=1,
    title=_("People who wrote"),
    counted=_received,
)
def authors(rows: Rows) -> Any:
    return rows.author.nunique()


@metric(
    "audience.speaks_most",
    unit="messages",
    version=1,
    title=_("Who speaks most"),
    counted=_received,
    keys=("author",),
)
def speaks_most(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "audience.heard_most",
    unit="interactions",
    version=1,
    title=_("Who is heard most, by interactions"),
    unknown=_NO_COUNTS,
    counted=lambda m: ~m.own & (m.kind != "repost") & m.interactions.notnull(),
    keys=("author",),
)
def heard_most(rows: Rows) -> Any:
    return rows.interactions.sum()


@metric(
    "audience.seen_most",
    unit="views",
    version=1,
    title=_("Who is heard most, by views"),
    unknown=_NO_COUNTS,
    counted=lambda m: ~m.own & (m.kind != "repost") & m.views.notnull(),
    keys=("author",),
)
def seen_most(rows: Rows) -> Any:
    return rows.views.sum()


# ── The brand's own posts ───────────────────────────────────────────────────


@metric(
    "publishing.posts",
    unit="posts",
    version=1,
    title=_("Posts published"),
    counted=_is_post,
)
def posts(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "publishing.answers",
    unit="messages",
    version=1,
    title=_("Answers to posts"),
    better="up",
    counted=lambda m: m.answers_post,
)
def answers_received(rows: Rows) -> Any:
    return _count(rows)


@metric(
    "publishing.interaction_rate",
    unit="rate",
    version=1,
    title=_("Interaction rate"),
    unknown=_("The brand published no post in this period."),
    better="up",
    counted=lambda m: m.answers_post | _is_post(m),
)
def interaction_rate(rows: Rows) -> Any:
    published = _is_post(rows).cast("int64").sum()
    return rows.answers_post.cast("float64").sum() / published.nullif(0)
