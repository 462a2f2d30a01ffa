from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.team.models import Membership

ROLE_LABELS = {
    Membership.Role.OWNER: _("Owner"),
    Membership.Role.ADMIN: _("Admin"),
    Membership.Role.AGENT: _("Agent"),
}


def list_roles(by: Membership) -> list[tuple[str, Any]]:
    """Return the roles this member may give; only owners make owners."""
    roles = [(role.value, label) for role, label in ROLE_LABELS.items()]
    return roles if by.role == Membership.Role.OWNER else roles[1:]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "ann@example.com"}),
    )
    role = forms.ChoiceField(label=_("Role"), initial=Membership.Role.AGENT)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"), choices=list_roles(by), initial=Membership.Role.AGENT
        )


class RemoveForm(forms.Form):
    """Which keys of a removed member go on; by default none does."""

    keep = forms.MultipleChoiceField(
        label=_("Keys that stay"),
        help_text=_("Every other key they made stops at once. What stays is yours from then on."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, keys: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["keep"]).choices = list(keys)


class RoleForm(forms.Form):
    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=list_roles(by))
