"""Mailboxes of Microsoft's: Outlook.com and Microsoft 365."""
