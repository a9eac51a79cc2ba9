"""Whom this server may reach: not one address inside, however it is written."""

import ipaddress
import socket
import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.base import guard as guarding
from comptoir.base.guard import Forbidden, Guard, Listed, NameUnknown, NotSent
from comptoir.base.tests.peers import raw_peer

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "ff02::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:0808:0808::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
]
OUTSIDE = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.88.98.1", "2001:4860:4860::8888"]
OUTSIDE_WRAPPED = ["::ffff:808:808", "64:ff9b::808:808"]
PRIVATE = [ipaddress.ip_network(one) for one in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16")]


def _guard(*listed: str, known: dict[str, list[str]] | None = None) -> Guard:
    def look_up(host: str) -> Iterable[str]:
        try:
            return (known or {})[host]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "unknown") from None

    return Guard(Listed.of(listed), look_up)


def _addresses(guard: Guard, host: str, port: int = 443) -> list[str]:
    return [str(one) for one in guard.addresses(host, port, 1.0)]


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_is_reached_by_address_or_by_name(address: str) -> None:
    guard = _guard(known={"shop.example": [address]})

    for host in (address, "shop.example"):
        with pytest.raises(Forbidden):
            _addresses(guard, host)


@pytest.mark.parametrize("address", OUTSIDE + OUTSIDE_WRAPPED)
def test_the_internet_is_reached(address: str) -> None:
    guard = _guard(known={"shop.example": [address]})

    assert [address] == _addresses(guard, address)
    assert [address] == _addresses(guard, "shop.example")


def test_one_address_inside_forbids_the_whole_name() -> None:
    """Which of them a connection goes to is chance; an attacker would only have to wait."""
    guard = _guard(known={"shop.example": ["8.8.8.8", "10.0.0.1"]})

    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        _addresses(guard, "shop.example")


@given(st.sampled_from(PRIVATE), st.data())
def test_every_way_of_writing_an_inner_address_is_refused(
    network: ipaddress.IPv4Network, data: st.DataObject
) -> None:
    """Decimal, octal, hexadecimal, shortened, or wrapped in IPv6: as old resolvers read them."""
    number = data.draw(st.integers(int(network.network_address), int(network.broadcast_address)))
    inner = ipaddress.IPv4Address(number)
    first, *rest = inner.packed
    written = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(hex(part) for part in inner.packed),
        ".".join(f"0{part:o}" for part in inner.packed),
        f"{first}.{int.from_bytes(bytes(rest), 'big')}",
        f"::ffff:{inner}",
        f"::{inner}",
        f"64:ff9b::{inner}",
        str(ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1)),
        str(ipaddress.IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF))),
        f"{inner}.",
    ]
    for host in written:
        with pytest.raises(Forbidden):
            Guard().addresses(host, 80, 1.0)


@given(st.ip_addresses())
def test_only_what_is_global_for_the_standard_library_is_reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """The guard may be stricter than Python's own table, never laxer."""
    try:
        Guard().addresses(str(address), 443, 1.0)
    except Forbidden:
        return
    assert guarding.unwrapped(address).is_global


@pytest.mark.parametrize(
    "host",
    [
        *("", "127.1", "0x7f.1", "0177.1", "2130706433", "0x7f000001", "1.2.3", "a.0x"),
        *("a b", "a%00b", "a@b", "a\\b", "①②⑦.⓪.⓪.①"),
    ],
)
def test_hosts_that_read_two_ways_are_refused_before_anybody_is_asked(host: str) -> None:
    def never(host: str) -> Iterable[str]:
        raise AssertionError(host)

    with pytest.raises(Forbidden):
        Guard(look_up=never).addresses(host, 80, 1.0)


@pytest.mark.parametrize(
    ("listed", "host", "port"),
    [
        ("crm.lan", "crm.lan", 443),
        ("crm.lan", "CRM.lan.", 8080),
        ("*.lan", "a.b.lan", 443),
        ("10.0.0.0/8", "crm.lan", 3000),
        ("10.0.0.9", "10.0.0.9", 443),
        ("fd12::/16", "fd12::1", 443),
        ("[fd12::1]", "fd12::1", 443),
        ("feeds.example", "feeds.example", 8080),
        ("169.254.169.254", "169.254.169.254", 80),
    ],
)
def test_what_the_installation_lists_is_reached_at_any_port(
    listed: str, host: str, port: int
) -> None:
    known = {name: ["10.0.0.9"] for name in ("crm.lan", "CRM.lan.", "a.b.lan")}

    assert _addresses(_guard(listed, known=known | {"feeds.example": ["8.8.8.8"]}), host, port)


@pytest.mark.parametrize(
    ("listed", "host", "address"),
    [
        ("*.lan", "lan", "10.0.0.9"),
        ("crm.lan", "evil-crm.lan", "10.0.0.9"),
        ("crm.lan", "crm.lan.evil.example", "10.0.0.9"),
        ("10.0.0.0/8", "crm.lan", "192.168.0.1"),
        ("crm.lan", "crm.lan", "169.254.169.254"),
        ("crm.lan", "crm.lan", "fd00:ec2::254"),
        ("crm.lan", "crm.lan", "0.0.0.0"),
    ],
)
def test_a_listed_name_opens_itself_alone_and_never_the_clouds_metadata(
    listed: str, host: str, address: str
) -> None:
    with pytest.raises(Forbidden):
        _addresses(_guard(listed, known={host: [address]}), host)


def test_odd_ports_of_others_are_closed() -> None:
    guard = _guard(known={"shop.example": ["8.8.8.8"]})

    for port in (22, 25, 6379, 8080):
        with pytest.raises(Forbidden, match=str(port)):
            _addresses(guard, "shop.example", port)


@pytest.mark.parametrize("host", ["nowhere.example", "a" * 64 + ".example", "a..b"])
def test_a_name_nobody_knows_is_told_as_such(host: str) -> None:
    with pytest.raises(NameUnknown):
        Guard(look_up=lambda name: _guard().look_up(name.encode("idna").decode())).addresses(
            host, 80, 1.0
        )


def test_a_resolver_that_hangs_does_not_hold_us() -> None:
    began = time.monotonic()

    def hanging(host: str) -> list[str]:
        time.sleep(2)
        return []

    with pytest.raises(NotSent):
        Guard(look_up=hanging).addresses("slow.example", 80, 0.05)

    assert time.monotonic() - began < 1


def test_mail_goes_to_mail_ports_of_the_addresses_checked(settings: object) -> None:
    """A socket for mail passes the same guard as a page."""
    with raw_peer(lambda one: one.sendall(b"* OK\r\n")) as port:
        guard = _guard("127.0.0.1", known={"mail.example": ["127.0.0.1"]})
        with guard.connect("mail.example", port, 2.0, guarding.MAIL) as connected:
            assert b"* OK\r\n" == connected.recv(10)
        with pytest.raises(Forbidden):
            _guard(known={"mail.example": ["127.0.0.1"]}).connect(
                "mail.example", port, 2.0, guarding.MAIL
            )
    with pytest.raises(NotSent, match="does not answer"):
        guard.connect("mail.example", port, 2.0, guarding.MAIL)


def test_guarded_sockets_read_the_settings(settings: object) -> None:
    with raw_peer(lambda one: one.sendall(b"x")) as port:
        with pytest.raises(Forbidden):
            guarding.guarded_socket("127.0.0.1", port)
        settings.PRIVATE_HOSTS = ("127.0.0.1",)  # type: ignore[attr-defined]
        guarding.guarded_socket("127.0.0.1", port).close()
