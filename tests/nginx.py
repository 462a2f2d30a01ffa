"""A real nginx with deploy/nginx.conf, of which only names, ports and places differ."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import shutil
import signal
import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from tests.server import Child, ServerProcess, find_free_port, wait_for

PROGRAM = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
needs_nginx = pytest.mark.skipif(PROGRAM is None, reason="needs nginx")
SHIPPED = settings.BASE_DIR / "deploy" / "nginx.conf"
NAME = "localhost"

# What stands around the shipped file on a Debian machine.
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/doorbell.conf;
}}
"""


class Nginx:
    """`url` leads to the web processes at these two ports; a client trusts `certificate`."""

    def __init__(self, folder, port, upstreams):
        self.folder, self.port, self.upstreams = folder, port, upstreams
        self.url = f"https://{NAME}:{port}"
        self.ws_url = f"wss://{NAME}:{port}/ws/"
        self.certificate = folder / "chat.example.com.pem"
        write_certificate(folder)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        command = [PROGRAM, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
        self.child = Child("nginx", command, os.environ, folder)

    def start(self, edit=str):
        """Start with the shipped file; `edit` may spoil its text."""
        (self.folder / "doorbell.conf").write_text(edit(self._read_shipped()))
        self.child.start()
        wait_for(self._answers, "nginx")

    def stop(self):
        self.child.end(signal.SIGTERM)

    def read_logs(self):
        return "".join(log.read_text() for log in self.folder.glob("*.log"))

    def _read_shipped(self):
        text = SHIPPED.read_text()
        first, second = self.upstreams
        for theirs, ours in {
            "server 127.0.0.1:8000": f"server 127.0.0.1:{first}",
            "#server 127.0.0.1:8001": f"server 127.0.0.1:{second}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "server_name chat.example.com": f"server_name {NAME}",
            "/etc/ssl": str(self.folder),
            "/var/log/nginx": str(self.folder),
        }.items():
            assert theirs in text
            text = text.replace(theirs, ours)
        return text

    def _answers(self):
        self.child.check_alive()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def write_certificate(folder):
    """A certificate for NAME that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "chat.example.com.pem").write_bytes(text)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "chat.example.com.key").write_bytes(secret)


def make_sites(folder, url):
    """Two web processes, one of each kind, with the settings of production."""
    env = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        # The tests' own, so that they can sign what these processes read.
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": NAME,
        "SITE_URL": url,
        "WS_ALLOWED_ORIGINS": url,
        "DEFAULT_FROM_EMAIL": "doorbell@example.com",
        "TRUSTED_PROXY_COUNT": "1",
    }
    return [ServerProcess(folder, kind=kind, env=env) for kind in ("daphne", "uvicorn")]


@contextlib.contextmanager
def open_house(folder):
    """Yield an Nginx that is to be started, with its running `sites`."""
    port = find_free_port()
    sites = make_sites(folder, f"https://{NAME}:{port}")
    nginx = Nginx(folder, port, [site.port for site in sites])
    nginx.sites = sites
    try:
        for site in sites:
            site.start()
        yield nginx
    finally:
        nginx.stop()
        for site in sites:
            site.stop()
