"""The only writers of accounts, their codes, their changes and the counts of wrong tries."""
