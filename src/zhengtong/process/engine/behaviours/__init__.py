"""What each family of BPMN elements does when a token reaches it 元素行为."""
