"""Forms of this floor, and how every form of the house is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey, Membership, User


class FormRenderer(TemplatesSetting):
    """Draws {{ form }} and {{ form.name.as_field_group }} with our label, help and error."""

    form_template_name = "accounts/parts/form.html"
    field_template_name = "accounts/parts/field.html"


class SignUpFields(forms.Form):
    """What sign-up asks besides e-mail address and password."""

    account_name = forms.CharField(
        label=_("Name of your shop, team or site"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ["email", "password1", "account_name"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth; rooms.adapter has opened the account already."""


ROLE_LABELS = {
    Membership.Role.OWNER: _("Owner"),
    Membership.Role.ADMIN: _("Admin"),
    Membership.Role.AGENT: _("Agent"),
}
SCOPE_LABELS = {
    ApiKey.Scope.READ: _("Read"),
    ApiKey.Scope.WRITE: _("Read and write"),
    ApiKey.Scope.ADMIN: _("Everything, also team and keys"),
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


class RoleForm(forms.Form):
    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=list_roles(by))


class TargetForm(forms.Form):
    email = forms.EmailField(
        label=_("Another e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


LIFETIMES = {
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("One year"),
    "": _("Until it is revoked"),
}


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What will use it, so that you know later what breaks without it."),
        widget=forms.TextInput(attrs={"placeholder": _("Order system"), "autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("It may"),
        choices=[(scope.value, label) for scope, label in SCOPE_LABELS.items()],
        initial=ApiKey.Scope.WRITE,
    )
    days = forms.ChoiceField(
        label=_("Works for"), choices=list(LIFETIMES.items()), initial="365", required=False
    )

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ["name"]
        labels = {"name": _("Account name")}


class NewAccountForm(forms.Form):
    name = forms.CharField(
        label=_("Name of your shop, team or site"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name")}
        help_texts = {"name": _("Guests see it beside what you write.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("As in the browser")), *settings.LANGUAGES],
            required=False,
        )


class DeleteAccountForm(forms.Form):
    """Asks for the account's name, so that nobody deletes the wrong one."""

    name = forms.CharField(
        label=_("Type the account’s name to confirm"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if name != self.account.name:
            raise forms.ValidationError(_("This is not the account’s name."))
        return name


class ChoosePasswordForm(forms.Form):
    """The first password of an owner whom a program made."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 8 characters; not a common word, not only digits."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
