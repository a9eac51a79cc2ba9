"""Addresses of this area: first run, accounts, brands, their settings and teams."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import include, path, re_path

from comptoir.web.team import account as own
from comptoir.web.team import journal, setup, team, workspace

# Only what makes sense without a mail server and with sign-up closed; the rest is 404.
ACCOUNT = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/forgotten/", own.forgotten, name="account_reset_password"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("two-factor/", factors.index, name="mfa_index"),
    path("two-factor/code/", factors.authenticate, name="mfa_authenticate"),
    path("two-factor/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("two-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("two-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("two-factor/recovery/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "two-factor/recovery/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "two-factor/recovery/file/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

SETTINGS = [
    path("", workspace.settings, name="workspace_settings"),
    path("accounts/", workspace.accounts, name="workspace_accounts"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="team_invite"),
    path("team/leave/", team.leave, name="team_leave"),
    path("team/invitation/<str:invitation>/withdraw/", team.withdraw, name="team_withdraw"),
    path("team/<str:person>/role/", team.change_role, name="team_role"),
    path("team/<str:person>/remove/", team.remove, name="team_remove"),
    path("team/<str:person>/password/", team.reset_password, name="team_password"),
    path("journal/", journal.log, name="journal"),
    path("journal/export/", journal.export, name="journal_export"),
    path("simulation/", workspace.remove_simulation, name="simulation_remove"),
    path("delete/", workspace.delete, name="workspace_delete"),
]

urlpatterns = [
    path("setup/", setup.owner, name="setup"),
    path("brands/", workspace.workspace_list, name="workspaces"),
    path("brands/new/", setup.brand, name="workspace_new"),
    path("brands/sample/", setup.install_sample, name="sample_install"),
    path("invitation/<str:token>/", own.invitation, name="invitation"),
    path("account/", own.profile, name="me"),
    path("account/", include(ACCOUNT)),
    path("w/<slug:slug>/start/", setup.start, name="workspace_start"),
    path("w/<slug:slug>/progress/", setup.progress, name="workspace_progress"),
    path("w/<slug:slug>/settings/", include(SETTINGS)),
]
