import type { Feature } from "../../features/feature.ts";
import { revivedError } from "../recorded-error.ts";
import type { ReplaySession } from "./replay-session.ts";

/** A feature of any kind that answers and calls back from a recording. */
export function replayFeature(featureName: string, node: string, session: ReplaySession): Feature {
  return new Proxy<Feature>(
    { featureName },
    {
      get(target, name) {
        if (name === "featureName") return featureName;
        // A promise that holds a feature asks for `then`; symbols are the runtime's own questions.
        if (typeof name === "symbol" || name === "then") return Reflect.get(target, name);
        const property = `.${name}`;
        if (!session.has(node, featureName, property)) {
          return (...args: unknown[]) => replayCall(featureName, node, name, args, session);
        }
        return session.value(session.take(node, featureName, property, []).result?.value);
      },
    },
  );
}

function replayCall(
  featureName: string,
  node: string,
  method: string,
  args: readonly unknown[],
  session: ReplaySession,
): unknown {
  const call = session.take(node, featureName, method, args);
  const { clock } = session;
  const madeAtMs = clock.nowMs;
  const { result } = call;
  const calls = call.callbacks.map(({ at, position, args: given }) =>
    clock.at(session.timeOf(call, at, madeAtMs), () => {
      const callback = args[position];
      if (typeof callback === "function") Reflect.apply(callback, undefined, session.value(given) as unknown[]);
    }),
  );
  if (result?.isSync === true) {
    if (result.error !== undefined) throw revivedError(result.error);
    const value = session.value(result.value);
    // The only functions a feature gives are those that end what was begun.
    if (!isFunctionMark(value)) return value;
    return () => {
      for (const each of calls) each.cancel();
    };
  }
  return answer();

  async function answer(): Promise<unknown> {
    const signal = args.map(signalOf).find((each) => each !== undefined);
    const isCutOff = result === undefined || result.error?.isAbort === true;
    const inTime = await clock.until(isCutOff ? undefined : session.timeOf(call, result.at, madeAtMs), signal);
    if (!inTime) throw signal?.reason;
    if (result?.error !== undefined) throw revivedError(result.error);
    return session.value(result?.value);
  }
}

const isFunctionMark = (value: unknown): boolean => typeof value === "object" && value !== null && "$function" in value;

function signalOf(arg: unknown): AbortSignal | undefined {
  if (arg instanceof AbortSignal) return arg;
  if (typeof arg !== "object" || arg === null || !("signal" in arg)) return undefined;
  return arg.signal instanceof AbortSignal ? arg.signal : undefined;
}
