"""What people do with accounts. One module per noun; import from here."""

from __future__ import annotations

from accounts.services.accounts import (
    change_limits,
    create_account,
    delete_account,
    remove_closed_accounts,
    rename_account,
    restore_account,
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
from accounts.services.sign_in_links import (
    create_sign_in_link,
    find_sign_in_link,
    new_sign_in_link,
    sign_in_url,
    use_sign_in_link,
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
    "change_limits",
    "change_role",
    "confirm_target",
    "create_account",
    "create_api_key",
    "create_invitation",
    "create_sign_in_link",
    "delete_account",
    "find_api_key",
    "find_invitation",
    "find_sign_in_link",
    "new_sign_in_link",
    "remove_closed_accounts",
    "remove_member",
    "remove_target",
    "rename_account",
    "restore_account",
    "resume_account",
    "revoke_api_key",
    "set_target_enabled",
    "sign_in_url",
    "sign_target",
    "suspend_account",
    "use_sign_in_link",
    "verify_email",
]
