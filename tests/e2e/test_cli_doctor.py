"""`standoff doctor` as a person and as a script see it."""

from standoff.version import __version__


def test_it_lists_every_part_and_exits_with_0_where_nothing_is_broken(warm, tmp_path):
    found = warm("doctor", "--store", tmp_path / "store.sqlite", "--json")
    parts = {one["part"]: one for one in found.document["findings"]}
    assert (found.code, found.err, found.document["is_sound"]) == (0, "", True)
    assert {"standoff", "Python", "packages", "extra news", "kernels", "English model", "store"} <= set(parts)
    assert parts["standoff"]["found"].startswith(__version__)
    assert "numba" in found.document["versions"]
    assert list(tmp_path.iterdir()) == []


def test_it_exits_with_1_where_something_is_broken(warm, tmp_path):
    (tmp_path / "store.sqlite").write_bytes(b"no database at all" * 100)
    found = warm("doctor", "--store", tmp_path / "store.sqlite")
    assert (found.code, found.err) == (1, "")
    assert "broken" in found.out
    assert (tmp_path / "store.sqlite").read_bytes() == b"no database at all" * 100
