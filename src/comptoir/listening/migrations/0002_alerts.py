"""Alerts, their firings with the messages counted, notices, and what was learnt."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_at_work"),
        ("channels", "0010_written_since"),
        ("listening", "0001_saved_queries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("count", "Many messages"),
                            ("tone", "Negative messages"),
                            ("weight", "Somebody with many followers"),
                            ("word", "A word in a place"),
                            ("silence", "Silence"),
                        ],
                        max_length=8,
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("within", models.TextField(blank=True)),
                ("threshold", models.IntegerField(default=1)),
                ("share", models.IntegerField(default=0)),
                ("followers", models.BigIntegerField(default=0)),
                ("window", models.IntegerField()),
                ("cooldown", models.IntegerField()),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("authors_once", models.BooleanField(default=False)),
                ("alike_once", models.BooleanField(default=False)),
                ("people", models.JSONField(default=list)),
                ("accounts", models.JSONField(default=list)),
                ("language", models.CharField(default="fr", max_length=5)),
                ("armed_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
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
                    "query",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.savedquery",
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
            name="Firing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField()),
                ("tell_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.alert",
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("counts", models.BooleanField(default=True)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.alert",
                    ),
                ),
                (
                    "firing",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.firing",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.message",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=12)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
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
                    "firing",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.firing",
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
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("way", models.CharField(max_length=8)),
                ("target", models.BigIntegerField()),
                ("key", models.CharField(max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "On its way"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("problem", models.JSONField(default=dict)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "firing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.firing",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="base.workspace",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(
                condition=models.Q(("told_at__isnull", True)),
                fields=["tell_at"],
                name="firing_untold",
            ),
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(fields=["workspace", "-ends_at"], name="firing_by_time"),
        ),
        migrations.AddConstraint(
            model_name="firing",
            constraint=models.UniqueConstraint(fields=("alert", "ends_at"), name="firing_once"),
        ),
        migrations.AddIndex(
            model_name="hit",
            index=models.Index(fields=["alert", "at"], name="hit_by_time"),
        ),
        migrations.AddConstraint(
            model_name="hit",
            constraint=models.UniqueConstraint(fields=("alert", "message"), name="hit_once"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="notice_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("firing", "way", "target"), name="notice_once"
            ),
        ),
    ]
