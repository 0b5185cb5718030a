import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";

/**
 * A program beside one QEMU. They speak over a connection that QEMU inherits, whose end is the program's, so that it leaves
 * no process however assay and QEMU end.
 */
export abstract class MachineHelper implements AsyncDisposable {
  /** The end of the connection that QEMU inherits. */
  readonly connection: Duplex;
  protected readonly child: ChildProcess;

  protected constructor(child: ChildProcess, connection: Duplex) {
    this.child = child;
    this.connection = connection;
    // Its end is that of QEMU or of the program, which show elsewhere.
    connection.on("error", () => undefined);
  }

  /** Lets go of assay's end after QEMU has inherited it; from then on the program lives as long as QEMU. */
  handOver(): void {
    this.connection.destroy();
  }

  /** Lets assay end while the program goes on with its machine. */
  release(): void {
    this.child.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.destroy();
    await this.end();
  }

  /** Sees that the program ends, and waits for it. */
  protected abstract end(): Promise<void>;
}
