"""2 GiB from a local nginx to a file, and 2 GiB from a file to it: time and memory."""

import os

from suite import tools
from suite.contest import FOLDER, Contender, Contest

SIZE = 2 << 30
#: What flowctl may need at its peak, in KiB.
MEMORY = 40 << 10


def sparse():
    """A file of zeros that takes no room on the disk; gives its path."""
    path = os.path.abspath(f"{FOLDER}/work/large")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(SIZE)
    return path


def contests(servers, curl):
    """A download and an upload, by flowctl and by curl."""
    url, folder = servers.url, servers.files
    source = sparse()
    target = f"{source}-down"
    offered = f"{folder}/large"
    if not os.path.exists(offered):
        with open(offered, "wb") as file:
            file.truncate(SIZE)
    node = [tools.FLOWCTL, "--quiet", "nodes", "run", "http.request"]
    take_away = lambda *paths: lambda: [os.remove(path) for path in paths if os.path.exists(path)]  # noqa: E731
    down = [Contender("flowctl", [*node, f"url={url}large", f"to={target}"], prepare=take_away(target))]
    up = [
        Contender(
            "flowctl", [*node, "method=PUT", f"url={url}up", f"file={source}"], prepare=take_away(f"{folder}/up")
        )
    ]
    if curl:
        silent = [curl, "--silent", "--show-error", "--fail"]
        down.append(Contender("curl", [*silent, "--output", target, f"{url}large"], prepare=take_away(target)))
        up.append(Contender("curl", [*silent, "--upload-file", source, f"{url}up"], prepare=take_away(f"{folder}/up")))
    note = "flowctl waits until the file is on disk; curl doesn't."
    yield Contest("A download of 2 GiB", down, turns=2, goals=goals, note=note)
    yield Contest("An upload of 2 GiB", up, turns=2, goals=goals)
    take_away(target, offered, f"{folder}/up")()


def goals(standings):
    """Memory that doesn't grow with the file."""
    peak = standings["flowctl"].peak
    return [("2 GiB in less than 40 MiB of memory", peak < MEMORY, f"{peak / 1024:.1f} MiB")]
