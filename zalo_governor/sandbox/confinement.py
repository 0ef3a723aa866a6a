"""Takes rights away from the present process before it reads content that strangers sent. Linux only.

Three independent layers of the kernel: resource limits (setrlimit(2)), a filter of system calls (seccomp(2), by
libseccomp) and a filter of file access (landlock(7)). What a kernel lacks is left out; `missing_layers` names it.
"""

import ctypes
import errno
import os
import resource
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pyseccomp

from zalo_governor.system.process import forbid_core_dumps

_PR_SET_NO_NEW_PRIVS = 38
"""Option of prctl(2): no execve may give this process more rights, and landlock may be used without being root."""
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LANDLOCK_CREATE_RULESET_VERSION = 1
"""Flag by which landlock_create_ruleset(2) makes nothing and returns the kernel's version of landlock."""
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
"""Numbers of the system calls, the same on all architectures (<asm-generic/unistd.h>)."""
_LANDLOCK_RULE_PATH_BENEATH = 1
_ACCESS_FS_EXECUTE, _ACCESS_FS_READ_FILE, _ACCESS_FS_READ_DIR = 1 << 0, 1 << 2, 1 << 3
_ACCESS_FS_ALL = (1 << 13) - 1
"""All kinds of file access that the first version of landlock knows; without a rule, none of them is allowed."""

_NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "socketcall")
_PROGRAMS = ("execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd")
_SIGNALS = ("kill", "tkill", "pidfd_open", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_SYSTEM = ("mount", "umount2", "unshare", "setns", "chroot", "pivot_root", "bpf", "perf_event_open", "userfaultfd",
           "io_uring_setup", "add_key", "request_key", "keyctl", "open_by_handle_at", "init_module", "finit_module",
           "kexec_load", "reboot", "swapon", "syslog", "personality")  # fmt: skip
_WRITES = ("creat", "truncate", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink",
           "symlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "fchmodat2",
           "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat", "setxattr",
           "lsetxattr", "fsetxattr", "shmget", "msgget", "mq_open")  # fmt: skip
_CLONE_THREAD = 0x00010000
"""Flag of clone(2) that makes a thread instead of a process."""


class Limits(NamedTuple):
    """Resources that a process may use; if it needs more, the kernel kills it or lets the system call fail."""

    memory: int
    """Address space, in bytes."""
    cpu_seconds: int
    files: int = 64
    """Open files."""


def forbid_network_and_writes(readable: Iterable[Path]) -> None:
    """Forbid this process and its children to use the network, start programs, change files, or read other folders.

    The folders `readable` may be read, with everything below them.
    """
    forbid_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _restrict_files(readable)
        _filter_calls((*_NETWORK, *_PROGRAMS, *_SYSTEM, *_WRITES), reading_only=True)


def missing_layers() -> tuple[str, ...]:
    """Return which means of confinement (`seccomp`, `landlock`) this kernel lacks; the process stays unconfined."""
    if sys.platform != "linux":
        return ("seccomp", "landlock")
    libc = ctypes.CDLL(None, use_errno=True)
    missing = []
    if libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_RULESET_VERSION) < 1:
        missing.append("landlock")
    # Without a filter the call fails in any case: with EFAULT where the kernel knows filters, else with EINVAL.
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)
    if ctypes.get_errno() != errno.EFAULT:
        missing.append("seccomp")
    return tuple(missing)


def forbid_processes(limits: Limits) -> None:
    """Forbid this process to start other processes (threads are allowed) or signal them, and limit its resources."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the soft limit of CPU time comes SIGXCPU, by which the parent knows the reason; at the hard one SIGKILL.
        resource.setrlimit(what, (allowed, allowed + 1 if what == resource.RLIMIT_CPU else allowed))
    if sys.platform == "linux":
        _filter_calls(("fork", "vfork", *_SIGNALS), alone=True)


def _filter_calls(names: Iterable[str], *, reading_only: bool = False, alone: bool = False) -> None:
    """Let the system calls `names` fail with EPERM from now on; no effect if the kernel has no such filter.

    `reading_only` also forbids to open files for writing; `alone` also to start other processes or send them signals.
    """
    with suppress(OSError, RuntimeError, ValueError):
        allowed = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        refused = pyseccomp.ERRNO(errno.EPERM)
        for name in names:
            with suppress(ValueError, OSError):  # a call that this architecture does not have
                allowed.add_rule(refused, name)
        if reading_only:
            _forbid_opening_for_writing(allowed, refused)
        if alone:
            # abort(3) sends a signal to the process itself by tgkill.
            allowed.add_rule(refused, "tgkill", pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
            process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
            allowed.add_rule(refused, "clone", process)
            # Its flags lie in memory, where a filter cannot look; libc falls back to clone.
            allowed.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
        allowed.load()


def _forbid_opening_for_writing(allowed: "pyseccomp.SyscallFilter", refused: int) -> None:
    for call, position in (("open", 1), ("openat", 2)):
        for mode in (os.O_WRONLY, os.O_RDWR):
            with suppress(ValueError, OSError):
                allowed.add_rule(refused, call, pyseccomp.Arg(position, pyseccomp.MASKED_EQ, os.O_ACCMODE, mode))
        for flag in (os.O_CREAT, os.O_TRUNC):
            with suppress(ValueError, OSError):
                allowed.add_rule(refused, call, pyseccomp.Arg(position, pyseccomp.MASKED_EQ, flag, flag))
    allowed.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "openat2")


def _restrict_files(readable: Iterable[Path]) -> None:
    """Allow only reading below `readable` from now on; no effect if the kernel has no landlock."""
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = ctypes.create_string_buffer(struct.pack("=Q", _ACCESS_FS_ALL))
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return
    try:
        for folder in (*readable, Path(os.devnull)):
            _allow_reading(libc, ruleset, folder)
        libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow_reading(libc: ctypes.CDLL, ruleset: int, folder: Path) -> None:
    try:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # What is not there need not be read.
    try:
        rights = _ACCESS_FS_READ_FILE | _ACCESS_FS_READ_DIR | _ACCESS_FS_EXECUTE
        if not folder.is_dir():
            rights = _ACCESS_FS_READ_FILE | _ACCESS_FS_EXECUTE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
        libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)
