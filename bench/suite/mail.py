"""Messages to a local mail server: flowctl, with its journal of every one of them, and a Python program without."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time

from suite import files, server, tools
from suite.contest import Contender, Contest

COUNT = 2_000


@contextlib.contextmanager
def sink():
    """A server that takes every message; gives its port."""
    port = server.free_port()
    process = subprocess.Popen([sys.executable, "bench/mail/sink.py", str(port)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def contest(port):
    """Text, HTML and a file of 20 kB each."""
    report = os.path.abspath(files.written("report.csv", "region,revenue\n" + "north,123456\n" * 1600))
    credential = {"type": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
    step = (
        "uses: email.send, with: { from: Reports <reports@mail.test>, to: ada@mail.test, "
        'subject: "Größe ${{ item }}", text: The numbers are in., html: <p>The numbers are in.</p>, '
        f"attachments: {report} }}"
    )
    contenders = [Contender("Python (smtplib)", [sys.executable, "bench/mail/send.py", str(port), str(COUNT), report], count=COUNT)]
    for parallel in 1, 4:
        run = [tools.FLOWCTL, "--quiet", "run", *files.loop(f"mail-{parallel}", step, COUNT, parallel)]
        named = ["env", f"FLOWCTL_CREDENTIAL_EMAIL={json.dumps(credential)}", *run]
        contenders.append(Contender(f"flowctl, {parallel} at once", named, count=COUNT))
    return Contest(f"{COUNT:,} messages to a local mail server", contenders, turns=3)
