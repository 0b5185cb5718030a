import type { Feature } from "../../features/feature.ts";
import { recordedError } from "../recorded-error.ts";
import type { Recorder } from "./recorder.ts";

/** A feature of any kind whose calls, their answers and what it calls back are told to a recorder. */
export function recordingFeature(feature: Feature, node: string, recorder: Recorder): Feature {
  return new Proxy(feature, {
    get(target, name) {
      // `this` is the feature itself: its private fields are not the proxy's.
      const member: unknown = Reflect.get(target, name, target);
      if (typeof name === "symbol" || name === "featureName") return member;
      if (typeof member === "function") {
        return (...args: unknown[]) => recordedCall(target, name, member, args, node, recorder);
      }
      if (!(name in target)) return undefined;
      const id = recorder.call(node, target.featureName, `.${name}`, []);
      recorder.add("result", { id, value: member, isSync: true });
      return member;
    },
  });
}

function recordedCall(
  feature: Feature,
  method: string,
  member: CallableFunction,
  args: readonly unknown[],
  node: string,
  recorder: Recorder,
): unknown {
  const signal = args.map(signalOf).find((each) => each !== undefined);
  const id = recorder.call(node, feature.featureName, method, args);
  const passed = args.map((arg, position) => {
    if (typeof arg !== "function") return arg;
    return (...given: unknown[]): unknown => {
      recorder.add("callback", { id, position, args: given });
      return Reflect.apply(arg, undefined, given);
    };
  });
  try {
    const answer: unknown = Reflect.apply(member, feature, passed);
    if (answer instanceof Promise) return recorder.answer(id, answer, signal);
    recorder.add("result", { id, value: answer, isSync: true });
    return answer;
  } catch (error) {
    recorder.add("result", { id, error: recordedError(error, signal), isSync: true });
    throw error;
  }
}

function signalOf(arg: unknown): AbortSignal | undefined {
  if (arg instanceof AbortSignal) return arg;
  if (typeof arg !== "object" || arg === null || !("signal" in arg)) return undefined;
  return arg.signal instanceof AbortSignal ? arg.signal : undefined;
}
