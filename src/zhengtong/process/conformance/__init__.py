"""Conformance 一致性: runners for public BPMN suites, each over any folder laid out like the published one."""
