"""Tells people that a tick is late or that a run has failed: by mail, or by a webhook.

Whom: `alerts_to` in section [headcount] of airflow.cfg, mail addresses or the address
of a receiver of Standard Webhooks. The login is the connection `alerts_conn_id`.
Imported whenever Airflow parses a DAG file: nothing heavy may be imported here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from airflow.sdk import BaseHook, BaseNotifier
from airflow.sdk.configuration import conf

Fault = Literal["late", "failed"]

SENTENCES: Mapping[Fault, str] = {
    "late": "has not ended in time",
    "failed": "has failed",
}


class Alert(BaseNotifier):
    """One notice of a run's fault, as Airflow's callbacks and deadlines send it."""

    def __init__(self, fault: Fault, context: Any = None) -> None:
        super().__init__(context=context)
        self.fault = fault

    def notify(self, context: Any) -> None:
        """Those who are to be told are told; for the DAG processor."""
        notice = notice_of(self.fault, context)
        if _is_webhook():
            _post(notice, BaseHook.get_connection(_conn_id("webhook_default")))
        else:
            _mail(notice).notify(context)

    async def async_notify(self, context: Any) -> None:
        """Those who are to be told are told; for the triggerer."""
        notice = notice_of(self.fault, context)
        if _is_webhook():
            conn_id = _conn_id("webhook_default")
            connection = await BaseHook.aget_connection(conn_id)
            await asyncio.to_thread(_post, notice, connection)
        else:
            await _mail(notice).async_notify(context)


def notice_of(fault: Fault, context: Mapping[str, Any]) -> dict[str, str]:
    """What is told of a run: names only, nothing of what is in the store."""
    run = context["dag_run"]
    # A deadline's run is what the API tells of it, a callback's is an object.
    told = run if isinstance(run, Mapping) else vars(run)
    run_id = str(told.get("run_id") or told.get("dag_run_id"))
    text = f"headcount: {told['dag_id']} {SENTENCES[fault]} (run {run_id})"
    return {
        "fault": fault,
        "dag_id": str(told["dag_id"]),
        "run_id": run_id,
        "text": text,
    }


def _to() -> str:
    return str(conf.get("headcount", "alerts_to"))


def _conn_id(default: str) -> str:
    return str(conf.get("headcount", "alerts_conn_id", fallback="") or default)


def _is_webhook() -> bool:
    return "://" in _to()


def _mail(notice: Mapping[str, str]) -> Any:
    """Airflow's own notifier; the sender is the connection's `from_email`."""
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=[address.strip() for address in _to().split(",")],
        subject=notice["text"],
        html_content=notice["text"],
        smtp_conn_id=_conn_id("smtp_default"),
    )


def _post(notice: Mapping[str, str], connection: Any) -> None:
    """The receiver has the signed event; twice the same run is one event."""
    from headcount import clock
    from headcount.destinations.webhook import Webhook
    from headcount.provider.hooks import to_secrets

    receiver = Webhook.connect(
        "alerts",
        # http only to this machine: a rehearsal.
        options={"base_url": _to(), "stand_in": _to().startswith("http://")},
        login=to_secrets(connection),
        elapsed_s=clock.elapsed_s,
    )
    try:
        kind = f"headcount.run.{notice['fault']}"
        receiver.announce(kind, notice, key=f"{kind}.{notice['run_id']}")
    finally:
        receiver.close()
