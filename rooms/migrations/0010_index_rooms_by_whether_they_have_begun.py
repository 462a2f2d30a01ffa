from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("rooms", "0009_keep_rooms_whose_words_were_not_stored"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="room",
            index=models.Index(
                fields=["account", "status", "-activity_at", "-id"],
                condition=models.Q(("last_seq__gt", 0), ("kept", True), _connector="OR"),
                name="room_begun",
            ),
        ),
        AddIndexConcurrently(
            model_name="room",
            index=models.Index(
                fields=["activity_at", "id"],
                condition=models.Q(("kept", False), ("last_seq", 0)),
                name="room_wordless",
            ),
        ),
        RemoveIndexConcurrently(model_name="room", name="room_inbox"),
    ]
