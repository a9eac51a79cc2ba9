"""What the tests that all connectors share need to know of mailboxes of Microsoft's."""

from dataclasses import replace

from comptoir.channels.connectors.email.tests.contract import CONTRACT as MAIL

OURS = "bonjour@atelier-citron.example"

CONTRACT = replace(
    MAIL,
    values={
        "address": OURS,
        "from_name": "Atelier Citron",
        "account": "work",
        "client_id": "6731de76-14a6-49ae-97bc-6eba6914391e",
        "client_secret": "invented",
        "refresh_token": "0.AUgAinvented",
        "access": "eyJ0invented",
        "access_ends": "2099-01-01T00:00:00+00:00",
        "imap_host": "outlook.office365.com",
        "imap_security": "tls",
        "smtp_host": "smtp.office365.com",
        "smtp_security": "tls",
        "folder": "INBOX",
        "history": "7",
        "read_sent": "on",
    },
)
