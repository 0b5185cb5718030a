import { PlatformError } from "../../errors/catalogue.ts";
import { resolveImage } from "../../image/resolve.ts";
import { guestAccount, textOf } from "../account.ts";
import { withConsoleTail } from "../boot-tail.ts";
import { connectGuest } from "../connect-guest.ts";
import { extraArguments } from "../extra-arguments.ts";
import { fileOnHost } from "../file-on-host.ts";
import type { Guest, GuestOrder, GuestProvider } from "../guest-provider.ts";
import { seedOnHost } from "../seed-on-host.ts";
import { guestSize } from "../size.ts";
import { type QemuGuestPlan, startedGuest, startScript } from "./start-script.ts";

const STANDARD_USERNAME = "assay";
const STANDARD_FOLDER = "/var/tmp";
const STANDARD_BOOT_S = 600;
const START_MS = 120_000;

/** QEMU guests on Linux nodes, started over the node's shell; the node needs QEMU and nothing else. */
export const qemuGuests: GuestProvider = { type: "qemu", create };

async function create(order: GuestOrder): Promise<Guest> {
  const { settings: entry, host, signal, progress, name } = order;
  const { settings } = entry;
  const node = host.withSignal(signal);
  const base = textOf(settings.lisa_working_dir) ?? STANDARD_FOLDER;
  const account = await guestAccount(settings, STANDARD_USERNAME);
  const size = await guestSize(order);
  const image = await placeImage(order, base);
  const folder = await order.workFolder(base);
  const seed = `${folder}/seed.iso`;
  await seedOnHost(order, account, seed);
  const plan: QemuGuestPlan = {
    folder,
    binary: textOf(settings.qemu_binary) ?? `qemu-system-${(await node.facts()).architecture}`,
    accelerator: acceleratorOf(settings.accelerator),
    name,
    ...size,
    image,
    seed,
    firmware: textOf(settings.firmware_path),
    extraArguments: extraArguments(settings.extra_args),
  };
  progress("boot", `${size.cores} cores, ${size.memoryMb} MiB`);
  const done = await node.run(startScript(plan), { timeoutMs: START_MS });
  const started = startedGuest(done.stdout);
  if (done.exitCode !== 0 || started === undefined) {
    throw new PlatformError(`QEMU did not start for guest '${name}' on node '${host.name}': ${done.stderr.trim()}`, {
      help: `Check that '${plan.binary}' is installed there and that '${host.connection.username}' may start it.`,
    });
  }
  const bootMs = (typeof settings.boot_timeout === "number" ? settings.boot_timeout : STANDARD_BOOT_S) * 1000;
  const address = { address: "127.0.0.1", port: started.port, isBehindHost: true };
  const login = connectGuest(order, address, account, bootMs);
  const guest = await withConsoleTail(order, `${folder}/console.log`, login);
  return {
    node: guest,
    description: `qemu guest on '${host.name}' (${started.accelerator}, ${size.cores} cores, ${size.memoryMb} MiB)`,
    // The machine itself ends with its folder.
    [Symbol.asyncDispose]: async () => await guest.shell[Symbol.asyncDispose](),
  };
}

async function placeImage(order: GuestOrder, base: string): Promise<QemuGuestPlan["image"]> {
  const { settings } = order.settings;
  const wanted = textOf(settings.image) ?? "";
  if (settings.image_is_remote_path === true) {
    const path = await fileOnHost({ path: wanted, isRemote: true, what: "image" }, base, order);
    return { path, format: /\.qcow2$/.test(path) ? "qcow2" : "raw" };
  }
  const { path, format } = await resolveImage(wanted, { signal: order.signal });
  return { path: await fileOnHost({ path, isRemote: false, what: "image" }, base, order), format };
}

const acceleratorOf = (value: unknown): QemuGuestPlan["accelerator"] =>
  value === "kvm" || value === "tcg" ? value : "auto";
