"""Who may speak to the stand-in: programs on this machine and its own page, no other site's."""

from __future__ import annotations

from collections.abc import Mapping


def is_from_here(verb: str, headers: Mapping[str, str], port: int) -> bool:
    """Whether a request is no other site's. Such a site's page reaches this port through the
    reader's browser: by a name that resolves to 127.0.0.1 (Host), by a form or script of its own
    (Origin), or as a picture or script of its page (Sec-Fetch-Site). A link to here is fine.

    headers  by lower-case name.
    """
    hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
    if headers.get("host") not in hosts:
        return False
    origin = headers.get("origin")
    if origin is not None and origin not in [f"http://{host}" for host in hosts]:
        return False
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    return verb == "GET" and headers.get("sec-fetch-mode") == "navigate"
