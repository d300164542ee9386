// Models as both islands read them: what no tool has drawn yet is laid out, what the page says is in its language.
import { BpmnModdle } from "bpmn-moddle";
import { layoutProcess } from "bpmn-auto-layout";
import chinese from "bpmn-js-i18n/translations/zn";

export const OURS = {
  name: "Zhengtong",
  uri: "urn:zhengtong:bpmn",
  prefix: "zt",
  types: [
    { name: "Decided", extends: ["bpmn:BusinessRuleTask", "bpmn:ScriptTask"], properties: texts("decision", "result") },
    { name: "Called", extends: ["bpmn:CallActivity"], properties: texts("called") },
  ],
};

const speaksChinese = document.documentElement.lang.startsWith("zh");
const said = (text, values = {}) =>
  ((speaksChinese && chinese[text]) || text).replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
export const wording = { translate: ["value", said] };

function texts(...names) {
  return names.map((name) => ({ name, isAttr: true, type: "String" }));
}

// Show a model in a viewer or an editor; throws what its parts say of a model they cannot read.
export async function show(tool, xml) {
  await tool.importXML(/<([\w.-]+:)?BPMNShape\b/.test(xml) ? xml : await layoutProcess(await linked(xml)));
  fit(tool);
}

// Show everything, beside the palette where there is one.
function fit(tool) {
  const canvas = tool.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const palette = canvas.getContainer().querySelector(".djs-palette")?.offsetWidth;
  if (!palette) return;
  const wide = canvas.getContainer().offsetWidth;
  canvas.zoom((canvas.zoom() * (wide - palette - 40)) / wide, "auto");
  canvas.scroll({ dx: (palette + 20) / 2, dy: 0 });
}

// The layout follows `incoming` and `outgoing`, which a model may leave out: sequence flows say the same.
async function linked(xml) {
  const moddle = new BpmnModdle({ zt: OURS });
  const { rootElement, elementsById } = await moddle.fromXML(xml);
  for (const flow of Object.values(elementsById)) {
    if (flow.$type !== "bpmn:SequenceFlow") continue;
    for (const [node, side] of [[flow.sourceRef, "outgoing"], [flow.targetRef, "incoming"]]) {
      if (node && !node.get(side).includes(flow)) node.get(side).push(flow);
    }
  }
  return (await moddle.toXML(rootElement)).xml;
}

// Buttons that zoom, for those who have no wheel.
export function zoomBy(buttons, tool) {
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const canvas = tool.get("canvas");
      if (button.dataset.zoom === "fit") fit(tool);
      else canvas.zoom(canvas.zoom() * (button.dataset.zoom === "in" ? 1.25 : 0.8));
    });
  }
}

// Say beside a diagram that it could not be drawn, with what its reader said; without an error, that all is well.
export function tell(place, error) {
  const note = place.querySelector("[data-failed]");
  note.hidden = !error;
  note.querySelector("[data-why]").textContent = error?.message ?? "";
}
