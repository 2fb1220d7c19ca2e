"""`make docs` writes; `python -m tools.reference --check` only names what is out of date."""

import importlib
import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("QIJIE_SECRET_KEY", "nothing is signed while pages are written")
    import django

    django.setup()
    pages = importlib.import_module("tools.reference.pages")
    stale = pages.stale()
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"{name} is out of date: make docs")
        return 1 if stale else 0
    pages.write()
    for name in stale:
        print(f"written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
