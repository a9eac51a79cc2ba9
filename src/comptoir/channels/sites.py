"""The shop's own sites: which pages may write to us, in which colour they do."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.channels.connector import Rejected

LEAST_CONTRAST = 3.0
"""Of a control against its page (WCAG 2.2, 1.4.11); white is what most pages are."""
COLOUR = "#1f4e79"


def origins(values: Mapping[str, str]) -> tuple[str, ...]:
    """The sites that were entered, as browsers name them. Raises Rejected."""
    return tuple(origin(line) for line in values.get("origins", "").splitlines() if line)


def origin(entered: str) -> str:
    """
    The site of an address.

    >>> origin("https://Www.Shop.Example/contact"), origin("http://localhost:8000")
    ('https://www.shop.example', 'http://localhost:8000')
    """
    try:
        parts = urlsplit(entered if "://" in entered else f"https://{entered}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if parts_are_wrong(entered, host):
        raise Rejected(
            "bad_origin",
            format_lazy(_("“{site}” is not the address of a site."), site=entered),
            _("Write it as in the browser, such as https://www.example.com."),
            field="origins",
        )
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def parts_are_wrong(entered: str, host: str) -> bool:
    scheme = entered.partition("://")[0] if "://" in entered else "https"
    return not host or scheme.lower() not in ("http", "https") or "*" in host


def colour(values: Mapping[str, str]) -> str:
    """The brand's colour as "#rrggbb". Raises Rejected when white hides it."""
    entered = (values.get("colour") or COLOUR).strip().lower()
    if len(entered) == 4:
        entered = "#" + "".join(2 * one for one in entered[1:])
    if len(entered) != 7 or entered[0] != "#" or set(entered[1:]) - set("0123456789abcdef"):
        raise Rejected(
            "bad_colour",
            _("This is no colour that can be read."),
            _("Write it like #1f4e79."),
            field="colour",
        )
    found = contrast(entered, "#ffffff")
    if found < LEAST_CONTRAST:
        raise Rejected(
            "pale_colour",
            format_lazy(
                _("On a white page this colour is hard to see: its contrast is {found}:1."),
                found=f"{found:.1f}",
            ),
            _("Choose a darker one: 3:1 is the least."),
            field="colour",
        )
    return entered


def ink(background: str) -> str:
    """
    Black or white, whichever is read better; one of the two always has 4.5:1.

    >>> ink("#1f4e79"), ink("#ff8c00")
    ('#ffffff', '#000000')
    """
    return max(("#ffffff", "#000000"), key=lambda one: contrast(one, background))


def contrast(one: str, other: str) -> float:
    """
    As WCAG computes it, 1 to 21.

    >>> contrast("#000000", "#ffffff"), round(contrast("#767676", "#ffffff"), 2)
    (21.0, 4.54)
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(shade: str) -> float:
    red, green, blue = (_linear(int(shade[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def is_ours(page: str, known: tuple[str, ...]) -> bool:
    """
    Whether an address is a page of one of the sites.

    >>> is_ours("https://a.example/thanks", ("https://a.example",))
    True
    >>> is_ours("https://a.example@evil.example/", ("https://a.example",))
    False
    """
    if any(one <= " " or one == "\\" for one in page) or "@" in page.partition("?")[0]:
        return False
    try:
        return "://" in page and origin(page) in known
    except Rejected:
        return False
