import { randomUUID } from "node:crypto";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "./qmp-client.ts";

interface Job {
  readonly id: string;
  readonly error?: string;
}

/** Runs a command of QEMU that works as a job, and waits until that is through. Throws PlatformError with QEMU's words. */
export async function runQmpJob(
  qmp: QmpClient,
  command: string,
  commandArguments: Readonly<Record<string, unknown>>,
  options: QmpExecuteOptions = {},
): Promise<void> {
  const id = `${command}-${randomUUID()}`;
  const concluded = qmp.waitForEvent(
    ({ event, data }) => event === "JOB_STATUS_CHANGE" && data.id === id && data.status === "concluded",
    `end of '${command}'`,
    options,
  );
  // Awaited only after the command; a failing command must not leave it unhandled.
  concluded.catch(() => undefined);
  await qmp.execute(command, { ...commandArguments, "job-id": id }, options);
  await concluded;
  const jobs = (await qmp.execute("query-jobs", {}, options)) as readonly Job[];
  const error = jobs.find((job) => job.id === id)?.error;
  await qmp.execute("job-dismiss", { id }, options);
  if (error !== undefined) throw new PlatformError(`QEMU could not carry out '${command}': ${error}`);
}
