"""Celery's door to the services. No task carries data: the database is the queue."""

from celery import shared_task
from django.conf import settings

from iatp_events.lib import clock
from registrations.services import clockwork, delivery, sign_in


@shared_task(name="registrations.tick", ignore_result=True)
def tick(**_: object) -> None:
    clockwork.tick(clock=clock.now)
    clockwork.watch(clock=clock.now, for_=settings.TICK_EVERY)


@shared_task(name="registrations.write_sign_ins", ignore_result=True)
def write_sign_ins(**_: object) -> None:
    sign_in.queue_due(now=clock.now())


@shared_task(name="registrations.deliver", ignore_result=True)
def deliver(**_: object) -> None:
    delivery.deliver_due(clock=clock.now)
