import type { Duplex } from "node:stream";
import type { Attempt } from "./log-in.ts";

/** A TCP port, as whoever connects to it names it. */
export interface TcpTarget {
  readonly address: string;
  readonly port: number;
}

/** A way to ports that are not reached from here. */
export interface Route {
  /** Connects to a port at the end of the way. Throws NodeUnreachable or LoginRefused, naming where the way ends. */
  open(target: TcpTarget, attempt: Attempt): Promise<Duplex>;
}
