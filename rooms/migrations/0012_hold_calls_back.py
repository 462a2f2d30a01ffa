from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_let_channels_name_their_kind"),
        ("rooms", "0011_pause_links_and_properties"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="held_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
