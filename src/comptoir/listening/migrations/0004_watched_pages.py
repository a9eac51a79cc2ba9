"""Watched pages, their readings and changes, and the sites they are on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_at_work"),
        ("listening", "0003_tags_of_mentions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WebHost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin", models.CharField(max_length=300, unique=True)),
                ("robots", models.TextField(blank=True)),
                ("robots_at", models.DateTimeField(null=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("rules", "Rules"), ("free", "Free"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("count", "Many messages"),
                    ("tone", "Negative messages"),
                    ("weight", "Somebody with many followers"),
                    ("word", "A word in a place"),
                    ("silence", "Silence"),
                    ("page", "A watched page changed"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="WatchedPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("url", models.CharField(max_length=2000)),
                ("wants", models.JSONField(default=list)),
                ("selector", models.CharField(blank=True, max_length=300)),
                ("phrase", models.CharField(blank=True, max_length=200)),
                ("every", models.IntegerField()),
                ("contact", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Watched"),
                            ("paused", "Paused"),
                            ("stopped", "Stopped"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("etag", models.CharField(blank=True, max_length=300)),
                ("modified", models.CharField(blank=True, max_length=100)),
                ("due_at", models.DateTimeField(null=True)),
                ("wanted_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("doubts", models.IntegerField(default=0)),
                ("problem", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("armed_at", models.DateTimeField()),
                (
                    "alert",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.alert",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "folder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.folder",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PageReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("visits", models.IntegerField(default=1)),
                ("digest", models.CharField(blank=True, max_length=32)),
                ("headers", models.JSONField(default=dict)),
                ("raw", models.BinaryField(null=True)),
                ("data", models.BinaryField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("cents", models.BigIntegerField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("availability", models.CharField(blank=True, max_length=16)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.watchedpage",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=12)),
                ("key", models.CharField(blank=True, max_length=120)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("again", models.BooleanField(default=False)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
                (
                    "reading",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.pagereading",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.watchedpage",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="watchedpage",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="page_due"
            ),
        ),
        migrations.AddIndex(
            model_name="pagereading",
            index=models.Index(fields=["page", "at"], name="reading_by_time"),
        ),
        migrations.AddIndex(
            model_name="pagereading",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)), fields=["at"], name="reading_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="pagechange",
            index=models.Index(fields=["workspace", "-at"], name="change_by_time"),
        ),
        migrations.AddConstraint(
            model_name="pagechange",
            constraint=models.UniqueConstraint(fields=("page", "at", "number"), name="change_once"),
        ),
    ]
