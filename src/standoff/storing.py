"""Write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from standoff.errors import InputError, Problem

__all__ = ["check_writable", "make_folder", "write_whole"]

_HELP = {
    errno.ENOENT: "create the folder first, or choose another path",
    errno.ENOTDIR: "choose a path whose folders are folders",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.EISDIR: "give the name of a file in it, for example `brief.html`",
    errno.ENOSPC: "free some space on the disk, or choose a path on another",
    errno.EDQUOT: "free some space on the disk, or choose a path on another",
    errno.ENAMETOOLONG: "choose a shorter file name",
}


def check_writable(path: Path, what: str = "the brief") -> None:
    """Refuse a path that no file can be written to, before the work of making the file.

    Args:
        path: The path.
        what: What is to be written, for the message.

    Raises:
        InputError: The path is a folder or a device, its folder is missing or closed (`cannot-write`).
    """
    try:
        target = _follow_links(path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if target.exists() and not target.is_file():
            raise _make_input_error(path, what, "it is not an ordinary file", "choose another path")
        if not target.parent.exists():
            raise FileNotFoundError(errno.ENOENT, "")
        if not os.access(target.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "")
    except OSError as error:
        raise _make_error(path, what, error) from None
    except ValueError:
        raise _make_input_error(
            path, what, "it holds a character that no path may have", "choose another path"
        ) from None


def write_whole(path: Path, content: bytes, what: str = "the brief") -> None:
    """Write to a temporary file in the same folder and rename it, so that a reader sees the whole old file or the whole new one.

    Args:
        path: Where to.
        content: The file.
        what: What is written, for the message.

    Raises:
        InputError: The file cannot be written (`cannot-write`); nothing is left behind.
    """
    check_writable(path, what)
    target = _follow_links(path)
    draft = target.with_name(f".standoff-{secrets.token_hex(6)}.part")
    try:
        try:
            with draft.open("xb") as file:
                file.write(content)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _make_error(path, what, error) from None


def make_folder(path: Path, what: str) -> None:
    """Make a folder, with those above it, if it is not there.

    Args:
        path: The folder.
        what: What is to be written into it, for the message.

    Raises:
        InputError: It cannot be made, or is a file (`cannot-write`).
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _make_input_error(path, what, "it is a file", "give the name of a folder") from None
    except OSError as error:
        raise _make_error(path, what, error) from None


def _follow_links(path: Path) -> Path:
    """Where the path leads: a file is replaced through a link, not the link by a file."""
    return Path(os.path.realpath(path))  # unlike Path.resolve, it lets the next step find a loop of links


def _make_error(path: Path, what: str, error: OSError) -> InputError:
    known = error.errno or 0
    reason = os.strerror(known).lower() if known else str(error)
    return _make_input_error(path, what, reason, _HELP.get(known, "choose another path"))


def _make_input_error(path: Path, what: str, reason: str, advice: str) -> InputError:
    return InputError(
        Problem(code="cannot-write", message=f"{what} cannot be written to `{path}`: {reason}", help=advice)
    )
