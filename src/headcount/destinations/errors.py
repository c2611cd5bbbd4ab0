"""What a call to a destination can end in besides success (faults.md §3.1).

`retry` says whether trying again can help, `may_be_applied` whether the remote may have
done what was asked, `ends_push` whether the other batches of the push are pointless.
No message holds a header, a URL's query or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping

from headcount.errors import SyncError


class DestinationError(SyncError):
    """Base: one call to one destination did not end well."""

    may_be_applied = False
    ends_push = True
    retry_after_s: float | None = None

    def __init__(self, destination: str, fault: str) -> None:
        self.destination = destination
        self.fault = fault
        super().__init__(f"{destination}: {fault}")


class DestinationDownError(DestinationError):
    """Nothing was sent, or the destination said it did nothing: try again later."""

    kind = "destination_down"
    retry = True


class UnknownOutcomeError(DestinationError):
    """The call may or may not have been applied: only saying it again makes it sure."""

    kind = "unknown_outcome"
    retry = True
    may_be_applied = True

    def __init__(
        self, destination: str, fault: str, *, retry_after_s: float | None = None
    ) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(destination, fault)


class RateLimitError(DestinationError):
    """The destination asks for a pause; `retry_after_s` is None when it is not said."""

    kind = "rate_limit"
    retry = True

    def __init__(self, destination: str, *, retry_after_s: float | None) -> None:
        self.retry_after_s = retry_after_s
        asked = "" if retry_after_s is None else f", it asks for {retry_after_s:g} s"
        super().__init__(destination, f"too many requests{asked}")


class DestinationRestingError(DestinationError):
    """The destination is left alone for now: it asked for it, or failed too often."""

    kind = "destination_resting"
    retry = True

    def __init__(
        self, destination: str, *, wait_s: float, failures_in_row: int
    ) -> None:
        self.wait_s = wait_s
        self.failures_in_row = failures_in_row
        because = (
            f" after {failures_in_row} failures in a row" if failures_in_row else ""
        )
        super().__init__(destination, f"is left alone for {wait_s:.0f} s{because}")


class RemoteBusyError(DestinationError):
    """Somebody else is changing the segment there (409): wait, then say it again."""

    kind = "remote_busy"
    retry = True
    may_be_applied = True


class CredentialsError(DestinationError):
    """The destination does not let us in; a person must look at the connection."""

    kind = "credentials"

    def __init__(self, destination: str, *, host: str, fault: str) -> None:
        self.host = host
        super().__init__(
            destination,
            f"authentication failed at {host}: {fault}. "
            "Check the connection's login and password, and what the key may do",
        )


class MisconfiguredError(DestinationError):
    """What headcount.yaml says of the destination cannot be right; nothing was done."""

    kind = "misconfigured"


class SegmentExistsError(DestinationError):
    """The destination already has a segment of this name or id (409 to a create)."""

    kind = "segment_exists"

    def __init__(self, destination: str, *, name: str) -> None:
        self.name = name
        super().__init__(
            destination,
            f"a segment {name!r} exists there and is not known to be ours. "
            "Name it in the definition (remote_id) to take it over, or rename one",
        )


class AmbiguousSegmentError(DestinationError):
    """Several remote segments answer to one of ours."""

    kind = "ambiguous_segment"

    def __init__(self, destination: str, *, name: str, remote_ids: list[str]) -> None:
        self.remote_ids = sorted(remote_ids)
        super().__init__(
            destination,
            f"{len(remote_ids)} segments there answer to {name!r}: "
            f"{', '.join(self.remote_ids)}. Delete all but one, "
            "or name one in the definition (remote_id)",
        )


class RemoteSegmentGoneError(DestinationError):
    """The segment this ledger knows is not there any more (404)."""

    kind = "remote_segment_gone"

    def __init__(self, destination: str, *, remote_id: str) -> None:
        self.remote_id = remote_id
        super().__init__(
            destination,
            f"has no segment {remote_id} any more. The next push makes it anew, "
            "unless the definition names it (remote_id)",
        )


class EndpointGoneError(DestinationError):
    """The destination wants nothing more from us, for good (410)."""

    kind = "endpoint_gone"

    def __init__(self, destination: str, *, address: str) -> None:
        self.address = address
        super().__init__(
            destination,
            f"{address} wants nothing more (410) and is not called any more. "
            "Name another base_url in headcount.yaml, or set `enabled: false`",
        )


class JobRunningError(DestinationError):
    """Work that the destination has taken on is not done yet; the next push looks."""

    kind = "job_running"
    retry = True
    may_be_applied = True

    def __init__(self, destination: str, *, job: str) -> None:
        self.job = job
        super().__init__(destination, f"still works at {job}; the next push looks")


class JobLostError(DestinationError):
    """The destination knows nothing of work that it has taken on, or hides it."""

    kind = "job_lost"
    retry = True
    may_be_applied = True


class JobFailedError(DestinationError):
    """Work that the destination had taken on was done in part, or not.

    `refused` are the users that it named, and what it said of each.
    """

    kind = "job_failed"
    may_be_applied = True
    ends_push = False

    def __init__(
        self, destination: str, fault: str, *, refused: Mapping[str, str] | None = None
    ) -> None:
        self.refused = dict(refused or {})
        super().__init__(destination, fault)


class UnsupportedCallError(DestinationError):
    """A bug of ours: the vendor has no such call, as its abilities say."""

    kind = "unsupported_call"

    def __init__(self, destination: str, call: str) -> None:
        self.call = call
        super().__init__(destination, f"has no call to {call}; this is a bug")


class RefusedBatchError(DestinationError):
    """The destination refuses what this batch says; other batches may be taken."""

    kind = "refused_batch"
    ends_push = False

    def __init__(self, destination: str, *, status: int, body: str) -> None:
        self.status = status
        self.body = body
        super().__init__(destination, f"refused with {status}: {body or 'no reason'}")


class BatchTooLargeError(RefusedBatchError):
    """The destination takes fewer users a call (413); lower its `max_batch`."""

    kind = "batch_too_large"


class PartlyRefusedError(RefusedBatchError):
    """The destination took this batch without some users, of whom it named `refused`.

    When it named nobody it is not known who was taken.
    """

    kind = "partly_refused"
    may_be_applied = True

    def __init__(
        self,
        destination: str,
        *,
        status: int,
        body: str,
        refused: Mapping[str, str] | None = None,
    ) -> None:
        self.refused = dict(refused or {})
        super().__init__(destination, status=status, body=body)


class UnexpectedFaultError(DestinationError):
    """A bug of ours met one batch: it is logged with its trace and never retried."""

    kind = "unexpected"
    may_be_applied = True
    ends_push = False
