"""A notice as a POST to a URL, by the proxies that the environment names; redirects are not followed."""

import http.client
import os
import urllib.error
import urllib.request
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.model.notify import Webhook
from reconciler.notify.courier import NotSent
from reconciler.notify.messages import as_json, as_slack
from reconciler.notify.news import Notice

#: Seconds that the other side may be silent.
PATIENCE: Final = 10.0
_BUSY: Final = frozenset({408, 425, 429})


class _Stay(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the answer: what is told here is for nobody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class WebhookSender:
    """Sends notices to one webhook; its errors never hold the URL."""

    def __init__(self, webhook: Webhook, *, patience: float = PATIENCE) -> None:
        self._webhook = webhook
        self._patience = patience
        self._opener = urllib.request.build_opener(_Stay)

    def __call__(self, notice: Notice) -> None:
        """Send one notice. Raises NotSent."""
        webhook = self._webhook
        body = as_slack(notice) if webhook.format == "slack" else as_json(notice)
        headers = {"Content-Type": "application/json", "User-Agent": f"reconciler/{__version__}", **webhook.headers}
        try:
            request = urllib.request.Request(webhook.url, data=body.encode(), headers=headers, method="POST")  # noqa: S310
            with self._opener.open(request, timeout=self._patience):
                return
        except urllib.error.HTTPError as answer:
            with answer:
                again = answer.code in _BUSY or answer.code >= 500
                raise NotSent(f"it answers {answer.code} {answer.reason}"[:100], again=again) from None
        except (OSError, http.client.HTTPException) as error:
            raise NotSent(_reason(error), again=not isinstance(error, http.client.InvalidURL)) from None
        except ValueError:
            raise NotSent("its URL cannot be read", again=False) from None


def name(webhook: Webhook) -> str:
    """Answer what a webhook is called in the log: its host, which is no secret."""
    try:
        return f"the webhook at {urlsplit(webhook.url).hostname or 'no host'}"
    except ValueError:
        return "the webhook at no host"


def _reason(error: OSError | http.client.HTTPException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "it does not answer in time"
    if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
        return os.strerror(cause.errno)
    return type(cause).__name__ if isinstance(cause, Exception) else "it cannot be reached"
