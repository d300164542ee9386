// A process as a diagram, to change: what is drawn is written into the text area that `data-designs` names.
import Modeler from "bpmn-js/lib/Modeler";
import AlignElements from "bpmn-js/lib/features/align-elements";
import DistributeElements from "bpmn-js/lib/features/distribute-elements";
import { OURS, show, tell, wording, zoomBy } from "./reading.js";
import { Panel } from "./panel.js";
import "./diagram.css";

// Their icons carry style attributes, which the Content-Security-Policy refuses.
const UNWANTED = new Set([AlignElements, DistributeElements]);
class Designer extends Modeler {}
Designer.prototype._modules = Modeler.prototype._modules.filter((module) => !UNWANTED.has(module));

for (const place of document.querySelectorAll("[data-designs]")) {
  const text = document.getElementById(place.dataset.designs);
  const canvas = place.querySelector("[data-canvas]");
  const tool = new Designer({ container: canvas, moddleExtensions: { zt: OURS }, additionalModules: [wording] });
  zoomBy(place.querySelectorAll("[data-zoom]"), tool);
  new Panel(place.querySelector("[data-panel]"), tool);
  const read = async () => {
    if (!text.value.trim()) await tool.createDiagram();
    else await show(tool, text.value);
    canvas.dataset.ready = "yes";
  };
  const attempt = () => read().then(() => tell(place), (error) => tell(place, error));
  tool.on("commandStack.changed", async () => {
    text.value = (await tool.saveXML({ format: true })).xml;
  });
  text.addEventListener("change", attempt);
  await attempt();
}
