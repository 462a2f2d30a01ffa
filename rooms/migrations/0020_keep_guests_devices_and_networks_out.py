import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_let_channels_name_their_kind"),
        ("rooms", "0019_add_exports_of_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("guest", "Guest"), ("device", "Device"), ("network", "Network")],
                        max_length=10,
                    ),
                ),
                ("guest_name", models.CharField(blank=True, max_length=120)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="accounts.account",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="blocks",
                        to="rooms.guest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["account", "digest"],
                        name="block_at_the_door",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at", None), ("ends_at__isnull", False)),
                        fields=["ends_at"],
                        name="block_ends",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("digest", ""), ("kind", "guest")),
                            models.Q(
                                models.Q(("kind", "guest"), _negated=True),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="block_has_its_digest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GuestTrace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device", models.CharField(max_length=64)),
                ("network", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "guest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="traces",
                        to="rooms.guest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "device"], name="trace_device"),
                    models.Index(fields=["account", "network"], name="trace_network"),
                    models.Index(fields=["seen_at"], name="trace_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("guest", "device", "network"), name="trace_once_per_origin"
                    )
                ],
            },
        ),
    ]
