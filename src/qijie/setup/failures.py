"""The one exception a person sees while setting up: a sentence that says what and what to do."""

import errno
from pathlib import Path

_CAUSES = {
    errno.ENOSPC: "磁盘已满，请腾出至少 1 GB 空间再试",
    errno.EDQUOT: "磁盘配额已用完，请腾出至少 1 GB 空间再试",
    errno.EROFS: "所在的文件系统是只读的，请把项目放到可写的磁盘上再试",
    errno.EACCES: "没有写入权限，请用文件夹的属主运行，或用 chown 改正属主",
    errno.EPERM: "没有写入权限，请用文件夹的属主运行，或用 chown 改正属主",
    errno.ENOTDIR: "路径中有一段不是文件夹，请移走同名文件再试",
    errno.EEXIST: "已有同名文件，请移走它再试",
}


class SetupFailure(Exception):
    """Its text is shown as it is, without a traceback."""

    @classmethod
    def from_os_error(cls, error: OSError, path: Path) -> "SetupFailure":
        cause = _CAUSES.get(error.errno or 0, f"系统说：{error.strerror}")
        return cls(f"无法使用 {path}：{cause}")
