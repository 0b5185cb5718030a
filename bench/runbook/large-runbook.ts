import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const INCLUDES = 20;
const VARIABLES = 200;
const AXIS = 10;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Variables of one file; two thirds of them depend on the grid. */
function variables(file: number): string {
  const entries = range(VARIABLES / INCLUDES).map((index) => {
    const values = ["plain text", `$(v${file}_${index - 1})-$(image)`, "{ list: [1, 2, $(cores)], text: $(image) }"];
    const visible = index === 4 ? ", is_case_visible: true" : "";
    return `  - { name: v${file}_${index}, value: ${values[index % 3]}${visible} }\n`;
  });
  return `variable:\n${entries.join("")}`;
}

/** Each file includes the next two, so that the tree is as deep as real ones are. */
function includes(file: number): string {
  const next = [2 * file + 1, 2 * file + 2].filter((other) => other <= INCLUDES);
  return next.length === 0 ? "" : `include:\n${next.map((other) => `  - path: part${other}.yml\n`).join("")}`;
}

const values = (name: string, value: (index: number) => string): string =>
  `    - { name: ${name}, value: [${range(AXIS).map(value).join(", ")}] }\n`;

/** A runbook whose three grid variables change its name, its platform and what is derived from them. */
const ROOT = `name: nightly-$(image)-$(cores)-$(memory)
test_pass: $(v20_1)
concurrency: 4
variable:
  - { name: image, value: none, is_case_visible: true }
  - { name: cores, value: 1 }
  - { name: memory, value: 512 }
platform:
  - type: qemu
    requirement:
      core_count: { min: $(cores) }
      memory_mb: { min: $(memory) }
    qemu:
      image: $(image)
notifier:
  - type: console
  - type: html
testcase:
  - criteria: {}
  - criteria: { priority: [0, 1] }
    select_action: none
    retry: 1
  - criteria: { name: verify_.* }
    select_action: none
    timeout: 7200
combinator:
  type: grid
  items:
${values("image", (index) => `image-${index}`)}${values("cores", (index) => String(index + 1))}${values("memory", (index) => String(512 * (index + 1)))}`;

/** Writes a runbook with 20 includes, 200 variables and a 10 × 10 × 10 grid into `folder`; gives its path. */
export async function writeLargeRunbook(folder: string): Promise<string> {
  const main = join(folder, "main.yml");
  await mkdir(dirname(main), { recursive: true });
  await writeFile(main, includes(0) + ROOT);
  for (const file of range(INCLUDES).map((index) => index + 1)) {
    await writeFile(join(folder, `part${file}.yml`), includes(file) + variables(file));
  }
  return main;
}
