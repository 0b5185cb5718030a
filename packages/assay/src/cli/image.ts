import { Command } from "commander";
import { ExitCode } from "../errors/assay-error.ts";
import type { BuiltImage } from "../image/build/cache.ts";
import type { ImageProgress } from "../image/types.ts";
import { collectValues } from "./collect-values.ts";
import { interruptSignal } from "./interrupt.ts";

interface JsonOption {
  readonly json: boolean;
}
interface BuildOptions extends JsonOption {
  readonly kernel: readonly string[];
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** `assay image`: builds, lists and finds the test images that recipes describe. */
export function imageCommand(): Command {
  const command = new Command("image").description("Build, list and find images.");
  const add = (name: string, about: string) =>
    command
      .command(name)
      .description(about)
      .option("--json", "print one JSON document on standard output", false)
      .option("-d, --debug", "show stacks of errors", false)
      .addHelpText(
        "after",
        "\nExit codes: 0 done, 2 there is no such image, 3 it cannot be built, 130/143 interrupted.",
      );
  add("build", "Build an image, or bring it up to date with the newest packages.")
    .argument("<name>", "a recipe; 'assay image list' shows them")
    .option(
      "--kernel <name>",
      "with this kernel of Debian's archive: cloud, generic, rt, backports or a release; repeatable, an image for each",
      collectValues,
      [],
    )
    .action(build);
  add("list", "List the recipes and what is built of them.").action(list);
  add("path", "Print where the built image is.").argument("<name>", "a recipe").action(path);
  return command;
}

async function build(name: string, { json, kernel }: BuildOptions): Promise<void> {
  using interrupt = interruptSignal(say);
  const { buildImage } = await import("../image/build.ts");
  const wanted = kernel.length === 0 ? [name] : kernel.map((each) => `${name}+${each}`);
  const built: object[] = [];
  for (const image of wanted) {
    try {
      if (wanted.length > 1) say(`${image}:`);
      const done = await buildImage(image, { signal: interrupt.signal, progress: showStep });
      built.push(toJson(done));
      if (!json) print(done.path);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      say(`The build of '${image}' was ended; nothing is left of it.`);
      process.exitCode = interrupt.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
      return;
    }
  }
  if (json) print(JSON.stringify(kernel.length === 0 ? built[0] : { images: built }));
}

async function list({ json }: JsonOption): Promise<void> {
  const { listImages } = await import("../image/list.ts");
  const images = await listImages();
  if (json) {
    const documents = images.map(({ about, built, name }) => ({
      name,
      about,
      built: built === undefined ? null : toJson(built),
    }));
    return print(JSON.stringify({ images: documents }));
  }
  const width = Math.max(14, ...images.map(({ name }) => name.length));
  for (const { about, built, name } of images) {
    const state = built === undefined ? "not built" : `built ${built.builtAt.slice(0, 10)}, ${megabytes(built)}`;
    print(`${name.padEnd(width)}  ${state.padEnd(26)}  ${about}`);
  }
}

async function path(name: string, { json }: JsonOption): Promise<void> {
  const { findBuiltImage } = await import("../image/list.ts");
  const image = await findBuiltImage(name);
  print(json ? JSON.stringify(toJson(image)) : image.path);
}

function showStep({ detail, elapsedMs, step }: ImageProgress): void {
  const about = detail === undefined ? step : `${step} (${detail})`;
  say(elapsedMs === undefined ? `  ${about} …` : `  ${about}: ${(elapsedMs / 1000).toFixed(1)} s`);
}

const megabytes = ({ fileSizeBytes }: BuiltImage): string => `${Math.round(fileSizeBytes / 1e6)} MB`;

const toJson = ({ builtAt, digest, fileSizeBytes, key, name, path, virtualSizeBytes }: BuiltImage): object => ({
  name,
  key,
  path,
  format: "qcow2",
  digest,
  virtualSizeBytes,
  fileSizeBytes,
  builtAt,
});
