"""A local nginx to ask."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time


@contextlib.contextmanager
def nginx(program):
    """An nginx on a free port of the loopback that answers its root with a few bytes, and for the rest gives files and
    takes them by PUT; gives its URL and the folder of the files."""
    folder = tempfile.mkdtemp()
    pathlib.Path(folder).chmod(0o755)
    files = pathlib.Path(folder, "files")
    files.mkdir()
    # It runs as another user where it is started by root.
    files.chmod(0o777)
    port = free_port()
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1; worker_rlimit_nofile 8192;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port} backlog=4096; "
        'location = / { return 200 "ok"; }\n'
        f"location / {{ root {folder}/files; dav_methods PUT; client_max_body_size 0; sendfile on; }} }} }}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([program, "-c", configuration, "-e", f"{folder}/error.log"])
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/", str(files)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit("nginx did not start")
