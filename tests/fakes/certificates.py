"""A CA of our own and a certificate by it, made with openssl; shared by every fake with TLS."""

from __future__ import annotations

import subprocess
from pathlib import Path


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(
    folder: Path, *, days: int = 30, names: str = "DNS:localhost,IP:127.0.0.1"
) -> None:
    """Make a CA and a server certificate; `days` negative makes one that has expired."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl(
        folder,
        "req",
        "-x509",
        *curve,
        "-days",
        "30",
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-subj",
        "/CN=Test CA",
    )
    _openssl(
        folder, "req", *curve, "-keyout", "srv.key", "-out", "srv.csr", "-subj", "/CN=localhost"
    )
    (folder / "names").write_text(f"subjectAltName={names}\n")
    _openssl(
        folder,
        "x509",
        "-req",
        "-in",
        "srv.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        str(days),
        "-out",
        "srv.crt",
        "-extfile",
        "names",
    )
