"""What every write leaves behind.

Event rows (history, outbox and the only source for figures), intake keys (each client-made key
takes effect once), timers (due work as rows), photos, private links, numbers given out, and the log
of who looked at what. Rows here name their subject by id and verb; they know nothing of its rules.
"""
