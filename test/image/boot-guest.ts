import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Firmware = "uefi" | "bios";

/** What a guest showed on its serial console until somebody could log in, and what its SSH server said first. */
export interface BootedGuest {
  readonly console: string;
  readonly banner: string;
  readonly bootMs: number;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  return address.port;
};

const firstLine = async (port: number, signal: AbortSignal): Promise<string> => {
  const socket = connect({ host: "127.0.0.1", port, signal });
  try {
    const [line] = await once(socket.setEncoding("utf8"), "data", { signal });
    return String(line);
  } finally {
    socket.destroy();
  }
};

/** Boots a copy-on-write copy of `image` without a seed, up to the login prompt and the banner of its SSH server. */
export async function bootGuest(image: string, firmware: Firmware, signal: AbortSignal): Promise<BootedGuest> {
  const folder = await mkdtemp(join(tmpdir(), "assay-boot-"));
  const port = await freePort();
  const variables = join(folder, "variables.fd");
  await copyFile("/usr/share/OVMF/OVMF_VARS_4M.fd", variables);
  const flash =
    firmware === "bios"
      ? []
      : [
          ...["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"],
          ...["-drive", `if=pflash,format=raw,unit=1,file=${variables}`],
        ];
  const startedMs = performance.now();
  const guest = spawn(
    "qemu-system-x86_64",
    [
      ...[
        "-machine",
        "q35,accel=tcg",
        "-cpu",
        "max",
        "-smp",
        "2",
        "-m",
        "1024",
        "-display",
        "none",
        "-monitor",
        "none",
      ],
      ...["-serial", "stdio", "-drive", `if=virtio,format=qcow2,snapshot=on,file=${image}`],
      ...["-nic", `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${port}-:22`, ...flash],
    ],
    { stdio: ["ignore", "pipe", "inherit"], signal },
  );
  const ended = once(guest, "close").catch(() => undefined);
  try {
    let console = "";
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    guest.on("error", reject);
    guest.on("close", (code) =>
      reject(new Error(`QEMU ended with ${code}. The console said:\n${console.slice(-4000)}`)),
    );
    guest.stdout.setEncoding("utf8").on("data", (text: string) => {
      console += text;
      if (/ login: /.test(console)) resolve();
    });
    await promise;
    const banner = await firstLine(port, signal);
    return { console, banner, bootMs: performance.now() - startedMs };
  } finally {
    guest.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}
