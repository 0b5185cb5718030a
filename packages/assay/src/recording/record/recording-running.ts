import type { Running } from "../../node/shell/types.ts";
import type { Recorder } from "./recorder.ts";

/** A streamed command of which the recorder learns what the case took from it, gave to it, and how it ended. */
export function recordingRunning(running: Running, id: number, recorder: Recorder): Running {
  void running.completed.then(({ command: _command, ...value }) => recorder.add("ended", { id, value }));
  const kill = async (): Promise<void> => {
    recorder.add("kill", { id });
    await running.kill();
  };
  return {
    stdout: taken(running.stdout, "stdout"),
    stderr: taken(running.stderr, "stderr"),
    completed: running.completed,
    write: async (data) => {
      recorder.add("input", { id, data: typeof data === "string" ? Buffer.from(data) : data });
      await running.write(data);
    },
    endInput: () => running.endInput(),
    kill,
    [Symbol.asyncDispose]: kill,
  };

  /** Noted as it is taken, so that a command nobody reads from is still held back by its shell. */
  function taken(stream: AsyncIterable<Uint8Array>, name: "stdout" | "stderr"): AsyncIterable<Uint8Array> {
    return {
      async *[Symbol.asyncIterator]() {
        for await (const data of stream) {
          recorder.add("chunk", { id, stream: name, data });
          yield data;
        }
      },
    };
  }
}
