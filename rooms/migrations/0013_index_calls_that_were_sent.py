from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("rooms", "0012_hold_calls_back"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["target", "-finished_at"],
                condition=models.Q(("state", "sent")),
                name="delivery_sent",
            ),
        ),
    ]
