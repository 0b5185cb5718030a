import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { PlatformError } from "../../../errors/catalogue.ts";
import { markProcess, type ProcessMark, processState } from "../../qemu/host/process-mark.ts";
import { element, type XmlElement } from "./xml.ts";

/** Namespace of what assay writes into a domain's metadata. */
export const MARK_NAMESPACE = "urn:assay:libvirt:1";

/** Who made a domain. It stands in the domain itself, so that whoever has the libvirt can tell whose it is. */
export interface DomainMark {
  readonly format: 1;
  readonly runId: string;
  /** Of the node, for people. */
  readonly name: string;
  /** Which machine the controller runs on: libvirt's host may serve several. */
  readonly machine: string;
  readonly controller: ProcessMark;
  /** Storage pool with its disks. */
  readonly storage: string;
  /** True when the user asked that it outlives the run. */
  readonly isKept: boolean;
}

let here: Promise<string> | undefined;

/** What tells this machine from others: machine-id(5), else its name. */
async function thisMachine(): Promise<string> {
  here ??= readFile("/etc/machine-id", "utf8").then(
    (text) => text.trim() || hostname(),
    () => hostname(),
  );
  return await here;
}

/** A mark of this process. */
export async function makeMark(of: Pick<DomainMark, "runId" | "name" | "storage">): Promise<DomainMark> {
  const controller = await markProcess(process.pid);
  if (controller === undefined) {
    throw new PlatformError("This process does not find itself under /proc.", {
      help: "Mount /proc; assay marks with it which machines are its own.",
    });
  }
  return { format: 1, ...of, machine: await thisMachine(), controller, isKept: false };
}

/** The text of a mark: base64, so that nothing of it means anything in XML. */
export const markText = (mark: DomainMark): string => Buffer.from(JSON.stringify(mark)).toString("base64");

/** The element of a mark in the metadata of a domain or a network. */
export const markElement = (mark: DomainMark, of: "machine" | "network" = "machine"): XmlElement =>
  element(`assay:${of}`, { "xmlns:assay": MARK_NAMESPACE }, markText(mark));

/** Reads what `virsh metadata` prints of a mark; undefined when it is none of ours. */
export function readMark(printed: string): DomainMark | undefined {
  const [, text = ""] = />\s*([A-Za-z0-9+/=]+)\s*</.exec(printed) ?? [];
  try {
    const mark = JSON.parse(Buffer.from(text, "base64").toString("utf8")) as DomainMark;
    return mark.format === 1 && typeof mark.controller?.pid === "number" ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process that made the domain is provably gone; that of another machine never is. */
export async function isOrphan(mark: DomainMark): Promise<boolean> {
  return mark.machine === (await thisMachine()) && (await processState(mark.controller)) === "gone";
}
