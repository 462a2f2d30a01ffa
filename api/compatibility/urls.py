from __future__ import annotations

from django.urls import path, re_path

from api.compatibility import ejabberd, openfire, prosody

urlpatterns = [
    re_path(r"^api/register(?:/v[0-3])?$", ejabberd.register, name="ejabberd-register"),
    path("register_account", prosody.register, name="prosody-register"),
    path("register_account/", prosody.ask, name="prosody-ask"),
    path("register_account/verify/", prosody.verify, name="prosody-verify"),
    path("plugins/restapi/v1/users", openfire.create_user, name="openfire-users"),
]
