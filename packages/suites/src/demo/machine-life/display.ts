import { sh } from "assay";
import { Screenshot } from "assay/features";
import type { CaseContext } from "assay/suite";

/** Noise in a picture takes more bytes than an empty screen, however many pixels it has. */
const LEAST_GROWTH = 2;

export async function verifyDisplay({ node, signal, artifact, expect }: CaseContext): Promise<void> {
  const screen = node.feature(Screenshot);
  // The first terminal is shown, and nothing is on it.
  await node.text(sh`command -v chvt >/dev/null && chvt 1; printf '\033[2J\033[H' > /dev/tty1`, { sudo: true });
  const empty = await screen.take({ signal });
  await node.text(sh`head -c 1500 /dev/urandom | base64 > /dev/tty1`, { sudo: true });
  const full = await screen.take({ signal });
  await artifact("screen.png", full);
  await node.text(sh`printf '\033[2J\033[H' > /dev/tty1`, { sudo: true });
  expect(
    full.length > LEAST_GROWTH * empty.length,
    `The display of '${node.name}' does not show what is written to /dev/tty1: ` +
      `its picture has ${empty.length} bytes before and ${full.length} bytes after.`,
  );
}
