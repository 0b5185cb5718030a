import { LENGTH_BYTES } from "../network/frame-reader.ts";

const TYPE_AT = LENGTH_BYTES + 12;
const IP_AT = LENGTH_BYTES + 14;
const ARP = 0x0806;
const IPV4 = 0x0800;
const TCP = 6;
const SSH = 22;

/** Where connections from outside come from in QEMU's network, and where QEMU answers for the agents. */
const HOST = 0x0a000202;
const AGENTS = 0x0a000264;

/** Whether a frame is of SSH from outside, or of ARP, without which that does not go on: on a network with other hosts. */
export function isSshFrame(frame: Buffer): boolean {
  if (frame.length < IP_AT) return false;
  const type = frame.readUInt16BE(TYPE_AT);
  if (type === ARP) return true;
  const ports = portsAt(frame, type);
  return ports !== undefined && (frame.readUInt16BE(ports) === SSH || frame.readUInt16BE(ports + 2) === SSH);
}

/** Where the ports of TCP begin in a frame; undefined for frames without. */
function portsAt(frame: Buffer, type: number): number | undefined {
  if (type !== IPV4 || frame.length < IP_AT + 20 || frame[IP_AT + 9] !== TCP) return undefined;
  const ports = IP_AT + ((frame[IP_AT] ?? 0) & 0x0f) * 4;
  return frame.length < ports + 4 ? undefined : ports;
}

/**
 * Whether a frame of assay's own interface, its length before it, is assay's: of the agents, of SSH from outside, or of
 * ARP, without which neither goes on.
 */
export function isOwnFrame(frame: Buffer): boolean {
  if (frame.length < IP_AT) return false;
  const type = frame.readUInt16BE(TYPE_AT);
  if (type === ARP) return true;
  if (type !== IPV4 || frame.length < IP_AT + 20) return false;
  const [source, target] = [frame.readUInt32BE(IP_AT + 12), frame.readUInt32BE(IP_AT + 16)];
  if (source === AGENTS || target === AGENTS) return true;
  if (source !== HOST && target !== HOST) return false;
  const ports = portsAt(frame, type);
  if (ports === undefined) return false;
  return frame.readUInt16BE(ports + (target === HOST ? 0 : 2)) === SSH;
}
