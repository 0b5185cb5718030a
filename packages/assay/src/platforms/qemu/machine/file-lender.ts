import { chmod, chown, open, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { MachineUser } from "./confinement.ts";
import { InheritedFd } from "./machine-spec.ts";

/** Where QEMU finds its machine's folder, whatever folder on the way there is closed to its user. */
const SEEN_FOLDER = `/proc/self/fd/${InheritedFd.folder}`;

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Lends files to a QEMU that runs as a user of its own: what a command names in the machine's folder becomes that
 * user's, one file at a time, and so does the socket that it shall connect to. The folder itself stays assay's.
 */
export class FileLender {
  readonly #folder: string;
  readonly #user: MachineUser;

  private constructor(folder: string, user: MachineUser) {
    this.#folder = folder;
    this.#user = user;
  }

  static async open(folder: string, user: MachineUser): Promise<FileLender> {
    await letThrough(folder, user);
    return new FileLender(folder, user);
  }

  /** The arguments as QEMU shall get them; a promise only when a file has to be lent first. */
  tell(commandArguments: Arguments): Arguments | Promise<Arguments> {
    const lendings: Promise<void>[] = [];
    const told = JSON.parse(JSON.stringify(commandArguments), (_, value: unknown) =>
      typeof value === "string" ? this.#tellText(value, lendings) : value,
    ) as Arguments;
    return lendings.length === 0 ? told : Promise.all(lendings).then(() => told);
  }

  #tellText(text: string, lendings: Promise<void>[]): string {
    if (text.startsWith(`${this.#folder}/`)) {
      lendings.push(this.#lendFile(text));
      return `${SEEN_FOLDER}${text.slice(this.#folder.length)}`;
    }
    const path = text.replace(/^unix:/, "");
    if (path.startsWith(`${tmpdir()}/assay-`)) lendings.push(this.#lendSocket(path));
    return text;
  }

  /** A file that QEMU is to write may not be there yet. */
  async #lendFile(path: string): Promise<void> {
    const file = await open(path, "a", 0o600);
    await file.chown(this.#user.id, this.#user.id).finally(() => file.close());
  }

  async #lendSocket(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found?.isSocket() !== true) return;
    await letThrough(dirname(path), this.#user);
    await chown(path, this.#user.id, this.#user.id);
  }
}

/** The folder's files can be opened by name and not listed, and none can be put there or taken away. */
async function letThrough(folder: string, user: MachineUser): Promise<void> {
  await chown(folder, process.getuid?.() ?? 0, user.id);
  await chmod(folder, 0o710);
}
