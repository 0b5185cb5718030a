import { join } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Notifier } from "../notifier.ts";
import { junitDocument } from "./junit-document.ts";
import type { JunitOptions } from "./rows.ts";

/** Writes `junit.xml`, or a file of another name, into the run folder when it is closed. */
export function junitNotifier(
  options: JunitOptions & { readonly runFolder: string; readonly fileName?: string },
): Notifier {
  const fold = new RunFold();
  return {
    name: "junit",
    onEvent: (event) => fold.apply(event),
    onPastEvent: (event) => fold.apply(event),
    async close() {
      const path = join(options.runFolder, options.fileName ?? "junit.xml");
      await replaceFile(path, junitDocument(fold.summary(), options));
      return [path];
    },
  };
}
