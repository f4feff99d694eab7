// Where the phone is, when somebody asks for it to be told.
import { say } from "./says.js";

export function takePosition(form) {
  for (const place of form.querySelectorAll("[data-position]")) {
    const field = (part) => form.elements[`${place.dataset.position}.${part}`];
    const status = place.querySelector("[data-said]");
    const without = place.querySelector("[data-without]");
    const render = () => { without.hidden = !field("latitude").value; };
    place.querySelector("[data-find]").hidden = !navigator.geolocation;
    place.querySelector("[data-find]").addEventListener("click", () => {
      status.textContent = say("finding");
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        field("latitude").value = coords.latitude.toFixed(5);
        field("longitude").value = coords.longitude.toFixed(5);
        field("accuracy_m").value = Math.ceil(coords.accuracy);
        status.textContent = say("found", { metres: Math.ceil(coords.accuracy) });
        render();
      }, () => { status.textContent = say("unfound"); }, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 });
    });
    without.addEventListener("click", () => {
      for (const part of ["latitude", "longitude", "accuracy_m"]) field(part).value = "";
      status.textContent = "";
      render();
    });
    render();
  }
}
