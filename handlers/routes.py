"""Every command, form, button, menu and event Touchbase answers to."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import people, referrals, reminders, touches, workspace
from handlers.listen import Handler
from handlers.views import people as people_views
from handlers.views import referrals as referral_views
from handlers.views import reminders as reminder_views
from handlers.views import touches as touch_views

COMMANDS: Mapping[str, Handler] = {
    "/logvisit": touches.open_form,
    "/logreferral": referrals.open_form,
    "/touchbase": workspace.command,
}

VIEWS: Mapping[str, Handler] = {
    touch_views.FORM: touches.submit,
    referral_views.FORM: referrals.submit,
    reminder_views.NOT_NOW_FORM: reminders.not_now,
}

ACTIONS: Mapping[str, Handler] = {
    touch_views.ACCOUNT: touches.reshape,
    touch_views.TYPE: touches.reshape,
    touch_views.MORE: touches.reshape,
    touch_views.FITS: touches.reshape,
    touch_views.EDIT: touches.edit,
    touch_views.UNDO: touches.undo,
    touch_views.NOT_MINE: touches.not_mine,
    referral_views.ACCOUNT: referrals.reshape,
    referral_views.FITS: referrals.reshape,
    referral_views.MOVE: referrals.move,
    referral_views.NEXT: referrals.move,
    referral_views.UNDO: referrals.undo,
    reminder_views.LOG: touches.open_form_for,
    reminder_views.SNOOZE: reminders.snooze,
    reminder_views.UNDO_SNOOZE: reminders.undo_snooze,
    reminder_views.NOT_NOW: reminders.ask_why,
    reminder_views.SHOW_ALL: reminders.show_all,
    people_views.BECOME_ADMIN: workspace.become_admin,
}

OPTIONS: Mapping[str, Handler] = {
    touch_views.ACCOUNT: touches.search_accounts,
    touch_views.MET: touches.search_contacts,
    touch_views.COMPETITOR: touches.search_competitors,
    referral_views.ACCOUNT: touches.search_accounts,
    referral_views.REFERRED_BY: touches.search_contacts,
}

EVENTS: Mapping[str, Handler] = {
    "user_change": people.changed,
}
