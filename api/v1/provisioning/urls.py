from __future__ import annotations

from django.urls import path

from api.v1.provisioning import accounts, batches

urlpatterns = [
    path(
        "provisioning/accounts",
        accounts.Accounts.as_view(),
        name="provisioning-accounts",
    ),
    path(
        "provisioning/accounts/<str:account>",
        accounts.ProvisionedAccountDetail.as_view(),
        name="provisioning-account",
    ),
    path(
        "provisioning/accounts/<str:account>/usage",
        accounts.ProvisionedAccountUsage.as_view(),
        name="provisioning-account-usage",
    ),
    path(
        "provisioning/accounts/<str:account>/suspend",
        accounts.AccountSuspend.as_view(),
        name="provisioning-account-suspend",
    ),
    path(
        "provisioning/accounts/<str:account>/resume",
        accounts.AccountResume.as_view(),
        name="provisioning-account-resume",
    ),
    path(
        "provisioning/accounts/<str:account>/restore",
        accounts.AccountRestore.as_view(),
        name="provisioning-account-restore",
    ),
    path(
        "provisioning/accounts/<str:account>/sign-in-link",
        accounts.AccountSignIn.as_view(),
        name="provisioning-account-sign-in",
    ),
    path("provisioning/batches", batches.Batches.as_view(), name="provisioning-batches"),
    path(
        "provisioning/batches/<uuid:uuid>",
        batches.BatchDetail.as_view(),
        name="provisioning-batch",
    ),
    path(
        "provisioning/batches/<uuid:uuid>/rows",
        batches.BatchRows.as_view(),
        name="provisioning-batch-rows",
    ),
    path(
        "provisioning/batches/<uuid:uuid>/cancel",
        batches.BatchCancel.as_view(),
        name="provisioning-batch-cancel",
    ),
]
