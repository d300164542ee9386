// A process as a diagram, to look at: `data-draws` names the address of its model.
import Viewer from "bpmn-js/lib/NavigatedViewer";
import { OURS, show, tell, wording, zoomBy } from "./reading.js";
import "./diagram.css";

for (const place of document.querySelectorAll("[data-draws]")) {
  const canvas = place.querySelector("[data-canvas]");
  const viewer = new Viewer({ container: canvas, moddleExtensions: { zt: OURS }, additionalModules: [wording] });
  zoomBy(place.querySelectorAll("[data-zoom]"), viewer);
  try {
    const answer = await fetch(place.dataset.draws);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    await show(viewer, await answer.text());
    canvas.dataset.ready = "yes";
  } catch (error) {
    tell(place, error);
  }
}
