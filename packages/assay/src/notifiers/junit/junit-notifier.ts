import { join } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import type { Notifier } from "../notifier.ts";
import { writeReport } from "../write-report.ts";
import { junitDocument } from "./junit-document.ts";

/** Writes `junit.xml` into the run folder when it is closed. */
export function junitNotifier(options: { readonly runFolder: string }): Notifier {
  const fold = new RunFold();
  return {
    name: "junit",
    onEvent: (event) => fold.apply(event),
    async close() {
      const path = join(options.runFolder, "junit.xml");
      await writeReport(path, junitDocument(fold.summary()));
      return [path];
    },
  };
}
