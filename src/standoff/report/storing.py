"""The old place of `standoff.storing`, for who still imports from here."""

from standoff.storing import check_writable, write_whole

__all__ = ["check_writable", "write_whole"]
