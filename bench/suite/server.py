"""Local servers to ask."""

import contextlib
import dataclasses
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Servers:
    """Where they listen."""

    #: HTTP/1.1.
    url: str
    #: HTTP/2 over TLS, with a certificate that only its own file vouches for.
    secure_url: str
    certificate: str
    #: Answers after 100 ms: HTTP/1.1, and HTTP/2 over TLS with the same certificate.
    slow: str
    slow_secure: str
    #: The folder of what ``url`` gives and takes below its root.
    files: str


@contextlib.contextmanager
def running(nginx, slow):
    """An nginx that answers its root with a few bytes, and for the rest gives files and takes them by PUT, and a server
    that takes its time, on free ports of the loopback."""
    folder = tempfile.mkdtemp()
    pathlib.Path(folder).chmod(0o755)
    files = pathlib.Path(folder, "files")
    files.mkdir()
    # It runs as another user where it is started by root.
    files.chmod(0o777)
    port, secure_port, slow_port, slow_secure_port = (free_port() for _ in range(4))
    certificate = f"{folder}/certificate.pem"
    make_certificate(certificate, f"{folder}/key.pem")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    answer = 'location = / { return 200 "ok"; }'
    # It takes its time to say that a password is wrong, and that is then made an answer like any other.
    late_answer = (
        "location = / { auth_basic x; auth_basic_user_file /dev/null; auth_delay 100ms; error_page 401 =200 /ok; }"
        'location = /ok { internal; return 200 "ok"; }'
    )
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1; worker_rlimit_nofile 8192;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port} backlog=4096; {answer}\n"
        f"location / {{ root {files}; dav_methods PUT; client_max_body_size 0; sendfile on; }} }}\n"
        f"ssl_certificate {certificate}; ssl_certificate_key {folder}/key.pem;\n"
        f"server {{ listen 127.0.0.1:{secure_port} ssl http2 backlog=4096; {answer} }}\n"
        f"server {{ listen 127.0.0.1:{slow_secure_port} ssl http2 backlog=4096; {late_answer} }} }}\n",
        encoding="utf-8",
    )
    processes = [
        subprocess.Popen([nginx, "-c", configuration, "-e", f"{folder}/error.log"]),
        subprocess.Popen([slow, str(slow_port), "100"]),
    ]
    try:
        for awaited in (port, secure_port, slow_port, slow_secure_port):
            wait_for(awaited)
        yield Servers(
            url=f"http://127.0.0.1:{port}/",
            secure_url=f"https://127.0.0.1:{secure_port}/",
            certificate=certificate,
            slow=f"http://127.0.0.1:{slow_port}/",
            slow_secure=f"https://127.0.0.1:{slow_secure_port}/",
            files=str(files),
        )
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def make_certificate(certificate, key):
    """One for 127.0.0.1 that nobody has signed but itself."""
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *words.split(), *names], check=True, stderr=subprocess.DEVNULL)


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
    sys.exit("a server to measure with did not start")
