import type { Node } from "../node/node.ts";
import type { GuestSettings } from "../runbook/types.ts";

/** What one guest is made from. */
export interface GuestOrder {
  /** Its entry in the runbook; an entry with `capability.node_count` is ordered that often. */
  readonly settings: GuestSettings;
  /** Unique in its environment, such as `node-1.inner`. */
  readonly name: string;
  /** Its place among the nodes that cases get. */
  readonly index: number;
  /** Its place among the guests of its node, and how many there are. */
  readonly place: number;
  readonly count: number;
  /** The connected node it is made on; it stays its environment's to close. */
  readonly host: Node;
  /**
   * A new folder on the node below `base`, made when it is first asked for. When the environment ends, or the connection
   * to the node, whatever has its process id in the file `pid` there is killed, the shell script `undo` there is run and
   * the folder removed.
   */
  readonly workFolder: (base: string) => Promise<string>;
  /** Tells what is being done, such as `boot`. */
  readonly progress: (step: string, detail?: string) => void;
  /** Ends the making of the guest, not the guest. */
  readonly signal: AbortSignal;
}

/** A guest that is up and logged in to. Disposing ends it; the node's shell is closed by then. */
export interface Guest extends AsyncDisposable {
  readonly node: Node;
  /** For reports, such as `qemu, 2 cores`. */
  readonly description: string;
}

/** Makes guests of one type on nodes. */
export interface GuestProvider {
  /** What runbooks call it: `platform: [{ guests: [{ type: … }] }]`. */
  readonly type: string;
  /** Throws AssayError when the guest cannot be made; what was made of it by then is gone. */
  create(order: GuestOrder): Promise<Guest>;
}
