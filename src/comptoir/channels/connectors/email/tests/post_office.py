"""
A post office on this machine: Debian's Dovecot and Postfix, on high ports, in a temporary folder.

Nothing of the system's own configuration is read or written. Postfix must be started by root,
so without being root this needs sudo.
"""

import hmac
import json
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from comptoir.base.tests.certificates import certificate

HERE = "127.0.0.1"
OURS = "bonjour@atelier-citron.example"
CUSTOMER = "marie.laurent@example.com"
PASSWORD = "Citron-é-1"  # of every mailbox here
_KEY = b"what signs the access tokens of these tests"

_DOVECOT = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.pem
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/tokens.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
"""
_TOKENS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = email
"""
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.atelier-citron.example
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 192.0.2.0/24
virtual_mailbox_domains = atelier-citron.example, example.com
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{ {{{ours} = {ours}/}}, {{{customer} = {customer}/}} }}
transport_maps = inline:{{ {{gone.example = smtp:[127.0.0.1]:{smtp}}} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
message_size_limit = 2000000
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_cert_file = {home}/server.pem
smtpd_tls_key_file = {home}/server.pem
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
"""
_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where its servers listen; authority: the certificate that vouches for them."""

    home: Path
    imap: int
    imaps: int
    auth: int
    smtp: int
    smtps: int
    authority: Path

    def values(self, **other: str) -> dict[str, str]:
        """What a merchant would enter to connect this mailbox."""
        return {
            "address": OURS,
            "from_name": "Atelier Citron",
            "imap_host": HERE,
            "imap_port": str(self.imaps),
            "imap_security": "tls",
            "imap_user": "",
            "imap_secret": PASSWORD,
            "smtp_host": HERE,
            "smtp_port": str(self.smtps),
            "smtp_security": "tls",
            "smtp_user": "",
            "smtp_secret": "",
            "folder": "INBOX",
            "history": "7",
            "read_sent": "on",
            "signature": "Atelier Citron\n12 quai des Arts",
        } | other

    def token(self, address: str = OURS, lasts: float = 3600.0) -> str:
        """An access token that Dovecot takes (a JWT of RFC 7519): whose mailbox, until when."""
        now = int(time.time())
        said = {"email": address, "sub": address, "iat": now, "exp": now + int(lasts)}
        parts = ({"alg": "HS256", "typ": "JWT"}, said)
        signed = b".".join(_coded(json.dumps(part).encode()) for part in parts)
        return b".".join((signed, _coded(hmac.digest(_KEY, signed, "sha256")))).decode("ascii")

    def deliver(self, mail: EmailMessage | bytes, to: str = OURS) -> None:
        """As another mail server would hand it in."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.SMTP(HERE, self.smtp, timeout=10) as smtp:
            smtp.sendmail(CUSTOMER if to == OURS else OURS, [to], content)

    def box(self, address: str) -> list[bytes]:
        """What lies in somebody's inbox."""
        folder = self.home / "mail" / address
        found = [*folder.glob("new/*"), *folder.glob("cur/*")]
        return [one.read_bytes() for one in sorted(found, key=lambda one: one.stat().st_mtime)]

    def kick(self) -> None:
        """Break every IMAP connection, as a server that restarts does."""
        _run("doveadm", "-c", str(self.home / "dovecot.conf"), "kick", OURS)

    def forget_uids(self) -> None:
        """What a mailbox moved to another server looks like: other UIDs, another UIDVALIDITY."""
        time.sleep(1.1)  # it is the second in which the folder was made
        for one in (self.home / "mail" / OURS).glob("dovecot*"):
            one.unlink()

    def wipe(self) -> None:
        for address in (OURS, CUSTOMER):
            for one in (self.home / "mail" / address).rglob("*"):
                if one.is_file() and one.parent.name in ("new", "cur"):
                    one.unlink()


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Raises RuntimeError when Dovecot or Postfix is not installed or does not start."""
    for needed in ("dovecot", "postfix", "doveadm"):
        if not (shutil.which(needed) or Path("/usr/sbin", needed).exists()):
            raise RuntimeError(f"{needed} is missing: apt-get install dovecot-imapd postfix")
    home = Path(tempfile.mkdtemp(prefix="post-office-"))
    home.chmod(0o755)
    ports = dict(zip(("imap", "imaps", "auth", "smtp", "smtps"), _free_ports(5), strict=True))
    office = PostOffice(home, **ports, authority=certificate(home, HERE, "server"))
    _configure(office)
    dovecot = str(home / "dovecot.conf")
    try:
        _run("/usr/sbin/dovecot", "-c", dovecot)
        _run("/usr/sbin/postfix", "-c", str(home / "etc"), "start")
        _wait(lambda: all(_listens(port) for port in ports.values()), "the servers", home)
        yield office
    finally:
        _run("/usr/sbin/postfix", "-c", str(home / "etc"), "stop", check=False)
        _run("doveadm", "-c", dovecot, "stop", check=False)
        _run("rm", "-rf", str(home), check=False)


def _configure(office: PostOffice) -> None:
    home = office.home
    keeper = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    about = {
        **{name: getattr(office, name) for name in ("imap", "imaps", "auth", "smtp", "smtps")},
        "home": home,
        "user": keeper.pw_uid,
        "group": keeper.pw_gid,
        "ours": OURS,
        "customer": CUSTOMER,
    }
    (home / "dovecot.conf").write_text(_DOVECOT.format(**about))
    users = f"{OURS}:{{PLAIN}}{PASSWORD}\n{CUSTOMER}:{{PLAIN}}{PASSWORD}\n"
    (home / "users").write_text(users)
    (home / "tokens.conf").write_text(_TOKENS.format(**about))
    key = home / "keys" / "default" / "HS256" / "default"
    key.parent.mkdir(parents=True)
    key.write_bytes(b64encode(_KEY))
    for folder in ("etc", "queue", "data", "run", "state", "mail"):
        (home / folder).mkdir()
    (home / "etc" / "main.cf").write_text(_MAIN.format(**about))
    (home / "etc" / "master.cf").write_text(_MASTER.format(**about))
    for address in (OURS, CUSTOMER):
        (home / "mail" / address).mkdir()
    if os.geteuid() == 0:
        os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, -1)
        for each in [home / "mail", *(home / "mail").iterdir()]:
            os.chown(each, keeper.pw_uid, keeper.pw_gid)
    else:
        _run("chown", "postfix", str(home / "data"))


def _coded(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def _run(*command: str, check: bool = True) -> None:
    ahead = [] if os.geteuid() == 0 else ["sudo", "-n"]
    with tempfile.TemporaryFile() as said:  # daemons would hold a pipe open for ever
        done = subprocess.run([*ahead, *command], stdout=said, stderr=said, timeout=60, check=False)
        said.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {said.read().decode(errors='replace')}")


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server((HERE, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((HERE, port)) == 0


def wait_for(ready: Callable[[], object], what: str, seconds: float = 15.0) -> None:
    """Until something is so; fails with its name."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def _wait(ready: Callable[[], bool], what: str, home: Path) -> None:
    try:
        wait_for(ready, what)
    except AssertionError as error:
        for log in home.glob("*.log"):
            sys.stderr.write(log.read_text(errors="replace")[-3000:])
        raise RuntimeError(str(error)) from error
