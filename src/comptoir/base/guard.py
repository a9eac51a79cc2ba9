"""
Whom this server may reach.

A name is resolved once, every address it has is checked, and the connection goes to one of
the addresses that were checked: what a name resolves to a moment later does not matter.
Standard library alone, so that settings can be checked before Django is set up.
"""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str], Iterable[str]]

WEB = frozenset({80, 443})
MAIL = frozenset({25, 143, 465, 587, 993, 2525})


class HttpProblem(Exception):
    """An outbound request that brought no answer."""


class Forbidden(HttpProblem):
    """The address is not one that this server may ask: private, reserved or not http(s)."""


class NotSent(HttpProblem):
    """Nobody was reached, so nothing can have happened: it can be made again."""


class NameUnknown(NotSent):
    """Nobody answers to this name."""


class Insecure(NotSent):
    """The other side could not prove by TLS that it is who it should be."""


class NoAnswer(HttpProblem):
    """It was sent and no answer came: it may have been done or not."""


# Of IANA's special-purpose registries. What a listed name may point to …
PRIVATE = [
    ip_network(one)
    for one in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "::1/128",
        "fc00::/7",
    )
]
# … and what only a listed address or network opens: clouds' metadata before all.
RESERVED = [
    ip_network(one)
    for one in (
        "168.63.129.16/32",
        "100.100.100.200/32",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
        "0.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]
UNICAST = ip_network("2000::/3")  # all of IPv6 that is given out
NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Listed:
    """The hosts that an installation trusts although they are private: names and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Listed":
        """
        Names (`crm.lan`), everything below a name (`*.lan`), addresses and networks.

        Raises ValueError with the entry that is none of these.
        """
        names, networks = set(), []
        for entry in entries:
            try:
                networks.append(ip_network(entry.strip("[]")))
            except ValueError:
                names.add(_listed_name(entry))
        return cls(frozenset(names), tuple(networks))

    def has_name(self, host: str) -> bool:
        name = plain_name(host)
        parts = name.split(".")
        return name in self.names or any(
            "*." + ".".join(parts[start:]) in self.names for start in range(1, len(parts))
        )

    def has_address(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def _listed_name(entry: str) -> str:
    name = plain_name(entry)
    labels = name.removeprefix("*.").split(".")
    if looks_numeric(name) or not all(
        label.replace("-", "").replace("_", "").isalnum() for label in labels
    ):
        raise ValueError(entry)
    return name


def plain_name(host: str) -> str:
    """A name as it is compared: lower case, without the last dot, ASCII."""
    try:
        return host.rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return host.rstrip(".").lower()


def looks_numeric(host: str) -> bool:
    """Whether an old resolver would take it for a number: 127.1, 0x7f000001, 2130706433."""
    last = host.rstrip(".").rsplit(".", 1)[-1].lower()
    return last.isdigit() or (last.startswith("0x") and set(last[2:]) <= set("0123456789abcdef"))


def look_up(host: str) -> list[str]:
    """What the system's resolver says; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@cache
def _resolvers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="resolver")


os.register_at_fork(after_in_child=_resolvers.cache_clear)  # threads are not inherited


@dataclass(frozen=True, slots=True)
class Guard:
    """Answers whether a host may be reached, and at which addresses."""

    listed: Listed = field(default_factory=Listed)
    look_up: Lookup = look_up

    def addresses(
        self, host: str, port: int, timeout: float, ports: frozenset[int] = WEB
    ) -> Sequence[Address]:
        """
        Where `host` may be reached at `port`, best first, all of them checked.

        Raises Forbidden when one of them may not be, NameUnknown when there is none.
        """
        self.check_form(host)
        found = self._resolved(host, timeout)
        named = self.listed.has_name(host)
        for address in found:
            self._check(host, address, named)
        if port not in ports and not (named or all(map(self._listed, found))):
            raise Forbidden(f"port {port} of {host} is not one that may be reached")
        return found

    def check_form(self, host: str) -> None:
        """Raises Forbidden for a host written so as to be read in two ways."""
        try:
            ip_address(host)
        except ValueError:
            if not host or looks_numeric(host) or any(sign in host for sign in "%\\@/?# \t\r\n\0"):
                raise Forbidden(f"“{host}” is not the name of a host") from None
        else:
            if "%" in host:
                raise Forbidden(f"{host} names an interface of this machine")

    def check_unresolved(self, host: str, port: int) -> None:
        """What can be said of a host that a proxy will look up: its port, and plain addresses."""
        try:
            self.addresses(str(ip_address(host)), port, 0.0)
        except ValueError:
            if port not in WEB and not self.listed.has_name(host):
                raise Forbidden(f"port {port} of {host} is not one that may be reached") from None

    def connect(self, host: str, port: int, timeout: float, ports: frozenset[int]) -> socket.socket:
        """A connection to the first address that answers, within `timeout` altogether."""
        deadline = time.monotonic() + timeout
        found = self.addresses(host, port, timeout, ports)
        for share, address in shares(found, deadline):
            try:
                return socket.create_connection((str(address), port), timeout=share)
            except OSError as error:
                last = error
        raise NotSent(f"{host} does not answer at port {port}: {last}") from last

    def _resolved(self, host: str, timeout: float) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        asking = _resolvers().submit(lambda: list(self.look_up(host)))
        try:
            found = [ip_address(one) for one in asking.result(timeout=max(timeout, 0.0))]
        except Late as error:
            raise NotSent(f"nobody said in time where {host} is") from error
        except (OSError, ValueError) as error:
            raise NameUnknown(f"nobody knows the name {host}") from error
        if not found:
            raise NameUnknown(f"nobody knows the name {host}")
        return found

    def _listed(self, address: Address) -> bool:
        return self.listed.has_address(address) or self.listed.has_address(unwrapped(address))

    def _check(self, host: str, address: Address, named: bool) -> None:
        inner = unwrapped(address)
        if self._listed(address):
            return
        reserved = inside(inner, RESERVED)
        private = inside(inner, PRIVATE)
        if reserved or (private and not named) or not (private or is_given_out(inner)):
            raise Forbidden(f"{host} is at {address}, which is not on the public Internet")


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries for the same place (mapped, NAT64)."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def inside(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def is_given_out(address: Address) -> bool:
    """Whether anybody on the Internet can hold it; the rest of IPv6 is kept for later."""
    return isinstance(address, IPv4Address) or address in UNICAST


def shares(found: Sequence[Address], deadline: float) -> Iterator[tuple[float, Address]]:
    """Each address with its share of the time left, so that a dead one leaves some to the next."""
    for place, address in enumerate(found):
        left = max(deadline - time.monotonic(), 0.001)
        yield left / (len(found) - place), address


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates are believed: the system's and SSL_CERT_FILE's, and Mozilla's list."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def guard() -> Guard:
    """With the hosts that this installation trusts."""
    from django.conf import settings

    return Guard(Listed.of(settings.PRIVATE_HOSTS))


def guarded_socket(host: str, port: int, timeout: float = 20.0) -> socket.socket:
    """
    A connection to a mail server, its `timeout` set.

    Raises Forbidden, NameUnknown or NotSent.
    """
    return guard().connect(host, port, timeout, MAIL)


def secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The same connection under TLS, proved to be `host`'s. Raises Insecure."""
    try:
        return trust().wrap_socket(plain, server_hostname=host)
    except (ssl.SSLError, ssl.CertificateError, OSError) as error:
        plain.close()
        raise Insecure(f"{host} could not prove who it is: {error}") from error
