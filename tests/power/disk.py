"""A disk with a cache that a power cut empties, made of files, loop devices and ext4.

    image (what the platters hold)
      loop device, ext4 without a journal      its page cache is the cache of the disk
        one file of a fixed size
          loop device, ext4                    the file system that the database lies on

What a program writes stays in the page cache of the inner file system until that writes it out,
then in that of the outer one until somebody asks the inner device to flush. Only then does it
stand in the image. So a copy of the image, taken while everything is mounted, is what a machine
finds after its power came back. `Disk.scatter` is the unkinder disk: it writes some of what is in
its cache, in no order.

Everything is mounted by root in a mount namespace of the run's own (`tests.power.__main__`), so
nothing stays mounted whatever happens to the run.
"""

import ctypes
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("mount", "umount", "findmnt", "mkfs.ext4", "unshare")
_MB = 1 << 20
# What the outer file system needs for itself.
_EDGE_MB = 16
_BLOCK = 4096
_UNMOUNT_SECONDS = 10
_ATTEMPTS = 200
# linux/fs.h; Python does not name them.
_WAIT_BEFORE, _WRITE, _WAIT_AFTER = 1, 2, 4


class DiskFailed(RuntimeError):
    """This machine does not let such a disk be made, or it did not do as it should."""


def missing() -> list[str]:
    """Return what this machine lacks for such a disk, in sentences; nothing where it lacks none."""
    found = [] if os.geteuid() == 0 else ["Only root may mount: run it as root."]
    found += [
        f"There is no {program} (Debian's packages mount, util-linux and e2fsprogs have it)."
        for program in PROGRAMS
        if shutil.which(program, path=_path()) is None
    ]
    if found:
        return found
    try:
        _run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "true")
    except DiskFailed as refused:
        return [f"Namespaces cannot be made here, as in most containers: {refused}"]
    if not Path("/dev/loop-control").exists():
        return ["There are no loop devices (/dev/loop-control), as in most containers."]
    return []


@dataclass(frozen=True)
class Disk:
    """A disk that is mounted: the folder to write to, and what lies below it."""

    image: Path
    cache: Path
    folder: Path

    def scatter(self, dice: random.Random, *, share: float = 0.3) -> None:
        """Let some blocks of the disk's cache reach the platters, in no order."""
        write_out = ctypes.CDLL(None, use_errno=True).sync_file_range
        write_out.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
        descriptor = os.open(self.cache, os.O_RDONLY)
        try:
            starts = [
                start
                for start in range(0, self.cache.stat().st_size, _BLOCK)
                if dice.random() < share
            ]
            for start in starts:
                if write_out(descriptor, start, _BLOCK, _WRITE):
                    raise DiskFailed(os.strerror(ctypes.get_errno()))
            write_out(descriptor, 0, 0, _WAIT_BEFORE | _WAIT_AFTER)
        finally:
            os.close(descriptor)

    def cut(self, copy: Path) -> None:
        """Copy the platters as they are at one instant.

        Where anything was written meanwhile, the copy is taken again.
        """
        for _ in range(_ATTEMPTS):
            before = self._written()
            if before is not None:
                shutil.copyfile(self.image, copy)
                if self._written() == before:
                    return
            time.sleep(0.01)
        raise DiskFailed("The disk was never still, though everybody who writes was stopped.")

    def _written(self) -> str | None:
        """Return how much was ever written to the platters, None while something is under way.

        The fields: https://docs.kernel.org/block/stat.html
        """
        device = Path(_run("findmnt", "-n", "-o", "SOURCE", self.cache.parent)).name
        fields = (Path("/sys/block") / device / "stat").read_text().split()
        return fields[4] if fields[8] == "0" else None


def make_image(image: Path, *, megabytes: int) -> None:
    """Write the image of an empty disk; `image` lies where a folder of its name may be made."""
    at = image.with_suffix(".made")
    _fill(image, megabytes + _EDGE_MB)
    # Without a journal and with a file of its full size, it has nothing of its own to write.
    _run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", "-N", "16", image)
    with _mounted(image, at):
        _fill(at / "cache", megabytes)
        _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", at / "cache")
    at.rmdir()


@contextmanager
def mounted(image: Path) -> Iterator[Disk]:
    """Yield the disk of an image, recovered as after a start of the machine."""
    outer, inner = image.with_suffix(".outer"), image.with_suffix(".inner")
    with _mounted(image, outer), _mounted(outer / "cache", inner):
        yield Disk(image, outer / "cache", inner)


@contextmanager
def _mounted(image: Path, at: Path) -> Iterator[None]:
    at.mkdir(exist_ok=True)
    # Unmounting gives the loop device back.
    _run("mount", "-o", "loop", image, at)
    try:
        yield
    finally:
        _unmount(at)


def _unmount(at: Path) -> None:
    until = time.monotonic() + _UNMOUNT_SECONDS
    while True:
        try:
            _run("umount", at)
        except DiskFailed:
            # A process that was killed may need a moment to let go of its files.
            if time.monotonic() > until:
                _run("umount", "--lazy", at)
                raise
            time.sleep(0.05)
        else:
            return


def _fill(file: Path, megabytes: int) -> None:
    with file.open("wb") as out:
        for _ in range(megabytes):
            out.write(bytes(_MB))


def _run(program: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": _path(), "LC_ALL": "C"},
    )
    if done.returncode:
        raise DiskFailed(done.stderr.strip() or f"{program} ended with {done.returncode}")
    return done.stdout.strip()


def _path() -> str:
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
