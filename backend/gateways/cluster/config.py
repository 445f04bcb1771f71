"""The settings of the private cluster, as text files. Not here: who writes and applies them (private)."""

import pwd
from pathlib import Path

ROLE = "gridpatrol"
PORT = 5432  # only a part of the socket's name: nothing listens on TCP
IDENTITY_MAP = "gridpatrol"
INCLUDED_FILE = "gridpatrol.conf"

# One district fits a machine of 2 cores and 2 GB; a bigger machine gains little from more before a city's load.
COMMON = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C.UTF-8'",
    "jit": "off",  # costs more than it gives on queries of a few milliseconds
    "random_page_cost": "1.1",  # solid-state disks
    "max_parallel_workers_per_gather": "1",
    "log_parameter_max_length": "0",  # names and phone numbers travel as parameters
    "log_parameter_max_length_on_error": "0",
}
DURABLE = {
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'1GB'",
    "work_mem": "'8MB'",
    "maintenance_work_mem": "'128MB'",
    "max_wal_size": "'1GB'",
    "checkpoint_completion_target": "0.9",
    # One file per weekday, overwritten a week later: the log never fills the disk.
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgresql-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1440",
    "log_rotation_size": "0",
    "log_min_duration_statement": "1000",
}
THROWAWAY = {
    "shared_buffers": "'64MB'",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "'1h'",
    "max_wal_size": "'2GB'",
}


# Packs several times quicker than PostgreSQL's own method: a report and the reasons of its routing are 3 KB.
COMPRESSION = {
    True: {"default_toast_compression": "'lz4'", "wal_compression": "'lz4'"},
    False: {"wal_compression": "on"},
}


def server_settings(*, fast: bool, has_lz4: bool, socket_dir: Path, cluster_name: str) -> str:
    """The text of the included settings file; ``fast`` gives up every durability: throw-away clusters only."""
    chosen = {
        **COMMON,
        **(THROWAWAY if fast else DURABLE | COMPRESSION[has_lz4]),
        "unix_socket_directories": quoted(str(socket_dir)),
        "cluster_name": quoted(cluster_name),
    }
    return "".join(f"{key} = {value}\n" for key, value in chosen.items())


def access_rules() -> str:
    """pg_hba.conf: only the Unix socket, only people the kernel vouches for, only those of the identity map."""
    return f"local all {ROLE} peer map={IDENTITY_MAP}\nlocal replication all reject\n"


def identities(user_ids: set[int]) -> str:
    """pg_ident.conf: these system users may act as the product's database role."""
    names = sorted({pwd.getpwuid(uid).pw_name for uid in user_ids})
    return "".join(f'{IDENTITY_MAP} "{name}" {ROLE}\n' for name in names)


def quoted(value: str) -> str:
    """A value as PostgreSQL's configuration files want it."""
    return "'" + value.replace("'", "''") + "'"
