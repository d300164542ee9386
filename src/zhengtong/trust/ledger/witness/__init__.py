"""The witness 见证方: a process of its own that any third party can run; no Django, no database, nothing of the log's.

A court, a notary or an auditor runs it. It remembers the largest tree it saw of each log and signs a larger one only
if that continues it (C2SP tlog-witness), so a log that shows two histories is found out.
"""
