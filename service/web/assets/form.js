// Every page of a form: the components, and one question at a time.
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { Leave, keepOnePlace } from "./form/leave.js";
import { countDown } from "./form/countdown.js";
import { noteWhenWritten } from "./form/written.js";
import { keepReceipts } from "./form/receipt.js";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const Component of [Button, CharacterCount, ErrorSummary, Leave, Checkboxes, Radios]) {
  for (const found of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    new Component(found);
  }
}

keepOnePlace();
countDown();
noteWhenWritten();
keepReceipts();
