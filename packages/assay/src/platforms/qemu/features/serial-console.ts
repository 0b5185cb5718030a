import type { ConsoleBoot, ConsoleLogin, ConsoleOptions, SerialConsole } from "../../../features/serial-console.ts";
import { checkSysrqKey, InteractiveConsole } from "../../interactive-console.ts";
import { SERIAL_LINE } from "../machine/devices/lines.ts";
import type { QmpClient, QmpEvent } from "../machine/qmp-client.ts";
import type { SerialPort } from "../machine/serial-port.ts";

/** The machine's first serial port with its log, which knows where boots begin. */
export class MachineConsole implements SerialConsole {
  readonly featureName = "SerialConsole";
  readonly #port: SerialPort;
  readonly #qmp: QmpClient;
  readonly #typist: InteractiveConsole;
  readonly #boots: Promise<ConsoleBoot>[] = [Promise.resolve({ offset: 0, cause: "power-on" })];
  #nextCause: string | undefined;

  constructor(port: SerialPort, qmp: QmpClient) {
    this.#port = port;
    this.#qmp = qmp;
    this.#typist = new InteractiveConsole(this);
    qmp.onEvent((event) => this.#hear(event));
  }

  async log({ from = 0 }: { readonly from?: number } = {}): Promise<string> {
    return await this.#port.log(from);
  }

  async position(): Promise<number> {
    return await this.#port.position();
  }

  async boots(): Promise<readonly ConsoleBoot[]> {
    return await Promise.all(this.#boots);
  }

  follow(onText: (text: string) => void): () => void {
    return this.#port.follow(onText);
  }

  async write(text: string): Promise<void> {
    await this.#port.write(text);
  }

  async read(): Promise<string> {
    return this.#typist.read();
  }

  async readUntil(pattern: string | RegExp, options: ConsoleOptions = {}): Promise<string> {
    return await this.#typist.readUntil(pattern, options);
  }

  async login(login: ConsoleLogin, options: ConsoleOptions = {}): Promise<void> {
    await this.#typist.login(login, options);
  }

  async sysrq(key: string): Promise<void> {
    checkSysrqKey(key);
    // QMP has no command for it.
    await this.#qmp.execute("human-monitor-command", { "command-line": `chardev-send-break ${SERIAL_LINE}` });
    await this.#port.write(key);
  }

  #hear({ event, data }: QmpEvent): void {
    // A machine that is reset while it stands was off: the next thing it does is to begin.
    if (event === "STOP") this.#nextCause = "power-on";
    else if (event === "RESUME") this.#nextCause = undefined;
    else if (event === "WATCHDOG" && data.action === "reset") this.#nextCause = "watchdog";
    if (event !== "RESET") return;
    const cause = this.#nextCause ?? String(data.reason ?? "reset");
    this.#nextCause = undefined;
    this.#boots.push(this.#port.position().then((offset) => ({ offset, cause })));
  }
}
