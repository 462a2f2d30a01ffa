from __future__ import annotations

from accounts.keys.urls import urlpatterns as keys
from accounts.sign_in.urls import urlpatterns as sign_in
from accounts.team.urls import urlpatterns as team
from accounts.users.urls import urlpatterns as users

app_name = "accounts"

urlpatterns = [
    *keys,
    *sign_in,
    *team,
    *users,
]
