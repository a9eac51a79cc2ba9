"""The full-text index: FTS5 on SQLite, tsvector with GIN on PostgreSQL. Can be run again."""

from django.db import migrations

# Words come folded and cut at spaces (comptoir.analysis.text); whatever else they hold, be it
# # or @ or an emoji that this SQLite does not know yet, is part of them.
SQLITE = """
CREATE VIRTUAL TABLE IF NOT EXISTS channels_search USING fts5(
    text, facets, columnsize = 0, prefix = '2 3',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cn Co'"
)
"""
POSTGRESQL = """
CREATE TABLE IF NOT EXISTS channels_search (id bigint PRIMARY KEY, document tsvector NOT NULL);
CREATE INDEX IF NOT EXISTS channels_search_document ON channels_search USING gin (document);
"""


def create(apps, editor):
    postgresql = editor.connection.vendor == "postgresql"
    editor.execute(POSTGRESQL if postgresql else SQLITE)


def drop(apps, editor):
    editor.execute("DROP TABLE IF EXISTS channels_search")


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
