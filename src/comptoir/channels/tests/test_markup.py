"""What is read out of strangers' HTML."""

import pytest

from comptoir.channels.markup import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
        ("a<br/>b<br>c", "a\nb\nc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ('<img src="x" alt="a kettle"> broke', "a kettle broke"),
        ("&lt;script&gt; is text", "<script> is text"),
        ("<table><tr><td>1<td>2</table>", "1 2"),
        ("", ""),
    ],
)
def test_readers_words_are_kept_and_blocks_stay_apart(html: str, text: str) -> None:
    assert text == text_of(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        "<svg><script>alert(1)</script></svg>",
        "<template><p>x</p></template>",
        "<script>alert(1)",
        "<iframe srcdoc='<p>x'>x</iframe>",
    ],
)
def test_what_no_reader_sees_is_left_out(html: str) -> None:
    """Scripts are data of the page, not words of its author."""
    assert "seen" == text_of(f"seen {html}")


def test_unclosed_and_crossed_tags_lose_no_words() -> None:
    assert "a b c" == text_of("<b>a <i>b</b> c").replace("\n", " ")


def test_deep_nesting_takes_no_stack() -> None:
    assert "x" == text_of("<div>" * 20_000 + "x")
