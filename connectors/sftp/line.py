"""An SFTP line whose host has proved that it is the one we mean, before we say who we are.

The host's key is compared with the pinned one after the key exchange and before any password or
signature of ours goes over the line (RFC 4253, section 8). No key is ever learned.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from connectors.sftp.options import SftpOptions
from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import reason_of
from connectors.shared.tables.place import NotWholeError


@contextmanager
def opened(options: SftpOptions, base_dir: Path) -> Iterator[paramiko.SFTPClient]:
    """Yield a line to the folder; raises NotWholeError in our words for whatever goes wrong."""
    where = place_of(options)
    try:
        with _connected(options, base_dir) as transport:
            client = paramiko.SFTPClient.from_transport(transport)
            if client is None:
                raise NotWholeError(where, both("SFTP を話しません", "it does not speak SFTP"))
            client.get_channel().settimeout(options.timeout_s)
            yield client
    except paramiko.AuthenticationException as error:
        raise NotWholeError(
            where,
            both(
                "認証されませんでした。username と鍵(パスワード)を確かめてください",
                "the host did not let us in: check username and the key or password",
            ),
        ) from error
    except PermissionError as error:
        raise NotWholeError(
            where,
            both("ファイルを読む権限がありません", "no right to read it there"),
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise NotWholeError(where, reason_of(error)) from error


def place_of(options: SftpOptions, name: str = "") -> str:
    """Return where something lies, for people and without any secret."""
    path = options.path if not name else f"{options.path.rpartition('/')[0]}/{name}"
    return f"sftp://{options.host}:{options.port}{path}"


@contextmanager
def _connected(options: SftpOptions, base_dir: Path) -> Iterator[paramiko.Transport]:
    address = (options.host, options.port)
    with socket.create_connection(address, options.timeout_s) as line:
        transport = paramiko.Transport(line)
        try:
            # Only keys of the pinned kinds are negotiated, so that the host shows one of them.
            kinds = {key.split()[0] for key in options.host_key}
            known = transport.get_security_options().key_types
            asked = tuple(kind for kind in known if _family(kind) in kinds)
            transport.get_security_options().key_types = asked or known
            transport.start_client(timeout=options.timeout_s)
            _check_host(transport, options)
            _sign_in(transport, options, base_dir)
            yield transport
        finally:
            transport.close()


def _family(kind: str) -> str:
    """Return the kind of key behind a kind of signature (RFC 8332: rsa-sha2-* use ssh-rsa)."""
    return "ssh-rsa" if kind.startswith("rsa-sha2-") else kind


def _check_host(transport: paramiko.Transport, options: SftpOptions) -> None:
    shown = transport.get_remote_server_key()
    if f"{shown.get_name()} {shown.get_base64()}" not in options.host_key:
        raise NotWholeError(
            place_of(options),
            both(
                "ホスト鍵が設定と違います。別のサーバかもしれません。確かめるまで接続しません",
                "the host's key is not the pinned one: it may be another server. "
                "Nothing was sent; compare host_key with the host's own",
            ),
        )


def _sign_in(transport: paramiko.Transport, options: SftpOptions, base_dir: Path) -> None:
    if options.key_file is None:
        secret = read_secret(base_dir, options.password_file, options.password_env)
        transport.auth_password(options.username, secret)
        return
    path = base_dir / options.key_file
    try:
        key = paramiko.PKey.from_path(path)
    except (OSError, ValueError, TypeError, paramiko.SSHException) as error:
        raise NotWholeError(
            place_of(options),
            both(f"{path}: 秘密鍵として読めません", "it is no private key that can be read"),
        ) from error
    transport.auth_publickey(options.username, key)
