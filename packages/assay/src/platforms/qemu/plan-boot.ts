import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../../errors/catalogue.ts";
import type { Image } from "../../image/types.ts";
import type { BootableImage, BootWay, OwnLogin } from "./boot-way.ts";
import { joinUserData } from "./machine/seed.ts";
import type { BootSettings } from "./settings.ts";

/** The account of the runbook's platform. */
export interface Account {
  readonly privateKeyFile?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Reads the files that the settings name, which are relative to `folder`, that of the runbook. The kernel is chosen
 * later. Throws UsageError for what the user has to correct.
 */
export async function planBoot(settings: BootSettings, account: Account, folder: string): Promise<BootWay> {
  const { hasIgnition, seed } = settings;
  const needsLogin = seed === "none" && !hasIgnition;
  return {
    seed,
    hasIgnition,
    userData: await readUserData(settings.extraUserData, folder),
    kernel: undefined,
    diskBytes: settings.diskGib === undefined ? undefined : settings.diskGib * 2 ** 30,
    login: needsLogin ? await readLogin(account) : undefined,
  };
}

/** The image with the way it is booted. Throws UsageError for a disk that would have to shrink. */
export function bootable(image: Image, way: BootWay): BootableImage {
  const { diskBytes = image.virtualSizeBytes } = way;
  if (diskBytes >= image.virtualSizeBytes) return { ...image, virtualSizeBytes: diskBytes, way };
  const gib = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(2))} GiB`;
  throw new UsageError(
    `'disk_img_resize_gib' asks for a disk of ${gib(diskBytes)}, and '${image.name}' has ${gib(image.virtualSizeBytes)}.`,
    { help: "Disks only grow: give a larger size, or leave it out." },
  );
}

async function readUserData(paths: readonly string[], folder: string): Promise<Readonly<Record<string, unknown>>> {
  let joined: Readonly<Record<string, unknown>> = {};
  for (const path of paths) joined = joinUserData(joined, await readCloudConfig(resolve(folder, path)));
  return joined;
}

async function readCloudConfig(path: string): Promise<Readonly<Record<string, unknown>>> {
  const help = "Name a YAML file of cloud-config, relative to the runbook, under 'cloud_init.extra_user_data'.";
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`The user data '${path}' cannot be read.`, { help, cause });
  });
  if (/^#(?!cloud-config)(!|cloud-|include|upstart|## template)/.test(text))
    throw new UsageError(`The user data '${path}' is no cloud-config: it begins with '${text.split("\n")[0]}'.`, {
      help: "Put a script under 'runcmd' or 'bootcmd' of a cloud-config file.",
    });
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new UsageError(`The user data '${path}' is not valid YAML: ${problem.message}`, { help });
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new UsageError(`The user data '${path}' is no mapping.`, { help });
  return { ...value };
}

async function readLogin({ password, privateKeyFile }: Account): Promise<OwnLogin> {
  if (privateKeyFile === undefined && password === undefined)
    throw new UsageError("An image without a seed needs an account that it holds already.", {
      help: "Give 'admin_username' with 'admin_private_key_file' or 'admin_password' under the platform, or leave 'seed: none' out.",
    });
  const privateKey =
    privateKeyFile === undefined
      ? undefined
      : await readFile(privateKeyFile, "utf8").catch((cause: unknown) => {
          throw new UsageError(`The private key '${privateKeyFile}' cannot be read.`, {
            help: "Correct 'admin_private_key_file' under the platform.",
            cause,
          });
        });
  return { ...(privateKey === undefined ? {} : { privateKey }), ...(password === undefined ? {} : { password }) };
}
