import { AssayError, type ErrorDetails } from "../errors/assay-error.ts";
import * as catalogue from "../errors/catalogue.ts";
import type { RecordedError, Stored } from "./format.ts";
import { toStored } from "./stored-value.ts";

/** What the classes of the catalogue carry besides message and help. */
const FIELDS = ["exitCodeOfCommand", "isTransient", "serialTail", "category", "lines"] as const;

const asItIs = (text: string): string => text;

/** The error as data; texts are masked when the recording is written. */
export function recordedError(error: unknown, signal?: AbortSignal): RecordedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const isAbort = signal?.aborted === true && error === signal.reason;
  const own = error as Error & { readonly [key: string]: unknown };
  const fields = FIELDS.filter((name) => own[name] !== undefined).map((name): [string, Stored] => [
    name,
    toStored(own[name], asItIs),
  ]);
  return {
    name: error.name,
    message: error.message,
    ...(error instanceof AssayError && error.help !== undefined ? { help: error.help } : {}),
    ...(isAbort ? { isAbort } : {}),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
  };
}

type Plain = new (message: string, details: ErrorDetails & { readonly isTransient?: boolean }) => AssayError;

/** Classes that are made of a message and details. */
const PLAIN: Readonly<Record<string, Plain>> = {
  UsageError: catalogue.UsageError,
  MissingDependency: catalogue.MissingDependency,
  HostExhausted: catalogue.HostExhausted,
  PlatformError: catalogue.PlatformError,
  NodeUnreachable: catalogue.NodeUnreachable,
  LoginRefused: catalogue.LoginRefused,
  TimedOut: catalogue.TimedOut,
  BadEnvironment: catalogue.BadEnvironment,
  UnexpectedOutput: catalogue.UnexpectedOutput,
};

/** The error again, of the same class, so that what a case makes of it is the same. */
export function revivedError(recorded: RecordedError): Error {
  const { name, message, fields = {} } = recorded;
  const details = {
    ...(recorded.help === undefined ? {} : { help: recorded.help }),
    ...(fields.isTransient === true ? { isTransient: true } : {}),
  };
  const exitCode = fields.exitCodeOfCommand;
  if (name === "CommandFailed") {
    return new catalogue.CommandFailed(message, typeof exitCode === "number" ? exitCode : undefined, details);
  }
  if (name === "BootFailed") return new catalogue.BootFailed(message, String(fields.serialTail ?? ""), details);
  if (name === "KernelPanic") {
    const lines = Array.isArray(fields.lines) ? fields.lines.map(String) : [];
    return new catalogue.KernelPanic(message, String(fields.category ?? "GENERAL"), lines);
  }
  const known = PLAIN[name];
  if (known !== undefined) return new known(message, details);
  const error = name === "TypeError" ? new TypeError(message) : new Error(message);
  error.name = name;
  return error;
}
