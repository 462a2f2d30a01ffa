from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("rooms", "0014_look_through_attachments_before_they_are_read"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="attachment",
            index=models.Index(
                fields=["tried_at"],
                condition=models.Q(state="processing"),
                name="attachment_processing",
            ),
        ),
    ]
