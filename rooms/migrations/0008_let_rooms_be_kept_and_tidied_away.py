import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0007_count_uses_of_links_beside_them"),
    ]

    operations = [
        migrations.AddField(
            model_name="room",
            name="kept",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="arrival",
            name="room",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="arrivals",
                to="rooms.room",
            ),
        ),
    ]
