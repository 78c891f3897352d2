"""Sending a report somebody asked for, once or on schedule: made, uploaded for nobody yet, then
shown in a message.

The message holds the file's link, which shares it with who reads that; so the message can be
found after a lost answer, and the file is made once. Source: as `scheduler/pictures.py`;
docs.slack.dev, /messaging/working-with-files.
"""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from tempfile import TemporaryFile

from slack_sdk import WebClient

from handlers.views import csv_files, workbooks
from handlers.views import reports as views
from handlers.views.fields import Block
from models import deliveries, holidays, lanes, report_schedules
from models.db import Session, reading
from models.deliveries import Delivery, Owed
from models.report_schedules import Reader, ReportSchedule, Slot
from models.reports import asking, making, spool
from models.reports.report import Report
from scheduler import answers, planning
from scheduler.pictures import NotUploaded, of_upload
from scheduler.road import Job, Road


def plan(session: Session, now: datetime) -> Counter[str]:
    """Plan the reports that are owed on schedule, and move each schedule on."""
    rows = report_schedules.to_plan(session, now, planning.BATCH)
    calendars = holidays.of_many(session, {row.workspace_id for row, _, _ in rows}, now)
    owed: list[tuple[int, Owed]] = []
    for row, user, zone in rows:
        reader = Reader(user, zone, calendars[row.workspace_id])
        slot = report_schedules.due(row, reader, now)
        if slot is not None:
            owed.append((row.workspace_id, _owed(row, reader, slot, now)))
            report_schedules.move_on(row, reader, now)
    return planning.owe(session, owed, len(rows), now)


def upload(road: Road, job: Job) -> Delivery:
    """Before a report's message is made: make and upload its file, unless that was done before.

    Raises NotUploaded.
    """
    row = job.row
    if row.file_id:
        return row
    with spool.holding() as hold:
        with reading(road.sessions, steady=True) as session:
            name, asked = asking.asked(session, row, job.at)
            made = making.make(session, name, asked)
            people = None if asked.people is None else len(asked.people)
            about = views.about(made, people=people)
            report = hold(made)
        ending, content = _content(report)
    if ending == views.CSV:  # what was read was used up by the workbook that is too small for it
        with reading(road.sessions, steady=True) as session:
            content = _as_csv(making.make(session, name, asked))
    file_name = views.file_name(report, ending)
    file_id, link = _uploaded(road.slack(row.workspace_id), file_name, content)
    with road.sessions.begin() as session:
        mine = lanes.finished(session, job.attempt)
        if mine is None:
            raise NotUploaded(answers.Answer(answers.Fate.LIMITED, "taken_over"))
        mine.file_id = file_id
        mine.facts = {**mine.facts, "link": link, "name": file_name, "about": about}
        return mine


def render(_session: Session, delivery: Delivery, _now: datetime) -> tuple[str, list[Block]] | str:
    """The message with the file."""
    facts = delivery.facts
    if delivery.file_id is None:
        return "no_file"
    every = facts.get("every")
    return views.message(str(facts["name"]), str(facts["link"]), list(facts["about"]), every=every)


def _owed(row: ReportSchedule, reader: Reader, slot: Slot, now: datetime) -> Owed:
    begins = row.next_local_date or slot.day
    period = report_schedules.ended(row.every, begins)
    told_by = row.told_by or None
    return Owed(
        key=f"report_due:{row.id}:{begins.isoformat()}",
        kind=deliveries.REPORT_DUE,
        target=reader.user.slack_id or "",
        user_id=row.user_id,
        subject_id=row.id,
        local_date=slot.day,
        facts={"report": row.report, "period": period.name, "by": told_by, "every": row.every},
        not_before=slot.opens,
        expires_at=slot.closes,
        priority=deliveries.DIGESTS,
        missed="late" if now > slot.closes else None,
    )


def _content(report: Report) -> tuple[str, bytes]:
    """The file; none, to be a CSV, where the rows are too many for a workbook."""
    with TemporaryFile() as file:
        try:
            workbooks.write(report, file)
        except workbooks.TooManyRows:
            return views.CSV, b""
        file.seek(0)
        return views.XLSX, file.read()


def _as_csv(report: Report) -> bytes:
    text = io.StringIO(newline="")
    csv_files.write(report, text)
    return text.getvalue().encode()


def _uploaded(client: WebClient, name: str, content: bytes) -> tuple[str, str]:
    """The file's id and the link to it."""
    try:
        reply = client.files_upload_v2(content=content, filename=name, title=name)
        file_id = str(reply["files"][0]["id"])
        link = reply["files"][0].get("permalink")
        return file_id, str(link or client.files_info(file=file_id)["file"]["permalink"])
    except Exception as fault:  # as with a post: whatever it is, it says something
        raise NotUploaded(of_upload(answers.of_failure(fault))) from fault


KINDS = frozenset({deliveries.REPORT, deliveries.REPORT_DUE})
"""The kinds of delivery that hold a file's link."""
