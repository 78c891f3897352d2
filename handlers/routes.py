"""Every command, form, button, menu and event Touchbase answers to."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import (
    behind,
    briefs,
    cadence,
    cards,
    deals,
    digests,
    figures,
    home,
    many_accounts,
    merging,
    people,
    purging,
    reassigning,
    referrals,
    reminders,
    report_schedules,
    reports,
    settings,
    status,
    team,
    touches,
    verdicts,
    weekly_plan,
    workspace,
)
from handlers.listen import Handler
from handlers.views import behind as behind_views
from handlers.views import briefs as brief_views
from handlers.views import cadence as cadence_views
from handlers.views import cards as card_views
from handlers.views import deal_forms as deal_form_views
from handlers.views import deals as deal_views
from handlers.views import doubts as doubt_views
from handlers.views import drafts as draft_views
from handlers.views import figures as figure_views
from handlers.views import home as home_views
from handlers.views import many_accounts as many_views
from handlers.views import merging as merge_views
from handlers.views import people as people_views
from handlers.views import pipeline as pipeline_views
from handlers.views import purging as purge_views
from handlers.views import reassigning as reassign_views
from handlers.views import referral_queue as queue_views
from handlers.views import referrals as referral_views
from handlers.views import reminders as reminder_views
from handlers.views import report_schedules as schedule_views
from handlers.views import reports as report_views
from handlers.views import settings as settings_views
from handlers.views import status as status_views
from handlers.views import team as team_views
from handlers.views import touches as touch_views
from handlers.views import verdicts as verdict_views
from handlers.views import weekly_plan as plan_views

COMMANDS: Mapping[str, Handler] = {
    "/account": briefs.command,
    "/logvisit": touches.open_form,
    "/logreferral": referrals.open_form,
    "/pipeline": deals.command,
    "/report": reports.command,
    "/touchbase": workspace.command,
}

VIEWS: Mapping[str, Handler] = {
    touch_views.FORM: touches.submit,
    referral_views.FORM: referrals.submit,
    referral_views.REASON_FORM: referrals.close,
    referral_views.TELL_FORM: referrals.told,
    reminder_views.NOT_NOW_FORM: reminders.not_now,
    merge_views.FORM: merging.submit,
    purge_views.FIND_FORM: purging.find,
    purge_views.SURE_FORM: purging.purge,
    reassign_views.FORM: reassigning.submit,
    many_views.FORM: many_accounts.submit,
    settings_views.FORM: settings.save,
    cadence_views.FORM: cadence.submit,
    deal_form_views.FORM: deals.submit,
    deal_form_views.LOST_FORM: deals.submit_move,
    deal_form_views.MOVE_FORM: deals.submit_move,
    deal_form_views.PEOPLE_FORM: deals.submit_people,
    report_views.FORM: reports.submit,
    plan_views.FORM: weekly_plan.submit,
}

ACTIONS: Mapping[str, Handler] = {
    touch_views.ACCOUNT: touches.reshape,
    touch_views.TYPE: touches.reshape,
    touch_views.MORE: touches.reshape,
    touch_views.FITS: touches.reshape,
    **dict.fromkeys(touch_views.WATCHED, touches.keep),
    doubt_views.REPLACE: touches.replace_and_save,
    touch_views.EDIT: touches.edit,
    touch_views.UNDO: touches.undo,
    touch_views.NOT_MINE: touches.not_mine,
    referral_views.ACCOUNT: referrals.reshape,
    referral_views.FITS: referrals.reshape,
    referral_views.MOVE: referrals.move,
    referral_views.NEXT: referrals.move,
    referral_views.UNDO: referrals.undo,
    referral_views.MORE: referrals.reshape,
    referral_views.UNDO_MOVE: referrals.undo_move,
    referral_views.REOPEN: referrals.reopen,
    referral_views.TELL: referrals.tell,
    referral_views.NOT_TOLD: referrals.not_told,
    queue_views.TURN: referrals.turn,
    card_views.SAVE: cards.save,
    card_views.AGAIN: cards.save,
    card_views.FITS: cards.choose,
    card_views.NOT_PATIENT: cards.insist,
    draft_views.RESUME: cards.resume,
    draft_views.DISCARD: cards.discard,
    reminder_views.LOG: touches.open_form_for,
    reminder_views.SNOOZE: reminders.snooze,
    reminder_views.UNDO_SNOOZE: reminders.undo_snooze,
    reminder_views.NOT_NOW: reminders.ask_why,
    reminder_views.SHOW_ALL: reminders.show_all,
    reminder_views.MORE: reminders.more,
    reminder_views.DONE: reminders.done,
    reminder_views.TOMORROW: reminders.tomorrow,
    reminder_views.UNDO_STEP: reminders.undo_step,
    verdict_views.NOT_USEFUL: verdicts.not_useful,
    verdict_views.UNDO: verdicts.undo,
    verdict_views.STOP: verdicts.stop,
    pipeline_views.ROWS: figures.show,
    pipeline_views.HEAT_MAP: digests.heat_map,
    pipeline_views.MY_LIST: digests.my_list,
    figure_views.TURN: figures.turn,
    behind_views.SHOW: behind.show,
    behind_views.TURN: behind.turn,
    people_views.BECOME_ADMIN: workspace.become_admin,
    merge_views.WHAT: merging.reshape,
    merge_views.KEEP: merging.reshape,
    merge_views.GONE: merging.reshape,
    merge_views.UNDO: merging.undo,
    reassign_views.OPEN: reassigning.open_from_message,
    reassign_views.UNDO: reassigning.undo,
    many_views.UNDO: many_accounts.undo,
    report_views.SCHEDULES: report_schedules.show,
    schedule_views.STOP: report_schedules.stop,
    schedule_views.RESUME: report_schedules.resume,
    team_views.SHOW: team.show,
    cadence_views.ADD: cadence.add,
    cadence_views.MORE: cadence.choose,
    cadence_views.UNDO: cadence.undo,
    brief_views.SHOW: briefs.show,
    brief_views.LOG_REFERRAL: briefs.log_referral,
    home_views.LOG: touches.open_blank,
    home_views.SHOW_ALL: home.show_all,
    home_views.DONE: home.done,
    home_views.UNDO_DONE: home.undo_done,
    home_views.SETTINGS: settings.open_from_home,
    status_views.SEND_AGAIN: status.send_again,
    status_views.LEAVE: status.leave,
    plan_views.OPEN: weekly_plan.show,
    plan_views.RESET: weekly_plan.reset,
    deal_views.NEW: deals.new,
    deal_views.TURN: deals.turn,
    deal_views.WHOSE: deals.whose,
    deal_views.NEXT: deals.move,
    deal_views.MORE: deals.move,
    deal_views.UNDO: deals.undo,
    deal_views.REMOVE: deals.remove,
    deal_views.OF_VISIT: deals.of_visit,
    deal_views.SHOW: deals.show,
}

OPTIONS: Mapping[str, Handler] = {
    touch_views.ACCOUNT: touches.search_accounts,
    touch_views.MET: touches.search_contacts,
    touch_views.COMPETITOR: touches.search_competitors,
    referral_views.ACCOUNT: touches.search_accounts,
    referral_views.REFERRED_BY: touches.search_contacts,
    plan_views.ACCOUNTS: weekly_plan.search,
    merge_views.KEEP: merging.search,
    merge_views.GONE: merging.search,
    purge_views.ACCOUNT: purging.search_accounts,
    purge_views.PERSON: purging.search_people,
    reassign_views.TO: reassigning.search,
    many_views.OWNER: many_accounts.search_owners,
    many_views.TERRITORY: many_accounts.search_territories,
    many_views.HEIR: many_accounts.search_heirs,
    deal_form_views.ACCOUNT: touches.search_accounts,
    deal_form_views.BROKER: deals.search_people,
    deal_form_views.PERSON: deals.search_people,
    settings_views.ZONE: settings.search_zones,
    settings_views.HOLIDAYS: settings.search_holidays,
}

SHORTCUTS: Mapping[str, Handler] = {
    touch_views.LOG_SHORTCUT: touches.open_blank,
    touch_views.LOG_MESSAGE_SHORTCUT: touches.open_message,
}

CLOSED: Mapping[str, Handler] = {
    touch_views.FORM: touches.closed,
}
"""Forms that were closed without Save."""

EVENTS: Mapping[str, Handler] = {
    "app_home_opened": home.opened,
    "message": cards.said,
    "user_change": people.changed,
}
