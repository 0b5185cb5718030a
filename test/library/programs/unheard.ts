/** A run that cannot take place and that nobody asks about: unheard.ts FOLDER. */
import { join } from "node:path";
import { loadRunbook, run } from "assay";

const [folder = "."] = process.argv.slice(2);
run(await loadRunbook(join(folder, "missing.yml")));
