"""Pages that carry their language in the path."""

from django.urls import path

from registrations.views import (
    certificates,
    initiatives,
    inviting,
    me_data,
    me_profile,
    me_sessions,
    register,
    room_code,
    sign_in,
)

app_name = "registrations"
urlpatterns = [
    path("series/<slug:series_slug>/register/", register.register, name="register"),
    path("series/<slug:series_slug>/registered/", register.registered, name="registered"),
    path("initiatives/", initiatives.matching, name="initiatives"),
    path("me/data/", me_data.what_we_hold, name="my_data"),
    path("me/data/json/", me_data.as_json, name="my_data_json"),
    path("me/data/csv/", me_data.as_csv, name="my_data_csv"),
    path("me/data/erase/", me_data.erase, name="my_data_erase"),
    path("erased/", me_data.erased, name="erased"),
    path("me/", me_sessions.sessions, name="me"),
    path("me/register/", me_sessions.register, name="me_register"),
    path("me/cancel/", me_sessions.cancel, name="me_cancel"),
    path("me/take/", me_sessions.take, name="me_take"),
    path("me/enrol/", me_sessions.enrol, name="me_enrol"),
    path("me/leave/", me_sessions.leave, name="me_leave"),
    path("me/was-there/", me_sessions.was_there, name="me_was_there"),
    path("me/recording/", me_sessions.saw_recording, name="me_saw_recording"),
    path("me/room-code/", room_code.mine, name="me_room_code"),
    path("me/calendar/", me_sessions.renew_calendar, name="me_calendar"),
    path("me/colleagues/", inviting.colleagues, name="me_colleagues"),
    path("me/profile/", me_profile.details, name="profile"),
    path("me/mails/", me_profile.mails, name="me_mails"),
    path("me/addresses/", me_profile.add_address, name="me_add_address"),
    path("me/addresses/remove/", me_profile.remove_address, name="me_remove_address"),
    path("verify/", certificates.verify, name="verify"),
    path("certificates/<str:folio>/", certificates.certificate, name="certificate"),
    path("sign-in/", sign_in.ask, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="sign_in_code"),
    path("me/sign-out/", sign_in.sign_out, name="sign_out"),
]
