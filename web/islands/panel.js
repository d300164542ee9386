// What is said of the chosen step, beside the drawing: one field for each thing that our engine heeds.

const is = (element, ...types) => types.some((type) => element?.businessObject?.$instanceOf?.(`bpmn:${type}`));

// For each field: where it applies, what it holds, and how it is written. `make` creates elements of the model.
const FIELDS = {
  name: {
    applies: (element) => element && !is(element, "Process", "Collaboration"),
    read: ({ businessObject }) => businessObject.name,
    write: (value) => ({ name: value || undefined }),
  },
  documentation: {
    applies: (element) => is(element, "FlowElement"),
    read: ({ businessObject }) => businessObject.get("documentation")[0]?.text,
    write: (value, make) => ({ documentation: value ? [make("Documentation", { text: value })] : [] }),
  },
  performer: {
    applies: (element) => is(element, "UserTask", "ManualTask"),
    read: ({ businessObject }) => performer(businessObject)?.resourceAssignmentExpression?.expression?.body,
    write: (value, make, { businessObject }) => {
      const others = businessObject.get("resources").filter((one) => one !== performer(businessObject));
      if (!value) return { resources: others };
      const expression = make("FormalExpression", { body: value });
      const assignment = make("ResourceAssignmentExpression", { expression });
      return { resources: [...others, make("PotentialOwner", { resourceAssignmentExpression: assignment })] };
    },
  },
  condition: {
    applies: (element) => is(element, "SequenceFlow") && is(element.source, "ExclusiveGateway", "InclusiveGateway"),
    read: ({ businessObject }) => businessObject.conditionExpression?.body,
    write: (value, make) => ({ conditionExpression: value ? make("FormalExpression", { body: value }) : undefined }),
  },
  decision: attribute("zt:decision", "BusinessRuleTask"),
  result: attribute("zt:result", "BusinessRuleTask", "ScriptTask"),
  script: attribute("script", "ScriptTask"),
  calledElement: attribute("calledElement", "CallActivity"),
};

function attribute(name, ...types) {
  return {
    applies: (element) => is(element, ...types),
    read: ({ businessObject }) => businessObject.get(name),
    write: (value) => ({ [name]: value || undefined }),
  };
}

function performer(activity) {
  return activity.get("resources").find((one) => one.$type === "bpmn:PotentialOwner");
}

export class Panel {
  constructor(place, tool) {
    this.place = place;
    this.tool = tool;
    this.inputs = [...place.querySelectorAll("[data-field]")];
    for (const input of this.inputs) input.addEventListener("change", () => this.write(input));
    place.querySelector("[data-default]").addEventListener("change", (event) => this.writeDefault(event.target));
    tool.on("selection.changed", ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null));
    tool.on("element.changed", ({ element }) => element === this.element && this.show(element));
    this.show(null);
  }

  show(element) {
    this.element = element;
    this.place.querySelector("[data-none]").hidden = !!element;
    for (const input of this.inputs) {
      const field = FIELDS[input.dataset.field];
      const applies = field.applies(element);
      input.closest("[data-of]").hidden = !applies;
      input.value = (applies && field.read(element)) || "";
    }
    const box = this.place.querySelector("[data-default]");
    const chooses = FIELDS.condition.applies(element);
    box.closest("[data-of]").hidden = !chooses;
    box.checked = chooses && element.source.businessObject.default === element.businessObject;
  }

  write(input) {
    const make = (type, properties) => this.tool.get("bpmnFactory").create(`bpmn:${type}`, properties);
    const properties = FIELDS[input.dataset.field].write(input.value.trim(), make, this.element);
    this.tool.get("modeling").updateProperties(this.element, properties);
  }

  writeDefault(box) {
    const flow = this.element.businessObject;
    this.tool.get("modeling").updateProperties(this.element.source, { default: box.checked ? flow : undefined });
  }
}
