from django.db import migrations

BATCH_ROWS = 5000


def keep_rooms(apps, schema_editor):
    """Somebody of the account was in them, so words may have been said that left no trace."""
    room_model = apps.get_model("rooms", "Room")
    found = room_model.objects.filter(kept=False, last_seq=0, property__storage="none")
    met = found.filter(participants__kind__in=["member", "integration"]).order_by("pk")
    while batch := list(met.values_list("pk", flat=True)[:BATCH_ROWS]):
        room_model.objects.filter(pk__in=batch).update(kept=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("rooms", "0008_let_rooms_be_kept_and_tidied_away"),
    ]

    operations = [
        migrations.RunPython(keep_rooms, migrations.RunPython.noop),
    ]
