"""
What a page says of its products to machines: schema.org in JSON-LD and microdata, Open Graph.

Both forms of schema.org become the same dictionaries and are read by the same code. What is
broken is left out; nothing raises because of a page.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from comptoir.listening.watching import amounts, markup
from comptoir.listening.watching.readings import Offered

MOST: Final = 100
_NODES: Final = 20_000
_LONGEST_NAME: Final = 200
_PRODUCTS: Final = frozenset({
    "product", "productgroup", "individualproduct", "productmodel", "someproducts", "vehicle", "car",
    "book", "softwareapplication", "event", "service", "course", "hotelroom", "menuitem",
})  # fmt: skip
_OFFERS: Final = frozenset({"offer", "aggregateoffer", "offerforpurchase", "offerforlease"})
_ASIDE: Final = frozenset({
    "isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor", "review", "reviews",
    "additionaltype", "breadcrumb", "seller", "brand",
})  # fmt: skip
_AVAILABLE: Final = {
    "instock": "in_stock", "instoreonly": "in_stock", "onlineonly": "in_stock",
    "limitedavailability": "limited", "lowstock": "limited", "outofstock": "out_of_stock",
    "soldout": "out_of_stock", "oos": "out_of_stock", "discontinued": "ended", "preorder": "preorder",
    "presale": "preorder", "backorder": "preorder", "madetoorder": "preorder",
}  # fmt: skip
_LISTED: Final = frozenset({"listprice", "strikethroughprice", "srp", "msrp"})
_COMMENTS = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
_LAST_COMMA = re.compile(r",(\s*[}\]])")
_META: Final = {
    "amount": ("product:sale_price:amount", "product:price:amount", "og:price:amount"),
    "currency": ("product:sale_price:currency", "product:price:currency", "og:price:currency"),
    "was": ("product:original_price:amount", "og:price:standard_amount"),
    "availability": ("product:availability", "og:availability"),
}


def offered(root: Any) -> list[Offered]:
    """The page's offers from the first source that tells a price; from the first of any, else."""
    found = [
        ("json-ld", list(_of_items(_json_ld(root), "json-ld"))),
        ("microdata", list(_of_items(_microdata(root), "microdata"))),
        ("open-graph", _open_graph(root)),
    ]
    told = [offers for _source, offers in found if any(one.cents is not None for one in offers)]
    return _apart(next(iter(told), next((offers for _source, offers in found if offers), [])))


def title(root: Any) -> str:
    """What the page calls itself."""
    said = _meta(root).get("og:title", "")
    named = next((one for one in root.query("title")), None)
    words = re.sub(r"\s+", " ", markup.raw_text(named)).strip() if named is not None else ""
    return (words or said)[:_LONGEST_NAME]


# ── schema.org ─────────────────────────────────────────────────────────────────────────────


def _json_ld(root: Any) -> list[Any]:
    found = []
    for one in root.query("script"):
        kind = markup.attribute(one, "type").lower().partition(";")[0].strip()
        if kind == "application/ld+json":
            found.append(_parsed(markup.raw_text(one)))
    return [one for one in found if one is not None]


def _parsed(written: str) -> Any:
    """JSON as shops write it: in comments, with a last comma, with line breaks in strings."""
    bare = _COMMENTS.sub("", _COMMENTS.sub("", written)).strip().rstrip(";")
    for attempt in (bare, _LAST_COMMA.sub(r"\1", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _microdata(root: Any) -> list[Any]:
    """Items of the page with their properties, as JSON-LD would say them."""
    items: dict[int, dict[str, Any]] = {}
    tops = []
    for node in markup.elements(root):
        about = node.attrs or {}
        name = about.get("itemprop")
        if "itemscope" in about:
            items[id(node)] = item = {"@type": str(about.get("itemtype") or "")}
            owner = _owner(node, items) if name else None
            if owner is None:
                tops.append(item)
            else:
                _put(owner, str(name), item)
        elif name and (owner := _owner(node, items)) is not None:
            _put(owner, str(name), _value(node))
    return tops


def _owner(node: Any, items: dict[int, dict[str, Any]]) -> dict[str, Any] | None:
    above = node.parent
    for _step in range(64):
        if above is None:
            return None
        if id(above) in items:
            return items[id(above)]
        above = above.parent
    return None


def _put(item: dict[str, Any], names: str, value: Any) -> None:
    for name in names.split():
        if name in item:
            held = item[name]
            item[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            item[name] = value


def _value(node: Any) -> str:
    for name in ("content", "href", "value", "datetime", "src"):
        if said := markup.attribute(node, name):
            return said
    return markup.words_of(node, _LONGEST_NAME)


def _of_items(items: list[Any], source: str) -> Iterator[Offered]:
    known = _by_id(items)
    for product in _found(items):
        yield from _of_product(product, known, source)


def _found(items: list[Any]) -> Iterator[dict[str, Any]]:
    """Products and, where there is no product around them, offers; each once."""
    stack: list[Any] = list(reversed(items))
    for _step in range(_NODES):
        if not stack:
            return
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(reversed(one))
        elif isinstance(one, dict):
            kinds = _kinds(one)
            if kinds & _PRODUCTS and ("offers" in one or "hasVariant" not in one):
                yield one
            elif kinds & _OFFERS:
                yield {"offers": one} | _subject(one)
                continue
            within = [
                value
                for name, value in one.items()
                if name.lower() not in _ASIDE and not (name == "offers" and kinds & _PRODUCTS)
            ]
            stack.extend(value for value in reversed(within) if isinstance(value, dict | list))


def _of_product(product: dict[str, Any], known: dict[str, Any], source: str) -> Iterator[Offered]:
    name = _words(product.get("name"))
    offers = list(_flat(product.get("offers"), known))
    for offer in offers or [{}]:
        kinds = _kinds(offer)
        value, code, was, lowest = _price(offer, known)
        inner = list(_flat(offer.get("offers"), known)) if "aggregateoffer" in kinds else []
        if value is None and inner:
            for one in inner:
                yield from _of_product(product | {"offers": one}, known, source)
            continue
        yield Offered(
            key=_key(offer, product, name),
            name=_words(offer.get("name")) if offers and len(offers) > 1 else name,
            cents=value,
            currency=code,
            was=was,
            starting=lowest,
            availability=_availability(offer.get("availability") or product.get("availability")),
            until=_words(offer.get("priceValidUntil"))[:10],
            source=source,
        )


def _price(
    offer: dict[str, Any], known: dict[str, Any]
) -> tuple[int | None, str, int | None, bool]:
    """Price, currency, the price before, and whether it is the lowest of several."""
    code = amounts.currency(_first(offer.get("priceCurrency")))
    value = amounts.cents(_first(offer.get("price")))
    code = code or amounts.currency(_first(offer.get("price")))
    was, starting = None, False
    for one in _flat(offer.get("priceSpecification"), known):
        kind = _last(one.get("priceType")).lower()
        told = amounts.cents(_first(one.get("price")))
        if told is None or "referenceQuantity" in one or "billingDuration" in one:
            continue
        if kind in _LISTED:
            was = told
        elif value is None:
            value = told
        code = code or amounts.currency(_first(one.get("priceCurrency")))
    if value is None:
        low = amounts.cents(_first(offer.get("lowPrice")))
        high = amounts.cents(_first(offer.get("highPrice")))
        value, starting = low, low is not None and low != high
    return (
        value,
        code,
        was if was is not None and value is not None and was > value else None,
        starting,
    )


def _key(offer: dict[str, Any], product: dict[str, Any], name: str) -> str:
    """What stays the same when the price changes."""
    for owner in (offer, product):
        for field in ("sku", "gtin13", "gtin", "gtin14", "gtin8", "mpn", "productID"):
            if said := _words(_first(owner.get(field))):
                return said[:80]
    return markup.plain(_words(offer.get("name")) or name)[:80] or _words(offer.get("url"))[-80:]


def _subject(offer: dict[str, Any]) -> dict[str, Any]:
    about = offer.get("itemOffered")
    return (
        {k: v for k, v in about.items() if k in ("name", "sku")}
        if isinstance(about, dict)
        else {"name": _words(offer.get("name"))}
    )


def _by_id(items: Iterable[Any]) -> dict[str, Any]:
    """What "@id" points to, for offers that stand elsewhere on the page."""
    known: dict[str, Any] = {}
    stack = list(items)
    for _step in range(_NODES):
        if not stack:
            break
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, dict):
            name = one.get("@id")
            if isinstance(name, str) and len(one) > 1:
                known.setdefault(name, one)
            stack.extend(value for value in one.values() if isinstance(value, dict | list))
    return known


def _flat(value: Any, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in (value if isinstance(value, list) else [value])[:MOST]:
        if isinstance(one, dict):
            name = one.get("@id")
            yield known.get(name, one) if len(one) == 1 and isinstance(name, str) else one


def _kinds(item: dict[str, Any]) -> set[str]:
    told = item.get("@type")
    said = told if isinstance(told, list) else str(told or "").split()
    return {_last(one).lower() for one in said}


def _last(value: Any) -> str:
    """ "https://schema.org/InStock" → "InStock"."""
    return re.split(r"[/#:]", str(_first(value) or "").strip().rstrip("/"))[-1]


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else None
    return value.get("@value") if isinstance(value, dict) else value


def _words(value: Any) -> str:
    said = _first(value)
    told = str(said) if isinstance(said, str | int | float) and not isinstance(said, bool) else ""
    return re.sub(r"\s+", " ", told).strip()[:_LONGEST_NAME]


def _availability(value: Any) -> str:
    return _AVAILABLE.get(re.sub(r"[\s_-]", "", _last(value)).lower(), "")


# ── Open Graph ─────────────────────────────────────────────────────────────────────────────


def _open_graph(root: Any) -> list[Offered]:
    said = _meta(root)
    told = {
        name: next((said[one] for one in among if said.get(one)), "")
        for name, among in _META.items()
    }
    value, was = amounts.cents(told["amount"]), amounts.cents(told["was"])
    state = _availability(told["availability"])
    if value is None and not state:
        return []
    name = said.get("og:title", "")[:_LONGEST_NAME]
    return [
        Offered(
            key="",
            name=name,
            cents=value,
            currency=amounts.currency(told["currency"]) or amounts.currency(told["amount"]),
            was=was if was and value is not None and was > value else None,
            availability=state,
            source="open-graph",
        )
    ]


def _meta(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in root.query("meta"):
        name = (markup.attribute(one, "property") or markup.attribute(one, "name")).lower()
        if name:
            found.setdefault(name, markup.attribute(one, "content"))
    return found


def _apart(offers: Iterable[Offered]) -> list[Offered]:
    """Each once; those that only a number tells apart get one."""
    found: dict[str, Offered] = {}
    for one in offers:
        key, number = one.key, 1
        while key in found and _telling(found[key]) != _telling(one):
            number += 1
            key = f"{one.key} #{number}"
        if key not in found and len(found) < MOST:
            found[key] = one.keyed(key)
    return list(found.values())


def _telling(one: Offered) -> tuple[object, ...]:
    return one.cents, one.currency, one.name
