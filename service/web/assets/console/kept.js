// What somebody chose for the console in this browser: switches, nothing of a report.
const PREFIX = "evenlode-desk-";

export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that keeps nothing has the switches as they are at first.
  }
}
