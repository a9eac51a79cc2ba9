"""What a report on a rival says: frozen, plain, in counts that can be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from comptoir.analysis.offers import Offer
from comptoir.analysis.pressure import Comparison, Levels, Signs
from comptoir.listening.reputation_records import Line
from comptoir.triage.topics import Days


@dataclass(frozen=True, slots=True)
class AccountView:
    """
    kind: "handle" or "site"; channel: "" for any. messages: heard of it, ever; first: the
    oldest of these, None where nothing was heard.
    """

    id: int
    kind: str
    channel: str
    value: str
    messages: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An author heard already whose handle bears the rival's name."""

    channel: str
    handle: str
    messages: int


@dataclass(frozen=True, slots=True)
class RivalView:
    """A folder of the kind rival. queries: ids of those in it. accounts: how many are named."""

    id: int
    name: str
    queries: tuple[int, ...]
    accounts: int


@dataclass(frozen=True, slots=True)
class Post:
    """
    A message of the rival's own. kind: "post", "reply" or "repost"; only posts are read for
    signs and offers. source: the author's id, or the site's key. at: in the workspace's zone.
    """

    id: int
    at: datetime
    kind: str
    channel: str
    source: int | str
    signs: Signs
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class OfferView:
    """
    An offer with all messages that made it, oldest first. id: names it in addresses. is_new:
    first made in the period; said: messages of the period that made it.
    """

    id: str
    offer: Offer
    first: datetime
    last: datetime
    messages: tuple[int, ...]
    said: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """
    What the period is compared with. stretches: (first day, last day, posts), newest first, each
    as long as the period; compared: those of them that are known. left_out: sources heard too
    late to be compared, as people know them. read: posts read; whole: whether all there are.
    """

    stretches: Sequence[tuple[date, date, int]]
    compared: int
    left_out: Sequence[str]
    read: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Published:
    """
    What a rival published in a period, against its own past.

    measures: name of a measure → comparison, see `report.MEASURES`. depth: percent off, the
    median of the deepest of each post. breakdowns: "channel", "hour", "weekday", "sign" → lines.
    by_day: posts of each day. offers: new ones first. posts, replies, reposts: counts.
    """

    days: Days
    zone: str
    posts: int
    replies: int
    reposts: int
    posts_before: int | None
    measures: Mapping[str, Comparison]
    depth: Levels
    breakdowns: Mapping[str, tuple[Line, ...]]
    by_day: Mapping[date, int]
    offers: tuple[OfferView, ...]
    words: Mapping[str, Sequence[tuple[str, int]]]
    habit: Habit


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What negative messages of others speak of. key: "intent:refund" or "aspect:price".

    now, before: negative messages with it. share: of the negative ones, with its 95 % interval;
    brand: the same of the brand's, as (share, low, high, messages), None where there is no basis.
    gap: the rival's share less the brand's, with its interval. rises: see complaints.
    phrases: as most people wrote them, with how many did.
    """

    key: str
    now: int
    before: int
    share: float
    low: float
    high: float
    rises: bool
    brand: tuple[float, float, float, int] | None
    gap: tuple[float, float, float] | None
    phrases: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Complaints:
    """
    What others complain of when they speak of the rival. said: their messages in the period;
    read: those whose tone is known; negative: of these. named: negative ones with any subject.
    brand_read, brand_negative: the same of the brand's own customers. comparable: whether
    the period before is known; whole: whether all negative messages were read.
    """

    days: Days
    said: int
    read: int
    negative: int
    named: int
    negative_before: int
    read_before: int
    brand_read: int
    brand_negative: int
    comparable: bool
    whole: bool
    subjects: tuple[Subject, ...]
