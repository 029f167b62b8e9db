"""What a mail says of a certificate; staff who look at the text see what one could be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iatp_events.lib import codes
from iatp_events.lib.addresses import absolute
from registrations import statements

if TYPE_CHECKING:
    from registrations.emails.scene import Scene


def document(scene: Scene) -> str:
    certificate = scene.message.certificate
    return statements.word(certificate.document if certificate else scene.message.series.document)


def title(scene: Scene) -> str:
    certificate = scene.message.certificate
    if certificate is not None:
        return str(statements.Statement(certificate).title)
    return str(scene.entry.session.heading) if scene.entry else str(scene.message.series)


def folio(scene: Scene) -> str:
    return scene.message.certificate.folio if scene.message.certificate else codes.EXAMPLE


def page(scene: Scene) -> str:
    certificate, language = scene.message.certificate, scene.reader.language
    if certificate is None:
        return absolute("registrations:verify", language=language)
    return absolute("registrations:certificate", certificate.folio, language=language)
