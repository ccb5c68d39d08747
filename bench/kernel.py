# SPDX-License-Identifier: Apache-2.0
"""What the kernel tells of processes and of the memory that it keeps for sockets."""

import contextlib
import pathlib
import resource

PAGE = resource.getpagesize()
CACHES = 12  # that are listed, of those that grew most

# What many connections run into first; those that a machine does not have are left out.
SETTINGS = ["net/core/somaxconn", "net/ipv4/ip_local_port_range", "net/ipv4/tcp_mem", "net/netfilter/nf_conntrack_max",
            "fs/file-max"]


def process_stats(pid):
    """Memory of its own, and time on a processor of all its threads."""
    process = pathlib.Path("/proc") / str(pid)
    status = (process / "status").read_text().splitlines()
    kilobytes = int(next(line for line in status if line.startswith("RssAnon:")).split()[1])
    cpu = sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat"))
    return {"rss_anon": kilobytes * 1024, "cpu_ns": cpu}


def growth(before, after, figure):
    """Of the sum over processes."""
    return sum(stats[figure] for stats in after) - sum(stats[figure] for stats in before)


def meminfo():
    return {line.split(":")[0]: int(line.split()[1]) * 1024
            for line in pathlib.Path("/proc/meminfo").read_text().splitlines()}


def tcp_sockets():
    """inuse, orphan, tw, alloc and mem (pages) of /proc/net/sockstat."""
    line = next(line for line in pathlib.Path("/proc/net/sockstat").read_text().splitlines() if line.startswith("TCP:"))
    words = line.split()[1:]
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def slab_caches():
    """Bytes, objects and the size of one, of each of the kernel's object caches; empty for who may not read them."""
    caches = {}
    with contextlib.suppress(PermissionError):
        for line in pathlib.Path("/proc/slabinfo").read_text().splitlines()[2:]:
            words = line.split()
            caches[words[0]] = {"bytes": int(words[14]) * int(words[5]) * PAGE,  # slabs, pages of each
                                "objects": int(words[1]), "object_bytes": int(words[3])}
    return caches


def cache_growth(before, after, name, figure):
    return after[name][figure] - before[name][figure] if name in before and name in after else 0


def slab_growth(before, after):
    """Bytes of the caches that grew most."""
    grown = {name: cache_growth(before, after, name, "bytes") for name in after}
    return dict(sorted(grown.items(), key=lambda cache: -cache[1])[:CACHES])


def proc_growth(before, after):
    """Bytes that are there because some program, a monitor say, looked at every /proc/PID/fd: an inode and a name for each
    descriptor that it found. No socket needs them, and the kernel drops them when it wants the memory."""
    objects = max(0, cache_growth(before, after, "proc_inode_cache", "objects"))
    sizes = [after[name]["object_bytes"] for name in ("proc_inode_cache", "dentry") if name in after]
    return objects * sum(sizes)


def kernel_memory():
    memory = meminfo()
    return {"slab_bytes": memory["Slab"], "available_bytes": memory["MemAvailable"], "tcp": tcp_sockets()}


def settings():
    found = {"descriptors of a process": resource.getrlimit(resource.RLIMIT_NOFILE)[1]}
    for name in SETTINGS:
        with contextlib.suppress(FileNotFoundError):
            found[name.replace("/", ".")] = (pathlib.Path("/proc/sys") / name).read_text().split()
    return found
