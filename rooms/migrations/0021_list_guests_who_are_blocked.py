from django.db import migrations

LIST = """
INSERT INTO rooms_block (uuid, account_id, kind, guest_id, guest_name, digest, reason,
                         actor_name, created_at)
SELECT gen_random_uuid(), account_id, 'guest', id,
       COALESCE(NULLIF(nickname, ''), 'Guest ' || upper(left(uuid::text, 4))), '', '', '',
       blocked_at
FROM rooms_guest WHERE blocked_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0020_keep_guests_devices_and_networks_out"),
    ]

    operations = [migrations.RunSQL(LIST, migrations.RunSQL.noop)]
