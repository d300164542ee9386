"""What the state does on request 流程再造: BPMN, the process engine, items, forms, cases, bundles, mining."""
