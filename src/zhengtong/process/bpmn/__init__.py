"""BPMN 2.0 models 流程模型: XML to an immutable graph and back without loss, static rules, checks before publishing."""
