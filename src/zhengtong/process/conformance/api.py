"""The door of the conformance runners 门: one function for each public suite."""

from zhengtong.process.conformance.execution import CaseResult
from zhengtong.process.conformance.execution import run_suite as run_execution
from zhengtong.process.conformance.interchange import ModelResult
from zhengtong.process.conformance.interchange import run_suite as run_interchange
from zhengtong.process.conformance.static import FileResult
from zhengtong.process.conformance.static import run_suite as run_static

__all__ = ["CaseResult", "FileResult", "ModelResult", "run_execution", "run_interchange", "run_static"]
