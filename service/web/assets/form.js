// Every page of a form: the components, one question at a time, and reports that are kept until they are sent.
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { Leave, keepOnePlace } from "./form/leave.js";
import { countDown } from "./form/countdown.js";
import { takeDrafts } from "./form/drafts.js";
import { takeWipes } from "./form/here.js";
import { keepPages } from "./form/installed.js";
import { takeMarks } from "./form/marks.js";
import { takePosition } from "./form/position.js";
import { send, startSending } from "./form/sending.js";
import { takeSteps } from "./form/steps.js";
import { noteWhenWritten } from "./form/written.js";
import { takePhotos } from "./form/photos.js";
import { askForPlaces } from "./form/place.js";
import { keepReceipts } from "./form/receipt.js";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

// What a page has, or a part of a page that came in later.
function dress(root) {
  for (const Component of [Button, CharacterCount, ErrorSummary, Leave, Checkboxes, Radios]) {
    for (const found of root.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
      new Component(found);
    }
  }
  for (const form of root.querySelectorAll("[data-form]")) takeForm(form);
  takePhotos(root);
}

function takeForm(form) {
  const steps = takeSteps(form);
  takeDrafts(form, steps);
  takeMarks(form);
  takePosition(form);
  askForPlaces(form);
  form.addEventListener("submit", (event) => {
    const by = event.submitter;
    // Another language, or another place: pages of their own.
    if (by?.name === "_language" || (by?.name === "_do" && !["check", "send"].includes(by.value))) return;
    event.preventDefault();
    // The Enter key goes on; it sends nothing.
    if (!by || by.hidden) steps.onward();
    else if (steps.ready()) send(form, by);
  });
}

dress(document);
// A poster's address that nobody knows need not stay in sight.
const plain = document.querySelector("[data-plain]")?.dataset.plain;
if (plain) history.replaceState(null, "", plain);
keepOnePlace();
countDown();
noteWhenWritten();
keepReceipts();
takeWipes();
startSending(dress);
keepPages();
