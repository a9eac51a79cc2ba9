"""robots.txt as RFC 9309 reads it; its own examples first."""

import pytest

from comptoir.listening.watching.robots import fits, read

RFC = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("comptoir", "/publications/a.html", True),
        ("comptoir", "/example/a.html", False),
        ("comptoir", "/a.gif", False),
        ("comptoir", "/a.gif?b", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/example/", False),
        ("barbot", "/example/page.html", False),
        ("barbot", "/example/other.html", True),
        ("bazbot", "/example/page.html", False),
        ("quxbot", "/example/page.html", True),
    ],
)
def test_the_examples_of_rfc_9309(agent: str, path: str, allowed: bool) -> None:
    assert allowed is (read(RFC, agent).refusal(f"https://x.example{path}") is None)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        # The longest rule decides, whatever comes first; Allow wins a tie.
        ("Disallow: /\nAllow: /p", "/page", True),
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", True),
        ("Allow: /$\nDisallow: /", "/", True),
        ("Allow: /$\nDisallow: /", "/page.htm", False),
        # Paths with their query; capitals count; the empty rule forbids nothing.
        ("Disallow: /*?sort=", "/a?sort=price", False),
        ("Disallow: /*?sort=", "/a", True),
        ("Disallow: /Promo", "/promo", True),
        ("Disallow:", "/a", True),
        ("Disallow: *", "/a", False),
        # Signs that are encoded or not are the same (2.2.2).
        ("Disallow: /été", "/%C3%A9t%C3%A9", False),
        ("Disallow: /%c3%a9t%c3%a9", "/été", False),
        ("Disallow: /a%2Db", "/a-b", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        # Comments, spaces, capitals of the names.
        ("disALLOW :  /a  # not this", "/a", False),
        ("Disallow: /a#b", "/a", False),
        # What is not known, and Sitemap, do not end a group.
        ("Sitemap: https://x.example/s.xml\nDisallow: /a", "/a", False),
        ("Noindex: /b\nDisallow: /a", "/b", True),
    ],
)
def test_which_rule_decides(rules: str, path: str, allowed: bool) -> None:
    said = read(f"User-agent: *\n{rules}").refusal(f"https://x.example{path}")
    assert allowed is (said is None)


def test_groups_of_one_agent_are_joined_and_its_own_replace_those_for_all() -> None:
    text = (
        "User-agent: *\nDisallow: /\n\nUser-agent: Comptoir\nDisallow: /a\n"
        "User-agent: other\nDisallow: /c\n\nUser-agent: COMPTOIR/2.0\nDisallow: /b"
    )
    robots = read(text)

    assert [True, True, False, False] == [
        robots.refusal(f"https://x.example/{one}") is not None for one in ("a", "b", "c", "d")
    ]


def test_rules_before_any_agent_and_other_agents_do_not_hold() -> None:
    assert () == read("Disallow: /\nUser-agent: Googlebot\nDisallow: /").rules
    assert () == read("").rules
    assert read("\ufeffUser-agent: *\r\nDisallow: /\r").refusal("https://x.example/")


def test_robots_txt_itself_may_always_be_asked() -> None:
    assert read("User-agent: *\nDisallow: /").refusal("https://x.example/robots.txt") is None


@pytest.mark.parametrize(
    ("said", "delay"), [("10", 10.0), ("0.5", 0.5), ("soon", None), ("-3", None), ("1e99", 86400.0), ("nan", None)]
)  # fmt: skip
def test_crawl_delay_is_a_number_of_seconds(said: str, delay: float | None) -> None:
    assert delay == read(f"User-agent: *\nCrawl-delay: {said}\nDisallow: /x").delay


def test_patterns_that_would_keep_an_expression_busy_are_quick() -> None:
    assert not fits("/" + "*a" * 5_000 + "$", "/" + "a" * 4_999 + "b")


def test_any_bytes_are_read() -> None:
    for text in (
        "\x00\x01: :",
        ":" * 10_000,
        "User-agent\n" * 1_000,
        "User-agent: *\nDisallow: %zz%",
    ):
        read(text).refusal("https://x.example/a")
