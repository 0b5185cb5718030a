import { fillDetail } from "./detail-view.js";
import { byId } from "./elements.js";
import { startFilter } from "./result-filter.js";

const showAll = startFilter();

// One listener for all rows; `toggle` does not bubble, so it is caught on its way down.
byId("rows").addEventListener(
  "toggle",
  (event) => {
    const row = event.target;
    if (row instanceof HTMLDetailsElement && row.parentElement?.className === "batch" && row.open) void fillDetail(row);
  },
  true,
);

/** Opens the row that the address points to, so that a link to one result can be passed on. */
function openTarget() {
  const row = document.getElementById(location.hash.slice(1));
  if (!(row instanceof HTMLDetailsElement)) return;
  if (row.hidden) showAll();
  row.open = true;
  row.scrollIntoView({ block: "start" });
  row.querySelector("summary")?.focus({ preventScroll: true });
}
addEventListener("hashchange", openTarget);
openTarget();

// Paper has no way to open anything.
addEventListener("beforeprint", () => {
  for (const row of document.querySelectorAll("details.failed")) row.setAttribute("open", "");
});
