import type { PlatformProgress } from "../platform.ts";
import type { BootableImage } from "../qemu/boot-way.ts";
import { takeLock } from "../qemu/host/build-lock.ts";
import type { Virsh } from "./connection/virsh.ts";
import { withFile } from "./connection/with-file.ts";
import type { Backing, Pool } from "./storage/pool.ts";

interface BaseOrder {
  readonly virsh: Virsh;
  readonly pool: Pool;
  readonly image: BootableImage;
  readonly signal: AbortSignal;
  readonly progress: (progress: PlatformProgress) => void;
}

/**
 * The image where libvirt's QEMU can read it: as it is for a session on this machine, and else a copy in the pool, which
 * is made once and kept. Throws what libvirt says.
 */
export async function baseOf({ image, pool, progress, signal, virsh }: BaseOrder): Promise<Backing> {
  const { format } = image;
  if (virsh.uri.mode === "session" && virsh.uri.host === undefined) return { path: image.path, format };
  const volume = `base-${image.digest.replace(/^.*:/, "").slice(0, 20)}.${format}`;
  // A copy that was cut off is not followed by this.
  const proof = `${volume}.complete`;
  await using _lock = await takeLock(`libvirt ${virsh.uri.text} ${pool.name} ${volume}`, { signal });
  await pool.refresh(signal);
  if (await pool.has(proof, signal)) return { path: await pool.pathOf(volume, signal), format };
  progress({ environment: undefined, step: "copy image", detail: `'${image.name}' into the pool '${pool.name}'` });
  const startedAt = performance.now();
  await pool.remove(volume);
  const path = await pool.upload(volume, image.path, signal);
  await withFile("complete", `${image.digest}\n`, (file) => pool.upload(proof, file, signal));
  progress({ environment: undefined, step: "copy image", elapsedMs: Math.round(performance.now() - startedAt) });
  return { path, format };
}
