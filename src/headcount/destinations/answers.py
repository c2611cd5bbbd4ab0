"""What an answer means where the vendor documents nothing else (faults.md §3.1)."""

from __future__ import annotations

from headcount.destinations.errors import (
    BatchTooLargeError,
    CredentialsError,
    DestinationError,
    MisconfiguredError,
    RateLimitError,
    RefusedBatchError,
    RemoteBusyError,
    UnknownOutcomeError,
)
from headcount.destinations.http import Answer, HttpClient
from headcount.destinations.retry_after import parse_retry_after

SHOWN_CHARS = 200  # of a reply's body in an error


def require_success(http: HttpClient, answer: Answer) -> None:
    """Return when the vendor took the call, else raise the error that says why not."""
    if not answer.is_success:
        raise error_for(http, answer)


def error_for(http: HttpClient, answer: Answer) -> DestinationError:
    """The meaning of an answer that is no success."""
    name, status, body = http.destination, answer.status, _shown(http, answer)
    match status:
        case 429:
            return RateLimitError(name, retry_after_s=_wait_s(answer))
        case 401 | 403:
            return CredentialsError(name, host=http.host, fault=f"{status} {body}")
        case 404 | 405 | 501 | 505:
            return MisconfiguredError(name, f"{http.host} has no such call ({status})")
        case 409:
            return RemoteBusyError(name, f"is busy with this segment (409): {body}")
        case 413 | 414 | 431:
            return BatchTooLargeError(name, status=status, body=body)
        case 408 | 425 | 503:
            # Usually not applied. "Usually" is not enough to forget who may be there.
            fault = f"not available ({status}): {body}"
            return UnknownOutcomeError(name, fault, retry_after_s=_wait_s(answer))
        case _ if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own classes
            return RefusedBatchError(name, status=status, body=body)
        case _ if 300 <= status < 400:  # noqa: PLR2004
            return MisconfiguredError(
                name, f"{http.host} sends us elsewhere ({status}); that is not followed"
            )
        case _:
            return UnknownOutcomeError(name, f"failed with {status}: {body}")


def _wait_s(answer: Answer) -> float | None:
    values = answer.headers.get_list("retry-after")
    return parse_retry_after(values, date=answer.headers.get("date"))


def _shown(http: HttpClient, answer: Answer) -> str:
    """The beginning of the body as one line, with every secret starred."""
    text = answer.body[: 10 * SHOWN_CHARS].decode("utf-8", "replace")
    return http.secrecy.scrub(" ".join(text.split()))[:SHOWN_CHARS]
