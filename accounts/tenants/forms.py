"""Forms of this floor, and how every form of the house is drawn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.tenants.models import Account


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
