"""Static files under names that carry their hash, so a browser may keep them for a year."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedAssets(CompressedManifestStaticFilesStorage):  # no types there
    # Rewrites `import … from "./x.js";` inside our own modules to the hashed name. The statement
    # must end in a semicolon. Vendored .mjs files are not touched: pages hand their URLs to the
    # elements that load them.
    support_js_module_import_aggregation = True
