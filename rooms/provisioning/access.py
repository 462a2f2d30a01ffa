from __future__ import annotations

from uuid import UUID

from rooms.provisioning.errors import BatchNotFound
from rooms.provisioning.models import ProvisioningBatch


def get_batch(uuid: UUID) -> ProvisioningBatch:
    """Return a batch of the installation, which platform keys share. Raises BatchNotFound."""
    found = ProvisioningBatch.objects.filter(uuid=uuid).first()
    if found is None:
        raise BatchNotFound
    return found
