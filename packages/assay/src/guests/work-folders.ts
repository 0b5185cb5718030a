import { PlatformError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";
import type { Running } from "../node/shell/types.ts";

/** The longest time Node's timers know, 24 days: the folders are there as long as their environment. */
const FOREVER_MS = 2 ** 31 - 1;
const CLEAN_UP_MS = 60_000;
const MAKE_MS = 60_000;

/**
 * Folders of guests on one node. A process there holds them: when its input ends, because the guests are not needed any
 * more or because assay or the connection is gone, it ends what runs in them and removes them. All guests of a node
 * share it, since a server gives a connection only so many sessions.
 */
export class WorkFolders implements AsyncDisposable {
  readonly #node: Node;
  readonly #signal: AbortSignal;
  readonly #kept = new Map<string, Promise<{ readonly running: Running; readonly path: string }>>();

  /** `signal` ends the making of folders, not the folders. */
  constructor(node: Node, signal: AbortSignal) {
    this.#node = node;
    this.#signal = signal;
  }

  /** Makes the folder `name` below `base`. Throws PlatformError when the node cannot. */
  async make(base: string, name: string): Promise<string> {
    const kept = this.#kept.get(base) ?? this.#keep(base);
    this.#kept.set(base, kept);
    const path = `${(await kept).path}/${name}`;
    await this.#node.text(["mkdir", "-p", path], { signal: this.#signal });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    const ended = await Promise.allSettled(
      all.map(async (kept) => {
        // What could not be made is not there to be ended.
        const made = await kept.catch(() => undefined);
        if (made !== undefined) await this.#end(made.running);
      }),
    );
    for (const each of ended) if (each.status === "rejected") throw each.reason;
  }

  async #keep(base: string): Promise<{ readonly running: Running; readonly path: string }> {
    const script = sh`umask 077
trap : HUP INT TERM
mkdir -p ${base} && folder=$(mktemp -d ${base}/assay-guests-XXXXXX) || exit 1
printf '%s\n' "$folder"
cat >/dev/null
for file in "$folder"/*/pid; do
  if [ -s "$file" ]; then kill -KILL "$(cat "$file")" 2>/dev/null; fi
done
for file in "$folder"/*/undo; do
  if [ -e "$file" ]; then sh "$file"; fi
done
rm -rf -- "$folder"`;
    const running = await this.#node.shell.spawn(script, { timeoutMs: FOREVER_MS });
    const path = await this.#pathOf(running);
    if (path === "") {
      await running.kill();
      throw new PlatformError(`No folder for guests can be made in '${base}' on node '${this.#node.name}'.`, {
        help: "Choose another folder with 'lisa_working_dir' of the guest.",
      });
    }
    return { running, path };
  }

  /** Empty when the node says nothing in time. Throws the signal's reason when it aborts first. */
  async #pathOf(running: Running): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(resolve, MAKE_MS, "");
    const abort = (): void => reject(this.#signal.reason);
    this.#signal.addEventListener("abort", abort, { once: true });
    try {
      this.#signal.throwIfAborted();
      return await Promise.race([firstLine(running), promise]);
    } catch (error) {
      await running.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", abort);
    }
  }

  async #end(running: Running): Promise<void> {
    running.endInput();
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(resolve, CLEAN_UP_MS, "late");
    try {
      if ((await Promise.race([running.completed, late])) === "late") {
        await running.kill();
        throw new PlatformError(`The guests on node '${this.#node.name}' were not removed in time.`);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

async function firstLine({ stdout }: Running): Promise<string> {
  const chunks = stdout[Symbol.asyncIterator]();
  let said = "";
  while (!said.includes("\n")) {
    const next = await chunks.next();
    if (next.done === true) break;
    said += Buffer.from(next.value).toString("utf8");
  }
  return said.split("\n")[0] ?? "";
}
