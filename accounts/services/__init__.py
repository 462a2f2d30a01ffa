"""What people do with accounts. One module per noun; import from here."""

from __future__ import annotations

from accounts.services.accounts import (
    create_account,
    delete_account,
    rename_account,
    resume_account,
    suspend_account,
)
from accounts.services.api_keys import create_api_key, find_api_key, revoke_api_key
from accounts.services.invitations import (
    accept_invitation,
    cancel_invitation,
    create_invitation,
    find_invitation,
)
from accounts.services.targets import (
    add_email_target,
    confirm_target,
    remove_target,
    set_target_enabled,
    sign_target,
    verify_email,
)
from accounts.services.team import change_role, remove_member

__all__ = [
    "accept_invitation",
    "add_email_target",
    "cancel_invitation",
    "change_role",
    "confirm_target",
    "create_account",
    "create_api_key",
    "create_invitation",
    "delete_account",
    "find_api_key",
    "find_invitation",
    "remove_member",
    "remove_target",
    "rename_account",
    "resume_account",
    "revoke_api_key",
    "set_target_enabled",
    "sign_target",
    "suspend_account",
    "verify_email",
]
