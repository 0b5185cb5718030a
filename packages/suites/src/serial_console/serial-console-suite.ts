import { SerialConsole } from "assay/features";
import { type CaseContext, seconds, suite } from "assay/suite";

export default suite("SerialConsoleSuite", { area: "serial_console", about: "The way in when the network is down." }, ({
  test,
}) => {
  test(
    "verify_serial_console",
    {
      about: "What is typed at the serial console is answered by the guest.",
      priority: 3,
      requires: { features: [SerialConsole] },
    },
    verifySerialConsole,
  );
});

const TYPED = "echo back";
/** A login prompt that comes late does not hear what was typed before, so it is typed again. */
const RETYPE_MS = seconds(5);
/** The runbook variable `serial_console_timeout` (seconds) changes it. */
const DEFAULT_PATIENCE_S = 180;

async function verifySerialConsole({ node, variables, signal, log, fail }: CaseContext): Promise<void> {
  const console = node.feature(SerialConsole);
  const patienceS = Number(variables.serial_console_timeout ?? DEFAULT_PATIENCE_S);
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  let seen = "";
  const unfollow = console.follow((text) => {
    seen += text;
    if (seen.includes(TYPED)) {
      resolve();
    }
  });
  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds(patienceS))]);
  const isOver = new Promise<void>((done) => over.addEventListener("abort", () => done(), { once: true }));
  try {
    await console.write(`${TYPED}\n`);
    const retype = setInterval(() => console.write(`${TYPED}\n`).catch(() => undefined), RETYPE_MS);
    await Promise.race([answered, isOver]).finally(() => clearInterval(retype));
  } finally {
    unfollow();
  }
  signal.throwIfAborted();
  if (!seen.includes(TYPED)) {
    fail(
      `The serial console of '${node.name}' did not answer within ${patienceS} s to what was typed.` +
        ` It printed: '${seen.trim().slice(-300)}'`,
    );
  }
  log.info(`The console answered: ${seen.trim()}`);
}
