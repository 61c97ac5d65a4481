import os

import pytest

from standoff.errors import InputError
from standoff.storing import write_whole


def fault(path):
    with pytest.raises(InputError) as caught:
        write_whole(path, b"new")
    (problem,) = caught.value.problems
    assert problem.code == "cannot-write"
    return problem


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "brief.html"
    path.write_bytes(b"old, and longer")
    write_whole(path, b"new")
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("brief.html", b"new")]


def test_a_link_is_followed_and_kept(tmp_path):
    (tmp_path / "real.html").write_bytes(b"old")
    (tmp_path / "link.html").symlink_to("real.html")
    write_whole(tmp_path / "link.html", b"new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_bytes() == b"new"


def test_a_new_file_may_be_read_by_those_whom_the_umask_lets(tmp_path):
    old = os.umask(0o022)
    try:
        write_whole(tmp_path / "brief.html", b"new")
    finally:
        os.umask(old)
    assert (tmp_path / "brief.html").stat().st_mode & 0o777 == 0o644


def test_a_missing_folder_is_reported_with_what_to_do(tmp_path):
    problem = fault(tmp_path / "none" / "brief.html")
    assert str(tmp_path / "none" / "brief.html") in problem.message
    assert "no such file or directory" in problem.message
    assert problem.help == "create the folder first, or choose another path"


def test_a_folder_in_place_of_the_file_is_reported(tmp_path):
    assert "brief.html" in fault(tmp_path).help


def test_a_file_in_place_of_a_folder_is_reported(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be written" in fault(tmp_path / "file" / "brief.html").message


def test_what_is_no_ordinary_file_is_refused_and_left_alone(tmp_path):
    pipe = tmp_path / "pipe"  # stands for a device: a test that fails must not replace /dev/null
    os.mkfifo(pipe)
    assert "not an ordinary file" in fault(pipe).message
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "loop/brief.html"])
def test_a_name_that_no_file_can_have_is_reported(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    fault(tmp_path / name)


def test_a_closed_folder_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    assert "may write to" in fault(tmp_path / "brief.html").help


def test_a_disk_that_is_full_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "brief.html"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    assert "free some space" in fault(path).help
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("brief.html", b"old")]
