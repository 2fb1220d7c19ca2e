"""Whether the static files this release needs were collected, before anybody asks for a page."""

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage

from qijie.setup.failures import SetupFailure
from qijie.setup.preparation import COLLECT, LEFT_OUT


def require_collected() -> None:
    """Raises SetupFailure with the command to run; each page would be an error of ours without."""
    missing = missing_assets()
    if missing:
        raise SetupFailure(
            f"静态文件还没有收集，或比程序旧：缺 {missing[0]}"
            f"{f' 等 {len(missing)} 个' if len(missing) > 1 else ''}，页面会打不开。"
            f"请运行：qijie {' '.join(COLLECT)}"
        )


def missing_assets() -> list[str]:
    """Names of files in the program that the collected manifest, or its folder, lacks."""
    collected: dict[str, str] | None = getattr(staticfiles_storage, "hashed_files", None)
    if collected is None:
        return []
    return sorted(
        name
        for finder in get_finders()
        for name, _ in finder.list(LEFT_OUT)
        if name not in collected or not staticfiles_storage.exists(collected[name])
    )
